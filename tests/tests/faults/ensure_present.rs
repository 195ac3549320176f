//! Which values `ensure` counts as present, and that they are not sent.

use serde_json::{Value, json};
use vibecode_runtime::{ErrorKind, Mismatch, MultifieldEntry, Outcome, Phone};
use vibecode_sandbox::{Sandbox, SandboxBuilder};

use super::portal::{client, count, customer, portal, stored, writes};

/// A portal with one contact that has these phones and emails.
fn with_entries(fm: &Value) -> SandboxBuilder {
    let contact = json!({ "id": 7, "name": "Ivan", "post": "Director", "fm": fm });
    Sandbox::builder().seed(json!({ "contacts": [contact] }))
}

fn entry(kind: &str, value_type: &str, value: &str) -> Value {
    json!({ "typeId": kind, "valueType": value_type, "value": value })
}

fn summary(entries: &[MultifieldEntry]) -> Vec<(&str, &str, &str)> {
    let summary = entries
        .iter()
        .map(|entry| (entry.kind(), entry.value_type(), entry.value()));
    summary.collect()
}

#[tokio::test(start_paused = true)]
async fn where_all_is_present_nothing_is_sent() {
    let phone = entry("PHONE", "WORK", "+79161112233");
    let sandbox = with_entries(&json!([phone])).start().await;
    let patch = customer().post("Director").add_phone("+79161112233");
    let ensured = client(&sandbox).ensure(7, &patch).await.unwrap();
    assert_eq!(
        summary(ensured.present()),
        [("PHONE", "WORK", "+79161112233")]
    );
    assert!(ensured.added().is_empty());
    assert_eq!(sandbox.requests().len(), 1);
    assert!(writes(&sandbox).is_empty());
}

/// The guide says so, since an app that counts mismatches would report a failure.
#[tokio::test(start_paused = true)]
async fn a_phone_of_another_type_is_present_and_all_the_same_a_mismatch() {
    let phone = entry("PHONE", "WORK", "+79161112233");
    let sandbox = with_entries(&json!([phone])).start().await;
    let patch = customer().add_phone(Phone::mobile("+79161112233"));
    let ensured = client(&sandbox).ensure(7, &patch).await.unwrap();
    assert_eq!(ensured.present().len(), 1);
    assert!(writes(&sandbox).is_empty());
    let mismatches = ensured.mismatches(&patch);
    let fields: Vec<_> = mismatches.iter().map(Mismatch::field).collect();
    assert_eq!(fields, ["phone"]);
}

#[tokio::test(start_paused = true)]
async fn only_what_is_missing_is_sent() {
    let phone = entry("PHONE", "WORK", "+79161112233");
    let sandbox = with_entries(&json!([phone])).start().await;
    let patch = customer()
        .post("Director")
        .comments("Calls on Mondays")
        .add_phone("+79161112233")
        .add_phone("+79164445566");
    let ensured = client(&sandbox).ensure(7, &patch).await.unwrap();
    let missing = json!({ "comments": "Calls on Mondays", "phone": "+79164445566" });
    assert_eq!(writes(&sandbox), [(7, missing)]);
    assert_eq!(
        summary(ensured.added()),
        [("PHONE", "WORK", "+79164445566")]
    );
    assert_eq!(
        summary(ensured.present()),
        [("PHONE", "WORK", "+79161112233")]
    );
}

#[tokio::test(start_paused = true)]
async fn a_phone_under_another_type_is_present_and_reported_with_its_own_type() {
    for native_type in ["HOME", "MOBILE", "FAX", "PAGER", "X_CUSTOM"] {
        let phone = entry("PHONE", native_type, "+79161112233");
        let sandbox = with_entries(&json!([phone])).start().await;
        let patch = customer().add_phone(Phone::work("+79161112233"));
        let ensured = client(&sandbox).ensure(7, &patch).await.unwrap();
        assert_eq!(
            summary(ensured.present()),
            [("PHONE", native_type, "+79161112233")]
        );
        assert!(writes(&sandbox).is_empty(), "{native_type}");
    }
}

