//! Starts everything on this machine, kills a worker that holds a job while its request is under
//! way, and checks the outcome of every job.
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
    check::{Killed, Run, TO_GIVE_UP, Values, comparable, sender},
    producer, queue,
    redis_server::RedisServer,
    team::Team,
    times::Times,
};

const CONTACTS: u64 = 90;
const WORKERS: usize = 4;
/// For all workers together. The demo needs more requests than this, and four workers with separate
/// limits would send them within a minute.
const PER_MINUTE: u32 = 480;
/// Instead of 120 s, to keep the demo short.
const SETTLE_SECONDS: u64 = 10;
/// How much later a write is applied after its answer was lost: within the settle time, as on the
/// API.
const LATE: Duration = Duration::from_secs(5);
/// The first worker that writes to this contact is killed while that request is under way.
const FATAL: &str = "/v1/contacts/60";
/// Not a measurement: it only stops a demo that would never end.
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
    let sandbox = Sandbox::builder().contacts(CONTACTS).rate_limit(PER_MINUTE);
    let sandbox = sandbox.try_start().await?;
    prepare_faults(&sandbox);

    let wanted = put_jobs(&redis, &times).await?;
    let jobs = 3 * wanted.len() + TO_GIVE_UP;
    println!(
        "{jobs} jobs for {CONTACTS} contacts, {WORKERS} workers, {PER_MINUTE} requests a minute; settle {} s, lease {} s, orphan time {} s",
        times.settle.as_secs(),
        times.lease.as_secs(),
        queue::config(&times).orphaned_duration().as_secs(),
    );
    let mut team = Team::start(WORKERS, &redis.url, &sandbox, PER_MINUTE, SETTLE_SECONDS)?;
    let killing = kill_one(&mut team, &sandbox, &mut redis.connection, &times);
    let killed = timeout(AT_MOST, killing).await??;
    println!(
        "at {:.1} s {} was killed: it held {} jobs, and its write to {FATAL} arrived {} s later",
        (killed.at - start).as_secs_f32(),
        killed.label,
        killed.held.len(),
        LATE.as_secs(),
    );
    let ending = all_are_over(jobs, &mut redis.connection, &times);
    timeout(AT_MOST, ending).await??;
    println!(
        "at {:.1} s all jobs are over",
        start.elapsed().as_secs_f32()
    );
    let steps = team.stop().await?;
    let limit = usize::try_from(PER_MINUTE)?;
    let run = Run {
        sandbox,
        limit,
        wanted,
        killed,
        steps,
    };
    run.judge()
}

fn prepare_faults(sandbox: &Sandbox) {
    sandbox.fault(Fault::late(LATE).on("PATCH").at(FATAL));
    // A key that is inactive for a moment: not the job's fault.
    sandbox.fault(Fault::error("KEY_INACTIVE").on("GET").at("/v1/contacts/30"));
    sandbox.storm(Storm::seeded(7).probability(0.1).faults([
        Fault::drop_before().on("PATCH"),
        Fault::drop_after().on("PATCH"),
        Fault::late(LATE).on("PATCH"),
        Fault::bad_gateway_html().on("PATCH"),
        Fault::reset_after().on("PATCH"),
    ]));
}

/// Puts three jobs per contact, one after another, so that several workers meet at each record: two
/// of them add the same phone, spelled differently. One more is for a contact that does not exist.
async fn put_jobs(
    redis: &RedisServer,
    times: &Times,
) -> Result<BTreeMap<u64, Values>, BoxDynError> {
    let mut queue = queue::jobs(redis.connection.clone(), times);
    let mut wanted = BTreeMap::new();
    for id in 1..=CONTACTS {
        let (work, home) = (format!("+7900000{id:04}"), format!("+7911000{id:04}"));
        let (again, email) = (
            format!("+7 (900) 000-{id:04}"),
            format!("contact{id}@company.ru"),
        );
        for patch in [
            Customer::patch().post("Director").add_phone(work.as_str()),
            Customer::patch().add_phone(Phone::mobile(again)),
            Customer::patch()
                .add_phone(home.as_str())
                .add_email(email.as_str()),
        ] {
            producer::put(&mut queue, &PatchJob::new(id, &patch)?).await?;
        }
        let values = [work.as_str(), &home, &email, "Director"].map(comparable);
        wanted.insert(id, values.into());
    }
    let for_nobody = PatchJob::new(CONTACTS + 1, &Customer::patch().post("Director"))?;
    producer::put(&mut queue, &for_nobody).await?;
    Ok(wanted)
}

/// Kills the worker that writes to the chosen contact, as soon as the request has arrived.
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
        let request = request.serial();
        return Ok(Killed {
            label,
            at,
            request,
            held,
        });
    }
}

/// Waits until every job is done or given up.
async fn all_are_over(
    jobs: usize,
    redis: &mut ConnectionManager,
    times: &Times,
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
