//! A lock for each record, in Redis: two processes that add to one record at the same time can each
//! add the same phone, since neither read shows what the other is about to send.

use redis::{RedisError, Script, aio::ConnectionManager};
use tokio::time::{sleep, timeout};
use vibecode_runtime::PatchJob;

use crate::times::Times;

const RENEW: &str = "
    if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
    return redis.call('PEXPIRE', KEYS[1], ARGV[2])";
const RELEASE: &str = "
    if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
    return redis.call('DEL', KEYS[1])";

/// Held until it is released. If it is dropped instead, or the process dies, it stays until the
/// lease ends.
pub(crate) struct RecordLock {
    redis: ConnectionManager,
    times: Times,
    key: String,
    /// The holder. It is different for every run of every job.
    holder: String,
}

impl RecordLock {
    /// Waits until nobody else holds the lock of the record.
    pub(crate) async fn acquire(
        mut redis: ConnectionManager,
        times: Times,
        job: &PatchJob,
        holder: String,
    ) -> Result<Self, RedisError> {
        let key = format!("vibecode-lock:{}/{}", job.entity(), job.id());
        loop {
            let mut set = redis::cmd("SET");
            set.arg(&key).arg(&holder).arg("NX").arg("PX");
            set.arg(milliseconds(&times));
            if set.query_async(&mut redis).await? {
                break;
            }
            sleep(times.renew_every / 10).await;
        }
        Ok(Self {
            redis,
            times,
            key,
            holder,
        })
    }

    /// Renews the lock until a renewal fails: then the holder must stop.
    pub(crate) async fn keep(&self) -> &'static str {
        let mut redis = self.redis.clone();
        loop {
            sleep(self.times.renew_every).await;
            let renew = Script::new(RENEW);
            let mut renew = renew.key(&self.key);
            renew.arg(&self.holder).arg(milliseconds(&self.times));
            let renewed = renew.invoke_async::<bool>(&mut redis);
            if !matches!(timeout(self.times.renew_every, renewed).await, Ok(Ok(true))) {
                return "the lock of the record could not be renewed";
            }
        }
    }

    /// Releases the lock. If this fails, the lock is free after the lease.
    pub(crate) async fn release(mut self) {
        let release = Script::new(RELEASE);
        let mut release = release.key(&self.key);
        let release = release.arg(&self.holder);
        let _free_after_the_lease = release.invoke_async::<bool>(&mut self.redis).await;
    }
}

fn milliseconds(times: &Times) -> u64 {
    u64::try_from(times.lease.as_millis()).unwrap_or(u64::MAX)
}
