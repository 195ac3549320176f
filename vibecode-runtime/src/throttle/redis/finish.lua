-- Frees the slot of a request that has ended.
-- Further ARGV: the slots in use when it was sent, and the slots taken in total by then; of its answer,
-- each 0 or more, or -1 for none: the limit, what remains, how long the slots of others count as
-- occupied, how long to pause, and how long the API asked to pause; then how many answers have to state
-- a limit, and how long it is believed.
local used, taken = tonumber(ARGV[8]), tonumber(ARGV[9])
local answered_limit, remaining = tonumber(ARGV[10]), tonumber(ARGV[11])
local others_for, pause = tonumber(ARGV[12]), tonumber(ARGV[13])
local asked, statements, believed_for = tonumber(ARGV[14]), tonumber(ARGV[15]), tonumber(ARGV[16])

redis.call('ZADD', slots, now + held, member)

local is_plausible = answered_limit > 0 and remaining <= answered_limit
if is_plausible then
    local times = 1
    if read('stated') == answered_limit then
        times = read('stated_times') + 1
    end
    write('stated', answered_limit)
    write('stated_times', times)
    if times >= statements or pause >= 0 then
        write('believed', answered_limit)
        write('believed_until', now + believed_for)
    end
end

-- If fewer slots were taken than before, the server has lost its state, and nothing can be compared.
local since = read('taken') - taken
if remaining >= 0 and since >= 0 and (is_plausible or answered_limit < 0) then
    -- The remaining number refers to the limit that is stated with it.
    local of_limit = limit
    if is_plausible then
        of_limit = math.min(own_limit, answered_limit)
    end
    local used_by_others = of_limit - (used + since) - remaining
    if used_by_others > 0 and used_by_others >= others then
        local until_then = now + others_for
        if used_by_others == others then
            until_then = math.max(until_then, others_until)
        end
        write('others', used_by_others)
        write('others_until', until_then)
    end
end

if pause >= 0 then
    local paused_until = math.max(read('paused_until'), now + pause)
    write('paused_until', paused_until)
    write('pause_asked', math.max(read('pause_asked'), now + asked))
    write('due', math.max(read('due'), paused_until + ahead))
end
keep()
