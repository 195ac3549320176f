use std::{env, fs, process};

use serde_json::{Value, json};
use vibecode_runtime::{Contacts, RawAnswer};
use vibecode_spec::{Entity, Schema};
use vibecode_tests::world::Dice;

use super::super::{
    super::{args::Args, columns::Columns, sheet::Sheet},
    BulkDefaults, ReadBack,
};
use super::*;
use crate::code_file::KnownCodes;

const STATUSES: &str = r#"{"format": 1, "sets": {
    "SOURCE": [{"code": "WEB", "name": "5"}, {"code": "5", "name": "Call"}, {"code": "CALL", "name": "web"}],
    "DEAL_TYPE": [{"code": "SALE", "name": "Sale"}, {"code": "SERVICE", "name": "Service"}],
    "DEAL_STAGE": [{"code": "NEW", "name": "New"}, {"code": "WON", "name": "Won"}],
    "DEAL_STAGE_5": [{"code": "C5:NEW", "name": "New"}, {"code": "C5:WON", "name": "won"}]
}}"#;
const CURRENCIES: &str = r#"{"format": 1, "currencies": [{"code": "RUB", "name": "Рубль"}, {"code": "USD", "name": "USD"}]}"#;

#[derive(clap::Parser)]
struct Words {
    #[command(flatten)]
    args: Args,
}

/// The problems that were noted, and how many rows `bulk` has read.
#[derive(Debug, PartialEq)]
struct Noted {
    problems: Vec<Value>,
    read: usize,
}

/// Exports records, with the scan or without.
fn noted(entity: Entity, records: &[Value], words: &[&str], is_scanned: bool) -> Noted {
    let schema = entity.schema().with_portal(portal_fields());
    let codes = KnownCodes::of(STATUSES, CURRENCIES);
    let name = format!(
        "vibecode-harmless-{}-{:?}",
        process::id(),
        std::thread::current().id()
    );
    let file = env::temp_dir().join(name.replace(['(', ')'], ""));
    let _ = fs::remove_file(&file);
    let words = ["export", entity.path()]
        .into_iter()
        .chain(words.iter().copied());
    let words = words.chain(["--output", file.to_str().unwrap()]);
    let args = <Words as clap::Parser>::try_parse_from(words).unwrap().args;
    let is_csv = args.form() == super::super::Form::Csv;
    let mut columns = Columns::choose(
        &args.fields,
        entity.path(),
        &schema,
        &codes,
        args.labels,
        is_csv,
    )
    .unwrap();
    let mut sheet = Sheet::create(&args).unwrap();
    sheet.begin(&columns, args.excel).unwrap();
    let defaults = BulkDefaults::of(entity.path());
    let options = defaults.options(&args, &schema, &codes);
    let mut read_back = ReadBack::new(&options, &args, &columns);
    let mut read = 0;
    for record in records {
        let answer = RawAnswer::from_json::<Contacts>(record.to_string()).unwrap();
        // A record with a value that is not understood is not written.
        let _ = columns.read(
            &answer,
            |_| true,
            |id, cells, notes| {
                sheet.write(id, cells)?;
                let written = WrittenRecord {
                    id,
                    answer: &answer,
                    cells,
                    notes,
                };
                if is_scanned {
                    read += usize::from(!read_back.harmless.are_all(sheet.row(), written));
                    read_back.check(sheet.row(), written);
                } else {
                    read += 1;
                    read_back.read(sheet.row(), written);
                }
                Ok(())
            },
        );
    }
    let problems = read_back
        .problems()
        .iter()
        .map(super::super::BulkProblem::json);
    Noted {
        problems: problems.collect(),
        read,
    }
}

fn portal_fields() -> Schema {
    let items = json!([{"ID": "81", "VALUE": "Gold"}, {"ID": "82", "VALUE": "81"}, {"ID": "83", "VALUE": "Tea"}]);
    let fields = json!({
        "ufCrm_1": {"type": "string"}, "ufCrm_2": {"type": "integer"}, "ufCrm_3": {"type": "double"},
        "ufCrm_4": {"type": "boolean"}, "ufCrm_5": {"type": "date"}, "ufCrm_6": {"type": "datetime"},
        "ufCrm_7": {"type": "enumeration", "items": items}, "ufCrm_8": {"type": "employee"},
        "ufCrm_9": {"type": "url"}, "ufCrm_10": {"type": "address"}, "ufCrm_11": {"type": "money"},
        "ufCrm_12": {"type": "string", "isMultiple": true}, "ufCrm_13": {"type": "crm"},
    });
    Schema::read(fields.to_string()).unwrap()
}

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

