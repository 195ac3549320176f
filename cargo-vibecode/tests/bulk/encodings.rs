//! Files in other encodings than UTF-8.

use encoding_rs::{Encoding, IBM866, KOI8_R, WINDOWS_1251, X_MAC_CYRILLIC};

use crate::support::Desk;

fn utf_16(text: &str, bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
    text.encode_utf16().flat_map(bytes).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_encoding_is_read_with_and_without_a_mark_or_as_it_is_named() {
    let text = "id;Должность\r\n71;Ёж и др.\r\n";
    let marked = format!("\u{feff}{text}");
    for (bytes, flags, shown) in [
        (utf_16(&marked, u16::to_le_bytes), "", "read as UTF-16LE"),
        (utf_16(text, u16::to_le_bytes), "", "read as UTF-16LE"),
        (utf_16(&marked, u16::to_be_bytes), "", "read as UTF-16BE"),
        (utf_16(text, u16::to_be_bytes), "", "read as UTF-16BE"),
        (
            KOI8_R.encode(text).0.into_owned(),
            "--encoding koi8-r",
            "read as KOI8-R",
        ),
    ] {
        let desk = Desk::new().await;
        desk.write("a.csv", &bytes);
        desk.run(&format!("contacts a.csv --yes {flags}"))
            .assert(0, shown);
        let post = desk.field(71, "post");
        assert!(post.as_str().unwrap().starts_with("Ёж"), "{post}");
        desk.run("contacts a.csv --resume --encoding cp866")
            .assert(2, "");
    }
    let desk = Desk::new().await;
    desk.write("a.csv", text);
    desk.run("contacts a.csv --encoding nonsense")
        .assert(2, "use a name such as utf-8, cp1251");
}

/// Writes a text in an encoding of one byte a letter, also in one that `encoding_rs` only reads.
fn one_byte_a_letter(text: &str, encoding: &'static Encoding) -> Vec<u8> {
    let letters: Vec<String> = (0..=u8::MAX)
        .map(|byte| encoding.decode_without_bom_handling(&[byte]).0.into_owned())
        .collect();
    let byte_of = |letter: char| {
        let is_letter = |known: &String| known.chars().eq([letter]);
        u8::try_from(letters.iter().position(is_letter).unwrap()).unwrap()
    };
    text.chars().map(byte_of).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_older_russian_encodings_are_distinguished_and_shown() {
    let text = "id;Имя;Должность\r\n71;Анна Яковлева;Старший бухгалтер\r\n";
    for (encoding, name) in [
        (WINDOWS_1251, "windows-1251"),
        (KOI8_R, "KOI8-U"),
        (IBM866, "IBM866"),
        (X_MAC_CYRILLIC, "x-mac-cyrillic"),
    ] {
        let desk = Desk::new().await;
        desk.write("a.csv", one_byte_a_letter(text, encoding));
        let checked = desk.run("contacts a.csv --format json");
        checked.assert(0, &format!("\"encoding\":\"{name}\""));
        desk.run("contacts a.csv --yes")
            .assert(0, &format!("the file is read as {name}"));
        assert_eq!(desk.field(71, "name"), "Анна Яковлева", "{name}");
    }
}
