//! Tables of mistakes: what "the compiler says" in them is in the compiler's output of a file of `ui/`.

use std::{fs, path::PathBuf};

use crate::{links, root};

/// The header of the column with the compiler's words. The column before it has the mistake.
const HEADER: &str = "the compiler says";

/// A mistake of `ui/`: its source, and the compiler's output.
struct Mistake {
    source: String,
    output: String,
}

fn mistakes() -> Vec<Mistake> {
    let mut sources = Vec::new();
    links::files(&root().join("tests/ui"), "rs", &mut sources);
    let read = |path: PathBuf| fs::read_to_string(&path).unwrap_or_else(|_| panic!("{path:?}"));
    let mistakes = sources.into_iter().map(|source| Mistake {
        output: read(source.with_extension("stderr")),
        source: read(source),
    });
    mistakes.collect()
}

/// Returns the cells of a row of a table.
fn cells(row: &str) -> Vec<&str> {
    let row = row.trim().trim_start_matches('|').trim_end_matches('|');
    row.split(" | ").map(str::trim).collect()
}

/// Returns the mistake and the compiler's words of each row of such tables.
fn rows(markdown: &str) -> Vec<(&str, &str)> {
    let mut rows = Vec::new();
    let mut column = None;
    for line in markdown.lines() {
        if !line.starts_with('|') {
            column = None;
            continue;
        }
        let cells = cells(line);
        match column {
            None => column = cells.iter().position(|cell| *cell == HEADER),
            Some(_) if line.starts_with("|--") => {}
            Some(column) => rows.push((cells[column - 1], cells[column])),
        }
    }
    rows
}

/// Returns whether a text contains all parts of a sample between its ellipses, in their order.
fn contains(text: &str, sample: &str) -> bool {
    let mut rest = text;
    sample
        .split('…')
        .map(str::trim)
        .all(|part| match rest.split_once(part) {
            Some((_, after)) => {
                rest = after;
                true
            }
            None => false,
        })
}

/// Returns the code of a cell that is nothing but code.
fn code(cell: &str) -> Option<&str> {
    let code = cell.strip_prefix('`')?.strip_suffix('`')?;
    (!code.contains('`')).then_some(code)
}

#[test]
fn what_the_compiler_says_in_a_table_is_what_it_says() {
    let mistakes = mistakes();
    let mut documents = Vec::new();
    links::files(root(), "md", &mut documents);
    let mut count = 0;
    let mut wrong = Vec::new();
    for document in documents {
        let text = fs::read_to_string(&document).unwrap();
        for (mistake, said) in rows(&text) {
            count += 1;
            let is_true = mistakes.iter().any(|it| {
                code(mistake).is_none_or(|code| contains(&it.source, code))
                    && contains(&it.output, said)
            });
            if !is_true {
                wrong.push(format!("{}: {mistake} | {said}", document.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "no file of `ui/` shows: {wrong:#?}");
    assert!(count > 25, "only {count} rows were found");
}

#[test]
fn a_row_of_another_mistake_or_of_other_words_is_found() {
    let table = "| written | the compiler says | right |\n|---|---|---|\n\
                 | `.post(1)` | there … no `post` | a text |\n\n| a | b |\n|---|---|\n| c | d |\n";
    assert_eq!(rows(table), [("`.post(1)`", "there … no `post`")]);
    assert_eq!(code("`.post(1)`"), Some(".post(1)"));
    assert_eq!(code("`a` for `b`"), None);
    assert!(contains(
        "error: there is no `post` here",
        "there … no `post`"
    ));
    assert!(!contains("error: no `post` is there", "there … no `post`"));
}
