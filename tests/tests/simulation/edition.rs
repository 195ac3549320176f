//! The client's API. Only this file uses its names.

use std::{future::Future, pin::Pin, time::Duration};

use vibecode_runtime::{
    Acquiring, Budget, Client, ContactId, Credentials, Email, Ensured, Error, ErrorKind, Order,
    Patch, PatchJob, Permit, Phone, Record, RetryPolicy, Throttle, Updated, field,
};
use vibecode_tests::world::{Dice, World};

use super::{
    names::SlowNames,
    plan::{Item, ListAsk, Settings, Want},
};

/// The key of every client. No error may show it.
pub(crate) const KEY: &str = "vibe_api_confidential";
const APP_KEY: &str = "vibe_app_confidential";

#[derive(Patch, Record)]
#[vibecode(entity = "contacts")]
pub(crate) struct Customer {
    #[vibecode(id)]
    id: ContactId,
    #[vibecode(field = "lastName")]
    last_name: Option<String>,
    post: Option<String>,
    comments: Option<String>,
    phone: Vec<Phone>,
    email: Vec<Email>,
}

/// A row of a list.
#[derive(Record)]
#[vibecode(entity = "contacts")]
pub(crate) struct Row {
    #[vibecode(id)]
    id: ContactId,
    #[vibecode(field = "lastName")]
    last_name: Option<String>,
}

pub(crate) type Calling<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// The outcome of a call, for the checks.
#[derive(Clone, Debug)]
pub(crate) enum Verdict {
    /// It succeeded, with this number of mismatches.
    Done { mismatches: usize },
    /// It failed.
    Failed {
        applied: Applied,
        kind: ErrorKind,
        shown: String,
    },
}

/// What an error says about the record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Applied {
    Not,
    Unknown,
}

/// An app's own budget, which always has room, and at times never answers.
struct OwnBudget {
    hangs: f64,
    dice: std::sync::Mutex<Dice>,
}

impl Budget for OwnBudget {
    fn acquire(&self) -> Acquiring<'_> {
        let hangs = self
            .dice
            .lock()
            .is_ok_and(|mut dice| dice.chance(self.hangs));
        Box::pin(async move {
            if hangs {
                std::future::pending::<()>().await;
            }
            Ok(Permit::new(|_| {}))
        })
    }
}

/// A client of a world.
pub(crate) fn client(world: &World, name: &str, settings: &Settings, seed: u64) -> Client {
    let port = world.port();
    let credentials = if settings.sessions {
        let (world, slow, hangs) = (
            world.clone(),
            settings.slow_sessions,
            settings.hanging_sessions,
        );
        let dice = std::sync::Mutex::new(Dice::new(seed, 31));
        Credentials::app_with(APP_KEY, move || {
            let world = world.clone();
            let (pause, hangs) = dice.lock().map_or((Duration::ZERO, false), |mut dice| {
                (dice.up_to(slow), dice.chance(hangs))
            });
            async move {
                let token = world.new_session();
                world.note(format!(
                    "a session is asked for: {}",
                    if hangs { "never given" } else { "given" }
                ));
                if hangs {
                    std::future::pending::<()>().await;
                }
                tokio::time::sleep(pause).await;
                Ok(token)
            }
        })
    } else {
        Credentials::personal(KEY)
    };
    let throttle = match (settings.hanging_budget, settings.per_minute) {
        (Some(hangs), _) => Throttle::shared(OwnBudget {
            hangs,
            dice: std::sync::Mutex::new(Dice::new(seed, 32)),
        }),
        (None, Some(limit)) => Throttle::per_minute(limit),
        (None, None) => Throttle::unlimited(),
    };
    let mut builder = Client::builder(credentials)
        .user_agent(name)
        .retry(RetryPolicy::new().seed(seed))
        .throttle(throttle);
    builder = match &settings.names {
        Some(delay) => builder
            .base_url(&format!("http://localhost:{port}/v1"))
            .http(
                reqwest::Client::builder()
                    .dns_resolver(std::sync::Arc::new(SlowNames::new(world, *delay))),
            ),
        None => builder.base_url(&format!("http://127.0.0.1:{port}/v1")),
    };
    if let Some(timeout) = settings.timeout {
        builder = builder.timeout(timeout);
    }
    if let Some(deadline) = settings.deadline {
        builder = builder.deadline(deadline);
    }
    if let Some(settle_time) = settings.settle_time {
        builder = builder.settle_time(settle_time);
    }
    builder.build().expect("a client")
}

