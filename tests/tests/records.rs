//! What is read of the forms in which the API answers, and what changes from one record to another.
#![cfg(test)]

use proptest::{
    collection::vec,
    option::of,
    prelude::*,
    test_runner::{Config, TestRunner},
};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};
use vibecode_runtime::{
    Client, CompanyId, ContactId, Contacts, Credentials, CrmRef, Date, DateTime, DealId, Email,
    Enumeration, Error, ErrorKind, File, Id, Items, LeadId, Mismatch, Money, Patch, Phone, Record,
    Updated, UserId,
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
    Client::builder(credentials).base_url(url).build().unwrap()
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
        .seed(json!({ "contacts": [values] }))
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

#[tokio::test]
async fn booleans_are_read_in_all_three_forms_and_in_quotes() {
    for (form, expected) in [
        (json!(true), true),
        (json!("Y"), true),
        (json!(1), true),
        (json!("1"), true),
        (json!(false), false),
        (json!("N"), false),
        (json!(0), false),
        (json!("0"), false),
    ] {
        let values = json!({ "opened": form, "ufCrmSubscribed": form });
        let customer = read(values).await;
        assert_eq!(customer.opened, expected, "{form}");
        assert_eq!(customer.subscribed, Some(expected), "{form}");
    }
}

#[tokio::test]
async fn numbers_and_references_are_read_out_of_quotes() {
    let customer = read(json!({
        "companyId": "15", "companyIds": ["15", 16], "assignedById": "1",
        "ufCrmVisits": "-12", "ufCrm_694BF2A975BD0": ["4.5", 5, "1e2"],
        "ufCrm_1721244707107": "81", "ufCrm_1700000000001": ["91", 92], "ufCrmCurator": "4",
    }))
    .await;
    assert_eq!(customer.company, Some(15.into()));
    assert_eq!(customer.company_ids, [15.into(), 16.into()]);
    assert_eq!(customer.assigned_by_id, Some(1.into()));
    assert_eq!(customer.visits, Some(-12));
    assert_eq!(customer.discounts, [4.5, 5.0, 100.0]);
    assert_eq!(customer.loyalty, Some(Loyalty::Gold));
    assert_eq!(customer.drinks, [Drink::Tea, Drink::Other(92)]);
    assert_eq!(customer.curator, Some(4.into()));
}

#[tokio::test]
async fn a_text_that_came_as_a_number_is_read_as_it_stands() {
    let customer = read(json!({ "post": 12.50, "ufCrmTags": [7, "x"] })).await;
    assert_eq!(customer.post.as_deref(), Some("12.5"));
    assert_eq!(customer.tags.unwrap(), ["7", "x"]);
}

#[tokio::test]
async fn zero_in_a_reference_is_nothing_and_in_a_number_is_zero() {
    for zero in [json!(0), json!("0")] {
        let customer = read(json!({
            "companyId": zero, "assignedById": zero, "ufCrmCurator": zero,
            "companyIds": [zero, 15], "ufCrmVisits": zero, "ufCrm_694BF2A975BD0": [zero],
        }))
        .await;
        assert_eq!(customer.company, None);
        assert_eq!(customer.assigned_by_id, None);
        assert_eq!(customer.curator, None);
        assert_eq!(customer.company_ids, [15.into()]);
        assert_eq!(customer.visits, Some(0));
        assert_eq!(customer.discounts, [0.0]);
    }
}

#[tokio::test]
async fn what_is_null_absent_or_empty_is_nothing() {
    let nothing = Customer {
        id: 7.into(),
        name: "Vera".to_owned(),
        post: None,
        company: None,
        company_ids: Vec::new(),
        assigned_by_id: None,
        birthdate: None,
        opened: false,
        phone: Vec::new(),
        email: Vec::new(),
        newsletter: None,
        mobile: None,
        loyalty: None,
        drinks: Vec::new(),
        tags: None,
        visits: None,
        discounts: Vec::new(),
        subscribed: None,
        renewal: None,
        last_call: None,
        budget: None,
        contract: None,
        scans: Vec::new(),
        curator: None,
        related: Vec::new(),
        updated_time: None,
        cached: 0,
    };
    let absent = answering(&json!({ "id": 7, "name": "Vera", "opened": false })).await;
    assert_eq!(absent.get::<Customer>(7).await.unwrap(), nothing);

    let everything = [
        "post",
        "companyId",
        "companyIds",
        "assignedById",
        "birthdate",
        "ufCrm_1721244707107",
        "ufCrm_1700000000001",
        "ufCrmTags",
        "ufCrmVisits",
        "ufCrm_694BF2A975BD0",
        "ufCrmSubscribed",
        "ufCrmRenewal",
        "ufCrmLastCall",
        "ufCrmBudget",
        "ufCrmContract",
        "ufCrmScans",
        "ufCrmCurator",
        "ufCrmRelated",
        "phone",
        "email",
        "fm",
        "updatedTime",
    ];
    for spelling in [json!(null), json!("")] {
        let mut record = json!({ "id": 7, "name": "Vera", "opened": false });
        for name in everything {
            record[name] = spelling.clone();
        }
        let customer = answering(&record).await.get::<Customer>(7).await;
        let mut expected = nothing.clone();
        let customer = customer.unwrap_or_else(|error| panic!("{spelling}: {error}"));
        expected.tags.clone_from(&customer.tags);
        assert_eq!(customer, expected, "{spelling}");
        assert!(customer.tags.is_none_or(|tags| tags.is_empty()));
    }
}

#[tokio::test]
async fn an_empty_multiple_field_is_read_as_false_null_or_a_list() {
    for empty in [json!(false), json!(null), json!([])] {
        let customer = read(json!({
            "companyIds": empty, "ufCrmTags": empty, "ufCrm_694BF2A975BD0": empty,
            "ufCrm_1700000000001": empty, "ufCrmScans": empty, "ufCrmRelated": empty,
        }))
        .await;
        assert!(customer.company_ids.is_empty() && customer.discounts.is_empty());
        assert!(customer.drinks.is_empty() && customer.scans.is_empty());
        assert!(customer.related.is_empty());
        assert!(customer.tags.is_none_or(|tags| tags.is_empty()), "{empty}");
    }
}

#[tokio::test]
async fn a_date_is_read_with_and_without_a_time() {
    for form in [
        "1990-05-08",
        "1990-05-08T00:00:00+03:00",
        "1990-05-08T23:59:59.5Z",
    ] {
        let customer = read(json!({ "birthdate": form, "ufCrmRenewal": form })).await;
        assert_eq!(customer.birthdate, Some(date("1990-05-08")), "{form}");
        assert_eq!(customer.renewal, Some(date("1990-05-08")), "{form}");
    }
}

#[tokio::test]
async fn moments_money_links_and_files_are_read_as_the_api_shows_them() {
    let customer = read(json!({
        "ufCrmLastCall": "2026-04-15T12:00:00+03:00", "ufCrmBudget": "300.50|RUB",
        "ufCrmRelated": ["C_2", "CO_3", "D_1", "L_4"],
        "ufCrmContract": { "id": 12, "url": "https://x/12", "urlMachine": "https://y/12" },
        "ufCrmScans": [{ "id": "13", "url": "" }, { "url": "", "id": 14 }],
    }))
    .await;
    let call = customer.last_call.unwrap();
    assert_eq!(call.as_str(), "2026-04-15T12:00:00+03:00");
    assert_eq!(customer.budget, Some(Money::new("300.50", "RUB").unwrap()));
    let links = [
        CrmRef::contact(2),
        CrmRef::company(3),
        CrmRef::deal(1),
        CrmRef::lead(4),
    ];
    assert_eq!(customer.related, links);
    assert_eq!(customer.contract, Some(File::keep(12)));
    assert_eq!(customer.scans, [File::keep(13), File::keep(14)]);
}

fn entry(id: u64, kind: &str, value_type: &str, value: &str) -> Value {
    json!({ "id": id, "typeId": kind, "valueType": value_type, "value": value })
}

#[tokio::test]
async fn phones_and_emails_come_from_fm_and_a_type_that_is_only_read_is_other() {
    let fm = json!([
        entry(1, "PHONE", "WORK", "+71"),
        entry(2, "WEB", "WORK", "x.ru"),
        entry(3, "PHONE", "FAX", "+72"),
        entry(4, "EMAIL", "MAILING", "a@b.ru"),
        entry(5, "PHONE", "MOBILE", "+73"),
        entry(6, "EMAIL", "MAILING", "c@d.ru"),
        entry(7, "PHONE", "MOBILE", "+74"),
    ]);
    let sandbox = portal_with(json!({ "fm": fm })).await;
    let client = client(sandbox.url());
    let customer: Customer = client.get(7).await.unwrap();
    let phones = [
        Phone::work("+71"),
        Phone::other("+72"),
        Phone::mobile("+73"),
        Phone::mobile("+74"),
    ];
    assert_eq!(customer.phone, phones);
    let emails = [Email::mailing("a@b.ru"), Email::mailing("c@d.ru")];
    assert_eq!(customer.email, emails);
    // A field of one type is the first of that type.
    assert_eq!(customer.newsletter.as_deref(), Some("a@b.ru"));
    assert_eq!(customer.mobile.as_deref(), Some("+73"));

    let multifields = client.multifields::<Contacts>(7).await.unwrap();
    let native: Vec<_> = multifields
        .entries()
        .iter()
        .map(|it| (it.id(), it.kind(), it.value_type(), it.value()))
        .collect();
    assert_eq!(native[1], (Some(2), "WEB", "WORK", "x.ru"));
    assert_eq!(native[2], (Some(3), "PHONE", "FAX", "+72"));
    assert_eq!(native.len(), 7);
}

#[tokio::test]
async fn without_fm_the_aliases_are_read_and_beside_it_they_are_not() {
    let aliases = json!({
        "id": 7, "name": "Vera", "opened": "N", "phone": "+71", "phoneWork": "+71",
        "phoneMobile": ["+72", "+73"], "phoneHome": "", "email": "a@b.ru",
        "emailMailing": "news@b.ru", "emailHome": null,
    });
    let customer: Customer = answering(&aliases).await.get(7).await.unwrap();
    let phones = [
        Phone::work("+71"),
        Phone::mobile("+72"),
        Phone::mobile("+73"),
    ];
    assert_eq!(customer.phone, phones);
    assert_eq!(customer.mobile.as_deref(), Some("+72"));
    assert_eq!(customer.newsletter.as_deref(), Some("news@b.ru"));
    assert!(customer.email.contains(&Email::work("a@b.ru")));
    assert_eq!(customer.email.len(), 2);

    let mut both = aliases;
    both["fm"] = json!([entry(1, "PHONE", "HOME", "+75")]);
    let customer: Customer = answering(&both).await.get(7).await.unwrap();
    assert_eq!(customer.phone, [Phone::home("+75")]);
    assert!(customer.email.is_empty() && customer.newsletter.is_none());
}

#[tokio::test]
async fn keys_that_the_struct_does_not_map_are_ignored_and_the_skipped_field_is_its_default() {
    let record = json!({
        "cached": 5, "nobodyKnowsThis": { "a": [1, 2] }, "ufCrmNote": "n", "_included": {},
    });
    let customer = read(record).await;
    assert_eq!((customer.cached, customer.name.as_str()), (0, "Vera"));
}

#[tokio::test]
async fn a_value_that_cannot_be_read_is_named_by_its_field_and_not_shown() {
    for (field, value) in [
        ("ufCrmVisits", json!("secret")),
        ("ufCrmVisits", json!(4.25)),
        ("ufCrmVisits", json!({ "secret": 1 })),
        ("companyId", json!("secret")),
        ("companyId", json!(-77_123)),
        ("companyIds", json!("secret")),
        ("companyIds", json!([15, "secret"])),
        ("opened", json!("secret")),
        ("ufCrmSubscribed", json!(77_123)),
        ("birthdate", json!("08.05.secret")),
        ("ufCrmLastCall", json!("2026-04-15 77:12:3")),
        ("ufCrmBudget", json!("secret")),
        ("ufCrmContract", json!({ "url": "secret" })),
        ("ufCrmRelated", json!(["X_77123"])),
        ("ufCrm_1721244707107", json!(85)),
        ("ufCrm_694BF2A975BD0", json!(["NaN"])),
        ("ufCrmTags", json!({ "a": "secret" })),
        ("post", json!({ "a": "secret" })),
        ("post", json!(true)),
    ] {
        let error = read_from(json!({ field: value })).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unreadable, "{field} {value}");
        let shown = format!("{error} {error:?}");
        assert!(shown.contains(field), "{shown}");
        let private = ["secret", "77_123", "77123", "77:12", "4.25"];
        assert!(!private.iter().any(|it| shown.contains(it)), "{shown}");
    }
}

