//! What the sync promises to the person who runs it unattended.

mod creation;

use rusqlite::Connection;
use serde_json::{Value, json};
use vibecode_runtime::{Client, Credentials, RetryPolicy, Throttle};
use vibecode_sandbox::{Entity, Fault, Sandbox};

use crate::{
    customer::SOURCE,
    demonstration::{SCHEMA, phones},
    report::Report,
    sync,
    table::{CREATE, Table},
};

const LOYALTY: &str = "ufCrm_1721244707107";

/// Returns a table without rows.
fn table() -> Table {
    let connection = Connection::open_in_memory().unwrap();
    connection.execute_batch(CREATE).unwrap();
    Table { connection }
}

impl Table {
    fn with(self, rows: &str) -> Self {
        let columns = "customer_id, post, company_id, phone, mobile, loyalty";
        let insert = format!("INSERT INTO customers ({columns}) VALUES {rows}");
        self.connection.execute_batch(&insert).unwrap();
        self
    }

    /// Returns rows 1 to `count`, each with a post and two unique phones.
    fn of_rows(count: u64) -> Self {
        let rows = (1..=count).map(|id| {
            format!("({id}, 'Clerk {id}', 15, '+7495000{id:04}', '+7916000{id:04}', 'Gold')")
        });
        let rows: Vec<String> = rows.collect();
        table().with(&rows.join(", "))
    }
}

/// Starts a sandbox with these contacts. Each has its id as its key too.
async fn portal(mut contacts: Vec<Value>) -> (Sandbox, Client) {
    for contact in &mut contacts {
        let key = contact["id"].to_string();
        contact["originatorId"] = SOURCE.into();
        contact["originId"] = key.into();
    }
    let sandbox = Sandbox::builder()
        .schema(Entity::Contacts, serde_json::from_str(SCHEMA).unwrap())
        .seed(json!({ "contacts": contacts }))
        .start()
        .await;
    let client = client_of(&sandbox);
    (sandbox, client)
}

fn client_of(sandbox: &Sandbox) -> Client {
    Client::builder(Credentials::personal(Sandbox::API_KEY))
        .base_url(sandbox.url())
        .retry(RetryPolicy::new().seed(7))
        .throttle(Throttle::unlimited())
        .build()
        .unwrap()
}

async fn portal_of(count: u64) -> (Sandbox, Client) {
    portal(
        (1..=count)
            .map(|id| json!({ "id": id, "post": "Intern" }))
            .collect(),
    )
    .await
}

/// Returns the numbers of changed, unchanged, left over and failed rows, and the text.
async fn run(client: &Client, table: &Table) -> ([usize; 4], String) {
    let mut text = Vec::new();
    let mut report = Report::to(&mut text);
    sync::run(client, table, Client::SETTLE_TIME, &mut report)
        .await
        .unwrap();
    report.totals();
    let counts = [
        report.changed,
        report.unchanged,
        report.left_over,
        report.failed,
    ];
    (counts, String::from_utf8(text).unwrap())
}

/// Returns the number of writes since the last call.
fn writes(sandbox: &Sandbox) -> usize {
    let requests = sandbox.requests();
    sandbox.clear_requests();
    requests
        .iter()
        .filter(|request| request.was_applied())
        .count()
}

#[tokio::test(start_paused = true)]
async fn a_second_run_sends_nothing() {
    let (sandbox, client) = portal_of(3).await;
    let table = Table::of_rows(3);
    assert_eq!(run(&client, &table).await.0, [3, 0, 0, 0]);
    assert!(writes(&sandbox) > 0);
    let contact = sandbox.contact(2).unwrap();
    assert_eq!(
        (&contact["post"], &contact["companyId"], &contact[LOYALTY]),
        (&json!("Clerk 2"), &json!(15), &json!(79))
    );
    assert_eq!(phones(&sandbox, 2), ["74950000002", "79160000002"]);

    assert_eq!(run(&client, &table).await.0, [0, 3, 0, 0]);
    assert_eq!((writes(&sandbox), phones(&sandbox, 2).len()), (0, 2));
}

#[tokio::test(start_paused = true)]
async fn a_phone_in_another_spelling_is_not_a_change() {
    let phone = json!([{ "value": "8 (495) 000-00-01", "typeId": "HOME" }]);
    let (sandbox, client) = portal(vec![json!({ "id": 1, "phone": phone })]).await;
    let table = table().with("(1, NULL, NULL, '84950000001', NULL, NULL)");
    assert_eq!(run(&client, &table).await.0, [0, 1, 0, 0]);
    assert_eq!(writes(&sandbox), 0);
}

#[tokio::test(start_paused = true)]
async fn a_phone_without_digits_is_known_by_its_text() {
    let contact = json!({ "id": 1, "phone": "reception" });
    let (sandbox, client) = portal(vec![contact]).await;
    let row = |phone| table().with(&format!("(1, NULL, NULL, '{phone}', NULL, NULL)"));
    assert_eq!(run(&client, &row("reception")).await.0, [0, 1, 0, 0]);
    assert_eq!(run(&client, &row("front desk")).await.0, [1, 0, 1, 0]);
    assert_eq!(phones(&sandbox, 1).len(), 2);
}

