//! Checks an enum of options or codes against the portal's data.

use proc_macro2::Ident;
use syn::{Data, DataEnum, DeriveInput, Generics, LitStr, Variant};
use vibecode_spec::{CodeFile, CodeLookUp, CodeSet, Entity, EntityPath, Field, Kind, one_line};

use super::{
    closed_set::{ClosedSet, CodesOf, Values},
    variants::{SetVariant, holds_text, read_variants},
};
use crate::{
    check::{
        codes::{CodesFile, Content},
        entity,
        look_up::{Entry, LookUp},
        portal::{Portal, SchemaFile},
        wire_name::WireName,
    },
    collected_errors::Errors,
    input::{
        attribute::{OnEnum, OnVariant},
        renamed,
    },
};

/// An enum after the check: its errors have been reported.
pub(crate) struct Checked<'a> {
    pub(crate) ident: &'a Ident,
    pub(crate) generics: &'a Generics,
    pub(crate) runtime: Option<syn::Path>,
    pub(crate) entity: EntityPath,
    /// The wire name of the field that holds the values.
    pub(crate) field: String,
    /// The kind of the field: `Enumeration` for options, any other for codes.
    pub(crate) kind: Kind,
    pub(crate) variants: Vec<SetVariant<'a>>,
    pub(crate) other: Option<&'a Ident>,
    /// Whether the field is known. If not, that is reported, and a field of a struct takes the enum.
    pub(crate) has_field: bool,
    /// Whether these are all variants. A variant with an error is left out.
    pub(crate) complete: bool,
    pub(crate) schema_file: SchemaFile,
    pub(crate) codes_file: Option<CodesFile>,
}

pub(crate) fn check<'a>(input: &'a DeriveInput, errors: &Errors) -> Checked<'a> {
    let attributes = OnEnum::read(&input.attrs, errors);
    let entity = entity::of(&input.ident, &attributes.common, errors);
    let schema_file = SchemaFile::find(entity, &attributes.common, errors);
    if !input.generics.params.is_empty() {
        errors.at(
            &input.generics,
            "an enum of options or codes has no generic parameters: remove them",
        );
    }
    let errors_before = errors.count();
    let field = entity.and_then(|entity| {
        let schema = LookUp {
            entity,
            portal: &schema_file.portal,
            errors,
        };
        described_field(input, &attributes, schema)
    });
    let is_field_known =
        entity.is_some() && attributes.field.is_some() && errors.count() == errors_before;
    let variants: Vec<_> = variants(input, errors)
        .into_iter()
        .map(|variant| (variant, OnVariant::read(&variant.attrs, errors)))
        .collect();
    let kind = match field {
        Some(field) => field.kind.clone(),
        None => kind_by_words(&variants),
    };
    let codes = field.and_then(|field| field.codes.as_ref());
    let codes = codes.filter(|_| kind != Kind::Enumeration);
    let codes_file = codes.map(|set| CodesFile::find(set, &attributes.common));
    // A pipeline that cannot be read is reported, and the codes cannot be checked without it.
    let is_pipeline_unknown = attributes.common.has_errors
        && attributes.pipeline.is_none()
        && codes.is_some_and(CodeSet::is_by_pipeline);
    let unread = Errors::new();
    let of_codes = if is_pipeline_unknown { &unread } else { errors };
    let in_schema = field.and_then(|field| match &kind {
        Kind::Enumeration => Some(&*field.items).filter(|items| !items.is_empty()),
        _ => field.own_codes(),
    });
    let in_file = codes
        .zip(codes_file.as_ref())
        .and_then(|(set, file)| known_codes(set, file, &attributes, &schema_file.portal, of_codes));
    let set = ClosedSet {
        field: field.map(|field| &*field.name),
        values: match &kind {
            Kind::Enumeration => Values::Options,
            _ => Values::Codes(CodesOf {
                set: codes,
                pipeline: attributes.pipeline.as_ref().map_or(0, |given| given.number),
                is_pipeline_stated: attributes.pipeline.is_some(),
                file: codes_file.as_ref(),
            }),
        },
        items: in_file.or(in_schema),
        errors: of_codes,
    };
    // An unknown field may be meant for a stage.
    if is_field_known {
        refuse_pipeline_elsewhere(codes, &attributes, errors);
    }
    let (read, other) = read_variants(&set, &variants);
    let all_good = read.len() + usize::from(other.is_some()) == variants.len();
    // If a variant has an error, it may be meant for a missing option.
    if all_good {
        set.refuse_missing(&input.ident, &read, other);
    }
    unread.discard();
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
        kind,
        has_field: is_field_known,
        complete: all_good && matches!(input.data, Data::Enum(_)),
        variants: read,
        other,
        schema_file,
        codes_file,
    }
}

