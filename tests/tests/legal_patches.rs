//! Every patch that compiles and has a wire form is accepted: random patches with all kinds of fields, each
//! compared with what the portal stores afterwards. There are 2,000 by default, or `PATCH_CASES`.
//! Only the text `0` is lost, since the API takes it for no value, and that is reported as a mismatch.
#![cfg(test)]

use std::collections::{BTreeMap, BTreeSet};

use proptest::{
    collection::vec,
    prelude::*,
    sample::select,
    test_runner::{Config, TestCaseResult, TestRunner},
};
use serde_json::{Map, Value, json};
use vibecode_runtime::{
    Client, CompanyId, Credentials, Email, EmailType, LeadId, Mismatch, Patch, Phone, PhoneType,
    Throttle, UserId,
};
use vibecode_sandbox::Sandbox;
use vibecode_tests::scale;

/// The number of cases for each contact. It is patched repeatedly, so that there are values to replace.
const CASES_PER_CONTACT: u32 = 10;

#[derive(Patch)]
#[vibecode(entity = "contacts")]
struct Customer {
    name: Option<String>,
    last_name: Option<String>,
    second_name: Option<String>,
    post: Option<String>,
    comments: Option<String>,
    source_description: Option<String>,
    originator_id: Option<String>,
    origin_id: Option<String>,
    origin_version: Option<String>,
    utm_source: Option<String>,
    utm_medium: Option<String>,
    utm_campaign: Option<String>,
    utm_content: Option<String>,
    utm_term: Option<String>,
    honorific: Option<String>,
    type_id: Option<String>,
    source_id: Option<String>,
    company_id: Option<CompanyId>,
    lead_id: Option<LeadId>,
    assigned_by_id: Option<UserId>,
    company_ids: Option<Vec<CompanyId>>,
    observers: Option<Vec<UserId>>,
    opened: Option<bool>,
    export: Option<bool>,
    phone: Vec<Phone>,
    email: Vec<Email>,
    #[vibecode(field = "phone", type_id = "MOBILE")]
    mobile: Option<String>,
    #[vibecode(field = "email", type_id = "MAILING")]
    newsletter: Option<String>,
    #[vibecode(field = "ufCrm_1721244707107", kind = "enumeration")]
    loyalty: Option<u64>,
    #[vibecode(field = "ufCrm_694BF2A975BD0", kind = "double", multiple)]
    discounts: Option<Vec<f64>>,
    #[vibecode(field = "ufCrmNote", kind = "string")]
    note: Option<String>,
    #[vibecode(field = "ufCrmTags", kind = "string", multiple)]
    tags: Option<Vec<String>>,
    #[vibecode(field = "ufCrmVisits", kind = "integer")]
    visits: Option<i64>,
    #[vibecode(field = "ufCrmSubscribed", kind = "boolean")]
    subscribed: Option<bool>,
    #[vibecode(field = "ufCrmSite", kind = "url")]
    site: Option<String>,
    #[vibecode(field = "ufCrmOffice", kind = "address")]
    office: Option<String>,
    #[vibecode(field = "ufCrmCurator", kind = "employee")]
    curator: Option<UserId>,
    #[vibecode(field = "ufCrmChannel", kind = "crm_status")]
    channel: Option<String>,
    #[vibecode(field = "ufCrm2_1639669411830", kind = "iblock_element")]
    favourite: Option<u64>,
}

/// A field of one kind: its wire name, and the functions that set and clear it.
type Field<V> = (
    &'static str,
    fn(CustomerPatch, V) -> CustomerPatch,
    fn(CustomerPatch) -> CustomerPatch,
);

macro_rules! fields {
    ($($wire:literal: $set:ident, $clear:ident;)+) => {
        &[$(($wire, |patch, value| patch.$set(value), |patch| patch.$clear())),+]
    };
}

const TEXTS: &[Field<String>] = fields! {
    "name": name, clear_name;
    "lastName": last_name, clear_last_name;
    "secondName": second_name, clear_second_name;
    "post": post, clear_post;
    "comments": comments, clear_comments;
    "sourceDescription": source_description, clear_source_description;
    "originatorId": originator_id, clear_originator_id;
    "originId": origin_id, clear_origin_id;
    "originVersion": origin_version, clear_origin_version;
    "utmSource": utm_source, clear_utm_source;
    "utmMedium": utm_medium, clear_utm_medium;
    "utmCampaign": utm_campaign, clear_utm_campaign;
    "utmContent": utm_content, clear_utm_content;
    "utmTerm": utm_term, clear_utm_term;
    "honorific": honorific, clear_honorific;
    "typeId": type_id, clear_type_id;
    "sourceId": source_id, clear_source_id;
    "ufCrmNote": note, clear_note;
    "ufCrmSite": site, clear_site;
    "ufCrmOffice": office, clear_office;
    "ufCrmChannel": channel, clear_channel;
};

