//! The schema of a portal: its file and its content. A file is read once per process, and again if it
//! has changed, since the processes of rust-analyzer are long-lived.

use std::{
    collections::{HashMap, HashSet},
    fs,
    ops::Deref,
    path::{self, Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError},
    time::SystemTime,
};

use proc_macro2::TokenStream;
use quote::quote;
use vibecode_spec::{Descriptions, EntityPath, Schema, SchemaError, SchemaFolders};

use crate::{collected_errors::Errors, input::attribute::OnStruct};

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
    /// Returns ``there is no schema `vibecode/contacts.json` ``, with every path that was tried.
    pub(crate) fn message(&self) -> String {
        if self.0.is_empty() {
            return "no schema was looked for, since CARGO_MANIFEST_DIR is not set".to_owned();
        }
        format!("there is no schema `{}`", self.0.join("` or `"))
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
            let candidates = folders.candidates(entity);
            let paths = SearchedPaths(candidates.map(|file| folders.shown(&file)).collect());
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

    /// Returns code that makes cargo rebuild the crate if its schema file is edited or removed. A path
    /// that is not UTF-8 cannot be written in Rust source: such a file is read, but not tracked.
    pub(crate) fn tracking(&self) -> TokenStream {
        match self.file.as_deref().and_then(Path::to_str) {
            Some(path) if is_new_to_the_crate(path) => quote!(
                const _: &[::core::primitive::u8] = ::core::include_bytes!(#path);
            ),
            _ => TokenStream::new(),
        }
    }
}

/// Resolves a path given on the struct, relative to the folder of the crate.
fn given_file(path: &str) -> PathBuf {
    let file = crate_folder().unwrap_or_default().join(path);
    // `include_bytes!` would resolve a relative path from another folder.
    path::absolute(&file).unwrap_or(file)
}

/// A file that cargo tracks for a crate.
#[derive(PartialEq, Eq, Hash)]
struct Tracked {
    crate_folder: Option<PathBuf>,
    crate_name: Option<String>,
    file: String,
}

/// Returns whether a file is not tracked yet for the crate that is being compiled. For cargo, tracking
/// it once is enough.
fn is_new_to_the_crate(file: &str) -> bool {
    static TRACKED: OnceLock<Mutex<HashSet<Tracked>>> = OnceLock::new();
    let tracked = Tracked {
        crate_folder: crate_folder(),
        crate_name: std::env::var("CARGO_CRATE_NAME").ok(),
        file: file.to_owned(),
    };
    lock(TRACKED.get_or_init(Mutex::default)).insert(tracked)
}

fn crate_folder() -> Option<PathBuf> {
    std::env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from)
}

/// The time of the last change of a file, and its length.
type Version = (Option<SystemTime>, u64);

/// The content of schema files, by path and entity.
type Cache = HashMap<(PathBuf, EntityPath), (Version, Portal)>;

/// Reads a file, from the cache if it has not changed.
fn read(file: &Path, shown: &str, entity: EntityPath) -> Portal {
    static CACHE: OnceLock<Mutex<Cache>> = OnceLock::new();
    let Ok(metadata) = fs::metadata(file) else {
        return Portal::Broken(format!(
            "there is no file `{shown}`: a relative path starts at the crate's folder"
        ));
    };
    let version = (metadata.modified().ok(), metadata.len());
    let key = (file.to_owned(), entity);
    let mut cache = lock(CACHE.get_or_init(Mutex::default));
    if let Some((cached, portal)) = cache.get(&key)
        && *cached == version
    {
        return portal.clone();
    }
    let portal = match read_now(file, entity) {
        Ok(schema) => Portal::Read(Arc::new(PortalSchema {
            schema,
            file: shown.to_owned(),
        })),
        Err(problem) => Portal::Broken(format!("the schema {shown} cannot be used: {problem}")),
    };
    cache.insert(key, (version, portal.clone()));
    portal
}

fn read_now(file: &Path, entity: EntityPath) -> Result<Schema, SchemaError> {
    let portal = Descriptions::read_file(file)?.schema()?;
    portal.check_for(entity)?;
    Ok(entity.documented().with_portal(portal))
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
