//! The printed module compiles against its schema.

use std::{fs, path::Path, process::Command};

use serde_json::json;
use vibecode_sandbox::{Entity, Sandbox};
use vibecode_tests::skip;

use crate::Folder;

/// A crate around a module, checked against the schemas beside it.
pub(crate) fn check(folder: &Folder, name: &str) {
    lay_out(folder, name);
    let checked = cargo(folder, &["check"]).output().unwrap();
    let said = String::from_utf8_lossy(&checked.stderr);
    assert!(
        checked.status.success(),
        "{said}\n{}",
        folder.read("src/record.rs")
    );
    let formatted = Command::new("rustfmt")
        .args(["--check", "--edition", "2024", "src/record.rs"])
        .current_dir(&folder.0)
        .output();
    match formatted {
        Ok(formatted) => {
            let said = String::from_utf8_lossy(&formatted.stdout);
            assert!(formatted.status.success(), "{said}");
        }
        Err(_) => skip::because_of("rustfmt").unwrap(),
    }
}

/// Writes a crate around the module `src/record.rs`.
pub(crate) fn lay_out(folder: &Folder, name: &str) {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let manifest = format!(
        "[package]\nname = \"{name}\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[workspace]\n\n\
         [dependencies.vibecode-runtime]\npath = {:?}\ndefault-features = false\n\
         features = [\"derive\"]\n",
        workspace.join("vibecode-runtime")
    );
    folder.write("Cargo.toml", &manifest);
    fs::copy(workspace.join("Cargo.lock"), folder.0.join("Cargo.lock")).unwrap();
    let root = "#![deny(warnings, missing_docs)]\n//! A crate.\npub mod record;\n";
    folder.write("src/lib.rs", root);
}

/// Cargo in this folder, without the network, and with one target folder for all such crates.
pub(crate) fn cargo(folder: &Folder, words: &[&str]) -> Command {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    // All crates that tests generate share it, so that what they depend on is compiled once.
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("generated");
    let mut command = Command::new(cargo);
    command
        .args(words)
        .args(["--offline", "--quiet"])
        .current_dir(&folder.0)
        .env("CARGO_TARGET_DIR", target)
        .env_remove("RUSTFLAGS");
    command
}

