//! The table of rules in `CONTRIBUTING.md` leads to the files that have them.

use std::{
    fs,
    path::{Path, PathBuf},
};

use crate::root;

#[test]
fn every_rule_is_in_the_file_that_contributing_names() {
    let page = fs::read_to_string(root().join("CONTRIBUTING.md")).unwrap();
    let (_, table) = page.split_once("\n## Where each rule is\n").unwrap();
    let (table, _) = table.split_once("\n## ").unwrap();
    let rows = table.lines().filter(|line| line.starts_with("| "));
    let homes: Vec<_> = rows.skip(1).map(home).collect();
    assert!(homes.len() > 50, "only {} rules were found", homes.len());
    let problems: Vec<_> = homes.into_iter().filter_map(problem).collect();
    assert!(problems.is_empty(), "{problems:#?}");
}

/// Returns the second cell of a row, which says in which files a rule is.
fn home(row: &str) -> &str {
    row.trim_matches('|').rsplit_once('|').unwrap().1
}

/// Returns what of the files and names in backticks does not exist, if any.
fn problem(home: &str) -> Option<String> {
    let mut folder = root().to_owned();
    let mut names = Vec::new();
    let mut files = 0;
    for code in home.split('`').skip(1).step_by(2) {
        if !code.contains(['/', '.']) {
            // An item of the file that comes next.
            names.extend(code.rsplit("::").next());
            continue;
        }
        for path in alternatives(code) {
            let Some(file) = find(&folder, &path) else {
                return Some(format!("there is no {path}"));
            };
            if file.is_file() {
                let text = fs::read_to_string(&file).unwrap();
                if let Some(name) = names.iter().find(|name| !text.contains(**name)) {
                    return Some(format!("there is no {name} in {path}"));
                }
                names.clear();
            }
            folder = file.parent().unwrap().to_owned();
            files += 1;
        }
    }
    (files == 0).then(|| format!("no file in {home}"))
}

/// Returns `a/b.rs` and `a/c.rs` for `a/{b,c}.rs`.
fn alternatives(path: &str) -> Vec<String> {
    match path.split_once('{') {
        Some((begin, rest)) => {
            let (group, end) = rest.split_once('}').unwrap();
            let each = group.split(',');
            each.map(|it| format!("{begin}{it}{end}")).collect()
        }
        None => vec![path.to_owned()],
    }
}

/// Finds a path from the root, or from the folder of the path before it or one above. `*` is any name.
fn find(folder: &Path, path: &str) -> Option<PathBuf> {
    let starts = folder.ancestors().take_while(|it| it.starts_with(root()));
    let mut found = starts.filter_map(|start| {
        let file = start.join(path);
        match path.split_once('*') {
            Some((_, end)) => {
                let mut files = fs::read_dir(file.parent()?).ok()?.flatten();
                files
                    .find(|it| it.path().to_string_lossy().ends_with(end))
                    .map(|it| it.path())
            }
            None => file.exists().then_some(file),
        }
    });
    found.next()
}

#[test]
fn a_rule_without_its_file_is_found() {
    for home in [
        "`spec/src/gone.rs`",
        "`spec/src/{kind,gone}.rs`",
        "`gone_name` in `spec/src/kind.rs`",
        "the runtime",
        "`vibecode-runtime/src/wire/json.rs`, compared with `gone.rs` by `tests/tests/agreement.rs`",
    ] {
        assert!(problem(home).is_some(), "{home}");
    }
    for home in [
        "`spec/src/{kind,field}.rs`",
        "`Field::own_codes` in `spec/src/field.rs`",
        "`cargo-vibecode/src/change.rs`, `change/value.rs`",
        "`spec/entities/*.json` (`statusSet`)",
    ] {
        assert_eq!(problem(home), None);
    }
}
