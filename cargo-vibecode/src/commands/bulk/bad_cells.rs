//! The bad cells of a check, by their causes: a list without options, or a wrong encoding, may make every row bad.

use std::{
    collections::BTreeMap,
    io::{self, IsTerminal as _},
};

use vibecode_spec::one_line;

use super::{input::rows::Problem, row_name::with_record};
use crate::{output::Output, plural::number_of};

/// The number of causes that are shown.
const MAX_SHOWN: usize = 20;
/// The number of causes that are counted.
const MAX_CAUSES: usize = 1000;
/// The number of rows and of values that are shown of a cause.
const MAX_EXAMPLES: usize = 3;
/// The number of letters that are shown of a value.
const MAX_LETTERS: usize = 40;

/// The bad cells so far.
#[derive(Debug, Default)]
pub(super) struct BadCells {
    /// By column and problem.
    causes: BTreeMap<(String, String), Cause>,
    /// The cells with other causes than these.
    others: u64,
}

/// The cells of one column with the same problem.
#[derive(Debug, Default)]
struct Cause {
    cells: u64,
    /// The first of their rows, with their records.
    rows: Vec<(u64, Option<String>)>,
    /// The first of their values that differ.
    values: Vec<String>,
}

impl BadCells {
    pub(super) fn add(&mut self, row: u64, record: Option<&str>, problem: Problem) {
        let Problem {
            column,
            text,
            value,
        } = problem;
        let key = (column.unwrap_or_default(), text);
        if self.causes.len() >= MAX_CAUSES && !self.causes.contains_key(&key) {
            self.others += 1;
            return;
        }
        let cause = self.causes.entry(key).or_default();
        cause.cells += 1;
        if cause.rows.len() < MAX_EXAMPLES {
            cause.rows.push((row, record.map(str::to_owned)));
        }
        let value = shown(value.as_deref().unwrap_or_default());
        if cause.values.len() < MAX_EXAMPLES && !value.is_empty() && !cause.values.contains(&value)
        {
            cause.values.push(value);
        }
    }

    /// Shows the causes, first that of most cells. Values are shown on a terminal only.
    pub(super) fn show(&self, output: &Output) {
        let has_values = io::stdout().is_terminal();
        let mut causes: Vec<_> = self.causes.iter().collect();
        causes.sort_by_key(|(_, cause)| (std::cmp::Reverse(cause.cells), cause.rows.first()));
        let (first, others) = causes.split_at(causes.len().min(MAX_SHOWN));
        let rows = first.iter().map(|((column, problem), cause)| {
            let mut cells = vec![cause.first_rows(), one_line(column)];
            cells.extend(has_values.then(|| cause.values.join("; ")));
            cells.push(problem.clone());
            cells
        });
        let rows: Vec<Vec<String>> = rows.collect();
        let head: &[&str] = if has_values {
            &["row", "column", "value", "problem"]
        } else {
            &["row", "column", "problem"]
        };
        output.table(head, &rows);
        let others = others.iter().map(|(_, cause)| cause.cells);
        let others = others.sum::<u64>() + self.others;
        if others > 0 {
            let cells = number_of(others, "bad cell", "bad cells");
            output.line(format!("and {cells} with other problems"));
        }
    }
}

impl Cause {
    /// Returns the first rows, such as `2 (contacts/71), 3 (contacts/72), 4 and 97 more`.
    fn first_rows(&self) -> String {
        let rows = self.rows.iter();
        let rows = rows.map(|(row, record)| with_record(*row, record.as_deref()));
        let rows: Vec<String> = rows.collect();
        let shown = u64::try_from(rows.len()).unwrap_or(u64::MAX);
        match self.cells.saturating_sub(shown) {
            0 => rows.join(", "),
            more => format!("{} and {more} more", rows.join(", ")),
        }
    }
}

/// Returns the value of a bad cell for a terminal, on one line.
fn shown(value: &str) -> String {
    let mut letters = value.chars();
    let start: String = letters.by_ref().take(MAX_LETTERS).collect();
    let more = if letters.next().is_some() { "…" } else { "" };
    format!("{}{more}", one_line(&start))
}
