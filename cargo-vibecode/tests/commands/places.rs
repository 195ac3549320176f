//! The commands and the macros look for a schema in the same places.

use std::{ffi::OsStr, fs, path::PathBuf};

use vibecode_sandbox::Sandbox;

use crate::{Folder, modules};

const ITEMS: &str = include_str!("../../../tests/schemas/items-1040.json");

#[tokio::test(flavor = "multi_thread")]
async fn a_smart_process_goes_from_pull_to_a_module_that_compiles() {
    let folder = Folder::new("place-items");
    folder.write("answer.json", ITEMS);
    let words = ["pull", "items/1040", "--from-file", "answer.json"];
    let said = folder.run_with(&words, &[]).await;
    assert_eq!(said.code, 0, "{}", said.err);
    assert!(folder.0.join("vibecode/items-1040.json").is_file());
    let words = ["new", "items/1040", "--out", "src/record.rs"];
    let said = folder.run_with(&words, &[]).await;
    assert_eq!((said.code, said.err.as_str()), (0, ""));
    let module = folder.read("src/record.rs");
    assert!(module.contains("ufCrm6_1639669411830"), "{module}");
    modules::check(&folder, "generated");
    for words in [
        &["check", "--offline"][..],
        &["check", "items/1040", "--offline"],
    ] {
        let said = folder.run_with(words, &[]).await;
        assert_eq!(said.code, 0, "{}", said.err);
        assert!(said.out.contains("items-1040.json: valid"), "{}", said.out);
    }
    for unknown in ["items/01040", "items/+1040", "items/", "items"] {
        let said = folder.run_with(&["pull", unknown], &[]).await;
        assert!(
            said.err.contains("there is no entity"),
            "{unknown}: {}",
            said.err
        );
    }
}

/// A folder with a workspace of one member, and an answer to pull.
fn workspace(name: &str) -> (Folder, Folder) {
    let root = Folder::new(name);
    let member = Folder(root.0.join("crates/app"));
    fs::create_dir_all(&member.0).unwrap();
    member.write("Cargo.toml", "[package]\nname = \"app\"\n");
    member.write(
        "answer.json",
        r#"{"id":{"type":"integer"},"ufCrmFloor":{"type":"integer"}}"#,
    );
    (root, member)
}

async fn pull(folder: &Folder) -> PathBuf {
    let words = [
        "pull",
        "contacts",
        "--from-file",
        "answer.json",
        "--format",
        "json",
    ];
    let said = folder.run_with(&words, &[]).await;
    assert_eq!(said.code, 0, "{}", said.err);
    let report: serde_json::Value = serde_json::from_str(&said.out).unwrap();
    PathBuf::from(report["files"][0]["file"].as_str().unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_member_with_a_lock_file_of_its_own_uses_the_workspaces_schema() {
    let (root, member) = workspace("place-stray-lock");
    member.write("Cargo.lock", "");
    assert_eq!(pull(&member).await, root.0.join("vibecode/contacts.json"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_called_like_the_folder_is_passed_over() {
    let (root, member) = workspace("place-file");
    member.write("vibecode", "a program");
    assert_eq!(pull(&member).await, root.0.join("vibecode/contacts.json"));
    let said = member.run_with(&["check", "--offline"], &[]).await;
    assert_eq!(said.code, 0, "{}", said.err);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_that_is_there_is_used() {
    let (_, member) = workspace("place-there");
    fs::create_dir(member.0.join("vibecode")).unwrap();
    assert_eq!(pull(&member).await, member.0.join("vibecode/contacts.json"));
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn a_folder_whose_name_is_not_utf_8_can_hold_a_schema() {
    use std::os::unix::ffi::OsStrExt as _;

    let root = Folder::new("place-bytes");
    let folder = Folder(root.0.join(OsStr::from_bytes(b"caf\xe9")));
    fs::create_dir_all(&folder.0).unwrap();
    folder.write("Cargo.toml", "[workspace]\n");
    folder.write(
        "answer.json",
        r#"{"id":{"type":"integer"},"ufCrmFloor":{"type":"integer"}}"#,
    );
    let words = ["pull", "contacts", "--from-file", "answer.json"];
    let said = folder.run_with(&words, &[]).await;
    assert_eq!(said.code, 0, "{}", said.err);
    assert!(folder.0.join("vibecode/contacts.json").is_file());
    let said = folder.run_with(&["check", "--offline"], &[]).await;
    assert_eq!(said.code, 0, "{}", said.err);
}

#[tokio::test(flavor = "multi_thread")]
async fn pull_outside_of_a_project_writes_its_files_without_a_warning() {
    let sandbox = Sandbox::start().await;
    let name = format!("vibecode-no-project-{}", std::process::id());
    let folder = Folder(std::env::temp_dir().join(name));
    fs::create_dir_all(&folder.0).unwrap();
    let said = folder.run(&sandbox, &["pull", "contacts"]).await;
    assert_eq!((said.code, &*said.err), (0, ""));
    assert!(folder.read("vibecode/contacts.json").contains("\"portal\""));
    fs::remove_dir_all(&folder.0).unwrap();
}
