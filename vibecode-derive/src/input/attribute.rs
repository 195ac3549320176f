//! Parses `#[vibecode(…)]` into names and values as written, with their spans.

use proc_macro2::Ident;
use syn::{Attribute, LitStr};

use super::meta_item::{
    ENUM, FIELD, MetaItem, OptionId, STRUCT, Target, VARIANT, each_item, given_twice,
};
use crate::errors::Errors;

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

/// The `#[vibecode(…)]` attributes of an enum of options.
#[derive(Default)]
pub(crate) struct OnEnum {
    /// The attributes that an enum shares with a struct.
    pub(crate) common: OnStruct,
    pub(crate) field: Option<LitStr>,
}

/// The `#[vibecode(…)]` attributes of a variant.
#[derive(Default)]
pub(crate) struct OnVariant {
    pub(crate) item: Option<OptionId>,
    pub(crate) label: Option<LitStr>,
    pub(crate) other: Option<Ident>,
    /// Whether an error in the attributes was reported.
    pub(crate) has_errors: bool,
}

impl OnStruct {
    pub(crate) fn read(attributes: &[Attribute], errors: &Errors) -> Self {
        let mut read = Self::default();
        let has_errors = each_item(attributes, &STRUCT, errors, |item, word| match word {
            "diff" => item.flag(&mut read.diff, errors),
            "builder" => item.ident(&mut read.builder, errors),
            _ => read.read_shared(item, word, &STRUCT, errors),
        });
        Self { has_errors, ..read }
    }

    /// Reads an item that a struct and an enum of options share.
    fn read_shared(
        &mut self,
        item: MetaItem,
        word: &str,
        target: &Target,
        errors: &Errors,
    ) -> bool {
        match word {
            "entity" => item.text(&mut self.entity, r#"entity = "contacts""#, errors),
            "schema" => self.schema(item, errors),
            "crate" => item.path(&mut self.runtime, errors),
            _ => item.unknown(target, errors),
        }
    }

    /// Reads `schema = "path"`, or `schema` alone.
    fn schema(&mut self, item: MetaItem, errors: &Errors) -> bool {
        if self.schema.is_some() || self.requires_schema.is_some() {
            given_twice(&item.name, errors);
            return false;
        }
        if item.value.is_none() {
            return item.flag(&mut self.requires_schema, errors);
        }
        let example = r#"schema = "vibecode/contacts.json""#;
        item.text(&mut self.schema, example, errors)
    }
}

impl OnField {
    pub(crate) fn read(attributes: &[Attribute], errors: &Errors) -> Self {
        let mut read = Self::default();
        let has_errors = each_item(attributes, &FIELD, errors, |item, word| match word {
            "field" => item.text(&mut read.field, r#"field = "companyId""#, errors),
            "kind" => item.text(&mut read.kind, r#"kind = "string""#, errors),
            "type_id" => item.text(&mut read.type_id, r#"type_id = "WORK""#, errors),
            "clear" => item.text(&mut read.clear, r#"clear = "null""#, errors),
            "multiple" => item.flag(&mut read.multiple, errors),
            "id" => item.flag(&mut read.id, errors),
            "read_only" => item.flag(&mut read.read_only, errors),
            "skip" => item.flag(&mut read.skip, errors),
            _ => item.unknown(&FIELD, errors),
        });
        Self { has_errors, ..read }
    }
}

impl OnEnum {
    pub(crate) fn read(attributes: &[Attribute], errors: &Errors) -> Self {
        let mut read = Self::default();
        let has_errors = each_item(attributes, &ENUM, errors, |item, word| match word {
            "field" => item.text(&mut read.field, r#"field = "ufCrm_…""#, errors),
            _ => read.common.read_shared(item, word, &ENUM, errors),
        });
        read.common.has_errors = has_errors;
        read
    }
}

impl OnVariant {
    pub(crate) fn read(attributes: &[Attribute], errors: &Errors) -> Self {
        let mut read = Self::default();
        let has_errors = each_item(attributes, &VARIANT, errors, |item, word| match word {
            "item" => item.option_id(&mut read.item, errors),
            "label" => item.text(&mut read.label, r#"label = "Gold""#, errors),
            "other" => item.flag(&mut read.other, errors),
            _ => item.unknown(&VARIANT, errors),
        });
        Self { has_errors, ..read }
    }
}

#[cfg(test)]
mod tests {
    use quote::{format_ident, quote};
    use syn::DeriveInput;

    use super::*;

    /// Reads the attributes of one target.
    type Read = fn(&[Attribute], &Errors);

    const READS: [(&Target, Read); 4] = [
        (&STRUCT, |it, errors| drop(OnStruct::read(it, errors))),
        (&FIELD, |it, errors| drop(OnField::read(it, errors))),
        (&ENUM, |it, errors| drop(OnEnum::read(it, errors))),
        (&VARIANT, |it, errors| drop(OnVariant::read(it, errors))),
    ];

    /// Returns whether a target has no such word, according to the errors for `#[vibecode(word)]`.
    fn is_unknown(word: &str, read: Read) -> bool {
        let word = format_ident!("{word}");
        let item: DeriveInput = syn::parse2(quote!(
            #[vibecode(#word)]
            struct Customer;
        ))
        .unwrap();
        let errors = Errors::new();
        read(&item.attrs, &errors);
        let errors = errors.into_tokens().to_string();
        errors.contains("there is no") || errors.contains("belongs on")
    }

    #[test]
    fn every_listed_word_is_read_and_no_other() {
        for (target, read) in READS {
            for word in READS.iter().flat_map(|(target, _)| target.words) {
                let is_listed = target.words.contains(word);
                let on = target.name;
                assert_eq!(is_unknown(word, read), !is_listed, "`{word}` on {on}");
            }
        }
    }
}
