//! What the sync promises of contacts that it creates: nothing doubled, and nothing lost.

use std::{collections::BTreeSet, path::Path, time::Duration};

use serde_json::{Value, json};
use tokio::time::{Instant, sleep, timeout};
use vibecode_runtime::Client;
use vibecode_sandbox::{Entity, Fault, Sandbox, Storm};

use super::{client_of, portal_of, run, writes};
use crate::{
    customer::SOURCE,
    demonstration::{SCHEMA, phones},
    open_work::OpenWork,
    report::Report,
    sync,
    table::Table,
};

const SECOND: Duration = Duration::from_secs(1);

/// A fault of a creation.
fn of_creation(fault: Fault) -> Fault {
    fault.on("POST").at_exactly("contacts")
}

/// Returns the keys of all contacts; fails if two have the same.
fn keys(sandbox: &Sandbox) -> BTreeSet<String> {
    let contacts = sandbox.records(Entity::Contacts);
    let keys = contacts
        .iter()
        .filter_map(|contact| contact["originId"].as_str());
    let keys: Vec<String> = keys.map(str::to_owned).collect();
    let unique: BTreeSet<String> = keys.iter().cloned().collect();
    assert_eq!(unique.len(), keys.len(), "{keys:?}");
    unique
}

/// Fails unless there is one contact for each of the rows 1 to `count`, with all that its row has.
fn check_all(sandbox: &Sandbox, count: u64) {
    let expected: BTreeSet<String> = (1..=count).map(|key| key.to_string()).collect();
    assert_eq!(keys(sandbox), expected);
    for contact in sandbox.records(Entity::Contacts) {
        let key: u64 = contact["originId"].as_str().unwrap().parse().unwrap();
        assert_eq!(contact["post"], format!("Clerk {key}"));
        let both = [format!("7495000{key:04}"), format!("7916000{key:04}")];
        assert_eq!(phones(sandbox, contact["id"].as_u64().unwrap()), both);
    }
}

#[tokio::test(start_paused = true)]
async fn a_row_without_a_contact_is_created_once() {
    let (sandbox, client) = portal_of(2).await;
    let table = Table::of_rows(5);
    let (counts, text) = run(&client, &table).await;
    assert_eq!(counts, [2, 0, 0, 0], "{text}");
    assert!(text.starts_with("created 3, changed 2"), "{text}");
    check_all(&sandbox, 5);
    sandbox.clear_requests();
    assert_eq!(run(&client, &table).await.0, [0, 5, 0, 0]);
    assert_eq!(writes(&sandbox), 0);
}

#[tokio::test(start_paused = true)]
async fn a_creation_whose_answer_is_lost_is_not_repeated_before_it_has_settled() {
    for (fault, is_late) in [
        (Fault::drop_after(), false),
        (Fault::drop_before(), true),
        (Fault::late(100 * SECOND), true),
        (Fault::another_record(), false),
        (Fault::bad_gateway_html().not_applied(), true),
        (Fault::garbage().applied(), false),
    ] {
        let name = fault.name();
        let (sandbox, client) = portal_of(0).await;
        sandbox.fault(of_creation(fault));
        let begin = Instant::now();
        let text = run(&client, &Table::of_rows(3)).await.1;
        assert!(text.starts_with("created 3, changed 0"), "{name}: {text}");
        assert_eq!(begin.elapsed() >= Client::SETTLE_TIME, is_late, "{name}");
        assert!(sandbox.requests().iter().any(|it| it.fault().is_some()));
        check_all(&sandbox, 3);
    }
}

/// The portal is asked again later, as the error says.
#[tokio::test(start_paused = true)]
async fn a_creation_that_is_refused_for_the_limit_is_sent_again() {
    let (sandbox, client) = portal_of(0).await;
    sandbox.faults((0..4).map(|_| of_creation(Fault::rate_limited(SECOND))));
    let text = run(&client, &Table::of_rows(2)).await.1;
    assert!(text.starts_with("created 2, changed 0"), "{text}");
    check_all(&sandbox, 2);
}

#[tokio::test(start_paused = true)]
async fn a_creation_that_is_refused_stops_no_other() {
    let (sandbox, client) = portal_of(0).await;
    sandbox.fault(of_creation(Fault::error("INVALID_PARAMS")));
    let (counts, text) = run(&client, &Table::of_rows(3)).await;
    assert_eq!(counts, [0, 0, 0, 1], "{text}");
    assert!(text.starts_with("row 1: not changed: "), "{text}");
    assert_eq!(keys(&sandbox).len(), 2);
}