#[tokio::test]
async fn a_required_value_that_is_missing_is_named() {
    let error = answering(&json!({ "id": 7, "opened": true })).await;
    let error = error.get::<Customer>(7).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unreadable);
    assert!(error.to_string().contains("`name`"), "{error}");
}

async fn update(sandbox: &Sandbox, patch: &CustomerPatch) -> Updated {
    client(sandbox.url()).update(7, patch).await.unwrap()
}

fn fields(mismatches: &[Mismatch]) -> Vec<&str> {
    mismatches.iter().map(Mismatch::field).collect()
}

#[tokio::test]
async fn an_update_is_read_as_a_record_and_shows_what_was_dropped() {
    #[derive(Patch)]
    #[vibecode(entity = "contacts")]
    struct Stale {
        post: Option<String>,
        #[vibecode(field = "ufCrmRemoved", kind = "string")]
        removed: Option<String>,
    }
    let sandbox = portal_with(json!({})).await;
    let patch = Stale::patch()
        .post("Director")
        .removed("x")
        .set_unchecked("nobodyKnowsThis", json!(1));
    let updated = client(sandbox.url()).update(7, &patch).await.unwrap();
    let customer: Customer = updated.record().unwrap();
    assert_eq!(customer.post.as_deref(), Some("Director"));
    let mismatches = updated.mismatches(&patch);
    let dropped = fields(&mismatches);
    assert_eq!(dropped.len(), 2, "{dropped:?}");
    assert!(dropped.contains(&"ufCrmRemoved") && dropped.contains(&"nobodyKnowsThis"));
}

