//! The programs that pages show are those that `tests/programs/` runs, and the page for agents is the same
//! everywhere.

use std::fs;

use vibecode_tests::guide::{PAGES, blocks};

use crate::root;

/// Pages with a complete program, and its file in `tests/programs/`.
const PROGRAMS: [(&str, &str); 3] = [
    ("from-curl.md", "from_curl.rs"),
    ("agents.md", "agents.rs"),
    ("own-keys.md", "own_key.rs"),
];

fn read(path: &str) -> String {
    let text = fs::read_to_string(root().join(path));
    text.unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// Returns the text of a page.
fn page(file: &str) -> &'static str {
    let page = PAGES.iter().find(|page| page.file == file);
    page.unwrap_or_else(|| panic!("there is no page {file}"))
        .text
}

#[test]
fn a_page_shows_the_program_that_is_tested() {
    for (file, program) in PROGRAMS {
        let program = read(&format!("tests/tests/programs/{program}"));
        let is_shown = blocks(page(file)).iter().any(|it| it.text == program);
        assert!(is_shown, "{file} does not show this text:\n{program}");
    }
}

#[test]
fn the_page_from_a_curl_call_begins_with_the_documented_call() {
    let documented = read("cargo-vibecode/tests/documented_examples/personal.sh");
    let shown = blocks(page("from-curl.md"))[0].text;
    assert_eq!(shown.trim_end(), documented.trim_end());
}

#[test]
fn llms_txt_is_the_page_for_agents() {
    let same = read("llms.txt") == page("agents.md");
    assert!(same, "run `cp docs/src/agents.md llms.txt`");
}

#[test]
fn the_page_for_agents_stays_short() {
    let lines = page("agents.md").lines().count();
    assert!(lines < 200, "{lines} lines");
}

/// Returns the names before a `(` in the inline code of a text, such as `equal` in `.equal(1)` and in
/// `get::<T>(1)`.
fn called(markdown: &str) -> Vec<&str> {
    let spans = markdown.split('`').skip(1).step_by(2);
    let calls = spans.flat_map(|span| span.match_indices('(').map(move |(at, _)| &span[..at]));
    let names = calls.filter_map(|before| {
        let before = before.split("::<").next()?;
        let is_part = |letter: char| letter.is_alphanumeric() || letter == '_';
        let start = before
            .rfind(|letter| !is_part(letter))
            .map_or(0, |at| at + 1);
        Some(&before[start..])
    });
    names.filter(|name| !name.is_empty()).collect()
}

#[test]
fn every_call_that_the_page_for_agents_names_compiles() {
    let files = ["surface.rs", "agents.rs"].map(|file| format!("tests/tests/programs/{file}"));
    let compiled = files.map(|file| read(&file)).concat();
    let prose = vibecode_tests::guide::prose(page("agents.md"));
    let (surface, _mistakes) = prose
        .split_once("## What generated code gets wrong")
        .unwrap();
    let names = called(surface);
    for name in &names {
        let is_used = [format!("{name}("), format!("{name}::<")];
        assert!(is_used.iter().any(|it| compiled.contains(it)), "{name}");
    }
    assert!(names.len() > 20, "{names:?}");
    assert_eq!(called("`.a(b)` c(d) `e::<F>(g)` `h`"), ["a", "e"]);
}
