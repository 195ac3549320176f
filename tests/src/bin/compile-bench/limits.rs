//! The limits for the cost of our derives, in instructions.

use std::io;

use vibecode_tests::{generated::Workspace, limit};

use crate::{
    contenders::{
        BARE, Contender, DERIVE_BUILDER, DERIVE_BUILDER_AND_SERDE, PATCH, PATCH_AND_RECORD,
        PATCH_IN_SCHEMA, PATCH_OF_CODES, PATCH_OF_CODES_IN_FILE,
    },
    counts::{Count, STRUCTS, of_one_struct},
    rounds,
};

/// The largest allowed ratios to `derive_builder` and serde, over the bare structs.
const MOST_OF_RIVAL: Count = Count {
    cold: 0.50,
    edited: 0.65,
};
const MOST_OF_RIVAL_WITH_RECORD: Count = Count {
    cold: 0.50,
    edited: 0.50,
};

/// How many instructions a file of the portal may cost a crate of 200 structs, in millions: 0.5 ms for each struct, and
/// 0.2 ms, at 3,700 instructions a microsecond. The schema is read once and costs a struct nothing, so it is counted
/// with fewer structs. Codes are looked up for each.
const MOST_OF_SCHEMA: f64 = 370.0;
const MOST_OF_STATUSES: f64 = 148.0;

/// The numbers of fields of one struct with which the first check must grow in proportion, and how much more
/// a field may cost in the largest than in the smallest.
const FIELDS: [usize; 3] = [200, 1_000, 3_000];
const MOST_GROWTH: f64 = 1.1;

/// Counts, prints the limits, and returns whether all are kept.
pub(crate) fn check(workspace: &Workspace) -> io::Result<bool> {
    let count = |contender: &Contender| {
        eprintln!("counting {}", contender.name);
        Count::of(workspace, contender, STRUCTS)
    };
    let (bare, patch, both) = (count(&BARE)?, count(&PATCH)?, count(&PATCH_AND_RECORD)?);
    println!(
        "\n| {STRUCTS} structs, instructions | cold | after an edit | limits |\n|---|---|---|---|"
    );
    let mut is_kept = true;
    for (contender, ours, rival, most) in [
        (&PATCH, patch, &DERIVE_BUILDER, MOST_OF_RIVAL),
        (
            &PATCH_AND_RECORD,
            both,
            &DERIVE_BUILDER_AND_SERDE,
            MOST_OF_RIVAL_WITH_RECORD,
        ),
    ] {
        let theirs = count(rival)?;
        let ratio = ours.over(bare).ratio_to(theirs.over(bare));
        is_kept &= row(
            &format!("{} ÷ {}", contender.name, rival.name),
            ratio,
            most,
            2,
        );
    }
    let in_schema = count(&PATCH_IN_SCHEMA)?.over(patch);
    is_kept &= file_row(&PATCH_IN_SCHEMA, in_schema, MOST_OF_SCHEMA);
    let count_all = |contender: &Contender| {
        eprintln!("counting {}", contender.name);
        Count::of(workspace, contender, rounds::STRUCTS)
    };
    let in_file = count_all(&PATCH_OF_CODES_IN_FILE)?.over(count_all(&PATCH_OF_CODES)?);
    is_kept &= file_row(&PATCH_OF_CODES_IN_FILE, in_file, MOST_OF_STATUSES);
    Ok(is_kept & check_growth(workspace)?)
}

fn check_growth(workspace: &Workspace) -> io::Result<bool> {
    println!(
        "\n| one struct, first check | millions of instructions | thousands a field | limit |\n|---|---|---|---|"
    );
    let none = of_one_struct(workspace, &BARE, 1)?;
    let mut smallest = None;
    let mut is_kept = true;
    for fields in FIELDS {
        eprintln!("counting {fields} fields");
        let counted = of_one_struct(workspace, &PATCH_AND_RECORD, fields)?;
        #[expect(clippy::cast_precision_loss, reason = "a number of fields")]
        let each = (counted - none) * 1e3 / fields as f64;
        let most = MOST_GROWTH * *smallest.get_or_insert(each);
        is_kept &= each <= most;
        let limit = limit::shown(format_args!("{most:.0}"), each <= most);
        println!("| {fields} fields | {counted:.0} | {each:.0} | {limit} |");
    }
    Ok(is_kept)
}

/// Prints what a file of the portal costs.
fn file_row(contender: &Contender, over: Count, most: f64) -> bool {
    let name = contender.name;
    let what = format!("{name}, millions over the same without the file");
    let most = Count {
        cold: most,
        edited: most,
    };
    row(&what, over, most, 0)
}

fn row(what: &str, count: Count, most: Count, decimals: usize) -> bool {
    let is_kept = count.cold <= most.cold && count.edited <= most.edited;
    let (cold, edited) = (most.cold, most.edited);
    let limits = limit::shown(
        format_args!("{cold:.decimals$}, {edited:.decimals$}"),
        is_kept,
    );
    println!(
        "| {what} | {:.decimals$} | {:.decimals$} | {limits} |",
        count.cold, count.edited
    );
    is_kept
}
