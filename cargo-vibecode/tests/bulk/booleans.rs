//! Booleans that are cleared, and shown as no.

use serde_json::{Value, json};
use vibecode_sandbox::{Entity, Sandbox};

use crate::support::Desk;

const FIELDS: &str = r#"{"ufCrm_1":{"type":"boolean"}}"#;

#[tokio::test(flavor = "multi_thread")]
async fn a_cleared_boolean_that_is_shown_as_no_is_as_it_was_sent_and_can_be_undone() {
    let fields = serde_json::from_str(FIELDS).unwrap();
    let seed = json!({"contacts": [
        {"id": 1, "opened": true, "ufCrm_1": true}, {"id": 2, "opened": true, "ufCrm_1": true}
    ]});
    let sandbox = Sandbox::builder()
        .schema(Entity::Contacts, fields)
        .seed(seed);
    let desk = Desk::with(sandbox.start().await);
    desk.write("vibecode/contacts.json", FIELDS);
    desk.write("a.csv", "id,opened,ufCrm_1\n1,,\n2,,\n");
    desk.run("contacts a.csv --empty clear --yes --backup kept.jsonl")
        .assert(0, "2 rows done");
    for field in ["opened", "ufCrm_1"] {
        assert_eq!(desk.field(1, field), Value::Null, "{field}");
    }
    // Somebody else writes the same in another form.
    desk.write("b.csv", "id,opened,ufCrm_1\n1,no,нет\n");
    desk.run("contacts b.csv --yes").assert(0, "1 row done");
    desk.run("contacts kept.jsonl --yes")
        .assert(0, "2 rows done");
    for (id, field) in [(1, "opened"), (2, "opened"), (1, "ufCrm_1"), (2, "ufCrm_1")] {
        assert_eq!(desk.field(id, field), true, "{id} {field}");
    }
}
