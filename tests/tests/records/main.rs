//! How the API's answers are read, and the differences between two records.
#![cfg(test)]
#![allow(
    clippy::wildcard_imports,
    reason = "one portal and one customer for all modules"
)]

mod cached;
mod compact;
mod compared;
mod diffs;
mod ensuring;
mod entities;
mod many_fields;
mod options;
mod reading;
mod round_trips;
mod shapes;
mod statuses;
mod updates;

use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};
use vibecode_runtime::{
    Client, CompanyId, ContactId, Contacts, Credentials, CrmRef, Date, DateTime, DealId, Email,
    Enumeration, Error, ErrorKind, File, Id, LeadId, Mismatch, MismatchKind, Money, Patch, Phone,
    Record, SmartProcess, Throttle, Updated, UserId,
};
use vibecode_sandbox::{Entity, Sandbox};

#[derive(Enumeration, Clone, Copy, PartialEq, Debug)]
#[vibecode(entity = "contacts", field = "ufCrm_1721244707107")]
enum Loyalty {
    #[vibecode(item = 81)]
    Gold,
    #[vibecode(item = 83)]
    Bronze,
}

#[derive(Enumeration, Clone, Copy, PartialEq, Debug)]
#[vibecode(entity = "contacts", field = "ufCrm_1700000000001")]
enum Drink {
    #[vibecode(item = 91)]
    Tea,
    #[vibecode(other)]
    Other(u64),
}

#[derive(Patch, Record, Clone, PartialEq, Debug)]
#[vibecode(entity = "contacts", diff)]
struct Customer {
    #[vibecode(id)]
    id: ContactId,
    name: String,
    post: Option<String>,
    #[vibecode(field = "companyId")]
    company: Option<CompanyId>,
    company_ids: Vec<CompanyId>,
    assigned_by_id: Option<UserId>,
    birthdate: Option<Date>,
    opened: bool,
    phone: Vec<Phone>,
    email: Vec<Email>,
    #[vibecode(field = "email", type_id = "MAILING")]
    newsletter: Option<String>,
    #[vibecode(field = "phone", type_id = "MOBILE")]
    mobile: Option<String>,
    #[vibecode(field = "ufCrm_1721244707107", kind = "enumeration")]
    loyalty: Option<Loyalty>,
    #[vibecode(field = "ufCrm_1700000000001", kind = "enumeration", multiple)]
    drinks: Vec<Drink>,
    #[vibecode(field = "ufCrmTags", kind = "string", multiple)]
    tags: Option<Vec<String>>,
    #[vibecode(field = "ufCrmVisits", kind = "integer")]
    visits: Option<i64>,
    #[vibecode(field = "ufCrm_694BF2A975BD0", kind = "double", multiple)]
    discounts: Vec<f64>,
    #[vibecode(field = "ufCrmSubscribed", kind = "boolean")]
    subscribed: Option<bool>,
    #[vibecode(field = "ufCrmRenewal", kind = "date")]
    renewal: Option<Date>,
    #[vibecode(field = "ufCrmLastCall", kind = "datetime")]
    last_call: Option<DateTime>,
    #[vibecode(field = "ufCrmBudget", kind = "money")]
    budget: Option<Money>,
    #[vibecode(field = "ufCrmContract", kind = "file")]
    contract: Option<File>,
    #[vibecode(field = "ufCrmScans", kind = "file", multiple)]
    scans: Vec<File>,
    #[vibecode(field = "ufCrmCurator", kind = "employee")]
    curator: Option<UserId>,
    #[vibecode(field = "ufCrmRelated", kind = "crm", multiple)]
    related: Vec<CrmRef>,
    #[vibecode(read_only)]
    updated_time: Option<DateTime>,
    #[vibecode(skip)]
    cached: u32,
}

fn client(url: &str) -> Client {
    let credentials = Credentials::personal(Sandbox::API_KEY);
    let builder = Client::builder(credentials).base_url(url);
    builder.throttle(Throttle::unlimited()).build().unwrap()
}

/// A portal with one contact, 7, who has these values and a name.
async fn portal_with(mut values: Value) -> Sandbox {
    let own = values.as_object_mut().unwrap();
    own.insert("id".to_owned(), json!(7));
    own.entry("name").or_insert_with(|| json!("Vera"));
    let list = |ids: &[&str]| {
        let items = ids.iter().map(|id| json!({ "ID": id, "VALUE": id }));
        items.collect::<Vec<_>>()
    };
    let loyalty = json!({ "type": "enumeration", "items": list(&["81", "83", "85"]) });
    let drinks =
        json!({ "type": "enumeration", "isMultiple": true, "items": list(&["91", "92", "93"]) });
    Sandbox::builder()
        .seed_unchecked(json!({ "contacts": [values] }))
        .user_field(Entity::Contacts, "ufCrm_1721244707107", loyalty)
        .user_field(Entity::Contacts, "ufCrm_1700000000001", drinks)
        .start()
        .await
}

async fn read_from(values: Value) -> Result<Customer, Error> {
    let sandbox = portal_with(values).await;
    client(sandbox.url()).get(7).await
}

async fn read(values: Value) -> Customer {
    read_from(values).await.unwrap()
}

/// A server that answers everything with this record, in forms that the sandbox does not have.
async fn answering(record: &Value) -> Client {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/v1", listener.local_addr().unwrap());
    let body = json!({ "success": true, "data": record }).to_string();
    let answer = format!(
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    );
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut request = vec![0; 64 * 1024];
            let _ = stream.read(&mut request).await;
            let _ = stream.write_all(answer.as_bytes()).await;
        }
    });
    client(&url)
}

fn date(text: &str) -> Date {
    text.parse().unwrap()
}

fn entry(id: u64, kind: &str, value_type: &str, value: &str) -> Value {
    json!({ "id": id, "typeId": kind, "valueType": value_type, "value": value })
}

async fn update(sandbox: &Sandbox, patch: &CustomerPatch) -> Updated {
    client(sandbox.url()).update(7, patch).await.unwrap()
}

fn wire<P: serde::Serialize>(patch: &P) -> Value {
    serde_json::to_value(patch).unwrap()
}

fn fields(mismatches: &[Mismatch]) -> Vec<&str> {
    mismatches.iter().map(Mismatch::field).collect()
}