#[tokio::test]
async fn what_a_sandbox_takes_shows_no_mismatch() {
    let sandbox = portal_with(json!({ "post": "Clerk", "companyId": 15 })).await;
    let patch = Customer::patch()
        .name("Zoë")
        .clear_post()
        .clear_company()
        .company_ids([3, 4].map(CompanyId::from))
        .opened(true)
        .subscribed(false)
        .birthdate(Date::new(1990, 5, 8).unwrap())
        .loyalty(Loyalty::Bronze)
        .drinks([Drink::Tea, Drink::Other(93)])
        .visits(-3)
        .discounts([0.1, 2.0])
        .budget(Money::new("3.10", "EUR").unwrap())
        .related([CrmRef::lead(4)])
        .add_phone(Phone::home("+75"))
        .add_newsletter("news@b.ru");
    let updated = update(&sandbox, &patch).await;
    assert_eq!(fields(&updated.mismatches(&patch)), [""; 0]);
}

#[tokio::test]
async fn an_echo_in_another_form_of_the_same_value_is_no_mismatch() {
    let echo = json!({
        "id": 7, "name": "Vera", "companyId": "15", "opened": "Y", "ufCrmSubscribed": 0,
        "birthdate": "1990-05-08T00:00:00+03:00", "ufCrmVisits": "12",
        "ufCrm_694BF2A975BD0": ["4.50", 5], "ufCrmLastCall": "2026-04-15T09:00:00Z",
        "ufCrm_1721244707107": "81", "ufCrmContract": { "id": 1, "url": "" }, "post": null,
        "ufCrmTags": false, "ufCrmBudget": "300.5|RUB",
    });
    let patch = Customer::patch()
        .company(15)
        .opened(true)
        .subscribed(false)
        .birthdate(Date::new(1990, 5, 8).unwrap())
        .visits(12)
        .discounts([4.5, 5.0])
        .last_call("2026-04-15T12:00:00+03:00".parse::<DateTime>().unwrap())
        .loyalty(Loyalty::Gold)
        .contract(File::upload("a.txt", "hi"))
        .clear_post()
        .clear_tags()
        .budget(Money::new("300.50", "RUB").unwrap());
    let updated = answering(&echo).await.update(7, &patch).await.unwrap();
    assert_eq!(fields(&updated.mismatches(&patch)), [""; 0]);

    let other = patch
        .company(16)
        .visits(13)
        .opened(false)
        .add_phone("+79160000000");
    let mismatches = updated.mismatches(&other);
    let mut differing = fields(&mismatches);
    differing.sort_unstable();
    assert_eq!(differing, ["companyId", "opened", "phone", "ufCrmVisits"]);
    assert!(!format!("{mismatches:?}").contains("7916"));
}

