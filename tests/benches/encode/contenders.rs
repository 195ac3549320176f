//! The same patch twice: by the builder, and by a struct written by hand that has the same bytes.

use std::hint::black_box;

/// What a patch is made of: six fields, of which one is a user field and one holds two phones.
pub(crate) struct Inputs<Text> {
    name: Text,
    post: Text,
    company: u64,
    assigned_by: u64,
    desk_phone: Text,
    mobile_phone: Text,
    loyalty: u64,
}

/// Texts that are copied into the patch.
pub(crate) type BorrowedInputs = Inputs<&'static str>;
/// Texts that are moved into the patch.
pub(crate) type OwnedInputs = Inputs<String>;

impl<Text: From<&'static str>> Inputs<Text> {
    pub(crate) fn new() -> Self {
        Self {
            name: black_box("Ivan").into(),
            post: black_box("Director").into(),
            company: black_box(15),
            assigned_by: black_box(7),
            desk_phone: black_box("+79161234567").into(),
            mobile_phone: black_box("+79161112233").into(),
            loyalty: black_box(81),
        }
    }
}

pub(crate) mod vibecode {
    use vibecode_runtime::{CompanyId, Patch, Phone, UserId};

    use super::{BorrowedInputs, Inputs, OwnedInputs};

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

    #[inline]
    fn build<Text: Into<String>>(inputs: Inputs<Text>) -> CustomerPatch {
        Customer::patch()
            .name(inputs.name)
            .post(inputs.post)
            .company_id(inputs.company)
            .assigned_by_id(inputs.assigned_by)
            .add_phone(Phone::work(inputs.desk_phone))
            .add_phone(Phone::mobile(inputs.mobile_phone))
            .loyalty(inputs.loyalty)
    }

    pub(crate) fn from_borrowed(inputs: &BorrowedInputs) -> CustomerPatch {
        build(Inputs { ..*inputs })
    }

    pub(crate) fn from_owned(inputs: OwnedInputs) -> CustomerPatch {
        build(inputs)
    }
}

pub(crate) mod hand_written {
    use serde::Serialize;

    use super::{BorrowedInputs, Inputs, OwnedInputs};

    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    pub(crate) struct CustomerUpdate {
        #[serde(skip_serializing_if = "Option::is_none")]
        name: Option<String>,
        #[serde(skip_serializing_if = "Option::is_none")]
        post: Option<String>,
        #[serde(skip_serializing_if = "Option::is_none")]
        company_id: Option<u64>,
        #[serde(skip_serializing_if = "Option::is_none")]
        assigned_by_id: Option<u64>,
        #[serde(skip_serializing_if = "Vec::is_empty")]
        phone: Vec<TypedPhone>,
        #[serde(
            rename = "ufCrm_1721244707107",
            skip_serializing_if = "Option::is_none"
        )]
        loyalty: Option<u64>,
    }

    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    struct TypedPhone {
        value: String,
        type_id: &'static str,
    }

    #[inline]
    fn build<Text: Into<String>>(inputs: Inputs<Text>) -> CustomerUpdate {
        CustomerUpdate {
            name: Some(inputs.name.into()),
            post: Some(inputs.post.into()),
            company_id: Some(inputs.company),
            assigned_by_id: Some(inputs.assigned_by),
            phone: vec![
                TypedPhone {
                    value: inputs.desk_phone.into(),
                    type_id: "WORK",
                },
                TypedPhone {
                    value: inputs.mobile_phone.into(),
                    type_id: "MOBILE",
                },
            ],
            loyalty: Some(inputs.loyalty),
        }
    }

    pub(crate) fn from_borrowed(inputs: &BorrowedInputs) -> CustomerUpdate {
        build(Inputs { ..*inputs })
    }

    pub(crate) fn from_owned(inputs: OwnedInputs) -> CustomerUpdate {
        build(inputs)
    }
}
