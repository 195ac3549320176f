//! Compares the compile errors in the guide with the compiler's output, in separate crates.

use std::{fs, path::Path, process::Command};

use vibecode_tests::guide::{PAGES, blocks};

use crate::root;

/// A sample that does not compile.
struct Sample {
    page: &'static str,
    source: &'static str,
    /// The error that the page shows.
    said: &'static str,
    /// The portal's schema that the page shows before it, if it shows one.
    schema: Option<&'static str>,
}

/// The change that makes each sample compile, which shows that nothing else in it is wrong.
const FIXES: &[(&str, &str, &str)] = &[
    ("from-curl.md", "pots", "post"),
    ("serde.md", "last_nmae", "last_name"),
    (
        "user-fields.md",
        "ufCrm_1721244707170",
        "ufCrm_1721244707107",
    ),
    ("phones-and-emails.md", ".phone(", ".add_phone("),
];

fn samples() -> Vec<Sample> {
    let mut samples = Vec::new();
    for page in PAGES {
        let blocks = blocks(page.text);
        for (index, block) in blocks.iter().enumerate() {
            if block.info != "rust,compile_fail" {
                continue;
            }
            let said = blocks.get(index + 1).filter(|next| next.info == "text");
            let schema = blocks[..index].iter().rfind(|it| it.info == "json");
            samples.push(Sample {
                page: page.file,
                source: block.text,
                said: said
                    .unwrap_or_else(|| panic!("{}: {block:?}", page.file))
                    .text,
                schema: schema.map(|schema| schema.text),
            });
        }
    }
    samples
}

/// A folder that tests may write to.
fn scratch() -> &'static Path {
    Path::new(env!("CARGO_TARGET_TMPDIR"))
}

/// Writes a crate with this source, and the schema of the sample.
fn write_crate(folder: &Path, sample: &Sample, source: &str) {
    let runtime = root().join("vibecode-runtime");
    let manifest = format!(
        "[package]\nname = \"guide\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[workspace]\n\n\
         [dependencies.vibecode-runtime]\npath = {runtime:?}\ndefault-features = false\nfeatures = [\"derive\"]\n"
    );
    let _ = fs::remove_dir_all(folder);
    fs::create_dir_all(folder.join("src")).unwrap();
    fs::create_dir_all(folder.join("vibecode")).unwrap();
    fs::write(folder.join("Cargo.toml"), manifest).unwrap();
    fs::copy(root().join("Cargo.lock"), folder.join("Cargo.lock")).unwrap();
    if let Some(schema) = sample.schema {
        fs::write(folder.join("vibecode/contacts.json"), schema).unwrap();
    }
    fs::write(folder.join("src/lib.rs"), source).unwrap();
}

/// Returns whether `cargo check` succeeds, and what it prints.
fn check(folder: &Path) -> (bool, String) {
    let output = Command::new(env!("CARGO"))
        .args(["check", "--offline", "--quiet", "--color", "never"])
        .current_dir(folder)
        // All crates that tests generate share it, so that their dependencies are compiled once.
        .env("CARGO_TARGET_DIR", scratch().join("generated"))
        .env_remove("RUSTFLAGS")
        .output()
        .unwrap();
    let printed = String::from_utf8(output.stderr).unwrap();
    (output.status.success(), printed)
}

#[test]
fn the_guide_shows_what_the_compiler_prints() {
    let samples = samples();
    assert_eq!(samples.len(), FIXES.len());
    let folder = scratch().join("guide");
    for (sample, (page, wrong, right)) in samples.iter().zip(FIXES) {
        assert_eq!(&sample.page, page);
        write_crate(&folder, sample, sample.source);
        let (well, printed) = check(&folder);
        assert!(!well, "{page}");
        assert!(printed.contains(sample.said), "{page}: {printed}");
        let errors = printed.lines().filter(|line| line.starts_with("error"));
        assert_eq!(errors.count(), 2, "one, and the sum: {page}: {printed}");

        write_crate(&folder, sample, &sample.source.replace(wrong, right));
        let (well, printed) = check(&folder);
        assert!(well, "{page}: {printed}");
    }
}
