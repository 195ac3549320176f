//! The contents of a file, and their problems.

use encoding_rs::{IBM866, WINDOWS_1255};

use crate::support::Desk;

/// A row that cannot be sent, with the expected parts of the message.
async fn bad(text: &[u8], expected: &[&str]) {
    let desk = Desk::new().await;
    desk.write("a.csv", text);
    let said = desk.run("contacts a.csv --yes");
    for expected in expected {
        said.assert(1, expected);
    }
    said.assert(1, "nothing was sent: correct the bad rows");
    desk.assert_nothing_sent();
    assert!(!desk.exists("a.csv.journal"));
}

/// A file that cannot be used.
async fn unusable(name: &str, text: &[u8], expected: &str) {
    let desk = Desk::new().await;
    desk.write(name, text);
    let said = desk.run(&format!("contacts {name} --yes"));
    said.assert(2, expected);
    desk.assert_nothing_sent();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ragged_row_is_reported_with_its_number() {
    bad(
        b"id,post\n71,a\n72,b,c\n73\n",
        &[
            "3            the row has 3 cells, but the header has 2: put a cell that contains the delimiter in quotes",
            "4            the row has 1 cell, but the header has 2: add the missing cells, or put a cell that contains a line break in quotes",
        ],
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_id_that_is_not_a_number_is_reported() {
    bad(
        b"id,post\nx,a\n0,b\n,c\n-1,d\n",
        &[
            "2, 3, 4 and 1 more  id      requires the id of the record, a whole number above 0",
            "4 bad",
        ],
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_id_with_the_decimals_of_a_spreadsheet_is_an_id() {
    let desk = Desk::new().await;
    desk.write("a.csv", "id;post\n71.0;a\n72,00;b\n");
    desk.run("contacts a.csv --yes").assert(0, "2 rows done");
    assert_eq!(desk.field(72, "post"), "b");
    // This may be seventy-one thousand.
    bad(b"id,post\n71.000,a\n", &["requires the id of the record"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn damage_in_a_file_of_utf_8_is_reported_with_row_and_byte() {
    bad(
        b"id,post\n71,\xd0\x81\xd0\xb6\n72,b\xff\n",
        &["3    post    byte 2 is not valid UTF-8 (the row begins at byte 17 of the file)"],
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_whose_encoding_is_not_certain_is_not_read() {
    let ask = "the encoding of the file cannot be recognised: name it with --encoding";
    unusable("a.csv", b"id,post\n71,a\n72,b\xff\n", "line 3 has letters").await;
    unusable(
        "a.csv",
        b"id,M\xfcller\n71,a\n",
        "\u{201c}M\u{fc}ller\u{201d} in windows-1252",
    )
    .await;
    let words = "\u{5e9}\u{5dc}\u{5d5}\u{5dd} \u{5e2}\u{5d5}\u{5dc}\u{5dd}";
    let text = format!("id;post\n71;{words}\n");
    let hebrew = WINDOWS_1255.encode(&text).0;
    unusable("a.csv", &hebrew, ask).await;
    let desk = Desk::new().await;
    desk.write("a.csv", &hebrew);
    let said = desk.run("contacts a.csv --yes");
    assert!(
        !said.err.contains('\u{449}'),
        "a value is not shown in a log: {said:?}"
    );
    desk.run("contacts a.csv --yes --encoding cp1255")
        .assert(0, "1 row done");
    assert_eq!(desk.field(71, "post"), words);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_misplaced_quote_is_reported() {
    bad(
        b"id,post\n71,\"a\"b\n",
        &["2", "after the closing quote of a cell"],
    )
    .await;
    bad(
        b"id,post\n71,\"a\n72,b\n",
        &["2", "a quoted cell does not end"],
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_value_that_its_field_does_not_accept_is_reported_without_the_value() {
    let desk = Desk::new().await;
    desk.write(
        "a.csv",
        "id,birthdate,companyId,phone\n71,secret,,\n72,,secret,\n73,,,+7:MOBIL\n",
    );
    let said = desk.run("contacts a.csv --yes");
    said.assert(
        1,
        "2 (contacts/71)  birthdate  `birthdate` requires a date, such as 2026-04-15",
    );
    said.assert(
        1,
        "3 (contacts/72)  companyId  `companyId` requires the id of a record",
    );
    said.assert(
        1,
        "4 (contacts/73)  phone      `phone` has no type `MOBIL`: did you mean `MOBILE`?",
    );
    assert!(!format!("{said:?}").contains("secret"));
    desk.assert_nothing_sent();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_without_rows_is_reported() {
    unusable("a.csv", b"", "the file is empty").await;
    let desk = Desk::new().await;
    desk.write("a.csv", "id,post\n");
    desk.run("contacts a.csv --yes")
        .assert(0, "nothing was sent: no row changes anything");
    desk.run("contacts b.csv --yes")
        .assert(2, "b.csv: No such file");
}

#[tokio::test(flavor = "multi_thread")]
async fn marks_line_ends_quoted_breaks_and_empty_rows_are_read() {
    let desk = Desk::new().await;
    let text = "\u{feff}id;post\r\n\r\n71;\"a \"\"b\"\"\r\nc\"\r\n;\r\n72;d;e\r\n";
    desk.write("a.csv", text);
    let said = desk.run("contacts a.csv --yes");
    said.assert(1, "5            the row has 3 cells");
    desk.write("a.csv", text.replace("72;d;e", "72;\"d;e\""));
    desk.run("contacts a.csv --yes")
        .assert(0, "2 rows done, 0 failed");
    assert_eq!(desk.field(71, "post"), "a \"b\"\r\nc");
    assert_eq!(desk.field(72, "post"), "d;e");
    assert_eq!(desk.reported("a.csv").0, [3, 5]);
}

#[tokio::test(flavor = "multi_thread")]
async fn tabs_and_a_given_delimiter_are_read() {
    let desk = Desk::new().await;
    desk.write("a.csv", "id\tpost\n71\ta,b\n");
    desk.write("b.csv", "id|post\n72|c\n");
    desk.run("contacts a.csv --yes").assert(0, "1 row done");
    desk.run("contacts b.csv --yes --delimiter |")
        .assert(0, "1 row done");
    assert_eq!(desk.field(71, "post"), "a,b");
    assert_eq!(desk.field(72, "post"), "c");
}

#[tokio::test(flavor = "multi_thread")]
async fn json_lines_are_read_with_their_types() {
    let desk = Desk::new().await;
    desk.write(
        "a.jsonl",
        "{\"id\":71,\"post\":\"a; b\",\"companyId\":15,\"opened\":false,\"name\":null}\n\n\
         {\"id\":\"72\",\"phone\":[\"+79160000001\",{\"value\":\"+79160000002\",\"typeId\":\"HOME\"}]}\n",
    );
    desk.run("contacts a.jsonl --yes").assert(0, "2 rows done");
    assert_eq!(desk.field(71, "post"), "a; b");
    assert_eq!(desk.field(71, "companyId"), 15);
    assert_eq!(desk.field(71, "name"), "Ivan");
    assert!(
        desk.phones(72)
            .contains(&("+79160000002".to_owned(), "HOME".to_owned()))
    );
    assert_eq!(desk.reported("a.jsonl").0, [1, 3]);
}

#[tokio::test(flavor = "multi_thread")]
async fn bad_json_lines_are_reported_with_row_and_column() {
    let desk = Desk::new().await;
    desk.write(
        "a.jsonl",
        "{\"id\":71,\"pots\":\"a\"}\n[1]\n{\"post\":\"a\"}\n{\"id\":71,\"post\":[\"a\"]}\n",
    );
    let said = desk.run("contacts a.jsonl --yes");
    said.assert(
        1,
        "1 (contacts/71)  pots    belongs to no field (assign it with --map, or ignore it with --ignore): there is no field `pots`: did you mean `post`?",
    );
    said.assert(1, "2                        the line is not a JSON object");
    said.assert(1, "3                        the row has no `id`");
    said.assert(
        1,
        "4 (contacts/71)  post    `post` takes one value, not a list",
    );
    desk.assert_nothing_sent();
}

#[tokio::test(flavor = "multi_thread")]
async fn standard_input_is_read_in_either_form_and_not_kept() {
    let desk = Desk::new().await;
    let said = desk.run_with_input("contacts - --yes", "id,post\n71,a\n");
    said.assert(0, "1 row done");
    let said = desk.run_with_input("contacts - --yes", "{\"id\":72,\"post\":\"b\"}\n");
    said.assert(0, "1 row done");
    assert_eq!(desk.field(71, "post"), "a");
    assert_eq!(desk.field(72, "post"), "b");
    desk.run_with_input("contacts -", "id,post\n71,a\n")
        .assert(0, "bulk contacts -");
    let left = std::fs::read_dir(&desk.folder).unwrap();
    let mut left = left.map(|file| file.unwrap().file_name().into_string().unwrap());
    assert!(left.all(|name| name.ends_with(".journal") || name.ends_with(".journal.seal")));
    desk.run("contacts - --resume")
        .assert(2, "standard input cannot be read again");
}

/// A text in CP1125, which has other letters than CP866 in eight places.
fn in_cp1125(text: &str) -> Vec<u8> {
    let other = |letter| match letter {
        'Ґ' => Some(0xf2),
        'ґ' => Some(0xf3),
        'Є' => Some(0xf4),
        'є' => Some(0xf5),
        'І' => Some(0xf6),
        'і' => Some(0xf7),
        'Ї' => Some(0xf8),
        'ї' => Some(0xf9),
        _ => None,
    };
    let bytes = text.chars().flat_map(|letter| match other(letter) {
        Some(byte) => vec![byte],
        None => IBM866.encode(&letter.to_string()).0.into_owned(),
    });
    bytes.collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_of_dos_is_not_read_if_it_may_be_ukrainian() {
    let ukrainian = "id;post\n71;Старший бухгалтер\n72;Директор з продажу, Київ\n";
    let convert = "iconv -f CP1125 -t UTF-8 a.csv > rows.csv";
    unusable("a.csv", &in_cp1125(ukrainian), convert).await;
    // The letters that differ may be far behind the first ones.
    let far = format!(
        "id;post\n{}72;Київ\n",
        "71;Старший бухгалтер\n".repeat(9000)
    );
    unusable("a.csv", &in_cp1125(&far), convert).await;
    let desk = Desk::new().await;
    desk.write("a.csv", in_cp1125(ukrainian));
    desk.run("contacts a.csv --encoding cp1125")
        .assert(2, "iconv -f CP1125 -t UTF-8 FILE > rows.csv");
    let russian = "id;post\n71;Ёлочный директор\n72;Холодильник, 5° тепла\n";
    desk.write("b.csv", &*IBM866.encode(russian).0);
    desk.run("contacts b.csv --yes").assert(0, "2 rows done");
    assert_eq!(desk.field(72, "post"), "Холодильник, 5° тепла");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_in_utf_32_is_not_read_as_anything_else() {
    let letters = "id,post\n71,Директор\n".chars().map(u32::from);
    let little: Vec<u8> = letters.clone().flat_map(u32::to_le_bytes).collect();
    let big: Vec<u8> = letters.flat_map(u32::to_be_bytes).collect();
    let convert = "the file is UTF-32: convert it with `iconv -f UTF-32 -t UTF-8 a.csv > rows.csv`";
    for file in [
        [b"\xff\xfe\0\0", &*little].concat(),
        [b"\0\0\xfe\xff", &*big].concat(),
        little,
        big,
    ] {
        unusable("a.csv", &file, convert).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_text_that_a_wrong_encoding_has_broken_is_a_bad_cell() {
    let desk = Desk::new().await;
    desk.write(
        "a.csv",
        "id,name,post\n71,????,Ð\u{2dc}Ð²Ð°Ð½\n72,Why??,Ірина\n73,caf\u{fffd},a\n",
    );
    desk.write("a.jsonl", "{\"id\":71,\"post\":\"caf\\ufffd\"}\n");
    let said = desk.run("contacts a.csv --yes");
    for row in [
        "2 (contacts/71)  name    has `?` in place of its letters",
        "2 (contacts/71)  post    looks like UTF-8 that was read in another encoding",
        "4 (contacts/73)  name    has a letter that was lost",
        "3 rows: 1 to send, 0 without a change, 2 bad",
        "If it is meant, --allow-garbled sends it",
    ] {
        said.assert(1, row);
    }
    desk.run("contacts a.jsonl --yes")
        .assert(1, "has a letter that was lost");
    let said = desk.run("contacts a.csv --format json");
    said.assert(
        1,
        r#""event":"bad_cell","problem":"has `?` in place of its letters"#,
    );
    assert!(
        !desk
            .requests()
            .iter()
            .any(|request| request.path().ends_with("/batch"))
    );
    desk.run("contacts a.csv --yes --allow-garbled")
        .assert(0, "3 rows done");
    assert_eq!(desk.field(71, "name"), "????");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_restores_a_garbled_text() {
    let desk = Desk::new().await;
    desk.write("a.csv", "id,post\n71,????\n");
    desk.run("contacts a.csv --yes --allow-garbled")
        .assert(0, "1 row done");
    desk.write("b.csv", "id,post\n71,Director\n");
    desk.run("contacts b.csv --yes --backup b.jsonl")
        .assert(0, "1 row done");
    desk.run("contacts b.jsonl --empty clear --yes --no-backup")
        .assert(0, "1 row done");
    assert_eq!(desk.field(71, "post"), "????");
}
