//! Parses the items in `#[vibecode(…)]`, and reads their values.

use proc_macro2::{Ident, TokenTree};
use syn::{
    Attribute, Lit, LitInt, LitStr, Meta, Token,
    ext::IdentExt,
    parse::{ParseStream, Parser},
};

use crate::errors::Errors;

/// What the attribute can be on, and the words that it accepts there.
pub(super) struct Target {
    pub(super) name: &'static str,
    pub(super) words: &'static [&'static str],
}

pub(super) const STRUCT: Target = Target {
    name: "a struct",
    words: &["entity", "schema", "builder", "diff", "crate"],
};
pub(super) const FIELD: Target = Target {
    name: "a field",
    words: &[
        "field",
        "kind",
        "multiple",
        "type_id",
        "id",
        "read_only",
        "skip",
        "clear",
    ],
};
pub(super) const ENUM: Target = Target {
    name: "an enum of options",
    words: &["entity", "field", "schema", "crate"],
};
pub(super) const VARIANT: Target = Target {
    name: "a variant",
    words: &["item", "label", "other"],
};

/// Everything that the attribute can be on.
const TARGETS: [Target; 4] = [STRUCT, FIELD, VARIANT, ENUM];

/// The id of an option, as written and as a number above 0.
pub(crate) struct OptionId {
    pub(crate) literal: LitInt,
    pub(crate) id: u64,
}

/// A `name` or a `name = value`.
pub(super) struct MetaItem {
    pub(super) name: Ident,
    pub(super) value: Option<Lit>,
}

/// Each method reads the value of an item and returns whether that succeeded. If not, the error is
/// reported.
impl MetaItem {
    pub(super) fn text(self, into: &mut Option<LitStr>, example: &str, errors: &Errors) -> bool {
        let name = &self.name;
        match self.value {
            Some(Lit::Str(text)) if !text.suffix().is_empty() => {
                let message = format!("a string takes no suffix: leave `{}` out", text.suffix());
                errors.at(text, message);
            }
            Some(Lit::Str(text)) if into.is_none() => {
                *into = Some(text);
                return true;
            }
            Some(Lit::Str(_)) => given_twice(name, errors),
            Some(other) => errors.at(other, format!("`{name}` takes text in quotes: `{example}`")),
            None => errors.at(name, format!("`{name}` takes a value: `{example}`")),
        }
        false
    }

    pub(super) fn path(self, into: &mut Option<syn::Path>, errors: &Errors) -> bool {
        if into.is_some() {
            given_twice(&self.name, errors);
            return false;
        }
        let mut text = None;
        if !self.text(&mut text, r#"crate = "path::to::vibecode_runtime""#, errors) {
            return false;
        }
        let path = text
            .as_ref()
            .map(|text| text.parse_with(syn::Path::parse_mod_style));
        if let Some(Err(_)) = path {
            let message = "this is not a path: write it as in `use`, such as `crate = \"my_facade::vibecode\"`";
            errors.at(text, message);
            return false;
        }
        *into = path.and_then(Result::ok);
        true
    }

    pub(super) fn ident(self, into: &mut Option<Ident>, errors: &Errors) -> bool {
        if into.is_some() {
            given_twice(&self.name, errors);
            return false;
        }
        let mut text = None;
        if !self.text(&mut text, r#"builder = "CustomerChange""#, errors) {
            return false;
        }
        *into = text.as_ref().and_then(|text| text.parse().ok());
        if into.is_none() {
            let message =
                "this is not the name of a type: write it as in `builder = \"CustomerChange\"`";
            errors.at(text, message);
        }
        into.is_some()
    }

    pub(super) fn option_id(self, into: &mut Option<OptionId>, errors: &Errors) -> bool {
        let name = &self.name;
        match self.value {
            Some(Lit::Int(literal)) => match literal.base10_parse::<u64>() {
                Err(_) => errors.at(literal, OPTION_ID),
                Ok(0) => errors.at(literal, "0 clears the field and is not the id of an option: use the option's own id, such as `item = 81`"),
                Ok(_) if !["", "u64"].contains(&literal.suffix()) => {
                    let suffix = literal.suffix();
                    let message = format!("the id of an option is a `u64`: leave `{suffix}` out");
                    errors.at(&literal, message);
                }
                Ok(_) if into.is_some() => given_twice(name, errors),
                Ok(id) => {
                    *into = Some(OptionId { literal, id });
                    return true;
                }
            },
            Some(Lit::Str(text)) => {
                let bare = text.value();
                let message =
                    format!("the id of an option is a number, without quotes: `item = {bare}`");
                errors.at(text, message);
            }
            Some(other) => errors.at(other, OPTION_ID),
            None => errors.at(name, OPTION_ID),
        }
        false
    }