/// The patch of an item.
pub(crate) fn patch(want: &Want) -> CustomerPatch {
    let mut patch = Customer::patch();
    match &want.post {
        Some(Some(post)) => patch = patch.post(post.clone()),
        Some(None) => patch = patch.clear_post(),
        None => {}
    }
    if let Some(comments) = &want.comments {
        patch = patch.comments(comments.clone());
    }
    for phone in &want.phones {
        patch = patch.add_phone(phone.as_str());
    }
    for email in &want.emails {
        patch = patch.add_email(email.as_str());
    }
    patch
}

fn failed(error: &Error) -> Verdict {
    let applied = match error.outcome() {
        vibecode_runtime::Outcome::NotApplied => Applied::Not,
        _ => Applied::Unknown,
    };
    let mut shown = format!("{error} {error:?}");
    let mut source = std::error::Error::source(error);
    while let Some(inner) = source {
        shown.push_str(&format!(" {inner} {inner:?}"));
        source = inner.source();
    }
    Verdict::Failed {
        applied,
        kind: error.kind(),
        shown,
    }
}

fn updated(want: &Want, result: Result<Updated, Error>) -> Verdict {
    match result {
        Ok(updated) => Verdict::Done {
            mismatches: updated.mismatches(&patch(want)).len(),
        },
        Err(error) => failed(&error),
    }
}

fn ensured(want: &Want, result: Result<Ensured, Error>) -> Verdict {
    match result {
        Ok(ensured) => Verdict::Done {
            mismatches: ensured.mismatches(&patch(want)).len(),
        },
        Err(error) => failed(&error),
    }
}

pub(crate) fn update(client: &Client, item: &Item) -> Calling<Verdict> {
    let (call, want) = (
        client.update(item.id, &patch(&item.want)),
        item.want.clone(),
    );
    Box::pin(async move { updated(&want, call.await) })
}

pub(crate) fn ensure(client: &Client, item: &Item) -> Calling<Verdict> {
    let (call, want) = (
        client.ensure(item.id, &patch(&item.want)),
        item.want.clone(),
    );
    Box::pin(async move { ensured(&want, call.await) })
}

pub(crate) fn create(client: &Client, want: &Want) -> Calling<Verdict> {
    let call = client.create(&patch(want));
    Box::pin(async move {
        match call.await {
            Ok(_) => Verdict::Done { mismatches: 0 },
            Err(error) => failed(&error),
        }
    })
}

pub(crate) fn delete(client: &Client, id: u64) -> Calling<Verdict> {
    let call = client.delete(ContactId::from(id));
    Box::pin(async move {
        match call.await {
            Ok(()) => Verdict::Done { mismatches: 0 },
            Err(error) => failed(&error),
        }
    })
}

pub(crate) fn get(client: &Client, id: u64) -> Calling<Verdict> {
    let call = client.get::<Customer>(id);
    Box::pin(async move {
        match call.await {
            Ok(_) => Verdict::Done { mismatches: 0 },
            Err(error) => failed(&error),
        }
    })
}

