//! `#[vibecode(…)]`: names and values as they were written, with their places.

use proc_macro2::{Ident, TokenStream, TokenTree};
use syn::{
    Attribute, Lit, LitStr, Meta, Token,
    ext::IdentExt,
    parse::{ParseStream, Parser},
};

use crate::errors::Errors;

/// What stands on the struct, in `#[vibecode(…)]`.
#[derive(Default)]
pub(crate) struct OnStruct {
    pub(crate) entity: Option<LitStr>,
    /// Where the portal's schema is, if not at its usual place.
    pub(crate) schema: Option<LitStr>,
    /// Where the runtime is found, if not at `::vibecode_runtime`.
    pub(crate) runtime: Option<syn::Path>,
    /// Whether the struct is to have `diff`.
    pub(crate) diff: Option<Ident>,
}

/// What stands on a field, in `#[vibecode(…)]`.
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
}

const ON_STRUCT: &[&str] = &["entity", "schema", "diff", "crate"];
const ON_FIELD: &[&str] = &[
    "field",
    "kind",
    "multiple",
    "type_id",
    "id",
    "read_only",
    "skip",
    "clear",
];

impl OnStruct {
    pub(crate) fn read(attributes: &[Attribute], errors: &Errors) -> Self {
        let mut read = Self::default();
        for item in items(attributes, errors) {
            match item.name.to_string().as_str() {
                "entity" => item.text(&mut read.entity, r#"entity = "contacts""#, errors),
                "schema" => {
                    item.text(
                        &mut read.schema,
                        r#"schema = "vibecode/contacts.json""#,
                        errors,
                    );
                }
                "diff" => item.flag(&mut read.diff, errors),
                "crate" => {
                    let mut path = None;
                    item.text(&mut path, r#"crate = "path::to::vibecode_runtime""#, errors);
                    read.runtime = path.and_then(|path| path_in(&path, errors));
                }
                _ => item.unknown("struct", ON_STRUCT, ("field", ON_FIELD), errors),
            }
        }
        read
    }
}

impl OnField {
    pub(crate) fn read(attributes: &[Attribute], errors: &Errors) -> Self {
        let mut read = Self::default();
        for item in items(attributes, errors) {
            match item.name.to_string().as_str() {
                "field" => item.text(&mut read.field, r#"field = "companyId""#, errors),
                "kind" => item.text(&mut read.kind, r#"kind = "string""#, errors),
                "type_id" => item.text(&mut read.type_id, r#"type_id = "WORK""#, errors),
                "clear" => item.text(&mut read.clear, r#"clear = "null""#, errors),
                "multiple" => item.flag(&mut read.multiple, errors),
                "id" => item.flag(&mut read.id, errors),
                "read_only" => item.flag(&mut read.read_only, errors),
                "skip" => item.flag(&mut read.skip, errors),
                _ => item.unknown("field", ON_FIELD, ("struct", ON_STRUCT), errors),
            }
        }
        read
    }
}

fn path_in(text: &LitStr, errors: &Errors) -> Option<syn::Path> {
    let path = text.parse_with(syn::Path::parse_mod_style);
    if path.is_err() {
        errors.at(
            text,
            "this is not a path: write it as in `use`, such as `crate = \"my_facade::vibecode\"`",
        );
    }
    path.ok()
}

/// One `name` or `name = value`.
struct Item {
    name: Ident,
    value: Option<Lit>,
}

impl Item {
    fn text(self, into: &mut Option<LitStr>, example: &str, errors: &Errors) {
        let name = &self.name;
        match self.value {
            Some(Lit::Str(text)) if into.is_none() => *into = Some(text),
            Some(Lit::Str(_)) => errors.at(name, format!("`{name}` stands here twice")),
            Some(other) => errors.at(other, format!("`{name}` takes text in quotes: `{example}`")),
            None => errors.at(name, format!("`{name}` takes a value: `{example}`")),
        }
    }

    fn flag(self, into: &mut Option<Ident>, errors: &Errors) {
        let name = self.name;
        match self.value {
            Some(value) => errors.at(value, format!("`{name}` takes no value: write it alone")),
            None if into.is_some() => errors.at(&name, format!("`{name}` stands here twice")),
            None => *into = Some(name),
        }
    }

    fn unknown(
        &self,
        place: &str,
        here: &[&str],
        (other_place, there): (&str, &[&str]),
        errors: &Errors,
    ) {
        let name = self.name.to_string();
        let message = if there.contains(&name.as_str()) {
            format!("`{name}` belongs on a {other_place}, not on a {place}")
        } else if let Some(meant) = vibecode_spec::closest(&name, here.iter().copied()) {
            format!("there is no `{name}` in `#[vibecode(…)]`: did you mean `{meant}`?")
        } else {
            format!(
                "there is no `{name}` in `#[vibecode(…)]`: a {place} takes `{}`",
                here.join("`, `")
            )
        };
        errors.at(&self.name, message);
    }
}

/// Every item of every `#[vibecode(…)]`. A malformed one is told and passed over.
fn items(attributes: &[Attribute], errors: &Errors) -> Vec<Item> {
    let ours = attributes
        .iter()
        .filter(|attribute| attribute.path().is_ident("vibecode"));
    let mut items = Vec::new();
    for attribute in ours {
        match &attribute.meta {
            Meta::List(list) => {
                let parse = |input: ParseStream<'_>| {
                    read_items(input, &mut items, errors);
                    Ok(())
                };
                if let Err(error) = parse.parse2(list.tokens.clone()) {
                    errors.push(error);
                }
            }
            other => errors.at(other, "write it with parentheses: `#[vibecode(…)]`"),
        }
    }
    items
}

fn read_items(input: ParseStream<'_>, items: &mut Vec<Item>, errors: &Errors) {
    while !input.is_empty() {
        match read_item(input) {
            Ok(item) => items.push(item),
            Err(error) => {
                errors.push(error);
                pass_over(input);
            }
        }
        if !input.is_empty() && input.parse::<Token![,]>().is_err() {
            errors.push(input.error("expected a comma"));
            pass_over(input);
            // The comma that ended what was passed over, if any.
            let _ = input.parse::<Token![,]>();
        }
    }
}

fn read_item(input: ParseStream<'_>) -> syn::Result<Item> {
    let name = input
        .call(Ident::parse_any)
        .map_err(|error| syn::Error::new(error.span(), "expected a name, such as `field`"))?;
    if !input.peek(Token![=]) {
        return Ok(Item { name, value: None });
    }
    input.parse::<Token![=]>()?;
    let value = input.parse::<Lit>().map_err(|error| {
        let message = format!("expected a value in quotes after `{name} =`");
        syn::Error::new(error.span(), message)
    })?;
    Ok(Item {
        name,
        value: Some(value),
    })
}

/// Up to the next comma, or the end.
fn pass_over(input: ParseStream<'_>) {
    while !input.is_empty() && !input.peek(Token![,]) {
        if input.parse::<TokenTree>().is_err() {
            let _ = input.parse::<TokenStream>();
        }
    }
}
