//! The limits for the cost of our derives, in instructions.

use std::io;

use vibecode_tests::{generated::Workspace, limit};

use crate::{
    contenders::{
        BARE, Contender, DERIVE_BUILDER, DERIVE_BUILDER_AND_SERDE, PATCH, PATCH_AND_RECORD,
        PATCH_OF_CODES,
    },
    counts::{Count, STRUCTS, of_one_struct, with_and_without},
    portal_file::PortalFile,
    rounds,
};

/// A part of the limits that can be checked alone.
#[derive(Clone, Copy)]
pub(crate) enum Part {
    /// The derives, compared with others.
    Derives,
    /// What a file of the portal adds.
    Files,
    /// What a field of a large struct costs.
    Fields,
}

impl Part {
    pub(crate) const ALL: [Self; 3] = [Self::Derives, Self::Files, Self::Fields];
}

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
/// 0.2 ms, at 3,700 instructions a microsecond. A file is read once, and each struct looks up its fields or codes.
const MOST_OF_SCHEMA: f64 = 370.0;
const MOST_OF_STATUSES: f64 = 148.0;

/// How many fields the schema has, and how many codes the file of statuses.
const SCHEMA: usize = 5_000;
const STATUSES: usize = 500;

/// The numbers of fields of one struct with which the first check must grow in proportion, and how much more
/// a field may cost in the largest than in the smallest.
const FIELDS: [usize; 3] = [200, 1_000, 3_000];
const MOST_GROWTH: f64 = 1.1;

/// Counts, prints the limits, and returns whether all are kept.
pub(crate) fn check(workspace: &Workspace, part: Part) -> io::Result<bool> {
    match part {
        Part::Derives => check_derives(workspace),
        Part::Files => check_files(workspace),
        Part::Fields => check_growth(workspace),
    }
}

fn check_derives(workspace: &Workspace) -> io::Result<bool> {
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
        let what = format!("{} ÷ {}", contender.name, rival.name);
        is_kept &= row(&what, ratio, most, 2);
    }
    Ok(is_kept)
}

/// Counts one crate with its file and without it: the names of two crates differ, which alone costs instructions.
fn check_files(workspace: &Workspace) -> io::Result<bool> {
    let structs = rounds::STRUCTS;
    println!(
        "\n| {structs} structs, millions of instructions that a file adds | cold | after an edit | limits |\n|---|---|---|---|"
    );
    let schema = PortalFile::Schema { fields: SCHEMA };
    let statuses = PortalFile::Statuses { codes: STATUSES };
    let mut is_kept = true;
    for (contender, file, most) in [
        (&PATCH, schema, MOST_OF_SCHEMA),
        (&PATCH_OF_CODES, statuses, MOST_OF_STATUSES),
    ] {
        eprintln!("counting {} with {file} and without", contender.name);
        let count = || Count::of(workspace, contender, structs);
        let added = with_and_without(workspace, contender, file, count)?;
        let most = Count {
            cold: most,
            edited: most,
        };
        let what = format!("{}, {file}", contender.name);
        is_kept &= row(&what, added.with.over(added.without), most, 0);
    }
    Ok(is_kept)
}

/// Counts structs of more and more fields, without a file, and with a schema of as many fields.
fn check_growth(workspace: &Workspace) -> io::Result<bool> {
    println!(
        "\n| one struct, first check | millions of instructions | thousands a field | limit | with a schema of as many fields, millions | thousands a field | limit |\n|---|---|---|---|---|---|---|"
    );
    let none = of_one_struct(workspace, &BARE, 1)?;
    let mut smallest = [None; 2];
    let mut is_kept = true;
    for fields in FIELDS {
        eprintln!("counting {fields} fields");
        let count = || of_one_struct(workspace, &PATCH_AND_RECORD, fields);
        let file = PortalFile::Schema { fields };
        let counted = with_and_without(workspace, &PATCH_AND_RECORD, file, count)?;
        let mut cells = Vec::new();
        for (counted, smallest) in [counted.without, counted.with].iter().zip(&mut smallest) {
            #[expect(clippy::cast_precision_loss, reason = "a number of fields")]
            let each = (counted - none) * 1e3 / fields as f64;
            let most = MOST_GROWTH * *smallest.get_or_insert(each);
            is_kept &= each <= most;
            let limit = limit::shown(format_args!("{most:.0}"), each <= most);
            cells.push(format!("{counted:.0} | {each:.0} | {limit}"));
        }
        println!("| {fields} fields | {} |", cells.join(" | "));
    }
    Ok(is_kept)
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
