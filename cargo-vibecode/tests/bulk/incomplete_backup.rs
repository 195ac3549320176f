//! What a backup cannot restore is known before anything is sent.

use serde_json::{Value, json};
use vibecode_sandbox::Sandbox;

use crate::support::{Desk, rows};

/// Fields of a portal, as `vibecode/contacts.json`.
fn schema() -> Value {
    json!({
        "ufCrm_1": {"type": "enumeration", "title": "Level", "items": [
            {"ID": "81", "VALUE": "Gold"}, {"ID": "82", "VALUE": "83"}, {"ID": "83", "VALUE": "Tea"},
            {"ID": "84", "VALUE": "Tea"},
        ]},
        "ufCrm_2": {"type": "money", "title": "Sum"},
        "ufCrm_3": {"type": "boolean", "title": "Vip"},
        "ufCrm_4": {"type": "double", "title": "Share"},
        "ufCrm_5": {"type": "string", "title": "post"},
        "ufCrm_6": {"type": "date", "title": "Day"},
    })
}

/// A desk with these contacts, numbered from 1.
async fn desk_with(contacts: impl IntoIterator<Item = Value>) -> Desk {
    let contacts = contacts.into_iter().zip(1_u64..);
    let contacts = contacts.map(|(mut contact, id)| {
        contact["id"] = id.into();
        contact
    });
    let contacts: Vec<Value> = contacts.collect();
    let sandbox = Sandbox::builder().schema(vibecode_spec::Entity::Contacts, schema());
    let sandbox = sandbox.seed(json!({ "contacts": contacts }));
    let desk = Desk::with(sandbox.start().await);
    desk.write("vibecode/contacts.json", schema().to_string());
    desk
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_restored_stops_the_run_before_anything_is_sent() {
    let odd = [
        ("ufCrm_1", json!(99), "81"),
        ("ufCrm_1", json!(83), "81"),
        ("ufCrm_2", json!("|RUB"), "300|RUB"),
        ("post", json!("#N/A"), "new"),
        ("post", json!(" Clerk "), "new"),
        ("post", json!("7.9E+10"), "new"),
        ("post", json!("0"), "new"),
        ("post", json!({"text": "Clerk"}), "new"),
        ("ufCrm_6", json!("soon"), "2026-04-15"),
    ];
    for (field, old, new) in odd {
        let desk = desk_with([json!({ field: old.clone(), "lastName": "Old" })]).await;
        desk.write("a.csv", format!("id,wire:{field},lastName\n1,{new},New\n"));
        let said = desk.run("contacts a.csv --yes --backup kept.jsonl");
        said.assert(2, "1 change cannot be undone by the backup:");
        said.assert(2, &format!("contacts/1 {field}: "));
        said.assert(2, "--backup-incomplete");
        assert_eq!(desk.field(1, "lastName"), "Old", "{field} {old}");
        assert!(!desk.exists("kept.jsonl"), "{field} {old}");
        let list = desk.read("kept.incomplete.csv");
        assert!(list.contains(&format!("contacts/1,{field},")), "{list}");

        // The rest is in the backup, and is restored.
        let said = desk.run("contacts a.csv --resume --backup kept.jsonl --backup-incomplete");
        said.assert(0, "1 row done");
        said.assert(0, "1 change cannot be undone by the backup:");
        assert_eq!(
            desk.read("kept.jsonl"),
            "{\"id\":1,\"wire:lastName\":\"Old\"}\n"
        );
        desk.run("contacts kept.jsonl --empty clear --yes")
            .assert(0, "1 row done");
        assert_eq!(desk.field(1, "lastName"), "Old", "{field} {old}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_old_value_comes_back_as_it_was() {
    let old = [
        ("post", json!("Clerk\u{7} \u{fffd} \"x\""), "new"),
        ("post", json!(false), "new"),
        ("post", json!("=1+1"), "new"),
        ("ufCrm_1", json!("81"), "82"),
        ("ufCrm_2", json!("1234.567|RUB"), "300|RUB"),
        ("ufCrm_3", json!(false), "yes"),
        ("ufCrm_3", json!("N"), "yes"),
        ("ufCrm_3", Value::Null, "yes"),
        ("ufCrm_4", json!(1.234), "5"),
        ("ufCrm_4", json!("1234.5"), "5"),
        ("ufCrm_5", json!("a field with the name of another"), "new"),
        ("ufCrm_6", json!("2026-04-14T21:00:00.000Z"), "2027-01-01"),
    ];
    let contacts = old.iter().map(|(field, old, _)| json!({ *field: old }));
    let desk = desk_with(contacts).await;
    for ((field, old, new), id) in old.iter().zip(1_u64..) {
        let file = format!("{id}.csv");
        desk.write(&file, format!("id,wire:{field}\n{id},{new}\n"));
        desk.run(&format!("contacts {file} --yes --backup kept{id}.jsonl"))
            .assert(0, "1 row done");
        assert_ne!(desk.field(id, field), *old);
        let undo = format!("contacts kept{id}.jsonl --yes --empty clear");
        desk.run(&undo).assert(0, "1 row done");
        let now = desk.field(id, field);
        let is_nothing = |value: &Value| {
            matches!(value, Value::Null | Value::Bool(false)) || *value == "" || *value == "N"
        };
        let is_day = |value: &Value| *value == "2026-04-15";
        assert!(
            now == *old
                || is_nothing(&now) && is_nothing(old)
                || now.to_string().trim_matches('"') == old.to_string().trim_matches('"')
                || is_day(&now) && *field == "ufCrm_6",
            "{field}: {old} and {now}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn odd_phones_of_one_record_are_listed_and_do_not_hide_the_others() {
    // A record with a phone under a name that is not known, so that nothing says which phones it has.
    let odd = json!({"phoneSkype": "+79160000001", "post": "Clerk"});
    let desk = desk_with([odd, json!({"post": "Clerk"})]).await;
    desk.write(
        "a.csv",
        "id,phone,wire:post\n1,+79161112233,new\n2,+79161112244,new\n",
    );
    let said = desk.run("contacts a.csv --plan");
    said.assert(0, "contacts/1 phone: + +79161112233 (unless it is there");
    said.assert(0, "contacts/2 phone: + +79161112244\n");
    said.assert(0, "2 records would change");
    let said = desk.run("contacts a.csv --yes --backup kept.jsonl");
    said.assert(
        2,
        "1 change cannot be undone by the backup:\n  contacts/1 phone: ",
    );
    assert_eq!(desk.field(2, "post"), "Clerk");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_field_that_the_api_does_not_show_stops_the_run() {
    let desk = Desk::of(2).await;
    desk.write(
        "vibecode/contacts.json",
        r#"{"ufCrm_9": {"type": "string", "title": "Colour"}}"#,
    );
    desk.write("a.csv", "id,post,Colour\n1,a,red\n2,b,\n");
    let said = desk.run("contacts a.csv --yes --backup kept.jsonl");
    said.assert(2, "contacts/1 ufCrm_9: is not shown by the API");
    assert_ne!(desk.field(2, "post"), "b");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_is_not_named_like_a_file_that_bulk_reads_in_another_form() {
    let desk = Desk::of(1).await;
    desk.write("a.csv", "id,post\n1,a\n");
    desk.run("contacts a.csv --yes --backup kept.csv")
        .assert(2, "a backup is JSON Lines");
    assert!(!desk.exists("kept.csv"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_limit_does_not_switch_the_backup_off_and_the_rest_gets_its_own() {
    let desk = Desk::of(150).await;
    let contacts: Vec<String> = (1..=150).map(|id| format!("{id},p\n")).collect();
    desk.write("a.csv", format!("id,post\n{}", contacts.concat()));
    let run = |words: &str| {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_cargo-vibecode"));
        command
            .args(["bulk", "contacts", "a.csv", "--no-throttle"])
            .args(words.split_whitespace())
            .args(["--base-url", desk.sandbox.url()])
            .current_dir(&desk.folder)
            .env("VIBECODE_API_KEY", Sandbox::API_KEY);
        crate::support::Said::of(command.output().unwrap())
    };
    run("--yes --limit 10").assert(0, "10 rows done");
    assert_eq!(desk.read("a.csv.backup.jsonl").lines().count(), 10);
    run("--resume").assert(0, "150 rows done");
    assert_eq!(desk.read("a.csv.backup-2.jsonl").lines().count(), 140);
    let backed_up = desk.journal("a.csv").into_iter();
    let backed_up = backed_up.filter_map(|line| line["backed_up"]["rows"].as_str().map(rows));
    assert_eq!(
        backed_up.flatten().collect::<Vec<_>>(),
        (2..=151).collect::<Vec<_>>()
    );
}
