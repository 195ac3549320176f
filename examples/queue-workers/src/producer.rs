//! Puts patches on the queue, from any process.

use apalis::prelude::{BoxDynError, TaskSink};
use serde_json::Value;
use vibecode_runtime::PatchJob;

use crate::queue::Jobs;

/// apalis-redis moves all jobs that no worker has fetched yet with one script, which fails at
/// 8,000: then no worker would get any job any more.
const MOST_WAITING: usize = 5_000;

/// Puts a job on the queue. A patch that cannot be sent is already refused by `PatchJob::new`.
///
/// # Errors
/// If Redis cannot be reached, if the workers have not fetched jobs for too long, or if the patch
/// has values set by `set_unchecked`: nobody can check whether they are already there, so a job
/// that runs twice may apply them twice.
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
