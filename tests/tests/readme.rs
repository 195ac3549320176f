//! What the README shows of a portal's schema, tried out in a crate of its own.
#![cfg(test)]

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

const README: &str = include_str!("../../README.md");
const SECTION: &str = "## Your portal's user fields";

/// The text of the section's block in this language.
fn block(language: &str) -> String {
    let section = README.split_once(SECTION).unwrap().1;
    let opening = format!("```{language}\n");
    let block = section.split_once(&opening).unwrap().1;
    block.split_once("```").unwrap().0.to_owned()
}

fn target_folder() -> PathBuf {
    // The test stands in `target/debug/deps`.
    let test = std::env::current_exe().unwrap();
    test.ancestors().nth(3).unwrap().to_owned()
}

/// A crate with what the README shows, and this source.
fn write_crate(folder: &Path, source: &str) {
    let runtime = Path::new(env!("CARGO_MANIFEST_DIR")).join("../vibecode-runtime");
    let manifest = format!(
        "[package]\nname = \"readme\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[workspace]\n\n\
         [dependencies.vibecode-runtime]\npath = {runtime:?}\ndefault-features = false\nfeatures = [\"derive\"]\n"
    );
    fs::create_dir_all(folder.join("src")).unwrap();
    fs::create_dir_all(folder.join("vibecode")).unwrap();
    fs::write(folder.join("Cargo.toml"), manifest).unwrap();
    let lock = Path::new(env!("CARGO_MANIFEST_DIR")).join("../Cargo.lock");
    fs::copy(lock, folder.join("Cargo.lock")).unwrap();
    fs::write(folder.join("vibecode/contacts.json"), block("json")).unwrap();
    fs::write(folder.join("src/lib.rs"), source).unwrap();
}

/// What `cargo check` prints, and whether it went well.
fn check(folder: &Path) -> (bool, String) {
    let output = Command::new(env!("CARGO"))
        .args(["check", "--offline", "--quiet", "--color", "never"])
        .current_dir(folder)
        .env("CARGO_TARGET_DIR", target_folder().join("tests/generated"))
        .output()
        .unwrap();
    let printed = String::from_utf8(output.stderr).unwrap();
    (output.status.success(), printed)
}

#[test]
fn the_readme_shows_what_the_compiler_prints_of_a_mistyped_user_field() {
    let folder = target_folder().join("tests/readme");
    let source = block("rust,compile_fail");
    write_crate(&folder, &source);
    let (well, printed) = check(&folder);
    assert!(!well);
    assert!(printed.contains(&block("text")), "{printed}");
    let errors = printed.lines().filter(|line| line.starts_with("error"));
    assert_eq!(errors.count(), 2, "one, and the sum: {printed}");

    write_crate(
        &folder,
        &source.replace("ufCrm_1721244707170", "ufCrm_1721244707107"),
    );
    let (well, printed) = check(&folder);
    assert!(well, "{printed}");
}
