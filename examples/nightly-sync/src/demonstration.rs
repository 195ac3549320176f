//! Without a key: a table in a temporary folder, a sandbox, and two runs.

use std::{io, path::Path, time::Duration};

use rusqlite::Connection;
use serde_json::{Value, json};
use vibecode_runtime::{Client, Credentials};
use vibecode_sandbox::{Entity, Fault, LoggedRequest, Sandbox};

use crate::{
    AnyError,
    customer::SOURCE,
    report::Report,
    sync,
    table::{CREATE, Table},
};

const ROWS: u64 = 66;
/// The rows that have a contact before the first run. The others are created.
const CONTACTS: u64 = 60;

/// The portal's schema, which the code is also compiled against.
pub(crate) const SCHEMA: &str = include_str!("../vibecode/contacts.json");

/// How long a lost request may still be applied. On a portal that is `settle_time`, 120 s; in a sandbox
/// it is much shorter.
const SETTLE: Duration = Duration::from_millis(300);

/// # Errors
/// If a run does not do what it should.
pub(crate) async fn run() -> Result<(), AnyError> {
    println!("VIBECODE_API_KEY is not set: this uses a sandbox, and a table of its own.");
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("customers.sqlite");
    write_table(&file)?;
    let table = Table::open(&file)?;
    let contacts: Vec<Value> = (1..=CONTACTS).map(contact).collect();
    let sandbox = Sandbox::builder()
        .schema(Entity::Contacts, serde_json::from_str(SCHEMA)?)
        .seed(json!({ "contacts": contacts }))
        .try_start()
        .await?;
    let client = Client::builder(Credentials::personal(Sandbox::API_KEY))
        .base_url(sandbox.url())
        .settle_time(SETTLE)
        .build()?;

    println!(
        "\nThe first run. The portal asks to wait; of the changes it carries out the first 7,"
    );
    println!("and then the connection breaks. Of the creations, the first has no answer.");
    sandbox.faults([
        Fault::rate_limited(Duration::from_secs(1)).at("search"),
        // The first batch only reads.
        Fault::delay(Duration::ZERO).at("batch"),
        Fault::drop_after_calls(7).at("batch"),
        Fault::drop_after().on("POST").at_exactly("contacts"),
    ]);
    let mut out = io::stdout();
    let mut first = Report::to(&mut out);
    sync::run(&client, &table, SETTLE, &mut first).await?;
    first.totals();
    let broken = sandbox.requests().into_iter();
    let mut broken = broken.filter(|request| request.applied_calls().len() == 7);
    check(
        broken.next().is_some(),
        "the connection broke after 7 changes",
    )?;
    check(first.changed == 24, "all the same, every change was made")?;
    let is_created = first.created == 6 && sandbox.records(Entity::Contacts).len() == 66;
    check(is_created, "and every missing contact was created once")?;
    check_phones(&sandbox)?;

    println!("\nThe second run");
    sandbox.clear_requests();
    let mut second = Report::to(&mut out);
    sync::run(&client, &table, SETTLE, &mut second).await?;
    second.totals();
    let requests = sandbox.requests();
    let has_sent = requests.iter().any(LoggedRequest::was_applied);
    check(second.changed == 0 && !has_sent, "it had nothing to send")?;
    check_phones(&sandbox)
}

/// Writes a table in which most rows equal the portal's contacts, some with a different spelling of
/// their phones.
fn write_table(file: &Path) -> Result<(), AnyError> {
    let connection = Connection::open(file)?;
    connection.execute_batch(CREATE)?;
    let mut insert = connection.prepare("INSERT INTO customers VALUES (?, ?, ?, ?, ?, ?, ?)")?;
    for row in (1..=ROWS).map(u32::try_from) {
        let row = row?;
        let phone = match row % 20 {
            0 => format!("+7495999{row:04}"),
            _ if row % 5 == 0 => format!("+7 (495) 000-{row:04}"),
            _ => format!("+7495000{row:04}"),
        };
        let mobile = (row % 3 == 0).then(|| format!("+7916000{row:04}"));
        let company = (row % 12 != 0).then_some(15);
        let loyalty = (row % 20 == 7).then_some("Gold");
        let name = format!("Contact {row}");
        insert.execute((row, name, "Clerk", company, phone, mobile, loyalty))?;
    }
    Ok(())
}

fn contact(id: u64) -> Value {
    json!({
        "id": id,
        "originatorId": SOURCE,
        "originId": id.to_string(),
        "name": format!("Contact {id}"),
        "post": "Clerk",
        "companyId": 15,
        "phone": format!("+7495000{id:04}"),
    })
}

/// # Errors
/// If a contact has a phone twice, in any spelling.
fn check_phones(sandbox: &Sandbox) -> Result<(), AnyError> {
    let is_doubled = (1..=ROWS).any(|id| {
        let mut phones = phones(sandbox, id);
        let count = phones.len();
        phones.sort_unstable();
        phones.dedup();
        phones.len() < count
    });
    check(!is_doubled, "no phone is there twice")
}

/// Returns the digits of a contact's phones.
pub(crate) fn phones(sandbox: &Sandbox, id: u64) -> Vec<String> {
    let contact = sandbox.contact(id).unwrap_or_default();
    let entries = contact.get("fm").and_then(Value::as_array);
    let values = entries.into_iter().flatten();
    let values = values.filter_map(|entry| entry.get("value")?.as_str());
    let digits = values.map(|value| value.chars().filter(char::is_ascii_digit).collect());
    digits.collect()
}

fn check(holds: bool, promise: &str) -> Result<(), AnyError> {
    if holds {
        println!("so: {promise}");
        return Ok(());
    }
    Err(format!("not so: {promise}").into())
}