fn wire<P: serde::Serialize>(patch: &P) -> Value {
    serde_json::to_value(patch).unwrap()
}

#[tokio::test]
async fn a_diff_has_the_changes_only() {
    let before = read(json!({
        "post": "Clerk", "companyId": 15, "ufCrmTags": ["a"], "ufCrmVisits": 3,
        "ufCrm_694BF2A975BD0": [1.5], "ufCrm_1721244707107": 81, "opened": true,
        "phone": ["+71"], "birthdate": "1990-05-08",
    }))
    .await;
    let none = before.diff(&before);
    assert_eq!(wire(&none.patch), json!({}));
    assert!(none.not_removable.is_empty());

    let mut after = before.clone();
    after.post = None;
    after.company = None;
    after.tags = None;
    after.birthdate = None;
    after.discounts.clear();
    after.loyalty = Some(Loyalty::Bronze);
    after.opened = false;
    after.cached = 9;
    after.updated_time = None;
    let diff = before.diff(&after);
    let changes = json!({
        "post": "", "companyId": 0, "ufCrmTags": [], "birthdate": "",
        "ufCrm_694BF2A975BD0": [], "ufCrm_1721244707107": 83, "opened": false,
    });
    assert_eq!(wire(&diff.patch), changes);
    assert!(diff.not_removable.is_empty());

    // And back again.
    let back = after.diff(&before);
    let restored = json!({
        "post": "Clerk", "companyId": 15, "ufCrmTags": ["a"], "birthdate": "1990-05-08",
        "ufCrm_694BF2A975BD0": [1.5], "ufCrm_1721244707107": 81, "opened": true,
    });
    assert_eq!(wire(&back.patch), restored);
}

#[tokio::test]
async fn a_diff_that_is_sent_makes_the_record_what_it_was_to_be() {
    let sandbox = portal_with(json!({ "post": "Clerk", "companyId": 15, "phone": "+71" })).await;
    let client = client(sandbox.url());
    let before: Customer = client.get(7).await.unwrap();
    let mut after = before.clone();
    after.post = None;
    after.company = Some(16.into());
    after.phone.push(Phone::home("+72"));
    let diff = before.diff(&after);
    let updated = client.update(7, &diff.patch).await.unwrap();
    let mut read: Customer = updated.record().unwrap();
    read.updated_time.clone_from(&after.updated_time);
    assert_eq!(read, after);
}

#[tokio::test]
async fn a_diff_adds_new_phones_and_lists_those_that_are_gone() {
    let fm = json!([
        entry(1, "PHONE", "WORK", "+71"),
        entry(2, "PHONE", "HOME", "+72"),
        entry(3, "EMAIL", "WORK", "a@b.ru"),
        entry(4, "EMAIL", "MAILING", "news@b.ru"),
    ]);
    let mut before = read(json!({ "fm": fm })).await;
    before.email.retain(|email| email.value() == "a@b.ru");
    let mut after = before.clone();
    after.phone = vec![Phone::work("+71"), Phone::work("+73")];
    after.newsletter = Some("other@b.ru".to_owned());
    let diff = before.diff(&after);
    let added =
        json!({ "phone": "+73", "email": [{ "value": "other@b.ru", "typeId": "MAILING" }] });
    assert_eq!(wire(&diff.patch), added);
    let gone = |diff: &vibecode_runtime::Diff<CustomerPatch>| -> Vec<String> {
        let gone = diff.not_removable.iter();
        gone.map(|it| format!("{} {} {}", it.field(), it.type_id(), it.value()))
            .collect()
    };
    assert_eq!(gone(&diff), ["phone HOME +72", "email MAILING news@b.ru"]);
    assert!(!format!("{:?}", diff.not_removable).contains("+72"));

    after = before.clone();
    after.newsletter = None;
    let diff = before.diff(&after);
    assert_eq!(wire(&diff.patch), json!({}));
    assert_eq!(gone(&diff), ["email MAILING news@b.ru"]);
}

#[tokio::test]
async fn a_value_in_two_fields_of_one_multifield_is_gone_only_from_both() {
    let fm = json!([
        entry(1, "PHONE", "MOBILE", "+71"),
        entry(2, "PHONE", "MOBILE", "+72")
    ]);
    let before = read(json!({ "fm": fm })).await;
    assert_eq!(before.mobile.as_deref(), Some("+71"));
    let mut after = before.clone();
    after.mobile = Some("+72".to_owned());
    let diff = before.diff(&after);
    assert_eq!(wire(&diff.patch), json!({}));
    assert!(diff.not_removable.is_empty(), "{:?}", diff.not_removable);
}

