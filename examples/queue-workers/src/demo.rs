//! Starts it all on this machine, kills a worker that holds a job whose request is under way, and
//! checks what has become of every job.
#![expect(clippy::print_stdout, reason = "this shows what it does")]

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use apalis::prelude::BoxDynError;
use redis::aio::ConnectionManager;
use tokio::time::{sleep, timeout};
use vibecode_runtime::{Email, Patch, PatchJob, Phone};
use vibecode_sandbox::{Fault, LoggedRequest, Sandbox, Storm};

use crate::{
    check::{self, Values},
    producer, queue,
    redis_server::RedisServer,
    team::{Step, Team, label},
    times::Times,
};

const CONTACTS: u64 = 90;
const WORKERS: usize = 4;
/// Of all workers together. There are more requests than this, and more workers' worth of them in
/// a minute, so that without sharing it they would meet 429s.
const PER_MINUTE: u32 = 480;
/// In place of 62 s, so that the demo is short.
const SETTLE_SECONDS: u64 = 10;
/// A write whose answer is lost may come so much later: within settle, as on the API.
const LATE: Duration = Duration::from_secs(5);
/// Whoever first writes to this contact is killed while its request is under way.
const FATAL: &str = "/v1/contacts/60";
/// No measure of anything: only what never ends has to end.
const AT_MOST: Duration = Duration::from_secs(600);

#[derive(Patch)]
#[vibecode(entity = "contacts")]
struct Customer {
    post: Option<String>,
    phone: Vec<Phone>,
    email: Vec<Email>,
}

pub(crate) async fn run() -> Result<(), BoxDynError> {
    let start = Instant::now();
    let times = Times::of(Duration::from_secs(SETTLE_SECONDS));
    let mut redis = RedisServer::start().await?;
    let sandbox = Sandbox::builder()
        .contacts(CONTACTS)
        .rate_limit(PER_MINUTE)
        .try_start()
        .await?;
    sandbox.fault(Fault::late(LATE).on("PATCH").at(FATAL));
    sandbox.storm(Storm::seeded(7).probability(0.1).faults([
        Fault::drop_before().on("PATCH"),
        Fault::drop_after().on("PATCH"),
        Fault::late(LATE).on("PATCH"),
        Fault::bad_gateway_html().on("PATCH"),
        Fault::reset_after().on("PATCH"),
    ]));

    let (jobs, wanted) = put_jobs(&redis, &times).await?;
    println!(
        "{jobs} jobs for {CONTACTS} contacts, {WORKERS} workers, {PER_MINUTE} requests a minute for all; settle {SETTLE_SECONDS} s, lock {:?}, orphan time {:?}",
        times.lease,
        queue::config(&times).orphaned_duration(),
    );
    let mut team = Team::start(WORKERS, &redis.url, &sandbox, (PER_MINUTE, SETTLE_SECONDS))?;

    let killed = timeout(
        AT_MOST,
        kill_one(&mut team, &sandbox, &mut redis.connection, &times),
    )
    .await??;
    println!(
        "at {:.1} s {} was killed: its write to {FATAL} was under way, and arrived {LATE:?} later; it held {} jobs",
        (killed.at - start).as_secs_f32(),
        killed.label,
        killed.held.len(),
    );
    timeout(AT_MOST, all_are_over(jobs, &times, &mut redis.connection)).await??;
    println!(
        "at {:.1} s all jobs are over",
        start.elapsed().as_secs_f32()
    );
    let steps = team.stop().await?;
    judge(&Run {
        sandbox,
        wanted,
        killed,
        steps,
    })
}

/// Three jobs a contact, one after the other, so that several workers meet at each: two add the
/// same phone, written differently.
async fn put_jobs(
    redis: &RedisServer,
    times: &Times,
) -> Result<(usize, BTreeMap<u64, Values>), BoxDynError> {
    let mut queue = queue::jobs(redis.connection.clone(), times);
    let mut wanted = BTreeMap::new();
    let mut jobs = 0;
    for id in 1..=CONTACTS {
        let (work, home) = (format!("+7900000{id:04}"), format!("+7911000{id:04}"));
        let email = format!("contact{id}@company.ru");
        let again = format!("+7 (900) 000-{id:04}");
        for patch in [
            Customer::patch().post("Director").add_phone(work.as_str()),
            Customer::patch().add_phone(Phone::mobile(again)),
            Customer::patch()
                .add_phone(home.as_str())
                .add_email(email.as_str()),
        ] {
            producer::put(&mut queue, &PatchJob::new(id, &patch)?).await?;
            jobs += 1;
        }
        let phones = [check::comparable(&work), check::comparable(&home)];
        let values = phones.into_iter().chain([email, "Director".to_owned()]);
        wanted.insert(id, values.collect());
    }
    Ok((jobs, wanted))
}

