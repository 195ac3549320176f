mod records;

use std::{env, fs, process};

use serde_json::{Value, json};
use vibecode_runtime::{Contacts, RawAnswer};
use vibecode_spec::{Entity, Schema};
use vibecode_tests::world::Dice;

use self::records::{contact, deal};
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
    let items = json!([{"ID": "81", "VALUE": "Gold"}, {"ID": "82", "VALUE": "81"}, {"ID": "83", "VALUE": "Tea"}, {"ID": "84", "VALUE": "99"}]);
    let fields = json!({
        "ufCrm_1": {"type": "string"}, "ufCrm_2": {"type": "integer"}, "ufCrm_3": {"type": "double"},
        "ufCrm_4": {"type": "boolean"}, "ufCrm_5": {"type": "date"}, "ufCrm_6": {"type": "datetime"},
        "ufCrm_7": {"type": "enumeration", "items": items}, "ufCrm_8": {"type": "employee"},
        "ufCrm_9": {"type": "url"}, "ufCrm_10": {"type": "address"}, "ufCrm_11": {"type": "money"},
        "ufCrm_12": {"type": "string", "isMultiple": true}, "ufCrm_13": {"type": "crm"},
    });
    Schema::read(fields.to_string()).unwrap()
}

#[test]
fn the_scan_never_passes_a_row_of_which_bulk_reports_a_problem() {
    let contacts = "post,comments,sourceId,phone,email,ufCrm_1,ufCrm_2,ufCrm_3,ufCrm_4,ufCrm_5,ufCrm_6,ufCrm_7,ufCrm_8,ufCrm_9,ufCrm_10,ufCrm_11,ufCrm_12,ufCrm_13";
    let names: Vec<&str> = contacts.split(',').collect();
    let count = env::var("EXPORT_RECORDS")
        .ok()
        .and_then(|count| count.parse().ok())
        .unwrap_or(300);
    let (mut passed, mut all) = (0, 0);
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
            let records: Vec<Value> = (1..=count).map(|id| make(&mut dice, id)).collect();
            for form in ["csv", "jsonl"] {
                for more in [&[][..], &["--labels"], &["--excel"]] {
                    let mut words = vec!["--fields", fields, "--as", form];
                    words.extend(more);
                    let whole = noted(entity, &records, &words, false);
                    let scanned = noted(entity, &records, &words, true);
                    assert_eq!(scanned.problems, whole.problems, "{words:?}");
                    passed += whole.read - scanned.read;
                    all += whole.read;
                }
            }
        }
    }
    // Otherwise the test shows nothing.
    assert!(passed > all / 5, "{passed} of {all}");
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
