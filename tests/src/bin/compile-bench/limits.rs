//! The limits for the cost of our derives.

use vibecode_tests::limit;

use crate::{
    contenders::{BARE, Codes, Contender, DERIVE_BUILDER, Kinds, PATCH},
    rounds::{Cost, Row},
};

/// The largest allowed ratio to `derive_builder` and serde, over the bare structs.
const MOST_OF_RIVAL: f64 = 0.7;

/// How much more a schema may cost than the kinds in place (ms per struct).
fn most_of_schema(fields: usize) -> f64 {
    if fields <= 500 { 0.6 } else { 1.0 }
}

/// How much more a file of 500 statuses may cost than unchecked codes (ms per struct with an enum).
const MOST_OF_STATUSES: f64 = 0.2;

/// Prints the limits, and returns whether all are kept. They apply to cold builds.
pub(crate) fn check(rows: &[Row]) -> bool {
    println!("\n| | cold | after an edit | limit, cold |\n|---|---|---|---|");
    let over = |contender: &Contender, other: &Contender| {
        let cost = |it: &Contender| rows.iter().find(|row| row.contender.name == it.name);
        match (cost(contender), cost(other)) {
            (Some(row), Some(other)) => row.cost.over(other.cost),
            _ => Cost::MOST,
        }
    };
    let (ours, rivals) = (over(&PATCH, &BARE), over(&DERIVE_BUILDER, &BARE));
    let mut is_kept = row(
        &format!("{} ÷ {}", PATCH.name, DERIVE_BUILDER.name),
        Cost {
            cold: ours.cold / rivals.cold,
            edited: ours.edited / rivals.edited,
        },
        MOST_OF_RIVAL,
    );
    for Row { contender, .. } in rows {
        if let Kinds::InSchema { fields, in_place } = contender.kinds {
            let what = format!("{}, ms a struct over kinds in place", contender.name);
            is_kept &= row(&what, over(contender, in_place), most_of_schema(fields));
        }
        if let Codes::InFile { without, .. } = contender.codes {
            let what = format!("{}, ms a struct over unchecked codes", contender.name);
            is_kept &= row(&what, over(contender, without), MOST_OF_STATUSES);
        }
    }
    is_kept
}

fn row(what: &str, cost: Cost, most: f64) -> bool {
    let is_kept = cost.cold <= most;
    let limit = limit::shown(format_args!("{most:.2}"), is_kept);
    println!(
        "| {what} | {:.2} | {:.2} | {limit} |",
        cost.cold, cost.edited
    );
    is_kept
}
