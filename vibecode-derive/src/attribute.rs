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
    pub(crate) item: Option<LitInt>,
    pub(crate) label: Option<LitStr>,
    pub(crate) other: Option<Ident>,
    /// Whether an error in the attributes was reported.
    pub(crate) has_errors: bool,
}

/// An item that can have the attribute, and the words that the attribute accepts there.
struct Place {
    name: &'static str,
    words: &'static [&'static str],
}

const STRUCT: Place = Place {
    name: "a struct",
    words: &["entity", "schema", "builder", "diff", "crate"],
};
const FIELD: Place = Place {
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
const ENUM: Place = Place {
    name: "an enum of options",
    words: &["entity", "field", "schema", "crate"],
};
const VARIANT: Place = Place {
    name: "a variant",
    words: &["item", "label", "other"],
};

impl OnStruct {
    pub(crate) fn read(attributes: &[Attribute], errors: &Errors) -> Self {
        let mut read = Self::default();
        let has_errors = each_item(attributes, &STRUCT, errors, |item, word| match word {
            "diff" => item.flag(&mut read.diff, errors),
            "builder" => item.ident(&mut read.builder, errors),
            _ => read.take(item, word, errors),
        });
        Self { has_errors, ..read }
    }

    /// Reads an item that a struct and an enum of options share.
    fn take(&mut self, item: Item, word: &str, errors: &Errors) -> bool {
        match word {
            "entity" => item.text(&mut self.entity, r#"entity = "contacts""#, errors),
            "schema" => self.schema(item, errors),
            _ => item.path(&mut self.runtime, errors),
        }
    }

    /// Reads `schema = "path"`, or `schema` alone.
    fn schema(&mut self, item: Item, errors: &Errors) -> bool {
        if self.schema.is_some() || self.requires_schema.is_some() {
            errors.at(&item.name, "`schema` is given twice: remove one");
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
            _ => item.flag(&mut read.skip, errors),
        });
        Self { has_errors, ..read }
    }
}

impl OnEnum {
    pub(crate) fn read(attributes: &[Attribute], errors: &Errors) -> Self {
        let mut read = Self::default();
        let has_errors = each_item(attributes, &ENUM, errors, |item, word| match word {
            "field" => item.text(&mut read.field, r#"field = "ufCrm_…""#, errors),
            _ => read.common.take(item, word, errors),
        });
        read.common.has_errors = has_errors;
        read
    }
}

impl OnVariant {
    pub(crate) fn read(attributes: &[Attribute], errors: &Errors) -> Self {
        let mut read = Self::default();
        let has_errors = each_item(attributes, &VARIANT, errors, |item, word| match word {
            "item" => item.number(&mut read.item, errors),
            "label" => item.text(&mut read.label, r#"label = "Gold""#, errors),
            _ => item.flag(&mut read.other, errors),
        });
        Self { has_errors, ..read }
    }
}

/// A `name` or a `name = value`.
struct Item {
    name: Ident,
    value: Option<Lit>,
}

/// Each method reads the value of an item and returns whether that succeeded. If not, the error is
/// reported.
impl Item {
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
            Some(Lit::Str(_)) => errors.at(name, format!("`{name}` is given twice: remove one")),
            Some(other) => errors.at(other, format!("`{name}` takes text in quotes: `{example}`")),
            None => errors.at(name, format!("`{name}` takes a value: `{example}`")),
        }
        false
    }

    fn path(self, into: &mut Option<syn::Path>, errors: &Errors) -> bool {
        if into.is_some() {
            errors.at(
                &self.name,
                format!("`{}` is given twice: remove one", self.name),
            );
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
            errors.at(
                &self.name,
                format!("`{}` is given twice: remove one", self.name),
            );
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

    fn number(self, into: &mut Option<LitInt>, errors: &Errors) -> bool {
        let name = &self.name;
        match self.value {
            Some(Lit::Int(number)) if number.base10_parse::<u64>().is_err() => {
                errors.at(number, ITEM);
            }
            Some(Lit::Int(number)) if number.base10_parse::<u64>().is_ok_and(|id| id == 0) => {
                errors.at(number, "0 is not the id of an option: it clears the field");
            }
            Some(Lit::Int(number)) if !["", "u64"].contains(&number.suffix()) => {
                let message = format!(
                    "the id of an option is a `u64`: leave `{}` out",
                    number.suffix()
                );
                errors.at(number, message);
            }
            Some(Lit::Int(number)) if into.is_none() => {
                *into = Some(number);
                return true;
            }
            Some(Lit::Int(_)) => errors.at(name, format!("`{name}` is given twice: remove one")),
            Some(Lit::Str(text)) => {
                let bare = text.value();
                let message =
                    format!("the id of an option is a number, without quotes: `item = {bare}`");
                errors.at(text, message);
            }
            Some(other) => errors.at(other, ITEM),
            None => errors.at(name, ITEM),
        }
        false
    }

    fn flag(self, into: &mut Option<Ident>, errors: &Errors) -> bool {
        let name = self.name;
        match self.value {
            Some(value) => errors.at(value, format!("`{name}` takes no value: write it alone")),
            None if into.is_some() => {
                errors.at(&name, format!("`{name}` is given twice: remove one"))
            }
            None => {
                *into = Some(name);
                return true;
            }
        }
        false
    }
}

const ITEM: &str = "the id of an option is a whole number, not negative: `item = 81`";

/// Passes every item of every `#[vibecode(…)]` to `take`. A malformed or unknown item is reported and
/// skipped. Returns whether there was an error.
fn each_item(
    attributes: &[Attribute],
    place: &Place,
    errors: &Errors,
    mut take: impl FnMut(Item, &str) -> bool,
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
                has_errors |= !read_item(input, place, errors, &mut take);
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
    place: &Place,
    errors: &Errors,
    take: &mut impl FnMut(Item, &str) -> bool,
) -> bool {
    let well = match parse_item(input, place) {
        Ok(item) => {
            let word = item.name.to_string();
            if place.words.contains(&word.as_str()) {
                take(item, &word)
            } else {
                errors.at(&item.name, unknown(&word, place));
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
        return well;
    }
    // Continue as if the comma were there.
    errors.push(input.error("expected a comma before this"));
    false
}

fn parse_item(input: ParseStream<'_>, place: &Place) -> syn::Result<Item> {
    let name = input.call(Ident::parse_any).map_err(|error| {
        let example = place.words.first().copied().unwrap_or_default();
        syn::Error::new(
            error.span(),
            format!("expected a name, such as `{example}`"),
        )
    })?;
    if input.is_empty() || input.peek(Token![,]) || input.fork().call(Ident::parse_any).is_ok() {
        return Ok(Item { name, value: None });
    }
    if !input.peek(Token![=]) {
        return Err(input.error(format!("write it as `{name} = …`")));
    }
    let sign = input.parse::<Token![=]>()?;
    let expected = if name == "item" {
        ITEM.to_owned()
    } else {
        format!("expected a value in quotes after `{name} =`")
    };
    if input.is_empty() {
        return Err(syn::Error::new_spanned(sign, expected));
    }
    match input.parse::<Lit>() {
        Ok(value) => Ok(Item {
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

fn unknown(word: &str, place: &Place) -> String {
    let others = [STRUCT, FIELD, VARIANT];
    let elsewhere = others.iter().find(|other| other.words.contains(&word));
    let Place { name, words } = place;
    if let Some(meant) = vibecode_spec::closest(word, words.iter().copied()) {
        format!("there is no `{word}` in `#[vibecode(…)]`: did you mean `{meant}`?")
    } else if let Some(other) = elsewhere {
        format!("`{word}` belongs on {}, not on {name}", other.name)
    } else {
        let words = words.join("`, `");
        format!("there is no `{word}` in `#[vibecode(…)]`: {name} takes `{words}`")
    }
}
