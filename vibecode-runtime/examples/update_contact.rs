//! Updates a contact like the example in the API's documentation of the call, and shows the request.
//!
//! Without `VIBECODE_API_KEY`, it starts a sandbox and uses that. With `VIBECODE_API_KEY`, it
//! changes a real portal and requires the contact's id: `cargo run --example update_contact -- 71`.
#![allow(clippy::print_stdout, reason = "this shows what it does")]

use std::{env, error::Error};

use serde_json::Value;
use vibecode_runtime::{Client, CompanyId, ContactId, Credentials, Email, Patch, Phone, UserId};
use vibecode_sandbox::Sandbox;

#[derive(Patch)]
#[vibecode(entity = "contacts")]
struct Customer {
    #[vibecode(id)]
    id: ContactId,
    post: Option<String>,
    #[vibecode(field = "companyId")]
    company: Option<CompanyId>,
    assigned_by_id: UserId,
    phone: Vec<Phone>,
    email: Vec<Email>,
    #[vibecode(field = "ufCrm_1721244707107", kind = "enumeration")]
    loyalty: Option<u64>,
    #[vibecode(field = "ufCrm_694BF2A975BD0", kind = "double", multiple)]
    scores: Vec<f64>,
    #[vibecode(read_only)]
    updated_time: String,
}

/// The fields that the table shows, by wire name.
const SHOWN: &[&str] = &[
    "post",
    "companyId",
    "fm",
    "ufCrm_1721244707107",
    "ufCrm_694BF2A975BD0",
    "updatedTime",
];

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    if env::var_os("VIBECODE_API_KEY").is_some() {
        return on_a_portal().await;
    }
    println!("VIBECODE_API_KEY is not set: this uses a sandbox in this process.");
    let sandbox = Sandbox::start().await;
    let connect = |credentials| Client::builder(credentials).base_url(sandbox.url()).build();
    let contact = ContactId::from(71);

    let personal = Sender::personal(connect(Credentials::personal(Sandbox::API_KEY))?);
    update(
        &personal,
        contact,
        "personal key: a phone and a position",
        &phone_and_post(),
    )
    .await?;
    update(
        &personal,
        contact,
        "several phones and emails, with types",
        &typed_values(),
    )
    .await?;
    update(
        &personal,
        contact,
        "user fields, and a company cleared",
        &user_fields(),
    )
    .await?;

    let app = Sender::app(connect(Credentials::app(
        Sandbox::APP_KEY,
        Sandbox::SESSION_TOKEN,
    ))?);
    update(
        &app,
        contact,
        "OAuth app: the same once more, and the phone is there twice",
        &phone_and_post(),
    )
    .await
}

/// The id must be given on the command line, because the example changes a real contact. Only for a
/// server on this machine it defaults to 71. User fields differ between portals, so none is sent.
async fn on_a_portal() -> Result<(), Box<dyn Error>> {
    let on_this_machine = env::var("VIBECODE_BASE_URL").is_ok_and(|url| url.starts_with("http:"));
    let contact: ContactId = match env::args().nth(1) {
        Some(id) => id.parse::<u64>()?.into(),
        None if on_this_machine => 71.into(),
        None => return Err("VIBECODE_API_KEY is set, so this would add phones and emails to a real contact: say which by `cargo run --example update_contact -- ID`, or unset the key to use a sandbox".into()),
    };
    let client = Client::from_env()?;
    let is_app = env::var_os("VIBECODE_SESSION_TOKEN").is_some();
    let client = if is_app {
        Sender::app(client)
    } else {
        Sender::personal(client)
    };
    update(
        &client,
        contact,
        "a phone and a position",
        &phone_and_post(),
    )
    .await?;
    update(
        &client,
        contact,
        "several phones and emails, with types",
        &typed_values(),
    )
    .await
}

fn phone_and_post() -> CustomerPatch {
    Customer::patch().add_phone("+79169876543").post("Director")
}

fn typed_values() -> CustomerPatch {
    Customer::patch()
        .add_phone(Phone::work("+79161234567"))
        .add_phone(Phone::mobile("+79161112233"))
        .add_email("work@company.ru")
        .add_email(Email::home("personal@me.ru"))
}

fn user_fields() -> CustomerPatch {
    Customer::patch()
        .loyalty(81_u64)
        .scores([4.5, 5.0])
        .clear_company()
}

/// A client, and the headers that authenticate it, masked.
struct Sender {
    client: Client,
    headers: &'static [&'static str],
}

impl Sender {
    fn personal(client: Client) -> Self {
        let headers = &["X-Api-Key: ********"];
        Self { client, headers }
    }

    fn app(client: Client) -> Self {
        let headers = &["X-Api-Key: ********", "Authorization: Bearer ********"];
        Self { client, headers }
    }
}

/// Sends a patch and shows the request, and the contact before and after it.
async fn update(
    sender: &Sender,
    id: ContactId,
    title: &str,
    patch: &CustomerPatch,
) -> Result<(), Box<dyn Error>> {
    println!("\n{title}");
    println!("  PATCH /v1/contacts/{id}");
    for header in sender.headers {
        println!("  {header}");
    }
    println!("  {}", serde_json::to_string(patch)?);
    let before: Value = sender.client.get_raw(id).await?.parse()?;
    let after: Value = sender.client.update(id, patch).await?.raw().parse()?;

    println!("  {:<20} | {:<30} | after", "field", "before");
    println!("  {:-<20}-+-{:-<30}-+-{:-<30}", "", "", "");
    for field in SHOWN {
        show(field, &cell(&before, field), &cell(&after, field));
    }
    Ok(())
}

/// Prints a row of the table for each line of a field and marks what has changed.
fn show(field: &str, before: &[String], after: &[String]) {
    for row in 0..before.len().max(after.len()) {
        let name = if row == 0 { field } else { "" };
        let (before, after) = (before.get(row), after.get(row));
        let mark = if before == after { ' ' } else { '*' };
        let text = |cell: Option<&String>| cell.cloned().unwrap_or_default();
        println!("{mark} {name:<20} | {:<30} | {}", text(before), text(after));
    }
}

/// Returns the lines that show a field: for phones and emails, one per entry.
fn cell(contact: &Value, field: &str) -> Vec<String> {
    match contact.get(field) {
        Some(Value::Array(entries)) if field == "fm" => entries.iter().map(entry).collect(),
        Some(Value::String(text)) => vec![text.clone()],
        Some(value) if !value.is_null() => vec![value.to_string()],
        _ => vec!["-".to_owned()],
    }
}

/// In `fm`, `typeId` is the kind and `valueType` the type.
fn entry(entry: &Value) -> String {
    let text = |key: &str| entry.get(key).and_then(Value::as_str).unwrap_or_default();
    format!(
        "{} {}: {}",
        text("typeId"),
        text("valueType"),
        text("value")
    )
}
