//! `bulk` takes what `export` writes.

use serde_json::json;
use vibecode_sandbox::Sandbox;
use vibecode_spec::Entity;

use crate::{export, support::Desk};

const SCHEMA: &str = r#"{
    "post":{"type":"string","title":"Должность"},
    "phone":{"type":"crm_multifield","title":"Телефон"},
    "birthdate":{"type":"date","title":"Birthday"},
    "opened":{"type":"boolean","title":"Open"},
    "companyId":{"type":"integer","title":"Company"},
    "ufCrm_1":{"type":"enumeration","title":"Loyalty","items":[{"ID":"81","VALUE":"Gold"},{"ID":"82","VALUE":"83"},{"ID":"83","VALUE":"Tea"}]},
    "ufCrm_2":{"type":"double","isMultiple":true,"title":"Scores"}
}"#;

async fn desk() -> Desk {
    let fields: serde_json::Value = serde_json::from_str(SCHEMA).unwrap();
    let contacts = json!([
        {"id": 1, "post": "a \"b\", c\nd", "birthdate": "1990-05-08", "opened": true, "companyId": 15,
         "ufCrm_1": 81, "ufCrm_2": [4.5, 5]},
        {"id": 2, "post": "", "opened": false, "ufCrm_1": 82},
    ]);
    let sandbox = Sandbox::builder()
        .schema(Entity::Contacts, fields)
        .seed(json!({ "contacts": contacts }))
        .start()
        .await;
    let desk = Desk::with(sandbox);
    desk.write("vibecode/contacts.json", SCHEMA);
    desk
}

const FIELDS: &str = "post,birthdate,opened,companyId,ufCrm_1,ufCrm_2";

