//! The schema of a portal: its file and its content.

use std::{
    ops::Deref,
    path::{Path, PathBuf},
    sync::Arc,
};

use proc_macro2::TokenStream;
use vibecode_spec::{EntityPath, PortalFile, Schema, SchemaError, SchemaFolders, file_bytes};

use crate::{
    check::file_cache::{FileCache, crate_folder, given_file, tracking},
    collected_errors::Errors,
    input::attribute::OnStruct,
};

/// The result of looking for the schema of a portal.
#[derive(Clone)]
pub(crate) enum Portal {
    /// There is no file: only the documented fields are known.
    Absent(SearchedPaths),
    /// The documented fields and those of the portal.
    Read(Arc<PortalSchema>),
    /// There is a file, but it cannot be used. The message names the file and says why.
    Broken(String),
}

/// The paths at which no schema was found, as messages show them.
#[derive(Clone)]
pub(crate) struct SearchedPaths(Vec<String>);

impl SearchedPaths {
    /// Returns the paths at which a file was looked for.
    pub(crate) fn of(folders: &SchemaFolders, file: PortalFile) -> Self {
        let candidates = folders.candidates(file);
        Self(candidates.map(|file| folders.shown(&file)).collect())
    }

    /// Returns ``there is no schema `vibecode/contacts.json` ``, with every path that was tried.
    pub(crate) fn message(&self) -> String {
        self.message_of("schema")
    }

    /// Returns the same for a file of another name.
    pub(crate) fn message_of(&self, name: &str) -> String {
        if self.0.is_empty() {
            return format!("no {name} was looked for, since CARGO_MANIFEST_DIR is not set");
        }
        format!("there is no {name} `{}`", self.0.join("` or `"))
    }
}

/// The documented fields and those of the portal, with the file that holds the latter.
pub(crate) struct PortalSchema {
    schema: Schema,
    /// The path of the file as messages show it.
    pub(crate) file: String,
}

impl Deref for PortalSchema {
    type Target = Schema;

    fn deref(&self) -> &Schema {
        &self.schema
    }
}

/// A schema file and its content.
pub(crate) struct SchemaFile {
    /// The file that was read.
    file: Option<PathBuf>,
    pub(crate) portal: Portal,
}

impl SchemaFile {
    /// Finds the schema for a struct. A problem with the file is reported once, at the attribute that
    /// names the file or the entity.
    pub(crate) fn find(entity: Option<EntityPath>, attributes: &OnStruct, errors: &Errors) -> Self {
        let absent = |paths| Self {
            file: None,
            portal: Portal::Absent(paths),
        };
        let Some(entity) = entity else {
            return absent(SearchedPaths(Vec::new()));
        };
        let folders = crate_folder().map(|folder| SchemaFolders::of(&folder));
        let folders = folders.unwrap_or_default();
        let file = match &attributes.schema {
            Some(given) => Some(given_file(&given.value())),
            None => folders.find(entity),
        };
        let Some(file) = file else {
            let paths = SearchedPaths::of(&folders, entity.into());
            if let Some(required) = &attributes.requires_schema
                && !attributes.has_errors
            {
                let (problem, path) = (paths.message(), entity.path());
                let message = format!("{problem}: `cargo vibecode pull {path}` fetches it");
                errors.at(required, message);
            }
            return absent(paths);
        };
        let portal = read(&file, &folders.shown(&file), entity);
        let named_by = attributes.schema.as_ref().or(attributes.entity.as_ref());
        if let (Portal::Broken(problem), Some(named_by)) = (&portal, named_by) {
            errors.at(named_by, problem);
        }
        // A failed build is repeated anyway, and an unreadable file cannot be included.
        let is_read = matches!(portal, Portal::Read(_));
        Self {
            file: is_read.then_some(file),
            portal,
        }
    }

    /// Returns code that makes cargo rebuild the crate if its schema file is edited or removed.
    pub(crate) fn tracking(&self) -> TokenStream {
        tracking(self.file.as_deref())
    }
}

/// Reads a file, from the cache if it has not changed.
fn read(file: &Path, shown: &str, entity: EntityPath) -> Portal {
    static CACHE: FileCache<EntityPath, Portal> = FileCache::new();
    let portal = CACHE.get(file, entity, |file| match read_now(file, entity) {
        Ok(schema) => Portal::Read(Arc::new(PortalSchema {
            schema,
            file: shown.to_owned(),
        })),
        Err(problem) => Portal::Broken(format!("the schema {shown} cannot be used: {problem}")),
    });
    portal.unwrap_or_else(|| {
        Portal::Broken(format!(
            "there is no file `{shown}`: a relative path starts at the crate's folder"
        ))
    })
}

fn read_now(file: &Path, entity: EntityPath) -> Result<Schema, SchemaError> {
    let portal = Schema::read(file_bytes(file)?)?;
    portal.check_for(entity)?;
    Ok(entity.schema_with(portal))
}
