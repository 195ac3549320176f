-- The request of a slot has ended.
-- ARGV, further: slots in use when it left, slots ever taken then; of its answer, each 0 or more, or
-- -1 for none: the limit, what remains, how long others are left their part, how long to close.
local used, taken = tonumber(ARGV[8]), tonumber(ARGV[9])
local answered_limit, remaining = tonumber(ARGV[10]), tonumber(ARGV[11])
local others_for, closed = tonumber(ARGV[12]), tonumber(ARGV[13])

redis.call('ZADD', slots, now + held, member)

if answered_limit > 0 then
    write('told_limit', answered_limit)
    limit = math.min(tonumber(ARGV[2]), answered_limit)
end

-- Where fewer are taken than before, the store has lost its state: then nothing can be compared.
local since = read('taken') - taken
if remaining >= 0 and since >= 0 then
    local used_by_others = limit - (used + since) - remaining
    if used_by_others > 0 and used_by_others >= others then
        local until_then = now + others_for
        if used_by_others == others then
            until_then = math.max(until_then, others_until)
        end
        write('others', used_by_others)
        write('others_until', until_then)
    end
end

if closed >= 0 then
    local gate = math.max(read('gate'), now + closed)
    write('gate', gate)
    write('due', math.max(read('due'), gate + ahead))
end
keep()
