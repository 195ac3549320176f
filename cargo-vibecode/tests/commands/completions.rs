//! Completions, in the shells themselves, and man pages.

use std::{
    fs,
    process::{Command, Stdio},
};

use crate::Folder;

/// Runs a script in a shell. Returns `None` if the shell is not installed.
fn in_shell(shell: &str, arguments: &[&str], folder: &Folder) -> Option<String> {
    let output = Command::new(shell)
        .args(arguments)
        .current_dir(&folder.0)
        .stdin(Stdio::null())
        .env("HOME", &folder.0)
        .env("TERM", "dumb")
        .output();
    let Ok(output) = output else {
        eprintln!("{shell} is not installed, so its completions are not tested");
        return None;
    };
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    Some(said + &String::from_utf8_lossy(&output.stderr))
}

async fn script(folder: &Folder, shell: &str) {
    let said = folder.run_with(&["completions", shell], &[]).await;
    assert_eq!(said.code, 0, "{}", said.err);
    folder.write("script", &said.out);
}

#[tokio::test(flavor = "multi_thread")]
async fn bash_completes_both_forms_and_leaves_cargo_to_cargo() {
    let folder = Folder::new("bash");
    script(&folder, "bash").await;
    let bash = r#"
        _cargo() { COMPREPLY=(from-cargo); }
        complete -F _cargo cargo
        source ./script; source ./script
        COMP_WORDS=(cargo vibecode exp); COMP_CWORD=2; COMPREPLY=()
        _cargo_with_vibecode cargo exp vibecode; echo "sub: ${COMPREPLY[*]}"
        COMP_WORDS=(cargo vibecode export --ov); COMP_CWORD=3; COMPREPLY=()
        _cargo_with_vibecode cargo --ov export; echo "option: ${COMPREPLY[*]}"
        COMP_WORDS=(cargo bu); COMP_CWORD=1; COMPREPLY=()
        _cargo_with_vibecode cargo bu cargo; echo "cargo: ${COMPREPLY[*]}"
        COMP_WORDS=(cargo-vibecode exp); COMP_CWORD=1; COMPREPLY=()
        _cargo__vibecode cargo-vibecode exp cargo-vibecode; echo "alone: ${COMPREPLY[*]}"
    "#;
    let Some(said) = in_shell("bash", &["--norc", "-c", bash], &folder) else {
        return;
    };
    for line in [
        "sub: export",
        "option: --overwrite",
        "cargo: from-cargo",
        "alone: export",
    ] {
        assert!(said.lines().any(|it| it == line), "{line}: {said}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn zsh_registers_both_forms_and_keeps_the_completions_of_cargo() {
    let folder = Folder::new("zsh");
    script(&folder, "zsh").await;
    let zsh = r#"
        autoload -Uz compinit; compinit -u -D
        _cargo() { }; compdef _cargo cargo
        source ./script; source ./script
        print -r -- "for: $_comps[cargo] $_comps[cargo-vibecode] before: $_vibecode_cargo_before"
    "#;
    let Some(said) = in_shell("zsh", &["-f", "-c", zsh], &folder) else {
        return;
    };
    let expected = "for: _cargo_with_vibecode _cargo-vibecode before: _cargo";
    assert!(said.lines().any(|line| line == expected), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn fish_completes_both_forms() {
    let folder = Folder::new("fish");
    script(&folder, "fish").await;
    for (line, expected) in [
        ("cargo vibecode exp", "export"),
        ("cargo vibecode export --ov", "--overwrite"),
        ("cargo-vibecode exp", "export"),
        ("cargo vibec", "vibecode"),
    ] {
        let fish = format!("source ./script; complete -C '{line}'");
        let Some(said) = in_shell("fish", &["--no-config", "-c", &fish], &folder) else {
            return;
        };
        assert!(
            said.lines().any(|it| it.starts_with(expected)),
            "{line}: {said}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn there_is_a_man_page_for_each_command() {
    let folder = Folder::new("man");
    let said = folder.run_with(&["completions", "--man"], &[]).await;
    assert!(said.out.contains("pull"), "{}", said.out);
    let said = folder
        .run_with(&["completions", "--man-dir", "man1"], &[])
        .await;
    assert_eq!(said.code, 0, "{}", said.err);
    let bulk = fs::read_to_string(folder.0.join("man1/cargo-vibecode-bulk.1")).unwrap();
    assert!(
        bulk.contains("resume") && bulk.contains("EXIT") || bulk.contains("Exit codes"),
        "{bulk}"
    );
    assert!(folder.0.join("man1/cargo-vibecode.1").exists());
}
