//! The workers of the demo: processes of this program, which end when the demo does.

use std::{
    collections::BTreeMap,
    env,
    io::{Read, stdin},
    process::Stdio,
    thread,
    time::Instant,
};

use apalis::prelude::BoxDynError;
use redis::RedisError;
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::{Child, ChildStdout, Command},
    sync::{mpsc, oneshot},
};
use vibecode_sandbox::Sandbox;

use crate::settings::{API_KEY, BASE_URL, PER_MINUTE, REDIS_URL, SETTLE_SECONDS};

/// The argument with which the demo starts its workers.
pub(crate) const MEMBER: &str = "member";

/// A line of a worker's log.
#[derive(Debug)]
pub(crate) struct Step {
    pub(crate) at: Instant,
    pub(crate) worker: String,
    pub(crate) verb: String,
    pub(crate) task: String,
    pub(crate) record: String,
    pub(crate) detail: String,
}

pub(crate) struct Team {
    workers: BTreeMap<String, Child>,
    steps: mpsc::UnboundedReceiver<Step>,
}

impl Team {
    pub(crate) fn start(
        size: usize,
        redis_url: &str,
        sandbox: &Sandbox,
        per_minute: u32,
        settle_seconds: u64,
    ) -> Result<Self, BoxDynError> {
        let (log, steps) = mpsc::unbounded_channel();
        let mut workers = BTreeMap::new();
        for number in 1..=size {
            let label = format!("worker-{number}");
            let mut process = Command::new(env::current_exe()?)
                .args([MEMBER, &label])
                .env(REDIS_URL, redis_url)
                .env(API_KEY, Sandbox::API_KEY)
                .env(BASE_URL, sandbox.url())
                .env(PER_MINUTE, per_minute.to_string())
                .env(SETTLE_SECONDS, settle_seconds.to_string())
                .stdin(Stdio::piped())
                .stdout(Stdio::piped())
                .kill_on_drop(true)
                .spawn()?;
            let lines = process.stdout.take().ok_or("a worker has no output")?;
            tokio::spawn(read(label.clone(), lines, log.clone()));
            workers.insert(label, process);
        }
        Ok(Self { workers, steps })
    }

    /// Kills a worker with SIGKILL, so that it cannot do anything more. Returns its label.
    pub(crate) async fn kill(&mut self, name: &str) -> Result<String, BoxDynError> {
        let removed = self.workers.remove_entry(label(name));
        let (label, mut worker) = removed.ok_or("there is no such worker")?;
        worker.kill().await?;
        Ok(label)
    }

    /// Asks all workers to stop, and waits until they have.
    pub(crate) async fn stop(mut self) -> Result<Vec<Step>, BoxDynError> {
        for worker in self.workers.values() {
            let id = worker.id().ok_or("a worker has ended by itself")?;
            let kill = ["-c", "kill -TERM \"$0\"", &id.to_string()];
            Command::new("sh").args(kill).status().await?;
        }
        for (label, mut worker) in self.workers {
            let status = worker.wait().await?;
            if !status.success() {
                return Err(format!("{label} ended with {status}").into());
            }
        }
        let mut steps = Vec::new();
        while let Some(step) = self.steps.recv().await {
            steps.push(step);
        }
        Ok(steps)
    }
}

/// Returns the label with which a worker's name begins: see `worker::unique`.
pub(crate) fn label(name: &str) -> &str {
    let label = name.rsplitn(3, '-').last();
    label.unwrap_or_default()
}

async fn read(worker: String, lines: ChildStdout, log: mpsc::UnboundedSender<Step>) {
    let mut lines = BufReader::new(lines).lines();
    while let Ok(Some(line)) = lines.next_line().await {
        let mut words = line.splitn(4, ' ').map(str::to_owned);
        let mut word = || words.next().unwrap_or_default();
        let _nobody_reads_any_more = log.send(Step {
            at: Instant::now(),
            worker: worker.clone(),
            verb: word(),
            task: word(),
            record: word(),
            detail: word(),
        });
    }
}

/// In a worker: waits until the demo has ended. If the demo was killed, only the end of the
/// worker's stdin shows it. Then the demo's Redis has to be stopped as well.
pub(crate) async fn abandoned(redis_url: &str) -> BoxDynError {
    let (ended, input) = oneshot::channel();
    // A separate thread: one of the runtime's would keep the process from ending.
    thread::spawn(move || {
        let _nothing_comes = stdin().read_to_end(&mut Vec::new());
        let _ = ended.send(());
    });
    let _ = input.await;
    let _another_worker_was_first = shut_down(redis_url).await;
    "the demo is gone".into()
}

async fn shut_down(redis_url: &str) -> Result<(), RedisError> {
    let redis = redis::Client::open(redis_url)?;
    let mut redis = redis.get_multiplexed_async_connection().await?;
    redis::cmd("SHUTDOWN")
        .arg("NOSAVE")
        .exec_async(&mut redis)
        .await
}
