//! The files of a portal. A file is read once per process, and again if it has changed, since the processes
//! of rust-analyzer are long-lived. Cargo tracks each file once per crate.

use std::{
    collections::{HashMap, HashSet},
    fs,
    hash::Hash,
    path::{self, Path, PathBuf},
    sync::{Mutex, MutexGuard, OnceLock, PoisonError},
    time::SystemTime,
};

use proc_macro2::TokenStream;
use quote::quote;

/// The time of the last change of a file, and its length.
type Version = (Option<SystemTime>, u64);

/// What was read from files, by path and by what else the reading depends on.
pub(crate) struct FileCache<K, V>(OnceLock<Mutex<Contents<K, V>>>);

type Contents<K, V> = HashMap<(PathBuf, K), (Version, V)>;

impl<K: Eq + Hash, V: Clone> FileCache<K, V> {
    pub(crate) const fn new() -> Self {
        Self(OnceLock::new())
    }

    /// Reads a file, from the cache if it has not changed. Returns `None` if there is no such file.
    pub(crate) fn get(&self, file: &Path, key: K, read: impl FnOnce(&Path) -> V) -> Option<V> {
        let metadata = fs::metadata(file).ok()?;
        let version = (metadata.modified().ok(), metadata.len());
        let key = (file.to_owned(), key);
        let mut cache = lock(self.0.get_or_init(Mutex::default));
        if let Some((cached, value)) = cache.get(&key)
            && *cached == version
        {
            return Some(value.clone());
        }
        let value = read(file);
        cache.insert(key, (version, value.clone()));
        Some(value)
    }
}

/// Returns code that makes cargo rebuild the crate if a file is edited or removed. A path that is not
/// UTF-8 cannot be written in Rust source: such a file is read, but not tracked.
///
/// rustc writes a constant whose value is a literal into the crate's metadata, which took 60 million instructions for
/// 5,000 fields. It does not for a block.
pub(crate) fn tracking(file: Option<&Path>) -> TokenStream {
    match file.and_then(Path::to_str) {
        Some(path) if is_new_to_the_crate(path) => quote!(
            const _: () = {
                let _ = ::core::include_bytes!(#path);
            };
        ),
        _ => TokenStream::new(),
    }
}

/// Resolves a path given on the struct, relative to the folder of the crate.
pub(crate) fn given_file(path: &str) -> PathBuf {
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

pub(crate) fn crate_folder() -> Option<PathBuf> {
    std::env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from)
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tracked_file_is_not_the_value_of_a_constant() {
        let tokens = tracking(Some(Path::new("/tracked.json"))).to_string();
        let expected =
            r#"const _ : () = { let _ = :: core :: include_bytes ! ("/tracked.json") ; } ;"#;
        assert_eq!(tokens, expected);
    }
}