const IDS: &[Field<u64>] = fields! {
    "companyId": company_id, clear_company_id;
    "leadId": lead_id, clear_lead_id;
    "assignedById": assigned_by_id, clear_assigned_by_id;
    "ufCrmCurator": curator, clear_curator;
    "ufCrm2_1639669411830": favourite, clear_favourite;
};

const BOOLEANS: &[Field<bool>] = fields! {
    "opened": opened, clear_opened;
    "export": export, clear_export;
    "ufCrmSubscribed": subscribed, clear_subscribed;
};

const WHOLE_NUMBERS: &[Field<i64>] = fields! {
    "ufCrmVisits": visits, clear_visits;
};

const OPTIONS: &[Field<u64>] = fields! {
    "ufCrm_1721244707107": loyalty, clear_loyalty;
};

const ID_LISTS: &[Field<Vec<u64>>] = &[
    (
        "companyIds",
        |patch, ids| patch.company_ids(ids.into_iter().map(CompanyId::from).collect::<Vec<_>>()),
        |patch| patch.clear_company_ids(),
    ),
    (
        "observers",
        |patch, ids| patch.observers(ids.into_iter().map(UserId::from).collect::<Vec<_>>()),
        |patch| patch.clear_observers(),
    ),
];

const NUMBER_LISTS: &[Field<Vec<f64>>] = fields! {
    "ufCrm_694BF2A975BD0": discounts, clear_discounts;
};

const TEXT_LISTS: &[Field<Vec<String>>] = fields! {
    "ufCrmTags": tags, clear_tags;
};

/// One call of the builder.
#[derive(Debug, Clone)]
enum Step {
    /// With the index of the field in its table; `None` clears.
    Text(usize, Option<String>),
    Id(usize, Option<u64>),
    Boolean(usize, Option<bool>),
    WholeNumber(usize, Option<i64>),
    Option(usize, Option<u64>),
    Ids(usize, Option<Vec<u64>>),
    Numbers(usize, Option<Vec<f64>>),
    Texts(usize, Option<Vec<String>>),
    Phone(String, PhoneType),
    Email(String, EmailType),
    Mobile(String),
    Newsletter(String),
}

fn a_step() -> impl Strategy<Value = Step> {
    let id = 1..=u64::MAX;
    prop_oneof![
        4 => field(TEXTS, any::<String>()).prop_map(|(at, it)| Step::Text(at, it)),
        2 => field(IDS, id.clone()).prop_map(|(at, it)| Step::Id(at, it)),
        1 => field(BOOLEANS, any::<bool>()).prop_map(|(at, it)| Step::Boolean(at, it)),
        1 => field(WHOLE_NUMBERS, any::<i64>()).prop_map(|(at, it)| Step::WholeNumber(at, it)),
        1 => field(OPTIONS, select(&[79, 81, 83][..])).prop_map(|(at, it)| Step::Option(at, it)),
        1 => field(ID_LISTS, vec(id, 0..4)).prop_map(|(at, it)| Step::Ids(at, it)),
        1 => field(NUMBER_LISTS, vec(a_number(), 0..4)).prop_map(|(at, it)| Step::Numbers(at, it)),
        1 => field(TEXT_LISTS, vec(a_value(), 0..4)).prop_map(|(at, it)| Step::Texts(at, it)),
        2 => (a_value(), select(PhoneType::ALL)).prop_map(|(it, of)| Step::Phone(it, of)),
        2 => (a_value(), select(EmailType::ALL)).prop_map(|(it, of)| Step::Email(it, of)),
        1 => a_value().prop_map(Step::Mobile),
        1 => a_value().prop_map(Step::Newsletter),
    ]
}

/// An index in a table, and a value or `None`.
fn field<V>(
    table: &'static [Field<V>],
    value: impl Strategy<Value = V>,
) -> impl Strategy<Value = (usize, Option<V>)>
where
    V: std::fmt::Debug,
{
    (0..table.len(), proptest::option::weighted(0.8, value))
}

