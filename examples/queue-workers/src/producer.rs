//! Puts patches on the queue: for any process that wants something changed.

use apalis::prelude::{BoxDynError, TaskSink};
use serde_json::Value;
use vibecode_runtime::PatchJob;

use crate::queue::Jobs;

/// Of jobs that no worker has looked at yet, apalis-redis moves all at once, in a script for which
/// 8,000 are too many: no worker would get any job any more.
const MOST_WAITING: usize = 5_000;

/// Puts a job on the queue. What cannot be sent is refused by `PatchJob::new`, before this.
///
/// # Errors
/// Where Redis cannot be reached, the workers have not looked at the queue for too long, or the
/// patch has values by `set_unchecked`: nobody can tell whether they are there, so a job that runs
/// twice may apply them twice.
pub(crate) async fn put(jobs: &mut Jobs, job: &PatchJob) -> Result<(), BoxDynError> {
    let data = serde_json::to_value(job)?;
    if data.get("unchecked") != Some(&Value::Bool(false)) {
        return Err("a patch with `set_unchecked` cannot wait in a queue".into());
    }
    let waiting = jobs.get_config().scheduled_jobs_set();
    let waiting: usize = redis::cmd("ZCARD")
        .arg(waiting)
        .query_async(jobs.get_connection())
        .await?;
    if waiting >= MOST_WAITING {
        return Err("the queue is full: do workers run?".into());
    }
    jobs.push(data).await?;
    Ok(())
}
