//! Parses the items in `#[vibecode(…)]`, and reads their values.

use proc_macro2::{Ident, TokenTree};
use syn::{
    Attribute, Lit, LitInt, LitStr, Meta, Token,
    ext::IdentExt,
    parse::{ParseStream, Parser},
};

use super::words::{ATTRIBUTE, TYPOS, Target, Word, unknown};
use crate::collected_errors::Errors;

/// The id of an option, as written and as a number above 0.
pub(crate) struct OptionId {
    pub(crate) literal: LitInt,
    pub(crate) id: u64,
}

/// The number of a pipeline, as written and as a number.
pub(crate) struct Pipeline {
    pub(crate) literal: LitInt,
    pub(crate) number: u64,
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
                Ok(0) => errors.at(
                    literal,
                    "0 clears the field and is not the id of an option: use the option's own id",
                ),
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
                let message = if bare.parse::<u64>().is_ok() {
                    format!("the id of an option is a number, without quotes: `item = {bare}`")
                } else {
                    "`item` takes the id of an option, a number without quotes: write `status = \"…\"` for a code, or `label = \"…\"` for a name".to_owned()
                };
                errors.at(text, message);
            }
            Some(other) => errors.at(other, OPTION_ID),
            None => errors.at(name, OPTION_ID),
        }
        false
    }

    pub(super) fn pipeline(self, into: &mut Option<Pipeline>, errors: &Errors) -> bool {
        let name = &self.name;
        match self.value {
            Some(Lit::Int(literal)) => match literal.base10_parse::<u64>() {
                Ok(number) if literal.suffix().is_empty() && into.is_none() => {
                    *into = Some(Pipeline { literal, number });
                    return true;
                }
                Ok(_) if into.is_some() => given_twice(name, errors),
                Ok(_) | Err(_) => errors.at(literal, PIPELINE),
            },
            Some(other) => errors.at(other, PIPELINE),
            None => errors.at(name, PIPELINE),
        }
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

const PIPELINE: &str = "the number of a pipeline is a whole number, without quotes: `pipeline = 5`";

const OPTION_ID: &str = "the id of an option is a whole number, not negative: `item = …`";

/// Reads every item of every `#[vibecode(…)]`, each with the function of its word. A malformed item and
/// one with an unknown word are reported and skipped. A typo in `vibecode` is reported, and read like it, so
/// that nothing counts as missing. Also returns whether there was an error.
pub(super) fn read_items<T: Target>(attributes: &[Attribute], errors: &Errors) -> (T, bool) {
    let mut into = T::default();
    let mut has_errors = false;
    for attribute in attributes {
        let path = attribute.path();
        if let Some(typo) = TYPOS.iter().find(|typo| path.is_ident(typo)) {
            let message = format!("there is no attribute `{typo}`: did you mean `{ATTRIBUTE}`?");
            errors.at(path, message);
            has_errors = true;
        } else if !path.is_ident(ATTRIBUTE) {
            continue;
        }
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
                has_errors |= !read_item(input, &mut into, errors);
            }
            Ok(())
        };
        if let Err(error) = parse.parse2(list.tokens.clone()) {
            errors.push(error);
            has_errors = true;
        }
    }
    (into, has_errors)
}

/// Reads an item and the comma after it. Returns whether that succeeded; if not, the error is reported.
fn read_item<T: Target>(input: ParseStream<'_>, into: &mut T, errors: &Errors) -> bool {
    let is_read = match parse_item::<T>(input) {
        Ok(item) => {
            if let Some(Word { read, .. }) = T::word(&item.name.to_string()) {
                read(into, item, errors)
            } else {
                errors.at(&item.name, unknown::<T>(&item.name.to_string()));
                false
            }
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

fn parse_item<T: Target>(input: ParseStream<'_>) -> syn::Result<MetaItem> {
    let name = input.call(Ident::parse_any).map_err(|error| {
        let example = T::WORDS.first().map_or("", |word| word.name);
        syn::Error::new(
            error.span(),
            format!("expected a name, such as `{example}`"),
        )
    })?;
    if !input.peek(Token![=]) {
        let is_end = input.is_empty() || input.peek(Token![,]);
        if is_end || input.fork().call(Ident::parse_any).is_ok() {
            return Ok(MetaItem { name, value: None });
        }
        return Err(input.error(format!("write it as `{name} = …`")));
    }
    let sign = input.parse::<Token![=]>()?;
    let expected = if name == "item" {
        OPTION_ID.to_owned()
    } else if name == "pipeline" {
        PIPELINE.to_owned()
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
