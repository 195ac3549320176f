//! Checks the crates as packages. The Rust version that they need is checked by
//! `src/bin/minimum-rust.rs`, which must fetch crates that no test needs; `.ci/release` builds the packages.
#![cfg(test)]

use std::{collections::BTreeSet, fs, path::Path, process::Command};

use serde_json::Value;

/// The published crates, each with the kinds of files that its package contains: the ends of their names.
/// Those of every package are in `EVERYWHERE`.
const PUBLISHED: &[(&str, &[&str])] = &[
    (
        "cargo-vibecode",
        &[
            "/completions/cargo.bash",
            "/completions/cargo.fish",
            "/completions/cargo.zsh",
            "/new/agents.md",
        ],
    ),
    ("vibecode-derive", &[]),
    ("vibecode-runtime", &[".lua"]),
    (
        "vibecode-sandbox",
        &[
            "/page/index.html",
            "/page/layout.js",
            "/page/page.css",
            "/page/page.js",
            ".json",
        ],
    ),
    ("vibecode-spec", &[".json", "exports/README.md"]),
];
const EVERYWHERE: &[&str] = &[".rs", "Cargo.toml", "LICENSE-APACHE", "LICENSE-MIT"];
/// What cargo adds to each package. The README of `vibecode-runtime` comes from the root.
const ADDED: &[&str] = &[
    ".cargo_vcs_info.json",
    "Cargo.lock",
    "Cargo.toml.orig",
    "README.md",
];
/// The folders of a crate that stay out of its package: they use files of the whole workspace.
const LEFT_OUT: &[&str] = &["benches/", "tests/"];

/// Returns what a program prints, which needs neither the network nor earlier downloads.
fn output(program: &str, arguments: &[&str], folder: &Path) -> String {
    let output = Command::new(program)
        .args(arguments)
        .current_dir(folder)
        .output()
        .unwrap();
    let problem = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{problem}");
    String::from_utf8(output.stdout).unwrap()
}

/// Returns cargo's metadata of the members of the workspace, for which it only reads their manifests.
fn members() -> Vec<Value> {
    let arguments = [
        "metadata",
        "--format-version",
        "1",
        "--no-deps",
        "--offline",
    ];
    let printed = output(
        env!("CARGO"),
        &arguments,
        Path::new(env!("CARGO_MANIFEST_DIR")),
    );
    let mut metadata: Value = serde_json::from_str(&printed).unwrap();
    match metadata["packages"].take() {
        Value::Array(members) => members,
        other => panic!("{other}"),
    }
}

fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key].as_str().unwrap()
}

fn folder(package: &Value) -> &Path {
    Path::new(text(package, "manifest_path")).parent().unwrap()
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

/// An app would build a crate a second time for the macros if it has other features there than in the app.
#[test]
fn the_macros_are_built_with_a_parser_and_the_specification_alone() {
    let members = members();
    let needed_by = |name: &str| {
        let package = members.iter().find(|it| text(it, "name") == name).unwrap();
        let all = package["dependencies"].as_array().unwrap().iter();
        let needed = all.filter(|it| it["kind"].is_null() && it["optional"] == false);
        needed.collect::<Vec<_>>()
    };
    let of_macros = needed_by("vibecode-derive");
    let names: Vec<_> = of_macros.iter().map(|it| text(it, "name")).collect();
    assert_eq!(names, ["proc-macro2", "quote", "syn", "vibecode-spec"]);
    let spec = of_macros.last().unwrap();
    assert_eq!(spec["uses_default_features"], false);
    assert_eq!(spec["features"], serde_json::json!([]));
    assert_eq!(needed_by("vibecode-spec"), [] as [&Value; 0]);
}

#[test]
fn every_published_crate_brings_its_readme_and_its_licences() {
    let members = members();
    // `publish = false` is an empty list of registries.
    let published = members.iter().filter(|member| member["publish"].is_null());
    let mut names = BTreeSet::new();
    for package in published {
        let folder = folder(package);
        for file in [text(package, "readme"), "LICENSE-APACHE", "LICENSE-MIT"] {
            let content = fs::read_to_string(folder.join(file));
            assert!(content.is_ok_and(|it| it.len() > 500), "{folder:?} {file}");
        }
        names.insert(text(package, "name"));
    }
    assert_eq!(names, PUBLISHED.iter().map(|(name, _)| *name).collect());
}

#[test]
fn a_package_has_every_file_of_its_crate_but_tests_and_no_file_of_another_kind() {
    let members = members();
    for (name, kinds) in PUBLISHED {
        let mut members = members.iter();
        let package = members.find(|it| text(it, "name") == *name).unwrap();
        let arguments = ["package", "--list", "--allow-dirty", "--offline"];
        let packaged = output(env!("CARGO"), &arguments, folder(package));
        let mut packaged: BTreeSet<&str> = packaged.lines().collect();
        for file in ADDED {
            assert!(packaged.remove(file), "{name} lacks {file}");
        }
        let is_of_a_kind = |file: &str| {
            let mut kinds = EVERYWHERE.iter().chain(*kinds);
            kinds.any(|kind| file.ends_with(kind))
        };
        let other: Vec<_> = packaged.iter().filter(|file| !is_of_a_kind(file)).collect();
        assert!(other.is_empty(), "{name} has {other:?}");

        let arguments = [
            "ls-files",
            "--cached",
            "--others",
            "--exclude-standard",
            "-z",
        ];
        let files = output("git", &arguments, folder(package));
        let is_left_out = |file: &str| LEFT_OUT.iter().any(|folder| file.starts_with(folder));
        let files = files.split_terminator('\0');
        let files = files.filter(|file| *file != "README.md" && !is_left_out(file));
        let files: BTreeSet<&str> = files.collect();
        let different: Vec<_> = packaged.symmetric_difference(&files).collect();
        assert!(
            different.is_empty(),
            "{name}, on one side only: {different:?}"
        );
    }
}
