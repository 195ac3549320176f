//! A portal's own schema: where its file is, and what it says. Each file is read once a process,
//! and again when it has changed, since rust-analyzer's processes live long.

use std::{
    collections::{HashMap, HashSet},
    fs, io,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError},
    time::SystemTime,
};

use proc_macro2::TokenStream;
use quote::quote;
use vibecode_spec::Schema;

use crate::{attribute::OnStruct, errors::Errors, whose::Whose};

/// Where the schemas are, beside a crate or in a folder above it.
const FOLDER: &str = "vibecode";
/// A schema is not longer than this (bytes): the largest portals have some megabytes.
const MAX_LENGTH: u64 = 16 * 1024 * 1024;

/// What was found of a portal's schema.
#[derive(Clone)]
pub(crate) enum Portal {
    /// There is no file: only the documented fields are known.
    Absent,
    /// The documented fields and the portal's.
    Read(Arc<Schema>),
    /// There is a file that is no schema. It says so with its own path, and place.
    Broken(String),
}

/// A schema file, and what it says.
pub(crate) struct Found {
    file: Option<PathBuf>,
    pub(crate) portal: Portal,
}

impl Found {
    /// The schema for a struct. What is wrong with its file is one error, at what names it.
    pub(crate) fn of(whose: Option<Whose>, attributes: &OnStruct, errors: &Errors) -> Self {
        let found = match (whose, &attributes.schema) {
            (Some(whose), Some(path)) => at(&path.value(), whose),
            (Some(whose), None) => find(whose),
            (None, _) => Self {
                file: None,
                portal: Portal::Absent,
            },
        };
        let named_by = attributes.schema.as_ref().or(attributes.entity.as_ref());
        if let (Portal::Broken(problem), Some(named_by)) = (&found.portal, named_by) {
            errors.at(named_by, problem);
        }
        found
    }

    /// Makes cargo rebuild the crate when its schema file is edited or removed.
    pub(crate) fn tracking(&self) -> TokenStream {
        match &self.file {
            Some(file) if is_new_to_the_crate(file) => {
                let path = file.to_string_lossy();
                quote!(
                    const _: &[::core::primitive::u8] = ::core::include_bytes!(#path);
                )
            }
            _ => TokenStream::new(),
        }
    }
}

/// The portal's schema of an entity: the file of its name beside the crate, or in the nearest
/// folder above it, up to the one with Cargo.lock.
fn find(whose: Whose) -> Found {
    let name = Path::new(FOLDER).join(whose.file_name());
    let candidates = folders().into_iter().map(|folder| folder.join(&name));
    for file in candidates {
        if let Some(portal) = read(&file, whose) {
            return Found {
                file: Some(file),
                portal,
            };
        }
    }
    Found {
        file: None,
        portal: Portal::Absent,
    }
}

/// The schema at a path that the struct gives, from the folder of the crate.
fn at(path: &str, whose: Whose) -> Found {
    let file = crate_folder().unwrap_or_default().join(path);
    let portal = read(&file, whose)
        .unwrap_or_else(|| Portal::Broken(format!("there is no file {}", file.display())));
    Found {
        file: Some(file),
        portal,
    }
}

/// A file that cargo has been told of, for a crate.
#[derive(PartialEq, Eq, Hash)]
struct Tracked {
    crate_folder: Option<PathBuf>,
    crate_name: Option<String>,
    file: PathBuf,
}

/// Whether a file has not been tracked yet for the crate that is being compiled. Once is enough
/// for cargo.
fn is_new_to_the_crate(file: &Path) -> bool {
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

/// The folder of the crate, and those above it up to the one with Cargo.lock. Without such a one,
/// which is then not the crate's, only its own.
fn folders() -> Vec<PathBuf> {
    let Some(own) = crate_folder() else {
        return Vec::new();
    };
    let up_to_lock = own
        .ancestors()
        .position(|folder| folder.join("Cargo.lock").exists())
        .unwrap_or(0);
    let folders = own.ancestors().take(up_to_lock + 1);
    folders.map(Path::to_owned).collect()
}

/// When a file was last changed, and its length.
type Version = (Option<SystemTime>, u64);

/// What a file said, by its path and what it was read for.
type Cache = HashMap<(PathBuf, String), (Version, Portal)>;

/// What a file says; `None` where there is none.
fn read(file: &Path, whose: Whose) -> Option<Portal> {
    static CACHE: OnceLock<Mutex<Cache>> = OnceLock::new();
    let version = match fs::metadata(file) {
        Ok(metadata) => (metadata.modified().ok(), metadata.len()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => return None,
        Err(error) => return Some(broken(file, &error.to_string())),
    };
    let key = (file.to_owned(), whose.path());
    let mut cache = lock(CACHE.get_or_init(Mutex::default));
    if let Some((cached, portal)) = cache.get(&key)
        && *cached == version
    {
        return Some(portal.clone());
    }
    let portal = read_now(file, version.1, whose).unwrap_or_else(|problem| broken(file, &problem));
    cache.insert(key, (version, portal.clone()));
    Some(portal)
}

fn read_now(file: &Path, length: u64, whose: Whose) -> Result<Portal, String> {
    if length > MAX_LENGTH {
        return Err(format!("it is {length} bytes long, which no schema is"));
    }
    let text = fs::read_to_string(file).map_err(|error| error.to_string())?;
    let portal = Schema::read(&text).map_err(|error| error.to_string())?;
    let checked = portal.check_portal(whose.built_in());
    checked.map_err(|error| error.to_string())?;
    Ok(Portal::Read(Arc::new(
        whose.documented().with_portal(portal),
    )))
}

fn broken(file: &Path, problem: &str) -> Portal {
    Portal::Broken(format!(
        "the schema {} cannot be used: {problem}",
        file.display()
    ))
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
