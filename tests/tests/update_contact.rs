//! Every example and every error of the endpoint's own reference, "Update contact", byte for byte if it
//! shows bytes.
#![cfg(test)]

use std::fmt::Write as _;

use http::{Method, StatusCode};
use serde_json::{Value, json};
use vibecode_runtime::{
    Client, CompanyId, Credentials, Email, Error, ErrorCode, ErrorKind, Outcome, Patch, Phone,
    UserId,
};
use vibecode_sandbox::{LoggedRequest, Sandbox};

/// The frequently updated fields of the reference.
#[derive(Patch)]
#[vibecode(entity = "contacts")]
struct Customer {
    phone: Vec<Phone>,
    email: Vec<Email>,
    company_id: Option<CompanyId>,
    assigned_by_id: UserId,
    post: Option<String>,
}

/// A struct that leaves the other fields to `set_unchecked`.
#[derive(Patch)]
#[vibecode(entity = "contacts")]
struct Position {
    post: Option<String>,
}

const PHONE: &str = "+79169876543";
const EMAIL: &str = "work@company.ru";

fn client(sandbox: &Sandbox, credentials: Credentials) -> Client {
    let builder = Client::builder(credentials).base_url(sandbox.url());
    builder.build().unwrap()
}

fn personal(sandbox: &Sandbox) -> Client {
    client(sandbox, Credentials::personal(Sandbox::API_KEY))
}

fn the_only_request(sandbox: &Sandbox) -> LoggedRequest {
    let mut requests = sandbox.requests();
    assert_eq!(requests.len(), 1, "{requests:?}");
    requests.remove(0)
}

/// JSON as the reference prints it, without the white space between its tokens.
fn minified(json: &str) -> String {
    let mut in_text = false;
    json.chars()
        .filter(|character| {
            in_text ^= *character == '"';
            in_text || !character.is_whitespace()
        })
        .collect()
}

/// The type and value of each phone or email of a contact, in order.
fn entries<'a>(contact: &'a Value, kind: &str) -> Vec<[&'a str; 2]> {
    let entries = contact["fm"].as_array().unwrap().iter();
    entries
        .filter(|entry| entry["typeId"] == kind)
        .map(|entry| ["valueType", "value"].map(|key| entry[key].as_str().unwrap()))
        .collect()
}

/// The phones and emails of the default portal's contact 71 before anything is added.
const SEEDED_PHONE: [&str; 2] = ["WORK", "+74950000071"];
const SEEDED_EMAIL: [&str; 2] = ["WORK", "ivan@example.com"];

const CURL_BODY: &str = r#"{
"phone": "+79169876543",
"post": "Director"
}"#;

#[tokio::test]
async fn the_example_with_a_personal_key_is_sent_as_it_is_printed() {
    let sandbox = Sandbox::start().await;
    let patch = Customer::patch().add_phone(PHONE).post("Director");
    personal(&sandbox).update(71, &patch).await.unwrap();

    let request = the_only_request(&sandbox);
    assert_eq!(request.method(), Method::PATCH);
    assert_eq!(request.path(), "/v1/contacts/71");
    assert_eq!(request.query(), None);
    assert_eq!(request.header("X-Api-Key"), Some(Sandbox::API_KEY));
    assert_eq!(request.header("Content-Type"), Some("application/json"));
    assert_eq!(request.header("Authorization"), None);
    assert_eq!(request.body_str(), minified(CURL_BODY));
    assert_eq!(request.status(), Some(StatusCode::OK));
}

#[tokio::test]
async fn the_example_of_an_oauth_app_is_sent_as_it_is_printed() {
    let sandbox = Sandbox::start().await;
    let credentials = Credentials::app(Sandbox::APP_KEY, Sandbox::SESSION_TOKEN);
    let patch = Customer::patch().add_phone(PHONE).post("Director");
    let updated = client(&sandbox, credentials).update(71, &patch).await;
    updated.unwrap();

    let request = the_only_request(&sandbox);
    assert_eq!(request.method(), Method::PATCH);
    assert_eq!(request.path(), "/v1/contacts/71");
    assert_eq!(request.header("X-Api-Key"), Some(Sandbox::APP_KEY));
    let bearer = format!("Bearer {}", Sandbox::SESSION_TOKEN);
    assert_eq!(request.header("Authorization"), Some(bearer.as_str()));
    assert_eq!(request.header("Content-Type"), Some("application/json"));
    assert_eq!(request.body_str(), minified(CURL_BODY));
    assert_eq!(request.status(), Some(StatusCode::OK));
}