fn a_number() -> impl Strategy<Value = f64> {
    use proptest::num::f64::{NEGATIVE, NORMAL, POSITIVE, SUBNORMAL, ZERO};
    prop_oneof![
        POSITIVE | NEGATIVE | NORMAL | SUBNORMAL | ZERO,
        (-1_000_000..1_000_000).prop_map(|hundredths| f64::from(hundredths) / 100.0),
    ]
}

/// Text that is not blank: a number as people write it, an address, or anything else.
fn a_value() -> impl Strategy<Value = String> {
    let any = any::<String>().prop_filter("not blank", |text| !text.trim().is_empty());
    prop_oneof![
        any,
        (0..9_999_999_999_u64).prop_map(|digits| format!("+7 {digits:010}")),
        (0..9_999_u32).prop_map(|number| format!("person{number}@example.org")),
    ]
}

fn applied(patch: CustomerPatch, step: &Step) -> CustomerPatch {
    fn put<V>(patch: CustomerPatch, field: &Field<V>, value: Option<V>) -> CustomerPatch {
        let (_, set, clear) = field;
        match value {
            Some(value) => set(patch, value),
            None => clear(patch),
        }
    }
    match step.clone() {
        Step::Text(at, it) => put(patch, &TEXTS[at], it),
        Step::Id(at, it) => put(patch, &IDS[at], it),
        Step::Boolean(at, it) => put(patch, &BOOLEANS[at], it),
        Step::WholeNumber(at, it) => put(patch, &WHOLE_NUMBERS[at], it),
        Step::Option(at, it) => put(patch, &OPTIONS[at], it),
        Step::Ids(at, it) => put(patch, &ID_LISTS[at], it),
        Step::Numbers(at, it) => put(patch, &NUMBER_LISTS[at], it),
        Step::Texts(at, it) => put(patch, &TEXT_LISTS[at], it),
        Step::Phone(it, value_type) => patch.add_phone(Phone::new(it, value_type)),
        Step::Email(it, value_type) => patch.add_email(Email::new(it, value_type)),
        Step::Mobile(it) => patch.add_mobile(it),
        Step::Newsletter(it) => patch.add_newsletter(it),
    }
}

/// The changes that a patch is to make to a contact.
#[derive(Default)]
struct Expected {
    values: BTreeMap<&'static str, Value>,
    /// Type and value.
    phones: Vec<[String; 2]>,
    emails: Vec<[String; 2]>,
    /// The fields that are set to the text `0`, which the API takes for no value.
    lost: BTreeSet<&'static str>,
}

impl Expected {
    fn note(&mut self, step: &Step) {
        let (name, value) = match step {
            Step::Text(at, it) => (TEXTS[*at].0, json!(it)),
            Step::Id(at, it) => (IDS[*at].0, json!(it)),
            Step::Boolean(at, it) => (BOOLEANS[*at].0, json!(it)),
            Step::WholeNumber(at, it) => (WHOLE_NUMBERS[*at].0, json!(it)),
            Step::Option(at, it) => (OPTIONS[*at].0, json!(it)),
            Step::Ids(at, it) => (ID_LISTS[*at].0, json!(it)),
            Step::Numbers(at, it) => (NUMBER_LISTS[*at].0, as_read(it.as_ref())),
            Step::Texts(at, it) => (TEXT_LISTS[*at].0, json!(it)),
            Step::Phone(it, of) => return self.phones.push([of.to_string(), it.clone()]),
            Step::Email(it, of) => return self.emails.push([of.to_string(), it.clone()]),
            Step::Mobile(it) => return self.phones.push(["MOBILE".to_owned(), it.clone()]),
            Step::Newsletter(it) => return self.emails.push(["MAILING".to_owned(), it.clone()]),
        };
        self.lost.remove(name);
        if value == "0" {
            self.lost.insert(name);
            self.values.insert(name, Value::Null);
        } else {
            self.values.insert(name, value);
        }
    }

    /// Checks that the contact is unchanged, except for these changes.
    fn check(self, before: &Value, after: &Value) -> TestCaseResult {
        let mut values = plain_values(before);
        for (name, value) in self.values {
            values.insert(name.to_owned(), value);
        }
        let stored = plain_values(after);
        prop_assert_eq!(values.len(), stored.len());
        for (name, value) in &values {
            let stored = &stored[name];
            let none = is_none(name, value) && is_none(name, stored);
            prop_assert!(
                none || same(value, stored),
                "{name}: {value} became {stored}"
            );
        }
        for (kind, added) in [("PHONE", self.phones), ("EMAIL", self.emails)] {
            let expected: Vec<_> = entries(before, kind).into_iter().chain(added).collect();
            prop_assert_eq!(entries(after, kind), expected);
        }
        Ok(())
    }
}

