//! Runs of many items during which the session expires: none is lost, and each phone is added once.

use vibecode_runtime::{Bulk, Client, Contacts, ErrorKind, Outcome};
use vibecode_sandbox::Sandbox;

use crate::{
    caller::{Customer, CustomerPatch},
    sessions::{FIRST, SECOND, Sessions, builder},
};

const ITEMS: u64 = 1_000;

/// A sandbox with this many contacts that accepts the first session, and a client with a provider that
/// returns it.
async fn begin() -> (Sandbox, Client, Sessions) {
    let sandbox = Sandbox::builder().contacts(ITEMS).start().await;
    sandbox.add_session(FIRST);
    let sessions = Sessions::of(FIRST);
    let client = builder(sandbox.url(), &sessions).build().unwrap();
    (sandbox, client, sessions)
}

fn items() -> impl Iterator<Item = (u64, CustomerPatch)> + Send + 'static {
    (1..=ITEMS).map(|id| {
        let patch = Customer::patch().post("Director");
        (id, patch.add_phone(format!("+7{id:010}")))
    })
}

/// Does this in the middle of a run, and returns the outcomes of its items.
async fn run<T: Send + 'static>(
    mut outcomes: Bulk<Contacts, T>,
    in_the_middle: impl FnOnce(),
) -> Vec<Result<(), vibecode_runtime::Error>> {
    let mut in_the_middle = Some(in_the_middle);
    let mut results = Vec::new();
    while let Some(outcome) = outcomes.next().await {
        results.push(outcome.result.map(drop));
        assert_eq!(outcome.id.get(), results.len() as u64);
        if results.len() == 120 {
            in_the_middle.take().unwrap()();
        }
    }
    assert_eq!(results.len() as u64, ITEMS);
    results
}

fn phones(sandbox: &Sandbox, id: u64) -> usize {
    let contact = sandbox.contact(id).unwrap();
    contact["fm"].as_array().unwrap().len()
}

fn refused(sandbox: &Sandbox) -> usize {
    let requests = sandbox.requests();
    let codes = requests.iter().map(|it| it.error_code());
    codes.filter(|it| *it == Some("TOKEN_EXPIRED")).count()
}

#[tokio::test(start_paused = true)]
async fn a_run_whose_session_ends_in_the_middle_loses_no_item_and_adds_each_phone_once() {
    for ensures in [false, true] {
        let (sandbox, client, sessions) = begin().await;
        let renew = || {
            sandbox.expire_session(FIRST);
            sandbox.add_session(SECOND);
            sessions.give(SECOND);
        };
        let results = if ensures {
            run(client.ensure_many(items()), renew).await
        } else {
            run(client.update_many(items()), renew).await
        };
        assert!(results.iter().all(Result::is_ok));
        for id in 1..=ITEMS {
            assert_eq!(phones(&sandbox, id), 1, "{id}");
            assert_eq!(sandbox.contact(id).unwrap()["post"], "Director");
        }
        assert_eq!(sessions.asked(), 2);
        assert!(refused(&sandbox) > 0);
    }
}

#[tokio::test(start_paused = true)]
async fn a_run_whose_session_cannot_be_renewed_reports_every_item_as_not_sent() {
    let (sandbox, client, sessions) = begin().await;
    let end = || {
        sandbox.expire_session(FIRST);
        sessions.fail();
    };
    let results = run(client.update_many(items()), end).await;
    let mut failed = 0;
    for (id, result) in (1..).zip(results) {
        assert_eq!(phones(&sandbox, id), usize::from(result.is_ok()), "{id}");
        if let Err(error) = result {
            failed += 1;
            assert_eq!(error.kind(), ErrorKind::Session, "{error:?}");
            assert_eq!(error.outcome(), Outcome::NotApplied);
        }
    }
    assert!(failed > 0 && failed < ITEMS, "{failed}");
}