#[tokio::test]
async fn the_alternative_form_is_sent_as_it_is_printed() {
    let printed = r#"{
"phone": [
{ "value": "+79161234567", "typeId": "WORK" },
{ "value": "+79161112233", "typeId": "MOBILE" }
],
"email": [
{ "value": "work@company.ru", "typeId": "WORK" },
{ "value": "personal@me.ru", "typeId": "HOME" }
]
}"#;
    let sandbox = Sandbox::start().await;
    let patch = Customer::patch()
        .add_phone("+79161234567")
        .add_phone(Phone::mobile("+79161112233"))
        .add_email("work@company.ru")
        .add_email(Email::home("personal@me.ru"));
    personal(&sandbox).update(71, &patch).await.unwrap();

    assert_eq!(the_only_request(&sandbox).body_str(), minified(printed));
    let contact = sandbox.contact(71).unwrap();
    let phones = [
        SEEDED_PHONE,
        ["WORK", "+79161234567"],
        ["MOBILE", "+79161112233"],
    ];
    assert_eq!(entries(&contact, "PHONE"), phones);
    let emails = [
        SEEDED_EMAIL,
        ["WORK", "work@company.ru"],
        ["HOME", "personal@me.ru"],
    ];
    assert_eq!(entries(&contact, "EMAIL"), emails);
}