/// Numbers as `serde_json` reads their text: the last digit may differ.
fn as_read(numbers: Option<&Vec<f64>>) -> Value {
    serde_json::from_str(&json!(numbers).to_string()).unwrap()
}

/// All fields except the phones and emails in all their spellings, and the time of the change.
fn plain_values(contact: &Value) -> Map<String, Value> {
    let mut values = contact.as_object().unwrap().clone();
    values.retain(|name, _| {
        let repeats = ["fm", "phone", "email", "hasPhone", "hasEmail"];
        !repeats.iter().any(|each| name.starts_with(each)) && name != "updatedTime"
    });
    values
}

fn entries(contact: &Value, kind: &str) -> Vec<[String; 2]> {
    let entries = contact["fm"].as_array().unwrap().iter();
    entries
        .filter(|entry| entry["typeId"] == kind)
        .map(|entry| ["valueType", "value"].map(|key| entry[key].as_str().unwrap().to_owned()))
        .collect()
}

/// Returns whether two values are equal: 1 and 1.0 are the same number.
fn same(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Array(ones), Value::Array(others)) if ones.len() == others.len() => {
            ones.iter().zip(others).all(|(one, other)| same(one, other))
        }
        (Value::Number(one), Value::Number(other)) if one.is_f64() || other.is_f64() => {
            one.as_f64() == other.as_f64()
        }
        _ => one == other,
    }
}

/// Returns whether a value is one of the forms of no value; in a reference, 0 is one too.
fn is_none(name: &str, value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(values) => values.is_empty(),
        Value::Number(number) => {
            number.as_u64() == Some(0) && IDS.iter().any(|(wire, ..)| *wire == name)
        }
        _ => false,
    }
}

async fn check(sandbox: &Sandbox, client: &Client, id: u64, steps: &[Step]) -> TestCaseResult {
    let patch = steps.iter().fold(Customer::patch(), applied);
    let mut expected = Expected::default();
    for step in steps {
        expected.note(step);
    }
    let adds_nothing = expected.phones.is_empty() && expected.emails.is_empty();
    prop_assert_eq!(patch.is_idempotent(), adds_nothing);
    let before = sandbox.contact(id).unwrap();

    sandbox.clear_requests();
    let updated = client.update(id, &patch).await;
    prop_assert!(updated.is_ok(), "{:?}", updated);
    let requests = sandbox.requests();
    prop_assert_eq!(requests.len(), 1);
    prop_assert!(
        requests[0].dropped().is_empty(),
        "{:?}",
        requests[0].dropped()
    );
    prop_assert_eq!(
        requests[0].body_str(),
        serde_json::to_string(&patch).unwrap()
    );
    let mismatches = updated.unwrap().mismatches(&patch);
    let mismatches: BTreeSet<_> = mismatches.iter().map(Mismatch::field).collect();
    prop_assert_eq!(mismatches, expected.lost.iter().copied().collect());
    expected.check(&before, &sandbox.contact(id).unwrap())
}

#[test]
fn every_legal_patch_is_taken_whole_and_stored_as_it_was_set() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let cases = scale::count("PATCH_CASES", 2_000);
    let last_id = u64::from(cases / CASES_PER_CONTACT).max(1);
    let (sandbox, client) = runtime.block_on(async {
        let contacts: Vec<_> = (1..=last_id)
            .map(|id| json!({ "id": id, "name": "Ivan", "companyId": 15, "phone": "+7" }))
            .collect();
        let seed = json!({ "contacts": contacts });
        let sandbox = Sandbox::builder().seed(seed).start().await;
        let client = Client::builder(Credentials::personal(Sandbox::API_KEY));
        let client = client.base_url(sandbox.url());
        let client = client.throttle(Throttle::unlimited()).build().unwrap();
        (sandbox, client)
    });
    let mut runner = TestRunner::new(Config {
        cases,
        failure_persistence: None,
        ..Config::default()
    });
    let patches = (1..=last_id, vec(a_step(), 1..8));
    let checked = runner.run(&patches, |(id, steps)| {
        runtime.block_on(check(&sandbox, &client, id, &steps))
    });
    if let Err(error) = checked {
        panic!("{error}");
    }
}