#[tokio::test]
async fn a_diff_to_what_cannot_be_written_is_refused_and_names_the_field() {
    let before = read(json!({ "post": "Clerk" })).await;
    let mut after = before.clone();
    after.post = Some("Director".to_owned());
    after.discounts = vec![f64::NAN];
    let error = serde_json::to_string(&before.diff(&after).patch).unwrap_err();
    assert!(error.to_string().contains("ufCrm_694BF2A975BD0"), "{error}");
    // What could not be written before is no matter of what is written now.
    after.discounts = vec![1.0];
    let mut unwritable = before.clone();
    unwritable.discounts = vec![f64::NAN];
    let changes = json!({ "post": "Director", "ufCrm_694BF2A975BD0": [1.0] });
    assert_eq!(wire(&unwritable.diff(&after).patch), changes);
}

#[tokio::test]
async fn an_echo_of_another_large_number_is_a_mismatch() {
    let echo = json!({ "id": 7, "ufCrmVisits": 9_007_199_254_740_992_i64 });
    let patch = Customer::patch().visits(9_007_199_254_740_993);
    let updated = answering(&echo).await.update(7, &patch).await.unwrap();
    assert_eq!(fields(&updated.mismatches(&patch)), ["ufCrmVisits"]);
}

#[tokio::test]
async fn an_echo_of_another_value_is_a_mismatch_in_every_kind() {
    let echo = json!({
        "id": 7, "name": "vera", "companyIds": [15], "birthdate": "1990-05-09",
        "ufCrmLastCall": "2026-04-15T12:00:00Z", "ufCrmBudget": "300|EUR",
        "ufCrm_694BF2A975BD0": [1, 2], "ufCrmTags": ["b", "a"], "ufCrmSubscribed": null,
        "ufCrmContract": null, "post": "Clerk", "phone": "+71",
    });
    let patch = Customer::patch()
        .name("Vera")
        .company_ids([15, 16].map(CompanyId::from))
        .birthdate(Date::new(1990, 5, 8).unwrap())
        .last_call("2026-04-15T12:00:00+03:00".parse::<DateTime>().unwrap())
        .budget(Money::new("300", "RUB").unwrap())
        .discounts([1.0])
        .tags(["a".to_owned(), "b".to_owned()])
        .subscribed(false)
        .contract(File::upload("a.txt", "hi"))
        .clear_post()
        .add_phone(Phone::home("+71"));
    let updated = answering(&echo).await.update(7, &patch).await.unwrap();
    let mismatches = updated.mismatches(&patch);
    let differing = fields(&mismatches);
    let same: Vec<_> = [
        "name",
        "companyIds",
        "birthdate",
        "ufCrmLastCall",
        "ufCrmBudget",
        "ufCrm_694BF2A975BD0",
        "ufCrmTags",
        "ufCrmSubscribed",
        "ufCrmContract",
        "post",
        "phone",
    ]
    .into_iter()
    .filter(|name| !differing.contains(name))
    .collect();
    assert_eq!(same, [""; 0]);
}

#[tokio::test]
async fn options_go_there_and_back_one_and_several() {
    let sandbox = portal_with(json!({})).await;
    let drinks = [Drink::Other(93), Drink::Tea, Drink::Other(92)];
    let patch = Customer::patch().loyalty(Loyalty::Bronze).drinks(drinks);
    let updated = update(&sandbox, &patch).await;
    let stored = sandbox.contact(7).unwrap();
    assert_eq!(stored["ufCrm_1721244707107"], 83);
    assert_eq!(stored["ufCrm_1700000000001"], json!([93, 91, 92]));
    let customer: Customer = updated.record().unwrap();
    assert_eq!(customer.loyalty, Some(Loyalty::Bronze));
    assert_eq!(customer.drinks, drinks);
}

#[test]
fn an_enum_knows_its_items_and_other_holds_the_rest() {
    assert_eq!(Loyalty::Gold.item(), 81);
    assert_eq!(Loyalty::from_item(83), Some(Loyalty::Bronze));
    assert_eq!(Loyalty::from_item(85), None);
    assert_eq!(Drink::from_item(91), Some(Drink::Tea));
    assert_eq!(Drink::from_item(1), Some(Drink::Other(1)));
    assert_eq!(Drink::Other(1).item(), 1);
    assert_eq!(Drink::FIELD, "ufCrm_1700000000001");
}

/// With the portal's schema, `kind` and `multiple` are known from it.
mod with_a_schema {
    use super::*;

