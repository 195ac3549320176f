//! `set_unchecked`, the only untyped setter.

use std::collections::BTreeMap;

use serde::Serialize;
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
fn set_unchecked_refuses_nan_and_infinity_at_any_depth() {
    #[derive(Serialize)]
    struct Named<T> {
        value: T,
    }
    #[derive(Serialize)]
    enum Variant {
        Tuple(u8, f64),
        Struct { value: f32 },
        Newtype(f64),
    }
    let nan = f64::NAN;
    let patches = [
        customer().set_unchecked("ufCrmPlan", nan),
        customer().set_unchecked("ufCrmPlan", f32::NEG_INFINITY),
        customer().set_unchecked("ufCrmPlan", Some(f64::INFINITY)),
        customer().set_unchecked("ufCrmPlan", vec![1.0, nan]),
        customer().set_unchecked("ufCrmPlan", (1, "x", nan)),
        customer().set_unchecked("ufCrmPlan", BTreeMap::from([("a", nan)])),
        customer().set_unchecked("ufCrmPlan", Named { value: [nan] }),
        customer().set_unchecked("ufCrmPlan", Variant::Tuple(1, nan)),
        customer().set_unchecked("ufCrmPlan", Variant::Struct { value: f32::NAN }),
        customer().set_unchecked("ufCrmPlan", Variant::Newtype(nan)),
        // A key that is not text.
        customer().set_unchecked("ufCrmPlan", BTreeMap::from([((1, 2), 3)])),
    ];
    for patch in patches {
        let refused = refusal(&patch);
        assert!(refused.contains("`ufCrmPlan`"), "{refused}");
    }
    let finite = Named {
        value: (f64::MAX, i128::MAX, b"x", 'y', [Some(1.5), None]),
    };
    let expected = serde_json::to_string(&finite).unwrap();
    let patch = customer().set_unchecked("ufCrmPlan", finite);
    assert_eq!(json(&patch), format!(r#"{{"ufCrmPlan":{expected}}}"#));
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
        // Fields that can never be written, not even unchecked.
        "id",
        "updatedTime",
    ] {
        let refused = refusal(&customer().set_unchecked(name, "secret"));
        assert!(refused.contains(&format!("`{name}`")), "{refused}");
        assert!(!refused.contains("secret"), "{refused}");
    }
    // A skipped field of the struct is not a name of the API.
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
