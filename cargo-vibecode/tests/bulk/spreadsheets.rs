//! Files that look like spreadsheets, and cannot be read.

use std::io::{self, Write as _};

use zip::write::SimpleFileOptions;

use crate::support::{Desk, Said};

const CUSTOMERS: &[u8] = include_bytes!("files/customers.xlsx");

/// What libraries say about a file, and people do not understand.
const FOREIGN: [&str; 7] = [
    "EOCD",
    "central directory",
    "Zip error",
    "Xml error",
    "stream",
    "panicked",
    "workbook.xml",
];

fn assert_refused(desk: &Desk, name: &str, bytes: &[u8], expected: &[&str]) -> Said {
    desk.write(name, bytes);
    let said = desk.run(&format!("contacts {name} --yes"));
    for expected in expected {
        said.assert(2, expected);
    }
    for foreign in FOREIGN {
        assert!(!said.err.contains(foreign), "{foreign}: {}", said.err);
    }
    said
}

/// Bytes without an order, the same ones each time.
fn noise(length: usize) -> Vec<u8> {
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let bytes = (0..length).map(|_| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()[3]
    });
    bytes.collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_is_not_a_spreadsheet_is_named_with_what_it_is_and_the_next_step() {
    let desk = Desk::of(1).await;
    let save = "save it as .xlsx or CSV";
    let no_sheet = "the name of the file ends with .xlsx, but it is not a spreadsheet";
    assert_refused(&desk, "a.xlsx", &noise(4000), &[no_sheet, "copy it again"]);
    assert_refused(&desk, "b.xlsx", &[], &["the file is empty"]);
    assert_refused(
        &desk,
        "c.xlsx",
        b"id,post\n1,a\n",
        &[no_sheet, "name it .csv"],
    );
    assert_refused(
        &desk,
        "a.xls",
        &noise(4000),
        &["ends with .xls, but it is not a spreadsheet"],
    );
    let ole = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1";
    assert_refused(&desk, "b.xls", ole, &["a spreadsheet of an old form", save]);
    let utf_16: Vec<u8> = "EncryptedPackage".bytes().flat_map(|it| [it, 0]).collect();
    let encrypted = [&ole[..], &[0; 600], &utf_16].concat();
    let password = "protected with a password: open it in a spreadsheet, and save it without one";
    assert_refused(&desk, "d.xlsx", &encrypted, &[password]);
    let ods = include_bytes!("files/rows.ods");
    assert_refused(&desk, "a.ods", ods, &["an OpenDocument file (.ods)", save]);
    let other = "an archive without the parts of an .xlsx";
    assert_refused(
        &desk,
        "e.xlsx",
        b"PK\x05\x06\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0",
        &[other],
    );
    desk.assert_nothing_sent();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_spreadsheet_that_is_cut_off_or_damaged_is_reported_wherever_it_is() {
    let desk = Desk::of(1).await;
    let next = "copy it again, or open it in a spreadsheet and save it";
    for part in 1..12 {
        let bytes = &CUSTOMERS[..CUSTOMERS.len() * part / 12];
        assert_refused(&desk, "a.xlsx", bytes, &["cut off or damaged", next]);
    }
    desk.write("b.xlsx", CUSTOMERS);
    let whole = desk.run("contacts b.xlsx");
    assert_eq!(whole.code, Some(1), "{whole:?}");
    for at in (40..CUSTOMERS.len()).step_by(CUSTOMERS.len() / 40) {
        let mut bytes = CUSTOMERS.to_owned();
        let end = (at + 24).min(bytes.len());
        bytes[at..end].copy_from_slice(&noise(64)[..end - at]);
        desk.write("b.xlsx", bytes);
        let said = desk.run("contacts b.xlsx");
        for foreign in FOREIGN {
            assert!(!said.err.contains(foreign), "{at}: {foreign}: {}", said.err);
        }
        // It is refused, unless the damage is in no part that is read.
        if said.code != Some(2) {
            assert_eq!((said.code, &said.out), (whole.code, &whole.out), "{at}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_formula_without_a_stored_value_is_never_an_empty_cell() {
    let desk = Desk::of(7).await;
    desk.write("a.xlsx", include_bytes!("files/formulas.xlsx"));
    let before: Vec<_> = (1..=5).map(|id| desk.field(id, "post")).collect();
    let said = desk.run("contacts a.xlsx --empty clear --yes --skip-bad");
    said.assert(1, "2 rows done, 0 failed, 5 bad");
    said.assert(
        1,
        "has a formula without its result: open the file in a spreadsheet program, which computes it, and save it",
    );
    assert_eq!(desk.field(6, "post"), "Director");
    let after: Vec<_> = (1..=5).map(|id| desk.field(id, "post")).collect();
    assert_eq!(after, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_error_in_a_cell_that_is_not_known_is_not_damage_of_the_file() {
    let desk = Desk::of(2).await;
    let book = include_bytes!("files/unknown_error.xlsx");
    let said = assert_refused(
        &desk,
        "a.xlsx",
        book,
        &[
            "in row 3 of the sheet `Rows` or below it, a cell has the error `#SPILL!` instead of a value",
        ],
    );
    assert!(!said.err.contains("damaged"), "{}", said.err);
    desk.assert_nothing_sent();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_empty_sheet_is_named_with_the_others() {
    let desk = Desk::of(71).await;
    let book = include_bytes!("files/empty.xlsx");
    assert_refused(
        &desk,
        "a.xlsx",
        book,
        &[
            "the sheet `Cover` is empty: its first row must name the columns. Choose another one with --sheet",
        ],
    );
    desk.run("contacts a.xlsx --sheet Rows --yes")
        .assert(0, "1 row done");
    assert_eq!(desk.field(71, "post"), "Director");
}

/// A book whose only sheet, `Rows`, has this XML.
fn book(sheet: &str) -> Vec<u8> {
    const RELATIONS: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    const OF_PACKAGE: &str = "http://schemas.openxmlformats.org/package/2006/relationships";
    const MAIN: &str = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
    let relation = |kind: &str, target: &str| {
        format!(
            r#"<Relationships xmlns="{OF_PACKAGE}"><Relationship Id="rId1" Type="{RELATIONS}/{kind}" Target="{target}"/></Relationships>"#
        )
    };
    let workbook = format!(
        r#"<workbook xmlns="{MAIN}" xmlns:r="{RELATIONS}"><sheets><sheet name="Rows" sheetId="1" r:id="rId1"/></sheets></workbook>"#
    );
    let parts = [
        ("_rels/.rels", relation("officeDocument", "xl/workbook.xml")),
        ("xl/workbook.xml", workbook),
        (
            "xl/_rels/workbook.xml.rels",
            relation("worksheet", "worksheets/sheet1.xml"),
        ),
        (
            "xl/worksheets/sheet1.xml",
            format!(r#"<worksheet xmlns="{MAIN}">{sheet}</worksheet>"#),
        ),
    ];
    let mut archive = zip::ZipWriter::new(io::Cursor::new(Vec::new()));
    for (name, text) in parts {
        archive
            .start_file(name, SimpleFileOptions::default())
            .unwrap();
        archive.write_all(text.as_bytes()).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

/// A cell with a text.
fn text(position: &str, text: &str) -> String {
    format!(r#"<c r="{position}" t="inlineStr"><is><t>{text}</t></is></c>"#)
}

#[tokio::test(flavor = "multi_thread")]
async fn no_cell_of_an_array_formula_without_results_is_read_as_empty() {
    let desk = Desk::of(9).await;
    let header = format!(
        "<row r=\"1\">{}{}</row>",
        text("A1", "id"),
        text("B1", "post")
    );
    let row = |row: u32, cell: &str| {
        format!(r#"<row r="{row}"><c r="A{row}"><v>{row}</v></c>{cell}</row>"#)
    };
    let rows = |first: &str| {
        [
            header.clone(),
            row(2, first),
            row(3, r#"<c r="B3"/>"#),
            row(4, ""),
            // What a library keeps of the results when it saves the file.
            row(5, &text("B5", "stale")),
            row(6, &text("B6", "Director")),
        ]
        .concat()
    };
    for (name, formula) in [
        ("a", r#"<f t="array" ref="B2:B5">A2:A5&amp;"!"</f>"#),
        ("b", r#"<f t="array" ref="B2:B5"/>"#),
        ("c", r#"<f t="array" ref="B2:B5">A2:A5</f><v></v>"#),
        ("d", r#"<f t="dataTable" ref="B2:B5" r1="D1"/>"#),
    ] {
        let first = format!(r#"<c r="B2">{formula}</c>"#);
        let sheet = format!("<sheetData>{}</sheetData>", rows(&first));
        desk.write(&format!("{name}.xlsx"), book(&sheet));
        let said = desk.run(&format!("contacts {name}.xlsx --empty clear"));
        said.assert(1, "5 rows: 1 to send, 0 without a change, 4 bad");
        said.assert(
            1,
            "2 (contacts/2), 3 (contacts/3), 4 (contacts/4) and 1 more  post    the cell has a formula without its result",
        );
    }
    // With results, all cells are what they show.
    let first = r#"<c r="B2" t="str"><f t="array" ref="B2:B5">A2:A5</f><v>first</v></c>"#;
    let sheet = format!("<sheetData>{}</sheetData>", rows(first));
    desk.write("e.xlsx", book(&sheet));
    desk.run("contacts e.xlsx --yes").assert(0, "3 rows done");
    assert_eq!(desk.field(5, "post"), "stale");
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_of_an_array_formula_that_the_file_does_not_contain_are_bad_too() {
    let desk = Desk::of(5).await;
    let sheet = format!(
        r#"<sheetData><row r="1">{}{}</row><row r="2"><c r="A2"><f t="array" ref="A2:B4">Other!A2:B4</f></c></row></sheetData>"#,
        text("A1", "id"),
        text("B1", "post")
    );
    desk.write("a.xlsx", book(&sheet));
    desk.run("contacts a.xlsx --empty clear --yes --skip-bad")
        .assert(1, "3 bad");
    desk.assert_nothing_sent();
}

/// The header `id,post` and one contact, with the first cell of the column `post` and what is before and in its row.
fn damaged(before: &str, row: &str, cell: &str) -> Vec<u8> {
    let header = [text("A1", "id"), text("B1", "post")].concat();
    book(&format!(
        r#"{before}<sheetData><row r="1">{header}</row><row {row}><c r="A2"><v>1</v></c>{cell}</row></sheetData>"#
    ))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_layout_that_is_not_understood_is_damage() {
    let desk = Desk::of(2).await;
    let director = text("B2", "Director");
    let col = |attributes: &str| format!("<cols><col {attributes}/></cols>");
    for (name, before, row, cell) in [
        ("a", "", r#"r="two""#, &*director),
        ("b", "", r#"r="0""#, &director),
        ("c", "", r#"r="2" hidden="maybe""#, &director),
        ("d", "", r#"r="2" ht="flat""#, &director),
        (
            "e",
            &col(r#"min="x" max="2" hidden="1""#),
            r#"r="2""#,
            &director,
        ),
        (
            "f",
            &col(r#"min="1" max="" width="0""#),
            r#"r="2""#,
            &director,
        ),
        ("g", &col(r#"min="2" hidden="1""#), r#"r="2""#, &director),
        (
            "h",
            &col(r#"min="2" max="1" hidden="1""#),
            r#"r="2""#,
            &director,
        ),
        (
            "i",
            "",
            r#"r="2""#,
            r#"<c r="B2"><f t="array">A2:A5</f></c>"#,
        ),
        ("j", "", r#"r="2""#, r#"<c r="B2"><f t="dataTable"/></c>"#),
        ("k", "", r#"r="2""#, r#"<c r="B2"><f t="other">A2</f></c>"#),
    ] {
        desk.write(&format!("{name}.xlsx"), damaged(before, row, cell));
        desk.run(&format!("contacts {name}.xlsx --empty clear --yes"))
            .assert(2, "cut off or damaged: copy it again");
    }
    desk.assert_nothing_sent();
    desk.write(
        "z.xlsx",
        damaged(&col(r#"min="1" max="2""#), r#"r="2""#, &director),
    );
    desk.run("contacts z.xlsx --yes").assert(0, "1 row done");
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_that_the_file_contains_are_visible_if_only_the_others_are_hidden() {
    let desk = Desk::of(1).await;
    let others = r#"<sheetFormatPr defaultRowHeight="15" zeroHeight="1"/>"#;
    let book = damaged(others, r#"r="2""#, &text("B2", "Director"));
    desk.write("a.xlsx", book);
    desk.run("contacts a.xlsx --hidden-rows skip --yes")
        .assert(0, "1 row done");
    assert_eq!(desk.field(1, "post"), "Director");
}

/// Three contacts of which the second is in a hidden row, with a hidden column.
fn filtered(hidden_row: &str, hidden_column: &str) -> Vec<u8> {
    let row = |row: u32, id: &str, hidden: &str| {
        let id = text(&format!("A{row}"), id);
        let post = text(
            &format!("B{row}"),
            if row == 1 { "post" } else { "Director" },
        );
        let comment = text(
            &format!("C{row}"),
            if row == 1 { "comments" } else { "secret" },
        );
        format!(r#"<row r="{row}" {hidden}>{id}{post}{comment}</row>"#)
    };
    book(&format!(
        r#"<cols><col min="1" max="2" width="9"/><col min="3" max="3" {hidden_column}/></cols><sheetData>{}{}{}{}</sheetData>"#,
        row(1, "id", ""),
        row(2, "1", ""),
        row(3, "2", hidden_row),
        row(4, "3", ""),
    ))
}

#[tokio::test(flavor = "multi_thread")]
async fn hidden_rows_are_sent_only_if_that_was_said() {
    let desk = Desk::of(3).await;
    for (hidden_row, name) in [
        (r#"hidden="1""#, "a"),
        (r#"hidden="true""#, "b"),
        (r#"ht="0""#, "c"),
    ] {
        desk.write(&format!("{name}.xlsx"), filtered(hidden_row, ""));
        for words in ["", "--yes", "--plan"] {
            desk.run(&format!("contacts {name}.xlsx {words}")).assert(
                2,
                "1 row with values is hidden in the sheet `Rows`, as by a filter (the first is row 3): leave hidden rows out with --hidden-rows skip, or read them like the others with --hidden-rows read",
            );
        }
    }
    desk.assert_nothing_sent();
    let said = desk.run("contacts a.xlsx --hidden-rows skip");
    said.assert(0, "1 hidden row is left out");
    said.assert(0, "--hidden-rows skip");
    desk.run("contacts a.xlsx --hidden-rows skip --yes")
        .assert(0, "2 rows done");
    let posts: Vec<_> = (1..=3).map(|id| desk.field(id, "post")).collect();
    assert_eq!(posts[0], "Director");
    assert_ne!(posts[1], "Director");
    assert_eq!(posts[2], "Director");
    let said = desk.run("contacts b.xlsx --hidden-rows read --yes");
    said.assert(0, "1 hidden row is read");
    said.assert(0, "3 rows done");
    assert_eq!(desk.field(2, "post"), "Director");
    desk.write("d.csv", "id,post\n1,a\n");
    desk.run("contacts d.csv --hidden-rows skip")
        .assert(2, "--hidden-rows is for .xlsx");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hidden_row_before_the_header_is_a_hidden_row_too() {
    let desk = Desk::of(2).await;
    let rows = |hidden: &str| {
        let row = |row: u32, hidden: &str, id: &str, post: &str| {
            let cells = [text(&format!("A{row}"), id), text(&format!("B{row}"), post)];
            format!(r#"<row r="{row}" {hidden}>{}</row>"#, cells.concat())
        };
        [
            row(1, r#"hidden="1""#, "id", "comments"),
            row(2, hidden, "id", "post"),
            row(3, hidden, "1", "Director"),
        ]
        .concat()
    };
    let sheet = |hidden| book(&format!("<sheetData>{}</sheetData>", rows(hidden)));
    desk.write("a.xlsx", sheet(""));
    desk.run("contacts a.xlsx --yes").assert(
        2,
        "1 row with values is hidden in the sheet `Rows`, as by a filter (the first is row 1)",
    );
    desk.run("contacts a.xlsx --hidden-rows read --yes")
        .assert(1, "2    id      ");
    desk.assert_nothing_sent();
    let said = desk.run("contacts a.xlsx --hidden-rows skip --yes");
    said.assert(0, "1 hidden row is left out");
    said.assert(0, "1 row done");
    assert_eq!(desk.field(1, "post"), "Director");
    desk.write("b.xlsx", sheet(r#"hidden="1""#));
    desk.run("contacts b.xlsx --hidden-rows skip").assert(
        2,
        "all rows with values are hidden in the sheet `Rows`: read them with --hidden-rows read",
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_json_of_a_check_has_what_is_hidden() {
    let desk = Desk::of(3).await;
    let book = filtered(r#"hidden="1""#, r#"hidden="1""#);
    desk.write("a.xlsx", book);
    for words in ["read", "skip"] {
        let said = desk.run(&format!(
            "contacts a.xlsx --hidden-rows {words} --format json"
        ));
        said.assert(0, r#""hidden_rows":1"#);
        said.assert(0, r#""hidden_columns":["comments"]"#);
    }
    desk.write("b.csv", "id,post\n1,a\n");
    let said = desk.run("contacts b.csv --format json");
    said.assert(0, r#""hidden_rows":0"#);
    said.assert(0, r#""hidden_columns":[]"#);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_that_is_resumed_with_other_rows_of_the_workbook_names_the_option() {
    let desk = Desk::of(3).await;
    desk.write("a.xlsx", filtered(r#"hidden="1""#, ""));
    desk.run("contacts a.xlsx --hidden-rows skip --yes --limit 1")
        .assert(0, "1 row done");
    for option in ["--resume", "--yes"] {
        let said = desk.run(&format!("contacts a.xlsx --hidden-rows read {option}"));
        said.assert(2, "the job was started with other options (--hidden-rows was skip and is now read): nothing was sent now. To resume it: cargo vibecode bulk contacts a.xlsx ");
        said.assert(2, " --hidden-rows skip");
    }
    desk.run("contacts a.xlsx --hidden-rows skip --resume")
        .assert(0, "2 rows done");
    desk.write("b.xlsx", include_bytes!("files/hidden.xlsx"));
    desk.run("contacts b.xlsx --sheet Customers --yes")
        .assert(1, "0 rows done, 1 failed");
    desk.run("contacts b.xlsx --sheet Old --resume")
        .assert(2, "(--sheet was Customers and is now Old)");
}

#[tokio::test(flavor = "multi_thread")]
async fn hidden_columns_that_are_read_are_named() {
    let desk = Desk::of(3).await;
    for (hidden_column, name) in [(r#"hidden="1""#, "a"), (r#"width="0""#, "b")] {
        desk.write(&format!("{name}.xlsx"), filtered("", hidden_column));
        desk.run(&format!("contacts {name}.xlsx")).assert(
            0,
            "1 hidden column is read, and can be left out with --ignore: `comments`",
        );
    }
    desk.run("contacts a.xlsx --ignore comments --yes")
        .assert(0, "3 rows done");
    assert_ne!(desk.field(1, "comments"), "secret");
    desk.write("c.xlsx", filtered("", ""));
    let said = desk.run("contacts c.xlsx");
    assert!(!said.out.contains("hidden"), "{said:?}");
}