#[tokio::test(flavor = "multi_thread")]
async fn a_record_is_written_with_its_id_first_and_typed_values() {
    let desk = desk().await;
    export(
        &desk,
        &["contacts", "--fields", FIELDS, "--output", "a.csv"],
    )
    .assert(0, "2 records were written to a.csv");
    assert_eq!(
        desk.read("a.csv"),
        "id,post,birthdate,opened,companyId,ufCrm_1,ufCrm_2\n\
         1,\"a \"\"b\"\", c\nd\",1990-05-08,true,15,81,\"4.5; 5\"\n\
         2,,,false,,82,\n"
    );
    export(
        &desk,
        &["contacts", "--fields", FIELDS, "--output", "a.jsonl"],
    )
    .assert(0, "2 records");
    let rows = desk.read("a.jsonl");
    assert_eq!(
        rows.lines().next().unwrap(),
        r#"{"id":1,"post":"a \"b\", c\nd","birthdate":"1990-05-08","opened":true,"companyId":15,"ufCrm_1":81,"ufCrm_2":[4.5,5]}"#
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn labels_are_written_only_if_they_find_their_field_and_option_again() {
    let desk = desk().await;
    let words = [
        "contacts",
        "--fields",
        "post,ufCrm_1",
        "--labels",
        "--output",
        "a.csv",
    ];
    export(&desk, &words).assert(0, "2 records");
    // The label `83` is the id of another option.
    assert_eq!(
        desk.read("a.csv"),
        "id,Должность,Loyalty\n1,\"a \"\"b\"\", c\nd\",Gold\n2,,82\n"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_export_that_is_sent_back_unchanged_changes_nothing() {
    for file in ["a.csv", "a.jsonl"] {
        let desk = desk().await;
        desk.write(
            "phones.csv",
            "id,phone\n1,+79160000001;+79160000002:MOBILE\n",
        );
        desk.run("contacts phones.csv --yes")
            .assert(0, "1 row done");
        let before = [1, 2].map(|id| (desk.phones(id), desk.field(id, "post")));
        for words in [
            &["contacts", "--output", file, "--overwrite"][..],
            &["contacts", "--output", file, "--overwrite", "--labels"],
        ] {
            export(&desk, words).assert(0, "2 records");
            let sent = desk.run(&format!("contacts {file} --yes"));
            assert_eq!(sent.code, Some(0), "{sent:#?}\n{}", desk.read(file));
            let after = [1, 2].map(|id| (desk.phones(id), desk.field(id, "post")));
            assert_eq!(after, before, "{file}");
            std::fs::remove_file(desk.path(&format!("{file}.journal"))).unwrap();
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_phone_keeps_its_type_and_one_that_is_not_written_is_other() {
    let desk = Desk::new().await;
    let words = [
        "contacts",
        "--fields",
        "phone,email",
        "--filter",
        "id=72",
        "--output",
        "a.csv",
    ];
    let said = export(&desk, &words);
    said.assert(0, "1 phone or email was written as OTHER");
    let text = desk.read("a.csv");
    assert!(
        text.contains(":MOBILE; ") && text.contains(":OTHER"),
        "{text}"
    );
    assert!(text.contains(":HOME"), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn excel_gets_a_mark_and_semicolons_and_bulk_still_reads_it() {
    let desk = desk().await;
    let words = [
        "contacts", "--fields", FIELDS, "--excel", "--output", "a.csv",
    ];
    export(&desk, &words).assert(0, "2 records");
    assert!(desk.read("a.csv").starts_with("\u{feff}id;post;"));
    desk.run("contacts a.csv").assert(0, "2 rows: 2 to send");
}

#[tokio::test(flavor = "multi_thread")]
async fn text_that_a_spreadsheet_would_execute_is_reported() {
    let desk = Desk::of(1).await;
    desk.write("a.csv", "id,post\n1,=1+1\n");
    desk.run("contacts a.csv --yes").assert(0, "1 row done");
    let words = ["contacts", "--fields", "post", "--output", "b.csv"];
    export(&desk, &words).assert(0, "1 cell begins with =, +, - or @");
}

/// A desk with one contact, whose fields have these descriptions and values beside those of `post` and
/// `companyId`.
async fn desk_of(fields: serde_json::Value, values: serde_json::Value) -> Desk {
    let mut schema = json!({
        "post": {"type": "string", "title": "Должность"},
        "companyId": {"type": "integer", "title": "Компания"},
    });
    let mut contact = json!({"id": 1, "post": "Clerk", "companyId": 15});
    for (whole, part) in [(&mut schema, fields), (&mut contact, values)] {
        let part = part.as_object().unwrap().clone();
        whole.as_object_mut().unwrap().extend(part);
    }
    let sandbox = Sandbox::builder()
        .schema(Entity::Contacts, schema.clone())
        .seed(json!({ "contacts": [contact] }))
        .start()
        .await;
    let desk = Desk::with(sandbox);
    desk.write("vibecode/contacts.json", schema.to_string());
    desk
}

#[tokio::test(flavor = "multi_thread")]
async fn a_header_that_may_mean_something_else_is_not_written() {
    let fields = json!({
        "ufCrm_1": {"type": "string", "title": "Post"},
        // A header of Bitrix24's own export, in which companies have names and no ids.
        "ufCrm_2": {"type": "string", "title": "Город"},
    });
    let desk = desk_of(fields, json!({"ufCrm_1": "a", "ufCrm_2": "b"})).await;
    for (file, labels, header) in [
        ("a.csv", &[][..], "id,wire:post,companyId,ufCrm_1,ufCrm_2"),
        (
            "b.csv",
            &["--labels"],
            "id,Должность,Компания,ufCrm_1,ufCrm_2",
        ),
    ] {
        let fields = "wire:post,companyId,ufCrm_1,ufCrm_2";
        let mut words = vec!["contacts", "--fields", fields, "--output", file];
        words.extend(labels);
        let said = export(&desk, &words);
        said.assert(0, "1 record was written");
        let text = desk.read(file);
        assert_eq!(text.lines().next(), Some(header));
        let changed = text.replace("Clerk", "Head").replace(",15,", ",16,");
        desk.write(file, changed);
        desk.run(&format!("contacts {file} --yes"))
            .assert(0, "1 row done");
        assert_eq!(desk.field(1, "post"), "Head");
        assert_eq!(desk.field(1, "companyId"), 16);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_option_whose_id_is_the_label_of_another_is_written_as_its_label() {
    let items = json!([
        {"ID": "82", "VALUE": "83"},
        {"ID": "83", "VALUE": "Tea"},
    ]);
    let fields = json!({"ufCrm_1": {"type": "enumeration", "items": items}});
    let desk = desk_of(fields, json!({"ufCrm_1": 83})).await;
    let words = ["contacts", "--fields", "ufCrm_1", "--output", "a.csv"];
    export(&desk, &words).assert(0, "1 record was written");
    assert_eq!(desk.read("a.csv"), "id,ufCrm_1\n1,Tea\n");
    desk.run("contacts a.csv --yes").assert(0, "1 row done");
    assert_eq!(desk.field(1, "ufCrm_1"), 83);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_number_never_loses_its_point_on_the_way_back() {
    let schema = r#"{"ufCrm_1":{"type":"double"},"ufCrm_2":{"type":"double","isMultiple":true},
        "ufCrm_3":{"type":"string"},"ufCrm_4":{"type":"money"}}"#;
    let contact = json!({"id": 1, "ufCrm_1": 1.234, "ufCrm_2": [12.345, 5], "ufCrm_3": "1.234", "ufCrm_4": "1.234|RUB"});
    let sandbox = Sandbox::builder()
        .schema(Entity::Contacts, serde_json::from_str(schema).unwrap())
        .seed(json!({ "contacts": [contact] }));
    let desk = Desk::with(sandbox.start().await);
    desk.write("vibecode/contacts.json", schema);
    let fields = ["contacts", "--fields", "ufCrm_1,ufCrm_2,ufCrm_3,ufCrm_4"];
    for file in ["a.csv", "a.jsonl"] {
        let mut words = fields.to_vec();
        words.extend(["--output", file]);
        export(&desk, &words).assert(0, "1 record was written");
        desk.run(&format!("contacts {file} --yes"))
            .assert(0, "1 row done");
        assert_eq!(desk.field(1, "ufCrm_1"), 1.234, "{file}");
        assert_eq!(desk.field(1, "ufCrm_2"), json!([12.345, 5]), "{file}");
        assert_eq!(desk.field(1, "ufCrm_3"), "1.234", "{file}");
        assert_eq!(desk.field(1, "ufCrm_4"), "1.234|RUB", "{file}");
    }
}