/// Returns a text that is near one of the list.
fn text(dice: &mut Dice, texts: &[&str]) -> String {
    let mut text: Vec<char> = dice.pick(texts).chars().collect();
    const SIGNS: &[char] = &[
        ' ', '0', '1', '9', 'e', 'E', '+', '-', '.', ',', ';', ':', '?', '#', '"', '\\', '|', '@',
        '=', 'a', 'Z', 'и', 'Ð', 'é', '\n', '\t', '\u{a0}', '\u{7f}', '\u{fffd}', '/',
    ];
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
fn value(dice: &mut Dice) -> Value {
    let text = text(dice, TEXTS);
    // The same in another JSON form, if it has one.
    match serde_json::from_str(&text) {
        Ok(value) if dice.chance(0.5) => value,
        _ if dice.chance(0.02) => Value::Null,
        _ => text.into(),
    }
}

fn contact(dice: &mut Dice, id: u64) -> Value {
    let mut record = json!({"id": id});
    for field in ["post", "comments", "sourceId"] {
        record[field] = value(dice);
    }
    for number in 1..=13 {
        if dice.chance(0.5) {
            record[format!("ufCrm_{number}")] = value(dice);
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

fn deal(dice: &mut Dice, id: u64) -> Value {
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

#[test]
fn the_scan_never_passes_a_row_of_which_bulk_reports_a_problem() {
    let contacts = "id,post,comments,sourceId,phone,email,ufCrm_1,ufCrm_2,ufCrm_3,ufCrm_4,ufCrm_5,ufCrm_6,ufCrm_7,ufCrm_8,ufCrm_9,ufCrm_10,ufCrm_11,ufCrm_12,ufCrm_13";
    let names: Vec<&str> = contacts.split(',').skip(1).collect();
    let cases = env::var("FUZZ_CASES")
        .ok()
        .and_then(|cases| cases.parse().ok())
        .unwrap_or(300);
    for (entity, make, fields) in [
        (
            Entity::Contacts,
            contact as fn(&mut Dice, u64) -> Value,
            &names[..],
        ),
        (
            Entity::Deals,
            deal,
            &[
                "categoryId,stageId,typeId,currency",
                "stageId",
                "typeId,currency",
            ],
        ),
    ] {
        for (stream, fields) in (0..).zip(fields) {
            let mut dice = Dice::new(26, stream);
            let records: Vec<Value> = (1..=cases).map(|id| make(&mut dice, id)).collect();
            for form in ["csv", "jsonl"] {
                for more in [&[][..], &["--labels"], &["--excel"]] {
                    let mut words = vec!["--fields", fields, "--as", form];
                    words.extend(more);
                    let whole = noted(entity, &records, &words, false);
                    let scanned = noted(entity, &records, &words, true);
                    assert_eq!(scanned.problems, whole.problems, "{words:?}");
                }
            }
        }
    }
}

#[test]
fn plain_values_are_not_read_by_bulk_one_by_one() {
    let contact = |id: u64| {
        json!({
            "id": id, "post": "Director", "comments": format!("Met at the fair, stand {id}"), "sourceId": "CALL",
            "ufCrm_1": "Звонил Иван Петров", "ufCrm_2": id, "ufCrm_3": "1500.00", "ufCrm_4": "Y", "ufCrm_5": "2026-04-15",
            "ufCrm_6": "2026-04-15T12:00:00+03:00", "ufCrm_7": 83, "ufCrm_8": "12", "ufCrm_9": "https://example.com/a?b=1",
            "fm": [
                {"id": 1, "typeId": "PHONE", "valueType": "WORK", "value": format!("+7916{id:07}")},
                {"id": 2, "typeId": "EMAIL", "valueType": "HOME", "value": format!("contact-{id}@example.com")},
            ],
        })
    };
    let records: Vec<Value> = (1..=100).map(contact).collect();
    let fields = "post,comments,sourceId,ufCrm_1,ufCrm_2,ufCrm_3,ufCrm_4,ufCrm_5,ufCrm_6,ufCrm_7,ufCrm_8,ufCrm_9,phone,email";
    for form in ["csv", "jsonl"] {
        let words = ["--fields", fields, "--as", form];
        let noted = noted(Entity::Contacts, &records, &words, true);
        assert_eq!(
            noted,
            Noted {
                problems: Vec::new(),
                read: 1
            },
            "{form}"
        );
    }
}
