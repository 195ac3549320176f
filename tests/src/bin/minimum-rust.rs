//! Checks that the published crates need no newer Rust than the README says, with all their features and
//! on every platform: `cargo run -p vibecode-tests --bin minimum-rust`.
//!
//! It is not a test, since it fetches every crate of Cargo.lock, also those of other platforms.
#![allow(clippy::print_stdout, reason = "this prints what it finds")]
#![allow(
    clippy::indexing_slicing,
    reason = "a key that JSON lacks reads as null"
)]

use std::{
    collections::{BTreeMap, BTreeSet},
    io,
    process::Command,
};

use serde_json::Value;

const README: &str = include_str!("../../../README.md");
/// The published crates; the others are among their dependencies.
const PUBLISHED: &[&str] = &["vibecode-runtime", "cargo-vibecode"];

fn main() -> io::Result<()> {
    let promised = promised().ok_or_else(|| unreadable("the README's `Rust … or newer`"))?;
    let metadata = metadata()?;
    let mut refused = Vec::new();
    for name in PUBLISHED {
        let built = built_with(&metadata, name);
        if built.len() <= 20 {
            return Err(unreadable("cargo's metadata"));
        }
        for package in list(&metadata["packages"]) {
            if !built.contains(text(&package["id"])) {
                continue;
            }
            let Some(needed) = package["rust_version"].as_str() else {
                continue;
            };
            let version = version(needed).ok_or_else(|| unreadable(needed))?;
            if version > promised {
                refused.push(format!("{name}: {} {needed}", text(&package["name"])));
            }
        }
        println!("{name}: {} crates", built.len());
    }
    if refused.is_empty() {
        return Ok(());
    }
    Err(io::Error::other(format!(
        "these need a newer Rust than the README says: {refused:?}"
    )))
}

/// The version that the README names.
fn promised() -> Option<(u32, u32)> {
    let (before, _) = README.split_once(" or newer")?;
    version(before.rsplit_once("Rust ")?.1)
}

/// Returns cargo's metadata of the workspace and of all its possible dependencies.
fn metadata() -> io::Result<Value> {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--locked"])
        .arg("--all-features")
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()?;
    if output.status.success() {
        Ok(serde_json::from_slice(&output.stdout)?)
    } else {
        let problem = String::from_utf8_lossy(&output.stderr).into_owned();
        Err(io::Error::other(problem))
    }
}

/// Returns the ids of a package and of its dependencies, without those that only tests need.
fn built_with<'a>(metadata: &'a Value, name: &str) -> BTreeSet<&'a str> {
    let nodes = list(&metadata["resolve"]["nodes"]).iter();
    let nodes: BTreeMap<_, _> = nodes.map(|node| (text(&node["id"]), node)).collect();
    let mut packages = list(&metadata["packages"]).iter();
    let root = packages.find(|package| package["name"] == name);
    let mut open: Vec<_> = root.map(|root| text(&root["id"])).into_iter().collect();
    let mut found = BTreeSet::new();
    while let Some(id) = open.pop() {
        let Some(node) = nodes.get(id).filter(|_| found.insert(id)) else {
            continue;
        };
        let built = list(&node["deps"]).iter().filter(|dependency| {
            let mut kinds = list(&dependency["dep_kinds"]).iter();
            kinds.any(|kind| kind["kind"] != "dev")
        });
        open.extend(built.map(|dependency| text(&dependency["pkg"])));
    }
    found
}

/// `1.88` or `1.88.0` as a pair.
fn version(text: &str) -> Option<(u32, u32)> {
    let mut numbers = text.split('.').map(|number| number.parse().ok());
    Some((numbers.next()??, numbers.next().unwrap_or(Some(0))?))
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn unreadable(what: &str) -> io::Error {
    io::Error::other(format!("{what} cannot be read"))
}
