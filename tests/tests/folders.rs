//! The folders of the sources show the way of the data: imports go one way.
#![cfg(test)]

use std::{
    collections::HashMap,
    fs,
    path::{Path, PathBuf},
};

use vibecode_runtime::ENTITIES;

/// The top modules of a crate. Each may import from those before it. `CONTRIBUTING.md` says what they
/// contain.
struct Layers {
    krate: &'static str,
    order: &'static [&'static str],
    /// Fewer imports than this mean that the test did not find them.
    imports: usize,
}

const RUNTIME: Layers = Layers {
    krate: "vibecode-runtime",
    order: &[
        "lock", "wire", "error", "value", "patch", "record", "throttle", "client", "many",
        "blocking", "private",
    ],
    imports: 400,
};

const SANDBOX: Layers = Layers {
    krate: "vibecode-sandbox",
    order: &[
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
    ],
    imports: 50,
};

#[test]
fn no_source_of_the_runtime_imports_from_a_folder_after_its_own() {
    RUNTIME.check();
}

#[test]
fn no_source_of_the_sandbox_imports_from_a_folder_after_its_own() {
    SANDBOX.check();
}

impl Layers {
    fn check(&self) {
        let src = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../{}/src", self.krate));
        let re_exports = re_exports(&fs::read_to_string(src.join("lib.rs")).unwrap());
        let mut imports = 0;
        for path in sources(&src) {
            let module = path.strip_prefix(&src).unwrap().with_extension("");
            let own = module.iter().next().unwrap().to_str().unwrap();
            // The root of the crate, and the page of the kinds, only export what is elsewhere.
            if own == "lib" || own == "kind" {
                continue;
            }
            for imported in imported_paths(&fs::read_to_string(&path).unwrap()) {
                imports += 1;
                let first = imported.split("::").next().unwrap();
                let folder = re_exports.get(first).map_or(first, String::as_str);
                let folder = if folder == "__private" {
                    "private"
                } else {
                    folder
                };
                assert!(
                    folder == own || self.index(folder) < self.index(own),
                    "{} imports {imported}, which is in {folder}",
                    path.display(),
                );
            }
        }
        assert!(imports > self.imports, "only {imports} imports were found");
    }

    fn index(&self, module: &str) -> usize {
        let index = self.order.iter().position(|each| *each == module);
        index.unwrap_or_else(|| panic!("{module} is not in the order of {}", self.krate))
    }
}

/// Returns the module of every name that the root of a crate exports.
fn re_exports(lib: &str) -> HashMap<String, String> {
    let exported = imported_paths(lib).into_iter().filter_map(|path| {
        let (module, name) = path.split_once("::")?;
        let name = name.rsplit("::").next()?;
        Some((name.to_owned(), module.to_owned()))
    });
    // The root exports these with `*`.
    let entities = ENTITIES
        .iter()
        .flat_map(|(entity, _, id, _)| [*entity, *id]);
    let others = [
        "kind",
        "Entity",
        "HasMultifields",
        "SmartProcess",
        "UserId",
        "Users",
    ];
    let entities = entities
        .chain(others)
        .map(|name| (name.to_owned(), "value".to_owned()));
    exported.chain(entities).collect()
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

/// Returns what follows `crate::` in every path, also in paths with braces. Unit tests may import
/// anything, and are at the end of a file.
fn imported_paths(source: &str) -> Vec<String> {
    let lines = source.lines().map(str::trim_start);
    let code: Vec<_> = lines
        .take_while(|line| *line != "mod tests {")
        .filter(|line| !line.starts_with("//"))
        .collect();
    let code = code.join(" ").replace("$crate::", "");
    let paths = code.split("crate::").skip(1).flat_map(|rest| {
        let end = rest.find(';').unwrap_or(rest.len());
        paths_of(&rest[..end])
    });
    paths.filter(|path| !path.is_empty()).collect()
}

/// Returns the paths of an import, such as `a::B` and `a::c::D` of `a::{B, c::D}`.
fn paths_of(import: &str) -> Vec<String> {
    let import = import.trim();
    let is_in_path = |letter: char| letter.is_alphanumeric() || matches!(letter, '_' | ':' | '*');
    let end = import
        .find(|letter| !is_in_path(letter))
        .unwrap_or(import.len());
    let (begin, rest) = import.split_at(end);
    match rest.strip_prefix('{') {
        Some(group) => {
            let paths = outer_items(group)
                .into_iter()
                .flat_map(|item| paths_of(&item));
            paths.map(|path| format!("{begin}{path}")).collect()
        }
        None => vec![begin.to_owned()],
    }
}

/// Splits the contents of braces, up to the closing one, at the commas that are in no further braces.
fn outer_items(group: &str) -> Vec<String> {
    let mut items = vec![String::new()];
    let mut depth = 0;
    for letter in group.chars() {
        match letter {
            '}' if depth == 0 => break,
            ',' if depth == 0 => {
                items.push(String::new());
                continue;
            }
            '{' => depth += 1,
            '}' => depth -= 1,
            _ => {}
        }
        items.last_mut().unwrap().push(letter);
    }
    items.retain(|item| !item.trim().is_empty());
    items
}

#[test]
fn every_import_is_found() {
    let source = "use super::X;\nuse crate::{\n    faults::{Fault, Storm},\n    lock::lock, Name,\n};\n\
                  // crate::page\nuse crate::wire::{Failure, a::{B, c}};\nfn f() { crate::portal::g(); }\n\
                  mod tests {\nuse crate::sandbox;\n";
    let expected = [
        "faults::Fault",
        "faults::Storm",
        "lock::lock",
        "Name",
        "wire::Failure",
        "wire::a::B",
        "wire::a::c",
        "portal::g",
    ];
    assert_eq!(imported_paths(source), expected);
}

#[test]
fn a_name_that_the_root_exports_is_in_its_module() {
    let exports =
        re_exports("pub use crate::{\n    client::{Call, locks::Lock},\n    error::Error,\n};\n");
    assert_eq!(exports["Lock"], "client");
    assert_eq!(exports["Call"], "client");
    assert_eq!(exports["Error"], "error");
}
