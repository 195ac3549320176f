//! The folders of the sources show the way of a request.

use std::{
    fs,
    path::{Path, PathBuf},
};

/// Each may import from those before it. `CONTRIBUTING.md` says what they contain.
const ORDER: &[&str] = &[
    "lock",
    "start_error",
    "wire",
    "portal",
    "keys",
    "faults",
    "api",
    "log",
    "page",
    "server",
    "sandbox",
    "builder",
];

#[test]
fn no_source_imports_from_a_folder_after_its_own() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut imports = 0;
    for path in sources(&src) {
        let module = path.strip_prefix(&src).unwrap().with_extension("");
        let own = module.iter().next().unwrap().to_str().unwrap();
        if own == "lib" {
            continue;
        }
        for imported in imported_modules(&fs::read_to_string(&path).unwrap()) {
            imports += 1;
            if imported == own {
                continue;
            }
            let is_before = index(&imported) < index(own);
            assert!(is_before, "{} imports {imported}", path.display());
        }
    }
    assert!(imports > 50, "only {imports} imports were found");
}

fn index(module: &str) -> usize {
    let index = ORDER.iter().position(|each| *each == module);
    index.unwrap_or_else(|| panic!("{module} is not in the order of the folders"))
}

fn sources(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap();
    let paths = entries.map(|entry| entry.unwrap().path());
    let sources = paths.flat_map(|path| {
        if path.is_dir() {
            return sources(&path);
        }
        let is_source = path.extension().is_some_and(|extension| extension == "rs");
        if is_source { vec![path] } else { Vec::new() }
    });
    sources.collect()
}

/// Returns the first segment of every path that begins with `crate`, also of paths in braces.
fn imported_modules(source: &str) -> Vec<String> {
    let lines = source.lines().map(str::trim_start);
    let code: Vec<_> = lines.filter(|line| !line.starts_with("//")).collect();
    let code = code.join(" ");
    let paths = code.split("crate::").skip(1).flat_map(|rest| {
        let end = rest.find(';').unwrap_or(rest.len());
        match rest[..end].strip_prefix('{') {
            Some(group) => outer_items(group),
            None => vec![rest[..end].to_owned()],
        }
    });
    let is_in_name = |letter: char| letter.is_alphanumeric() || letter == '_';
    let modules = paths.map(|path| path.trim().chars().take_while(|c| is_in_name(*c)).collect());
    modules
        .filter(|module: &String| !module.is_empty())
        .collect()
}

/// Splits what follows an opening brace at the commas that are in no other braces.
fn outer_items(group: &str) -> Vec<String> {
    let mut items = vec![String::new()];
    let mut depth = 0;
    for letter in group.chars() {
        match letter {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 0 => items.push(String::new()),
            _ => items.last_mut().unwrap().push(letter),
        }
    }
    items
}

#[test]
fn every_import_is_found() {
    let source = "use super::X;\nuse crate::{\n    faults::{Fault, Storm},\n    lock::lock,\n};\n\
                  // crate::page\nuse crate::wire::Failure;\nfn f() { crate::portal::g(); }\n";
    assert_eq!(
        imported_modules(source),
        ["faults", "lock", "wire", "portal"]
    );
}
