//! Links within the repository's documents.

use std::{
    fs,
    path::{Path, PathBuf},
};

use vibecode_tests::guide::{PAGES, prose};

use crate::root;

/// Returns the targets of the links in a text.
pub(crate) fn of(markdown: &str) -> Vec<String> {
    let prose = prose(markdown);
    let paragraphs = prose.split("\n\n").map(without_code);
    let links = paragraphs.flat_map(|paragraph| {
        let opened = paragraph.split("](").skip(1);
        let links = opened.filter_map(|it| it.split_once(')'));
        links.map(|(to, _)| to.to_owned()).collect::<Vec<_>>()
    });
    links.collect()
}

/// Returns a paragraph without its inline code.
fn without_code(paragraph: &str) -> String {
    paragraph.split('`').step_by(2).collect()
}

/// Returns the anchor of a heading: the part of a link after `#`, on code hosts and in the book.
fn anchor(heading: &str) -> String {
    let heading = heading.trim().to_lowercase();
    let kept = heading.chars().filter_map(|letter| match letter {
        ' ' | '-' => Some('-'),
        letter if letter.is_alphanumeric() || letter == '_' => Some(letter),
        _ => None,
    });
    kept.collect()
}

fn anchors(markdown: &str) -> Vec<String> {
    let prose = prose(markdown);
    let headings = prose.lines().filter(|line| line.starts_with('#'));
    headings
        .map(|line| anchor(line.trim_start_matches('#')))
        .collect()
}

/// Returns why a link in a document has no target; `None` if it has one, or leads to another host.
fn problem(document: &Path, to: &str) -> Option<String> {
    if to.contains("://") || to.starts_with("mailto:") {
        return None;
    }
    let (path, heading) = match to.split_once('#') {
        Some((path, heading)) => (path, Some(heading)),
        None => (to, None),
    };
    let target = match path {
        "" => document.to_owned(),
        path => document.parent().unwrap().join(path),
    };
    if !target.exists() {
        return Some(format!("{}: there is no {to}", document.display()));
    }
    let heading = heading?;
    let text = fs::read_to_string(&target).unwrap();
    let is_there = anchors(&text).iter().any(|anchor| anchor == heading);
    (!is_there).then(|| format!("{}: there is no heading {to}", document.display()))
}

/// Finds all files with this extension below a folder, except those that were built.
pub(crate) fn files(folder: &Path, extension: &str, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap();
        let is_built = name == "target" || path.ends_with("docs/book");
        if path.is_dir() && !is_built && !name.starts_with('.') {
            files(&path, extension, found);
        } else if path.extension().is_some_and(|it| it == extension) {
            found.push(path);
        }
    }
}

#[test]
fn every_link_between_documents_leads_somewhere() {
    let mut all = Vec::new();
    files(root(), "md", &mut all);
    let mut links = 0;
    let mut problems = Vec::new();
    for document in &all {
        for to in of(&fs::read_to_string(document).unwrap()) {
            links += 1;
            problems.extend(problem(document, &to));
        }
    }
    assert!(problems.is_empty(), "{problems:#?}");
    assert!(links > 50, "only {links} links were found");
}

/// The guide is also a site of its own.
#[test]
fn a_page_of_the_guide_links_to_pages_only() {
    for page in PAGES {
        let mut links = of(page.text).into_iter();
        let outside = links.find(|to| to.starts_with("../"));
        assert_eq!(outside, None, "{}", page.file);
    }
}

/// Returns the sections of `api.md` that a source file cites, such as `(api.md, "Batch")`.
fn cited_sections(source: &str) -> Vec<String> {
    let cited = source.split("api.md, \"").skip(1);
    let sections = cited.filter_map(|rest| rest.split_once('"'));
    sections.map(|(section, _)| section.to_owned()).collect()
}

#[test]
fn every_section_of_what_is_known_that_is_cited_exists() {
    let known = fs::read_to_string(root().join("docs/src/api.md")).unwrap();
    let known = anchors(&known);
    let mut sources = Vec::new();
    files(root(), "rs", &mut sources);
    sources.retain(|source| !source.ends_with("guide/links.rs"));
    let mut count = 0;
    for source in sources {
        for section in cited_sections(&fs::read_to_string(&source).unwrap()) {
            count += 1;
            let is_known = known.contains(&anchor(&section));
            assert!(
                is_known,
                "{}: api.md has no \"{section}\"",
                source.display()
            );
        }
    }
    assert!(count > 5, "only {count} citations were found");
}

#[test]
fn a_link_that_leads_nowhere_is_reported() {
    let text = "[a](b.md) `[c](d.md)`\n\n```text\n[e](f.md)\n```\n\n[`g`](README.md#h)\n";
    assert_eq!(of(text), ["b.md", "README.md#h"]);
    let document = root().join("README.md");
    for to in ["b.md", "README.md#h", "#h", "docs/src/api.md#h"] {
        assert!(problem(&document, to).is_some(), "{to}");
    }
    for to in [
        "docs",
        "docs/src/api.md",
        "docs/src/api.md#open-questions",
        "docs/src/outcomes.md#what-happens-when",
        "https://example.com/b.md",
    ] {
        assert_eq!(problem(&document, to), None);
    }
}