/// Returns the field in the schema, or `None` if it is not described there.
fn described_field<'c>(
    input: &DeriveInput,
    attributes: &OnEnum,
    schema: LookUp<'c>,
) -> Option<&'c Field> {
    let errors = schema.errors;
    let Some(name) = &attributes.field else {
        if !attributes.common.has_errors {
            let message = "the field of these options or codes is not given: add `field = \"…\"` with its wire name, such as `sourceId` or `ufCrm_1721244707107`";
            errors.at(&input.ident, message);
        }
        return None;
    };
    let described = schema.fields().field(&name.value());
    if let Some(field) = described.filter(|field| !has_closed_set(field)) {
        errors.at(name, without_closed_set(field));
        return None;
    }
    match schema.entry(&WireName::of_attribute(name)).ok()? {
        Entry::Field(field) => Some(field),
        Entry::UserField => None,
    }
}

fn has_closed_set(field: &Field) -> bool {
    matches!(field.kind, Kind::Enumeration | Kind::Status) || field.codes.is_some()
}

fn without_closed_set(field: &Field) -> String {
    let (name, kind) = (&field.name, one_line(field.kind.name()));
    if kind.is_empty() {
        return format!(
            "the schema does not state that `{name}` has options or codes: name a list, a status field or a currency"
        );
    }
    format!(
        "`{name}` has kind `{kind}`, with neither options nor codes: name a list, a status field or a currency"
    )
}

fn variants<'a>(input: &'a DeriveInput, errors: &Errors) -> Vec<&'a Variant> {
    let misplaced = match &input.data {
        Data::Enum(DataEnum { variants, .. }) => return variants.iter().collect(),
        Data::Struct(data) => data.struct_token.span,
        Data::Union(data) => data.union_token.span,
    };
    let message = "options and codes are the variants of an enum: `enum Loyalty { #[vibecode(item = …)] Gold }`";
    errors.push(syn::Error::new(misplaced, message));
    Vec::new()
}

/// Returns the kind of a field that the schema does not describe, by the first variant that shows it.
fn kind_by_words(variants: &[(&Variant, OnVariant)]) -> Kind {
    let mut kinds = variants.iter().filter_map(|(variant, attributes)| {
        match (&attributes.item, &attributes.status, &attributes.other) {
            (Some(_), _, _) => Some(Kind::Enumeration),
            (None, Some(_), _) => Some(Kind::Status),
            (None, None, Some(_)) if holds_text(variant) => Some(Kind::Status),
            (None, None, _) => None,
        }
    });
    kinds.next().unwrap_or(Kind::Enumeration)
}

/// Returns the codes of the set in the portal's file, or `None` if they are not known.
fn known_codes<'f>(
    set: &CodeSet,
    file: &'f CodesFile,
    attributes: &OnEnum,
    portal: &Portal,
    errors: &Errors,
) -> Option<&'f [vibecode_spec::Item]> {
    let at: &LitStr = attributes.field.as_ref()?;
    let pipeline = attributes.pipeline.as_ref();
    let number = pipeline.map_or(0, |given| given.number);
    match file.codes(set, number) {
        CodeLookUp::Known(items) => return Some(items),
        CodeLookUp::Absent => {
            let message = absent(set, number, file);
            match pipeline {
                Some(pipeline) => errors.at(&pipeline.literal, message),
                None => errors.at(at, message),
            }
        }
        CodeLookUp::Unknown => match (&file.content, &attributes.common.requires_schema) {
            (Content::Broken(problem), _) => errors.at(at, problem),
            // The missing schema is reported already.
            (_, Some(_)) if matches!(portal, Portal::Absent(_)) => {}
            (Content::Absent(problem), Some(required)) => {
                let message = format!("{problem}: `cargo vibecode pull` fetches it");
                errors.at(required, message);
            }
            // The set of the field is only assumed, and another one may be the right one.
            (Content::Read(_), Some(_)) if !set.is_certain() => {}
            (Content::Read(_), Some(required)) => {
                errors.at(required, unknown(set, number, file));
            }
            (_, None) => {}
        },
    }
    None
}