/// The digits alone do not decide: an extension counts, and so do letters.
#[tokio::test(start_paused = true)]
async fn a_phone_counts_as_present_only_if_ensure_finds_it_too() {
    for (there, wanted, is_same) in [
        ("1-800-FLOWERS", "1-800-TAXICAB", false),
        ("+74951112233", "+7495111223 доб. 3", false),
        ("+7 495 111-22-33 ext. 5", "+7 495 111-22-33 ext. 6", false),
        ("*100#", "100", false),
        ("+7 (495) 111-22-33", "+74951112233", true),
        ("Reception", "reception ", true),
    ] {
        let contact = json!({ "id": 1, "phone": there });
        let (sandbox, client) = portal(vec![contact]).await;
        let table = table().with(&format!("(1, NULL, NULL, '{wanted}', NULL, NULL)"));
        let [changed, unchanged, ..] = run(&client, &table).await.0;
        assert_eq!(
            (changed, unchanged),
            if is_same { (0, 1) } else { (1, 0) },
            "{there}, {wanted}"
        );
        let entries = sandbox.contact(1).unwrap()["fm"].as_array().unwrap().len();
        assert_eq!(entries, if is_same { 1 } else { 2 }, "{there}, {wanted}");
        assert!(
            is_same || run(&client, &table).await.0[1] == 1,
            "{there}, {wanted}"
        );
    }
}

/// A search for no contacts could be read as a search for all.
#[tokio::test(start_paused = true)]
async fn without_a_row_that_can_be_used_the_portal_is_not_asked() {
    let (sandbox, client) = portal_of(1).await;
    let table = table().with("(1, NULL, 'secret', NULL, NULL, NULL)");
    assert_eq!(run(&client, &table).await.0, [0, 0, 0, 1]);
    assert!(sandbox.requests().is_empty());
}

#[tokio::test(start_paused = true)]
async fn what_a_row_lacks_is_cleared_and_what_cannot_be_cleared_is_reported() {
    let contact = json!({ "id": 1, "post": "Clerk", "companyId": 15, "phone": ["+7495", "+7916"], LOYALTY: 81 });
    let (sandbox, client) = portal(vec![contact]).await;
    let table = table().with("(1, '', NULL, '+7495', '', NULL)");
    let (counts, text) = run(&client, &table).await;
    assert_eq!(counts, [1, 0, 1, 0]);
    assert!(
        text.contains("row 1: phones that only Bitrix24 itself can remove: 1"),
        "{text}"
    );
    let contact = sandbox.contact(1).unwrap();
    assert_eq!(
        (&contact["post"], &contact["companyId"], &contact[LOYALTY]),
        (&Value::Null, &json!(0), &Value::Null)
    );
    assert_eq!(run(&client, &table).await.0, [0, 1, 1, 0]);
}

#[tokio::test(start_paused = true)]
async fn a_row_that_cannot_be_used_stops_no_other_and_shows_nothing() {
    let (sandbox, client) = portal_of(4).await;
    let table = table().with(
        "(-1, 'a', NULL, NULL, NULL, NULL), (0, 'a', NULL, NULL, NULL, NULL), (1, 'b', NULL, NULL, NULL, 'Platinum-secret'),
         (2, 'c', 'secret', NULL, NULL, NULL), (3, 'd', 0, NULL, NULL, NULL),
         (4, 'e', NULL, '+7916', NULL, NULL)",
    );
    let (counts, text) = run(&client, &table).await;
    assert_eq!(counts, [1, 0, 0, 5], "{text}");
    for part in [
        "row -1: ",
        "row 0: skipped: its key must be more than 0",
        "row 1: skipped: loyalty: ",
        "row 2: skipped: company_id: ",
        "row 3: not changed: ",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
    for hidden in ["secret", "7916"] {
        assert!(!text.contains(hidden), "{text}");
    }
    assert_eq!(sandbox.contact(4).unwrap()["post"], "e");
}

#[tokio::test(start_paused = true)]
async fn a_table_of_any_length_is_read_in_parts() {
    let (sandbox, client) = portal_of(1_000).await;
    let table = Table::of_rows(1_000);
    assert_eq!(run(&client, &table).await.0, [1_000, 0, 0, 0]);
    sandbox.clear_requests();
    assert_eq!(run(&client, &table).await.0, [0, 1_000, 0, 0]);
    let requests = sandbox.requests();
    assert!(
        requests
            .iter()
            .all(|one| one.path() == "/v1/contacts/search")
    );
    assert_eq!(requests.len(), 3);
}

/// The portal drops the value silently: here, because it has no such field.
#[tokio::test(start_paused = true)]
async fn a_field_that_the_portal_does_not_have_is_reported() {
    let contact = json!({ "id": 1, "originatorId": SOURCE, "originId": "1" });
    let sandbox = Sandbox::builder()
        .schema(Entity::Contacts, json!({}))
        .seed(json!({ "contacts": [contact] }))
        .start()
        .await;
    let client = client_of(&sandbox);
    let (counts, text) = run(&client, &Table::of_rows(1)).await;
    assert_eq!(counts, [0, 0, 0, 1]);
    let problem = "the API reported a success, but the record does not show";
    assert!(text.contains(problem) && text.contains(LOYALTY), "{text}");
}

#[tokio::test(start_paused = true)]
async fn a_run_that_cannot_read_the_portal_stops() {
    let (sandbox, client) = portal_of(1).await;
    sandbox.fault(Fault::error("KEY_INACTIVE").at("search"));
    let mut text = Vec::new();
    let mut report = Report::to(&mut text);
    let run = sync::run(
        &client,
        &Table::of_rows(1),
        Client::SETTLE_TIME,
        &mut report,
    )
    .await;
    assert!(run.unwrap_err().to_string().contains("KEY_INACTIVE"));
}
