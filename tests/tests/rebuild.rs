//! Cargo checks a crate again when its portal's schema is edited or removed, and only then.
#![cfg(test)]

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

const CRATE: &str = r#"#![allow(dead_code)]
use vibecode_runtime::{Enumeration, Patch, Record};

#[derive(Enumeration, Clone, Copy)]
#[vibecode(entity = "contacts", field = "ufCrmTier")]
enum Tier {
    #[vibecode(item = 1)]
    Gold,
}

#[derive(Patch, Record)]
#[vibecode(entity = "contacts")]
struct Customer {
    post: Option<String>,
    #[vibecode(field = "ufCrmFloor", kind = "integer")]
    floor: Option<i64>,
    #[vibecode(field = "ufCrmTier", kind = "enumeration")]
    tier: Option<Tier>,
}
"#;

const SCHEMA: &str = r#"{
    "ufCrmFloor": { "type": "integer" },
    "ufCrmTier": { "type": "enumeration", "items": [{ "ID": "1", "VALUE": "Gold" }] }
}"#;

/// A crate in a separate workspace. All crates that tests generate share one target folder, so that their
/// dependencies are compiled once.
struct Project {
    folder: PathBuf,
    target: PathBuf,
}

/// The output of `cargo check`, and whether it found nothing to rebuild.
struct Checked {
    passed: bool,
    fresh: bool,
    said: String,
}

impl Project {
    /// Makes a crate of this name, `depth` folders below the one with Cargo.lock.
    fn new(name: &str, depth: &str) -> Self {
        let scratch = Path::new(env!("CARGO_TARGET_TMPDIR"));
        let folder = scratch.join("rebuild").join(name);
        let _ = fs::remove_dir_all(&folder);
        let own = folder.join(depth);
        fs::create_dir_all(own.join("src")).unwrap();
        let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
        let manifest = format!(
            "[package]\nname = \"{name}\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n\
             [dependencies.vibecode-runtime]\npath = {:?}\ndefault-features = false\n\
             features = [\"derive\"]\n",
            workspace.join("vibecode-runtime")
        );
        if depth.is_empty() {
            fs::write(own.join("Cargo.toml"), manifest + "\n[workspace]\n").unwrap();
        } else {
            let members = format!("[workspace]\nresolver = \"3\"\nmembers = [{depth:?}]\n");
            fs::write(folder.join("Cargo.toml"), members).unwrap();
            fs::write(own.join("Cargo.toml"), manifest).unwrap();
        }
        fs::write(own.join("src/lib.rs"), CRATE).unwrap();
        fs::copy(workspace.join("Cargo.lock"), folder.join("Cargo.lock")).unwrap();
        Self {
            folder,
            target: scratch.join("generated"),
        }
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.folder.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn remove(&self, path: &str) {
        fs::remove_file(self.folder.join(path)).unwrap();
    }

    fn check(&self) -> Checked {
        let name = self.folder.file_name().unwrap().to_str().unwrap();
        let output = Command::new(env!("CARGO"))
            .args(["check", "--offline", "--verbose", "--color=never"])
            .current_dir(&self.folder)
            .env("CARGO_TARGET_DIR", &self.target)
            .env_remove("RUSTFLAGS")
            .output()
            .unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        let of_ours = |verb: &str| said.contains(&format!("{verb} {name} v"));
        assert!(
            of_ours("Fresh") || of_ours("Checking") || of_ours("Dirty"),
            "{said}"
        );
        Checked {
            passed: output.status.success(),
            fresh: of_ours("Fresh"),
            said,
        }
    }

    fn must_be_fresh(&self) {
        let checked = self.check();
        assert!(checked.passed && checked.fresh, "{}", checked.said);
    }

    fn must_pass_when_rebuilt(&self) {
        let checked = self.check();
        assert!(checked.passed && !checked.fresh, "{}", checked.said);
    }

    fn must_fail_when_rebuilt(&self, message: &str) {
        let checked = self.check();
        let refused = !checked.passed && !checked.fresh && checked.said.contains(message);
        assert!(refused, "{}", checked.said);
    }
}

/// Cargo compares modification times, which some file systems store in whole seconds only.
fn a_moment() {
    std::thread::sleep(std::time::Duration::from_millis(1_100));
}

fn edited_and_removed(project: &Project, file: &str) {
    project.write(file, SCHEMA);
    project.must_pass_when_rebuilt();
    project.must_be_fresh();
    a_moment();
    project.write(file, &SCHEMA.replace("ufCrmFloor", "ufCrmStorey"));
    project.must_fail_when_rebuilt("have no user field `ufCrmFloor`");
    a_moment();
    project.write(file, &SCHEMA.replace("integer", "string"));
    project.must_fail_when_rebuilt("`ufCrmFloor` has kind `string`");
    a_moment();
    project.write(file, &SCHEMA.replace("\"1\"", "\"2\""));
    project.must_fail_when_rebuilt("`ufCrmTier` has no option 1");
    a_moment();
    project.write(file, SCHEMA);
    project.must_pass_when_rebuilt();
    project.must_be_fresh();
    project.remove(file);
    project.must_pass_when_rebuilt();
    project.must_be_fresh();
}

#[test]
fn a_crate_follows_the_schema_beside_it() {
    let project = Project::new("beside", "");
    edited_and_removed(&project, "vibecode/contacts.json");
}

#[test]
fn a_crate_follows_the_schema_beside_the_lock_file_above_it() {
    let project = Project::new("above", "crates/above");
    edited_and_removed(&project, "vibecode/contacts.json");
}

#[test]
fn a_schema_above_the_lock_file_is_not_the_crates() {
    let project = Project::new("below", "");
    let outside = "../vibecode/contacts.json";
    project.write(outside, "this is no schema");
    project.must_pass_when_rebuilt();
    project.remove(outside);
    project.must_be_fresh();
}

#[test]
fn a_broken_schema_is_reported_once_for_each_derive_with_its_path() {
    let project = Project::new("broken", "");
    project.write("vibecode/contacts.json", "{\n  \"ufCrmFloor\": }");
    let checked = project.check();
    assert!(!checked.passed, "{}", checked.said);
    for part in ["vibecode/contacts.json cannot be used", "line 2, column 17"] {
        assert!(checked.said.contains(part), "{}", checked.said);
    }
    let errors = checked
        .said
        .lines()
        .filter(|it| it.starts_with("error: the schema"));
    // Once for the enum. The struct's two derives report the same error, which rustc shows once.
    assert_eq!(errors.count(), 2, "{}", checked.said);
}
