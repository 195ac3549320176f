//! Reads the variants of an enum, each with the option or the code that it stands for.

use std::collections::HashMap;

use proc_macro2::Ident;
use syn::{Fields, Variant, spanned::Spanned};

use super::closed_set::{ClosedSet, Label, Named, WireForm};
use crate::input::{attribute::OnVariant, shape::name_of};

/// A variant for one option or code.
pub(crate) struct SetVariant<'a> {
    pub(crate) ident: &'a Ident,
    pub(crate) form: WireForm,
    pub(crate) label: Option<Label>,
}

/// Returns the variants, and the one for all other options or codes. A variant with an error is left out.
pub(super) fn read_variants<'v>(
    set: &ClosedSet<'_>,
    variants: &[(&'v Variant, OnVariant)],
) -> (Vec<SetVariant<'v>>, Option<&'v Ident>) {
    let mut read: Vec<SetVariant<'v>> = Vec::new();
    let mut other = None;
    let mut owners: HashMap<WireForm, &Ident> = HashMap::new();
    for (variant, attributes) in variants {
        if let Some(word) = &attributes.other {
            read_other(set, variant, attributes, word, &mut other);
            continue;
        }
        let Some((form, label)) = named(set, variant, attributes) else {
            continue;
        };
        if let Some(owner) = owners.insert(form.clone(), &variant.ident) {
            let what = match &form {
                WireForm::Id(id) => format!("option {id}"),
                WireForm::Code(code) => format!("code `{}`", vibecode_spec::one_line(code)),
            };
            let message =
                format!("the {what} already has the variant `{owner}`: remove one of the two");
            set.errors.at(&variant.ident, message);
            continue;
        }
        read.push(SetVariant {
            ident: &variant.ident,
            form,
            label,
        });
    }
    (read, other)
}

fn read_other<'v>(
    set: &ClosedSet<'_>,
    variant: &'v Variant,
    attributes: &OnVariant,
    word: &Ident,
    other: &mut Option<&'v Ident>,
) {
    let (values, value_word) = if set.has_codes() {
        ("codes", "status")
    } else {
        ("options", "item")
    };
    if attributes.item.is_some() || attributes.status.is_some() || attributes.label.is_some() {
        let message = format!(
            "the variant for all other {values} has no `{value_word}` and no `label`: leave them out"
        );
        set.errors.at(word, message);
    }
    let fits = holds_one(variant, if set.has_codes() { "String" } else { "u64" });
    if !fits {
        let ident = &variant.ident;
        let message = if set.has_codes() {
            format!("this variant must hold the code: `{ident}(String)`")
        } else {
            format!("this variant must hold the option's id: `{ident}(u64)`")
        };
        set.errors.push(syn::Error::new(variant.span(), message));
    } else if other.is_some() {
        set.errors.at(
            word,
            "another variant has `other` already: remove one of the two",
        );
    } else {
        *other = Some(&variant.ident);
    }
}

/// Returns the option or the code of a variant, with its label.
fn named(set: &ClosedSet<'_>, variant: &Variant, attributes: &OnVariant) -> Option<Named> {
    if !matches!(variant.fields, Fields::Unit) {
        let message = if set.has_codes() {
            "the variant of a code has no fields; only the variant with `#[vibecode(other)]` holds a code"
        } else {
            "the variant of an option has no fields; only the variant with `#[vibecode(other)]` holds an id"
        };
        set.errors.at(&variant.fields, message);
        return None;
    }
    match (&attributes.item, &attributes.status, &attributes.label) {
        (Some(item), None, None) => set.by_id(item),
        (None, Some(status), None) => set.by_code(status),
        (None, None, Some(label)) => set.by_label(label),
        (Some(_), Some(status), _) => {
            let message = "a variant has an option (`item`) or a code (`status`), not both: remove one of the two";
            set.errors.at(status, message);
            None
        }
        (Some(_), None, Some(label)) => {
            set.errors.at(
                label,
                "one of `item` and `label` is enough: leave the other out",
            );
            None
        }
        (None, Some(_), Some(label)) => {
            set.errors.at(
                label,
                "one of `status` and `label` is enough: leave the other out",
            );
            None
        }
        (None, None, None) if attributes.has_errors => None,
        (None, None, None) => {
            let message = if set.has_codes() {
                "the code of this variant is not given: add `#[vibecode(status = \"…\")]` with its code, as `cargo vibecode new` prints it"
            } else {
                "the option of this variant is not given: add `#[vibecode(item = …)]` with its id, as `cargo vibecode new` prints it"
            };
            set.errors.at(&variant.ident, message);
            None
        }
    }
}

/// Returns whether a variant holds one text, as that for all other codes does.
pub(super) fn holds_text(variant: &Variant) -> bool {
    holds_one(variant, "String")
}

/// Returns whether a variant holds one value of the type with this name.
fn holds_one(variant: &Variant, name: &str) -> bool {
    matches!(&variant.fields, Fields::Unnamed(fields)
        if fields.unnamed.len() == 1 && fields.unnamed.iter().all(|it| name_of(&it.ty).as_deref() == Some(name)))
}
