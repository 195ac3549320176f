//! The same mistakes with incremental compilation, which is cargo's default. With it, the compiler does not
//! merge an error that it reports twice, and programs that read its JSON see both.
//!
//! All mistakes are modules of a few crates, so this takes seconds. After an error in an early phase the
//! compiler does not run later phases, so each crate contains the mistakes that are found in one phase.

use std::{
    collections::BTreeMap,
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use serde_json::Value;

/// The line and the column of an error.
type Position = (u64, u64);

/// Mistakes that are reported for writing and for reading with the same text: without incremental
/// compilation the compiler merges them.
const FOLDED: &[&str] = &["records/both_derives_and_the_id_of_another_entity"];

#[test]
fn one_mistake_is_one_error_at_its_position_with_incremental_compilation_too() {
    let expected: BTreeMap<String, Vec<Position>> = super::messages()
        .into_iter()
        .map(|(name, message)| (name, positions(&message)))
        .collect();
    let mut phases: BTreeMap<Phase, Vec<String>> = BTreeMap::new();
    for (name, message) in super::messages() {
        phases.entry(Phase::of(&message)).or_default().push(name);
    }
    let mut wrong = String::new();
    for (phase, names) in phases {
        let found = check(&format!("{phase:?}").to_lowercase(), &names);
        for name in names {
            let mut found = found.get(&name).cloned().unwrap_or_default();
            found.sort_unstable();
            if FOLDED.contains(&name.as_str()) {
                found.dedup();
            }
            let mut expected = expected[&name].clone();
            expected.sort_unstable();
            if found != expected {
                writeln!(wrong, "{name}: {found:?}, not {expected:?}").unwrap();
            }
        }
    }
    assert_eq!(wrong, "");
}

/// The phase in which the compiler finds an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Phase {
    Macros,
    Names,
    Types,
    Constants,
    Borrows,
    Lints,
}

impl Phase {
    /// The phase by the first error code in a message, if there is one.
    fn of(message: &str) -> Self {
        let codes = message
            .lines()
            .filter_map(|line| line.strip_prefix("error["));
        let code = codes
            .into_iter()
            .next()
            .and_then(|line| line.split(']').next());
        match code {
            None if message.contains("the lint level is defined here") => Self::Lints,
            None => Self::Macros,
            Some("E0425" | "E0412" | "E0432" | "E0433") => Self::Names,
            Some("E0080") => Self::Constants,
            Some("E0382") => Self::Borrows,
            Some(_) => Self::Types,
        }
    }
}

/// The positions of the errors in a message.
fn positions(message: &str) -> Vec<Position> {
    let mut lines = message.lines();
    let mut positions = Vec::new();
    while lines.any(|line| line.starts_with("error")) {
        let position = lines.next().unwrap();
        let mut parts = position.rsplit(':').map(|part| part.parse().unwrap());
        let column = parts.next().unwrap();
        positions.push((parts.next().unwrap(), column));
    }
    positions
}

/// Checks a crate with these mistakes, and returns the positions of the errors in each.
fn check(crate_name: &str, names: &[String]) -> BTreeMap<String, Vec<Position>> {
    let sources = super::files("rs");
    let mut modules = String::new();
    for (number, name) in names.iter().enumerate() {
        writeln!(modules, "#[path = {:?}] mod m{number};", sources[name]).unwrap();
    }
    let mut positions: BTreeMap<String, Vec<Position>> = BTreeMap::new();
    for message in messages_of(crate_name, "vibecode-runtime", &modules) {
        if let Some((name, position)) = error(&message) {
            positions.entry(name).or_default().push(position);
        }
    }
    positions
}

/// Returns the compiler's messages about a crate that names the runtime like this.
pub(crate) fn messages_of(crate_name: &str, runtime: &str, source: &str) -> Vec<Value> {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let scratch = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let folder = scratch.join("ui-incremental").join(crate_name);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(folder.join("src")).unwrap();
    super::copy_schemas(&folder.join("schemas"));
    let manifest = format!(
        "[package]\nname = \"{crate_name}\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n\
         [dependencies]\nserde_json = \"1\"\n\n[dependencies.{runtime}]\npackage = \"vibecode-runtime\"\npath = {:?}\n\
         default-features = false\nfeatures = [\"derive\"]\n\n[workspace]\n",
        workspace.join("vibecode-runtime")
    );
    fs::write(folder.join("Cargo.toml"), manifest).unwrap();
    fs::copy(workspace.join("Cargo.lock"), folder.join("Cargo.lock")).unwrap();
    fs::write(folder.join("src/lib.rs"), source).unwrap();
    let output = Command::new(env!("CARGO"))
        .current_dir(&folder)
        .args(["check", "--offline", "--message-format=json"])
        .env("CARGO_INCREMENTAL", "1")
        // All crates that tests generate share it, so that their dependencies are compiled once.
        .env("CARGO_TARGET_DIR", scratch.join("generated"))
        .env_remove("RUSTFLAGS")
        .output()
        .unwrap();
    let lines = String::from_utf8(output.stdout).unwrap();
    let messages = lines
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap());
    let messages: Vec<Value> = messages.collect();
    let is_finished = |message: &Value| message["reason"] == "build-finished";
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(messages.iter().any(is_finished), "{said}");
    let ours = messages
        .into_iter()
        .filter(|it| it["target"]["name"] == crate_name);
    ours.map(|it| it["message"].clone()).collect()
}

/// The mistake that an error of the compiler is in, and its position. `None` for a warning.
fn error(message: &Value) -> Option<(String, Position)> {
    if message["level"] != "error" {
        return None;
    }
    let spans = message["spans"].as_array()?;
    let mut primary = spans.iter().find(|span| span["is_primary"] == true)?;
    // For an error inside one of our macros, the position of the macro call.
    while let Some(call) = primary["expansion"].get("span")
        && !primary["file_name"].as_str()?.contains("/ui/")
    {
        primary = call;
    }
    let file = PathBuf::from(primary["file_name"].as_str()?).with_extension("");
    let mistake = file.file_name()?.to_str()?;
    let topic = file.parent()?.file_name()?.to_str()?;
    let position = (
        primary["line_start"].as_u64()?,
        primary["column_start"].as_u64()?,
    );
    Some((format!("{topic}/{mistake}"), position))
}
