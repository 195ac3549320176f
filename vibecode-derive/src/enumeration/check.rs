//! Checks an enum of options against the options in the portal's schema.

use std::collections::HashMap;

use proc_macro2::Ident;
use syn::{
    Data, DataEnum, DeriveInput, Fields, Generics, LitInt, LitStr, Type, Variant, spanned::Spanned,
};
use vibecode_spec::{Entity, EntityPath, Item, Kind, closest, one_line};

use crate::{
    attribute::{OnEnum, OnField, OnVariant},
    entity,
    errors::Errors,
    look_up::{Subject, WireName},
    model::InputField,
    portal::{Found, Portal},
    renamed,
    shape::bare,
};

/// An enum after the check: its errors have been reported.
pub(crate) struct Checked<'a> {
    pub(crate) ident: &'a Ident,
    pub(crate) generics: &'a Generics,
    pub(crate) runtime: Option<syn::Path>,
    pub(crate) entity: EntityPath,
    /// The wire name of the field that holds the list.
    pub(crate) field: String,
    pub(crate) options: Vec<Choice<'a>>,
    pub(crate) other: Option<&'a Ident>,
    /// Whether these are all variants. A variant with an error is left out.
    pub(crate) complete: bool,
    pub(crate) found: Found,
}

/// A variant for one option.
pub(crate) struct Choice<'a> {
    pub(crate) ident: &'a Ident,
    pub(crate) id: u64,
    pub(crate) label: Option<String>,
}

pub(crate) fn check<'a>(input: &'a DeriveInput, errors: &Errors) -> Checked<'a> {
    let attributes = OnEnum::read(&input.attrs, errors);
    let known = entity::of(&input.ident, &attributes.common, errors);
    let found = Found::of(known, &attributes.common, errors);
    if !input.generics.params.is_empty() {
        errors.at(
            &input.generics,
            "an enum of options has no generic parameters: remove them",
        );
    }
    let entity = known.unwrap_or(EntityPath::Entity(Entity::Contacts));
    let items = known.and_then(|entity| items(input, &attributes, entity, &found, errors));
    let variants = variants(input, errors);
    let list = List {
        items,
        field: attributes.field.as_ref(),
        errors,
    };
    let (options, other) = list.read(&variants);
    let all_good = options.len() + usize::from(other.is_some()) == variants.len();
    // If a variant has an error, it may be meant for a missing option.
    if all_good {
        list.refuse_missing_options(&input.ident, &options, other);
    }
    Checked {
        ident: &input.ident,
        generics: &input.generics,
        runtime: attributes
            .common
            .runtime
            .or_else(|| renamed::path(&input.ident, errors)),
        entity,
        field: attributes
            .field
            .map(|field| field.value())
            .unwrap_or_default(),
        complete: all_good && matches!(input.data, Data::Enum(_)),
        options,
        other,
        found,
    }
}

/// Returns the options of the list in the portal's schema, or `None` if the schema has none.
fn items(
    input: &DeriveInput,
    attributes: &OnEnum,
    entity: EntityPath,
    found: &Found,
    errors: &Errors,
) -> Option<Vec<Item>> {
    let Some(name) = &attributes.field else {
        if attributes.common.has_errors {
            return None;
        }
        let message = "the field of these options is not given: add `field = \"ufCrm_…\"`";
        errors.at(&input.ident, message);
        return None;
    };
    let documented = entity.documented().field(&name.value());
    if let Some(field) = documented.filter(|field| field.kind != Kind::Enumeration) {
        return no_list(name, &field.kind, errors);
    }
    let Portal::Read(schema) = &found.portal else {
        // Without a schema only the name can be checked. It must be the name of a user field.
        let kind = LitStr::new("enumeration", name.span());
        look_up(input, name, Some(kind), entity, found, errors)?;
        return None;
    };
    let kind = look_up(input, name, None, entity, found, errors)?;
    if kind != Kind::Enumeration {
        return no_list(name, &kind, errors);
    }
    let items = &schema.field(&name.value())?.items;
    (!items.is_empty()).then(|| items.clone())
}

fn no_list<T>(name: &LitStr, kind: &Kind, errors: &Errors) -> Option<T> {
    let (field, kind) = (name.value(), one_line(kind.name()));
    errors.at(
        name,
        format!("`{field}` has kind `{kind}`, not a list: name a field of kind `enumeration`"),
    );
    None
}

/// Returns the kind of the field. It is looked up like a field of a struct.
fn look_up(
    input: &DeriveInput,
    name: &LitStr,
    kind: Option<LitStr>,
    entity: EntityPath,
    found: &Found,
    errors: &Errors,
) -> Option<Kind> {
    let field = InputField {
        ident: input.ident.clone(),
        ty: Type::Verbatim(proc_macro2::TokenStream::new()),
        attributes: OnField {
            field: Some(name.clone()),
            kind,
            ..OnField::default()
        },
    };
    let subject = Subject {
        name: WireName::of(&field),
        field: &field,
        entity,
        portal: &found.portal,
        errors,
    };
    Some(subject.known().ok()?.kind)
}

fn variants<'a>(input: &'a DeriveInput, errors: &Errors) -> Vec<&'a Variant> {
    let misplaced = match &input.data {
        Data::Enum(DataEnum { variants, .. }) => return variants.iter().collect(),
        Data::Struct(data) => data.struct_token.span,
        Data::Union(data) => data.union_token.span,
    };
    let message =
        "options are the variants of an enum: `enum Loyalty { #[vibecode(item = 81)] Gold }`";
    errors.push(syn::Error::new(misplaced, message));
    Vec::new()
}

/// The list against which the variants are checked.
struct List<'a> {
    items: Option<Vec<Item>>,
    field: Option<&'a LitStr>,
    errors: &'a Errors,
}