    #[derive(Enumeration, Clone, Copy, PartialEq, Debug)]
    #[vibecode(
        entity = "contacts",
        field = "ufCrm_1721244707107",
        schema = "schemas/contacts.json"
    )]
    enum Tier {
        #[vibecode(label = "Gold")]
        Gold,
        #[vibecode(item = 82)]
        Silver,
        #[vibecode(label = "Bronze")]
        Bronze,
    }

    #[derive(Enumeration, Clone, Copy, PartialEq, Debug)]
    #[vibecode(
        entity = "contacts",
        field = "ufCrm_1700000000001",
        schema = "schemas/contacts.json"
    )]
    enum Beverage {
        #[vibecode(label = "Coffee")]
        Coffee,
        #[vibecode(other)]
        Other(u64),
    }

    #[derive(Patch, Record, Clone, PartialEq, Debug)]
    #[vibecode(entity = "contacts", schema = "schemas/contacts.json", diff)]
    struct Customer {
        post: Option<String>,
        #[vibecode(read_only)]
        type_id: Option<String>,
        #[vibecode(field = "ufCrm_1721244707107")]
        tier: Option<Tier>,
        #[vibecode(field = "ufCrm_1700000000001")]
        drinks: Vec<Beverage>,
        uf_crm_floor: Option<i64>,
        uf_crm_tags: Vec<String>,
        #[vibecode(read_only)]
        uf_crm_rating: Option<f64>,
        #[vibecode(kind = "string")]
        uf_crm_booking: Option<String>,
    }

    #[derive(Patch, Record, Clone, PartialEq, Debug)]
    #[vibecode(entity = "items/1040", schema = "schemas/items-1040.json")]
    struct Visit {
        #[vibecode(id)]
        id: Id<Items<1040>>,
        title: String,
        opportunity: Option<f64>,
        company_id: Option<CompanyId>,
        #[vibecode(field = "ufCrm6WorkVisa")]
        visa: Option<Date>,
        #[vibecode(field = "ufCrm6_1639669411830")]
        states: Vec<State>,
        #[vibecode(read_only)]
        created_time: Option<DateTime>,
    }

    #[derive(Enumeration, Clone, Copy, PartialEq, Debug)]
    #[vibecode(
        entity = "items/1040",
        field = "ufCrm6_1639669411830",
        schema = "schemas/items-1040.json"
    )]
    enum State {
        #[vibecode(item = 11)]
        Open,
        #[vibecode(item = 12)]
        Shut,
    }

    #[test]
    fn labels_are_shown_and_read() {
        assert_eq!(Tier::Silver.to_string(), "Silver");
        assert_eq!((Tier::Gold.item(), Tier::Bronze.item()), (81, 83));
        assert_eq!("Bronze".parse::<Tier>().unwrap(), Tier::Bronze);
        let error = "bronze-secret".parse::<Tier>().unwrap_err();
        assert!(!error.to_string().contains("secret"), "{error}");
        assert_eq!(Beverage::Coffee.to_string(), "Coffee");
        assert_eq!(Beverage::Other(91).to_string(), "91");
        assert_eq!("Coffee".parse::<Beverage>().unwrap(), Beverage::Coffee);
        assert!("91".parse::<Beverage>().is_err());
    }

    #[tokio::test]
    async fn a_struct_that_takes_its_kinds_from_the_schema_goes_there_and_back() {
        let schema = include_str!("../schemas/contacts.json");
        let sandbox = Sandbox::builder()
            .schema(Entity::Contacts, serde_json::from_str(schema).unwrap())
            .start()
            .await;
        let patch = Customer::patch()
            .post("Guide")
            .tier(Tier::Silver)
            .drinks([Beverage::Coffee, Beverage::Other(91)])
            .uf_crm_floor(4)
            .uf_crm_tags(["a".to_owned()])
            .uf_crm_booking("b");
        let updated = client(sandbox.url()).update(71, &patch).await.unwrap();
        assert!(updated.mismatches(&patch).is_empty());
        let customer: Customer = updated.record().unwrap();
        assert_eq!(wire(&customer.to_patch()), wire(&patch));
        assert_eq!(wire(&customer.diff(&customer).patch), json!({}));
    }

    #[tokio::test]
    async fn a_smart_process_is_written_to_its_own_path_and_read() {
        let patch = Visit::patch()
            .title("Tour")
            .opportunity(10.5)
            .clear_company_id()
            .visa(Date::new(2027, 1, 2).unwrap())
            .states([State::Shut, State::Open]);
        let expected = r#"{"title":"Tour","opportunity":10.5,"companyId":0,"ufCrm6WorkVisa":"2027-01-02","ufCrm6_1639669411830":[12,11]}"#;
        assert_eq!(serde_json::to_string(&patch).unwrap(), expected);
        let mut record: Value = serde_json::from_str(expected).unwrap();
        record["id"] = json!(5);
        let client = answering(&record).await;
        let updated = client.update(5, &patch).await.unwrap();
        let visit: Visit = updated.record().unwrap();
        assert_eq!(visit.states, [State::Shut, State::Open]);
        assert_eq!((visit.id, visit.company_id), (5.into(), None));
        let error = updated.record::<super::Customer>().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unreadable);
        // A smart process is no entity of the sandbox, which sees the path.
        let sandbox = Sandbox::start().await;
        let refused = super::client(sandbox.url()).update(5, &patch).await;
        assert!(refused.is_err());
        assert_eq!(sandbox.requests()[0].path(), "/v1/items/1040/5");
    }
}

