//! A contact with only secret values.

use vibecode_runtime::{
    ContactId, Decode, DecodeError, Email, Patch, Phone, Record, WireValue, kind,
};

use super::shown::{EMAIL, NEWSLETTER, PHONE};

#[derive(Patch, Record)]
#[vibecode(entity = "contacts", diff)]
pub(crate) struct Person {
    #[vibecode(id)]
    pub(crate) id: ContactId,
    pub(crate) post: Option<String>,
    pub(crate) phone: Vec<Phone>,
    pub(crate) email: Vec<Email>,
    #[vibecode(field = "ufCrmRatio", kind = "double")]
    pub(crate) ratio: Option<f64>,
}

/// The same contact, read into types that do not fit.
#[derive(Record, Debug)]
#[vibecode(entity = "contacts")]
pub(crate) struct Misread {
    #[vibecode(field = "post")]
    _post: Digits,
}

/// A text that must be digits.
#[derive(Debug)]
struct Digits;

impl Decode<kind::Text> for Digits {
    fn decode(answered: WireValue<'_>) -> Result<Self, DecodeError> {
        let _: f64 = Decode::<kind::Double>::decode(answered)?;
        Ok(Self)
    }
}

pub(crate) fn patch() -> PersonPatch {
    Person::patch()
        .post(PHONE)
        .add_phone(PHONE)
        .add_email(EMAIL)
        .add_email(Email::mailing(NEWSLETTER))
}
