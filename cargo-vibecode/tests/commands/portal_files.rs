//! The files that `pull` writes name their portal, and nothing is sent by those of another portal or of another day.

use std::sync::{Arc, Mutex};

use serde_json::{Value, json};
use vibecode_sandbox::{Entity, Sandbox};
use vibecode_tests::servers;

use crate::Folder;

const UPDATE: [&str; 5] = ["update", "contacts", "71", "--set", "post=Director"];
const BULK: [&str; 4] = ["bulk", "contacts", "a.csv", "--yes"];

/// The sandbox of a portal whose contacts have these user fields.
async fn portal(fields: Value) -> Sandbox {
    Sandbox::builder()
        .schema(Entity::Contacts, fields)
        .start()
        .await
}

/// A list of these options.
fn list(label: &str, options: [(&str, &str); 2]) -> Value {
    let options = options.map(|(id, label)| json!({"ID": id, "VALUE": label}));
    json!({"type": "enumeration", "label": label, "items": options})
}

fn has_changed(sandbox: &Sandbox) -> bool {
    let mut requests = sandbox.requests().into_iter();
    requests.any(|request| request.method() == "PATCH" || request.path().ends_with("/batch"))
}

#[tokio::test(flavor = "multi_thread")]
async fn the_files_of_pull_name_the_portal() {
    let sandbox = Sandbox::start().await;
    let folder = Folder::new("portal-named");
    folder.run(&sandbox, &["pull", "contacts"]).await;
    for name in ["contacts", "statuses", "currencies"] {
        let file = folder.read(&format!("vibecode/{name}.json"));
        let file: Value = serde_json::from_str(&file).unwrap();
        assert_eq!(file["portal"], "sandbox.invalid", "{name}");
    }
    let said = folder.run(&sandbox, &["check", "--offline"]).await;
    assert_eq!(said.code, 0, "{}", said.out);
    folder.write("a.csv", "id,post\n71,Director\n");
    for words in [&UPDATE[..], &BULK] {
        let said = folder.run(&sandbox, words).await;
        assert_eq!((said.code, &*said.err), (0, ""), "{words:?}");
    }
}