#[tokio::test]
async fn companies_leads_and_deals_are_read_by_their_own_ids() {
    #[derive(Record)]
    #[vibecode(entity = "companies")]
    struct Company {
        #[vibecode(id)]
        id: vibecode_runtime::CompanyId,
        title: String,
        contact_ids: Vec<ContactId>,
        phone: Vec<Phone>,
        revenue: Option<f64>,
    }
    #[derive(Record)]
    #[vibecode(entity = "leads")]
    struct Lead {
        #[vibecode(id)]
        id: LeadId,
        stage_id: Option<String>,
        email: Vec<Email>,
    }
    #[derive(Record, Patch)]
    #[vibecode(entity = "deals")]
    struct Deal {
        #[vibecode(id)]
        id: DealId,
        title: Option<String>,
        amount: Option<f64>,
        contact_id: Option<ContactId>,
        lead_id: Option<LeadId>,
    }
    let sandbox = Sandbox::builder()
        .seed(json!({
            "companies": [{ "id": 15, "title": "Romashka", "contactIds": ["71", 72], "phone": "+71", "revenue": "12.5" }],
            "leads": [{ "id": 31, "stageId": "NEW", "email": ["a@b.ru"] }],
            "deals": [{ "id": 41, "title": "Sale", "amount": "100.50", "contactId": "71", "leadId": 0 }],
        }))
        .start()
        .await;
    let client = client(sandbox.url());
    let company: Company = client.get(CompanyId::from(15)).await.unwrap();
    assert_eq!(company.id, 15.into());
    assert_eq!(
        (company.title.as_str(), company.revenue),
        ("Romashka", Some(12.5))
    );
    assert_eq!(company.contact_ids, [71.into(), 72.into()]);
    assert_eq!(company.phone, [Phone::work("+71")]);
    let lead: Lead = client.get(LeadId::from(31)).await.unwrap();
    assert_eq!(lead.id, 31.into());
    assert_eq!(lead.stage_id.as_deref(), Some("NEW"));
    assert_eq!(lead.email, [Email::work("a@b.ru")]);
    let deal: Deal = client.get(DealId::from(41)).await.unwrap();
    assert_eq!((deal.id, deal.amount), (41.into(), Some(100.5)));
    assert_eq!((deal.contact_id, deal.lead_id), (Some(71.into()), None));
    assert_eq!(deal.title.as_deref(), Some("Sale"));
    let patch = Deal::patch().amount(1.25).clear_lead_id();
    let updated = client.update(deal.id, &patch).await.unwrap();
    assert_eq!(updated.record::<Deal>().unwrap().amount, Some(1.25));
    let error = updated.record::<Company>().err().unwrap();
    assert_eq!(error.kind(), ErrorKind::Unreadable);
}

/// One field for every kind that has a Rust type of its own, and one for a list of it.
#[derive(Patch, Record, Clone, PartialEq, Debug, Default)]
#[vibecode(entity = "contacts", diff)]
struct EveryKind {
    #[vibecode(field = "ufCrmString", kind = "string")]
    text: Option<String>,
    #[vibecode(field = "ufCrmStrings", kind = "string", multiple)]
    texts: Vec<String>,
    #[vibecode(field = "ufCrmInteger", kind = "integer")]
    integer: Option<i64>,
    #[vibecode(field = "ufCrmIntegers", kind = "integer", multiple)]
    integers: Vec<i64>,
    #[vibecode(field = "ufCrmDouble", kind = "double")]
    double: Option<f64>,
    #[vibecode(field = "ufCrmDoubles", kind = "double", multiple)]
    doubles: Vec<f64>,
    #[vibecode(field = "ufCrmBoolean", kind = "boolean")]
    boolean: Option<bool>,
    #[vibecode(field = "ufCrmBooleans", kind = "boolean", multiple)]
    booleans: Vec<bool>,
    #[vibecode(field = "ufCrmDate", kind = "date")]
    date: Option<Date>,
    #[vibecode(field = "ufCrmDates", kind = "date", multiple)]
    dates: Vec<Date>,
    #[vibecode(field = "ufCrmDatetime", kind = "datetime")]
    moment: Option<DateTime>,
    #[vibecode(field = "ufCrmDatetimes", kind = "datetime", multiple)]
    moments: Vec<DateTime>,
    #[vibecode(field = "ufCrmEnumeration", kind = "enumeration")]
    option: Option<u64>,
    #[vibecode(field = "ufCrmEnumerations", kind = "enumeration", multiple)]
    options: Vec<u64>,
    #[vibecode(field = "ufCrmMoney", kind = "money")]
    money: Option<Money>,
    #[vibecode(field = "ufCrmMoneys", kind = "money", multiple)]
    moneys: Vec<Money>,
    #[vibecode(field = "ufCrmUrl", kind = "url")]
    url: Option<String>,
    #[vibecode(field = "ufCrmUrls", kind = "url", multiple)]
    urls: Vec<String>,
    #[vibecode(field = "ufCrmAddress", kind = "address")]
    address: Option<Box<str>>,
    #[vibecode(field = "ufCrmEmployee", kind = "employee")]
    employee: Option<UserId>,
    #[vibecode(field = "ufCrmEmployees", kind = "employee", multiple)]
    employees: Vec<UserId>,
    #[vibecode(field = "ufCrmCrm", kind = "crm")]
    link: Option<CrmRef>,
    #[vibecode(field = "ufCrmCrms", kind = "crm", multiple)]
    links: Vec<CrmRef>,
    #[vibecode(field = "ufCrmStatus", kind = "crm_status")]
    status: Option<String>,
    #[vibecode(field = "ufCrmIblock", kind = "iblock_element")]
    element: Option<u64>,
    #[vibecode(field = "ufCrmIblocks", kind = "iblock_section", multiple)]
    sections: Vec<u64>,
    company_id: Option<CompanyId>,
    company_ids: Vec<CompanyId>,
}

/// The user fields of `EveryKind`, by name and type; a name in the plural holds several values.
const EVERY_KIND: &[(&str, &str)] = &[
    ("ufCrmString", "string"),
    ("ufCrmStrings", "string"),
    ("ufCrmInteger", "integer"),
    ("ufCrmIntegers", "integer"),
    ("ufCrmDouble", "double"),
    ("ufCrmDoubles", "double"),
    ("ufCrmBoolean", "boolean"),
    ("ufCrmBooleans", "boolean"),
    ("ufCrmDate", "date"),
    ("ufCrmDates", "date"),
    ("ufCrmDatetime", "datetime"),
    ("ufCrmDatetimes", "datetime"),
    ("ufCrmEnumeration", "enumeration"),
    ("ufCrmEnumerations", "enumeration"),
    ("ufCrmMoney", "money"),
    ("ufCrmMoneys", "money"),
    ("ufCrmUrl", "url"),
    ("ufCrmUrls", "url"),
    ("ufCrmAddress", "address"),
    ("ufCrmEmployee", "employee"),
    ("ufCrmEmployees", "employee"),
    ("ufCrmCrm", "crm"),
    ("ufCrmCrms", "crm"),
    ("ufCrmStatus", "crm_status"),
    ("ufCrmIblock", "iblock_element"),
    ("ufCrmIblocks", "iblock_section"),
];

