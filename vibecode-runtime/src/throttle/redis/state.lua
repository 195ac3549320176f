-- What both scripts read: the time of the store, so that no clock of a process counts, and the state
-- of the budget. All times are milliseconds.
--
-- KEYS: the slots (a sorted set: member, and when it is free again); the state (a hash).
-- ARGV: member, limit, window, held, in flight at most, burst's part of the limit, kept for.
local slots, state, member = KEYS[1], KEYS[2], ARGV[1]
local limit, window, held = tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local in_flight, part, kept = tonumber(ARGV[5]), tonumber(ARGV[6]), tonumber(ARGV[7])

local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)

-- A value that is not one of ours is an error, never 0: then nothing is sent.
local function read(field)
    local text = redis.call('HGET', state, field) or '0'
    local number = tonumber(text)
    if not number or number ~= number or number < 0 or number == math.huge then
        error('the state of the budget has a value that is not a number')
    end
    return number
end
local function write(field, value)
    redis.call('HSET', state, field, value)
end
local function keep()
    redis.call('PEXPIRE', slots, kept)
    redis.call('PEXPIRE', state, kept)
end

-- A lower limit that answers state, while it is believed.
local own_limit = limit
local believed, believed_until = read('believed'), read('believed_until')
if believed > 0 and believed_until > now then
    limit = math.min(limit, believed)
end
local interval = window / limit
local ahead = interval * (math.max(math.floor(limit / part), 1) - 1)

-- What others use of the same key, until then.
local others, others_until = read('others'), read('others_until')
if others_until <= now then
    others = 0
end
