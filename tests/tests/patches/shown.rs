//! The Debug output of patches and phones, which contains no values.

use vibecode_runtime::{Email, Phone};

use crate::customer;

#[test]
fn debug_shows_wire_names_and_no_values() {
    let patch = customer()
        .post("Director")
        .add_phone("+79169876543")
        .add_email(Email::home("personal@me.ru"))
        .loyalty(8_154_u64)
        .clear_company()
        .set_unchecked("ufCrmSecret", "hidden")
        .ratio(f64::NAN);
    let shown = format!("{patch:?} {patch:#?}");
    for name in [
        "CustomerPatch",
        "post",
        "phone",
        "email",
        "ufCrm_1721244707107",
        "companyId",
        "ufCrmSecret",
        "ufCrmRatio",
    ] {
        assert!(shown.contains(name), "{name} in {shown}");
    }
    for value in ["Director", "9169876543", "personal@me.ru", "8154", "hidden"] {
        assert!(!shown.contains(value), "{value} in {shown}");
    }
}

#[test]
fn a_phone_and_an_email_show_their_type_and_not_their_value() {
    let shown = format!("{:?} {:?}", Phone::mobile("+7916"), Email::home("a@b.com"));
    assert!(
        shown.contains("Mobile") && shown.contains("Home"),
        "{shown}"
    );
    assert!(!shown.contains("7916") && !shown.contains("a@b"), "{shown}");
}