fn is_list(name: &str) -> bool {
    name.ends_with('s') && !["ufCrmStatus", "ufCrmAddress"].contains(&name)
}

fn a_text() -> impl Strategy<Value = String> {
    prop_oneof![
        "\\PC{1,12}",
        "[\\x00-\\x7f]{1,12}",
        "[0-9]{1,3}",
        "null|false|0|\\[\\]|Y"
    ]
}

fn a_date() -> impl Strategy<Value = Date> {
    (1_u16..=9999, 1_u8..=12, 1_u8..=28)
        .prop_map(|(year, month, day)| Date::new(year, month, day).unwrap())
}

fn a_moment() -> impl Strategy<Value = DateTime> {
    let offset = prop_oneof!["Z", "[+-](0[0-9]|1[0-3]):(00|30|45)"];
    (a_date(), "([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]", offset)
        .prop_map(|(date, time, offset)| format!("{date}T{time}{offset}").parse().unwrap())
}

fn a_money() -> impl Strategy<Value = Money> {
    ("-?(0|[1-9][0-9]{0,9})(\\.[0-9]{1,4})?", "[A-Z]{3}")
        .prop_map(|(amount, currency)| Money::new(amount, currency).unwrap())
}

fn a_link() -> impl Strategy<Value = CrmRef> {
    ("C|CO|D|L", 1_u64..).prop_map(|(kind, id)| format!("{kind}_{id}").parse().unwrap())
}

fn a_number() -> impl Strategy<Value = f64> {
    prop_oneof![
        proptest::num::f64::NORMAL | proptest::num::f64::SUBNORMAL | proptest::num::f64::ZERO,
        any::<i32>().prop_map(f64::from),
    ]
}

prop_compose! {
    fn texts_and_numbers()(
        text in of(a_text()), texts in vec(a_text(), 0..3),
        integer in of(any::<i64>()), integers in vec(any::<i64>(), 0..3),
        double in of(a_number()), doubles in vec(a_number(), 0..3),
        boolean in of(any::<bool>()), booleans in vec(any::<bool>(), 0..3),
        option in of(1_u64..), options in vec(1_u64.., 0..3),
    ) -> EveryKind {
        EveryKind {
            text, texts, integer, integers, double, doubles, boolean, booleans, option, options,
            ..EveryKind::default()
        }
    }
}

prop_compose! {
    fn a_record()(
        rest in texts_and_numbers(),
        (date, dates) in (of(a_date()), vec(a_date(), 0..3)),
        (moment, moments) in (of(a_moment()), vec(a_moment(), 0..3)),
        (money, moneys) in (of(a_money()), vec(a_money(), 0..3)),
        (url, urls) in (of(a_text()), vec(a_text(), 0..3)),
        (address, status) in (of(a_text().prop_map(String::into_boxed_str)), of(a_text())),
        (employee, employees) in (of(1_u64..), vec(1_u64.., 0..3)),
        (link, links) in (of(a_link()), vec(a_link(), 0..3)),
        (element, sections) in (of(1_u64..), vec(1_u64.., 0..3)),
        (company, companies) in (of(1_u64..), vec(1_u64.., 0..3)),
    ) -> EveryKind {
        EveryKind {
            date, dates, moment, moments, money, moneys, url, urls, address, status, link, links,
            element, sections,
            employee: employee.map(UserId::from),
            employees: employees.into_iter().map(UserId::from).collect(),
            company_id: company.map(CompanyId::from),
            company_ids: companies.into_iter().map(CompanyId::from).collect(),
            ..rest
        }
    }
}

#[test]
fn every_kind_is_read_as_it_was_written_whatever_was_there_before() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let mut builder = Sandbox::builder().seed(json!({ "contacts": [{ "id": 7 }] }));
    for (name, kind) in EVERY_KIND {
        let description = json!({ "type": kind, "isMultiple": is_list(name) });
        builder = builder.user_field(Entity::Contacts, *name, description);
    }
    let sandbox = runtime.block_on(builder.start());
    let client = client(sandbox.url());
    let there = std::cell::RefCell::new(EveryKind::default());
    let config = Config {
        failure_persistence: None,
        ..Config::with_cases(2_000)
    };
    let result = TestRunner::new(config).run(&a_record(), |wanted| {
        let patch = there.borrow().diff(&wanted).patch;
        let updated = match runtime.block_on(client.update(7, &patch)) {
            Err(error) if error.kind() == ErrorKind::EmptyPatch => return Ok(()),
            updated => updated.map_err(|error| TestCaseError::fail(error.to_string()))?,
        };
        let read: EveryKind = updated
            .record()
            .map_err(|error| TestCaseError::fail(error.to_string()))?;
        there.replace(wanted.clone());
        let mismatches = updated.mismatches(&patch);
        prop_assert_eq!(fields(&mismatches), [""; 0]);
        prop_assert_eq!(&read, &wanted);
        prop_assert_eq!(wire(&read.to_patch()), wire(&wanted.to_patch()));
        Ok(())
    });
    result.unwrap();
}
