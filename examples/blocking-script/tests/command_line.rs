//! The output and the exit codes of the script, against the sandbox in its own process.
#![cfg(test)]

use assert_cmd::Command;

fn run(arguments: &[&str], stdin: &str) -> (Option<i32>, String, String) {
    let output = Command::cargo_bin("blocking-script")
        .unwrap()
        .env_remove("VIBECODE_API_KEY")
        .args(arguments)
        .write_stdin(stdin)
        .output()
        .unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (
        output.status.code(),
        text(output.stdout),
        text(output.stderr),
    )
}

#[test]
fn each_contact_gets_its_manager() {
    for (arguments, stdin) in [(&["7", "71", "72"][..], ""), (&["7"], "71\n\n 72 \n")] {
        let (code, out, err) = run(arguments, stdin);
        assert_eq!((code, err.as_str()), (Some(0), ""));
        let changes = "contact 71: manager 1 → 7\ncontact 72: manager 1 → 7\n";
        assert!(out.ends_with(changes), "{out}");
    }
}

#[test]
fn what_is_so_already_is_not_sent() {
    let (code, out, _) = run(&["1", "71"], "");
    assert_eq!(code, Some(0));
    assert!(
        out.ends_with("contact 71: 1 is its manager already\n"),
        "{out}"
    );
}

#[test]
fn a_contact_that_fails_stops_no_other() {
    let (code, out, err) = run(&["7", "404", "71"], "");
    assert_eq!(code, Some(1));
    assert!(out.ends_with("contact 71: manager 1 → 7\n"), "{out}");
    assert!(err.starts_with("contact 404: "), "{err}");
    assert!(err.contains("ENTITY_NOT_FOUND"), "{err}");
}

#[test]
fn a_typo_is_reported_before_anything_is_changed() {
    for arguments in [
        &["ivan", "71"][..],
        &["7", "71", "7l"],
        &["0", "71"],
        &["--help"],
    ] {
        let (code, out, err) = run(arguments, "");
        assert_eq!(code, Some(2));
        assert!(!out.contains("contact 71"), "{out}");
        assert!(err.contains("usage: blocking-script MANAGER"), "{err}");
    }
}
