//! The queue and its settings, shared by producers and workers.

use std::time::Duration;

use apalis_redis::{Config, RedisStorage};
use redis::{
    Client, RedisError,
    aio::{ConnectionManager, ConnectionManagerConfig},
};
use serde_json::Value;

use crate::times::Times;

const QUEUE: &str = "vibecode-patches";
/// The default of 500 ms is short for a busy machine, and one time-out ends a worker.
const RESPONSE_TIMEOUT: Duration = Duration::from_secs(5);

/// Jobs as JSON. A job that apalis itself cannot decode ends every worker that fetches it, one
/// after another. So the worker decodes the `PatchJob`, and gives up only that job.
pub(crate) type Jobs = RedisStorage<Value>;

pub(crate) async fn connect(redis_url: &str) -> Result<ConnectionManager, RedisError> {
    let config = ConnectionManagerConfig::new().set_response_timeout(Some(RESPONSE_TIMEOUT));
    ConnectionManager::new_with_config(Client::open(redis_url)?, config).await
}

pub(crate) fn jobs(redis: ConnectionManager, times: &Times) -> Jobs {
    RedisStorage::new(redis).with_config(config(times))
}

pub(crate) fn config(times: &Times) -> Config {
    Config::default()
        .queue(QUEUE)
        .heartbeat_interval(times.heartbeat)
        .missed_heartbeats(times.missed_heartbeats)
        // While more than one job is fetched and waits in the worker, apalis sends no heartbeat: a
        // busy worker would be considered dead.
        .batch_size(1)
        // A fetched job belongs to its worker anyway. This would only record it again.
        .lock_tasks(false)
}
