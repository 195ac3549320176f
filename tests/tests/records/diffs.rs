//! The changes from one record to another.

use super::*;

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

    // And in the opposite direction.
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
    // A value that could not be written before does not affect the value that is written now.
    after.discounts = vec![1.0];
    let mut unwritable = before.clone();
    unwritable.discounts = vec![f64::NAN];
    let changes = json!({ "post": "Director", "ufCrm_694BF2A975BD0": [1.0] });
    assert_eq!(wire(&unwritable.diff(&after).patch), changes);
}

#[derive(Patch, Record, Clone)]
#[vibecode(entity = "contacts", schema = "schemas/complete.json", diff)]
struct Employee {
    /// The portal requires it.
    post: Option<String>,
    name: Option<String>,
}

#[test]
fn a_diff_that_would_clear_what_the_portal_requires_is_not_sent_and_names_the_field() {
    let before = Employee {
        post: Some("Director".to_owned()),
        name: Some("Ivan".to_owned()),
    };
    let after = Employee {
        post: None,
        ..before.clone()
    };
    let patch = before.diff(&after).patch;
    let error = serde_json::to_string(&patch).unwrap_err().to_string();
    assert!(
        error.contains("post") && error.contains("requires"),
        "{error}"
    );
    let renamed = Employee {
        name: None,
        ..before.clone()
    };
    let cleared = serde_json::to_string(&before.diff(&renamed).patch).unwrap();
    assert_eq!(cleared, r#"{"name":""}"#);
    // A value that was not there cannot be removed.
    let patch = after.diff(&after).patch;
    assert_eq!(serde_json::to_string(&patch).unwrap(), "{}");
}
