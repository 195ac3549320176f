//! The macros search for a schema up to the root of the workspace. Tested with crates that cargo builds.
#![cfg(test)]

use std::{
    ffi::OsStr,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

const CRATE: &str = r#"#![allow(dead_code)]
#[derive(vibecode_runtime::Patch)]
#[vibecode(entity = "contacts"ATTRIBUTE)]
struct Customer {
    #[vibecode(field = "ufCrmFloor", kind = "integer")]
    floor: Option<i64>,
}
"#;

/// A schema without the field of the struct.
const OTHER: &str = r#"{"ufCrmStorey":{"type":"integer"}}"#;
const REFUSAL: &str = "have no user field `ufCrmFloor`";

/// A separate workspace. All crates that tests generate share one target folder, so that their dependencies
/// are compiled once.
struct Workspace(PathBuf);

impl Workspace {
    fn new(name: impl AsRef<OsStr>) -> Self {
        let scratch = Path::new(env!("CARGO_TARGET_TMPDIR")).join("schema-files");
        let root = scratch.join(name.as_ref());
        let _ = fs::remove_dir_all(&root);
        let workspace = Self(root);
        workspace.write(
            "Cargo.toml",
            "[workspace]\nresolver = \"3\"\nmembers = [\"app\"]\n",
        );
        let lock = Path::new(env!("CARGO_MANIFEST_DIR")).join("../Cargo.lock");
        fs::copy(lock, workspace.0.join("Cargo.lock")).unwrap();
        workspace
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.0.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    /// Makes a crate at this path, with these further dependencies and words in its attribute.
    fn add(&self, path: &str, name: &str, dependencies: &str, attribute: &str) {
        let runtime = Path::new(env!("CARGO_MANIFEST_DIR")).join("../vibecode-runtime");
        let manifest = format!(
            "[package]\nname = \"{name}\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n\
             [dependencies]\nvibecode-runtime = {{ path = {runtime:?}, default-features = false, \
             features = [\"derive\"] }}\n{dependencies}\n"
        );
        self.write(&format!("{path}/Cargo.toml"), &manifest);
        let source = CRATE.replace("ATTRIBUTE", attribute);
        self.write(&format!("{path}/src/lib.rs"), &source);
    }

    /// Returns the output of `cargo check`, which is empty if it succeeds.
    fn check(&self) -> String {
        let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("generated");
        let output = Command::new(env!("CARGO"))
            .args(["check", "--offline", "--quiet", "--color=never"])
            .current_dir(&self.0)
            .env("CARGO_TARGET_DIR", target)
            .env_remove("RUSTFLAGS")
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.success(), said.is_empty(), "{said}");
        said
    }

    fn must_pass(&self) {
        assert_eq!(self.check(), "");
    }

    fn must_be_refused(&self) {
        let said = self.check();
        assert!(said.contains(REFUSAL), "{said}");
    }
}

#[test]
fn a_member_with_a_lock_file_of_its_own_is_checked_by_the_workspaces_schema() {
    let workspace = Workspace::new("stray-lock");
    workspace.add("app", "stray_lock", "", "");
    workspace.write("app/Cargo.lock", "");
    workspace.write("vibecode/contacts.json", OTHER);
    workspace.must_be_refused();
}

#[test]
fn a_file_called_like_the_folder_is_passed_over() {
    let workspace = Workspace::new("file");
    workspace.add("app", "file_for_folder", "", "");
    workspace.write("app/vibecode", "a program");
    workspace.must_pass();
    workspace.write("vibecode/contacts.json", OTHER);
    workspace.write("app/src/lib.rs", &CRATE.replace("ATTRIBUTE", ", schema"));
    workspace.must_be_refused();
}

#[test]
fn a_dependency_that_cargo_has_unpacked_is_not_checked_by_the_apps_schema() {
    let workspace = Workspace::new("vendored");
    let dependency = "vendored_dependency = { path = \"../vendor/dependency\" }";
    workspace.add("app", "vendoring", dependency, "");
    workspace.write("app/src/lib.rs", "");
    workspace.add("vendor/dependency", "vendored_dependency", "", "");
    workspace.write("vibecode/contacts.json", OTHER);
    workspace.must_be_refused();
    workspace.write("vendor/dependency/.cargo-checksum.json", "{}");
    workspace.must_pass();
}

#[test]
fn a_schema_that_is_named_and_missing_is_one_error() {
    let workspace = Workspace::new("missing");
    workspace.add("app", "missing_schema", "", ", schema = \"x.json\"");
    let said = workspace.check();
    let errors: Vec<_> = said
        .lines()
        .filter(|line| line.starts_with("error"))
        .collect();
    let [error, _] = &errors[..] else {
        panic!("{said}");
    };
    assert!(
        error.starts_with("error: there is no file `app/x.json`"),
        "{said}"
    );
    assert!(errors[1].starts_with("error: could not compile"), "{said}");
}

#[test]
fn a_relative_path_is_read_from_the_crates_folder() {
    let workspace = Workspace::new("relative");
    workspace.add(
        "app",
        "relative_schema",
        "",
        ", schema = \"../schemas/x.json\"",
    );
    workspace.write("schemas/x.json", OTHER);
    workspace.must_be_refused();
    workspace.write("schemas/x.json", r#"{"ufCrmFloor":{"type":"integer"}}"#);
    workspace.must_pass();
}

#[cfg(unix)]
#[test]
fn a_schema_in_a_folder_whose_name_is_not_utf_8_is_read_and_not_included() {
    use std::os::unix::ffi::OsStrExt as _;

    let workspace = Workspace::new(OsStr::from_bytes(b"caf\xe9"));
    workspace.add("app", "not_utf_8", "", "");
    workspace.write("vibecode/contacts.json", OTHER);
    // Rustc does not finish a build in such a folder, but the errors of the macros are the same there.
    let said = workspace.check();
    let errors: Vec<_> = said
        .lines()
        .filter(|line| line.starts_with("error"))
        .collect();
    assert!(errors[0].contains(REFUSAL), "{said}");
    assert!(errors[0].contains("`vibecode/contacts.json`"), "{said}");
    assert!(!said.contains("couldn't read"), "{said}");
}
