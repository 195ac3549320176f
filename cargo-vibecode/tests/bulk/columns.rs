//! The fields of the columns.

use vibecode_sandbox::Sandbox;

use crate::support::Desk;

const SCHEMA: &str = r#"{
    "post":{"type":"string","title":"Должность"},
    "phone":{"type":"crm_multifield","title":"Телефон"},
    "ufCrm_1721244707107":{"type":"enumeration","title":"Loyalty","items":[{"ID":"81","VALUE":"Gold"}]},
    "ufCrm_694BF2A975BD0":{"type":"double","isMultiple":true,"title":"Scores"}
}"#;

#[tokio::test(flavor = "multi_thread")]
async fn labels_wire_names_and_a_map_are_understood() {
    let desk = Desk::new().await;
    desk.write("vibecode/contacts.json", SCHEMA);
    desk.write(
        "a.csv",
        "ID,должность,Телефон:mobile,Loyalty,Scores,Kind of client,Note\n\
         71,Director,+79160000001,gold,4.5; 5,PARTNER,none\n",
    );
    let mut command = desk.command("contacts a.csv --ignore Note --yes");
    let said = command.args(["--map", "Kind of client=typeId"]);
    let said = crate::support::Said::of(said.output().unwrap());
    said.assert(0, "Телефон:mobile  phone, added as MOBILE");
    said.assert(0, "Note            ignored");
    assert_eq!(desk.field(71, "post"), "Director");
    assert_eq!(desk.field(71, "typeId"), "PARTNER");
    assert_eq!(desk.field(71, "ufCrm_1721244707107"), 81);
    assert_eq!(
        desk.field(71, "ufCrm_694BF2A975BD0"),
        serde_json::json!([4.5, 5])
    );
    let added = ("+79160000001".to_owned(), "MOBILE".to_owned());
    assert!(desk.phones(71).contains(&added));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_header_in_a_printed_option_is_one_word_of_a_shell() {
    let desk = Desk::new().await;
    let schema = r#"{
        "ufCrm_1":{"type":"string","title":"$(touch \"it's\")"},
        "ufCrm_2":{"type":"string","title":"$(touch \"it's\")"}
    }"#;
    desk.write("vibecode/contacts.json", schema);
    desk.write("a.jsonl", r#"{"id":71,"$(touch \"it's\")":"a"}"#);
    desk.run("contacts a.jsonl").assert(
        1,
        r#"assign it with --map '$(touch "it'\''s")=ufCrm_1', or ignore"#,
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn every_column_without_a_field_is_reported_with_the_fix() {
    let desk = Desk::new().await;
    desk.write(
        "a.csv",
        "key,pots,post,updatedTime,photo,phone:FAX,Post\n1,a,b,c,d,e,f\n",
    );
    let said = desk.run("contacts a.csv --map gone=name");
    for expected in [
        "the column `pots` belongs to no field (assign it with --map, or ignore it with --ignore): there is no field `pots`: did you mean `post`?",
        "the column `updatedTime` belongs to `updatedTime`, which is read-only",
        "the column `photo` takes files",
        "the column `phone:FAX` has the unknown type `FAX`: use one of WORK, HOME, MOBILE, OTHER",
        "there is no column `id` with the id of the record: name the column with --id-column",
        "--map names the column `gone`, which does not exist",
    ] {
        said.assert(2, expected);
    }
    desk.assert_nothing_sent();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_header_whose_letters_were_lost_belongs_to_no_field() {
    let desk = Desk::new().await;
    for header in [
        "id,Email ???????????",
        "ID ???????,post",
        "id,Phone ????????",
        "id,po?st",
        "id,p\u{fffd}ost",
        "id\u{fffd},post",
        "id,????",
    ] {
        desk.write("a.csv", format!("{header}\n1,a@b.ru\n"));
        for options in ["--yes", "--yes --ignore-unknown"] {
            let said = desk.run(&format!("contacts a.csv {options}"));
            said.assert(
                2,
                "has lost letters when the file was saved or read in another encoding",
            );
        }
    }
    desk.assert_nothing_sent();
    desk.write("a.csv", "id,Email????\n1,a@b.ru\n");
    desk.run("contacts a.csv --map Email????=post")
        .assert(0, "1 row");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_id_may_be_in_another_column() {
    let desk = Desk::new().await;
    desk.write("a.csv", "key,post\n71,a\n");
    desk.run("contacts a.csv --id-column key --yes")
        .assert(0, "1 row done");
    assert_eq!(desk.field(71, "post"), "a");
}

#[tokio::test(flavor = "multi_thread")]
async fn two_columns_may_add_phones_but_not_set_one_field() {
    let desk = Desk::with(Sandbox::builder().contacts(2).start().await);
    desk.write(
        "a.csv",
        "id,phone,phone:HOME\n1,+79160000001;+79160000002:MOBILE,+79160000003; +79160000004:OTHER\n2,,\n",
    );
    desk.run("contacts a.csv --yes")
        .assert(0, "1 to send, 1 without a change");
    let phones = desk.phones(1);
    let phones: Vec<_> = phones
        .iter()
        .map(|(value, kind)| (&**value, &**kind))
        .collect();
    let expected = [
        ("+79160000001", "WORK"),
        ("+79160000002", "MOBILE"),
        ("+79160000003", "HOME"),
        ("+79160000004", "OTHER"),
    ];
    assert_eq!(phones, expected);
    desk.write("b.csv", "id,post,Job\n1,a,b\n");
    let said = desk.run("contacts b.csv --map Job=post");
    said.assert(
        2,
        "the column `Job` belongs to the same field as the column `post`",
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_empty_cell_does_not_change_its_field_unless_it_is_to_clear_it() {
    let desk = Desk::new().await;
    desk.write("a.csv", "id,lastName,companyId,phone\n71,,,\n72,New,,\n");
    let before = desk.field(71, "lastName");
    let phones = desk.phones(71);
    desk.run("contacts a.csv --yes")
        .assert(0, "1 to send, 1 without a change");
    assert_eq!(desk.field(71, "lastName"), before);
    std::fs::remove_file(desk.path("a.csv.journal")).unwrap();
    desk.run("contacts a.csv --yes --empty clear")
        .assert(0, "2 rows done");
    assert_ne!(desk.field(71, "lastName"), before);
    assert_eq!(desk.field(71, "companyId"), 0);
    assert_eq!(desk.phones(71), phones);
}

#[tokio::test(flavor = "multi_thread")]
async fn cells_hold_codes_of_the_portal_or_their_names() {
    let desk = Desk::new().await;
    let statuses = r#"{"format":1,"partial":true,"sets":{"CONTACT_TYPE":[
        {"code":"CLIENT","name":"Клиенты"},{"code":"PARTNER","name":"Партнёры"}]}}"#;
    desk.write("vibecode/statuses.json", statuses);
    desk.write("a.csv", "id,typeId,sourceId\n71,клиенты,\n72,PARTNER,ANY\n");
    desk.run("contacts a.csv --yes")
        .assert(0, "2 rows done, 0 failed");
    assert_eq!(desk.field(71, "typeId"), "CLIENT");
    assert_eq!(desk.field(72, "typeId"), "PARTNER");

    desk.sandbox.clear_requests();
    desk.write("b.jsonl", "{\"id\":71,\"typeId\":\"CLEINT\"}\n");
    let said = desk.run("contacts b.jsonl --yes");
    said.assert(1, "`typeId` has no such code in vibecode/statuses.json, which `cargo vibecode pull statuses` updates: did you mean `CLIENT`?");
    said.assert(1, "The codes are CLIENT (Клиенты), PARTNER (Партнёры)");
    desk.assert_nothing_sent();
}

#[tokio::test(flavor = "multi_thread")]
async fn many_unknown_columns_are_counted_and_only_the_first_are_explained() {
    let desk = Desk::new().await;
    let names: Vec<String> = (1..=5000)
        .map(|number| format!("Column {number}"))
        .collect();
    let cells = vec!["a"; 5000].join(",");
    desk.write("a.csv", format!("id,{}\n71,{cells}\n", names.join(",")));
    let said = desk.run("contacts a.csv");
    said.assert(2, "the column `Column 1` belongs to no field");
    said.assert(
        2,
        "4980 more columns have no field: --ignore-unknown ignores all of them",
    );
    assert_eq!(said.err.matches("belongs to no field").count(), 20);
    desk.run("contacts a.csv --ignore-unknown")
        .assert(0, "nothing was sent");
}
