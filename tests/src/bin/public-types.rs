//! Checks which crates' types the public API of `vibecode-runtime` names:
//! `cargo run -p vibecode-tests --bin public-types`.
//!
//! A type of another crate in a signature makes that crate's major version a part of our own: an app
//! must then update both together. So only these crates may be named, and any other is an error.
//!
//! The API is read from rustdoc's JSON, which a stable toolchain writes only with `RUSTC_BOOTSTRAP`. It
//! includes all features except those that choose the TLS, which add nothing to it.
#![allow(clippy::print_stdout, reason = "this prints what it finds")]
#![allow(
    clippy::indexing_slicing,
    reason = "a key that JSON lacks reads as null"
)]

use std::{
    collections::{BTreeMap, BTreeSet},
    env, fs, io,
    path::{Path, PathBuf},
    process::Command,
};

use serde_json::Value;

/// The crates that may be named, and why.
const ALLOWED: &[(&str, &str)] = &[
    ("std", "the language's own"),
    ("core", "the language's own"),
    ("alloc", "the language's own"),
    (
        "serde_core",
        "`Serialize` and `Deserialize`, which serde re-exports",
    ),
    ("http", "the status and the headers of an answer"),
    (
        "reqwest",
        "`ClientBuilder::http` takes an app's own builder",
    ),
    ("futures_core", "`Stream`, which std has no stable form of"),
    ("vibecode_derive", "the macros, released with this crate"),
    ("jiff", "the feature of this name"),
    ("chrono", "the feature of this name"),
    ("time", "the feature of this name"),
    ("rust_decimal", "the feature `decimal`"),
];

const FEATURES: &str = "derive,blocking,tracing,jiff,chrono,time,decimal,throttle-redis";

fn main() -> io::Result<()> {
    let api: Value = serde_json::from_slice(&fs::read(describe()?)?)?;
    let named = foreign_types(&api);
    if named.is_empty() {
        // Even `String` is a type of another crate: if nothing is found, nothing was read.
        return Err(io::Error::other("this rustdoc's JSON is not understood"));
    }
    let mut refused = Vec::new();
    for (of, types) in &named {
        let why = ALLOWED.iter().find(|(allowed, _)| allowed == of);
        match why {
            Some((_, why)) if types.len() <= 12 => {
                let types: Vec<_> = types.iter().map(String::as_str).collect();
                println!("{of} ({why}): {}", types.join(", "));
            }
            Some((_, why)) => println!("{of} ({why}): {} types", types.len()),
            None => refused.extend(types),
        }
    }
    if refused.is_empty() {
        return Ok(());
    }
    Err(io::Error::other(format!(
        "the public API names types of crates that it may not: {refused:?}"
    )))
}

/// Runs rustdoc on the API, and returns the path of its JSON.
fn describe() -> io::Result<PathBuf> {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let target =
        env::var_os("CARGO_TARGET_DIR").map_or_else(|| workspace.join("target"), PathBuf::from);
    // A separate folder, since the variable below makes cargo rebuild all dependencies.
    let target = target.join("public-types");
    let status = Command::new(env!("CARGO"))
        .args([
            "rustdoc",
            "--quiet",
            "--locked",
            "-p",
            "vibecode-runtime",
            "--lib",
        ])
        .args(["--no-default-features", "--features", FEATURES])
        .args(["--", "-Z", "unstable-options", "--output-format", "json"])
        .current_dir(workspace)
        .env("CARGO_TARGET_DIR", &target)
        .env("RUSTC_BOOTSTRAP", "1")
        .status()?;
    if status.success() {
        Ok(target.join("doc/vibecode_runtime.json"))
    } else {
        Err(io::Error::other("rustdoc did not describe the API"))
    }
}

/// The types and traits of other crates in public items, by crate.
fn foreign_types(api: &Value) -> BTreeMap<String, BTreeSet<String>> {
    let mut ids = BTreeSet::new();
    let items = api["index"].as_object().into_iter().flatten();
    for (_, item) in items.filter(|(_, item)| is_public(item)) {
        collect_named(&item["inner"], &mut ids);
    }
    let mut named = BTreeMap::<_, BTreeSet<_>>::new();
    for id in ids {
        let target = &api["paths"][id.to_string()];
        let Some(of) = target["crate_id"].as_u64().filter(|of| *of != 0) else {
            continue;
        };
        let of = api["external_crates"][of.to_string()]["name"].as_str();
        let path = target["path"].as_array().into_iter().flatten();
        let path: Vec<_> = path.filter_map(Value::as_str).collect();
        named
            .entry(of.unwrap_or("?").to_owned())
            .or_default()
            .insert(path.join("::"));
    }
    named
}

/// Returns whether an item of this crate is public, and written rather than derived by the compiler.
fn is_public(item: &Value) -> bool {
    let of_this_crate = item["crate_id"] == 0;
    let visible = item["visibility"] == "public" || item["visibility"] == "default";
    let implementation = &item["inner"]["impl"];
    let by_the_compiler =
        implementation["is_synthetic"] == true || !implementation["blanket_impl"].is_null();
    of_this_crate && visible && !by_the_compiler
}

/// Returns the ids of all paths in a description: an object with `path` and `args` names a type or a trait,
/// one with `source` re-exports it.
fn collect_named(description: &Value, ids: &mut BTreeSet<u64>) {
    match description {
        Value::Object(fields) => {
            let is_path = fields.contains_key("path") && fields.contains_key("args");
            if is_path || fields.contains_key("source") {
                ids.extend(fields.get("id").and_then(Value::as_u64));
            }
            fields.values().for_each(|field| collect_named(field, ids));
        }
        Value::Array(items) => items.iter().for_each(|item| collect_named(item, ids)),
        _ => {}
    }
}
