//! Texts and files that were read in a wrong encoding.

use std::fmt::Write as _;

use encoding_rs::{Encoding, IBM866, KOI8_R, WINDOWS_1251};

use crate::support::Desk;

fn rows(from: u64, posts: &[&str]) -> String {
    let mut rows = String::new();
    for (post, id) in posts.iter().zip(from..) {
        writeln!(rows, "{id};{post}").unwrap();
    }
    rows
}

const POSTS: [&str; 6] = [
    "Старший бухгалтер",
    "Директор по продажам",
    "Менеджер отдела закупок",
    "Анна Петрова",
    "Водитель погрузчика",
    "Юрий Щербаков",
];

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_mixes_two_encodings_is_refused_with_a_line_in_each() {
    let desk = Desk::of(12).await;
    let encodings = [WINDOWS_1251, IBM866, KOI8_R];
    for (one, other) in encodings.iter().flat_map(|one| {
        let others = encodings.iter().filter(move |other| *other != one);
        others.map(move |other| (*one, *other))
    }) {
        let bytes = [
            &*one.encode(&format!("id;post\n{}", rows(1, &POSTS))).0,
            &*other.encode(&rows(7, &POSTS)).0,
        ]
        .concat();
        desk.write("a.csv", bytes);
        let said = desk.run("contacts a.csv --yes");
        said.assert(2, "the file mixes encodings: line ");
        said.assert(2, "save all of it as UTF-8");
    }
    desk.assert_nothing_sent();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_single_row_in_another_encoding_is_found_wherever_it_is() {
    let desk = Desk::of(3).await;
    let many = "1;Менеджер отдела закупок\n".repeat(9000);
    for (other, name) in [(KOI8_R, "KOI8-U"), (IBM866, "IBM866")] {
        for before in ["1;Анна Петрова\n", &many] {
            let head = format!("id;Должность\n{before}");
            let line = head.lines().count() + 1;
            let bytes = [
                &*WINDOWS_1251.encode(&head).0,
                &*other.encode("2;Старший бухгалтер\n").0,
                &*WINDOWS_1251.encode("3;Директор\n").0,
            ]
            .concat();
            desk.write("a.csv", bytes);
            let said = desk.run("contacts a.csv --map Должность=post --yes");
            said.assert(2, &format!("line {line} looks like {name}"));
            // The row is bad if the encoding was named.
            let said =
                desk.run("contacts a.csv --map Должность=post --yes --encoding windows-1251");
            said.assert(1, "looks like Russian in another encoding");
            said.assert(1, " 1 bad");
        }
    }
    desk.assert_nothing_sent();
}

#[tokio::test(flavor = "multi_thread")]
async fn the_number_of_a_line_in_another_encoding_does_not_depend_on_long_lines_or_ascii_before_it()
{
    let desk = Desk::of(3).await;
    let long = format!("1;{}\n", "Менеджер отдела закупок ".repeat(9000));
    for head in [format!("id;Должность\n{long}"), "id;post\n1;a\n".to_owned()] {
        let line = head.lines().count() + 2;
        let bytes = [
            &*WINDOWS_1251.encode(&head).0,
            &*WINDOWS_1251.encode("2;Анна Петрова\n").0,
            &*KOI8_R.encode("3;Старший бухгалтер\n").0,
        ]
        .concat();
        desk.write("a.csv", bytes);
        let said = desk.run("contacts a.csv --map Должность=post --yes");
        said.assert(2, &format!("line {line} looks like KOI8-U"));
    }
    desk.assert_nothing_sent();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_of_one_encoding_is_not_said_to_mix_several() {
    let desk = Desk::of(6).await;
    for encoding in [WINDOWS_1251, IBM866, KOI8_R] {
        let text = format!("id;post\n{}", rows(1, &POSTS));
        desk.write("a.csv", &*encoding.encode(&text).0);
        desk.run("contacts a.csv").assert(0, "6 to send");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_text_in_a_wrong_encoding_within_utf_8_is_a_bad_cell() {
    let desk = Desk::of(1).await;
    let misread = |read_in: &'static Encoding, encoding: &'static Encoding| {
        let bytes = encoding.encode("Старший бухгалтер").0.into_owned();
        read_in.decode_without_bom_handling(&bytes).0.into_owned()
    };
    for text in [
        misread(WINDOWS_1251, KOI8_R),
        misread(KOI8_R, WINDOWS_1251),
        misread(WINDOWS_1251, IBM866),
        misread(IBM866, WINDOWS_1251),
        misread(encoding_rs::WINDOWS_1252, WINDOWS_1251),
    ] {
        desk.write("a.csv", format!("id,post\n1,{text}\n"));
        desk.run("contacts a.csv --yes")
            .assert(1, "looks like Russian in another encoding");
    }
    for (text, problem) in [
        ("caf\u{ef}\u{bf}\u{bd}", "a letter that was lost"),
        ("п\u{457}\u{405}ван", "a letter that was lost"),
        ("Иван ????", "has `?` in place of its letters"),
        ("M?ller", "has `?` in place of its letters"),
        ("a\u{1}b", "has a control character"),
        ("it\u{92}s", "has a control character"),
    ] {
        desk.write("a.csv", format!("id,name\n1,{text}\n"));
        desk.run("contacts a.csv --yes").assert(1, problem);
    }
    desk.assert_nothing_sent();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_question_in_a_comment_is_sent_and_in_a_name_is_not() {
    let desk = Desk::of(8).await;
    let questions = [
        "Почему??",
        "???",
        "Что ???",
        "Когда ??? перезвонить",
        "Да ну??Серьёзно",
        "https://a.ru/?q=??",
        "Wer ist Müller?",
        "??",
    ];
    let mut file = "id,comments\n".to_owned();
    file += &rows(1, &questions).replace(';', ",");
    desk.write("a.csv", file);
    desk.run("contacts a.csv --yes").assert(0, "8 rows done");
    let mut file = "id,name\n".to_owned();
    let names = [
        "Иван ????",
        "Иван ??",
        "???",
        "?ukasz",
        "Ив???ов",
        "Петр???",
    ];
    file += &rows(1, &names).replace(';', ",");
    desk.write("b.csv", file);
    desk.run("contacts b.csv").assert(1, " 6 bad");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_zero_byte_does_not_turn_a_file_into_utf_16() {
    let desk = Desk::of(3).await;
    for (text, encoding) in [
        ("id;post\n1;Директор\n2;Клерк\0\n", None),
        (
            "id;post\n1;Директор по продажам\n2;Бухгалтер\0\n",
            Some(WINDOWS_1251),
        ),
    ] {
        let bytes = encoding.map_or(text.as_bytes().to_vec(), |encoding: &'static Encoding| {
            encoding.encode(text).0.into_owned()
        });
        desk.write("a.csv", bytes);
        let said = desk.run("contacts a.csv --yes");
        said.assert(1, "3 (contacts/2)  post    has a control character");
        said.assert(1, "1 to send");
    }
}
