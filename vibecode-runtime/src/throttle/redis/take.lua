-- Takes a slot if a request may be sent now.
-- Returns how long to wait, or 0; how many slots are in use; how many were taken in total; and how long
-- the API asked to wait, which may be longer.
local function wait(milliseconds, asked)
    return { math.ceil(milliseconds), 0, 0, math.ceil(asked or milliseconds) }
end

redis.call('ZREMRANGEBYSCORE', slots, '-inf', now)
-- The slot of an earlier run for the same member, if the result of that run was lost.
redis.call('ZREM', slots, member)

local paused_until = read('paused_until')
if paused_until > now then
    return wait(paused_until - now, math.max(read('pause_asked') - now, paused_until - now))
end

local used = redis.call('ZCARD', slots)
if used + others >= limit then
    -- A request in flight counts for a whole window after its answer, so no slot is free sooner.
    local free = now + window
    local first = redis.call('ZRANGE', slots, 0, 0, 'WITHSCORES')[2]
    if first then
        free = math.min(free, tonumber(first))
    end
    if others > 0 then
        free = math.min(free, others_until)
    end
    return wait(free - now)
end

local due = read('due')
if due > now + ahead then
    return wait(due - ahead - now)
end

redis.call('ZADD', slots, now + in_flight + held, member)
write('due', math.max(due, now) + interval)
local taken = redis.call('HINCRBY', state, 'taken', 1)
keep()
return { 0, used + 1, taken, 0 }