#[tokio::test(flavor = "multi_thread")]
async fn a_module_of_every_entity_compiles_and_is_formatted() {
    let sandbox = Sandbox::start().await;
    for entity in Entity::ALL.iter().map(|entity| entity.path()) {
        let folder = Folder::new(&format!("new-{entity}"));
        let words = ["new", entity, "--out", "src/record.rs"];
        let said = folder.run(&sandbox, &words).await;
        assert_eq!(said.code, 0, "{}", said.err);
        check(&folder, "generated");
        // What is there is not written over.
        assert_eq!(folder.run(&sandbox, &words).await.code, 2);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn labels_become_doc_comments_and_names() {
    let loyalty = json!({
        "type": "enumeration",
        "title": "Лояльность",
        "items": [{"ID": "81", "VALUE": "Золотой"}, {"ID": "82", "VALUE": "золотой"}, {"ID": "83", "VALUE": "!"}],
    });
    let sandbox = Sandbox::builder()
        .user_field(Entity::Contacts, "ufCrm_1721244707107", loyalty)
        .user_field(
            Entity::Contacts,
            "ufCrm_2",
            json!({"type": "string", "title": "Type"}),
        )
        .user_field(
            Entity::Contacts,
            "ufCrm_3",
            json!({"type": "string", "title": "a */ [x] \\ <b>"}),
        )
        .start()
        .await;
    let folder = Folder::new("new-labels");
    let fields = "Лояльность,post,phone,ufCrm_2,ufCrm_3";
    let words = [
        "new",
        "contacts",
        "--fields",
        fields,
        "--out",
        "src/record.rs",
    ];
    let said = folder.run(&sandbox, &words).await;
    assert_eq!(said.code, 0, "{}", said.err);
    let module = folder.read("src/record.rs");
    for part in [
        "    /// Лояльность\n    #[vibecode(field = \"ufCrm_1721244707107\")]\n    pub loyalnost: Option<Loyalnost>,",
        "    /// Золотой\n    #[vibecode(item = 81)]\n    Zolotoj,",
        "    #[vibecode(item = 82)]\n    Zolotoj2,",
        "    #[vibecode(item = 83)]\n    Item83,",
        "    pub phone: Vec<Phone>,",
        "    pub r#type: Option<String>,",
    ] {
        assert!(module.contains(part), "{part} in\n{module}");
    }
    check(&folder, "generated");
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_key_and_a_schema_the_documented_fields_are_there() {
    let folder = Folder::new("new-documented");
    let said = folder
        .run_with(&["new", "contacts", "--fields", "post"], &[])
        .await;
    assert_eq!(said.code, 0, "{}", said.err);
    assert!(said.err.contains("user fields are unknown"), "{}", said.err);
    assert!(
        said.out.contains("pub post: Option<String>,"),
        "{}",
        said.out
    );
    let said = folder
        .run_with(&["new", "contacts", "--fields", "pots"], &[])
        .await;
    assert_eq!(said.code, 2);
    assert!(said.err.contains("did you mean `post`?"), "{}", said.err);
}

#[tokio::test(flavor = "multi_thread")]
async fn closed_sets_become_enums_with_one_for_each_pipeline() {
    let status = |set: &str, code: &str, name: &str| json!({"id": format!("{set}{code}"), "entityId": set, "statusId": code, "name": name});
    let seed = json!({
        "statuses": [
            status("DEAL_STAGE", "NEW", "New"),
            status("DEAL_STAGE_5", "C5:NEW", "Новая"), status("DEAL_STAGE_5", "C5:WON", "24 часа"),
            status("DEAL_STAGE_7", "C7:NEW", "New"),
            status("SOURCE", "WEB", "Website"), status("SOURCE", "0", "Nothing"),
            status("SOURCE", "OTHER", "Other"), status("SOURCE", "UC_1", "website"),
        ],
        "deal-categories": [{"id": 5, "name": "Партнёры"}],
        "currencies": [{"id": "RUB", "fullName": "Рубль", "base": true}, {"id": "USD"}],
    });
    let by_source = json!({"type": "crm_status", "title": "Channel", "isMultiple": true, "settings": {"ENTITY_TYPE": "SOURCE"}});
    let unknown = json!({"type": "crm_status", "settings": {"ENTITY_TYPE": "GONE"}});
    let sandbox = Sandbox::builder()
        .seed(seed)
        .user_field(Entity::Deals, "ufCrm_1", by_source)
        .user_field(Entity::Deals, "ufCrm_2", unknown)
        .start()
        .await;
    let folder = Folder::new("new-codes");
    let fields = "stageId,sourceId,currency,typeId,ufCrm_1,ufCrm_2";
    let words = ["new", "deals", "--fields", fields, "--out", "src/record.rs"];
    let said = folder.run(&sandbox, &words).await;
    assert_eq!((said.code, said.err.as_str()), (0, ""));
    let module = folder.read("src/record.rs");
    for part in [
        // A deal can be in any pipeline.
        "    /// [`StagePipeline0`], in place of `String`.\n    pub stage_id: Option<String>,",
        "    pub source_id: Option<Source>,",
        "    pub currency: Option<Currency>,",
        "    #[vibecode(field = \"ufCrm_1\")]\n    pub channel: Vec<Channel>,",
        // The portal has no such set.
        "    pub type_id: Option<String>,",
        "    pub uf_crm_2: Option<String>,",
        "/// Stage: the codes of the field `stageId` in pipeline 0.\n#[derive(Debug, Clone, PartialEq, Eq, Enumeration)]\n#[vibecode(entity = \"deals\", field = \"stageId\")]\npub enum StagePipeline0 {",
        "in pipeline 5, Партнёры.\n",
        "#[vibecode(entity = \"deals\", field = \"stageId\", pipeline = 5)]\npub enum StagePartnyory {\n    /// Новая\n    #[vibecode(status = \"C5:NEW\")]\n    Novaya,\n    /// 24 часа\n    #[vibecode(status = \"C5:WON\")]\n    Won,\n    /// Any other code.\n    #[vibecode(other)]\n    Other(String),\n}",
        "pub enum StagePipeline7 {",
        "    // `0` is omitted: it clears the field.\n",
        "    #[vibecode(status = \"OTHER\")]\n    Other,",
        "    #[vibecode(status = \"UC_1\")]\n    Website2,\n    /// Any other code.\n    #[vibecode(other)]\n    AnyOther(String),",
        "    /// Рубль\n    #[vibecode(status = \"RUB\")]\n    Rubl,",
    ] {
        assert!(module.contains(part), "{part} in\n{module}");
    }
    check(&folder, "generated");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_stages_of_a_smart_process_are_an_enum_without_the_names_of_the_pipelines_of_deals() {
    let folder = Folder::new("new-process");
    let fields =
        json!({"id": {"type": "integer"}, "stageId": {"type": "crm_status", "title": "Stage"}});
    folder.write("vibecode/items-1040.json", &fields.to_string());
    let statuses = json!({
        "format": 1,
        "pipelines": [{"id": 12, "name": "Partners"}],
        "sets": {"DYNAMIC_1040_STAGE_12": [{"code": "DT1040_12:NEW", "name": "New"}]},
    });
    folder.write("vibecode/statuses.json", &statuses.to_string());
    let words = ["new", "items/1040", "--out", "src/record.rs"];
    let said = folder.run_with(&words, &[]).await;
    assert_eq!(said.code, 0, "{}", said.err);
    let module = folder.read("src/record.rs");
    for part in ["pipeline = 12)]", "#[vibecode(status = \"DT1040_12:NEW\")]"] {
        assert!(module.contains(part), "{part} in\n{module}");
    }
    assert!(!module.contains("Partners"), "{module}");
    check(&folder, "generated");
}
