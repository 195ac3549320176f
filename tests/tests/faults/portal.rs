//! The portal that the tests write to, and functions that read its state.

use std::time::Duration;

use serde_json::{Value, json};
use vibecode_runtime::{
    Client, ClientBuilder, Credentials, Email, Patch, Phone, RetryPolicy, Throttle,
};
use vibecode_sandbox::{Entity, LoggedRequest, Sandbox, SandboxBuilder};

#[derive(Patch)]
#[vibecode(entity = "contacts")]
pub(crate) struct Customer {
    post: Option<String>,
    comments: Option<String>,
    phone: Vec<Phone>,
    email: Vec<Email>,
    #[vibecode(field = "ufCrmRatio", kind = "double")]
    ratio: Option<f64>,
}

pub(crate) fn customer() -> CustomerPatch {
    Customer::patch()
}

/// The phone that every contact has from the beginning.
pub(crate) const OWN_PHONE: &str = "+78000000000";

/// A portal with contacts 1 to `count`, each of which has a phone.
pub(crate) fn portal(count: u64) -> SandboxBuilder {
    let contacts = (1..=count).map(|id| json!({ "id": id, "name": "Ivan", "phone": OWN_PHONE }));
    let contacts: Vec<Value> = contacts.collect();
    Sandbox::builder()
        .seed(json!({ "contacts": contacts }))
        .user_field(Entity::Contacts, "ufCrmRatio", json!({ "type": "double" }))
}

/// A client with the same random waits in every run, and without a throttle.
pub(crate) fn client(sandbox: &Sandbox) -> Client {
    builder(sandbox, Sandbox::API_KEY).build().unwrap()
}

pub(crate) fn builder(sandbox: &Sandbox, key: &str) -> ClientBuilder {
    Client::builder(Credentials::personal(key))
        .base_url(sandbox.url())
        .retry(RetryPolicy::new().seed(7))
        .throttle(Throttle::unlimited())
        .http(without_certificates())
}

/// Disables TLS certificates: reading those of this machine takes longer than a test, and nothing uses TLS.
fn without_certificates() -> reqwest::ClientBuilder {
    reqwest::Client::builder().tls_certs_only([])
}

/// Waits until no late write can still arrive.
pub(crate) async fn settle() {
    tokio::time::sleep(Duration::from_secs(120)).await;
}

pub(crate) fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

/// Returns the stored text of a field; empty if it is not set.
pub(crate) fn stored(sandbox: &Sandbox, id: u64, field: &str) -> String {
    let contact = sandbox.contact(id).unwrap();
    contact[field].as_str().unwrap_or_default().to_owned()
}

/// Returns how often a phone or an email is stored.
pub(crate) fn count(sandbox: &Sandbox, id: u64, value: &str) -> usize {
    count_in(&sandbox.contact(id).unwrap(), value)
}

/// Returns how often a phone or an email is in a contact.
pub(crate) fn count_in(contact: &Value, value: &str) -> usize {
    let entries = contact["fm"].as_array().unwrap();
    entries
        .iter()
        .filter(|entry| entry["value"] == value)
        .count()
}

/// A change that was sent: the record and its fields.
pub(crate) type Write = (u64, Value);

/// Returns every change that was sent, alone or in a batch, in the order of arrival.
pub(crate) fn writes(sandbox: &Sandbox) -> Vec<Write> {
    sandbox.requests().iter().flat_map(writes_in).collect()
}

/// Returns the changes in one request.
pub(crate) fn writes_in(request: &LoggedRequest) -> Vec<Write> {
    let body: Value = serde_json::from_slice(request.body()).unwrap_or_default();
    match request.method().as_str() {
        "PATCH" => {
            let id = request.path().rsplit('/').next().unwrap();
            vec![(id.parse().unwrap(), body)]
        }
        "POST" => {
            let calls = body["calls"].as_array().unwrap().iter();
            let updates = calls.filter(|call| call["action"] == "update");
            let write = |call: &Value| (call["entityId"].as_u64().unwrap(), call["params"].clone());
            updates.map(write).collect()
        }
        _ => Vec::new(),
    }
}

/// Returns the requests with changes.
pub(crate) fn writing(sandbox: &Sandbox) -> Vec<LoggedRequest> {
    let mut requests = sandbox.requests();
    requests.retain(|request| !writes_in(request).is_empty());
    requests
}
