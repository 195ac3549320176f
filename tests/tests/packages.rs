//! What the crates promise about themselves as packages.
#![cfg(test)]

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
    process::Command,
};

use serde_json::Value;

const README: &str = include_str!("../../README.md");
/// What is published, but for the sandbox and the spec, which these need.
const PUBLISHED: &[&str] = &["vibecode-runtime", "cargo-vibecode"];

/// What cargo tells of the workspace and of all that it is built with.
fn metadata() -> Value {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--locked", "--offline"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    serde_json::from_slice(&output.stdout).unwrap()
}

fn list<'a>(value: &'a Value, key: &str) -> &'a [Value] {
    value[key].as_array().unwrap()
}

fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key].as_str().unwrap()
}

/// The ids of what is built with a package, itself included; what only its tests need is not.
fn built_with<'a>(metadata: &'a Value, name: &str) -> BTreeSet<&'a str> {
    let nodes = list(&metadata["resolve"], "nodes");
    let nodes: BTreeMap<_, _> = nodes.iter().map(|node| (text(node, "id"), node)).collect();
    let packages = list(metadata, "packages");
    let root = packages.iter().find(|it| text(it, "name") == name).unwrap();
    let mut found = BTreeSet::new();
    let mut open = vec![text(root, "id")];
    while let Some(id) = open.pop() {
        if found.insert(id) {
            let dependencies = list(nodes[id], "deps").iter();
            let built = dependencies.filter(|it| {
                let kinds = list(it, "dep_kinds").iter();
                kinds.map(|it| &it["kind"]).any(|kind| kind != "dev")
            });
            open.extend(built.map(|it| text(it, "pkg")));
        }
    }
    found
}

/// `1.88` or `1.88.0` as a pair.
fn version(text: &str) -> (u32, u32) {
    let mut numbers = text.split('.').map(|number| number.parse().unwrap());
    (numbers.next().unwrap(), numbers.next().unwrap_or(0))
}

#[test]
fn nothing_that_is_built_needs_a_newer_rust_than_the_readme_tells() {
    let metadata = metadata();
    let told = README.split_once(" or newer").unwrap().0;
    let told = version(told.rsplit_once("Rust ").unwrap().1);
    for name in PUBLISHED {
        let built = built_with(&metadata, name);
        assert!(built.len() > 20, "{name}: {}", built.len());
        for package in list(&metadata, "packages") {
            let needed = package["rust_version"].as_str().map(version);
            let is_built = built.contains(text(package, "id"));
            let of = text(package, "name");
            assert!(!is_built || needed <= Some(told), "{name}: {of} {needed:?}");
        }
    }
}

#[test]
fn every_crate_forbids_unsafe_code_and_has_the_lints_of_the_workspace() {
    let metadata = metadata();
    let members = list(&metadata, "packages").iter();
    let members = members.filter(|package| package["source"].is_null());
    let mut count = 0;
    for member in members {
        let manifest = fs::read_to_string(text(member, "manifest_path")).unwrap();
        assert!(
            manifest.contains("[lints]\nworkspace = true"),
            "{}",
            text(member, "name")
        );
        count += 1;
    }
    assert!(count > 5, "{count}");
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../Cargo.toml");
    let root = fs::read_to_string(root).unwrap();
    assert!(root.contains("\nunsafe_code = \"forbid\"\n"));
}

#[test]
fn every_published_crate_brings_its_readme_and_its_licences() {
    let metadata = metadata();
    let members = list(&metadata, "packages").iter();
    // `publish = false` is an empty list of registries.
    let published = members.filter(|it| it["source"].is_null() && it["publish"].is_null());
    let mut names = BTreeSet::new();
    for package in published {
        let folder = Path::new(text(package, "manifest_path")).parent().unwrap();
        for file in [text(package, "readme"), "LICENSE-APACHE", "LICENSE-MIT"] {
            let content = fs::read_to_string(folder.join(file));
            assert!(content.is_ok_and(|it| it.len() > 500), "{folder:?} {file}");
        }
        names.insert(text(package, "name"));
    }
    let five = [
        "cargo-vibecode",
        "vibecode-derive",
        "vibecode-runtime",
        "vibecode-sandbox",
        "vibecode-spec",
    ];
    assert_eq!(names, BTreeSet::from(five));
}
