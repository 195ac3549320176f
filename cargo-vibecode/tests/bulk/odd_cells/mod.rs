//! Odd cells of real spreadsheets: each is taken for what it is, or refused.

mod emails;
mod phones;
mod texts;
mod values;

use std::fmt::Write as _;

use serde_json::json;
use vibecode_sandbox::{Entity, Sandbox};

use self::{
    emails::EMAILS,
    phones::{OF_AN_EXPORT, OF_RUSSIA, PLAIN},
    values::{DATES, NUMBERS, TIMES, WHOLE},
};
use crate::support::Desk;

/// What happens to a cell of a phone or an email.
#[derive(Debug, Clone, PartialEq)]
enum Expected {
    /// These are added, and nothing else.
    Added(&'static [&'static str]),
    /// The row is bad.
    Refused,
    /// The row changes nothing.
    Nothing,
}

/// What happens to a cell of another field.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Value {
    Number(&'static str),
    Text(&'static str),
    /// The row is bad.
    Bad,
}

#[tokio::test(flavor = "multi_thread")]
async fn an_odd_phone_is_added_as_it_is_meant_or_refused() {
    assert_entries("phone", "PHONE", "", PLAIN).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_odd_phone_gets_the_code_of_the_country_only_if_it_is_one_of_its_numbers() {
    assert_entries("phone", "PHONE", "--country 7", OF_RUSSIA).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn several_phones_in_a_cell_of_an_export_are_each_a_phone_or_refused() {
    assert_entries("Рабочий телефон", "PHONE", "", OF_AN_EXPORT).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_odd_email_is_added_as_it_is_meant_or_refused() {
    assert_entries("email", "EMAIL", "", EMAILS).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_email_that_may_be_a_placeholder_is_counted_and_not_refused() {
    let desk = Desk::of(2).await;
    desk.write("a.csv", "id,email\n1,anna@company.ru\n2,x@x.com\n");
    desk.run("contacts a.csv").assert(
        0,
        "1 email looks like a placeholder, the first in row 3 (contacts/2): empty",
    );
    desk.run("contacts a.csv --format json")
        .assert(0, r#""emails_perhaps_placeholders":1"#);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_odd_number_is_sent_as_it_is_meant_or_refused() {
    assert_values("ufCrm_1", NUMBERS).await;
    assert_values("ufCrm_2", WHOLE).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_odd_date_or_time_is_sent_as_it_is_meant_or_refused() {
    assert_values("ufCrm_3", DATES).await;
    assert_values("ufCrm_4", TIMES).await;
}

fn quoted(cell: &str) -> String {
    format!("\"{}\"", cell.replace('"', "\"\""))
}

/// Sends one row for each cell, and checks the outcome.
async fn assert_entries(header: &str, kind: &str, flags: &str, cells: &[(&str, Expected)]) {
    let desk = Desk::of(cells.len() as u64).await;
    let mut file = format!("id,{header}\n");
    for (index, (cell, _)) in cells.iter().enumerate() {
        writeln!(file, "{},{}", index + 1, quoted(cell)).unwrap();
    }
    desk.write("a.csv", file);
    let said = desk.run(&format!("contacts a.csv --yes --skip-bad {flags}"));
    said.assert(1, " 0 failed");
    let bad = desk.read("a.bad.csv");
    let mut problems = Vec::new();
    for (index, (cell, expected)) in cells.iter().enumerate() {
        let id = index as u64 + 1;
        let entries = desk.field(id, "fm");
        let added = entries.as_array().into_iter().flatten();
        let added: Vec<String> = added
            .filter(|entry| entry["typeId"] == kind)
            .map(|entry| {
                let value = entry["value"].as_str().unwrap();
                if kind == "PHONE" {
                    digits(value)
                } else {
                    value.to_owned()
                }
            })
            .collect();
        let is_bad = bad.lines().any(|line| line.starts_with(&format!("{id},")));
        let happened = match expected {
            Expected::Added(values) => !is_bad && added == *values,
            Expected::Refused => is_bad && added.is_empty(),
            Expected::Nothing => !is_bad && added.is_empty(),
        };
        if !happened {
            problems.push(format!(
                "{cell:?}: {expected:?}, but bad: {is_bad}, added: {added:?}"
            ));
        }
    }
    assert!(problems.is_empty(), "{problems:#?}");
}

/// The digits of a phone with its plus, and its extension after a semicolon.
fn digits(phone: &str) -> String {
    let is_digit = |letter: &char| letter.is_ascii_digit();
    let mark = phone.find(|letter: char| letter.is_alphabetic() || letter == ';');
    let (number, extension) = phone.split_at(mark.unwrap_or(phone.len()));
    let plus = if number.contains('+') { "+" } else { "" };
    let number: String = number.chars().filter(is_digit).collect();
    let extension: String = extension.chars().filter(is_digit).collect();
    let separator = if extension.is_empty() { "" } else { ";" };
    format!("{plus}{number}{separator}{extension}")
}

/// Sends each cell in a file of its own, so that no other shows how numbers are written.
async fn assert_values(field: &str, cells: &[(&str, Value)]) {
    let schema = r#"{"ufCrm_1":{"type":"double"},"ufCrm_2":{"type":"integer"},
        "ufCrm_3":{"type":"date"},"ufCrm_4":{"type":"datetime"}}"#;
    let sandbox = Sandbox::builder()
        .contacts(cells.len() as u64)
        .schema(Entity::Contacts, serde_json::from_str(schema).unwrap());
    let desk = Desk::with(sandbox.start().await);
    desk.write("vibecode/contacts.json", schema);
    let mut problems = Vec::new();
    for (index, (cell, expected)) in cells.iter().enumerate() {
        let id = index as u64 + 1;
        let name = format!("{id}.csv");
        desk.write(&name, format!("id,{field}\n{id},{}\n", quoted(cell)));
        let said = desk.run(&format!("contacts {name} --yes"));
        let sent = desk.field(id, field);
        let happened = match expected {
            Value::Number(number) => {
                let number: f64 = number.parse().unwrap();
                said.code == Some(0) && sent.as_f64() == Some(number)
            }
            Value::Text(text) => said.code == Some(0) && sent == json!(text),
            Value::Bad => said.code == Some(1) && sent.is_null(),
        };
        if !happened {
            problems.push(format!(
                "{cell:?}: {expected:?}, but sent {sent}: {}{}",
                said.out, said.err
            ));
        }
    }
    assert!(problems.is_empty(), "{problems:#?}");
}
