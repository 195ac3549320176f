//! Where the key comes from, and what it may do.

use vibecode_sandbox::Sandbox;

use crate::Folder;

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_can_do_all_is_described() {
    let sandbox = Sandbox::start().await;
    let said = Folder::new("me").run(&sandbox, &["me"]).await;
    assert_eq!(said.code, 0, "{}", said.err);
    for part in [
        "personal",
        "portal",
        "reads and writes",
        "crm",
        "not reported",
    ] {
        assert!(said.out.contains(part), "{}", said.out);
    }
    assert_eq!(said.err, "");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_lacks_something_is_warned_of() {
    let sandbox = Sandbox::start().await;
    let folder = Folder::new("me-lacks");
    let reader = folder
        .run_by(Sandbox::READ_ONLY_KEY, &sandbox, &["me"])
        .await;
    assert_eq!(reader.code, 1);
    assert!(reader.err.contains("read-only"), "{}", reader.err);
    let unscoped = folder
        .run_by(Sandbox::UNSCOPED_KEY, &sandbox, &["me"])
        .await;
    assert_eq!(unscoped.code, 1);
    assert!(unscoped.err.contains("scope `crm`"), "{}", unscoped.err);
}

#[tokio::test(flavor = "multi_thread")]
async fn programs_get_json() {
    let sandbox = Sandbox::start().await;
    let said = Folder::new("me-json")
        .run(&sandbox, &["me", "--format", "json"])
        .await;
    let report: serde_json::Value = serde_json::from_str(&said.out).unwrap();
    assert_eq!(report["answer"]["accessMode"], "READWRITE");
    assert_eq!(report["key"], "personal");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_limits_of_a_key_are_shown_if_the_api_reports_them() {
    let sandbox = Sandbox::builder().rate_limit(300).start().await;
    let said = Folder::new("me-limits").run(&sandbox, &["me"]).await;
    assert!(
        said.out.contains("300 requests a minute, 299 left"),
        "{}",
        said.out
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_comes_from_a_file_too() {
    let sandbox = Sandbox::start().await;
    let folder = Folder::new("key-file");
    folder.write("key", &format!("{}\n", Sandbox::API_KEY));
    folder.write(
        "app",
        &format!("{}\n{}\n", Sandbox::APP_KEY, Sandbox::SESSION_TOKEN),
    );
    for file in ["key", "app"] {
        let words = ["me", "--key-file", file, "--base-url", sandbox.url()];
        let said = folder.run_with(&words, &[]).await;
        assert_eq!(said.code, 0, "{}", said.err);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_key_nothing_is_sent_and_the_next_step_is_shown() {
    let folder = Folder::new("no-key");
    let said = folder.run_with(&["me"], &[]).await;
    assert_eq!(said.code, 2);
    assert!(said.err.contains("set VIBECODE_API_KEY"), "{}", said.err);
    let said = folder.run_with(&["me", "--key-file", "nowhere"], &[]).await;
    assert_eq!(said.code, 2);
    assert!(said.err.contains("nowhere"), "{}", said.err);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_file_may_be_an_env_file() {
    let sandbox = Sandbox::start().await;
    let folder = Folder::new("key-env");
    let (key, session) = (Sandbox::APP_KEY, Sandbox::SESSION_TOKEN);
    let text = format!(
        "\u{feff}# the app\nexport VIBECODE_API_KEY=\"{key}\"\nVIBECODE_SESSION_TOKEN={session} # 24 h\n"
    );
    folder.write(".env", &text);
    let words = ["me", "--key-file", ".env", "--base-url", sandbox.url()];
    let said = folder.run_with(&words, &[]).await;
    assert_eq!(said.code, 0, "{}", said.err);
    assert!(said.out.contains("OAuth app"), "{}", said.out);
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn a_key_file_that_others_can_read_is_warned_of() {
    use std::{fs, os::unix::fs::PermissionsExt as _};
    let sandbox = Sandbox::start().await;
    let folder = Folder::new("key-mode");
    folder.write("key", Sandbox::API_KEY);
    let words = ["me", "--key-file", "key", "--base-url", sandbox.url()];
    for (mode, is_warned) in [(0o644, true), (0o640, true), (0o600, false)] {
        fs::set_permissions(folder.0.join("key"), fs::Permissions::from_mode(mode)).unwrap();
        let said = folder.run_with(&words, &[]).await;
        assert_eq!(
            said.err.contains("run `chmod 600 key`"),
            is_warned,
            "{}",
            said.err
        );
    }
}
