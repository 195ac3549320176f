-- Read by both scripts: the time of the server, so that the clocks of the processes do not matter, and
-- the state of the budget. All times are in milliseconds.
--
-- KEYS: the slots (a sorted set: member, and when it becomes free); the state (a hash).
-- ARGV: member, limit, window, how long a slot counts after its answer, longest time in flight,
-- the number by which the limit is divided for a burst, and how long the keys are kept.
local slots, state, member = KEYS[1], KEYS[2], ARGV[1]
local limit, window, held = tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local in_flight, part, kept = tonumber(ARGV[5]), tonumber(ARGV[6]), tonumber(ARGV[7])

local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)

-- A value that this budget cannot have written is an error, never read as 0. Nothing is sent then.
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

-- The lower limit that answers state, while it is believed.
local own_limit = limit
local believed, believed_until = read('believed'), read('believed_until')
if believed > 0 and believed_until > now then
    limit = math.min(limit, believed)
end
local interval = window / limit
local ahead = interval * (math.max(math.floor(limit / part), 1) - 1)

-- The number of slots that others use with the same key, and until when.
local others, others_until = read('others'), read('others_until')
if others_until <= now then
    others = 0
end
