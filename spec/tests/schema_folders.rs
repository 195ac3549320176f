//! Tests the location of schema files.
#![cfg(test)]

use std::{
    fs,
    path::{Path, PathBuf},
};

use vibecode_spec::{CodeFile, Entity, EntityPath, PortalFile, SchemaFolders};

const CONTACTS: EntityPath = EntityPath::Entity(Entity::Contacts);
const FILE: &str = "vibecode/contacts.json";

/// A temporary folder that is the root of a workspace.
struct Tree(PathBuf);

impl Tree {
    fn new(name: &str) -> Self {
        let root = Path::new(env!("CARGO_TARGET_TMPDIR"))
            .join("location")
            .join(name);
        let _ = fs::remove_dir_all(&root);
        let tree = Self(root);
        tree.write("Cargo.toml", "[workspace]\nmembers = [\"a/b\"]\n");
        tree.write("a/b/Cargo.toml", "[package]\nname = \"b\"\n");
        tree
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.0.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    /// Returns the possible schema files for a folder, relative to the root of the tree.
    fn candidates(&self, folder: &str) -> Vec<String> {
        let folders = SchemaFolders::of(&self.0.join(folder));
        let files = folders.candidates(CONTACTS);
        let below = files.map(|file| file.strip_prefix(&self.0).unwrap().to_owned());
        below
            .map(|file| file.to_str().unwrap().replace('\\', "/"))
            .collect()
    }

    fn found(&self, folder: &str) -> Option<PathBuf> {
        SchemaFolders::of(&self.0.join(folder)).find(CONTACTS)
    }
}

#[test]
fn a_schema_is_looked_for_up_to_the_workspaces_root() {
    let tree = Tree::new("up");
    let all = [
        "a/b/vibecode/contacts.json",
        "a/vibecode/contacts.json",
        FILE,
    ];
    assert_eq!(tree.candidates("a/b"), all);
    assert_eq!(tree.candidates(""), [FILE]);
    assert_eq!(tree.found("a/b"), None);
    tree.write(FILE, "{}");
    assert_eq!(tree.found("a/b"), Some(tree.0.join(FILE)));
    tree.write("a/b/vibecode/contacts.json", "{}");
    assert_eq!(tree.found("a/b"), Some(tree.0.join("a/b").join(FILE)));
}

#[test]
fn a_lock_file_of_a_member_is_not_the_workspaces_root() {
    let tree = Tree::new("stray");
    tree.write("a/b/Cargo.lock", "");
    assert_eq!(tree.candidates("a/b").len(), 3);
}

#[test]
fn a_crate_whose_manifest_has_a_workspace_is_its_own_root() {
    let tree = Tree::new("own");
    tree.write("a/b/Cargo.toml", "[package]\nname = \"b\"\n\n[workspace]\n");
    assert_eq!(tree.candidates("a/b"), ["a/b/vibecode/contacts.json"]);
}

#[test]
fn what_cargo_has_unpacked_does_not_use_the_schemas_of_the_app_around_it() {
    for left in [
        "vendor/dep/.cargo-checksum.json",
        "home/registry/src/index/dep-1.0.0/.cargo-ok",
    ] {
        let tree = Tree::new("unpacked");
        let (dependency, _) = left.rsplit_once('/').unwrap();
        tree.write(
            &format!("{dependency}/Cargo.toml"),
            "[package]\nname = \"dep\"\n",
        );
        assert!(tree.candidates(dependency).len() > 1);
        tree.write(left, "{}");
        tree.write(FILE, "{}");
        assert_eq!(
            tree.candidates(dependency),
            [format!("{dependency}/{FILE}")]
        );
        assert_eq!(tree.found(dependency), None);
    }
}

#[test]
fn a_crate_of_a_git_checkout_uses_the_schemas_of_its_checkout() {
    let tree = Tree::new("checkout");
    let checkout = "home/git/checkouts/dep-0123/4567";
    tree.write(&format!("{checkout}/.cargo-ok"), "");
    tree.write(
        &format!("{checkout}/crates/dep/Cargo.toml"),
        "[package]\nname = \"dep\"\n",
    );
    let candidates = tree.candidates(&format!("{checkout}/crates/dep"));
    assert_eq!(candidates.len(), 3);
    assert_eq!(candidates[2], format!("{checkout}/{FILE}"));
}

#[test]
fn a_file_called_like_the_folder_holds_no_schema_and_a_folder_called_like_the_file_is_found() {
    let tree = Tree::new("file");
    tree.write("a/b/vibecode", "a program");
    tree.write(FILE, "{}");
    assert_eq!(tree.found("a/b"), Some(tree.0.join(FILE)));
    // A folder is not a schema: reading it returns an error.
    fs::create_dir_all(tree.0.join("a").join(FILE)).unwrap();
    assert_eq!(tree.found("a/b"), Some(tree.0.join("a").join(FILE)));
}

#[test]
fn a_new_schema_is_placed_beside_those_that_are_there_or_at_the_root() {
    let tree = Tree::new("path");
    let path = || {
        SchemaFolders::of(&tree.0.join("a/b"))
            .path_of(CONTACTS)
            .unwrap()
    };
    assert_eq!(path(), tree.0.join(FILE));
    tree.write("a/vibecode/deals.json", "{}");
    assert_eq!(path(), tree.0.join("a").join(FILE));
}

#[test]
fn a_path_is_shown_from_the_workspaces_root_and_on_one_line() {
    let tree = Tree::new("shown");
    let folders = SchemaFolders::of(&tree.0.join("a/b"));
    let file = tree.0.join("a\n\u{202e}b").join(FILE);
    assert_eq!(folders.shown(&file), format!("a b/{FILE}"));
    let outside = Path::new("/elsewhere/contacts.json");
    assert_eq!(folders.shown(outside), "/elsewhere/contacts.json");
}

#[test]
fn the_statuses_and_currencies_of_a_portal_are_found_where_its_schemas_are() {
    let tree = Tree::new("statuses");
    let folders = SchemaFolders::of(&tree.0.join("a/b"));
    assert_eq!(folders.find(CodeFile::Statuses), None);
    tree.write(FILE, "{}");
    for (file, path) in [
        (
            PortalFile::Codes(CodeFile::Statuses),
            "vibecode/statuses.json",
        ),
        (
            PortalFile::Codes(CodeFile::Currencies),
            "vibecode/currencies.json",
        ),
    ] {
        assert_eq!(folders.candidates(file).count(), 3);
        assert_eq!(folders.path_of(file), Some(tree.0.join(path)));
        tree.write(path, "{}");
        assert_eq!(folders.find(file), Some(tree.0.join(path)));
    }
    // They are not taken for the schema of an entity.
    assert_eq!(folders.entities(), [CONTACTS]);
}