struct Killed {
    label: String,
    at: Instant,
    /// The tasks that it had taken from the queue, and whose end it had not told.
    held: Vec<String>,
}

/// Kills whoever writes to the chosen contact, as soon as the request has come in.
async fn kill_one(
    team: &mut Team,
    sandbox: &Sandbox,
    redis: &mut ConnectionManager,
    times: &Times,
) -> Result<Killed, BoxDynError> {
    let mut watch = sandbox.watch();
    loop {
        let news = watch.next().await.ok_or("the sandbox is gone")?;
        let is_fatal = |request: &&LoggedRequest| {
            request.method() == "PATCH" && request.path() == FATAL && request.fault().is_some()
        };
        let Some(request) = news.iter().find(is_fatal) else {
            continue;
        };
        let label = team.kill(sender(request)).await?;
        let at = Instant::now();
        let held = queue::config(times).inflight_jobs_set();
        let held = format!("{held}:{}", sender(request));
        let held = redis::cmd("SMEMBERS").arg(held).query_async(redis).await?;
        return Ok(Killed { label, at, held });
    }
}

/// The name of the worker that sent a request.
fn sender(request: &LoggedRequest) -> &str {
    request.header("user-agent").unwrap_or_default()
}

/// Waits until every job is done, or given up.
async fn all_are_over(
    jobs: usize,
    times: &Times,
    redis: &mut ConnectionManager,
) -> Result<(), BoxDynError> {
    let config = queue::config(times);
    loop {
        let mut over = 0;
        for set in [config.done_jobs_set(), config.dead_jobs_set()] {
            over += redis::cmd("SCARD")
                .arg(set)
                .query_async::<usize>(redis)
                .await?;
        }
        if over == jobs {
            return Ok(());
        }
        sleep(Duration::from_millis(200)).await;
    }
}

struct Run {
    sandbox: Sandbox,
    wanted: BTreeMap<u64, Values>,
    killed: Killed,
    steps: Vec<Step>,
}

/// Tells what has come of it.
///
/// # Errors
/// Where anything is not as it must be.
fn judge(run: &Run) -> Result<(), BoxDynError> {
    let requests = run.sandbox.requests();
    for number in 1..=WORKERS {
        let worker = format!("worker-{number}");
        let sent = requests
            .iter()
            .filter(|request| label(sender(request)) == worker);
        let (mut all, mut lost) = (0, 0);
        for request in sent {
            all += 1;
            lost += usize::from(request.fault().is_some());
        }
        let count = |verb| {
            let of_worker = |step: &&Step| step.worker == worker && step.verb == verb;
            run.steps.iter().filter(of_worker).count()
        };
        println!(
            "{worker}: {} jobs done, {} put off, {} given up; {all} requests, {lost} answers lost",
            count("done"),
            count("later"),
            count("refused"),
        );
    }
    let mut problems = Vec::new();
    for task in &run.killed.held {
        let by_another = |step: &&Step| step.task == *task && step.worker != run.killed.label;
        let mut taken_up = run.steps.iter().filter(by_another);
        let end = taken_up.clone().find(|step| step.verb == "done");
        match (taken_up.next(), end) {
            (Some(began), Some(end)) => println!(
                "its job of {}: {} took it up after {:.1} s, and added {}",
                end.record,
                end.worker,
                (began.at - run.killed.at).as_secs_f32(),
                end.detail,
            ),
            _ => problems.push(format!("nobody took up {task}")),
        }
    }
    let too_many = requests
        .iter()
        .filter(|request| request.status().is_some_and(|status| status == 429));
    let too_many = too_many.count();
    let differences = check::differences(&run.sandbox, &run.wanted);
    let (doubled, lost) = (differences.doubled, differences.lost);
    println!(
        "{} requests, {too_many} of them 429; doubled {}, lost {}",
        requests.len(),
        doubled.len(),
        lost.len(),
    );
    problems.extend(
        doubled
            .iter()
            .map(|contact| format!("{contact} has a phone twice")),
    );
    problems.extend(
        lost.iter()
            .map(|contact| format!("{contact} lacks what was put")),
    );
    if too_many > 0 {
        problems.push("the workers sent more than the limit".to_owned());
    }
    if requests.len() <= usize::try_from(PER_MINUTE)? {
        problems.push("the limit was never reached".to_owned());
    }
    if run.killed.held.is_empty() {
        problems.push("the worker that was killed held nothing".to_owned());
    }
    if problems.is_empty() {
        return Ok(());
    }
    Err(problems.join("; ").into())
}
