//! A table as text. On a terminal that is too narrow for it, its widest column is wrapped, or if that does not help, each
//! row is written as lines of its own.

use std::{
    fmt::Write as _,
    io::{self, IsTerminal as _},
};

use terminal_size::{Width, terminal_size_of};

/// The words of a narrower column are hard to read.
const NARROWEST_COLUMN: usize = 20;
/// A longer line says nothing more.
const LONGEST_RULE: usize = 80;
const GAP: &str = "  ";

/// Returns the width of the terminal, if standard output is one.
pub(super) fn width() -> Option<usize> {
    let stdout = io::stdout();
    let is_terminal = stdout.is_terminal();
    let (Width(width), _) = is_terminal.then(|| terminal_size_of(stdout))??;
    Some(width.into())
}

/// Formats columns as wide as their widest cell, within the width of a terminal if there is one.
pub(super) fn text(head: &[&str], rows: &[Vec<String>], width: Option<usize>) -> String {
    let widest = |column: usize| {
        let cells = rows.iter().filter_map(|row| row.get(column));
        let cells = cells.map(|cell| cell.chars().count());
        let head = head.get(column).map_or(0, |cell| cell.chars().count());
        cells.max().unwrap_or(0).max(head)
    };
    let mut widths: Vec<usize> = (0..head.len()).map(widest).collect();
    let full = widths.iter().sum::<usize>() + GAP.len() * widths.len().saturating_sub(1);
    let excess = width.map_or(0, |width| full.saturating_sub(width));
    if excess == 0 {
        return in_columns(head, rows, &widths);
    }
    match widths.iter_mut().max() {
        Some(widest) if *widest >= NARROWEST_COLUMN + excess => {
            *widest -= excess;
            in_columns(head, rows, &widths)
        }
        _ => in_lines(head, rows),
    }
}

fn in_columns(head: &[&str], rows: &[Vec<String>], widths: &[usize]) -> String {
    let mut text = String::new();
    let mut add = |cells: &[&str]| {
        let cells = cells.iter().zip(widths);
        let line: Vec<String> = cells
            .map(|(cell, width)| format!("{cell:<width$}"))
            .collect();
        text.push_str(line.join(GAP).trim_end());
        text.push('\n');
    };
    add(head);
    let rule = widths
        .iter()
        .map(|width| "-".repeat((*width).min(LONGEST_RULE)));
    let rule: Vec<String> = rule.collect();
    add(&rule.iter().map(String::as_str).collect::<Vec<_>>());
    for row in rows {
        let cells = row.iter().zip(widths);
        let cells: Vec<Vec<String>> = cells.map(|(cell, width)| wrapped(cell, *width)).collect();
        let lines = cells.iter().map(Vec::len).max().unwrap_or_default();
        for line in 0..lines {
            let cells = cells
                .iter()
                .map(|cell| cell.get(line).map_or("", String::as_str));
            add(&cells.collect::<Vec<_>>());
        }
    }
    text
}

/// Splits a text at spaces into lines of at most this many letters, if its words are not longer.
fn wrapped(text: &str, width: usize) -> Vec<String> {
    if text.chars().count() <= width {
        return vec![text.to_owned()];
    }
    let mut lines: Vec<String> = Vec::new();
    for word in text.split(' ') {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

/// Writes each cell after the name of its column: the first cell of a row on a line, and below it the others that are
/// not empty.
fn in_lines(head: &[&str], rows: &[Vec<String>]) -> String {
    let mut text = String::new();
    for row in rows {
        let cells = head.iter().zip(row).enumerate();
        let cells = cells.filter(|(index, (_, cell))| *index == 0 || !cell.is_empty());
        for (index, (name, cell)) in cells {
            let indent = if index == 0 { "" } else { GAP };
            let _ = writeln!(text, "{indent}{name}: {cell}");
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::text;

    fn rows(rows: &[&[&str]]) -> Vec<Vec<String>> {
        let row = |row: &&[&str]| row.iter().map(|cell| (*cell).to_owned()).collect();
        rows.iter().map(row).collect()
    }

    #[test]
    fn columns_are_as_wide_as_their_widest_cell() {
        let rows = rows(&[&["post", "Директор"], &["companyId", "15"]]);
        let expected = "\
field      value
---------  --------
post       Директор
companyId  15
";
        for width in [None, Some(19), Some(60)] {
            assert_eq!(text(&["field", "value"], &rows, width), expected);
        }
    }

    #[test]
    fn a_terminal_that_is_too_narrow_wraps_the_widest_column() {
        let rows = rows(&[
            &[
                "2",
                "phone",
                "`phone` requires a phone number, and this has no digit",
            ],
            &["3", "id", "requires the id of the record"],
        ]);
        let expected = "\
row  column  problem
---  ------  ------------------------------
2    phone   `phone` requires a phone
             number, and this has no digit
3    id      requires the id of the record
";
        assert_eq!(
            text(&["row", "column", "problem"], &rows, Some(43)),
            expected
        );
        let rows = self::rows(&[
            &["Компания", "set aside: it has names in it", ""],
            &["ID", "id", "1"],
        ]);
        let expected = "\
column    field                 set
--------  --------------------  ---
Компания  set aside: it has
          names in it
ID        id                    1
";
        assert_eq!(text(&["column", "field", "set"], &rows, Some(35)), expected);
    }

    #[test]
    fn a_terminal_that_is_far_too_narrow_gets_a_line_for_each_cell() {
        let rows = rows(&[&["Мобильный телефон", "phone, added as MOBILE", "", "12"]]);
        let expected = "\
column: Мобильный телефон
  field: phone, added as MOBILE
  added: 12
";
        let head = ["column", "field", "set", "added"];
        assert_eq!(text(&head, &rows, Some(40)), expected);
    }
}
