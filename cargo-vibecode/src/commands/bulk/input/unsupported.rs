//! Files that are no rows, with the command that makes rows of them.

use std::path::Path;

use crate::{shell_word::no_option, text_file::is_named_as_spreadsheet};

/// Returns what a file is and what to do, if it starts like anything but rows or a spreadsheet.
pub(super) fn problem(path: &Path, start: &[u8]) -> Option<String> {
    let file = no_option(path.as_os_str());
    let text = start.trim_ascii_start();
    let is_html = || {
        let text = text
            .strip_prefix(b"\xef\xbb\xbf")
            .unwrap_or(text)
            .trim_ascii_start();
        let begins = |tag: &[u8]| {
            text.get(..tag.len())
                .is_some_and(|begin| begin.eq_ignore_ascii_case(tag))
        };
        [&b"<!doctype"[..], b"<html", b"<meta", b"<head", b"<table"]
            .into_iter()
            .any(begins)
    };
    let problem = if is_utf_32(start) {
        format!("the file is UTF-32: convert it with `iconv -f UTF-32 -t UTF-8 {file} > rows.csv`")
    } else if start.starts_with(b"\x1f\x8b") {
        format!("the file is compressed with gzip: unpack it with `gunzip -c {file} > rows.csv`")
    } else if start.starts_with(b"\xfd7zXZ\0") {
        format!("the file is compressed with xz: unpack it with `xz -dc {file} > rows.csv`")
    } else if start.starts_with(b"BZh") {
        format!("the file is compressed with bzip2: unpack it with `bunzip2 -c {file} > rows.csv`")
    } else if start.starts_with(b"\x28\xb5\x2f\xfd") {
        format!("the file is compressed with zstd: unpack it with `zstd -dc {file} > rows.csv`")
    } else if start.starts_with(b"\xd0\xcf\x11\xe0") && is_encrypted(start) {
        "the file is protected with a password: open it in a spreadsheet, and save it without one"
            .to_owned()
    } else if start.starts_with(b"\xd0\xcf\x11\xe0") {
        "the file is a spreadsheet of an old form: save it as .xlsx or CSV".to_owned()
    } else if is_archive(start) && is_open_document(start) {
        "the file is an OpenDocument file (.ods): save it as .xlsx or CSV".to_owned()
    } else if start.starts_with(b"%PDF") {
        "the file is a PDF: export the rows as CSV".to_owned()
    } else if is_html() {
        "the file is an HTML page, which Bitrix24's export to Excel is, too: export to CSV instead, or open it in a spreadsheet and save it as .xlsx".to_owned()
    } else if is_json_array(text) {
        format!(
            "the file is a JSON array: make a row of each element with `jq -c '.[]' {file} > rows.jsonl`"
        )
    } else {
        return not_a_spreadsheet(path, start);
    };
    Some(problem)
}

/// Returns what to do about a file that has the name of a spreadsheet, but is not one. Other programs write text with
/// `.xls`, which is read.
fn not_a_spreadsheet(path: &Path, start: &[u8]) -> Option<String> {
    let extension = path.extension()?.to_str()?.to_ascii_lowercase();
    if !is_named_as_spreadsheet(path) || is_archive(start) || start.is_empty() {
        return None;
    }
    let is_text = is_text(start);
    if is_text && extension == "xls" {
        return None;
    }
    let next = if is_text {
        "if its rows are text, name it .csv, or save it as .xlsx"
    } else {
        "copy it again, or open it in a spreadsheet and save it as .xlsx or CSV"
    };
    Some(format!(
        "the name of the file ends with .{extension}, but it is not a spreadsheet: {next}"
    ))
}

/// Returns true if a file has no control characters but those of text, or is marked as UTF-16.
fn is_text(start: &[u8]) -> bool {
    let is_marked = start.starts_with(b"\xff\xfe") || start.starts_with(b"\xfe\xff");
    let is_of_text = |byte: &u8| *byte >= b' ' || matches!(*byte, b'\t' | b'\n' | b'\r');
    is_marked || start.iter().all(is_of_text)
}

/// Returns true if a file of the old form contains an encrypted one of the new form.
fn is_encrypted(start: &[u8]) -> bool {
    let name = "EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes);
    let name: Vec<u8> = name.collect();
    start.windows(name.len()).any(|part| part == name)
}

/// Returns true if an archive begins with the type of an `OpenDocument` file.
fn is_open_document(start: &[u8]) -> bool {
    const TYPE: &[u8] = b"mimetypeapplication/vnd.oasis.opendocument";
    const NAME: usize = 30;
    start.get(NAME..).is_some_and(|name| name.starts_with(TYPE))
}

/// Returns true for the mark of UTF-32, or if of every four bytes two are zero, as no other text has them. Its mark begins
/// with that of UTF-16.
fn is_utf_32(start: &[u8]) -> bool {
    const MARKS: [&[u8]; 2] = [b"\xff\xfe\0\0", b"\0\0\xfe\xff"];
    const LETTERS: usize = 64;
    let letters = || start.chunks_exact(4).take(LETTERS);
    let is_of = |letter: fn(&[u8]) -> bool| letters().next().is_some() && letters().all(letter);
    MARKS.iter().any(|mark| start.starts_with(mark))
        || is_of(|letter| matches!(letter, [_, _, 0, 0]))
        || is_of(|letter| matches!(letter, [0, 0, _, _]))
}

fn is_json_array(text: &[u8]) -> bool {
    let inside = text.strip_prefix(b"[").map(<[u8]>::trim_ascii_start);
    inside.is_some_and(|inside| inside.starts_with(b"{") || inside.starts_with(b"]"))
}

/// Returns true if a file starts like an archive, as every .xlsx does, or like an empty one.
pub(super) fn is_archive(start: &[u8]) -> bool {
    start.starts_with(b"PK\x03\x04") || start.starts_with(b"PK\x05\x06")
}
