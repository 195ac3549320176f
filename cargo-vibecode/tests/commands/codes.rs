//! Statuses and currencies: fetched with the fields, and compared with the portal.

use serde_json::{Value, json};
use vibecode_sandbox::{Entity, Fault, ListShape, Sandbox};

use crate::{Folder, recorded::recorded};

pub(crate) const STATUSES: &str = "vibecode/statuses.json";
pub(crate) const CURRENCIES: &str = "vibecode/currencies.json";

pub(crate) fn status(set: &str, code: &str, name: &str, semantics: &str) -> Value {
    json!({
        "id": format!("{set}{code}"), "entityId": set, "statusId": code, "name": name,
        "extra": {"SEMANTICS": semantics},
    })
}

pub(crate) async fn portal(statuses: &[Value], pipelines: Value, currencies: Value) -> Sandbox {
    let seed = json!({
        "statuses": statuses, "deal-categories": pipelines, "currencies": currencies,
    });
    Sandbox::builder().seed(seed).start().await
}

pub(crate) fn exists(folder: &Folder, file: &str) -> bool {
    folder.0.join(file).exists()
}

#[tokio::test(flavor = "multi_thread")]
async fn statuses_and_currencies_are_pulled_with_any_entity() {
    let sandbox = Sandbox::start().await;
    let folder = Folder::new("codes-pull");
    let said = folder.run(&sandbox, &["pull", "tasks"]).await;
    assert_eq!((said.code, said.err.as_str()), (0, ""), "{}", said.out);
    let statuses: Value = serde_json::from_str(&folder.read(STATUSES)).unwrap();
    assert_eq!(statuses["format"], 1);
    let types = &statuses["sets"]["CONTACT_TYPE"];
    assert_eq!(types[0], json!({"code": "CLIENT", "name": "Клиенты"}));
    let stages = statuses["sets"]["DEAL_STAGE_5"].as_array().unwrap();
    assert!(stages.contains(&json!({"code": "C5:WON", "name": "Won", "semantics": "success"})));
    assert_eq!(statuses["pipelines"][1]["id"], 5);
    let currencies: Value = serde_json::from_str(&folder.read(CURRENCIES)).unwrap();
    let rouble = json!({"base": true, "code": "RUB", "name": "Rouble"});
    assert_eq!(currencies["currencies"][0], rouble);

    let first = folder.read(STATUSES);
    let said = folder.run(&sandbox, &["pull", "statuses"]).await;
    assert!(
        said.out.contains("statuses.json: unchanged, "),
        "{}",
        said.out
    );
    assert_eq!(said.out.lines().count(), 1, "{}", said.out);
    assert_eq!(folder.read(STATUSES), first);
    let said = folder.run(&sandbox, &["check"]).await;
    assert_eq!((said.code, said.err.as_str()), (0, ""), "{}", said.out);
    let said = folder.run(&sandbox, &["check", "--offline"]).await;
    assert_eq!(said.code, 0, "{}", said.out);
    assert_eq!(said.out.matches(": valid").count(), 3, "{}", said.out);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_statuses_of_all_pages_are_pulled() {
    let many: Vec<Value> = (0..1_234)
        .map(|number| {
            status(
                "SOURCE",
                &number.to_string(),
                &format!("Source {number}"),
                "",
            )
        })
        .collect();
    let sandbox = Sandbox::builder()
        .seed(json!({ "statuses": many }))
        .untruthful_paging()
        .start()
        .await;
    let folder = Folder::new("codes-pages");
    let said = folder.run(&sandbox, &["pull", "statuses"]).await;
    assert!(
        said.out.contains("new, 1234 statuses"),
        "{} {}",
        said.out,
        said.err
    );
    let statuses: Value = serde_json::from_str(&folder.read(STATUSES)).unwrap();
    assert_eq!(statuses["sets"]["SOURCE"].as_array().unwrap().len(), 1_234);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_of_one_row_is_read_as_a_list() {
    let sandbox = Sandbox::builder()
        .seed(json!({
            "statuses": [status("SOURCE", "WEB", "Website", "")],
            "deal-categories": [{"id": 2, "name": "Partners"}],
            "currencies": [{"id": "RUB", "fullName": "Rouble"}],
        }))
        .list_shape(ListShape::SingleRowAsObject)
        .start()
        .await;
    let folder = Folder::new("codes-single");
    let said = folder
        .run(&sandbox, &["pull", "statuses", "currencies"])
        .await;
    assert_eq!((said.code, said.err.as_str()), (0, ""), "{}", said.out);
    let statuses: Value = serde_json::from_str(&folder.read(STATUSES)).unwrap();
    assert_eq!(
        statuses["pipelines"],
        json!([{"id": 2, "name": "Partners"}])
    );
    assert!(folder.read(CURRENCIES).contains("\"RUB\""));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_portal_that_refuses_its_statuses_still_gives_its_fields() {
    for code in ["SCOPE_DENIED", "ROUTE_NOT_FOUND"] {
        let sandbox = Sandbox::start().await;
        let folder = Folder::new(&format!("codes-refused-{code}"));
        sandbox.faults([
            Fault::error(code).at("/statuses"),
            Fault::error(code).at("/currencies"),
        ]);
        let said = folder.run(&sandbox, &["pull", "contacts"]).await;
        assert_eq!(said.code, 0, "{}", said.err);
        assert!(exists(&folder, "vibecode/contacts.json"));
        for file in ["statuses", "currencies"] {
            let warning = format!("vibecode/{file}.json is not written: the portal does not let");
            assert!(said.err.contains(&warning), "{}", said.err);
            assert!(!exists(&folder, &format!("vibecode/{file}.json")));
        }

        sandbox.fault(Fault::error(code).at("/deal-categories"));
        let said = folder.run(&sandbox, &["pull", "contacts"]).await;
        assert_eq!(said.code, 0, "{}", said.err);
        let warning = "the names of the pipelines are missing";
        assert!(said.err.contains(warning), "{}", said.err);
        assert!(folder.read(STATUSES).contains("\"C5:WON\""));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn known_names_of_pipelines_stay_if_the_portal_refuses_them() {
    let folder = Folder::new("codes-pipelines");
    let pipelines = json!([{"id": 5, "name": "Partners"}]);
    let roubles = json!([{"id": "RUB", "fullName": "Rouble"}]);
    let won = status("DEAL_STAGE_5", "C5:WON", "Won", "success");
    let old = portal(&[won], pipelines.clone(), roubles.clone()).await;
    folder.run(&old, &["pull", "statuses"]).await;
    let before: Value = serde_json::from_str(&folder.read(STATUSES)).unwrap();
    assert_eq!(before["pipelines"], pipelines);

    let signed = status("DEAL_STAGE_5", "C5:WON", "Signed", "success");
    let new = portal(&[signed], pipelines.clone(), roubles).await;
    for code in ["SCOPE_DENIED", "ROUTE_NOT_FOUND"] {
        new.fault(Fault::error(code).at("/deal-categories"));
        let said = folder.run(&new, &["pull", "statuses"]).await;
        assert_eq!(said.code, 0, "{}", said.err);
        let warning = "the names of the pipelines stay as they are in the file";
        assert!(said.err.contains(warning), "{}", said.err);
        let after: Value = serde_json::from_str(&folder.read(STATUSES)).unwrap();
        assert_eq!(after["pipelines"], pipelines);
        assert_eq!(after["sets"]["DEAL_STAGE_5"][0]["name"], "Signed");
        new.fault(Fault::error(code).at("/deal-categories"));
        let said = folder.run(&new, &["check", "statuses"]).await;
        assert_eq!(said.code, 0, "{}", said.err);
        assert!(!said.out.contains("pipeline"), "{}", said.out);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn statuses_that_are_not_understood_are_reported_and_never_written() {
    let sandbox = Sandbox::start().await;
    let folder = Folder::new("codes-unusable");
    folder.run(&sandbox, &["pull", "contacts"]).await;
    let before = folder.read(STATUSES);
    let invalid = |part: &str| Fault::error("INVALID_REQUEST").at(part);
    // A read is repeated after an answer that is not JSON.
    let html = || Fault::html().at("/statuses");
    for faults in [
        vec![invalid("/statuses")],
        vec![invalid("/deal-categories")],
        std::iter::repeat_with(html).take(9).collect(),
    ] {
        let name = faults[0].name();
        sandbox.calm();
        sandbox.faults(faults);
        let said = folder.run(&sandbox, &["pull", "contacts"]).await;
        assert_eq!(said.code, 1, "{name}: {}", said.err);
        let warning = "vibecode/statuses.json stays as it is: ";
        assert!(said.err.contains(warning), "{name}: {}", said.err);
        assert!(
            said.out.contains("currencies.json: unchanged"),
            "{}",
            said.out
        );
        assert_eq!(folder.read(STATUSES), before, "{name}");
    }
    for rows in [json!([]), json!([{"id": 1, "name": "Website"}])] {
        let other = Sandbox::builder()
            .seed_unchecked(json!({ "statuses": rows }))
            .start()
            .await;
        let said = folder.run(&other, &["pull", "contacts"]).await;
        assert_eq!(said.code, 1, "{}", said.err);
        assert!(said.err.contains("cannot be used"), "{}", said.err);
        assert_eq!(folder.read(STATUSES), before);
        // What cannot be compared is not reported as up to date.
        let said = folder.run(&other, &["check", "statuses"]).await;
        assert_eq!((said.code, said.out.as_str()), (1, ""), "{}", said.err);
        assert!(
            said.err.contains("statuses cannot be compared"),
            "{}",
            said.err
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn recorded_answers_are_pulled_from_a_file() {
    let folder = Folder::new("codes-saved");
    for (name, code) in [("statuses", "PREPARATION"), ("currencies", "USD")] {
        let answer = recorded(&format!("observed/{name}.json"));
        let words = ["pull", name, "--from-file", answer.to_str().unwrap()];
        let said = folder.run_with(&words, &[]).await;
        assert_eq!((said.code, said.err.as_str()), (0, ""), "{}", said.out);
        let file = format!("vibecode/{name}.json");
        assert!(folder.read(&file).contains(code));
        // What was written is read as what was pulled.
        let words = ["pull", name, "--from-file", &file];
        let said = folder.run_with(&words, &[]).await;
        assert!(said.out.contains(": unchanged, 2 "), "{}", said.out);
    }
    let said = folder.run_with(&["check", "--offline"], &[]).await;
    assert_eq!(said.out.matches(": valid").count(), 2, "{}", said.out);
    for (name, other) in [
        ("statuses", "currencies"),
        ("currencies", "deals"),
        ("currencies", "statuses"),
        ("statuses", "me"),
    ] {
        let answer = recorded(&format!("observed/{other}.json"));
        let words = ["pull", name, "--from-file", answer.to_str().unwrap()];
        let said = folder.run_with(&words, &[]).await;
        assert_eq!(said.code, 2, "{name} from {other}: {}", said.out);
        assert!(said.err.contains("cannot be used"), "{}", said.err);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn changes_of_codes_are_reported_line_by_line() {
    let roubles = json!([
        {"id": "RUB", "fullName": "Rouble", "base": true}, {"id": "EUR", "fullName": "Euro"},
    ]);
    let before = [
        status("SOURCE", "WEB", "Website", ""),
        status("SOURCE", "CALL", "Call", ""),
        status("DEAL_STAGE_5", "C5:WON", "Won", "success"),
        status("INDUSTRY", "IT", "IT", ""),
    ];
    let pipelines = json!([{"id": 5, "name": "Partners"}]);
    let old = portal(&before, pipelines.clone(), roubles.clone()).await;
    let folder = Folder::new("codes-drift");
    folder.run(&old, &["pull", "statuses", "currencies"]).await;

    // None of this can break a build.
    let more = [
        &before[..2],
        &[
            status("DEAL_STAGE_5", "C5:WON", "Won", "process"),
            before[3].clone(),
            status("EMPLOYEES", "1", "1\u{202e}-10", ""),
        ],
    ]
    .concat();
    let euros = json!([
        {"id": "RUB", "fullName": "Rouble"}, {"id": "EUR", "fullName": "Euro", "base": true},
    ]);
    let new = portal(&more, json!([{"id": 5, "name": "Agents"}]), euros).await;
    let said = folder.run(&new, &["check"]).await;
    assert_eq!(said.code, 0, "{} {}", said.out, said.err);
    for line in [
        "statuses: + EMPLOYEES: new, 1 code",
        "statuses: ~ DEAL_STAGE_5: C5:WON “Won” now means process",
        "statuses: ~ pipeline 5 is now called “Agents”",
        "currencies: ~ currencies: the base is now EUR",
    ] {
        assert!(said.out.contains(line), "{line} in {}", said.out);
    }
    assert_eq!(
        said.err.matches("breaks no build").count(),
        2,
        "{}",
        said.err
    );

    let other = [
        status("SOURCE", "WEB", "Site", ""),
        status("SOURCE", "SHOP", "Shop", ""),
        before[2].clone(),
    ];
    let dollars = json!([
        {"id": "RUB", "fullName": "Rouble", "base": true}, {"id": "USD", "fullName": "Dollar"},
    ]);
    let new = portal(&other, pipelines, dollars).await;
    let said = folder.run(&new, &["check", "statuses", "currencies"]).await;
    assert_eq!(said.code, 1);
    for line in [
        "statuses: - INDUSTRY: no longer on the portal",
        "statuses: ~ SOURCE: code WEB was “Website”, is now “Site”",
        "statuses: ~ SOURCE: code CALL “Call” was removed",
        "statuses: ~ SOURCE: new code SHOP “Shop”",
        "currencies: ~ currencies: code EUR “Euro” was removed",
        "currencies: ~ currencies: new code USD “Dollar”",
    ] {
        assert!(said.out.contains(line), "{line} in {}", said.out);
    }
    assert!(
        said.err.contains("`cargo vibecode pull statuses`"),
        "{}",
        said.err
    );
    let said = folder.run(&new, &["check", "--format", "json"]).await;
    let report: Value = serde_json::from_str(&said.out).unwrap();
    assert_eq!(report["attention"], true);
    let changes = report["differences"].as_array().unwrap();
    assert_eq!(changes.len(), 6, "{}", said.out);
    assert!(changes.iter().all(|change| change["breaks"] == true));
    assert_eq!(changes[0]["entity"], "statuses");
    assert_eq!(changes[0]["field"], "INDUSTRY");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_user_field_that_takes_its_codes_from_another_set_can_break_a_build() {
    let of_set = |set: &str| {
        let field = json!({"type": "crm_status", "settings": {"ENTITY_TYPE": set}});
        Sandbox::builder().user_field(Entity::Contacts, "ufCrm_1", field)
    };
    let folder = Folder::new("codes-of-another-set");
    let old = of_set("SOURCE").start().await;
    folder.run(&old, &["pull", "contacts"]).await;
    let said = folder.run(&old, &["check", "contacts"]).await;
    assert_eq!(said.code, 0, "{}", said.out);
    let new = of_set("CONTACT_TYPE").start().await;
    let said = folder.run(&new, &["check", "contacts"]).await;
    assert_eq!(said.code, 1, "{} {}", said.out, said.err);
    let line = "contacts: ~ ufCrm_1: took codes of the set SOURCE, now takes those of the set CONTACT_TYPE";
    assert!(said.out.contains(line), "{}", said.out);
    assert!(said.err.contains("can break builds"), "{}", said.err);
    let said = folder
        .run(&new, &["check", "contacts", "--format", "json"])
        .await;
    assert!(said.out.contains(r#""change":"code_set""#), "{}", said.out);
    assert!(said.out.contains(r#""breaks":true"#), "{}", said.out);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_of_codes_that_is_missing_or_not_one_is_reported() {
    let folder = Folder::new("codes-offline");
    let said = folder
        .run_with(&["check", "statuses", "--offline"], &[])
        .await;
    assert_eq!(said.code, 2);
    assert!(
        said.err.contains("`cargo vibecode pull statuses`"),
        "{}",
        said.err
    );
    folder.write(
        STATUSES,
        r#"{"format":1,"sets":{"SOURCE":[{"code":"WEB","name":"Website"}]}}"#,
    );
    let said = folder.run_with(&["check", "--offline"], &[]).await;
    assert_eq!(said.code, 1, "{}", said.err);
    assert!(
        said.out.contains("pull statuses --from-file"),
        "{}",
        said.out
    );
    folder.write(STATUSES, "{}");
    let said = folder.run_with(&["check", "--offline"], &[]).await;
    assert_eq!(said.code, 2);
    assert!(
        said.err.contains("statuses.json cannot be used"),
        "{}",
        said.err
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_saved_part_keeps_the_names_of_pipelines_and_is_compared_as_a_part() {
    let sandbox = Sandbox::start().await;
    let folder = Folder::new("codes-part");
    folder.run(&sandbox, &["pull", "statuses"]).await;
    let answer = json!({"success": true, "data": [
        status("SOURCE", "WEB", "Website", ""), status("SOURCE", "SHOP", "Shop", ""),
    ]});
    folder.write("answer.json", &answer.to_string());
    let words = [
        "pull",
        "statuses",
        "--from-file",
        "answer.json",
        "--replace",
    ];
    let said = folder.run_with(&words, &[]).await;
    assert!(said.out.contains(": changed, 2 statuses"), "{}", said.err);
    let file: Value = serde_json::from_str(&folder.read(STATUSES)).unwrap();
    assert_eq!(file["partial"], true);
    assert_eq!(file["pipelines"].as_array().unwrap().len(), 2);

    let said = folder.run(&sandbox, &["check"]).await;
    assert_eq!(said.code, 1, "{}", said.err);
    let line = "statuses: ~ SOURCE: code SHOP “Shop” was removed";
    assert!(said.out.contains(line), "{}", said.out);
    // The sets that the file lacks are not new.
    assert!(!said.out.contains('+'), "{}", said.out);
    assert!(!said.out.contains("pipeline"), "{}", said.out);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_is_longer_than_any_of_a_portal_is_not_read() {
    let folder = Folder::new("codes-long");
    folder.write("long.json", &" ".repeat(17 * 1024 * 1024));
    folder.write(STATUSES, &" ".repeat(17 * 1024 * 1024));
    let pull = |name: &'static str| ["pull", name, "--from-file", "long.json"];
    let update = ["update", "contacts", "71", "--set", "typeId=A", "--dry-run"];
    for words in [
        &pull("statuses")[..],
        &pull("currencies"),
        &pull("contacts"),
        &["check", "statuses", "--offline"],
        &update,
    ] {
        let said = folder.run_with(words, &[]).await;
        assert_eq!(said.code, 2, "{words:?}: {}", said.out);
        let problem = "it is too long: a file of a portal has at most";
        assert!(said.err.contains(problem), "{words:?}: {}", said.err);
    }
}
