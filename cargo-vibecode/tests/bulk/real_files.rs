//! Files as spreadsheets and Bitrix24's own export write them.

use std::{fs, process::Command, thread};

use encoding_rs::WINDOWS_1251;
use serde_json::json;
use vibecode_sandbox::{Entity, Sandbox};

use crate::support::{Desk, Said};

#[tokio::test(flavor = "multi_thread")]
async fn the_export_of_a_portal_in_the_encoding_of_windows_runs_without_a_flag() {
    let desk = Desk::new().await;
    desk.write(
        "vibecode/statuses.json",
        r#"{"format":1,"sets":{"CONTACT_TYPE":[{"code":"CLIENT","name":"Клиенты"}]}}"#,
    );
    let text = "\"ID\";\"Имя\";\"Должность\";\"Тип контакта\";\"Рабочий телефон\";\"Мобильный телефон\";\
         \"Рабочий e-mail\";\"Ответственный\";\"Компания\";\"Дата создания\";\"Номер факса\";\"Дата рождения\"\r\n\
         \"71\";\"Анна\";\"Бухгалтер\";\"Клиенты\";\"+74951112233, +74951112244\";\"+79161112233\";\
         \"anna@example.com\";\"Иван Петров\";\"ООО Ромашка\";\"01.02.2024 10:00:00\";\"1\";\"31.12.1990\"\r\n";
    desk.write("a.csv", WINDOWS_1251.encode(text).0);
    let said = desk.run("contacts a.csv --yes");
    said.assert(0, "the file is read as windows-1251");
    said.assert(0, "Мобильный телефон  phone, added as MOBILE");
    said.assert(0, "Дата создания      set aside: read-only");
    said.assert(0, "Ответственный      set aside: it has names in it");
    said.assert(0, "1 row done");
    assert_eq!(desk.field(71, "post"), "Бухгалтер");
    assert_eq!(desk.field(71, "typeId"), "CLIENT");
    assert_eq!(desk.field(71, "birthdate"), "1990-12-31");
    let phones = desk.phones(71);
    for (phone, kind) in [
        ("+74951112233", "WORK"),
        ("+74951112244", "WORK"),
        ("+79161112233", "MOBILE"),
    ] {
        assert!(
            phones.contains(&(phone.to_owned(), kind.to_owned())),
            "{phones:?}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn names_of_people_are_not_ids_outside_of_an_export() {
    let desk = Desk::new().await;
    desk.write("a.csv", "id,Company\n71,15\n");
    desk.run("contacts a.csv --yes").assert(0, "1 row done");
    assert_eq!(desk.field(71, "companyId"), 15);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sheet_is_read_with_the_numbers_of_its_rows() {
    let desk = Desk::new().await;
    desk.write("customers.xlsx", include_bytes!("files/customers.xlsx"));
    let said = desk.run("contacts customers.xlsx");
    said.assert(
        1,
        "the rows are those of the sheet `Customers` (the first: choose with --sheet)",
    );
    said.assert(1, "5    ID      requires the id of the record");
    let said = desk.run("contacts customers.xlsx --yes --skip-bad");
    said.assert(1, "2 rows done, 0 failed, 1 bad");
    assert_eq!(desk.field(71, "post"), "two\nlines");
    assert_eq!(desk.field(71, "birthdate"), "1990-05-08");
    assert_eq!(desk.field(71, "comments"), "79161112233");
    assert_eq!(desk.field(72, "post"), "a \"quoted\", text");
    assert!(
        desk.read("customers.xlsx.bad.csv")
            .starts_with("\u{feff}ID,")
    );
    desk.run("contacts customers.xlsx --sheet Others --resume --skip-bad")
        .assert(2, "--sheet was not given and is now Others");
    desk.run("contacts customers.xlsx --sheet Nobody")
        .assert(2, "use one of `Customers`, `Others`");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hidden_sheet_is_read_only_if_it_is_named() {
    let desk = Desk::new().await;
    desk.write("a.xlsx", include_bytes!("files/hidden.xlsx"));
    let said = desk.run("contacts a.xlsx --yes");
    said.assert(
        0,
        "the sheet `Customers` (the first that is not hidden: choose with --sheet from `Old`, `Internal`, `Customers`, `Amounts`)",
    );
    assert_eq!(desk.field(71, "post"), "this one");
    desk.write("b.xlsx", include_bytes!("files/hidden.xlsx"));
    desk.run("contacts b.xlsx --sheet Old")
        .assert(0, "the sheet `Old` (it is hidden)");
    let said = desk.run("contacts b.xlsx --sheet Customers");
    assert!(!said.out.contains("choose with"), "{said:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_separator_of_decimals_is_proven_or_given() {
    let schema = r#"{"ufCrm_1":{"type":"double"},"ufCrm_2":{"type":"money"}}"#;
    let fields = serde_json::from_str(schema).unwrap();
    let sandbox = Sandbox::builder().schema(Entity::Contacts, fields);
    let desk = Desk::with(sandbox.start().await);
    desk.write("vibecode/contacts.json", schema);
    desk.write("a.csv", "id;ufCrm_1\n71;1.234\n72;-5.678\n");
    let said = desk.run("contacts a.csv");
    said.assert(
        1,
        "the `.` of the number may separate decimals or thousands",
    );
    said.assert(1, "2 bad");
    desk.run("contacts a.csv --yes --decimal .")
        .assert(0, "2 rows done");
    assert_eq!(desk.field(71, "ufCrm_1"), json!(1.234));
    desk.run("contacts a.csv --resume --decimal ,")
        .assert(2, "--decimal was . and is now ,");
    desk.write("b.csv", "id;ufCrm_1\n71;1.234\n72;-5.678\n");
    desk.run("contacts b.csv --yes --decimal ,")
        .assert(0, "2 rows done");
    assert_eq!(desk.field(71, "ufCrm_1"), json!(1234));
    assert_eq!(desk.field(72, "ufCrm_1"), json!(-5678));
    desk.write("c.csv", "id;ufCrm_1\n71;12,5\n");
    desk.run("contacts c.csv --decimal .")
        .assert(1, "has a decimal comma");
    desk.run("contacts c.csv --decimal ;")
        .assert(2, "use `.` or `,`");
    // A form that proves it: JSON, the API's own amounts, and the numbers of a sheet.
    desk.write("d.jsonl", "{\"id\":71,\"ufCrm_1\":1.234}\n");
    desk.run("contacts d.jsonl --yes").assert(0, "1 row done");
    assert_eq!(desk.field(71, "ufCrm_1"), json!(1.234));
    desk.write("e.csv", "id;ufCrm_2\n71;1.234|RUB\n");
    desk.run("contacts e.csv --yes").assert(0, "1 row done");
    assert_eq!(desk.field(71, "ufCrm_2"), "1.234|RUB");
    desk.write("f.csv", "id;ufCrm_1\n71;0\n");
    desk.run("contacts f.csv --yes");
    desk.write("g.xlsx", include_bytes!("files/hidden.xlsx"));
    desk.run("contacts g.xlsx --sheet Amounts --yes")
        .assert(0, "1 row done");
    assert_eq!(desk.field(71, "ufCrm_1"), json!(1.234));
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn a_pipe_is_read_like_standard_input() {
    let desk = Desk::new().await;
    let pipe = desk.path("pipe");
    assert!(
        Command::new("mkfifo")
            .arg(&pipe)
            .status()
            .unwrap()
            .success()
    );
    let writer = thread::spawn(move || fs::write(pipe, "id,post\n71,a\n").unwrap());
    desk.run("contacts pipe --yes").assert(0, "1 row done");
    writer.join().unwrap();
    assert_eq!(desk.field(71, "post"), "a");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_line_of_excel_and_cells_after_the_last_column_are_read() {
    let desk = Desk::new().await;
    desk.write(
        "a.csv",
        "sep=|\r\nid|post||\r\n71|a; b||\r\n72|c|||||\r\nx|d||\r\n",
    );
    desk.run("contacts a.csv")
        .assert(1, "4    id      requires the id");
    desk.write("a.csv", "sep=|\r\nid|post||\r\n71|a; b||\r\n72|c|||||\r\n");
    desk.run("contacts a.csv --yes").assert(0, "2 rows done");
    assert_eq!(desk.field(71, "post"), "a; b");
    desk.write("b.csv", "id;post;\n71;a;note\n");
    desk.run("contacts b.csv")
        .assert(1, "the cell has a value, but its column has no name");
}

#[tokio::test(flavor = "multi_thread")]
async fn headers_are_read_in_every_spelling_and_a_mistyped_label_is_recognized() {
    let desk = Desk::new().await;
    desk.write(
        "vibecode/contacts.json",
        r#"{"ufCrm_1721244707107":{"type":"enumeration","formLabel":{"ru":"Лояльный","en":"Loyal"},"listLabel":"Верный","items":[{"ID":"81","VALUE":"yes"}]},
            "ufCrmFloor":{"type":"integer","title":"Position"}}"#,
    );
    // The letter й in two parts, as macOS writes it.
    desk.write("a.csv", "ID,ЛОЯЛЬНЫИ\u{306},NAME\n71,yes,Anna\n");
    desk.run("contacts a.csv --yes").assert(0, "1 row done");
    assert_eq!(desk.field(71, "ufCrm_1721244707107"), 81);
    assert_eq!(desk.field(71, "name"), "Anna");
    for header in ["UF_CRM_1721244707107", "верный", "loyal"] {
        desk.write("b.csv", format!("id,{header}\n71,yes\n"));
        desk.run("contacts b.csv").assert(0, "1 to send");
    }
    desk.write("c.csv", "id,Лояльнй\n71,a\n");
    desk.run("contacts c.csv")
        .assert(2, "did you mean the label `Лояльный`?");
    desk.write("d.csv", "id,Position\n71,3\n");
    desk.run("contacts d.csv")
        .assert(2, "may mean `post` or `ufCrmFloor`");
}

#[tokio::test(flavor = "multi_thread")]
async fn all_bad_cells_of_a_row_are_reported_and_written_out() {
    let desk = Desk::new().await;
    desk.write(
        "a.csv",
        "id,birthdate,companyId,post\n71,soon,none,a\n72,,,b\n",
    );
    let said = desk.run("contacts a.csv");
    said.assert(1, "2 (contacts/71)  birthdate  ");
    said.assert(1, "2 (contacts/71)  companyId  ");
    said.assert(1, "1 bad");
    said.assert(1, "the bad rows are in a.bad.csv");
    let bad = desk.read("a.bad.csv");
    assert!(
        bad.starts_with(
            "id,birthdate,companyId,post,error_code,error_message\n71,soon,none,a,BAD_ROW,"
        ),
        "{bad}"
    );
    assert!(
        bad.contains("row 2: birthdate: ") && bad.contains(" | companyId: "),
        "{bad}"
    );
    assert_eq!(bad.lines().count(), 2);
    // Checking again changes nothing, and other bad rows do not replace what may be under correction.
    desk.run("contacts a.csv");
    assert!(!desk.exists("a.bad.1.csv"));
    desk.write("a.bad.csv", bad.replace("soon", "1990-01-01"));
    desk.run("contacts a.csv")
        .assert(1, "an earlier file of bad rows is now a.bad.1.csv");
    assert!(desk.read("a.bad.1.csv").contains("1990-01-01"));
    desk.write("a.bad.csv", bad.replace("soon,none", "1990-01-01,15"));
    desk.run("contacts a.bad.csv --yes").assert(0, "1 row done");
}

#[tokio::test(flavor = "multi_thread")]
async fn columns_without_a_field_are_ignored_on_request_or_by_a_mapping() {
    let desk = Desk::new().await;
    desk.write("a.csv", "id,Job,Note\n71,a,b\n");
    desk.run("contacts a.csv --mapping m.json")
        .assert(2, "belongs to no field");
    assert_eq!(
        desk.read("m.json"),
        "{\n  \"id\": \"id\",\n  \"Job\": \"\",\n  \"Note\": \"\"\n}\n"
    );
    desk.run("contacts a.csv --mapping m.json")
        .assert(2, "the column `Job` has no field yet");
    desk.run("contacts a.csv --mapping other.json --yes")
        .assert(2, "other.json: ");
    desk.write(
        "m.json",
        "{\"id\": \"id\", \"Job\": \"post\", \"Note\": null}",
    );
    desk.run("contacts a.csv --mapping m.json --yes")
        .assert(0, "1 row done");
    assert_eq!(desk.field(71, "post"), "a");
    desk.write("b.csv", "id,Job,name\n71,a,Anna\n");
    desk.run("contacts b.csv --ignore-unknown --yes")
        .assert(0, "set aside: it belongs to no field");
    assert_eq!(desk.field(71, "name"), "Anna");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_journal_of_last_weeks_file_is_set_aside() {
    let desk = Desk::new().await;
    desk.write("a.csv", "id,post\n71,a\n");
    desk.run("contacts a.csv --yes").assert(0, "1 row done");
    desk.run("contacts a.csv --yes")
        .assert(2, "this job is already finished");
    desk.write("a.csv", "id,post\n71,b\n");
    desk.run("contacts a.csv --yes").assert(
        0,
        "the journal of an earlier file of this name is now a.csv.1.journal",
    );
    assert_eq!(desk.field(71, "post"), "b");
    // One that is not finished is not.
    let journal = desk.read("a.csv.journal");
    let open: Vec<&str> = journal.lines().take(2).collect();
    desk.write("a.csv.journal", format!("{}\n", open.join("\n")));
    desk.write("a.csv", "id,post\n71,c\n");
    desk.run("contacts a.csv --yes")
        .assert(2, "the file has changed since its job was started");
    assert_eq!(desk.field(71, "post"), "b");
}

#[tokio::test(flavor = "multi_thread")]
async fn files_share_no_failed_file_and_an_earlier_one_is_kept() {
    let desk = Desk::of(1).await;
    desk.write("a.csv", "id,post\n404,csv\n");
    desk.write("a.tsv", "id\tpost\n404\ttsv\n");
    desk.run("contacts a.csv --yes").assert(1, "a.failed.csv");
    desk.run("contacts a.tsv --yes")
        .assert(1, "a.tsv.failed.csv");
    desk.write("a.csv", "id,post\n404,later\n");
    desk.run("contacts a.csv --yes")
        .assert(1, "an earlier file of failed rows is now a.failed.1.csv");
    assert!(desk.read("a.failed.1.csv").contains("404,csv"));
    assert!(desk.read("a.failed.csv").contains("404,later"));
}

#[tokio::test(flavor = "multi_thread")]
async fn cells_are_read_as_spreadsheets_write_them() {
    let schema = r#"{"ufCrm_1":{"type":"money"},"ufCrm_2":{"type":"datetime"},
        "ufCrm_3":{"type":"double"},"ufCrm_4":{"type":"double","isMultiple":true}}"#;
    let fields = serde_json::from_str(schema).unwrap();
    let sandbox = Sandbox::builder().schema(Entity::Contacts, fields);
    let desk = Desk::with(sandbox.start().await);
    desk.write("vibecode/contacts.json", schema);
    let rows = "id;ufCrm_3;ufCrm_1;ufCrm_2;birthdate;opened;comments;ufCrm_4\n\
        71;1 234,50;300;31.12.2025 10:00:00;33001;ИСТИНА;00123;1,5; 2\n\
        72;1,234;1,5 USD;;;ЛОЖЬ;;\n";
    let rows = rows.replace("1,5; 2", "\"1,5; 2\"");
    desk.write("a.csv", rows);
    let said = desk.run("contacts a.csv");
    said.assert(
        1,
        "the time has no offset: say its time zone, such as --timezone Europe/Moscow",
    );
    said.assert(1, "say it for all with --currency RUB");
    desk.run("contacts a.csv --timezone Europe/Moscow --currency RUB --yes")
        .assert(0, "2 rows done");
    for (id, name, value) in [
        (71, "ufCrm_3", json!(1234.5)),
        (72, "ufCrm_3", json!(1.234)),
        (71, "ufCrm_1", json!("300|RUB")),
        (72, "ufCrm_1", json!("1.5|USD")),
        (71, "ufCrm_2", json!("2025-12-31T10:00:00+03:00")),
        (71, "birthdate", json!("1990-05-08")),
        (71, "opened", json!(true)),
        (71, "comments", json!("00123")),
        (71, "ufCrm_4", json!([1.5, 2])),
    ] {
        assert_eq!(desk.field(id, name), value, "{id} {name}");
    }
    desk.write("b.csv", "id;ufCrm_3\n1;1,234\n");
    desk.run("contacts b.csv").assert(
        1,
        "use --decimal . or --decimal , to say what separates decimals",
    );
    desk.write("c.csv", "id;ufCrm_3\n1;12,5\n2;12.5\n");
    desk.run("contacts c.csv")
        .assert(1, "write all with a point");
    desk.write(
        "d.csv",
        "id;comments\n1;7.91699E+10\n2;#N/A\n3;caf\u{fffd}\n",
    );
    let said = desk.run("contacts d.csv");
    said.assert(1, "its digits are lost");
    said.assert(1, "error of the spreadsheet");
    said.assert(1, "a letter that was lost");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_value_is_shown_on_a_terminal_only() {
    let desk = Desk::new().await;
    desk.write("a.csv", "id,birthdate\n71,secret\n");
    let said = desk.run("contacts a.csv");
    said.assert(1, "row              column     problem");
    assert!(!format!("{said:?}").contains("secret"));
    #[cfg(target_os = "linux")]
    {
        let shown = crate::terminal::Shown::by(desk.command("contacts a.csv"), 120);
        let is_shown = |text: &str| shown.lines.iter().any(|line| line.contains(text));
        assert!(
            is_shown("row              column     value   problem"),
            "{shown:#?}"
        );
        assert!(
            is_shown("2 (contacts/71)  birthdate  secret  "),
            "{shown:#?}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_export_of_another_entity_is_refused_whatever_is_ignored() {
    let desk = Desk::new().await;
    desk.write(
        "contacts.csv",
        "ID;Фамилия;Комментарий;Тип контакта;Участвует в экспорте контактов\n71;Petrov;x;;Да\n",
    );
    for entity in ["companies", "leads"] {
        let said = desk.run(&format!(
            "{entity} contacts.csv --ignore-unknown --skip-bad --yes"
        ));
        let problem = format!(
            "this is Bitrix24's export of contacts, and the rows would change the {entity} with the same ids: only that export has `Тип контакта`, `Участвует в экспорте контактов`"
        );
        said.assert(2, &problem);
    }
    desk.assert_nothing_sent();
    desk.run("contacts contacts.csv").assert(0, "1 row");
    // Who names the columns has seen them. One word alone shows nothing, nor do headers of both exports.
    desk.write("a.csv", "ID;Комментарий;Тип контакта\n71;x;a\n");
    let mut command = desk.command("companies a.csv");
    command.args(["--ignore", "Тип контакта"]);
    let said = Said::of(command.output().unwrap());
    said.assert(0, "1 row");
    desk.write("b.csv", "ID;Комментарий;Статус\n71;x;a\n");
    desk.run("contacts b.csv --ignore-unknown")
        .assert(0, "1 row");
    desk.write(
        "c.csv",
        "ID;Комментарий;Тип контакта;Тип компании\n71;x;;\n",
    );
    desk.run("companies c.csv --ignore-unknown")
        .assert(0, "1 row");
}
