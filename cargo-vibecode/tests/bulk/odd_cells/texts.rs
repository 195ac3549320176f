//! Texts that are not what they look like.

use std::fmt::Write as _;

use serde_json::json;

use crate::support::Desk;

#[tokio::test(flavor = "multi_thread")]
async fn what_nobody_sees_is_not_a_value_or_a_part_of_one() {
    let desk = Desk::of(9).await;
    let invisible = "\u{200b}\u{feff}\u{ad}\u{a0}";
    desk.write(
        "a.csv",
        format!(
            "id,post,name{invisible},companyId\n1,{invisible},a,\n2{invisible},{invisible}b\u{a0},c,15{invisible}\n"
        ),
    );
    let said = desk.run("contacts a.csv --yes");
    said.assert(0, "2 rows done");
    assert_eq!(desk.field(2, "post"), "b");
    assert_eq!(desk.field(2, "companyId"), 15);
    assert_eq!(desk.field(1, "name"), "a");
    assert!(!desk.field(1, "post").to_string().contains('\u{200b}'));
    desk.write(
        "a.jsonl",
        format!("{{\"id\":3,\"post\":\"{invisible}\",\"name\":\"d{invisible}\"}}\n"),
    );
    desk.run("contacts a.jsonl --yes").assert(0, "1 row done");
    assert_eq!(desk.field(3, "name"), "d");
    // A backup restores a value as it was.
    desk.write("c.csv", format!("id,post\n5,Clerk{invisible}\n"));
    desk.run("contacts c.csv --yes --allow-garbled")
        .assert(0, "1 row done");
    desk.write("d.csv", "id,post\n5,Director\n");
    desk.run("contacts d.csv --yes --backup kept.jsonl")
        .assert(0, "1 row done");
    desk.run("contacts kept.jsonl --yes --no-backup")
        .assert(0, "1 row done");
    assert_eq!(desk.field(5, "post"), format!("Clerk{invisible}").trim());
    // An invisible one within a word stays: it may be part of the word.
    desk.write("b.csv", "id,post\n4,ab\u{200d}c\n");
    desk.run("contacts b.csv --yes").assert(0, "1 row done");
    assert_eq!(desk.field(4, "post"), json!("ab\u{200d}c"));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_spreadsheet_shows_instead_of_a_value_is_refused() {
    let desk = Desk::of(1).await;
    for (cell, problem) in [
        ("###", "its column was too narrow"),
        ("########", "its column was too narrow"),
        ("#ССЫЛКА!", "an error of the spreadsheet"),
        ("#ДЕЛ/0!", "an error of the spreadsheet"),
        ("#REF!", "an error of the spreadsheet"),
        ("#ref!", "an error of the spreadsheet"),
        ("1E+05", "its digits are lost"),
    ] {
        for column in ["comments", "birthdate", "companyId"] {
            desk.write("a.csv", format!("id,{column}\n1,{cell}\n"));
            desk.run("contacts a.csv").assert(1, problem);
        }
    }
    for cell in ["#1", "##", "#tag", "C#", "# 5"] {
        desk.write("a.csv", format!("id,comments\n1,{cell}\n"));
        desk.run("contacts a.csv").assert(0, "1 to send");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_error_of_a_spreadsheet_is_refused_in_each_language() {
    let errors = [
        "#SPILL!",
        "#CALC!",
        "#FIELD!",
        "#BLOCKED!",
        "#CONNECT!",
        "#BUSY!",
        "#UNKNOWN!",
        "#EXTERNAL!",
        "#PYTHON!",
        "#GETTING_DATA",
        "#ERROR!",
        "Err:508",
        "Ошибка:502",
        "#NV",
        "#BEZUG!",
        "#WERT!",
        "#NOM?",
        "#VALEUR!",
        "#¡VALOR!",
        "#¡REF!",
        "#N/D",
        "#VALOR!",
        "#RIF!",
        "#ПЕРЕНОС!",
        "#ПОЛЕ!",
        "#ЗАГРУЗКА",
        "#ЗАНЯТО!",
    ];
    let desk = Desk::of(1).await;
    let mut file = "id,comments\n".to_owned();
    for (index, error) in errors.iter().enumerate() {
        writeln!(file, "{},{error}", index + 1).unwrap();
    }
    desk.write("a.csv", file);
    let said = desk.run("contacts a.csv --skip-bad");
    said.assert(1, &format!("{} bad", errors.len()));
    let bad = "id,phone,email\n1,#N/D,\n2,,#BUSY!\n3,Err:502,\n4,,Err:502\n";
    desk.write("b.csv", bad);
    desk.run("contacts b.csv").assert(1, "4 bad");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_id_is_never_guessed_from_a_number_in_another_form() {
    let desk = Desk::of(1).await;
    for id in [
        "1,234", "1.234", "1 234", "1E+05", "1e5", "12.5", "#1", "№1",
    ] {
        desk.write("a.csv", format!("id;post\n{id};a\n"));
        desk.run("contacts a.csv")
            .assert(1, "requires the id of the record");
    }
}
