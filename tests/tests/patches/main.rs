//! What a builder's calls write, and what is never sent.
#![cfg(test)]

#[path = "../../benches/encode/contenders.rs"]
mod contenders;
mod multifields;
mod no_wire_form;
mod sending;
mod set_and_clear;
mod shown;
mod structs;
mod to_patch;
mod unchecked;
mod values;

use vibecode_runtime::{Client, CompanyId, ContactId, Credentials, Email, Patch, Phone, UserId};
use vibecode_sandbox::Sandbox;

#[derive(Patch)]
#[vibecode(entity = "contacts")]
struct Customer {
    #[vibecode(id)]
    id: ContactId,
    name: String,
    post: Option<String>,
    #[vibecode(field = "companyId")]
    company: Option<CompanyId>,
    company_ids: Option<Vec<CompanyId>>,
    assigned_by_id: UserId,
    observers: Vec<UserId>,
    type_id: Option<String>,
    opened: Option<bool>,
    phone: Vec<Phone>,
    email: Vec<Email>,
    #[vibecode(field = "email", type_id = "MAILING")]
    newsletter: Option<String>,
    #[vibecode(field = "phone", type_id = "WORK")]
    desk: Option<String>,
    #[vibecode(field = "ufCrm_1721244707107", kind = "enumeration")]
    loyalty: Option<u64>,
    #[vibecode(field = "ufCrm_694BF2A975BD0", kind = "double", multiple)]
    scores: Vec<f64>,
    #[vibecode(field = "ufCrmTags", kind = "string", multiple)]
    tags: Option<Vec<String>>,
    #[vibecode(field = "ufCrmVisits", kind = "integer")]
    visits: Option<i64>,
    #[vibecode(field = "ufCrmRatio", kind = "double")]
    ratio: Option<f64>,
    #[vibecode(field = "ufCrmCurator", kind = "employee")]
    curator: Option<UserId>,
    #[vibecode(read_only)]
    updated_time: String,
    #[vibecode(skip)]
    cached: u32,
}

fn customer() -> CustomerPatch {
    Customer::patch()
}

fn json<P: Patch + serde::Serialize>(patch: &P) -> String {
    serde_json::to_string(patch).unwrap()
}

fn refusal<P: Patch + serde::Serialize>(patch: &P) -> String {
    serde_json::to_string(patch).unwrap_err().to_string()
}

fn client(sandbox: &Sandbox) -> Client {
    let builder = Client::builder(Credentials::personal(Sandbox::API_KEY));
    builder.base_url(sandbox.url()).build().unwrap()
}