/// Says that the portal has no such set, according to its file.
fn absent(set: &CodeSet, pipeline: u64, file: &CodesFile) -> String {
    let (name, file_name) = (one_line(&set.name(pipeline)), &file.shown);
    let pull = CodeFile::of(set).name();
    let pipelines = file.pipelines(set);
    if set.is_by_pipeline() && !pipelines.is_empty() {
        let pipelines: Vec<_> = pipelines.iter().map(u64::to_string).collect();
        let pipelines = pipelines.join(", ");
        return format!(
            "`{file_name}` has no pipeline {pipeline}, only stages of the pipelines {pipelines}: if it is new, run `cargo vibecode pull {pull}`"
        );
    }
    format!(
        "the portal has no status set `{name}`, according to `{file_name}`: if it is new, run `cargo vibecode pull {pull}`"
    )
}

/// Says that the file has only a part of the portal's statuses, without this set.
fn unknown(set: &CodeSet, pipeline: u64, file: &CodesFile) -> String {
    let (name, file_name) = (one_line(&set.name(pipeline)), &file.shown);
    let pull = CodeFile::of(set).name();
    format!(
        "`{file_name}` has only a part of the portal's {pull}, without the set `{name}`: `cargo vibecode pull {pull}` fetches all of them"
    )
}

fn refuse_pipeline_elsewhere(set: Option<&CodeSet>, attributes: &OnEnum, errors: &Errors) {
    if let Some(pipeline) = &attributes.pipeline
        && !set.is_some_and(CodeSet::is_by_pipeline)
    {
        let message = "`pipeline` is only for the stages of deals: remove it";
        errors.at(&pipeline.literal, message);
    }
}

#[cfg(test)]
mod tests {
    use proc_macro2::Span;

    use super::*;

    #[test]
    fn a_set_that_a_part_of_the_statuses_lacks_is_not_called_absent() {
        let folder = std::env::temp_dir().join(format!("vibecode-part-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let part = r#"{"success":true,"data":[{"entityId":"A","statusId":"B","name":"C"}]}"#;
        std::fs::write(folder.join("statuses.json"), part).unwrap();
        std::fs::write(folder.join("fields.json"), r#"{"post":{"type":"string"}}"#).unwrap();
        let text = |text: &str| LitStr::new(text, Span::call_site());
        let mut attributes = OnEnum {
            field: Some(text("sourceId")),
            ..OnEnum::default()
        };
        attributes.common.schema = Some(text(folder.join("fields.json").to_str().unwrap()));
        attributes.common.requires_schema = Some(Ident::new("schema", Span::call_site()));
        let errors = Errors::new();
        let contacts = Some(EntityPath::Entity(Entity::Contacts));
        let schema = SchemaFile::find(contacts, &attributes.common, &errors);
        let set = CodeSet::Statuses("SOURCE".to_owned());
        let file = CodesFile::find(&set, &attributes.common);
        let known = known_codes(&set, &file, &attributes, &schema.portal, &errors);
        std::fs::remove_dir_all(&folder).unwrap();
        assert_eq!(known, None);
        let found = errors.into_tokens().to_string();
        let end = "statuses.json` has only a part of the portal's statuses, without the set `SOURCE`: `cargo vibecode pull statuses` fetches all of them";
        assert!(found.contains(end), "{found}");
    }
}
