//! Checks an enum of options against the options in the portal's schema.

use std::collections::HashMap;

use proc_macro2::Ident;
use syn::{Data, DataEnum, DeriveInput, Fields, Generics, LitStr, Type, Variant, spanned::Spanned};
use vibecode_spec::{Entity, EntityPath, Field, Item, Kind, OptionMatch, closest, one_line};

use crate::{
    check::{
        entity,
        look_up::{Entry, LookUp},
        portal::SchemaFile,
        wire_name::WireName,
    },
    collected_errors::Errors,
    input::{
        attribute::{OnEnum, OnVariant},
        meta_item::OptionId,
        renamed,
        shape::bare,
    },
};

/// An enum after the check: its errors have been reported.
pub(crate) struct Checked<'a> {
    pub(crate) ident: &'a Ident,
    pub(crate) generics: &'a Generics,
    pub(crate) runtime: Option<syn::Path>,
    pub(crate) entity: EntityPath,
    /// The wire name of the field that holds the list.
    pub(crate) field: String,
    pub(crate) options: Vec<OptionVariant<'a>>,
    pub(crate) other: Option<&'a Ident>,
    /// Whether these are all variants. A variant with an error is left out.
    pub(crate) complete: bool,
    pub(crate) schema_file: SchemaFile,
}

/// A variant for one option.
pub(crate) struct OptionVariant<'a> {
    pub(crate) ident: &'a Ident,
    pub(crate) id: u64,
    pub(crate) label: Option<Label>,
}

/// The label of an option.
pub(crate) struct Label {
    pub(crate) text: String,
    /// Whether no other option of the list has this label.
    pub(crate) is_unique: bool,
}

pub(crate) fn check<'a>(input: &'a DeriveInput, errors: &Errors) -> Checked<'a> {
    let attributes = OnEnum::read(&input.attrs, errors);
    let entity = entity::of(&input.ident, &attributes.common, errors);
    let schema_file = SchemaFile::find(entity, &attributes.common, errors);
    if !input.generics.params.is_empty() {
        errors.at(
            &input.generics,
            "an enum of options has no generic parameters: remove them",
        );
    }
    let described = entity.and_then(|entity| {
        let schema = LookUp {
            entity,
            portal: &schema_file.portal,
            errors,
        };
        described_list(input, &attributes, schema)
    });
    let variants = variants(input, errors);
    let list = List {
        described,
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
        entity: entity.unwrap_or(EntityPath::Entity(Entity::Contacts)),
        field: attributes
            .field
            .map(|field| field.value())
            .unwrap_or_default(),
        complete: all_good && matches!(input.data, Data::Enum(_)),
        options,
        other,
        schema_file,
    }
}

/// Returns the field in the portal's schema, or `None` if its options are not known there.
fn described_list<'c>(
    input: &DeriveInput,
    attributes: &OnEnum,
    schema: LookUp<'c>,
) -> Option<&'c Field> {
    let errors = schema.errors;
    let Some(name) = &attributes.field else {
        if !attributes.common.has_errors {
            let message = "the field of these options is not given: add `field = \"ufCrm_…\"`";
            errors.at(&input.ident, message);
        }
        return None;
    };
    let described = schema.fields().field(&name.value());
    if let Some(field) = described.filter(|field| field.kind != Kind::Enumeration) {
        errors.at(name, not_a_list(field));
        return None;
    }
    let Entry::Field(field) = schema.entry(&WireName::of_attribute(name)).ok()? else {
        return None;
    };
    (!field.items.is_empty()).then_some(field)
}

fn not_a_list(field: &Field) -> String {
    let (name, kind) = (&field.name, one_line(field.kind.name()));
    if kind.is_empty() {
        return format!(
            "the schema does not state that `{name}` is a list: name a field of kind `enumeration`"
        );
    }
    format!("`{name}` has kind `{kind}`, not a list: name a field of kind `enumeration`")
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
    /// The field with its options. `None` if they are not known.
    described: Option<&'a Field>,
    field: Option<&'a LitStr>,
    errors: &'a Errors,
}

impl List<'_> {
    fn read<'v>(&self, variants: &[&'v Variant]) -> (Vec<OptionVariant<'v>>, Option<&'v Ident>) {
        let mut options: Vec<OptionVariant<'v>> = Vec::new();
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
            options.push(OptionVariant {
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
                "another variant has `other` already: remove one of the two",
            );
        } else {
            *other = Some(&variant.ident);
        }
    }

    /// Returns the id and the label of a variant's option.
    fn option(&self, variant: &Variant, attributes: &OnVariant) -> Option<(u64, Option<Label>)> {
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

    fn by_id(&self, item: &OptionId) -> Option<(u64, Option<Label>)> {
        let id = item.id;
        let Some(list) = self.described else {
            return Some((id, None));
        };
        let mut options = list.items.iter();
        if let Some(option) = options.find(|option| option.number() == Some(id)) {
            return Some((id, Some(label_of(list, option))));
        }
        let options = described(list.items.iter());
        let field = self.field.map(LitStr::value).unwrap_or_default();
        self.errors.at(
            &item.literal,
            format!("`{field}` has no option {id}: it has {options}"),
        );
        None
    }

    fn by_label(&self, label: &LitStr) -> Option<(u64, Option<Label>)> {
        let given = label.value();
        let Some(list) = self.described else {
            let message = "an option is found by its label only if the portal's schema lists the options: use `item = 81`";
            self.errors.at(label, message);
            return None;
        };
        let options = list.items.iter();
        let message = match list.option_by_label(&given) {
            OptionMatch::One(option) if option.label == given => match option.number() {
                Some(id) => return Some((id, Some(label_of(list, option)))),
                None => format!(
                    "the schema has an option of `{}` without a number as its id",
                    list.name
                ),
            },
            OptionMatch::Ambiguous(same) if same.iter().any(|option| option.label == given) => {
                format!("several options have the label `{given}`: use `item = …`")
            }
            // The label must be written as the portal writes it.
            OptionMatch::One(_) | OptionMatch::Ambiguous(_) | OptionMatch::None => {
                let advice = closest(&given, options.clone().map(|option| option.label.as_str()))
                    .map_or_else(
                        || format!("the options are {}", described(options)),
                        |meant| format!("did you mean `{}`?", one_line(meant)),
                    );
                format!("there is no option `{given}`: {advice}")
            }
        };
        self.errors.at(label, message);
        None
    }

    /// Reports options without a variant, unless there is a variant for all other options: a record may
    /// hold any option.
    fn refuse_missing_options(
        &self,
        ident: &Ident,
        variants: &[OptionVariant<'_>],
        other: Option<&Ident>,
    ) {
        let (Some(list), None) = (self.described, other) else {
            return;
        };
        let has_variant = |option: &Item| variants.iter().any(|it| Some(it.id) == option.number());
        let missing: Vec<_> = list
            .items
            .iter()
            .filter(|option| !has_variant(option))
            .collect();
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

fn label_of(list: &Field, option: &Item) -> Label {
    Label {
        text: option.label.clone(),
        is_unique: list.option_by_label(&option.label) == OptionMatch::One(option),
    }
}

/// Formats options as `81 (Gold), 82 (Silver)`. Only the first eight are shown.
fn described<'o>(options: impl ExactSizeIterator<Item = &'o Item>) -> String {
    const SHOWN: usize = 8;
    let more = options.len().saturating_sub(SHOWN);
    let shown: Vec<_> = options
        .take(SHOWN)
        .map(|option| format!("{} ({})", option.id, one_line(&option.label)))
        .collect();
    let shown = shown.join(", ");
    match more {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}
