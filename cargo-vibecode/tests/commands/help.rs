//! The help of the commands.

use crate::Folder;

#[tokio::test(flavor = "multi_thread")]
async fn common_options_have_a_heading_of_their_own() {
    let said = Folder::new("help").run_with(&["bulk", "--help"], &[]).await;
    assert_eq!(said.code, 0);
    let (own, common) = said.out.split_once("Common options:").unwrap();
    assert!(
        own.contains("--resume") && !own.contains("--key-file"),
        "{own}"
    );
    for option in ["--key-file", "--base-url", "--format"] {
        assert!(common.contains(option), "{common}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn help_outside_of_a_terminal_has_no_colours() {
    let folder = Folder::new("no-colour");
    for variables in [&[][..], &[("NO_COLOR", "1"), ("CLICOLOR_FORCE", "0")]] {
        let said = folder.run_with(&["--help"], variables).await;
        assert!(!said.out.contains('\u{1b}'), "{}", said.out);
    }
}
