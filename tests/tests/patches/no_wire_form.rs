//! Values that have no wire form: the patch is then refused as a whole.

use vibecode_runtime::{
    Encode, EncodeError, Encoder, ErrorKind, Outcome, Patch, Phone, UserId, kind,
};
use vibecode_sandbox::Sandbox;

use crate::{CustomerPatch, client, customer, json, refusal};

/// Patches with a value that has no wire form, and its field. Where a value beside it has one, it
/// is `BESIDE`.
fn invalid_patches() -> Vec<(CustomerPatch, &'static str)> {
    let none = UserId::from(0);
    vec![
        (customer().ratio(f64::NAN), "ufCrmRatio"),
        (customer().ratio(f64::INFINITY), "ufCrmRatio"),
        (customer().ratio(f64::NEG_INFINITY), "ufCrmRatio"),
        (customer().scores([7654.0, f64::NAN]), "ufCrm_694BF2A975BD0"),
        (customer().add_phone("7654").add_phone(""), "phone"),
        (customer().add_phone(Phone::mobile(" \t\n\u{a0}")), "phone"),
        (customer().add_email("   "), "email"),
        (customer().add_newsletter(""), "email"),
        (customer().add_desk(""), "phone"),
        (customer().company(0), "companyId"),
        (customer().company_ids([7654, 0]), "companyIds"),
        (customer().assigned_by_id(0), "assignedById"),
        (
            customer().observers([UserId::from(7654), none]),
            "observers",
        ),
        (customer().curator(none), "ufCrmCurator"),
    ]
}

const BESIDE: &str = "7654";

#[test]
fn what_has_no_wire_form_is_refused_by_its_field_and_without_its_value() {
    for (patch, field) in invalid_patches() {
        let refused = refusal(&patch);
        assert!(refused.contains(&format!("`{field}`")), "{refused}");
        assert!(!refused.contains(BESIDE), "{refused}");
        assert!(!patch.is_empty(), "{field}");
    }
}

#[tokio::test]
async fn what_has_no_wire_form_is_not_sent() {
    let sandbox = Sandbox::start().await;
    let client = client(&sandbox);
    for (patch, field) in invalid_patches() {
        let patch = patch.post("Director");
        let error = client.update(71, &patch).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidPatch, "{error:?}");
        assert_eq!(error.outcome(), Outcome::NotApplied);
        assert_eq!((error.status(), error.code()), (None, None));
        let shown = format!("{error} {error:?}");
        assert!(shown.contains(&format!("`{field}`")), "{shown}");
        for value in ["Director", BESIDE] {
            assert!(!shown.contains(value), "{value} in {shown}");
        }
    }
    assert!(sandbox.requests().is_empty());
}

#[test]
fn the_first_failure_is_the_one_that_is_told() {
    let patch = customer().ratio(f64::NAN).add_phone("").post("Director");
    let refused = refusal(&patch);
    assert!(refused.contains("`ufCrmRatio`"), "{refused}");
    assert!(!refused.contains("phone"), "{refused}");
}

#[test]
fn no_failure_ever_becomes_null() {
    for (patch, _) in invalid_patches() {
        assert!(serde_json::to_value(&patch).is_err());
        assert!(serde_json::to_vec(&patch).is_err());
    }
}

#[test]
fn the_failure_of_a_users_own_type_names_the_field_and_its_reason() {
    struct TaxNumber(String);

    impl Encode<kind::Text> for TaxNumber {
        fn encode(&self, to: &mut Encoder<'_>) -> Result<(), EncodeError> {
            if self.0.len() == 10 {
                Encode::<kind::Text>::encode(&self.0, to)
            } else {
                Err(EncodeError::new("a tax number has ten digits"))
            }
        }
    }

    #[derive(Patch)]
    #[vibecode(entity = "contacts")]
    struct Payer {
        #[vibecode(field = "ufCrmTaxNumber", kind = "string")]
        tax_number: Option<TaxNumber>,
    }

    let good = Payer::patch().tax_number(TaxNumber("7707083893".to_owned()));
    assert_eq!(json(&good), r#"{"ufCrmTaxNumber":"7707083893"}"#);
    let refused = refusal(&Payer::patch().tax_number(TaxNumber("7707".to_owned())));
    assert!(refused.contains("`ufCrmTaxNumber`"), "{refused}");
    assert!(refused.contains("a tax number has ten digits"), "{refused}");
    assert!(!refused.contains("7707"), "{refused}");
}
