//! Schemas: fetched in one form, and compared with the portal.

use serde_json::json;
use vibecode_sandbox::{Entity, Sandbox};

use crate::Folder;

const FILE: &str = "vibecode/contacts.json";

#[tokio::test(flavor = "multi_thread")]
async fn what_is_pulled_is_the_same_file_every_time() {
    let sandbox = Sandbox::start().await;
    let folder = Folder::new("pull");
    let said = folder.run(&sandbox, &["pull", "contacts"]).await;
    assert_eq!(said.code, 0, "{}", said.err);
    assert!(said.out.contains(": new, "), "{}", said.out);
    let first = folder.read(FILE);
    assert!(
        first.starts_with("{\n  \"entity\": \"contacts\",\n  \"fields\": {\n"),
        "{first}"
    );
    assert!(first.contains("\"format\": 1") && first.ends_with("}\n"));

    let said = folder.run(&sandbox, &["pull", "contacts"]).await;
    assert!(said.out.contains(": unchanged, "), "{}", said.out);
    assert_eq!(folder.read(FILE), first);
    let said = folder.run(&sandbox, &["check", "--offline"]).await;
    assert_eq!(
        (said.code, said.out.contains("valid")),
        (0, true),
        "{}",
        said.out
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn all_entities_are_pulled_if_none_is_named() {
    let sandbox = Sandbox::start().await;
    let folder = Folder::new("pull-all");
    let said = folder.run(&sandbox, &["pull", "--format", "json"]).await;
    assert_eq!(said.code, 0, "{}", said.err);
    let report: serde_json::Value = serde_json::from_str(&said.out).unwrap();
    assert_eq!(report["files"].as_array().unwrap().len(), 6);
    for entity in [
        "contacts",
        "companies",
        "leads",
        "deals",
        "statuses",
        "currencies",
    ] {
        assert!(
            folder
                .read(&format!("vibecode/{entity}.json"))
                .contains("\"format\": 1")
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_fields_of_tasks_and_invoices_are_pulled_and_checked_by_name() {
    let sandbox = Sandbox::start().await;
    let folder = Folder::new("pull-tasks");
    let words = ["pull", "tasks", "invoices", "quotes", "requisites"];
    let said = folder.run(&sandbox, &words).await;
    assert_eq!(said.code, 0, "{}", said.err);
    assert_eq!(said.err, "");
    let tasks = folder.read("vibecode/tasks.json");
    assert!(tasks.contains("\"ufCrmTask\"") && !tasks.contains("\"UF_CRM_TASK\":"));
    assert!(!sandbox.requests().iter().any(|request| {
        let path = request.path();
        path == "/v1/userfields/tasks" || path == "/v1/userfields/invoices"
    }));
    let said = folder.run(&sandbox, &["check"]).await;
    assert_eq!(said.code, 0, "{}{}", said.out, said.err);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_saved_answer_is_pulled_without_a_portal() {
    let folder = Folder::new("pull-file");
    folder.write(
        "saved.json",
        r#"{"success":true,"data":{"post":{"type":"string"},"ufCrm_1":{"items":[{"ID":"9","VALUE":"b"},{"ID":"8","VALUE":"a"}],"type":"enumeration"}}}"#,
    );
    let words = ["pull", "contacts", "--from-file", "saved.json"];
    let said = folder.run_with(&words, &[]).await;
    assert_eq!(said.code, 0, "{}", said.err);
    let file = folder.read(FILE);
    assert!(file.find("\"8\"") < file.find("\"9\""), "{file}");
    let said = folder
        .run_with(&["pull", "--from-file", "saved.json"], &[])
        .await;
    assert_eq!(said.code, 2);
    assert!(
        said.err.contains("requires exactly one entity"),
        "{}",
        said.err
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_is_not_an_answer_changes_nothing() {
    let folder = Folder::new("pull-bad");
    folder.write(FILE, "{}");
    for bad in [
        "",
        "[]",
        r#"{"success":true,"data":{"a":1}}"#,
        r#"{"success":false,"error":{"code":"X"}}"#,
    ] {
        folder.write("saved.json", bad);
        let words = ["pull", "contacts", "--from-file", "saved.json"];
        let said = folder.run_with(&words, &[]).await;
        assert_eq!(said.code, 2, "{bad}: {}", said.out);
        assert_eq!(folder.read(FILE), "{}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn changes_on_the_portal_are_reported_line_by_line() {
    let before = Sandbox::builder()
        .schema(
            Entity::Contacts,
            json!({
                "ufCrmFloor": {"type": "integer"},
                "ufCrmTier": {"type": "enumeration", "items": [{"ID": "1", "VALUE": "Gold"}]},
            }),
        )
        .start()
        .await;
    let folder = Folder::new("check");
    folder.run(&before, &["pull", "contacts"]).await;
    let said = folder.run(&before, &["check"]).await;
    assert_eq!((said.code, said.err.as_str()), (0, ""), "{}", said.out);

    let more = Sandbox::builder()
        .schema(
            Entity::Contacts,
            json!({
                "ufCrmFloor": {"type": "integer"},
                "ufCrmNew": {"type": "string"},
                "ufCrmTier": {"type": "enumeration", "items": [{"ID": "1", "VALUE": "Gold"}]},
            }),
        )
        .start()
        .await;
    let said = folder.run(&more, &["check"]).await;
    assert_eq!(said.code, 0);
    assert!(said.out.contains("+ ufCrmNew: new, string"), "{}", said.out);
    assert!(said.err.contains("breaks no build"), "{}", said.err);

    let other = Sandbox::builder()
        .schema(
            Entity::Contacts,
            json!({
                "ufCrmFloor": {"type": "string", "isMultiple": true},
                "ufCrmTier": {"type": "enumeration", "items": [{"ID": "2", "VALUE": "Silver"}]},
            }),
        )
        .start()
        .await;
    let said = folder.run(&other, &["check", "contacts"]).await;
    assert_eq!(said.code, 1);
    for line in [
        "~ ufCrmFloor: was integer, is now string",
        "~ ufCrmFloor: now takes several values",
        "~ ufCrmTier: option 1 “Gold” was removed",
        "~ ufCrmTier: new option 2 “Silver”",
    ] {
        assert!(said.out.contains(line), "{line} in {}", said.out);
    }
    let said = folder.run(&other, &["check", "--format", "json"]).await;
    let report: serde_json::Value = serde_json::from_str(&said.out).unwrap();
    assert_eq!(report["attention"], true);
    let changes = report["differences"].as_array().unwrap();
    assert!(!changes.is_empty());
    assert!(changes.iter().all(|change| change["breaks"] == true));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_in_another_format_is_found_offline() {
    let folder = Folder::new("offline");
    let said = folder.run_with(&["check", "--offline"], &[]).await;
    assert_eq!(said.code, 2, "{}", said.out);
    assert!(said.err.contains("cargo vibecode pull"), "{}", said.err);
    folder.write(FILE, r#"{"post": {"type": "string"}}"#);
    let said = folder.run_with(&["check", "--offline"], &[]).await;
    assert_eq!(said.code, 1);
    assert!(said.out.contains("--from-file"), "{}", said.out);
    folder.write(FILE, "{");
    let said = folder.run_with(&["check", "--offline"], &[]).await;
    assert_eq!(said.code, 2);
    assert!(said.err.contains("contacts.json"), "{}", said.err);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_entity_is_reported_with_a_suggestion() {
    let said = Folder::new("entity")
        .run_with(&["pull", "contact"], &[])
        .await;
    assert_eq!(said.code, 2);
    assert!(
        said.err.contains("did you mean `contacts`?"),
        "{}",
        said.err
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_is_new_touches_the_crate_roots_that_could_use_it() {
    let sandbox = Sandbox::start().await;
    let folder = Folder::new("pull-touch");
    let manifest =
        "[package]\nname = \"app\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[workspace]\n";
    folder.write("Cargo.toml", manifest);
    folder.write(
        "Cargo.lock",
        "version = 4\n\n[[package]]\nname = \"app\"\nversion = \"0.0.0\"\n",
    );
    for root in ["src/lib.rs", "src/main.rs"] {
        folder.write(root, "");
    }
    let changed = |root: &str| folder.0.join(root).metadata().unwrap().modified().unwrap();
    let roots = ["src/lib.rs", "src/main.rs"];
    let before = roots.map(changed);
    let said = folder.run(&sandbox, &["pull", "contacts"]).await;
    assert!(
        said.out.contains("the time stamps of 2 crate roots"),
        "{} {}",
        said.out,
        said.err
    );
    let after = roots.map(changed);
    assert!(before[0] < after[0] && before[1] < after[1]);

    let said = folder.run(&sandbox, &["pull", "contacts"]).await;
    assert!(!said.out.contains("time stamps"), "{}", said.out);
    assert_eq!(roots.map(changed), after);
}
