//! Code that must not compile, and the compiler's output: `ui/{topic}/{mistake}.rs` and its `.stderr`.
//!
//! After a change of a message, `TRYBUILD=overwrite cargo test -p vibecode-tests --test ui`
//! rewrites the `.stderr` files. Read the diff.
#![cfg(test)]

mod incremental;
mod renamed;

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

#[test]
fn every_mistake_is_refused_with_these_words() {
    lay_out_the_portals_schemas();
    trybuild::TestCases::new().compile_fail("ui/*/*.rs");
}

/// Copies `schemas/` beside the crate that trybuild generates from the mistakes, so that
/// `schema = "schemas/contacts.json"` finds the same files there.
fn lay_out_the_portals_schemas() {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap();
    copy_schemas(&target.join("tests/trybuild/vibecode-tests/schemas"));
}

fn copy_schemas(to: &Path) {
    let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("schemas");
    fs::create_dir_all(to).unwrap();
    for schema in fs::read_dir(own).unwrap() {
        let schema = schema.unwrap();
        fs::copy(schema.path(), to.join(schema.file_name())).unwrap();
    }
}

/// Files with two mistakes, one mistake that rustc reports twice under any derive, and mistakes that
/// prevent both writing and reading.
const TWO_ERRORS: &[&str] = &[
    "cascades/a_wrong_name_and_a_wrong_type",
    "cascades/two_mistakes",
    "cascades/unresolvable_type",
    "cascades/unresolvable_type_and_its_setter",
    "records/both_derives_and_a_wrong_type",
];

#[test]
fn one_mistake_is_one_error() {
    for (name, message) in messages() {
        let errors = message.lines().filter(|line| line.starts_with("error"));
        let expected = if TWO_ERRORS.contains(&name.as_str()) {
            2
        } else {
            1
        };
        assert_eq!(errors.count(), expected, "{name}:\n{message}");
    }
}

#[test]
fn every_mistake_has_its_message_and_every_message_its_mistake() {
    let names: Vec<String> = files("rs").into_keys().collect();
    let messages: Vec<String> = files("stderr").into_keys().collect();
    assert_eq!(names, messages);
    assert!(names.len() >= 60, "{}", names.len());
}

#[test]
fn every_error_is_at_what_the_user_wrote_and_not_at_the_derive() {
    let sources = files("rs");
    for (name, message) in messages() {
        let source = fs::read_to_string(&sources[&name]).unwrap();
        let mut lines = message.lines();
        while lines.any(|line| line.starts_with("error")) {
            let position = lines.next().unwrap();
            let line: usize = position.split(':').nth(1).unwrap().parse().unwrap();
            let blamed = source.lines().nth(line - 1).unwrap();
            assert!(!blamed.starts_with("#[derive"), "{name}:\n{message}");
        }
    }
}

/// The text of a message that shows the inside of a macro.
const INSIDE_OF_A_MACRO: &[&str] = &["originates in the macro", "in this macro invocation"];

/// Messages about a macro that the user calls.
const USERS_MACROS: &[&str] = &["lists/a_field_in_quotes", "lists/a_skipped_field"];

#[test]
fn no_message_shows_the_inside_of_a_macro() {
    for (name, message) in messages() {
        let shown = INSIDE_OF_A_MACRO.iter().any(|it| message.contains(it));
        let users = USERS_MACROS.contains(&name.as_str());
        assert_eq!(shown, users, "{name}:\n{message}");
    }
}

/// The maximum number of lines of our source in a message: the bound that is not met, and types that meet
/// it.
const LINES_OF_OURS: usize = 3;

#[test]
fn a_message_shows_little_of_our_source() {
    for (name, message) in messages() {
        let mut ours = 0;
        let mut is_ours = false;
        for line in message.lines().map(str::trim_start) {
            if line.starts_with("--> ") || line.starts_with("::: ") {
                is_ours = !line[4..].starts_with("ui/");
            } else if is_ours {
                let source = line.strip_prefix("| ").unwrap_or_default();
                let source = source.trim_start();
                ours += usize::from(!source.is_empty() && !source.starts_with(['^', '-', '|']));
            }
        }
        assert!(ours <= LINES_OF_OURS, "{name}: {ours}\n{message}");
    }
}

/// Returns the compiler's output, by `{topic}/{mistake}`.
fn messages() -> BTreeMap<String, String> {
    let read = |path: PathBuf| fs::read_to_string(path).unwrap();
    files("stderr")
        .into_iter()
        .map(|(name, path)| (name, read(path)))
        .collect()
}

/// Returns the files with this ending, by `{topic}/{mistake}`.
fn files(ending: &str) -> BTreeMap<String, PathBuf> {
    let ui = Path::new(env!("CARGO_MANIFEST_DIR")).join("ui");
    let topics = fs::read_dir(&ui)
        .unwrap()
        .map(|topic| topic.unwrap().path());
    topics
        .flat_map(|topic| fs::read_dir(topic).unwrap())
        .map(|file| file.unwrap().path())
        .filter(|path| path.extension().is_some_and(|found| found == ending))
        .map(|path| {
            let name = path.strip_prefix(&ui).unwrap().with_extension("");
            (name.to_str().unwrap().replace('\\', "/"), path)
        })
        .collect()
}
