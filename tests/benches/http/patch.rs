//! The same patch twice: by the builder, and by a struct written by hand that has the same bytes.
//! Six fields, of which one is a user field and one holds two phones.

use serde::Serialize;
use vibecode_runtime::{CompanyId, Patch, Phone, UserId};

#[derive(Patch)]
#[vibecode(entity = "contacts")]
pub(crate) struct Customer {
    name: Option<String>,
    post: Option<String>,
    company_id: Option<CompanyId>,
    assigned_by_id: UserId,
    phone: Vec<Phone>,
    #[vibecode(field = "ufCrm_1721244707107", kind = "enumeration")]
    loyalty: Option<u64>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ByHand {
    name: Option<String>,
    post: Option<String>,
    company_id: Option<u64>,
    assigned_by_id: u64,
    phone: Vec<TypedPhone>,
    #[serde(rename = "ufCrm_1721244707107")]
    loyalty: Option<u64>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct TypedPhone {
    value: String,
    type_id: &'static str,
}

pub(crate) fn ours() -> CustomerPatch {
    Customer::patch()
        .name("Ivan")
        .post("Director")
        .company_id(15)
        .assigned_by_id(7)
        .add_phone(Phone::work("+79161234567"))
        .add_phone(Phone::mobile("+79161112233"))
        .loyalty(81_u64)
}

pub(crate) fn by_hand() -> ByHand {
    let phone = |value: &str, type_id| TypedPhone {
        value: value.to_owned(),
        type_id,
    };
    ByHand {
        name: Some("Ivan".to_owned()),
        post: Some("Director".to_owned()),
        company_id: Some(15),
        assigned_by_id: 7,
        phone: vec![
            phone("+79161234567", "WORK"),
            phone("+79161112233", "MOBILE"),
        ],
        loyalty: Some(81),
    }
}

/// Both sides send the same.
pub(crate) fn check() {
    let ours = serde_json::to_string(&ours()).unwrap();
    assert_eq!(ours, serde_json::to_string(&by_hand()).unwrap());
}
