//! Runs a plan against a world, and reports the outcome of every call.

use std::{
    future::{Future, poll_fn},
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
    task::Poll,
    time::Duration,
};

use serde_json::json;
use tokio::{task, time};
use vibecode_runtime::Client;
use vibecode_tests::world::{Ledger, Rules, World, clock};

use super::{
    edition::{self, Calling, Verdict},
    plan::{Do, How, Plan, Step},
};

/// The outcome of a call, or of one of its items.
#[derive(Clone, Debug)]
pub(crate) struct Report {
    pub(crate) step: usize,
    pub(crate) item: usize,
    pub(crate) started: Duration,
    pub(crate) ended: Option<Duration>,
    /// `None` while it has not ended, or if its caller dropped it or no longer polls it.
    pub(crate) verdict: Option<Verdict>,
}

/// The result of a simulation.
pub(crate) struct Outcome {
    pub(crate) plan: Plan,
    pub(crate) ledger: Ledger,
    pub(crate) reports: Vec<Report>,
    /// The problems that were found while it ran.
    pub(crate) wrong: Vec<(&'static str, String)>,
    pub(crate) finished: Duration,
}

/// The time after which everything must have ended.
const HORIZON: Duration = Duration::from_secs(6 * 3600);

#[derive(Clone)]
struct Run {
    world: World,
    plan: Arc<Plan>,
    reports: Arc<Mutex<Vec<Report>>>,
    wrong: Arc<Mutex<Vec<(&'static str, String)>>>,
}

pub(crate) fn run(plan: Plan, rules: Rules, seed: u64) -> Outcome {
    clock::run(driven(plan, rules, seed)).expect("a runtime")
}

async fn driven(plan: Plan, rules: Rules, seed: u64) -> Outcome {
    let world = World::start(rules, seed).await.expect("a free port");
    for contact in &plan.contacts {
        let mut entries = Vec::new();
        entries.extend(
            contact
                .phones
                .iter()
                .map(|value| ("PHONE", "WORK", value.as_str())),
        );
        entries.extend(
            contact
                .emails
                .iter()
                .map(|value| ("EMAIL", "HOME", value.as_str())),
        );
        let fields = json!({"name": "Ivan", "lastName": contact.last_name, "post": contact.post, "assignedById": 1});
        world
            .state()
            .portal
            .put("contacts", contact.id, fields, &entries);
    }
    let run = Run {
        world,
        plan: Arc::new(plan),
        reports: Arc::default(),
        wrong: Arc::default(),
    };
    let clients: Vec<Client> = (0..run.plan.clients)
        .map(|n| edition::client(&run.world, &format!("client-{n}"), &run.plan.settings, seed))
        .collect();
    let held = Arc::new(Mutex::new(Vec::new()));
    let mut tasks = Vec::new();
    for (number, step) in run.plan.steps.iter().enumerate() {
        let client = clients[step.client].clone();
        let (run, step, held) = (run.clone(), step.clone(), Arc::clone(&held));
        tasks.push(task::spawn(async move {
            time::sleep(step.at).await;
            run.step(number, &step, &client, &held).await;
        }));
    }
    let all = async {
        for task in tasks {
            if let Err(error) = task.await {
                run.lock_wrong().push(("a call panics", error.to_string()));
            }
        }
    };
    let _ = time::timeout(HORIZON, all).await;
    let finished = run.world.now();
    // Late requests are applied.
    time::sleep(Duration::from_secs(400)).await;
    let ledger = run.world.state().ledger.clone();
    let reports = run.lock_reports().clone();
    let wrong = run.lock_wrong().clone();
    drop(held);
    Outcome {
        plan: (*run.plan).clone(),
        ledger,
        reports,
        wrong,
        finished,
    }
}

type Held = Arc<Mutex<Vec<Pin<Box<dyn Future<Output = ()> + Send>>>>>;

impl Run {
    fn lock_reports(&self) -> std::sync::MutexGuard<'_, Vec<Report>> {
        self.reports.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn lock_wrong(&self) -> std::sync::MutexGuard<'_, Vec<(&'static str, String)>> {
        self.wrong.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn step(&self, number: usize, step: &Step, client: &Client, held: &Held) {
        let name = describe(&step.what);
        self.world.note(format!(
            "step {number} begins: client-{} {name}, {:?}",
            step.client, step.how
        ));
        let count = step.what.items().len().max(1);
        let started = self.world.now();
        let first = {
            let mut reports = self.lock_reports();
            let first = reports.len();
            reports.extend((0..count).map(|item| Report {
                step: number,
                item,
                started,
                ended: None,
                verdict: None,
            }));
            first
        };
        let mut call = self.call(first, number, step, client);
        match step.how {
            How::Await => call.await,
            How::Drop(after) => {
                if time::timeout(after, &mut call).await.is_err() {
                    self.world.note(format!("step {number} is dropped"));
                }
            }
            How::Hold(after) => {
                if time::timeout(after, &mut call).await.is_err() {
                    self.world
                        .note(format!("step {number} is held and not polled any more"));
                    held.lock()
                        .unwrap_or_else(PoisonError::into_inner)
                        .push(call);
                }
            }
            How::Rarely(gap) => loop {
                let polled = poll_fn(|context| Poll::Ready(call.as_mut().poll(context))).await;
                if polled.is_ready() {
                    break;
                }
                time::sleep(gap).await;
            },
        }
    }

    fn ends(&self, report: usize, verdict: Verdict) {
        let now = self.world.now();
        let mut reports = self.lock_reports();
        let report = &mut reports[report];
        let line = format!(
            "step {} item {} ends: {}",
            report.step,
            report.item,
            said(&verdict)
        );
        report.ended = Some(now);
        report.verdict = Some(verdict);
        drop(reports);
        self.world.note(line);
    }

    fn call(&self, first: usize, number: usize, step: &Step, client: &Client) -> Calling<()> {
        let (run, client, what) = (self.clone(), client.clone(), step.what.clone());
        let one = |call: Calling<Verdict>| -> Calling<()> {
            let run = self.clone();
            Box::pin(async move { run.ends(first, call.await) })
        };
        match what {
            Do::Update(item) => one(edition::update(&client, &item)),
            Do::Ensure(item) => one(edition::ensure(&client, &item)),
            Do::UpdateJob(item) => one(edition::update_job(&client, &item)),
            Do::EnsureJob(item) => one(edition::ensure_job(&client, &item)),
            Do::Create(want) => one(edition::create(&client, &want)),
            Do::Delete(id) => one(edition::delete(&client, id)),
            Do::Get(id) => one(edition::get(&client, id)),
            Do::Batch(items) => {
                let call = edition::batch(&client, &items);
                Box::pin(async move {
                    let verdicts = call.await;
                    if verdicts.len() != items.len() {
                        run.lock_wrong().push((
                            "one result a call",
                            format!("step {number}: {} of {}", verdicts.len(), items.len()),
                        ));
                    }
                    for (item, verdict) in verdicts.into_iter().enumerate() {
                        run.ends(first + item, verdict);
                    }
                })
            }
            Do::UpdateMany(items) => {
                run.outcomes(first, number, &items, edition::update_many(&client, &items))
            }
            Do::EnsureMany(items) => {
                run.outcomes(first, number, &items, edition::ensure_many(&client, &items))
            }
            Do::UpdateJobs(items) => {
                run.outcomes(first, number, &items, edition::update_jobs(&client, &items))
            }
            Do::EnsureJobs(items) => {
                run.outcomes(first, number, &items, edition::ensure_jobs(&client, &items))
            }
            Do::List(ask) => {
                let call = edition::list(&client, &ask);
                Box::pin(async move {
                    let before = run.world.state().ledger.seen.len();
                    match call.await {
                        Ok(ids) => {
                            super::check::rows(&run.plan, &ask, &ids, &mut run.lock_wrong());
                            run.ends(first, Verdict::Done { mismatches: 0 });
                        }
                        Err(verdict) => run.ends(first, verdict),
                    }
                    let asked = run.world.state().ledger.seen.len() - before;
                    if ask.of_none && asked > 0 {
                        run.lock_wrong().push((
                            "a list of none asks nothing",
                            format!("{asked} requests were sent"),
                        ));
                    }
                    if asked > 200 {
                        run.lock_wrong()
                            .push(("a list ends", format!("{asked} requests were sent for one")));
                    }
                })
            }
            Do::Crowd(items, width, other) => Box::pin(async move {
                // As `stream::iter(items).map(update).buffer_unordered(width)` with a call in the loop's body.
                let mut waiting = items.iter().enumerate();
                let mut crowd: Vec<(usize, Calling<Verdict>)> = Vec::new();
                loop {
                    while crowd.len() < width {
                        let Some((item, wanted)) = waiting.next() else {
                            break;
                        };
                        crowd.push((item, edition::update(&client, wanted)));
                    }
                    if crowd.is_empty() {
                        return;
                    }
                    let (position, verdict) = poll_fn(|context| {
                        for (position, (_, call)) in crowd.iter_mut().enumerate() {
                            if let Poll::Ready(verdict) = call.as_mut().poll(context) {
                                return Poll::Ready((position, verdict));
                            }
                        }
                        Poll::Pending
                    })
                    .await;
                    let (item, _) = crowd.swap_remove(position);
                    run.ends(first + item, verdict);
                    edition::get(&client, other).await;
                }
            }),
        }
    }

    fn outcomes(
        self,
        first: usize,
        number: usize,
        items: &[super::plan::Item],
        mut next: edition::Outcomes,
    ) -> Calling<()> {
        let ids: Vec<u64> = items.iter().map(|item| item.id).collect();
        Box::pin(async move {
            let mut expected = 0;
            while let Some((index, id, verdict)) = next().await {
                if index != expected || ids.get(index) != Some(&id) {
                    let what = format!(
                        "step {number}: outcome {index} of record {id} where {expected} was due"
                    );
                    self.lock_wrong()
                        .push(("one outcome an item, in order", what));
                }
                expected += 1;
                if index < ids.len() {
                    self.ends(first + index, verdict);
                }
            }
            if expected != ids.len() {
                let what = format!("step {number}: {expected} outcomes of {} items", ids.len());
                self.lock_wrong()
                    .push(("one outcome an item, in order", what));
            }
        })
    }
}

fn said(verdict: &Verdict) -> String {
    match verdict {
        Verdict::Done { mismatches } => format!("Ok, {mismatches} mismatches"),
        Verdict::Failed { applied, kind, .. } => format!("Err {kind:?} {applied:?}"),
    }
}

/// A call in a line of the timeline.
pub(crate) fn describe(what: &Do) -> String {
    let text = format!("{what:?}");
    let mut short: String = text.chars().take(260).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    short
}