impl List<'_> {
    fn read<'v>(&self, variants: &[&'v Variant]) -> (Vec<Choice<'v>>, Option<&'v Ident>) {
        let mut options: Vec<Choice<'v>> = Vec::new();
        let mut other = None;
        let mut owners: HashMap<u64, &Ident> = HashMap::new();
        for variant in variants {
            let attributes = OnVariant::read(&variant.attrs, self.errors);
            if let Some(word) = &attributes.other {
                self.read_other(variant, &attributes, word, &mut other);
                continue;
            }
            let Some((id, label)) = self.option(variant, &attributes) else {
                continue;
            };
            if let Some(owner) = owners.insert(id, &variant.ident) {
                let message = format!(
                    "the option {id} already has the variant `{owner}`: remove one of the two"
                );
                self.errors.at(&variant.ident, message);
                continue;
            }
            options.push(Choice {
                ident: &variant.ident,
                id,
                label,
            });
        }
        (options, other)
    }

    fn read_other<'v>(
        &self,
        variant: &'v Variant,
        attributes: &OnVariant,
        word: &Ident,
        other: &mut Option<&'v Ident>,
    ) {
        if attributes.item.is_some() || attributes.label.is_some() {
            let message =
                "the variant for all other options has no `item` and no `label`: leave them out";
            self.errors.at(word, message);
        }
        let holds_an_id = matches!(&variant.fields, Fields::Unnamed(fields)
            if fields.unnamed.len() == 1 && fields.unnamed.iter().all(|it| is_u64(&it.ty)));
        if !holds_an_id {
            let ident = &variant.ident;
            let message = format!("this variant must hold the option's id: `{ident}(u64)`");
            self.errors.push(syn::Error::new(variant.span(), message));
        } else if other.is_some() {
            self.errors.at(
                word,
                "another variant is already the one for all other options: remove one of the two",
            );
        } else {
            *other = Some(&variant.ident);
        }
    }

    /// Returns the id and the label of a variant's option.
    fn option(&self, variant: &Variant, attributes: &OnVariant) -> Option<(u64, Option<String>)> {
        if !matches!(variant.fields, Fields::Unit) {
            let message = "the variant of an option has no fields; only the variant with `#[vibecode(other)]` holds an id";
            self.errors.at(&variant.fields, message);
            return None;
        }
        match (&attributes.item, &attributes.label) {
            (Some(item), None) => self.by_id(item),
            (None, Some(label)) => self.by_label(label),
            (Some(_), Some(label)) => {
                self.errors.at(
                    label,
                    "one of `item` and `label` is enough: leave the other out",
                );
                None
            }
            (None, None) if attributes.has_errors => None,
            (None, None) => {
                let message = "the option of this variant is not given: add `#[vibecode(item = 81)]` with its id";
                self.errors.at(&variant.ident, message);
                None
            }
        }
    }

    fn by_id(&self, item: &LitInt) -> Option<(u64, Option<String>)> {
        let id: u64 = item.base10_parse().ok()?;
        let Some(items) = &self.items else {
            return Some((id, None));
        };
        let known = items.iter().find(|known| known.id.parse() == Ok(id));
        if let Some(known) = known {
            return Some((id, Some(known.label.clone())));
        }
        let options = described(items.iter());
        let field = self.field.map(LitStr::value).unwrap_or_default();
        self.errors.at(
            item,
            format!("`{field}` has no option {id}: it has {options}"),
        );
        None
    }

    fn by_label(&self, label: &LitStr) -> Option<(u64, Option<String>)> {
        let given = label.value();
        let Some(items) = &self.items else {
            let message = "the portal's schema is needed to find an option by its label, and it does not list the options: use `item = 81`";
            self.errors.at(label, message);
            return None;
        };
        let mut same = items.iter().filter(|item| item.label == given);
        if let Some(item) = same.next() {
            if same.next().is_some() {
                let message = format!("several options have the label `{given}`: use `item = …`");
                self.errors.at(label, message);
                return None;
            }
            return Some((item.id.parse().ok()?, Some(given)));
        }
        let advice = closest(&given, items.iter().map(|item| item.label.as_str())).map_or_else(
            || format!("the options are {}", described(items.iter())),
            |meant| format!("did you mean `{}`?", one_line(meant)),
        );
        self.errors
            .at(label, format!("there is no option `{given}`: {advice}"));
        None
    }

    /// Reports options without a variant, unless there is a variant for all other options: a record may
    /// hold any option.
    fn refuse_missing_options(&self, ident: &Ident, options: &[Choice<'_>], other: Option<&Ident>) {
        let (Some(items), None) = (&self.items, other) else {
            return;
        };
        let has = |item: &&Item| {
            options
                .iter()
                .any(|option| item.id.parse() == Ok(option.id))
        };
        let missing: Vec<_> = items.iter().filter(|item| !has(item)).collect();
        if !missing.is_empty() {
            let options = described(missing.into_iter());
            self.errors.at(
                ident,
                format!("there is no variant for {options}: add the missing variants, or `#[vibecode(other)] Other(u64)`"),
            );
        }
    }
}

fn is_u64(ty: &Type) -> bool {
    matches!(bare(ty), Type::Path(path) if path.path.is_ident("u64"))
}

/// Formats options as `81 (Gold), 82 (Silver)`. Only the first eight are shown.
fn described<'i>(items: impl ExactSizeIterator<Item = &'i Item>) -> String {
    const SHOWN: usize = 8;
    let more = items.len().saturating_sub(SHOWN);
    let shown: Vec<_> = items
        .take(SHOWN)
        .map(|item| format!("{} ({})", item.id, one_line(&item.label)))
        .collect();
    let shown = shown.join(", ");
    match more {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}