#[tokio::test]
async fn each_of_the_three_forms_is_sent_if_it_is_the_shortest() {
    for (patch, body) in [
        (Customer::patch().add_phone("+7"), r#"{"phone":"+7"}"#),
        (
            Customer::patch().add_phone("+7").add_phone("+8"),
            r#"{"phone":["+7","+8"]}"#,
        ),
        (
            Customer::patch().add_phone(Phone::home("+7")),
            r#"{"phone":[{"value":"+7","typeId":"HOME"}]}"#,
        ),
        (
            Customer::patch().add_email("a@b.com"),
            r#"{"email":"a@b.com"}"#,
        ),
        (
            Customer::patch().add_email("a@b.com").add_email("b@c.com"),
            r#"{"email":["a@b.com","b@c.com"]}"#,
        ),
        (
            Customer::patch().add_email(Email::other("a@b.com")),
            r#"{"email":[{"value":"a@b.com","typeId":"OTHER"}]}"#,
        ),
    ] {
        let sandbox = Sandbox::start().await;
        personal(&sandbox).update(71, &patch).await.unwrap();
        assert_eq!(the_only_request(&sandbox).body_str(), body);
    }
}

#[tokio::test]
async fn every_type_of_a_phone_and_of_an_email_is_taken() {
    let sandbox = Sandbox::start().await;
    let patch = Customer::patch()
        .add_phone(Phone::work("+1"))
        .add_phone(Phone::home("+2"))
        .add_phone(Phone::mobile("+3"))
        .add_phone(Phone::other("+4"))
        .add_email(Email::work("a@b.com"))
        .add_email(Email::home("b@b.com"))
        .add_email(Email::mailing("c@b.com"))
        .add_email(Email::other("d@b.com"));
    personal(&sandbox).update(71, &patch).await.unwrap();

    let contact = sandbox.contact(71).unwrap();
    let phones = [
        SEEDED_PHONE,
        ["WORK", "+1"],
        ["HOME", "+2"],
        ["MOBILE", "+3"],
        ["OTHER", "+4"],
    ];
    assert_eq!(entries(&contact, "PHONE"), phones);
    let emails = [
        SEEDED_EMAIL,
        ["WORK", "a@b.com"],
        ["HOME", "b@b.com"],
        ["MAILING", "c@b.com"],
        ["OTHER", "d@b.com"],
    ];
    assert_eq!(entries(&contact, "EMAIL"), emails);
}

#[tokio::test]
async fn a_company_and_a_responsible_user_are_sent_as_numbers() {
    let sandbox = Sandbox::start().await;
    let patch = Customer::patch().company_id(9).assigned_by_id(7);
    personal(&sandbox).update(71, &patch).await.unwrap();

    let body = r#"{"companyId":9,"assignedById":7}"#;
    assert_eq!(the_only_request(&sandbox).body_str(), body);
    let contact = sandbox.contact(71).unwrap();
    assert_eq!([&contact["companyId"], &contact["assignedById"]], [9, 7]);
}

#[tokio::test]
async fn only_the_fields_that_were_set_change() {
    let sandbox = Sandbox::start().await;
    let mut expected = sandbox.contact(71).unwrap();
    let patch = Customer::patch().post("Director");
    personal(&sandbox).update(71, &patch).await.unwrap();

    let contact = sandbox.contact(71).unwrap();
    expected["post"] = json!("Director");
    expected["updatedTime"] = contact["updatedTime"].clone();
    assert_eq!(contact, expected);
}

#[tokio::test]
async fn adding_a_phone_or_an_email_keeps_the_ones_before() {
    let sandbox = Sandbox::start().await;
    let patch = Customer::patch().add_phone(PHONE).add_email("new@y.com");
    personal(&sandbox).update(71, &patch).await.unwrap();

    let contact = sandbox.contact(71).unwrap();
    assert_eq!(entries(&contact, "PHONE"), [SEEDED_PHONE, ["WORK", PHONE]]);
    let emails = [SEEDED_EMAIL, ["WORK", "new@y.com"]];
    assert_eq!(entries(&contact, "EMAIL"), emails);
    assert_eq!(contact["phone"], SEEDED_PHONE[1]);
    assert_eq!(contact["email"], SEEDED_EMAIL[1]);
}

#[tokio::test]
async fn the_answer_is_the_updated_contact_with_all_its_fields() {
    let sandbox = Sandbox::start().await;
    let patch = Customer::patch().assigned_by_id(1);
    let updated = personal(&sandbox).update(71, &patch).await.unwrap();

    let answered: Value = updated.raw().parse().unwrap();
    assert_eq!(answered, sandbox.contact(71).unwrap());
    // The example's response.
    let example = json!({
        "id": 71,
        "name": "Ivan",
        "lastName": "Petrov",
        "companyId": 15,
        "assignedById": 1,
        "createdTime": "2020-05-08T10:48:20+03:00",
        "updatedTime": "2026-04-15T12:00:00+03:00",
    });
    for (key, value) in example.as_object().unwrap() {
        assert_eq!(&answered[key], value, "{key}");
    }
}

/// A patch with a phone and an email of a person: no error shows them.
fn personal_data() -> PositionPatch {
    Position::patch()
        .post("Director")
        .set_unchecked("phone", PHONE)
        .set_unchecked("email", json!([EMAIL]))
}

fn assert_refused(error: &Error, status: StatusCode, code: &ErrorCode) {
    assert_eq!(error.kind(), ErrorKind::Api, "{error:?}");
    assert_eq!(error.status(), Some(status), "{error:?}");
    assert_eq!(error.code(), Some(code), "{error:?}");
    assert_eq!(error.outcome(), Outcome::NotApplied, "{error:?}");
    assert!(error.to_string().contains(code.as_str()), "{error}");
    let mut shown = format!("{error} {error:?} {error:#?}");
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        write!(shown, " {cause} {cause:?}").unwrap();
        source = cause.source();
    }
    for secret in ["vibe_", "Bearer", PHONE, "9169876543", EMAIL, "Director"] {
        assert!(!shown.contains(secret), "{secret} in {shown}");
    }
}