    /// Reports that the attribute has no such word on this target.
    pub(super) fn unknown(self, target: &Target, errors: &Errors) -> bool {
        let message = unknown(&self.name.to_string(), target);
        errors.at(&self.name, message);
        false
    }

    pub(super) fn flag(self, into: &mut Option<Ident>, errors: &Errors) -> bool {
        let name = self.name;
        match self.value {
            Some(value) => errors.at(value, format!("`{name}` takes no value: write it alone")),
            None if into.is_some() => given_twice(&name, errors),
            None => {
                *into = Some(name);
                return true;
            }
        }
        false
    }
}

pub(super) fn given_twice(name: &Ident, errors: &Errors) {
    errors.at(name, format!("`{name}` is given twice: remove one"));
}

const OPTION_ID: &str = "the id of an option is a whole number, not negative: `item = 81`";

/// Passes every item of every `#[vibecode(…)]` to `read`. A malformed item is reported and skipped. Returns whether there was an error.
pub(super) fn each_item(
    attributes: &[Attribute],
    target: &Target,
    errors: &Errors,
    mut read: impl FnMut(MetaItem, &str) -> bool,
) -> bool {
    let mut has_errors = false;
    let ours = attributes
        .iter()
        .filter(|it| it.path().is_ident("vibecode"));
    for attribute in ours {
        let Meta::List(list) = &attribute.meta else {
            errors.at(
                &attribute.meta,
                "write it with parentheses: `#[vibecode(…)]`",
            );
            has_errors = true;
            continue;
        };
        let parse = |input: ParseStream<'_>| {
            while !input.is_empty() {
                has_errors |= !read_item(input, target, errors, &mut read);
            }
            Ok(())
        };
        if let Err(error) = parse.parse2(list.tokens.clone()) {
            errors.push(error);
            has_errors = true;
        }
    }
    has_errors
}

/// Reads an item and the comma after it. Returns whether that succeeded; if not, the error is reported.
fn read_item(
    input: ParseStream<'_>,
    target: &Target,
    errors: &Errors,
    read: &mut impl FnMut(MetaItem, &str) -> bool,
) -> bool {
    let is_read = match parse_item(input, target) {
        Ok(item) => {
            let word = item.name.to_string();
            read(item, &word)
        }
        Err(error) => {
            errors.push(error);
            pass_over(input);
            false
        }
    };
    if input.is_empty() || input.parse::<Token![,]>().is_ok() {
        return is_read;
    }
    // Continue as if the comma were there.
    errors.push(input.error("expected a comma before this"));
    false
}

fn parse_item(input: ParseStream<'_>, target: &Target) -> syn::Result<MetaItem> {
    let name = input.call(Ident::parse_any).map_err(|error| {
        let example = target.words.first().copied().unwrap_or_default();
        syn::Error::new(
            error.span(),
            format!("expected a name, such as `{example}`"),
        )
    })?;
    if input.is_empty() || input.peek(Token![,]) || input.fork().call(Ident::parse_any).is_ok() {
        return Ok(MetaItem { name, value: None });
    }
    if !input.peek(Token![=]) {
        return Err(input.error(format!("write it as `{name} = …`")));
    }
    let sign = input.parse::<Token![=]>()?;
    let expected = if name == "item" {
        OPTION_ID.to_owned()
    } else {
        format!("expected a value in quotes after `{name} =`")
    };
    if input.is_empty() {
        return Err(syn::Error::new_spanned(sign, expected));
    }
    match input.parse::<Lit>() {
        Ok(value) => Ok(MetaItem {
            name,
            value: Some(value),
        }),
        Err(error) => Err(syn::Error::new(error.span(), expected)),
    }
}

/// Skips to the next comma, or to the end.
fn pass_over(input: ParseStream<'_>) {
    while !input.is_empty() && !input.peek(Token![,]) {
        if input.parse::<TokenTree>().is_err() {
            return;
        }
    }
}

fn unknown(word: &str, target: &Target) -> String {
    let elsewhere = TARGETS.iter().find(|other| other.words.contains(&word));
    let Target { name, words } = target;
    if let Some(meant) = vibecode_spec::closest(word, words.iter().copied()) {
        format!("there is no `{word}` in `#[vibecode(…)]`: did you mean `{meant}`?")
    } else if let Some(other) = elsewhere {
        format!("`{word}` belongs on {}, not on {name}", other.name)
    } else {
        let words = words.join("`, `");
        format!("there is no `{word}` in `#[vibecode(…)]`: {name} takes `{words}`")
    }
}
