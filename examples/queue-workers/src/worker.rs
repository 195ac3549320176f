//! A worker: takes jobs from the queue and sends them, until it is asked to stop.

use std::{
    process,
    sync::Arc,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use apalis::prelude::{
    AbortError, BackendExt, BoxDynError, Data, RetryAfterError, TaskId, WorkerBuilder,
    WorkerBuilderExt, WorkerError,
};
use redis::aio::ConnectionManager;
use serde_json::Value;
use tokio::{sync::Notify, time::sleep};
use vibecode_runtime::{
    Client, Credentials, Error, ErrorKind, Outcome, PatchJob, RedisBudget, Throttle,
};

use crate::{queue, record_lock::RecordLock, settings::Settings, times::Times};

/// Shared by all who use the API key. It can be read in Redis: it is not the key.
const BUDGET: &str = "vibecode-patches";
/// The number of concurrent jobs. With more than 4 for each job that is fetched together
/// (`batch_size`), apalis 1.0 does not end when it is asked to.
const AT_A_TIME: usize = 4;
/// How often an idle worker looks for jobs.
const LOOK_EVERY: Duration = Duration::from_millis(200);
/// How long a worker that is asked to stop may finish what it has begun; less than the 30 s after
/// which Kubernetes kills it.
const GRACE: Duration = Duration::from_secs(25);
/// Only a request: apalis-redis 1.0 waits one second more after each attempt, and gives up after 25
/// attempts.
const LATER: Duration = Duration::from_secs(5);

/// The state that the jobs of a worker share.
struct Sender {
    name: String,
    client: Client,
    redis: ConnectionManager,
    times: Times,
}

/// Runs until it is asked to stop.
///
/// # Errors
/// If something cannot be set up, or if apalis loses Redis. Work that was under way is then in the
/// same state as after a crash; start the process again.
pub(crate) async fn run(
    settings: &Settings,
    label: &str,
    stop: impl Future<Output = ()> + Send + 'static,
) -> Result<(), BoxDynError> {
    let times = Times::of(settings.settle);
    let name = unique(label)?;
    let redis = queue::connect(&settings.redis_url).await?;
    let budget = RedisBudget::new(&settings.redis_url, BUDGET, settings.per_minute)?;
    let mut client = Client::builder(Credentials::personal(settings.api_key.as_str()))
        .settle_time(times.settle)
        .throttle(Throttle::shared(budget))
        .user_agent(name.as_str());
    if let Some(base_url) = &settings.base_url {
        client = client.base_url(base_url);
    }
    let sender = Arc::new(Sender {
        name,
        client: client.build()?,
        redis: redis.clone(),
        times,
    });
    let worker = WorkerBuilder::new(sender.name.as_str())
        .backend(queue::jobs(redis, &times).poll_with_interval(LOOK_EVERY))
        .concurrency(AT_A_TIME)
        .data(Arc::clone(&sender))
        .build(send);

    let is_stopping = Arc::new(Notify::new());
    let asked = Arc::clone(&is_stopping);
    let stop = async move {
        stop.await;
        asked.notify_one();
        Ok::<_, WorkerError>(())
    };
    tokio::select! {
        ended = worker.run_until(stop) => Ok(ended?),
        () = async { is_stopping.notified().await; sleep(GRACE).await } => Ok(()),
    }
}

/// A worker that starts under the name of a dead one takes over its jobs after one heartbeat, not
/// after the orphan time, so each start has a unique name.
fn unique(label: &str) -> Result<String, BoxDynError> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH)?;
    Ok(format!("{label}-{}-{}", process::id(), now.as_micros()))
}

/// Sends a job.
async fn send(job: Value, sender: Data<Arc<Sender>>, task: TaskId) -> Result<(), BoxDynError> {
    let Ok(job) = serde_json::from_value::<PatchJob>(job) else {
        let problem = "this version of the worker cannot read the job";
        log("refused", &task, "-", problem);
        return Err(AbortError::new(problem).into());
    };
    let record = format!("{}/{}", job.entity(), job.id());
    let holder = format!("{} {task}", sender.name);
    let lock = RecordLock::acquire(sender.redis.clone(), sender.times, &job, holder)
        .await
        .map_err(later)?;
    log("began", &task, &record, "");
    let result = tokio::select! {
        result = sender.client.ensure_job(&job) => result,
        // The call is dropped in the middle, as in a crash: the lock stays until the lease ends.
        problem = lock.keep() => {
            log("later", &task, &record, problem);
            return Err(later(problem));
        }
    };
    let may_still_arrive = matches!(&result, Err(error) if error.outcome() != Outcome::NotApplied);
    if !may_still_arrive {
        lock.release().await;
    }
    match result {
        Ok(ensured) => {
            log("done", &task, &record, &ensured.added().len().to_string());
            Ok(())
        }
        Err(error) if is_refused(&error) => {
            log("refused", &task, &record, &error.to_string());
            Err(AbortError::new(error).into())
        }
        Err(error) => {
            log("later", &task, &record, &error.to_string());
            Err(later(error))
        }
    }
}

/// Not a plain error: a plain one counts as `Failed`, and `vacuum` of apalis-redis 1.0 deletes
/// failed jobs even if they are to be retried.
fn later(error: impl Into<BoxDynError>) -> BoxDynError {
    RetryAfterError::new(error, LATER).into()
}

/// Returns true if the job itself is at fault, so that retrying cannot help. This is never so if
/// the job may have been applied, nor for a throttle, a network, a gateway or a key (401).
fn is_refused(error: &Error) -> bool {
    let is_refusal = match error.kind() {
        ErrorKind::Api => error
            .status()
            .is_some_and(|status| matches!(status.as_u16(), 400 | 403 | 404 | 422)),
        ErrorKind::EmptyPatch
        | ErrorKind::InvalidPatch
        | ErrorKind::InvalidId
        | ErrorKind::MultifieldsUnknown => true,
        _ => false,
    };
    is_refusal && error.outcome() == Outcome::NotApplied
}

/// Prints one line per step, without personal data.
#[expect(clippy::print_stdout, reason = "it is the log of a worker")]
fn log(step: &str, task: &TaskId, record: &str, detail: &str) {
    println!("{step} {task} {record} {detail}");
}
