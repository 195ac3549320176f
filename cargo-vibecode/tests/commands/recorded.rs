//! Answers that this project did not write go through `pull --from-file`, `check --offline`, `new` and
//! the compiler, or are refused with what they are.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use vibecode_sandbox::Sandbox;

use crate::{Folder, modules};

pub(crate) fn recorded(path: &str) -> PathBuf {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests");
    tests.join("recorded").join(path)
}

/// The files that are lists of an entity's fields, and of user fields.
const SCHEMAS: &[(&str, &str)] = &[
    ("native/companies-fields.json", "companies"),
    ("observed/fields-api-vocabulary.json", "deals"),
    ("observed/fields-api-vocabulary.json", "companies"),
    ("observed/fields-api-vocabulary.json", "leads"),
    ("observed/fields-api-vocabulary.json", "items/1040"),
    ("documented/userfields-contacts.json", "contacts"),
    ("documented/userfields-deals.json", "deals"),
];

/// The files that are anything else, and what the error says.
const REFUSED: &[(&str, &str)] = &[
    ("native/fields-envelope.json", "Bitrix24's own REST"),
    ("native/item-add-fm.json", "Bitrix24's own REST"),
    (
        "native/item-update-fm.json",
        "nothing in this describes a field",
    ),
    ("native/crm-links.json", "this is a list"),
    (
        "documented/error-429.json",
        "an error answer (`RATE_LIMITED`)",
    ),
    (
        "documented/batch-without-ids.json",
        "`calls` is not described",
    ),
    ("documented/update-answer.json", "this is a record"),
    ("observed/me.json", "is not described by an object"),
    ("observed/guide.json", "nothing in this describes a field"),
    ("observed/deals.json", "this is a list"),
    (
        "observed/deals-search.json",
        "nothing in this describes a field",
    ),
    (
        "observed/deals-aggregate.json",
        "nothing in this describes a field",
    ),
    ("observed/users.json", "this is a record"),
    ("observed/deal-categories.json", "this is a record"),
    ("observed/statuses.json", "this is a list"),
    ("observed/currencies.json", "this is a list"),
    ("observed/stage-history.json", "this is a list"),
    ("observed/errors.json", "nothing in this describes a field"),
    ("observed/oauth-poll.json", "without `data`"),
    (
        "observed/batch-answer.json",
        "nothing in this describes a field",
    ),
];

#[test]
fn every_recorded_file_is_either_a_schema_or_refused() {
    let mut files = BTreeSet::new();
    for folder in ["documented", "native", "observed"] {
        for file in fs::read_dir(recorded(folder)).unwrap() {
            let name = file.unwrap().file_name().into_string().unwrap();
            files.insert(format!("{folder}/{name}"));
        }
    }
    let listed = SCHEMAS
        .iter()
        .chain(REFUSED)
        .map(|(file, _)| (*file).to_owned());
    assert_eq!(files, listed.collect());
}