/// The row may be that of the contact that cannot be read.
#[tokio::test(start_paused = true)]
async fn nothing_is_created_beside_a_contact_that_cannot_be_read() {
    let contact = |id: u64, name: Value| json!({ "id": id, "name": name, "originatorId": SOURCE, "originId": id.to_string() });
    let sandbox = Sandbox::builder()
        .schema(Entity::Contacts, serde_json::from_str(SCHEMA).unwrap())
        .seed_unchecked(
            json!({ "contacts": [contact(1, json!({ "a": "b" })), contact(2, json!("Vera"))] }),
        )
        .start()
        .await;
    let client = client_of(&sandbox);
    let (counts, text) = run(&client, &Table::of_rows(3)).await;
    assert_eq!(counts, [1, 0, 0, 2], "{text}");
    assert!(
        text.contains("row 1: skipped: no contact with its key could be read"),
        "{text}"
    );
    assert_eq!(keys(&sandbox).len(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_key_that_two_contacts_have_is_reported_and_neither_is_changed() {
    let twin = |id: u64| json!({ "id": id, "originatorId": SOURCE, "originId": "1" });
    let sandbox = Sandbox::builder()
        .schema(Entity::Contacts, serde_json::from_str(SCHEMA).unwrap())
        .seed(json!({ "contacts": [twin(7), twin(9)] }))
        .start()
        .await;
    let (counts, text) = run(&client_of(&sandbox), &Table::of_rows(1)).await;
    assert_eq!(counts, [0, 0, 0, 1]);
    assert!(text.contains("these contacts have its key: 7, 9"), "{text}");
    assert_eq!(writes(&sandbox), 0);
}

/// If the portal dropped the keys, every run would create every contact again.
#[tokio::test(start_paused = true)]
async fn if_the_first_new_contact_is_not_found_by_its_key_no_other_is_created() {
    let (sandbox, client) = portal_of(0).await;
    // Answered with success, and no contact has the key.
    sandbox.fault(of_creation(Fault::delay(Duration::ZERO).not_applied()));
    let (counts, text) = run(&client, &Table::of_rows(5)).await;
    assert_eq!(counts, [0, 0, 0, 5], "{text}");
    let problem = "row 1: skipped: the API reported a success, but no contact has the key";
    assert!(text.starts_with(problem), "{text}");
    let mut creations = sandbox.requests();
    creations.retain(|request| request.method() == "POST" && request.path() == "/v1/contacts");
    assert_eq!(creations.len(), 1);
}

/// The note in the file makes the next run wait for what the killed one has sent.
#[tokio::test(start_paused = true)]
async fn a_run_that_was_killed_is_completed_by_the_next_one() {
    const ROWS: u64 = 12;
    for killed_after in (1..40).map(|step| step * SECOND / 4) {
        let folder = tempfile::tempdir().unwrap();
        let note = folder.path().join("customers.open");
        let (sandbox, client) = portal_of(0).await;
        sandbox.storm(Storm::seeded(3).probability(0.4).faults([
            of_creation(Fault::late(90 * SECOND)),
            of_creation(Fault::delay(SECOND)),
            of_creation(Fault::drop_after()),
            Fault::drop_after_calls(2),
        ]));
        let killed = timeout(killed_after, run_with_note(&note, client, ROWS)).await;
        sandbox.calm();
        let begin = Instant::now();
        let client = client_of(&sandbox);
        run_with_note(&note, client, ROWS).await;
        let has_waited = begin.elapsed() >= 2 * Client::SETTLE_TIME;
        assert_eq!(has_waited, killed.is_err(), "{killed_after:?}");
        check_all(&sandbox, ROWS);
        let length = std::fs::metadata(&note).unwrap().len();
        assert_eq!(length, 0, "nothing is open");
    }
}

/// Runs as `main` does. Dropping it drops the client, as the end of a process does.
async fn run_with_note(note: &Path, client: Client, rows: u64) {
    let open_work = OpenWork::begin(note, 2 * Client::SETTLE_TIME)
        .await
        .unwrap();
    let text = run(&client, &Table::of_rows(rows)).await.1;
    assert!(text.contains("failed 0"), "{text}");
    open_work.end().unwrap();
}

#[tokio::test(start_paused = true)]
async fn two_runs_do_not_overlap() {
    let folder = tempfile::tempdir().unwrap();
    let note = folder.path().join("customers.open");
    let first = OpenWork::begin(&note, SECOND).await.unwrap();
    let second = OpenWork::begin(&note, SECOND).await;
    assert!(second.is_err_and(|error| error.to_string().contains("another run")));
    first.end().unwrap();
    let begin = Instant::now();
    OpenWork::begin(&note, SECOND).await.unwrap();
    assert_eq!(begin.elapsed(), Duration::ZERO);
}

/// However many runs break, the first undisturbed one finds or makes everything as it should be.
#[tokio::test(start_paused = true)]
async fn no_storm_doubles_a_contact_or_a_phone_or_loses_a_row() {
    const ROWS: u64 = 120;
    let mut broken = 0;
    for seed in 0..6 {
        let (sandbox, client) = portal_of(ROWS / 2).await;
        let table = Table::of_rows(ROWS);
        sandbox.storm(
            Storm::seeded(seed)
                .probability(0.5)
                .also([Fault::drop_after_calls(7)]),
        );
        for _ in 0..3 {
            let mut text = Vec::new();
            let mut report = Report::to(&mut text);
            let run = sync::run(&client, &table, Client::SETTLE_TIME, &mut report).await;
            broken += usize::from(run.is_err() || report.failed > 0);
            sleep(2 * Client::SETTLE_TIME).await;
        }
        sandbox.calm();
        let (counts, text) = run(&client, &table).await;
        assert_eq!(counts[3], 0, "{seed}: {text}");
        assert_eq!(run(&client, &table).await.0, [0, 120, 0, 0], "{seed}");
        check_all(&sandbox, ROWS);
    }
    // The storms were strong enough to break some runs.
    assert!(broken > 0);
}
