//! The schema files of a project: `vibecode/<entity>.json`, and where they are.

use std::{
    borrow::Cow,
    collections::BTreeMap,
    env, fs,
    io::Write as _,
    path::{Path, PathBuf},
};

use serde::{Serialize, Serializer};
use serde_json::{Map, Value};
use vibecode_spec::{Entity, Schema, SchemaError};

use crate::failure::Failure;

/// Where the schemas are, beside a crate or in a folder above it.
const FOLDER: &str = "vibecode";
/// The version of the files' form. The compile-time check reads any form in which the API answers,
/// and this one.
const FORMAT: u64 = 1;
/// How a smart process begins in the API's paths.
const ITEMS: &str = "items/";

/// The built-in entity of this name; `None` for a smart process such as `items/1040`.
///
/// # Errors
/// Where there is no such entity.
pub(crate) fn entity(name: &str) -> Result<Option<Entity>, Failure> {
    let number = name.strip_prefix(ITEMS).map(str::parse::<u32>);
    if let Some(Ok(_)) = number {
        return Ok(None);
    }
    Entity::from_path(name).map(Some).ok_or_else(|| {
        let meant = Entity::suggest(name).map_or_else(
            || "it is one of contacts, companies, leads, deals, or a smart process such as items/1040".to_owned(),
            |meant| format!("did you mean `{}`?", meant.path()),
        );
        Failure::new(format!("there is no entity `{name}`: {meant}"))
    })
}

/// What is known of an entity's fields here: the documented ones, with the portal's where there is a
/// file.
///
/// # Errors
/// Where there is no such entity, or its file is no schema.
pub(crate) fn load(name: &str) -> Result<Schema, Failure> {
    let built_in = entity(name)?;
    let documented = built_in.map_or_else(Schema::default, |entity| entity.schema().clone());
    match find(name)? {
        Some(file) => Ok(documented.with_portal(read(&file, built_in)?.schema)),
        None => Ok(documented),
    }
}

/// A schema file, as it stands and as it is read.
#[derive(Debug)]
pub(crate) struct SchemaFile {
    pub(crate) text: String,
    pub(crate) answer: Value,
    /// The portal's fields alone.
    pub(crate) schema: Schema,
}

/// What a file says of the portal's fields.
///
/// # Errors
/// Where it cannot be read, or is no schema of the entity.
pub(crate) fn read(file: &Path, entity: Option<Entity>) -> Result<SchemaFile, Failure> {
    let text = fs::read_to_string(file).map_err(|error| Failure::of_file(file, &error))?;
    let problem = |error: &dyn std::fmt::Display| {
        Failure::new(format!("{} cannot be used: {error}", file.display()))
    };
    let answer: Value = serde_json::from_str(&text).map_err(|error| problem(&error))?;
    let schema = checked(&answer, entity).map_err(|error| problem(&error))?;
    Ok(SchemaFile {
        text,
        answer,
        schema,
    })
}

/// What an answer says of an entity's fields.
///
/// # Errors
/// Where it is no schema of the entity.
pub(crate) fn checked(answer: &Value, entity: Option<Entity>) -> Result<Schema, SchemaError> {
    let schema = Schema::of_answer(answer)?;
    schema.check_portal(entity)?;
    Ok(schema)
}

/// The file of an entity, where there is one: below this folder, or below one above it up to the
/// one with `Cargo.lock`, as the compiler looks for it.
///
/// # Errors
/// Where this folder cannot be told.
pub(crate) fn find(name: &str) -> Result<Option<PathBuf>, Failure> {
    let files = folders()?.into_iter().map(|folder| file_in(&folder, name));
    Ok(files.into_iter().find(|file| file.is_file()))
}

/// Where the file of an entity is, or is to be: beside the files that are there, or else below the
/// folder with `Cargo.lock`.
///
/// # Errors
/// Where this folder cannot be told.
pub(crate) fn place(name: &str) -> Result<PathBuf, Failure> {
    if let Some(there) = find(name)? {
        return Ok(there);
    }
    let folders = folders()?;
    let used = folders.iter().find(|folder| folder.join(FOLDER).is_dir());
    let folder = used.or_else(|| folders.last()).cloned().unwrap_or_default();
    Ok(file_in(&folder, name))
}

fn file_in(folder: &Path, name: &str) -> PathBuf {
    folder.join(FOLDER).join(format!("{name}.json"))
}

fn folders() -> Result<Vec<PathBuf>, Failure> {
    let here = env::current_dir()
        .map_err(|error| Failure::new(format!("this folder cannot be told: {error}")))?;
    let up_to_lock = here
        .ancestors()
        .position(|folder| folder.join("Cargo.lock").exists())
        .unwrap_or(0);
    Ok(here
        .ancestors()
        .take(up_to_lock + 1)
        .map(Path::to_owned)
        .collect())
}

/// The text of a schema file: one form for one content, so that a difference shows what changed.
pub(crate) fn canonical(entity: &str, fields: &Map<String, Value>) -> String {
    let fields = fields
        .iter()
        .map(|(name, field)| (name.as_str(), in_order(field)));
    let file = BTreeMap::from([
        ("entity", Part::Text(entity)),
        ("fields", Part::Fields(fields.collect())),
        ("format", Part::Number(FORMAT)),
    ]);
    let mut text = serde_json::to_string_pretty(&file).unwrap_or_default();
    text.push('\n');
    text
}

/// A part of a schema file.
enum Part<'a> {
    Text(&'a str),
    Number(u64),
    Fields(BTreeMap<&'a str, Cow<'a, Value>>),
}

impl Serialize for Part<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Text(text) => text.serialize(serializer),
            Self::Number(number) => number.serialize(serializer),
            Self::Fields(fields) => fields.serialize(serializer),
        }
    }
}

/// A field with its options by their ids: in which order a portal tells them, says nothing.
fn in_order(field: &Value) -> Cow<'_, Value> {
    let items = field.get("items").and_then(Value::as_array);
    if items.is_none_or(|items| items.is_sorted_by_key(id_of)) {
        return Cow::Borrowed(field);
    }
    let mut field = field.clone();
    if let Some(items) = field.get_mut("items").and_then(Value::as_array_mut) {
        items.sort_by_key(id_of);
    }
    Cow::Owned(field)
}

fn id_of(item: &Value) -> u64 {
    let id = item.get("ID").or_else(|| item.get("id"));
    let number = id.and_then(|id| match id {
        Value::String(text) => text.parse().ok(),
        other => other.as_u64(),
    });
    number.unwrap_or(u64::MAX)
}

/// Writes a file as a whole: whoever reads it finds the old text or the new one.
///
/// # Errors
/// Where it cannot be written.
pub(crate) fn write(file: &Path, text: &str) -> Result<(), Failure> {
    let folder = file.parent().unwrap_or(Path::new("."));
    let written = || {
        fs::create_dir_all(folder)?;
        let mut name = file.file_name().unwrap_or_default().to_owned();
        name.push(format!(".{}.new", std::process::id()));
        let new = folder.join(name);
        let mut whole = fs::File::create(&new)?;
        whole.write_all(text.as_bytes())?;
        whole.sync_all()?;
        fs::rename(&new, file)
    };
    written().map_err(|error| Failure::of_file(file, &error))
}
