//! What it costs to read a record, in instructions: `cargo bench -p vibecode-tests --bench decode`.
//!
//! A contact of 60 keys is read into a struct of 10 fields, by `#[derive(Record)]` and by a struct
//! with serde's `Deserialize`, under valgrind's callgrind. Fails where the limit is missed.
#![allow(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "this prints a table, and stops where it cannot"
)]

use std::{env, fmt::Write as _, hint::black_box, io, process::ExitCode};

use serde::Deserialize;
use vibecode_runtime::{CompanyId, ContactId, Contacts, RawAnswer, Record, UserId};
use vibecode_tests::{instructions, limit, ratio::Ratio};

const ROUNDS: u64 = 1_000;
/// So much of serde's at most. Ours reads a record in each form in which the API may answer it.
const MOST: Ratio = Ratio::hundredths(100);
/// Stands before the word that says what to run, in the process that is counted.
const RUN: &str = "--run";

#[derive(Record)]
#[vibecode(entity = "contacts")]
struct Customer {
    #[vibecode(id)]
    id: ContactId,
    name: Option<String>,
    last_name: Option<String>,
    post: Option<String>,
    company_id: Option<CompanyId>,
    assigned_by_id: UserId,
    opened: bool,
    updated_time: String,
    #[vibecode(field = "ufCrm_1721244707107", kind = "enumeration")]
    loyalty: Option<u64>,
    #[vibecode(field = "ufCrm_694BF2A975BD0", kind = "double", multiple)]
    scores: Vec<f64>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ByHand {
    id: u64,
    name: Option<String>,
    last_name: Option<String>,
    post: Option<String>,
    company_id: Option<u64>,
    assigned_by_id: u64,
    opened: bool,
    updated_time: String,
    #[serde(rename = "ufCrm_1721244707107")]
    loyalty: Option<u64>,
    #[serde(rename = "ufCrm_694BF2A975BD0")]
    scores: Vec<f64>,
}

/// A contact of 60 keys, of which 10 are read.
fn contact() -> String {
    let mut json = String::from(
        r#"{"id":71,"name":"Ivan","lastName":"Petrov","post":"Director","companyId":15,"assignedById":1,"opened":true,"updatedTime":"2026-04-15T12:00:00+03:00","ufCrm_1721244707107":81,"ufCrm_694BF2A975BD0":[4.5,5.0]"#,
    );
    for number in 0..50 {
        let value = ["null", "\"some text of a field\"", "12345", "[]", "false"];
        let value = value.get(number % value.len()).unwrap();
        write!(json, ",\"ufCrm_27212447071{number:02}\":{value}").unwrap();
    }
    json.push('}');
    json
}

fn main() -> ExitCode {
    let arguments: Vec<_> = env::args().skip(1).collect();
    match arguments.as_slice() {
        [run, word, ..] if run == RUN => repeat(word),
        arguments if arguments.iter().any(|it| it == "--bench") => {
            return limit::exit_code(report());
        }
        // `cargo test` runs benches too.
        _ => println!("counts instructions under `cargo bench`"),
    }
    ExitCode::SUCCESS
}

/// Whether the limit is kept.
fn report() -> io::Result<bool> {
    let ours = instructions(&[RUN, "vibecode"], ROUNDS)?;
    let theirs = instructions(&[RUN, "hand"], ROUNDS)?;
    let ratio = Ratio::of(ours, theirs);
    let is_kept = ratio <= MOST;
    println!("instructions to read a contact of 60 keys into a struct of 10 fields\n");
    println!("| vibecode | by hand | ratio | limit |\n|---|---|---|---|");
    let limit = limit::shown(MOST, is_kept);
    println!("| {ours} | {theirs} | {ratio} | {limit} |");
    Ok(is_kept)
}

fn repeat(word: &str) {
    let json = contact();
    let raw = RawAnswer::from_json::<Contacts>(json.clone()).unwrap();
    for _ in 0..ROUNDS {
        if word == "hand" {
            measured_by_hand(&json);
        } else {
            measured_vibecode(&raw);
        }
    }
}

#[inline(never)]
fn measured_vibecode(raw: &RawAnswer) {
    let read: Customer = raw.record().unwrap();
    black_box((
        read.id,
        &read.name,
        &read.last_name,
        &read.post,
        read.company_id,
    ));
    black_box((
        read.assigned_by_id,
        read.opened,
        &read.updated_time,
        read.loyalty,
        &read.scores,
    ));
}

#[inline(never)]
fn measured_by_hand(json: &str) {
    let read: ByHand = serde_json::from_str(json).unwrap();
    black_box((
        read.id,
        &read.name,
        &read.last_name,
        &read.post,
        read.company_id,
    ));
    black_box((
        read.assigned_by_id,
        read.opened,
        &read.updated_time,
        read.loyalty,
        &read.scores,
    ));
}