pub(crate) fn batch(client: &Client, items: &[Item]) -> Calling<Vec<Verdict>> {
    let mut batch = client.batch();
    for item in items {
        batch = batch.update(item.id, &patch(&item.want));
    }
    let (call, items) = (batch.send(), items.to_vec());
    Box::pin(async move {
        match call.await {
            Ok(results) => items
                .iter()
                .zip(results)
                .map(|(item, result)| updated(&item.want, result))
                .collect(),
            Err(error) => items.iter().map(|_| failed(&error)).collect(),
        }
    })
}

fn job(item: &Item) -> PatchJob {
    // Serialised and read back, as through a queue.
    let job = PatchJob::new(item.id, &patch(&item.want)).expect("a job");
    let queued = serde_json::to_string(&job).expect("a job as text");
    serde_json::from_str(&queued).expect("the job again")
}

pub(crate) fn update_job(client: &Client, item: &Item) -> Calling<Verdict> {
    let (call, want) = (client.update_job(job(item)), item.want.clone());
    Box::pin(async move { updated(&want, call.await) })
}

pub(crate) fn ensure_job(client: &Client, item: &Item) -> Calling<Verdict> {
    let (call, want) = (client.ensure_job(job(item)), item.want.clone());
    Box::pin(async move { ensured(&want, call.await) })
}

/// A run over many items: index, id and verdict of each outcome, as they come.
pub(crate) type Outcomes = Box<dyn FnMut() -> Calling<Option<(usize, u64, Verdict)>> + Send>;

macro_rules! outcomes {
    ($run:expr, $items:expr, $verdict:ident) => {{
        let run = std::sync::Arc::new(tokio::sync::Mutex::new($run));
        let items = std::sync::Arc::new($items.to_vec());
        Box::new(move || {
            let (run, items) = (run.clone(), items.clone());
            Box::pin(async move {
                let outcome = run.lock().await.next().await?;
                let nothing = Want::default();
                let want = items
                    .get(outcome.index)
                    .map_or(&nothing, |item: &Item| &item.want);
                Some((
                    outcome.index,
                    outcome.id.get(),
                    $verdict(want, outcome.result),
                ))
            })
        })
    }};
}

fn pairs(items: &[Item]) -> Vec<(u64, CustomerPatch)> {
    items
        .iter()
        .map(|item| (item.id, patch(&item.want)))
        .collect()
}

pub(crate) fn update_many(client: &Client, items: &[Item]) -> Outcomes {
    outcomes!(client.update_many(pairs(items)), items, updated)
}

pub(crate) fn ensure_many(client: &Client, items: &[Item]) -> Outcomes {
    outcomes!(client.ensure_many(pairs(items)), items, ensured)
}

pub(crate) fn update_jobs(client: &Client, items: &[Item]) -> Outcomes {
    outcomes!(
        client.update_jobs(items.iter().map(job).collect::<Vec<_>>()),
        items,
        updated
    )
}

pub(crate) fn ensure_jobs(client: &Client, items: &[Item]) -> Outcomes {
    outcomes!(
        client.ensure_jobs(items.iter().map(job).collect::<Vec<_>>()),
        items,
        ensured
    )
}

/// The ids of a list, or what went wrong.
pub(crate) fn list(client: &Client, ask: &ListAsk) -> Calling<Result<Vec<u64>, Verdict>> {
    let mut query = client.list::<Row>();
    if let Some(name) = &ask.named {
        query = query.filter(field!(Row, last_name).equal(name));
    }
    if ask.of_none {
        query = query.filter(field!(Row, last_name).any_of([]));
    }
    if ask.by_name {
        query = query.order(field!(Row, last_name), Order::Ascending);
    }
    if let Some(limit) = ask.limit {
        query = query.limit(limit);
    }
    let mut rows = query.stream();
    Box::pin(async move {
        let mut ids = Vec::new();
        while let Some(row) = rows.next().await {
            match row {
                Ok(row) => ids.push(row.id.get()),
                Err(error) => return Err(failed(&error)),
            }
            if ids.len() > 10_000 {
                break;
            }
        }
        Ok(ids)
    })
}