/// A server that says that its key is for this portal, and the paths of all requests to it.
fn server(portal: &str) -> (String, Arc<Mutex<Vec<String>>>) {
    let me = json!({"success": true, "data": {"portal": portal, "scopes": ["crm"]}}).to_string();
    let paths = Arc::new(Mutex::new(Vec::new()));
    let log = Arc::clone(&paths);
    let url = servers::answering(move |request| {
        let path = request.split(' ').nth(1).unwrap_or_default().to_owned();
        log.lock().unwrap().push(path);
        me.clone()
    });
    (url.unwrap(), paths)
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_sent_by_the_files_of_another_portal() {
    let sandbox = Sandbox::start().await;
    let (url, paths) = server("acme.bitrix24.ru");
    for name in ["contacts", "statuses"] {
        let folder = Folder::new(&format!("portal-of-another-{name}"));
        folder.write("a.csv", "id,post\n71,Director\n");
        folder.run(&sandbox, &["pull", name]).await;
        for words in [
            &UPDATE[..],
            &BULK,
            &["bulk", "contacts", "a.csv", "--plan"],
            &["export", "contacts"],
            &["check"],
        ] {
            let variables = [
                ("VIBECODE_API_KEY", Sandbox::API_KEY),
                ("VIBECODE_BASE_URL", &*url),
            ];
            let said = folder.run_with(words, &variables).await;
            assert_eq!(said.code, 2, "{words:?}: {}", said.out);
            let problem = "is of the portal sandbox.invalid, and the key is for acme.bitrix24.ru";
            assert!(said.err.contains(problem), "{words:?}: {}", said.err);
        }
    }
    let paths = paths.lock().unwrap();
    assert!(paths.iter().all(|path| path == "/v1/me"), "{paths:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_files_of_any_portal_can_be_tried_in_a_sandbox() {
    let sandbox = Sandbox::start().await;
    let folder = Folder::new("portal-in-a-sandbox");
    folder.write("a.csv", "id,post\n71,Director\n");
    folder.run(&sandbox, &["pull", "contacts"]).await;
    let path = "vibecode/contacts.json";
    let file = folder.read(path);
    folder.write(path, &file.replace("sandbox.invalid", "acme.bitrix24.ru"));
    for words in [&UPDATE[..], &BULK] {
        let said = folder.run(&sandbox, words).await;
        assert_eq!(said.code, 0, "{words:?}: {}", said.err);
        let warning = "is of the portal acme.bitrix24.ru, and the key is for a sandbox";
        assert!(said.err.contains(warning), "{words:?}: {}", said.err);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn pull_replaces_no_file_of_another_portal_unless_that_is_said() {
    let sandbox = Sandbox::start().await;
    for name in ["contacts", "statuses", "currencies"] {
        let folder = Folder::new(&format!("portal-replaced-{name}"));
        folder.run(&sandbox, &["pull", "contacts"]).await;
        let path = format!("vibecode/{name}.json");
        let of_other = folder
            .read(&path)
            .replace("sandbox.invalid", "acme.bitrix24.ru");
        folder.write(&path, &of_other);
        folder.write("vibecode/deals.json", "{}");
        sandbox.clear_requests();
        for words in [&["pull"][..], &["pull", "contacts"], &["pull", "deals"]] {
            let said = folder.run(&sandbox, words).await;
            if name == "contacts" && words.len() == 2 && words[1] == "deals" {
                assert_eq!(said.code, 0, "{}", said.err);
                continue;
            }
            assert_eq!(said.code, 2, "{name}: {}", said.err);
            let problem = format!(
                "{name}.json is of the portal acme.bitrix24.ru, and what would replace it is of sandbox.invalid: nothing was written"
            );
            assert!(said.err.contains(&problem), "{}", said.err);
            assert!(said.err.contains("--replace"), "{}", said.err);
            assert_eq!(folder.read(&path), of_other);
            assert_eq!(folder.read("vibecode/deals.json"), "{}");
        }
        let said = folder
            .run(&sandbox, &["pull", "contacts", "--replace"])
            .await;
        assert_eq!(said.code, 0, "{}", said.err);
        let warning = "was of the portal acme.bitrix24.ru, and is of sandbox.invalid now";
        assert!(said.err.contains(warning), "{}", said.err);
        assert_ne!(folder.read(&path), of_other);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn pull_replaces_no_file_that_names_a_portal_if_the_api_names_none() {
    let folder = Folder::new("portal-not-reported");
    let of_other =
        r#"{"format": 1, "portal": "acme.bitrix24.ru", "fields": {"post": {"type": "string"}}}"#;
    folder.write("vibecode/contacts.json", of_other);
    let (url, _) = server("");
    let variables = [
        ("VIBECODE_API_KEY", Sandbox::API_KEY),
        ("VIBECODE_BASE_URL", url.as_str()),
    ];
    let said = folder.run_with(&["pull", "contacts"], &variables).await;
    assert_eq!(said.code, 2, "{}", said.err);
    assert!(said.err.contains("nothing was written"), "{}", said.err);
    assert_eq!(folder.read("vibecode/contacts.json"), of_other);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_saved_answer_that_names_no_portal_replaces_no_file_that_names_one() {
    let folder = Folder::new("portal-not-saved");
    let of_other =
        r#"{"format": 1, "portal": "acme.bitrix24.ru", "fields": {"post": {"type": "string"}}}"#;
    folder.write("vibecode/contacts.json", of_other);
    folder.write("answer.json", r#"{"post": {"type": "string"}}"#);
    let words = ["pull", "contacts", "--from-file", "answer.json"];
    let said = folder.run_with(&words, &[]).await;
    assert_eq!(said.code, 2, "{}", said.err);
    let problem = "is of the portal acme.bitrix24.ru, and the answer does not name its portal: nothing was written";
    assert!(said.err.contains(problem), "{}", said.err);
    assert_eq!(folder.read("vibecode/contacts.json"), of_other);
    let said = folder
        .run_with(&[&words[..], &["--replace"]].concat(), &[])
        .await;
    assert_eq!(said.code, 0, "{}", said.err);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_cannot_be_read_stops_pull_before_anything_is_written() {
    let sandbox = Sandbox::start().await;
    let folder = Folder::new("portal-file-not-read");
    std::fs::create_dir_all(folder.0.join("vibecode/statuses.json")).unwrap();
    for words in [
        &["pull", "contacts"][..],
        &["pull", "contacts", "--replace"],
    ] {
        let said = folder.run(&sandbox, words).await;
        assert_eq!(said.code, 2, "{}", said.err);
        assert!(said.err.contains("statuses.json: "), "{}", said.err);
        assert!(!folder.0.join("vibecode/contacts.json").exists());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_does_not_say_its_portal_in_a_readable_way_is_replaced_with_a_warning() {
    let sandbox = Sandbox::start().await;
    let folder = Folder::new("portal-not-readable");
    for file in ["{", "[]", r#"{"portal":7}"#] {
        folder.write("vibecode/contacts.json", file);
        let said = folder.run(&sandbox, &["pull", "contacts"]).await;
        assert_eq!(said.code, 0, "{file}: {}", said.err);
        let warning = "is replaced, and of which portal it was is not known";
        assert!(said.err.contains(warning), "{file}: {}", said.err);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_without_a_portal_is_a_warning() {
    let sandbox = Sandbox::start().await;
    let folder = Folder::new("portal-unnamed");
    folder.write("a.csv", "id,post\n71,Director\n");
    folder.write("vibecode/contacts.json", r#"{"post":{"type":"string"}}"#);
    for words in [&UPDATE[..], &BULK] {
        let said = folder.run(&sandbox, words).await;
        assert_eq!(said.code, 0, "{words:?}: {}", said.err);
        let warning = "vibecode/contacts.json names no portal, so it is not checked that it is of this one: \
             `cargo vibecode pull contacts` fetches it again";
        assert!(said.err.contains(warning), "{words:?}: {}", said.err);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_schema_of_another_day_sends_nothing_that_means_something_else_now() {
    let gold = [("1", "Gold"), ("2", "Silver")];
    let then =
        json!({"ufCrm_1": list("Loyalty", gold), "ufCrm_2": {"type": "string", "label": "Note"}});
    let of_then = portal(then).await;
    let is_list_now = json!({"ufCrm_1": {"type": "string", "label": "Loyalty"}});
    let has_other_options = json!({"ufCrm_1": list("Loyalty", [("1", "Silver"), ("2", "Gold")])});
    let is_another_field = json!({"ufCrm_1": list("Old", gold), "ufCrm_3": list("Loyalty", gold)});
    let is_gone = json!({"ufCrm_3": {"type": "string", "label": "Other"}});
    for (number, (now, problem)) in [
        (is_list_now, "ufCrm_1: was enumeration, is now string"),
        (
            has_other_options,
            "ufCrm_1: option 1 was “Gold”, is now “Silver”",
        ),
        (
            is_another_field,
            "`Loyalty` meant `ufCrm_1`, and does not now",
        ),
        (is_gone, "ufCrm_1: no longer on the portal"),
    ]
    .into_iter()
    .enumerate()
    {
        let sandbox = portal(now).await;
        let folder = Folder::new(&format!("portal-of-another-day-{number}"));
        folder.run(&of_then, &["pull", "contacts"]).await;
        folder.write("a.csv", "id,Loyalty\n71,Gold\n");
        let update = ["update", "contacts", "71", "--set", "Loyalty=Gold"];
        for words in [&update[..], &BULK] {
            let said = folder.run(&sandbox, words).await;
            assert_eq!(said.code, 2, "{words:?}: {}", said.out);
            assert!(said.err.contains(problem), "{words:?}: {}", said.err);
            let next = "run `cargo vibecode pull contacts`";
            assert!(said.err.contains(next), "{words:?}: {}", said.err);
        }
        assert!(!has_changed(&sandbox));
        // What the command does not use is a warning.
        folder.write("a.csv", "id,post\n71,Director\n");
        for words in [&UPDATE[..], &BULK] {
            let said = folder.run(&sandbox, words).await;
            assert_eq!(said.code, 0, "{words:?}: {}", said.err);
            let warning = "have changed on the portal, but in nothing that this command uses";
            assert!(said.err.contains(warning), "{words:?}: {}", said.err);
        }
    }
}

/// The sandbox of a portal with two sources of these names.
async fn with_sources(web: &str, call: &str) -> Sandbox {
    let source =
        |id, code, name| json!({"id": id, "entityId": "SOURCE", "statusId": code, "name": name});
    let seed = json!({"statuses": [source(1, "WEB", web), source(2, "CALL", call)]});
    Sandbox::builder().seed(seed).start().await
}

#[tokio::test(flavor = "multi_thread")]
async fn codes_of_another_day_are_not_sent_if_they_mean_something_else_now() {
    let then = with_sources("Website", "Call").await;
    let now = with_sources("Call", "Website").await;
    let folder = Folder::new("portal-codes-of-another-day");
    folder.run(&then, &["pull", "contacts"]).await;
    folder.write("a.csv", "id,sourceId\n71,Website\n");
    let update = ["update", "contacts", "71", "--set", "sourceId=Website"];
    for words in [&update[..], &BULK, &["bulk", "contacts", "a.csv", "--plan"]] {
        let said = folder.run(&now, words).await;
        assert_eq!(said.code, 2, "{words:?}: {}", said.out);
        for text in [
            "SOURCE: code WEB was “Website”, is now “Call”",
            "pull statuses",
        ] {
            assert!(said.err.contains(text), "{words:?}: {}", said.err);
        }
    }
    assert!(!has_changed(&now));
    // Nothing else uses these codes.
    for words in [&UPDATE[..], &update] {
        let portal = if words == update { &then } else { &now };
        let said = folder.run(portal, words).await;
        assert_eq!(said.code, 0, "{words:?}: {}", said.err);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_label_that_is_ambiguous_on_the_portal_now_is_not_sent() {
    let options = |labels: &[&str]| {
        let options = (81..).zip(labels);
        let items = options.map(|(id, label)| json!({"ID": id.to_string(), "VALUE": label}));
        json!({"ufCrm_1": {"type": "enumeration", "label": "Loyalty", "items": items.collect::<Vec<_>>()}})
    };
    let then = portal(options(&["Gold", "Silver"])).await;
    let now = portal(options(&["Gold", "Silver", "gold"])).await;
    let folder = Folder::new("portal-ambiguous-option");
    folder.run(&then, &["pull", "contacts"]).await;
    let update = async |set: &str| {
        folder
            .run(&now, &["update", "contacts", "71", "--set", set])
            .await
    };
    let bulk = async |label: &str, options: &[&str]| {
        folder.write("a.csv", &format!("id,Loyalty\n71,{label}\n"));
        let words = [&["bulk", "contacts", "a.csv"], options].concat();
        folder.run(&now, &words).await
    };
    let problem = "ufCrm_1, “Gold”: has several options that this text may mean (81, 83)";
    for said in [
        update("Loyalty=Gold").await,
        bulk("Gold", &["--yes"]).await,
        bulk("Gold", &[]).await,
    ] {
        assert_eq!(said.code, 2, "{}", said.out);
        assert!(said.err.contains(problem), "{}", said.err);
        assert!(
            said.err.contains("run `cargo vibecode pull contacts`"),
            "{}",
            said.err
        );
    }
    let said = bulk("Gold", &["--yes", "--format", "json"]).await;
    let result: Value = serde_json::from_str(said.out.lines().last().unwrap()).unwrap();
    assert!(
        result["error"].as_str().unwrap().contains(problem),
        "{}",
        said.out
    );
    assert!(!has_changed(&now));
    // Labels and ids that the command does not use are a warning.
    for label in ["Silver", "81"] {
        let said = bulk(label, &["--yes"]).await;
        assert_eq!(said.code, 0, "{label}: {}", said.err);
    }
    assert_eq!(update("Loyalty=Silver").await.code, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_name_of_a_code_that_is_ambiguous_on_the_portal_now_is_not_sent() {
    let statuses = |names: &[(&str, &str)]| {
        let rows = (1..).zip(names);
        let rows = rows.map(|(id, (code, name))| json!({"id": id, "entityId": "SOURCE", "statusId": code, "name": name}));
        json!({"statuses": rows.collect::<Vec<_>>()})
    };
    let then = statuses(&[("WEB", "Website"), ("CALL", "Call")]);
    let now = statuses(&[("WEB", "Website"), ("CALL", "Call"), ("UC_1", "Website")]);
    let then = Sandbox::builder().seed(then).start().await;
    let now = Sandbox::builder().seed(now).start().await;
    let folder = Folder::new("portal-ambiguous-code");
    folder.run(&then, &["pull", "contacts"]).await;
    let update = ["update", "contacts", "71", "--set", "sourceId=Website"];
    folder.write("a.csv", "id,sourceId\n71,Website\n");
    for words in [&update[..], &BULK] {
        let said = folder.run(&now, words).await;
        assert_eq!(said.code, 2, "{words:?}: {}", said.out);
        let problem = "sourceId, “Website”: has several codes that this text may mean (WEB, UC_1)";
        assert!(said.err.contains(problem), "{words:?}: {}", said.err);
    }
    assert!(!has_changed(&now));
    folder.write("a.csv", "id,sourceId\n71,WEB\n");
    let said = folder.run(&now, &BULK).await;
    assert_eq!(said.code, 0, "{}", said.err);
}
