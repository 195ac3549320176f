//! Values that `bulk` would refuse, change or clear.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use vibecode_sandbox::{Entity, Sandbox};
use vibecode_spec::boolean_of;

use crate::{
    export,
    fake_portal::{export_from, portal, portal_with},
    support::Desk,
};

/// A desk with these contacts, and a list of texts as `ufCrm_1`.
async fn desk(contacts: Value) -> Desk {
    let fields = json!({
        "post": {"type": "string"},
        "birthdate": {"type": "date"},
        "ufCrm_1": {"type": "string", "isMultiple": true},
        "ufCrm_2": {"type": "double"},
    });
    let sandbox = Sandbox::builder()
        .schema(Entity::Contacts, fields.clone())
        .seed_unchecked(json!({ "contacts": contacts }));
    let desk = Desk::with(sandbox.start().await);
    desk.write("vibecode/contacts.json", fields.to_string());
    desk
}

#[tokio::test(flavor = "multi_thread")]
async fn a_value_that_is_not_known_can_never_clear_its_field() {
    let rows = json!([
        {"id": 1, "post": "Clerk", "fm": []},
        {"id": 2, "fm": []},
        {"id": 3, "post": null, "fm": []},
    ]);
    let contacts = json!([{"id": 1, "post": "Clerk"}, {"id": 2, "post": "Boss"}, {"id": 3}]);
    for (form, is_refused) in [("csv", true), ("jsonl", false)] {
        let desk = desk(contacts.clone()).await;
        let file = format!("b.{form}");
        let words = ["contacts", "--fields", "post", "--as", form];
        export_from(&portal_with(3, &rows), &desk, &words).assert(1, "(contacts/2)");
        std::fs::rename(desk.path("a.csv"), desk.path(&file)).unwrap();
        let sent = desk.run(&format!("contacts {file} --empty clear --yes"));
        if is_refused {
            sent.assert(1, "has an error of the spreadsheet instead of a value");
            assert!(
                desk.sandbox
                    .requests()
                    .iter()
                    .all(|it| it.method() == "GET")
            );
            desk.run(&format!("contacts {file} --empty clear --yes --skip-bad"));
        } else {
            assert_eq!(sent.code, Some(0), "{sent:#?}");
        }
        assert_eq!(desk.field(2, "post"), "Boss", "{form}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn records_that_lack_a_field_are_counted_and_named() {
    let rows: Vec<Value> = (1..=30)
        .map(|id| match id {
            1 => json!({"id": id, "post": "Clerk"}),
            _ => json!({"id": id}),
        })
        .collect();
    let desk = Desk::of(0).await;
    let words = ["contacts", "--fields", "post", "--format", "json"];
    let said = export_from(&portal_with(30, &rows.into()), &desk, &words);
    assert_eq!(said.code, Some(1), "{said:#?}");
    let report: Value = serde_json::from_str(&said.out).unwrap();
    let ids: Vec<u64> = (2..=11).collect();
    let expected = json!([{"field": "post", "records": 29, "ids": ids}]);
    assert_eq!(report["not_shown"], expected);
    assert!(said.err.contains("contacts/11 and 19 more"), "{}", said.err);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_field_that_no_record_shows_has_no_column_unless_it_is_named() {
    let desk = Desk::of(0).await;
    let rows = json!([{"id": 1, "post": "Clerk", "fm": []}]);
    let said = export_from(&portal_with(1, &rows), &desk, &["contacts"]);
    said.assert(
        0,
        "these fields have no column, since no record shows them: ",
    );
    let text = desk.read("a.csv");
    assert_eq!(text, "id,email,phone,post\n1,,,Clerk\n");
    let words = ["contacts", "--fields", "name", "--overwrite"];
    let said = export_from(&portal_with(1, &rows), &desk, &words);
    said.assert(1, "no record shows these fields");
    assert_eq!(desk.read("a.csv"), "id,name\n1,#N/A\n");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_field_that_no_record_shows_ends_an_export_in_the_same_way_in_every_form() {
    let rows = json!([{"id": 1, "post": "Clerk", "fm": []}]);
    for form in ["csv", "jsonl"] {
        let desk = Desk::of(0).await;
        let url = portal_with(1, &rows);
        let said = export_from(&url, &desk, &["contacts", "--as", form]);
        said.assert(0, "no record shows ");
        let words = ["contacts", "--as", form, "--fields", "name", "--overwrite"];
        export_from(&url, &desk, &words).assert(1, "no record shows these fields");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_field_that_only_later_records_show_is_never_lost() {
    let desk = Desk::of(0).await;
    let url = portal(3, |above| match above {
        0 => vec![json!({"id": 1, "post": "a", "fm": []})],
        1 => vec![json!({"id": 2, "post": "b", "name": "Anna", "fm": []})],
        _ => vec![json!({"id": 3, "post": "c", "fm": []})],
    });
    let said = export_from(&url, &desk, &["contacts"]);
    said.assert(
        1,
        "contacts/2 `name` is shown, and by none of the first records, so the file has no column for it: name it with --fields",
    );
    assert_eq!(desk.read("a.csv"), "id,email,phone,post\n1,,,a\n3,,,c\n");
}

/// Texts that a portal may have, and whether `bulk` takes them as they are.
const TEXTS: [(&str, bool); 23] = [
    ("=1+1", true),
    ("@SUM(A1)", true),
    ("-2+3", true),
    ("'quoted", true),
    ("'=1+1", true),
    ("\"", true),
    ("a\nb", true),
    ("a\r\nb", true),
    ("a;b,c\td", true),
    ("007", true),
    ("1,234", true),
    ("Why??", true),
    ("\u{1}\u{7f}", false),
    ("  spaces ", false),
    ("\u{a0}Clerk", false),
    ("Clerk\n", false),
    ("0", false),
    ("????", false),
    ("Ð˜Ð²Ð°Ð½", false),
    ("lost \u{fffd}", false),
    ("#N/A", false),
    ("#REF!", false),
    ("7.91699E+10", false),
];

#[tokio::test(flavor = "multi_thread")]
async fn an_export_names_each_record_that_bulk_refuses_or_changes_and_bulk_agrees() {
    for form in ["csv", "jsonl"] {
        for (text, is_as_it_is) in TEXTS {
            let desk = desk(json!([{"id": 1, "post": text}])).await;
            let before = desk.field(1, "post");
            let file = format!("a.{form}");
            let words = [
                "contacts", "--fields", "post", "--output", &file, "--format", "json",
            ];
            let said = export(&desk, &words);
            assert_eq!(said.code, Some(0), "{text:?}: {said:#?}");
            let report: Value = serde_json::from_str(&said.out).unwrap();
            let problems = report["bulk_problems"].as_array().unwrap();
            assert_eq!(
                problems.is_empty(),
                is_as_it_is,
                "{form} {text:?}: {problems:?}"
            );
            let sent = desk.run(&format!("contacts {file} --yes --no-verify"));
            let is_same = desk.field(1, "post") == before;
            if is_as_it_is {
                assert_eq!(sent.code, Some(0), "{form} {text:?}: {sent:#?}");
                assert!(is_same, "{form} {text:?}: {}", desk.field(1, "post"));
                continue;
            }
            assert_eq!(problems[0]["field"], "post");
            assert_eq!(problems[0]["ids"], json!([1]));
            let is_refused = problems[0]["refused"] == json!(true);
            // The text `0` clears the field, so its row fails.
            let is_failed = is_refused || text == "0";
            assert_eq!(
                sent.code,
                Some(i32::from(is_failed)),
                "{form} {text:?}: {sent:#?}"
            );
            assert_eq!(
                is_same,
                is_refused,
                "{form} {text:?}: {}",
                desk.field(1, "post")
            );
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_bulk_refuses_or_changes_is_explained_with_the_records() {
    let contacts = json!([
        {"id": 1, "post": " Clerk", "ufCrm_1": ["a", "#N/A"]},
        {"id": 2, "post": "Boss ", "ufCrm_1": ["b "]},
        {"id": 3, "post": "0"},
        {"id": 4, "fm": [{"typeId": "PHONE", "valueType": "WORK", "value": "call me"}]},
    ]);
    let desk = desk(contacts).await;
    let words = ["contacts", "--output", "a.csv"];
    let said = export(&desk, &words);
    for text in [
        "`bulk` would change `post` of 2 records (contacts/1, contacts/2): it leaves out the spaces, line breaks and invisible characters at the beginning and the end",
        "`bulk` would change `post` of 1 record (contacts/3): the API takes the text `0` as empty, so it clears the field",
        "`bulk` refuses `ufCrm_1` of 1 record (contacts/1): ",
        "`bulk` would change `ufCrm_1` of 1 record (contacts/2): ",
        "`bulk` refuses `phone` of 1 record (contacts/4): ",
    ] {
        said.assert(0, text);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_column_that_bulk_refuses_is_named() {
    let desk = desk(json!([{"id": 1, "createdTime": "2026-04-15T12:00:00+03:00"}])).await;
    let words = [
        "contacts",
        "--fields",
        "createdTime,post",
        "--output",
        "a.csv",
    ];
    export(&desk, &words).assert(0, "`bulk` refuses `createdTime` of 1 record (contacts/1): belongs to `createdTime`, which is read-only");
    desk.run("contacts a.csv").assert(2, "is read-only");
}

/// Values in the forms in which a portal may return them, by the type of the field.
const VALUES: [(&str, &str); 36] = [
    ("integer", "7"),
    ("integer", r#""007""#),
    ("integer", "-12345678901234567"),
    ("double", "1.234"),
    ("double", "-0.5"),
    ("double", r#""1.50""#),
    ("double", "1e21"),
    ("double", "12345678.123456789"),
    ("double", "0"),
    ("boolean", "true"),
    ("boolean", r#""N""#),
    ("boolean", "0"),
    ("date", r#""2026-04-15""#),
    ("date", r#""2026-04-14T21:00:00.000Z""#),
    ("date", r#""2026-04-15T00:00:00+03:00""#),
    ("datetime", r#""2026-04-15T12:00:00.000Z""#),
    ("datetime", r#""2026-04-15T12:00:00+03:00""#),
    ("money", r#""300|RUB""#),
    ("money", r#""1.234|RUB""#),
    ("money", r#""300""#),
    ("money", "300"),
    ("money", r#""-5.00|EUR""#),
    ("string", "12"),
    ("string", "1.50"),
    ("string", r#""1,5""#),
    ("string", r#""Иван\u2028""#),
    ("url", r#""https://example.com/?a=1;b""#),
    ("crm", r#""C_2""#),
    ("crm", r#""12""#),
    ("crm", r#""X_99""#),
    ("employee", "12"),
    ("employee", r#""12""#),
    ("enumeration", "81"),
    ("enumeration", r#""82""#),
    ("enumeration", "99"),
    ("address", r#""Moscow, Arbat 1|;|""#),
];

/// Those of them that an export may report.
const REPORTED: [(&str, &str); 11] = [
    ("address", r#""Moscow, Arbat 1|;|""#),
    ("crm", r#""12""#),
    ("crm", r#""X_99""#),
    ("double", "12345678.123456789"),
    ("double", "1e21"),
    ("enumeration", "99"),
    ("integer", r#""007""#),
    ("money", r#""300""#),
    ("money", "300"),
    ("string", r#""Иван\u2028""#),
    ("url", r#""https://example.com/?a=1;b""#),
];

fn each<T>(value: &Value, read: fn(&Value) -> T) -> Vec<T> {
    match value {
        Value::Array(values) => values.iter().map(read).collect(),
        value => vec![read(value)],
    }
}

fn boolean(value: &Value) -> Option<bool> {
    boolean_of(value.to_string().trim_matches('"'))
}

/// The day that the dates among them mean in Moscow.
const DAY: &str = "2026-04-15";

#[tokio::test(flavor = "multi_thread")]
async fn a_value_of_any_kind_is_the_same_after_bulk_or_is_reported() {
    let mut reported = BTreeSet::new();
    for (kind, json) in VALUES {
        let value: Value = serde_json::from_str(json).unwrap();
        for is_multiple in [false, true] {
            let items = json!([{"ID": "81", "VALUE": "Gold"}, {"ID": "82", "VALUE": "81"}]);
            let fields = json!({
                "ufCrm_1": {"type": kind, "isMultiple": is_multiple, "items": items},
            });
            let value = if is_multiple {
                json!([value, value])
            } else {
                value.clone()
            };
            let sandbox = Sandbox::builder()
                .schema(Entity::Contacts, fields.clone())
                .seed_unchecked(json!({"contacts": [{"id": 1, "ufCrm_1": value}]}));
            let desk = Desk::with(sandbox.start().await);
            desk.write("vibecode/contacts.json", fields.to_string());
            let before = desk.field(1, "ufCrm_1");
            let words = [
                "contacts", "--fields", "ufCrm_1", "--output", "a.csv", "--format", "json",
            ];
            let said = export(&desk, &words);
            let report: Value = serde_json::from_str(&said.out).unwrap();
            let is_reported = report["failed"] == 1 || report["bulk_problems"] != json!([]);
            if is_reported {
                reported.insert((kind, json));
                continue;
            }
            let sent = desk.run("contacts a.csv --yes --no-verify");
            assert_eq!(sent.code, Some(0), "{kind} {value}: {sent:#?}");
            let after = desk.field(1, "ufCrm_1");
            // A number loses its zeros, and a day its time.
            let number = |value: &Value| -> Vec<Option<f64>> {
                let values = value.as_array().cloned().unwrap_or(vec![value.clone()]);
                let text = |value: &Value| value.to_string().trim_matches('"').parse().ok();
                values.iter().map(text).collect()
            };
            let numbers = number(&after);
            let is_number = numbers.iter().all(Option::is_some) && numbers == number(&before);
            let is_same = match kind {
                "boolean" => each(&after, boolean) == each(&before, boolean),
                "date" => each(&after, |day| day == DAY)
                    .iter()
                    .all(|is_same| *is_same),
                _ => after == before || is_number,
            };
            assert!(is_same, "{kind} {before}: {after}");
        }
    }
    assert_eq!(reported, BTreeSet::from(REPORTED));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_text_that_csv_cannot_carry_needs_json_lines() {
    let desk = desk(json!([{"id": 1, "post": "a\0b"}, {"id": 2, "post": "c"}])).await;
    let words = ["contacts", "--fields", "post", "--output", "a.csv"];
    export(&desk, &words).assert(
        1,
        "contacts/1 `post` has a NUL, which a reader of CSV takes for another encoding: write JSON Lines with --as jsonl",
    );
    assert_eq!(desk.read("a.csv"), "id,post\n2,c\n");
    let words = ["contacts", "--fields", "post", "--output", "a.jsonl"];
    let said = export(&desk, &words);
    said.assert(0, "2 records were written");
    said.assert(
        0,
        "`bulk` refuses `post` of 1 record (contacts/1): has a control character",
    );
    desk.run("contacts a.jsonl --yes --allow-garbled")
        .assert(0, "2 rows done");
    assert_eq!(desk.field(1, "post"), "a\0b");
}
