//! Random records of a portal.

use serde_json::{Value, json};
use vibecode_tests::world::Dice;

/// Values that a field may have in an answer: usual ones, hostile ones, and those that are nearly a number, a day or a code.
const TEXTS: &[&str] = &[
    "Director",
    "Met at the fair, stand 5",
    "a.b@c.ru",
    "Иван Петров",
    "Müller",
    "=1+1",
    "@SUM(A1)",
    "-2+3",
    "'quoted",
    "\"",
    "a\nb",
    "a\r\nb",
    "a;b,c\td",
    "a  b",
    "007",
    "1,234",
    "Why??",
    "?",
    "M?ller",
    "???",
    "\u{1}\u{7f}",
    "  spaces ",
    "\u{a0}Clerk",
    "Clerk\n",
    "0",
    "????",
    "Ð˜Ð²Ð°Ð½",
    "хБЮМ",
    "lost \u{fffd}",
    "#N/A",
    "#REF!",
    "#Н/Д",
    "7.91699E+10",
    "7e+5",
    "1e5",
    "1.50",
    "1.5",
    "15",
    "-15",
    "+15",
    "0.0",
    "-0",
    "true",
    "Y",
    "N",
    "no",
    "null",
    "[]",
    "{}",
    "нет",
    "a\\b",
    "81",
    "082",
    "82",
    "83",
    "84",
    "99",
    "Gold",
    "gold",
    "Tea",
    "5",
    "WEB",
    "web",
    "CALL",
    "Call",
    "SALE",
    "NEW",
    "New",
    "C5:NEW",
    "C5:WON",
    "won",
    "WON",
    "RUB",
    "USD",
    "300|RUB",
    "C_2",
    "https://a.ru/?q=1",
    "\u{feff}x",
    "x\u{2028}",
    "\u{202e}x",
    "1234567890123456",
    "123456789012345678901",
    "12345.678",
    "1500.00",
    "1.234",
    "12.345",
    "0.5",
    "00.5",
    "2026-04-15",
    "1969-12-31",
    "0001-01-01",
    "9999-12-31",
    "2026-02-31",
    "31.12.2026",
    "46022",
    "2026-04",
    "2026-04-15T12:00:00+03:00",
    "2026-04-15T21:00:00Z",
    "2026-04-15T21:00:00.000Z",
    "2026-04-15T21:00:01Z",
    "2026-04-15T12:00:00.000Z",
    "1969-12-31T23:59:59.500Z",
    "2026-04-15T12:00:00-00:00",
    "2026-04-15T12:00:00+00",
    "2026-04-15T12:00:00+0300",
    "2026-04-15 12:00:00",
    "2026-04-15T24:00:00Z",
    "2016-12-31T23:59:60Z",
    "2026-04-15t12:00:00z",
];

/// Phones and emails, plausible and not.
const ENTRIES: &[&str] = &[
    "+79161112233",
    "+7 (916) 111-22-33",
    "79161112233",
    "89161112233",
    "+7",
    "+791611122",
    "+0000000000",
    "+71234567890123456",
    "+4915112345678",
    "+1234567",
    "call me",
    "+79161112233 доб. 5",
    "+79161112233;102",
    "2026-04-15",
    "7.91699E+10",
    "'+79161112233",
    "1111111111",
    "a@b.ru",
    "ivan.petrov-1@mail.example.com",
    "a@b",
    "a@@b.ru",
    ".a@b.ru",
    "a..b@c.ru",
    "no@no.ru",
    "a@b.test",
    "иван@почта.рф",
    "ivan@b.123",
    "a+b@c.ru",
    "a@b.ru, c@d.ru",
    "a@-b.ru",
    "a b@c.ru",
    "x@x.com",
    "a@b.ru:HOME",
    "#N/A",
    "-",
    "?",
];

/// Ids, codes and labels, of which some are both.
const ITEMS: &[&str] = &[
    "81", "82", "83", "84", "99", "5", "WEB", "CALL", "web", "Call", "Gold", "081",
];

/// What is put into texts.
const SIGNS: &[char] = &[
    ' ', '0', '1', '9', 'e', 'E', '+', '-', '.', ',', ';', ':', '?', '#', '"', '\\', '|', '@', '=',
    'a', 'Z', 'и', 'Ð', 'é', '\n', '\t', '\u{a0}', '\u{7f}', '\u{fffd}', '/',
];

/// Returns a text that is near one of the list.
fn text(dice: &mut Dice, texts: &[&str]) -> String {
    let mut text: Vec<char> = dice.pick(texts).chars().collect();
    while dice.chance(0.3) {
        let at = dice.below(text.len() + 1);
        match dice.below(3) {
            0 => text.insert(at, *dice.pick(SIGNS)),
            1 if at < text.len() => drop(text.remove(at)),
            _ if at < text.len() => text[at] = *dice.pick(SIGNS),
            _ => {}
        }
    }
    text.into_iter().collect()
}

/// Returns a value of an answer.
fn value(dice: &mut Dice, field: &str) -> Value {
    let has_items = ["sourceId", "ufCrm_7"].contains(&field);
    let text = if has_items && dice.chance(0.7) {
        (*dice.pick(ITEMS)).to_owned()
    } else {
        text(dice, TEXTS)
    };
    // The same in another JSON form, if it has one.
    match serde_json::from_str(&text) {
        Ok(value) if dice.chance(0.5) => value,
        _ if dice.chance(0.02) => Value::Null,
        _ => text.into(),
    }
}

/// Returns a contact with any values.
pub(super) fn contact(dice: &mut Dice, id: u64) -> Value {
    let mut record = json!({"id": id});
    for field in ["post", "comments", "sourceId"] {
        record[field] = value(dice, field);
    }
    for number in 1..=13 {
        if dice.chance(0.5) {
            let field = format!("ufCrm_{number}");
            record[&field] = value(dice, &field);
        }
    }
    let mut entries = Vec::new();
    while dice.chance(0.5) {
        let kind = *dice.pick(&["PHONE", "EMAIL"]);
        let value_type = *dice.pick(&["WORK", "HOME", "MOBILE", "FAX", "OTHER"]);
        entries.push(json!({"id": entries.len() + 1, "typeId": kind, "valueType": value_type, "value": text(dice, ENTRIES)}));
    }
    record["fm"] = entries.into();
    record
}

/// Returns a deal with any codes.
pub(super) fn deal(dice: &mut Dice, id: u64) -> Value {
    let mut record = json!({"id": id});
    for (field, values) in [
        (
            "categoryId",
            &[json!(0), json!(5), json!("5"), json!(7), json!(null)][..],
        ),
        (
            "stageId",
            &[
                json!("NEW"),
                json!("WON"),
                json!("C5:NEW"),
                json!("C5:WON"),
                json!("OLD"),
            ],
        ),
        (
            "typeId",
            &[json!("SALE"), json!("SERVICE"), json!("sale"), json!("OLD")],
        ),
        ("currency", &[json!("RUB"), json!("USD"), json!("EUR")]),
    ] {
        record[field] = dice.pick(values).clone();
    }
    record
}
