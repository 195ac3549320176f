//! The wire name of a field, and how to write another one in its place.

use proc_macro2::{Ident, TokenStream};
use quote::ToTokens;
use syn::{LitStr, ext::IdentExt};
use vibecode_spec::{Likeness, Suggestion, rust_name_of, wire_name_of};

use crate::input::InputField;

/// The wire name of a field, with the tokens that it comes from.
pub(crate) struct WireName {
    pub(crate) text: String,
    origin: Origin,
}

enum Origin {
    /// `field = "companyId"`
    Attribute(LitStr),
    /// The name of the Rust field, converted to camel case.
    Field(Ident),
}

impl WireName {
    pub(crate) fn of(field: &InputField) -> Self {
        match &field.attributes.field {
            Some(attribute) => Self::of_attribute(attribute),
            None => Self {
                text: wire_name_of(&field.ident.to_string()),
                origin: Origin::Field(field.ident.clone()),
            },
        }
    }

    /// Returns the name in a `field = "…"`.
    pub(crate) fn of_attribute(name: &LitStr) -> Self {
        Self {
            text: name.value(),
            origin: Origin::Attribute(name.clone()),
        }
    }

    /// Returns the name as written.
    pub(crate) fn written(&self) -> String {
        match &self.origin {
            Origin::Attribute(name) => name.value(),
            Origin::Field(ident) => ident.unraw().to_string(),
        }
    }

    /// Asks whether one of these names was meant, as each has to be written.
    pub(crate) fn did_you_mean(&self, suggestions: &[Suggestion<'_>]) -> String {
        let ways = suggestions.iter().map(|meant| self.way_to_suggested(meant));
        did_you_mean(&ways.collect::<Vec<_>>())
    }

    /// Asks whether the wire name of which this is another spelling was meant.
    pub(crate) fn did_you_mean_spelling(&self, wire: &str) -> String {
        did_you_mean(&[self.way_to(wire)])
    }

    /// Returns how to write a suggested name.
    pub(crate) fn way_to_suggested(&self, meant: &Suggestion<'_>) -> String {
        match meant.likeness {
            Likeness::Spelling | Likeness::Typo => self.way_to(meant.name),
            // The field can keep its name, since it is a synonym.
            Likeness::Meaning | _ => self.attribute(meant.name),
        }
    }

    /// Returns the field's name in the struct if it converts to the wire name, or else the attribute.
    fn way_to(&self, wire: &str) -> String {
        match (&self.origin, rust_name_of(wire)) {
            (Origin::Field(_), Some(ident)) => format!("`{ident}`"),
            (Origin::Field(_), None) | (Origin::Attribute(_), _) => self.attribute(wire),
        }
    }

    fn attribute(&self, wire: &str) -> String {
        match &self.origin {
            Origin::Attribute(_) => format!("`{wire}`"),
            Origin::Field(_) => format!("`field = \"{wire}\"`"),
        }
    }
}

pub(crate) fn did_you_mean(ways: &[String]) -> String {
    let ways = match ways {
        [first @ .., last] if !first.is_empty() => format!("{} or {last}", first.join(", ")),
        ways => ways.concat(),
    };
    format!("did you mean {ways}?")
}

impl ToTokens for WireName {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        match &self.origin {
            Origin::Attribute(name) => name.to_tokens(tokens),
            Origin::Field(ident) => ident.to_tokens(tokens),
        }
    }
}
