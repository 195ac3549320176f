//! The `#[vibecode(…)]` attributes as written, with their spans. `words` lists their words.

use proc_macro2::Ident;
use syn::{Attribute, LitStr};

use super::meta_item::{OptionId, Pipeline, read_items};
use crate::collected_errors::Errors;

/// The `#[vibecode(…)]` attributes of a struct.
#[derive(Default)]
pub(crate) struct OnStruct {
    pub(crate) entity: Option<LitStr>,
    /// The path of the portal's schema, if it is not the default one.
    pub(crate) schema: Option<LitStr>,
    /// `schema` without a path: there must be a schema at the default path.
    pub(crate) requires_schema: Option<Ident>,
    /// The path of the runtime, if it is not `::vibecode_runtime`.
    pub(crate) runtime: Option<syn::Path>,
    /// The name of the builder, if it is not `CustomerPatch`.
    pub(crate) builder: Option<Ident>,
    /// `diff`: the struct gets a method `diff`.
    pub(crate) diff: Option<Ident>,
    /// Whether an error in the attributes was reported. A missing attribute may be a consequence of it.
    pub(crate) has_errors: bool,
}

/// The `#[vibecode(…)]` attributes of a field.
#[derive(Default)]
pub(crate) struct OnField {
    pub(crate) field: Option<LitStr>,
    pub(crate) kind: Option<LitStr>,
    pub(crate) multiple: Option<Ident>,
    pub(crate) type_id: Option<LitStr>,
    pub(crate) id: Option<Ident>,
    pub(crate) read_only: Option<Ident>,
    pub(crate) skip: Option<Ident>,
    pub(crate) clear: Option<LitStr>,
    /// Whether an error in the attributes was reported.
    pub(crate) has_errors: bool,
}

/// The `#[vibecode(…)]` attributes of an enum of options or codes.
#[derive(Default)]
pub(crate) struct OnEnum {
    /// The attributes that an enum shares with a struct.
    pub(crate) common: OnStruct,
    pub(crate) field: Option<LitStr>,
    pub(crate) pipeline: Option<Pipeline>,
}

/// The `#[vibecode(…)]` attributes of a variant.
#[derive(Default)]
pub(crate) struct OnVariant {
    pub(crate) item: Option<OptionId>,
    pub(crate) status: Option<LitStr>,
    pub(crate) label: Option<LitStr>,
    pub(crate) other: Option<Ident>,
    /// Whether an error in the attributes was reported.
    pub(crate) has_errors: bool,
}

impl OnStruct {
    pub(crate) fn read(attributes: &[Attribute], errors: &Errors) -> Self {
        let (read, has_errors) = read_items(attributes, errors);
        Self { has_errors, ..read }
    }
}

impl OnField {
    pub(crate) fn read(attributes: &[Attribute], errors: &Errors) -> Self {
        let (read, has_errors) = read_items(attributes, errors);
        Self { has_errors, ..read }
    }
}

impl OnEnum {
    pub(crate) fn read(attributes: &[Attribute], errors: &Errors) -> Self {
        let (mut read, has_errors): (Self, bool) = read_items(attributes, errors);
        read.common.has_errors = has_errors;
        read
    }
}

impl OnVariant {
    pub(crate) fn read(attributes: &[Attribute], errors: &Errors) -> Self {
        let (read, has_errors) = read_items(attributes, errors);
        Self { has_errors, ..read }
    }
}
