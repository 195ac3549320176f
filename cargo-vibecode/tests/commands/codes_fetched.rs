//! Which lists of codes are fetched, and what is reported of those that are not.

use serde_json::json;
use vibecode_sandbox::{Fault, Sandbox};

use crate::{
    Folder,
    codes::{CURRENCIES, STATUSES, exists, portal, status},
    recorded::recorded,
};

#[tokio::test(flavor = "multi_thread")]
async fn another_list_never_replaces_the_currencies() {
    let sandbox = Sandbox::start().await;
    let folder = Folder::new("codes-not-currencies");
    folder.run(&sandbox, &["pull", "currencies"]).await;
    let before = folder.read(CURRENCIES);
    let answer = recorded("observed/statuses.json");
    let words = [
        "pull",
        "currencies",
        "--from-file",
        answer.to_str().unwrap(),
    ];
    let said = folder.run_with(&words, &[]).await;
    assert_eq!(said.code, 2, "{}", said.out);
    let problem = "this is not an answer about currencies: `101` is not the code of a currency";
    assert!(said.err.contains(problem), "{}", said.err);
    assert_eq!(folder.read(CURRENCIES), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_that_was_named_and_is_refused_is_not_a_success() {
    for file in ["statuses", "currencies"] {
        for code in ["SCOPE_DENIED", "ROUTE_NOT_FOUND"] {
            let sandbox = Sandbox::start().await;
            let folder = Folder::new(&format!("codes-named-{file}-{code}"));
            for words in [&["pull", file][..], &["pull", "contacts", file]] {
                sandbox.fault(Fault::error(code).at(format!("/{file}")));
                let said = folder.run(&sandbox, words).await;
                assert_eq!(said.code, 1, "{words:?}: {}", said.err);
                assert!(said.err.contains("is not written"), "{}", said.err);
            }
            assert!(exists(&folder, "vibecode/contacts.json"));
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mistyped_list_of_codes_has_a_suggestion() {
    let folder = Folder::new("codes-mistyped");
    for (command, name, meant) in [
        ("pull", "statusses", "did you mean `statuses`?"),
        ("check", "currency", "did you mean `currencies`?"),
        ("pull", "Status", "did you mean `statuses`?"),
        ("check", "contact", "did you mean `contacts`?"),
        (
            "pull",
            "phones",
            "or a smart process such as `items/1040`, or `statuses` or `currencies`",
        ),
    ] {
        let variables = [("VIBECODE_API_KEY", "vibe_api_test")];
        let said = folder.run_with(&[command, name], &variables).await;
        assert_eq!(said.code, 2, "{name}: {}", said.out);
        assert!(said.err.contains(meant), "{name}: {}", said.err);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_code_is_counted_in_the_singular() {
    let rouble = json!([{"id": "RUB", "fullName": "Rouble"}]);
    let web = status("SOURCE", "WEB", "Website", "");
    let sandbox = portal(&[web], json!([]), rouble).await;
    let folder = Folder::new("codes-one");
    let said = folder
        .run(&sandbox, &["pull", "statuses", "currencies"])
        .await;
    assert!(said.out.contains(": new, 1 status\n"), "{}", said.out);
    assert!(said.out.contains(": new, 1 currency\n"), "{}", said.out);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missing_file_of_codes_is_reported_if_a_schema_has_such_codes() {
    let sandbox = Sandbox::start().await;
    let folder = Folder::new("codes-gone");
    folder.run(&sandbox, &["pull", "contacts", "tasks"]).await;
    std::fs::remove_file(folder.0.join(STATUSES)).unwrap();
    for words in [&["check"][..], &["check", "--offline"]] {
        let said = folder.run(&sandbox, words).await;
        assert_eq!(said.code, 0, "{}", said.err);
        let warning = "there is no vibecode/statuses.json, so the statuses of contacts are not checked: fetch it with `cargo vibecode pull statuses`";
        assert!(said.err.contains(warning), "{}", said.err);
        assert!(!said.err.contains("currencies"), "{}", said.err);
    }
}
