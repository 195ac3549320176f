//! Locates the schema files and the other files of a portal in a project. The macros and the command line
//! share this code.
//!
//! A file, such as `vibecode/contacts.json`, is in the folder of the crate or in a folder above
//! it, up to the root of the workspace. The nearest file is used.

use std::{
    collections::BTreeSet,
    fs, io,
    path::{self, Path, PathBuf},
};

use crate::{EntityPath, PortalFile, one_line};

const FOLDER: &str = "vibecode";

/// Marker files that cargo writes: into a package from a registry or the root of a git checkout, and
/// into a vendored package.
const UNPACKED: &[&str] = &[".cargo-ok", ".cargo-checksum.json"];

/// The folders that can contain the schema files of a crate.
///
/// The root of the workspace is the folder with a `Cargo.toml` that has `[workspace]`, or else the
/// topmost folder with a `Cargo.lock`, or else the folder of the crate. If cargo has unpacked a package
/// from a registry, from git or into a vendor folder, only the package's own folder is searched: the
/// schemas of the app that depends on it do not apply to it.
///
/// ```
/// use std::path::Path;
/// use vibecode_spec::{EntityPath, SchemaFolders};
///
/// let folders = SchemaFolders::of(Path::new(env!("CARGO_MANIFEST_DIR")));
/// let contacts = EntityPath::from_path("contacts").expect("an entity");
/// assert!(folders.candidates(contacts).all(|file| file.ends_with("vibecode/contacts.json")));
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SchemaFolders {
    /// From the nearest folder to the root.
    folders: Vec<PathBuf>,
}

impl SchemaFolders {
    /// Returns the folders for a crate, or for any other folder of a workspace.
    #[must_use]
    pub fn of(folder: &Path) -> Self {
        let own = path::absolute(folder).unwrap_or_else(|_| folder.to_owned());
        let mut topmost_lock = None;
        let mut root = None;
        for (depth, folder) in own.ancestors().enumerate() {
            if is_unpacked(folder) || has_workspace(folder) {
                root = Some(depth);
                break;
            }
            if folder.join("Cargo.lock").is_file() {
                topmost_lock = Some(depth);
            }
        }
        let depth = root.or(topmost_lock).unwrap_or(0);
        let folders = own.ancestors().take(depth + 1);
        Self {
            folders: folders.map(Path::to_owned).collect(),
        }
    }

    /// Returns the possible paths of an entity's schema, or of another file of the portal, the nearest
    /// first.
    pub fn candidates(&self, file: impl Into<PortalFile>) -> impl Iterator<Item = PathBuf> {
        let name = Path::new(FOLDER).join(&*file.into().file_name());
        self.folders.iter().map(move |folder| folder.join(&name))
    }

    /// Returns the path of an entity's schema, or of another file of the portal, if it exists. It may not
    /// be readable.
    #[must_use]
    pub fn find(&self, file: impl Into<PortalFile>) -> Option<PathBuf> {
        self.candidates(file).find(|file| is_there(file))
    }

    /// Returns the entities that have a schema file: those with built-in fields first, then smart
    /// processes by number.
    #[must_use]
    pub fn entities(&self) -> Vec<EntityPath> {
        let folders = self.folders.iter();
        let files = folders.filter_map(|folder| fs::read_dir(folder.join(FOLDER)).ok());
        let names = files.flatten().flatten().map(|file| file.file_name());
        let found: BTreeSet<_> = names
            .filter_map(|name| EntityPath::from_file_name(name.to_str()?))
            .collect();
        found.into_iter().collect()
    }

    /// Returns the path of an entity's schema, or of another file of the portal. If there is no such file
    /// yet, this is the path at which to create it: next to the existing files, or else below the root of
    /// the workspace.
    #[must_use]
    pub fn path_of(&self, file: impl Into<PortalFile>) -> Option<PathBuf> {
        let file = file.into();
        if let Some(found) = self.find(file) {
            return Some(found);
        }
        let mut folders = self.folders.iter();
        let used = folders.find(|folder| folder.join(FOLDER).is_dir());
        let folder = used.or_else(|| self.folders.last())?;
        Some(folder.join(FOLDER).join(&*file.file_name()))
    }

    /// Returns a path as messages show it: relative to the root of the workspace, if it is below the
    /// root.
    #[must_use]
    pub fn shown(&self, file: &Path) -> String {
        let root = self.folders.last();
        let below = root.and_then(|root| file.strip_prefix(root).ok());
        let shown = below.unwrap_or(file).display().to_string();
        one_line(&if below.is_some() && path::MAIN_SEPARATOR == '\\' {
            shown.replace('\\', "/")
        } else {
            shown
        })
    }
}

/// Returns whether the file exists, even if it is not readable. It does not exist if `vibecode` is not a
/// folder.
fn is_there(file: &Path) -> bool {
    match fs::metadata(file) {
        Ok(_) => true,
        Err(error) => !matches!(
            error.kind(),
            io::ErrorKind::NotFound | io::ErrorKind::NotADirectory
        ),
    }
}

fn is_unpacked(folder: &Path) -> bool {
    UNPACKED.iter().any(|left| folder.join(left).is_file())
}

fn has_workspace(folder: &Path) -> bool {
    fs::read_to_string(folder.join("Cargo.toml")).is_ok_and(|manifest| is_workspace(&manifest))
}

/// Returns whether a manifest has a table `workspace`: as `[workspace]`, as one of its sub-tables, or as
/// a key of the root table. A TOML parser is not used, since every app would have to build it for the
/// macros.
fn is_workspace(manifest: &str) -> bool {
    let mut is_root_table = true;
    let mut quotes = None;
    for line in manifest.lines() {
        let line = line.trim();
        if let Some(mark) = quotes {
            if line.matches(mark).count() % 2 == 1 {
                quotes = None;
            }
            continue;
        }
        quotes = ["\"\"\"", "'''"]
            .into_iter()
            .find(|mark| line.matches(mark).count() % 2 == 1);
        let (key, is_table) = match line.strip_prefix('[') {
            Some(table) => (table, true),
            None => (line, false),
        };
        if (is_table || is_root_table) && is_key_of_workspace(key) {
            return true;
        }
        is_root_table &= !is_table;
    }
    false
}

fn is_key_of_workspace(key: &str) -> bool {
    let key = key.trim_start();
    let rest = ["workspace", "\"workspace\"", "'workspace'"]
        .iter()
        .find_map(|name| key.strip_prefix(name));
    rest.is_some_and(|rest| rest.trim_start().starts_with(['.', ']', '=']))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_member_that_names_its_root_is_not_taken_for_a_workspace() {
        for workspace in [
            "[workspace]",
            "[package]\nname = \"a\"\n\n  [ workspace ] # here",
            "[workspace.package]\nedition = \"2024\"",
            "workspace.members = [\"a\"]\n[package]",
            "workspace = { members = [] }",
            "['workspace']",
        ] {
            assert!(is_workspace(workspace), "{workspace}");
        }
        for member in [
            "[package]\nworkspace = \"../..\"",
            "[package]\nname = \"a\"\nversion.workspace = true",
            "[workspaces]",
            "[package]\ndescription = \"\"\"\n[workspace]\n\"\"\"",
            "# [workspace]",
            "",
        ] {
            assert!(!is_workspace(member), "{member}");
        }
    }
}
