//! Parses `#[vibecode(…)]` into names and values as written, with their spans.

use proc_macro2::{Ident, TokenTree};
use syn::{
    Attribute, Lit, LitInt, LitStr, Meta, Token,
    ext::IdentExt,
    parse::{ParseStream, Parser},
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

/// The id of an option, as written and as a number above 0.
pub(crate) struct OptionId {
    pub(crate) literal: LitInt,
    pub(crate) id: u64,
}

/// What the attribute can be on, and the words that it accepts there.
struct Target {
    name: &'static str,
    words: &'static [&'static str],
}

const STRUCT: Target = Target {
    name: "a struct",
    words: &["entity", "schema", "builder", "diff", "crate"],
};
const FIELD: Target = Target {
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
const ENUM: Target = Target {
    name: "an enum of options",
    words: &["entity", "field", "schema", "crate"],
};
const VARIANT: Target = Target {
    name: "a variant",
    words: &["item", "label", "other"],
};

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

/// A `name` or a `name = value`.
struct MetaItem {
    name: Ident,
    value: Option<Lit>,
}

/// Each method reads the value of an item and returns whether that succeeded. If not, the error is
/// reported.
impl MetaItem {
    fn text(self, into: &mut Option<LitStr>, example: &str, errors: &Errors) -> bool {
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

    fn path(self, into: &mut Option<syn::Path>, errors: &Errors) -> bool {
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

    fn ident(self, into: &mut Option<Ident>, errors: &Errors) -> bool {
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

    fn option_id(self, into: &mut Option<OptionId>, errors: &Errors) -> bool {
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
    fn unknown(self, target: &Target, errors: &Errors) -> bool {
        let message = unknown(&self.name.to_string(), target);
        errors.at(&self.name, message);
        false
    }

    fn flag(self, into: &mut Option<Ident>, errors: &Errors) -> bool {
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

fn given_twice(name: &Ident, errors: &Errors) {
    errors.at(name, format!("`{name}` is given twice: remove one"));
}

const OPTION_ID: &str = "the id of an option is a whole number, not negative: `item = 81`";

/// Passes every item of every `#[vibecode(…)]` to `read`. A malformed item is reported and skipped. Returns whether there was an error.
fn each_item(
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
    let others = [STRUCT, FIELD, VARIANT];
    let elsewhere = others.iter().find(|other| other.words.contains(&word));
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

#[cfg(test)]
mod tests {
    use quote::format_ident;
    use syn::parse_quote;

    use super::*;

    /// Returns the error messages for `#[vibecode(word)]`.
    fn errors_of(word: &str, read: impl Fn(&[Attribute], &Errors) -> bool) -> String {
        let word = format_ident!("{word}");
        let attribute: Attribute = parse_quote!(#[vibecode(#word)]);
        let errors = Errors::new();
        read(&[attribute], &errors);
        errors.into_tokens().to_string()
    }

    #[test]
    fn every_listed_word_is_read_and_no_other() {
        let on_struct = |it: &[Attribute], errors: &Errors| OnStruct::read(it, errors).has_errors;
        let on_field = |it: &[Attribute], errors: &Errors| OnField::read(it, errors).has_errors;
        let on_enum =
            |it: &[Attribute], errors: &Errors| OnEnum::read(it, errors).common.has_errors;
        let on_variant = |it: &[Attribute], errors: &Errors| OnVariant::read(it, errors).has_errors;
        let reads: [(&Target, &dyn Fn(&[Attribute], &Errors) -> bool); 4] = [
            (&STRUCT, &on_struct),
            (&FIELD, &on_field),
            (&ENUM, &on_enum),
            (&VARIANT, &on_variant),
        ];
        let is_unknown =
            |errors: &str| errors.contains("there is no") || errors.contains("belongs on");
        for (target, read) in reads {
            let words = reads.iter().flat_map(|(target, _)| target.words);
            for word in words {
                let errors = errors_of(word, read);
                let is_listed = target.words.contains(word);
                assert_eq!(
                    is_unknown(&errors),
                    !is_listed,
                    "`{word}` on {}: {errors}",
                    target.name
                );
            }
        }
    }
}
