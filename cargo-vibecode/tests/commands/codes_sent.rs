//! Which code is sent for a text, and what is refused.

use serde_json::{Value, json};
use vibecode_sandbox::{Entity, Sandbox};

use crate::{Folder, codes::STATUSES};

/// Returns the body of the request that a dry run prints.
fn body_of(out: &str) -> Value {
    let (_, body) = out.split_once('\n').unwrap();
    serde_json::from_str(body).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_is_sent_as_its_code() {
    let sandbox = Sandbox::start().await;
    let folder = Folder::new("codes-update");
    folder.run(&sandbox, &["pull", "contacts"]).await;
    sandbox.clear_requests();
    let words = [
        "update",
        "contacts",
        "71",
        "--set",
        "typeId=клиенты",
        "--set",
        "sourceId=WEB",
    ];
    let said = folder.run(&sandbox, &words).await;
    assert_eq!(said.code, 0, "{}", said.err);
    let contact = sandbox.contact(71).unwrap();
    assert_eq!(
        (&contact["typeId"], &contact["sourceId"]),
        (&json!("CLIENT"), &json!("WEB"))
    );
    for (entity, set, body) in [
        ("deals", "stageId=C5:WON", json!({"stageId": "C5:WON"})),
        (
            "deals",
            "stageId=final invoice",
            json!({"stageId": "FINAL_INVOICE"}),
        ),
        ("deals", "currency=US dollar", json!({"currency": "USD"})),
        ("leads", "currencyId=RUB", json!({"currencyId": "RUB"})),
    ] {
        let words = ["update", entity, "1", "--set", set, "--dry-run"];
        let said = folder.run_with(&words, &[]).await;
        assert_eq!(said.code, 0, "{set}: {}", said.err);
        assert_eq!(body_of(&said.out), body);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_that_the_portal_lacks_is_refused_before_anything_is_sent() {
    let sandbox = Sandbox::start().await;
    let folder = Folder::new("codes-unknown");
    let fields = json!({
        "id": {"type": "integer"}, "typeId": {"type": "crm_status"},
        "ufCrm_1": {"type": "money", "title": "Budget"},
        "ufCrm_2": {"type": "crm_status", "isMultiple": true, "settings": {"ENTITY_TYPE": "SOURCE"}},
        "ufCrm_3": {"type": "crm_status", "settings": {"ENTITY_TYPE": "GONE"}},
    });
    folder.write("vibecode/contacts.json", &fields.to_string());
    let update = async |entity: &str, set: &str| {
        let words = ["update", entity, "71", "--set", set, "--dry-run"];
        folder.run_with(&words, &[]).await
    };
    let sets = [
        "typeId=CLEINT",
        "ufCrm_1=300|EUR",
        "ufCrm_2=WEB; SHOP",
        "ufCrm_3=X",
    ];
    for set in sets {
        let said = update("contacts", set).await;
        assert_eq!(said.code, 0, "without the files {set}: {}", said.err);
    }
    folder
        .run(&sandbox, &["pull", "statuses", "currencies"])
        .await;
    for (set, problem) in [
        (
            sets[0],
            "`typeId` has no such code in vibecode/statuses.json, which `cargo vibecode pull statuses` updates: did you mean `CLIENT`? The codes are CLIENT (Клиенты)",
        ),
        (
            sets[1],
            "`ufCrm_1` has a currency that the portal lacks: the codes are RUB (Rouble), USD",
        ),
        (sets[2], "`ufCrm_2` has no such code"),
        (sets[3], "the portal has no status set `GONE`"),
        ("typeId=0", "`typeId` cannot be set to 0: clear it instead"),
        ("ufCrm_2=WEB; 0", "`ufCrm_2` cannot be set to 0"),
    ] {
        let said = update("contacts", set).await;
        assert_eq!(said.code, 2, "{set}: {}", said.out);
        assert!(said.err.contains(problem), "{}", said.err);
    }
    for (set, problem) in [
        (
            "stageId=Won",
            "several codes that this text may mean (WON, C2:WON, C5:WON): use a code or a name",
        ),
        ("stageId=C7:WON", "`stageId` has no such code"),
        ("currency=EUR", "RUB (Rouble), USD (US dollar)"),
        ("currency=0", "`currency` cannot be set to 0"),
    ] {
        let said = update("deals", set).await;
        assert_eq!(said.code, 2, "{set}: {}", said.out);
        assert!(said.err.contains(problem), "{}", said.err);
    }
    let said = update("contacts", "ufCrm_2=website; CALL").await;
    assert_eq!(body_of(&said.out), json!({"ufCrm_2": ["WEB", "CALL"]}));
    let said = update("contacts", "ufCrm_1=300|USD").await;
    assert_eq!(said.code, 0, "{}", said.err);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_of_codes_that_cannot_be_read_stops_a_change() {
    let folder = Folder::new("codes-broken");
    folder.write(STATUSES, r#"{"format":1}"#);
    let words = [
        "update",
        "contacts",
        "71",
        "--set",
        "typeId=CLIENT",
        "--dry-run",
    ];
    let said = folder.run_with(&words, &[]).await;
    assert_eq!(said.code, 2, "{}", said.out);
    assert!(
        said.err.contains("statuses.json cannot be used"),
        "{}",
        said.err
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_is_never_sent_as_a_code() {
    let sandbox = Sandbox::start().await;
    let folder = Folder::new("codes-no-file");
    let update = async |set: &str| {
        folder
            .run(&sandbox, &["update", "contacts", "71", "--set", set])
            .await
    };
    sandbox.clear_requests();
    for name in ["typeId=Клиенты", "sourceId=Our website"] {
        let said = update(name).await;
        assert_eq!(said.code, 2, "{name}: {}", said.out);
        let step = "names are known only from vibecode/statuses.json, which `cargo vibecode pull statuses` fetches";
        assert!(said.err.contains(step), "{}", said.err);
    }
    assert!(sandbox.requests().is_empty());
    // What may be a code is sent, and reported as not checked.
    let said = update("typeId=SUPPLIER").await;
    assert_eq!(said.code, 0, "{}", said.err);
    let warning = "`typeId` is not checked: the codes of the set CONTACT_TYPE are not in vibecode/statuses.json";
    assert!(said.err.contains(warning), "{}", said.err);
    folder.run(&sandbox, &["pull", "statuses"]).await;
    let said = update("typeId=SUPPLIER").await;
    assert_eq!((said.code, said.err.as_str()), (0, ""), "{}", said.out);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stage_is_looked_up_in_the_pipeline_of_the_deal() {
    let sandbox = Sandbox::builder()
        .seed(json!({"deals": [
            {"id": 12, "stageId": "C5:NEW", "categoryId": 5},
            {"id": 13, "stageId": "NEW", "categoryId": 0},
        ]}))
        .start()
        .await;
    let folder = Folder::new("codes-pipeline");
    folder.run(&sandbox, &["pull", "deals"]).await;
    let update = async |id: &str, sets: &[&str]| {
        let mut words = vec!["update", "deals", id];
        words.extend(sets.iter().flat_map(|set| ["--set", set]));
        folder.run(&sandbox, &words).await
    };
    for (id, sets, stage) in [
        ("12", &["stageId=won"][..], "C5:WON"),
        ("13", &["stageId=Won"], "WON"),
        ("13", &["stageId=NEW"], "NEW"),
        // The pipeline that the deal gets counts.
        ("13", &["categoryId=5", "stageId=won"], "C5:WON"),
    ] {
        let said = update(id, sets).await;
        assert_eq!(said.code, 0, "{sets:?}: {}", said.err);
        let deal = sandbox.record(Entity::Deals, id.parse().unwrap()).unwrap();
        assert_eq!(deal["stageId"], stage, "{sets:?}");
    }
    let said = update("12", &["stageId=WON"]).await;
    assert_eq!(said.code, 2, "{}", said.out);
    let problem = "`stageId` cannot be set to a code of pipeline 0, since the record is in pipeline 5: the codes are C5:";
    assert!(said.err.contains(problem), "{}", said.err);
    let deal = sandbox.record(Entity::Deals, 12).unwrap();
    assert_eq!(deal["stageId"], "C5:WON");
    // A deal that cannot be read is not changed.
    let said = update("99", &["stageId=won"]).await;
    assert_eq!(said.code, 2, "{}", said.out);
    assert_eq!(
        said.err,
        "error: nothing is sent: there is no such record deals/99\n"
    );
    let words = [
        "update",
        "deals",
        "12",
        "--set",
        "stageId=C5:WON",
        "--dry-run",
    ];
    let said = folder.run_with(&words, &[]).await;
    assert_eq!(said.code, 0, "{}", said.err);
    let warning = "the pipeline of the record is not read in a dry run";
    assert!(said.err.contains(warning), "{}", said.err);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_amount_is_read_by_update_as_by_bulk() {
    let folder = Folder::new("codes-money");
    let fields = json!({"id": {"type": "integer"}, "ufCrm_1": {"type": "money"},
        "ufCrm_2": {"type": "double"}, "ufCrm_3": {"type": "money", "isMultiple": true}});
    folder.write("vibecode/contacts.json", &fields.to_string());
    for (set, body) in [
        ("ufCrm_1=300 EUR", json!({"ufCrm_1": "300|EUR"})),
        ("ufCrm_1=1 234,50 rub", json!({"ufCrm_1": "1234.50|RUB"})),
        ("ufCrm_1=300|rub", json!({"ufCrm_1": "300|RUB"})),
        ("ufCrm_2=1 234,5", json!({"ufCrm_2": 1234.5})),
        (
            "ufCrm_3=1 RUB; 2|usd",
            json!({"ufCrm_3": ["1|RUB", "2|USD"]}),
        ),
    ] {
        let words = ["update", "contacts", "71", "--set", set, "--dry-run"];
        let said = folder.run_with(&words, &[]).await;
        assert_eq!(said.code, 0, "{set}: {}", said.err);
        assert_eq!(body_of(&said.out), body);
    }
    for set in ["ufCrm_1=300", "ufCrm_1=much RUB", "ufCrm_3=1 RUB; 2"] {
        let words = ["update", "contacts", "71", "--set", set, "--dry-run"];
        let said = folder.run_with(&words, &[]).await;
        assert_eq!(said.code, 2, "{set}: {}", said.out);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stage_is_not_set_while_the_pipeline_is_cleared() {
    let deal = json!({"id": 13, "stageId": "NEW", "categoryId": 0});
    let seed = json!({"deals": [deal]});
    let sandbox = Sandbox::builder().seed(seed).start().await;
    let folder = Folder::new("codes-cleared-pipeline");
    let update = ["update", "deals", "13", "--set", "stageId=C5:WON"];
    for pipeline in [["--clear", "categoryId"], ["--set", "categoryId=-1"]] {
        let said = folder
            .run(&sandbox, &[&update[..], &pipeline].concat())
            .await;
        assert_eq!(said.code, 2, "{}", said.out);
        let problem = "the stage cannot be checked, since `categoryId` is cleared";
        assert!(said.err.contains(problem), "{}", said.err);
    }
    let deal = sandbox.record(Entity::Deals, 13).unwrap();
    assert_eq!(deal["stageId"], "NEW");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stage_of_a_quote_or_of_a_smart_process_is_checked_if_its_set_is_in_the_file() {
    let folder = Folder::new("codes-assumed");
    let fields = json!({"id": {"type": "integer"}, "stageId": {"type": "string"},
        "currencyId": {"type": "string"}, "categoryId": {"type": "integer"},
        "ufCrm_1": {"type": "crm_status"}});
    folder.write("vibecode/quotes.json", &fields.to_string());
    folder.write("vibecode/items-1040.json", &fields.to_string());
    let update = async |entity: &str, set: &str| {
        let words = ["update", entity, "8", "--set", set, "--dry-run"];
        folder.run_with(&words, &[]).await
    };
    let statuses = |sets: Value| json!({"format": 1, "sets": sets}).to_string();
    folder.write(
        STATUSES,
        &statuses(json!({"SOURCE": [{"code": "WEB", "name": "Website"}]})),
    );
    for (entity, set, reason) in [
        (
            "quotes",
            "stageId=SENT",
            "`stageId` is not checked: the codes of the set QUOTE_STATUS",
        ),
        (
            "items/1040",
            "stageId=DT1040_12:NEW",
            "`stageId` is not checked: the codes of the set DYNAMIC_1040_STAGE",
        ),
        (
            "quotes",
            "currencyId=RUB",
            "`currencyId` is not checked: it is not known which codes the field takes",
        ),
        (
            "items/1040",
            "ufCrm_1=X",
            "`ufCrm_1` is not checked: it is not known which codes",
        ),
    ] {
        let said = update(entity, set).await;
        assert_eq!(said.code, 0, "{set}: {}", said.err);
        assert!(said.err.contains(reason), "{set}: {}", said.err);
    }
    folder.write(
        STATUSES,
        &statuses(json!({
            "QUOTE_STATUS": [{"code": "DRAFT", "name": "Draft"}, {"code": "SENT", "name": "Sent to the client"}],
            "DYNAMIC_1040_STAGE_12": [{"code": "DT1040_12:NEW", "name": "New"}],
        })),
    );
    for (entity, set, stage) in [
        ("quotes", "stageId=sent to the client", "SENT"),
        ("items/1040", "stageId=New", "DT1040_12:NEW"),
    ] {
        let said = update(entity, set).await;
        assert_eq!(body_of(&said.out), json!({"stageId": stage}));
    }
    for (entity, set) in [
        ("quotes", "stageId=NOPE"),
        ("items/1040", "stageId=DT1040_12:NOPE"),
    ] {
        let said = update(entity, set).await;
        assert_eq!(said.code, 2, "{set}: {}", said.out);
        assert!(
            said.err.contains("`stageId` has no such code"),
            "{}",
            said.err
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_set_without_codes_is_named() {
    let folder = Folder::new("codes-empty-set");
    folder.write(STATUSES, r#"{"format": 1, "sets": {"EMPLOYEES": []}}"#);
    let words = ["update", "contacts", "71", "--set", "typeId=A", "--dry-run"];
    let said = folder.run_with(&words, &[]).await;
    assert_eq!(said.code, 2, "{}", said.out);
    let problem = "the set `EMPLOYEES` has no status";
    assert!(said.err.contains(problem), "{}", said.err);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pipeline_that_the_portal_lacks_is_refused() {
    let seed = json!({"deals": [{"id": 13, "stageId": "NEW", "categoryId": 0}]});
    let sandbox = Sandbox::builder().seed(seed).start().await;
    let folder = Folder::new("codes-no-pipeline");
    let update = ["update", "deals", "13", "--set", "categoryId=77"];
    let said = folder
        .run(&sandbox, &[&update[..], &["--dry-run"]].concat())
        .await;
    let warning = "`categoryId` is not checked: the codes of the set DEAL_STAGE are not in vibecode/statuses.json";
    assert!(said.err.contains(warning), "{}", said.err);
    folder.run(&sandbox, &["pull", "deals"]).await;
    folder.write("a.csv", "id,categoryId\n13,77\n");
    let problem = "`categoryId` cannot be set to 77, since the portal has no such pipeline: the pipelines are 0, 2, 5, according to vibecode/statuses.json, which `cargo vibecode pull statuses` updates";
    for (words, code) in [(&update[..], 2), (&["bulk", "deals", "a.csv", "--yes"], 1)] {
        let said = folder.run(&sandbox, words).await;
        assert_eq!(said.code, code, "{words:?}: {}", said.out);
        let all = format!("{}{}", said.out, said.err);
        assert!(all.contains(problem), "{words:?}: {all}");
    }
    let deal = sandbox.record(Entity::Deals, 13).unwrap();
    assert_eq!(deal["categoryId"], 0);
    folder.write("a.csv", "id,categoryId\n13,5\n");
    let said = folder
        .run(&sandbox, &["bulk", "deals", "a.csv", "--yes"])
        .await;
    assert_eq!((said.code, &*said.err), (0, ""), "{}", said.out);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deal_of_the_default_portal_takes_a_stage_by_its_name() {
    let sandbox = Sandbox::start().await;
    let folder = Folder::new("codes-default-deal");
    folder.run(&sandbox, &["pull", "deals"]).await;
    folder.run(&sandbox, &["pull", "statuses"]).await;
    let words = ["update", "deals", "5", "--set", "stageId=Won"];
    let said = folder.run(&sandbox, &words).await;
    assert_eq!(said.code, 0, "{}", said.err);
    assert_eq!(sandbox.record(Entity::Deals, 5).unwrap()["stageId"], "WON");
}
