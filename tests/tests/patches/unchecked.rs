//! The one untyped door.

use serde_json::json as value;
use vibecode_runtime::{ErrorKind, Patch as _};
use vibecode_sandbox::Sandbox;

use crate::{client, customer, json, refusal};

#[test]
fn set_unchecked_sends_any_json() {
    let patch = customer()
        .set_unchecked("ufCrmPlan", value!({ "a": [1, null, "x"] }))
        .set_unchecked("leadId", 5)
        .set_unchecked("comments", None::<String>);
    let expected = r#"{"ufCrmPlan":{"a":[1,null,"x"]},"leadId":5,"comments":null}"#;
    assert_eq!(json(&patch), expected);
}

#[test]
fn set_unchecked_twice_keeps_the_last() {
    let patch = customer().set_unchecked("x", 1).set_unchecked("x", 2);
    assert_eq!(json(&patch), r#"{"x":2}"#);
}

#[test]
fn set_unchecked_refuses_every_name_that_the_struct_has() {
    for name in [
        "post",
        "companyId",
        "phone",
        "email",
        "ufCrm_1721244707107",
        // Never written, and no way around it.
        "id",
        "updatedTime",
    ] {
        let refused = refusal(&customer().set_unchecked(name, "secret"));
        assert!(refused.contains(&format!("`{name}`")), "{refused}");
        assert!(!refused.contains("secret"), "{refused}");
    }
    // What the struct keeps for itself is not the API's name.
    let patch = customer().set_unchecked("cached", 1);
    assert_eq!(json(&patch), r#"{"cached":1}"#);
}

#[tokio::test]
async fn a_name_that_the_struct_has_is_not_sent_unchecked() {
    let sandbox = Sandbox::start().await;
    let patch = customer().set_unchecked("phone", "+79169876543");
    let error = client(&sandbox).update(71, &patch).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidPatch);
    let shown = format!("{error} {error:?} {patch:?}");
    assert!(shown.contains("`phone`"), "{shown}");
    assert!(!shown.contains("9169876543"), "{shown}");
    assert!(sandbox.requests().is_empty());
}

#[test]
fn a_patch_is_idempotent_unless_it_adds_or_holds_what_is_unchecked() {
    let patch = customer().post("Director").clear_company().scores([1.0]);
    assert!(patch.is_idempotent());
    assert!(customer().is_idempotent());
    assert!(!patch.clone().add_phone("+7").is_idempotent());
    assert!(!patch.clone().add_newsletter("a@b.com").is_idempotent());
    assert!(!patch.set_unchecked("leadId", 5).is_idempotent());
}
