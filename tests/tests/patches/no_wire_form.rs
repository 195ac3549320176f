//! Values that have no wire form: the whole patch is refused.

use vibecode_runtime::{
    Encode, EncodeError, Encoder, ErrorKind, Outcome, Patch, Phone, UserId, kind,
};
use vibecode_sandbox::Sandbox;

use crate::{CustomerPatch, client, customer, json, refusal};

/// Returns patches with a value that has no wire form, and its field. If a value beside it has one, that
/// value is `BESIDE`.
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
fn the_first_failure_is_the_one_that_is_reported() {
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

/// Writes this many values.
struct Writes(usize);

impl Encode<kind::Text> for Writes {
    fn encode(&self, to: &mut Encoder<'_>) -> Result<(), EncodeError> {
        for _ in 0..self.0 {
            to.text("7654");
        }
        Ok(())
    }
}

impl Encode<kind::Double> for Writes {
    fn encode(&self, to: &mut Encoder<'_>) -> Result<(), EncodeError> {
        (0..self.0).try_for_each(|_| to.double(7654.0))
    }
}

impl Encode<kind::Phone> for Writes {
    fn encode(&self, to: &mut Encoder<'_>) -> Result<(), EncodeError> {
        let phone = Phone::work("7654");
        (0..self.0).try_for_each(|_| Encode::<kind::Phone>::encode(&phone, to))
    }
}

/// A list that ignores the error of an element.
struct Stubborn;

impl Encode<kind::Multiple<kind::Double>> for Stubborn {
    fn encode(&self, to: &mut Encoder<'_>) -> Result<(), EncodeError> {
        let _ = to.list([1.0, f64::NAN], |value, to| to.double(value));
        Ok(())
    }
}

/// A phone that is written as text.
struct Bare;

impl Encode<kind::Phone> for Bare {
    fn encode(&self, to: &mut Encoder<'_>) -> Result<(), EncodeError> {
        to.text("7654");
        Ok(())
    }
}

/// A list of two phones, of which only the first is written as a phone.
struct HalfOfPhones;

impl Encode<kind::Multiple<kind::Phone>> for HalfOfPhones {
    fn encode(&self, to: &mut Encoder<'_>) -> Result<(), EncodeError> {
        to.list([true, false], |is_phone, to| {
            if is_phone {
                Encode::<kind::Phone>::encode(&Phone::work("7654"), to)
            } else {
                Encode::<kind::Phone>::encode(&Bare, to)
            }
        })
    }
}

#[derive(Patch)]
#[vibecode(entity = "contacts")]
struct Careless {
    #[vibecode(field = "ufCrmTitle", kind = "string")]
    title: Option<Writes>,
    #[vibecode(field = "ufCrmTitles", kind = "string", multiple)]
    titles: Vec<Writes>,
    #[vibecode(field = "ufCrmRatio", kind = "double")]
    ratio: Writes,
    #[vibecode(field = "ufCrmScores", kind = "double", multiple)]
    scores: Stubborn,
    phone: Vec<Writes>,
    #[vibecode(field = "phone", type_id = "HOME")]
    home: Option<Writes>,
    #[vibecode(field = "phone")]
    bare: Vec<Bare>,
}

#[test]
fn an_encode_that_writes_nothing_or_twice_is_refused_by_its_field() {
    let patch = Careless::patch;
    let refused_patches = [
        (patch().title(Writes(0)), "ufCrmTitle"),
        (patch().title(Writes(2)), "ufCrmTitle"),
        (patch().titles([Writes(1), Writes(0)]), "ufCrmTitles"),
        (patch().titles([Writes(0), Writes(2)]), "ufCrmTitles"),
        (patch().titles([Writes(2)]), "ufCrmTitles"),
        (patch().ratio(Writes(0)), "ufCrmRatio"),
        (patch().ratio(Writes(3)), "ufCrmRatio"),
        (patch().scores(Stubborn), "ufCrmScores"),
        (patch().add_phone(Writes(0)), "phone"),
        (patch().add_phone(Writes(2)), "phone"),
        (patch().add_home(Writes(0)), "phone"),
        (patch().add_home(Writes(2)), "phone"),
        (patch().add_bare(Bare), "phone"),
    ];
    for (patch, field) in refused_patches {
        let refused = refusal(&patch);
        assert!(refused.contains(&format!("`{field}`")), "{refused}");
        assert!(!refused.contains(BESIDE), "{refused}");
    }
    let good = patch()
        .title(Writes(1))
        .titles([Writes(1), Writes(1)])
        .ratio(Writes(1))
        .add_phone(Writes(1));
    let expected =
        r#"{"ufCrmTitle":"7654","ufCrmTitles":["7654","7654"],"ufCrmRatio":7654.0,"phone":"7654"}"#;
    assert_eq!(json(&good), expected);
}

#[test]
fn a_list_of_phones_with_an_element_that_is_not_a_phone_is_refused() {
    #[derive(Patch)]
    #[vibecode(entity = "contacts")]
    struct Half {
        phone: HalfOfPhones,
    }

    let refused = refusal(
        &Half {
            phone: HalfOfPhones,
        }
        .to_patch(),
    );
    assert!(refused.contains("`phone`"), "{refused}");
}
