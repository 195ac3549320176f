//! Every page is listed, and every sample is a doctest.

use std::{collections::BTreeSet, fs};

use vibecode_tests::guide::{PAGES, blocks};

use crate::{links, root};

const SUMMARY: &str = include_str!("../../../docs/src/SUMMARY.md");

#[test]
fn the_summary_lists_every_page_and_every_page_is_compiled() {
    let folder = fs::read_dir(root().join("docs/src")).unwrap();
    let mut there: BTreeSet<String> = folder
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    assert!(there.remove("SUMMARY.md"));
    let listed: BTreeSet<String> = links::of(SUMMARY).into_iter().collect();
    assert_eq!(listed, there);
    let compiled: BTreeSet<String> = PAGES.iter().map(|page| page.file.to_owned()).collect();
    assert_eq!(compiled, there);
}

#[test]
fn every_block_names_its_language_and_no_sample_is_left_out() {
    const KNOWN: &[&str] = &[
        "rust",
        "rust,no_run",
        "rust,compile_fail",
        "json",
        "sh",
        "text",
        "toml",
    ];
    for page in PAGES {
        for block in blocks(page.text) {
            assert!(KNOWN.contains(&block.info), "{}: {block:?}", page.file);
        }
    }
}

#[test]
fn a_block_is_what_stands_between_its_fences() {
    let text = "a\n```rust,no_run\nlet b = 1;\n```\nc\n```sh\nd\n```\n";
    let found = blocks(text);
    let found: Vec<_> = found.iter().map(|it| (it.info, it.text)).collect();
    assert_eq!(found, [("rust,no_run", "let b = 1;\n"), ("sh", "d\n")]);
}