async fn pull(folder: &Folder, entity: &str, file: &str) -> crate::Said {
    let file = recorded(file);
    let words = ["pull", entity, "--from-file", file.to_str().unwrap()];
    folder.run_with(&words, &[]).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_recorded_list_of_fields_is_pulled_checked_and_made_a_module_that_compiles() {
    for (number, (file, entity)) in SCHEMAS.iter().enumerate() {
        let folder = Folder::new(&format!("recorded-{number}"));
        let said = pull(&folder, entity, file).await;
        assert_eq!(said.code, 0, "{file}: {}", said.err);
        let written = format!("vibecode/{}.json", entity.replace('/', "-"));
        let first = folder.read(&written);

        let said = folder.run_with(&["check", "--offline", entity], &[]).await;
        assert_eq!(said.code, 0, "{file}: {} {}", said.out, said.err);
        assert!(said.out.contains("valid"), "{file}: {}", said.out);
        // What was written is read as what was pulled.
        let words = ["pull", entity, "--from-file", &written];
        let said = folder.run_with(&words, &[]).await;
        assert!(
            said.out.contains(": unchanged, "),
            "{} {}",
            said.out,
            said.err
        );
        assert_eq!(folder.read(&written), first);

        let words = ["new", entity, "--out", "src/record.rs"];
        let said = folder.run_with(&words, &[]).await;
        assert_eq!((said.code, said.err.as_str()), (0, ""), "{file}");
        modules::check(&folder, "generated");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn any_other_answer_is_refused_and_the_error_names_the_call_that_lists_fields() {
    let folder = Folder::new("recorded-refused");
    for (file, what) in REFUSED {
        let said = pull(&folder, "contacts", file).await;
        assert_eq!(said.code, 2, "{file}: {}", said.out);
        assert!(said.err.contains(what), "{file}: {}", said.err);
        let call = "`GET /v1/{entity}/fields`";
        assert!(said.err.contains(call), "{file}: {}", said.err);
        assert!(!folder.0.join("vibecode").exists(), "{file}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_fields_of_companies_are_refused_for_every_other_entity() {
    let folder = Folder::new("recorded-others");
    for entity in ["contacts", "leads", "deals"] {
        let said = pull(&folder, entity, "native/companies-fields.json").await;
        assert_eq!(said.code, 2, "{}", said.out);
        let message = format!("these are the fields of companies, not of {entity}");
        assert!(said.err.contains(&message), "{}", said.err);
    }
    let said = pull(&folder, "contacts", "documented/userfields-deals.json").await;
    assert_eq!(said.code, 2, "{}", said.out);
    assert!(
        said.err.contains("is a field of deals, not of contacts"),
        "{}",
        said.err
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_field_of_the_documented_definitions_becomes_an_enum() {
    let folder = Folder::new("recorded-list");
    let said = pull(&folder, "contacts", "documented/userfields-contacts.json").await;
    assert_eq!(said.code, 0, "{}", said.err);
    let file: serde_json::Value =
        serde_json::from_str(&folder.read("vibecode/contacts.json")).unwrap();
    let loyalty = &file["fields"]["ufCrm_1721244707107"];
    assert_eq!(loyalty["isMultiple"], true);
    assert_eq!(loyalty["formLabel"], "Loyalty");
    assert_eq!(loyalty["items"][0]["VALUE"], "Gold");
    assert_eq!(file["partial"], true, "only the user fields are there");

    let said = folder.run_with(&["new", "contacts"], &[]).await;
    for part in [
        "    /// Loyalty\n    #[vibecode(field = \"ufCrm_1721244707107\")]\n    pub loyalty: Vec<Loyalty>,",
        "pub enum Loyalty {\n    /// Gold\n    #[vibecode(item = 79)]\n    Gold,\n}",
        "    /// Project code\n    #[vibecode(field = \"ufCrmProjectCode\")]\n    pub project_code: Option<String>,",
        // A part of the portal's list removes no documented field.
        "    pub birthdate: Option<Date>,",
    ] {
        assert!(said.out.contains(part), "{part} in\n{}", said.out);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn definitions_complete_the_list_that_is_there() {
    let folder = Folder::new("recorded-completed");
    let answer = r#"{"success":true,"data":{"id":{"type":"integer"},"post":{"type":"string"},
        "ufCrm_1721244707107":{"type":"number","label":"UF_CRM_1721244707107"}}}"#;
    folder.write("answer.json", answer);
    let words = ["pull", "contacts", "--from-file", "answer.json"];
    let said = folder.run_with(&words, &[]).await;
    assert_eq!(said.code, 0, "{}", said.err);
    let said = pull(&folder, "contacts", "documented/userfields-contacts.json").await;
    assert!(
        said.out.contains(": changed, 4 fields"),
        "{} {}",
        said.out,
        said.err
    );
    let file: serde_json::Value =
        serde_json::from_str(&folder.read("vibecode/contacts.json")).unwrap();
    assert_eq!(file["fields"]["ufCrm_1721244707107"]["type"], "enumeration");
    assert_eq!(file.get("partial"), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_documented_field_that_the_portals_list_lacks_is_reported() {
    let folder = Folder::new("recorded-missing");
    pull(&folder, "companies", "observed/fields-api-vocabulary.json").await;
    let said = folder.run_with(&["check", "--offline"], &[]).await;
    assert_eq!(said.code, 0, "{}", said.err);
    let line = "companies: ? industry: documented, but not in the portal's list";
    assert!(said.out.contains(line), "{}", said.out);
    assert!(!said.out.contains("? title"), "{}", said.out);
    let summary = "documented fields are not in it\n";
    assert!(said.out.contains(summary), "{}", said.out);
    let words = ["check", "--offline", "--format", "json"];
    let said = folder.run_with(&words, &[]).await;
    assert!(said.out.contains(r#""change":"missing""#), "{}", said.out);

    // A field of the layer underneath that this portal lacks is neither printed nor sent.
    let said = folder.run_with(&["new", "companies"], &[]).await;
    assert!(!said.out.contains("industry"), "{}", said.out);
    let words = ["update", "companies", "1", "--set", "industry=IT"];
    let said = folder
        .run_with(&words, &[("VIBECODE_API_KEY", "vibe_api_x")])
        .await;
    assert_eq!(said.code, 2, "{}", said.out);
    assert!(said.err.contains("the API would ignore it"), "{}", said.err);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_documented_field_under_another_name_is_not_called_valid() {
    let sandbox = Sandbox::start().await;
    let folder = Folder::new("recorded-renamed");
    folder.run(&sandbox, &["pull", "contacts"]).await;
    let said = folder.run_with(&["check", "--offline"], &[]).await;
    assert!(said.out.contains("contacts.json: valid\n"), "{}", said.out);
    let text = folder.read("vibecode/contacts.json");
    let renamed = text.replace("\"post\"", "\"posts\"");
    assert_ne!(renamed, text);
    folder.write("vibecode/contacts.json", &renamed);
    let said = folder.run_with(&["check", "--offline"], &[]).await;
    assert_eq!(said.code, 0, "{}", said.err);
    for part in [
        "contacts.json: valid, but 1 documented field is not in it\n",
        "? post: documented, but not in the portal's list, so the API may ignore it. The list has `posts`, which is not documented",
    ] {
        assert!(said.out.contains(part), "{}", said.out);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn files_that_windows_writes_are_read_or_named() {
    let folder = Folder::new("recorded-windows");
    let text = fs::read_to_string(recorded("native/companies-fields.json")).unwrap();
    folder.write("marked.json", &format!("\u{feff}{text}"));
    let words = ["pull", "companies", "--from-file", "marked.json"];
    let said = folder.run_with(&words, &[]).await;
    assert_eq!(said.code, 0, "{}", said.err);

    let wide: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    fs::write(folder.0.join("wide.json"), wide).unwrap();
    fs::write(
        folder.0.join("vibecode/contacts.json"),
        [0xff, 0xfe, b'{', 0],
    )
    .unwrap();
    fs::write(folder.0.join("key"), [0xff, 0xfe, b'v', 0]).unwrap();
    for words in [
        &["pull", "companies", "--from-file", "wide.json"][..],
        &["check", "contacts", "--offline"],
        &["me", "--key-file", "key"],
    ] {
        let said = folder.run_with(words, &[]).await;
        assert_eq!(said.code, 2, "{}", said.out);
        assert!(said.err.contains("this is UTF-16"), "{}", said.err);
    }
}
