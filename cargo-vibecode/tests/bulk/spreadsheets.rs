//! Files that look like spreadsheets, and cannot be read.

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
async fn a_file_that_is_no_spreadsheet_is_named_with_what_it_is_and_the_next_step() {
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
async fn an_error_in_a_cell_that_is_not_known_is_no_damage_of_the_file() {
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
