//! Checks the crates as packages. The Rust version that they need is checked by
//! `src/bin/minimum-rust.rs`, which must fetch crates that no test needs.
#![cfg(test)]

use std::{collections::BTreeSet, fs, path::Path, process::Command};

use serde_json::Value;

/// Returns cargo's metadata of the members of the workspace. Cargo only reads their manifests, and needs
/// neither the network nor earlier downloads.
fn members() -> Vec<Value> {
    let output = Command::new(env!("CARGO"))
        .args([
            "metadata",
            "--format-version",
            "1",
            "--no-deps",
            "--offline",
        ])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let mut metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    match metadata["packages"].take() {
        Value::Array(members) => members,
        other => panic!("{other}"),
    }
}

fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key].as_str().unwrap()
}

#[test]
fn every_crate_forbids_unsafe_code_and_has_the_lints_of_the_workspace() {
    let members = members();
    for member in &members {
        let manifest = fs::read_to_string(text(member, "manifest_path")).unwrap();
        assert!(
            manifest.contains("[lints]\nworkspace = true"),
            "{}",
            text(member, "name")
        );
    }
    assert!(members.len() > 5, "{}", members.len());
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../Cargo.toml");
    let root = fs::read_to_string(root).unwrap();
    assert!(root.contains("\nunsafe_code = \"forbid\"\n"));
}

#[test]
fn every_published_crate_brings_its_readme_and_its_licences() {
    let members = members();
    // `publish = false` is an empty list of registries.
    let published = members.iter().filter(|member| member["publish"].is_null());
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