#[tokio::test]
async fn each_error_of_the_reference_is_reported_by_its_code_and_changes_nothing() {
    let good = || Credentials::personal(Sandbox::API_KEY);
    for (credentials, id, patch, status, code) in [
        (
            good(),
            404,
            personal_data(),
            StatusCode::NOT_FOUND,
            ErrorCode::EntityNotFound,
        ),
        (
            Credentials::personal(Sandbox::DENIED_KEY),
            71,
            personal_data(),
            StatusCode::FORBIDDEN,
            ErrorCode::AccessDenied,
        ),
        (
            good(),
            71,
            personal_data().set_unchecked("companyId", "not a number"),
            StatusCode::BAD_REQUEST,
            ErrorCode::InvalidRequest,
        ),
        (
            Credentials::personal(Sandbox::UNSCOPED_KEY),
            71,
            personal_data(),
            StatusCode::FORBIDDEN,
            ErrorCode::ScopeDenied,
        ),
        (
            Credentials::personal(Sandbox::TOKENLESS_KEY),
            71,
            personal_data(),
            StatusCode::UNAUTHORIZED,
            ErrorCode::TokenMissing,
        ),
        (
            Credentials::personal(Sandbox::READ_ONLY_KEY),
            71,
            personal_data(),
            StatusCode::FORBIDDEN,
            ErrorCode::WriteBlockedReadonlyKey,
        ),
        (
            Credentials::app(Sandbox::APP_KEY, Sandbox::EXPIRED_SESSION_TOKEN),
            71,
            personal_data(),
            StatusCode::UNAUTHORIZED,
            ErrorCode::TokenExpired,
        ),
        // The reference warns of this form, which is that of the layer underneath.
        (
            good(),
            71,
            personal_data()
                .set_unchecked("phone", json!([{ "VALUE": PHONE, "VALUE_TYPE": "WORK" }])),
            StatusCode::BAD_REQUEST,
            ErrorCode::InvalidMultifieldShape,
        ),
        (
            good(),
            71,
            personal_data()
                .set_unchecked("email", json!([{ "VALUE": EMAIL, "VALUE_TYPE": "WORK" }])),
            StatusCode::BAD_REQUEST,
            ErrorCode::InvalidMultifieldShape,
        ),
    ] {
        let sandbox = Sandbox::start().await;
        let before = sandbox.contact(71);
        let updated = client(&sandbox, credentials).update(id, &patch).await;

        assert_refused(&updated.unwrap_err(), status, &code);
        assert_eq!(the_only_request(&sandbox).error_code(), Some(code.as_str()));
        assert_eq!(sandbox.contact(71), before);
    }
}

#[tokio::test]
async fn the_error_example_gives_its_message_only_when_asked() {
    let sandbox = Sandbox::start().await;
    let patch = Customer::patch().post("Director");
    let error = personal(&sandbox).update(72_000, &patch).await.unwrap_err();

    assert_eq!(error.message(), Some("Item not found"));
    let shown = format!("{error} {error:?}");
    assert!(!shown.contains("Item not found"), "{shown}");
    assert!(shown.contains("PATCH contacts/72000"), "{shown}");
}

#[tokio::test]
async fn a_management_key_is_refused_before_anything_is_sent() {
    let sandbox = Sandbox::start().await;
    let credentials = Credentials::personal(Sandbox::MANAGEMENT_KEY);
    let builder = Client::builder(credentials).base_url(sandbox.url());
    let error = builder.build().unwrap_err();

    assert_eq!(error.kind(), ErrorKind::Configuration);
    assert_eq!(error.outcome(), Outcome::NotApplied);
    let shown = format!("{error} {error:?}");
    assert!(!shown.contains(Sandbox::MANAGEMENT_KEY), "{shown}");
    assert!(sandbox.requests().is_empty());
}

#[tokio::test]
async fn neither_a_client_nor_its_credentials_show_a_secret() {
    let sandbox = Sandbox::start().await;
    let credentials = Credentials::app(Sandbox::APP_KEY, Sandbox::SESSION_TOKEN);
    let builder = Client::builder(credentials.clone()).base_url(sandbox.url());
    let shown = format!("{credentials:?} {builder:#?}");
    let client = builder.build().unwrap();
    let call = client.update(71, &personal_data());
    let shown = format!("{shown} {client:#?} {call:?}");
    for secret in [Sandbox::APP_KEY, Sandbox::SESSION_TOKEN, PHONE, EMAIL] {
        assert!(!shown.contains(secret), "{secret} in {shown}");
    }
}