#[tokio::test(start_paused = true)]
async fn phones_are_present_by_their_digits_and_emails_whatever_their_case() {
    for (kind, there, wanted, is_present) in [
        ("PHONE", "+7 (916) 111-22-33", "+79161112233", true),
        ("PHONE", "7 916 111 22 33", "+7-916-111-22-33", true),
        ("PHONE", "+79161112234", "+79161112233", false),
        ("PHONE", "Front Desk", "front desk", true),
        ("PHONE", "front desk", "back desk", false),
        ("EMAIL", "Ivan@Company.RU", "ivan@company.ru", true),
        ("EMAIL", "i.van@company.ru", "ivan@company.ru", false),
        // The same text, but in another multifield.
        ("WEB", "ivan@company.ru", "ivan@company.ru", false),
    ] {
        let sandbox = with_entries(&json!([entry(kind, "WORK", there)]))
            .start()
            .await;
        let patch = match kind {
            "PHONE" => customer().add_phone(wanted),
            _ => customer().add_email(wanted),
        };
        let ensured = client(&sandbox).ensure(7, &patch).await.unwrap();
        assert_eq!(writes(&sandbox).is_empty(), is_present, "{there} {wanted}");
        assert_eq!(ensured.present().len(), usize::from(is_present));
        assert_eq!(ensured.added().len(), usize::from(!is_present));
    }
}

#[tokio::test(start_paused = true)]
async fn a_value_that_a_patch_names_twice_is_sent_once() {
    let sandbox = with_entries(&json!([])).start().await;
    let patch = customer()
        .add_phone("+79161112233")
        .add_phone(Phone::mobile("+7 916 111-22-33"));
    client(&sandbox).ensure(7, &patch).await.unwrap();
    assert_eq!(writes(&sandbox), [(7, json!({ "phone": "+79161112233" }))]);
}

#[tokio::test(start_paused = true)]
async fn without_the_list_of_all_phones_nothing_is_written() {
    let sandbox = portal(2).without_fm().start().await;
    let client = client(&sandbox);
    let patch = customer().post("Director").add_phone("+79161112233");
    let single = client.ensure(1, &patch).await.unwrap_err();
    let outcome = client.ensure_many([(2, patch)]).next().await.unwrap();
    for error in [single, outcome.result.unwrap_err()] {
        assert_eq!(error.kind(), ErrorKind::MultifieldsUnknown);
        assert_eq!(error.outcome(), Outcome::NotApplied);
    }
    assert!(writes(&sandbox).is_empty());
    assert_eq!(stored(&sandbox, 1, "post"), "");
}

#[tokio::test(start_paused = true)]
async fn without_the_list_of_all_phones_other_fields_are_written() {
    let sandbox = portal(1).without_fm().start().await;
    let patch = customer().post("Director");
    client(&sandbox).ensure(1, &patch).await.unwrap();
    assert_eq!(stored(&sandbox, 1, "post"), "Director");
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_sent_is_not_even_read_for() {
    let sandbox = portal(1).start().await;
    let client = client(&sandbox);
    for (id, patch, kind) in [
        (1, customer(), ErrorKind::EmptyPatch),
        (0, customer().post("Director"), ErrorKind::InvalidId),
        (1, customer().ratio(f64::NAN), ErrorKind::InvalidPatch),
        (1, customer().add_phone(""), ErrorKind::InvalidPatch),
    ] {
        let error = client.ensure(id, &patch).await.unwrap_err();
        assert_eq!((error.kind(), error.outcome()), (kind, Outcome::NotApplied));
    }
    assert!(sandbox.requests().is_empty());
}

#[tokio::test(start_paused = true)]
async fn ensuring_twice_adds_once() {
    let sandbox = portal(1).start().await;
    let client = client(&sandbox);
    let patch = customer()
        .add_phone("+79161112233")
        .add_email("ivan@company.ru");
    for _ in 0..3 {
        client.ensure(1, &patch).await.unwrap();
    }
    assert_eq!(writes(&sandbox).len(), 1);
    assert_eq!(count(&sandbox, 1, "+79161112233"), 1);
}
