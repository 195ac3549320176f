//! The blocking client has every method of the async one.
#![cfg(test)]

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

/// The types that exist in both forms.
const TYPES: [&str; 5] = ["Client", "ClientBuilder", "Batch", "Query", "UntypedQuery"];

/// Adds the names of the public methods of these types in a folder of the runtime. In the blocking ones a line without
/// `pub fn` is one of a macro.
fn add_methods(folder: &Path, methods: &mut BTreeMap<&str, BTreeSet<String>>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            add_methods(&path, methods);
            continue;
        }
        let mut of_type = None;
        for line in fs::read_to_string(&path).unwrap().lines() {
            if line.starts_with("impl") {
                let is_of = |name: &&str| {
                    let after = line.rsplit(' ').nth(1).unwrap_or_default();
                    line.ends_with(" {")
                        && !line.contains(" for ")
                        && after.split('<').next() == Some(name)
                };
                of_type = TYPES.into_iter().find(is_of);
            }
            let trimmed = line.trim_start();
            let rest = ["pub fn ", "pub async fn "]
                .into_iter()
                .find_map(|it| trimmed.strip_prefix(it));
            let is_macro = folder.ends_with("blocking")
                && line.starts_with("        ")
                && trimmed.ends_with(';');
            let rest = rest.or(is_macro.then_some(trimmed));
            if let (Some(name), Some(rest)) = (of_type, rest) {
                let method = rest.split(['(', '[', '<']).next().unwrap_or_default();
                methods.entry(name).or_default().insert(method.to_owned());
            }
        }
    }
}

#[test]
fn every_method_of_the_async_client_has_a_blocking_one() {
    let runtime = Path::new(env!("CARGO_MANIFEST_DIR")).join("../vibecode-runtime/src");
    let (mut all, mut blocking) = (BTreeMap::new(), BTreeMap::new());
    for folder in ["client", "many"] {
        add_methods(&runtime.join(folder), &mut all);
    }
    add_methods(&runtime.join("blocking"), &mut blocking);
    for name in TYPES {
        let (methods, twins) = (&all[name], &blocking[name]);
        assert!(methods.len() > 3, "{name}: {methods:?}");
        // A blocking run or list is an iterator.
        let is_stream = |method: &&String| *method == "stream" || method.ends_with("_stream");
        let missing: Vec<_> = methods
            .difference(twins)
            .filter(|it| !is_stream(it))
            .collect();
        assert!(missing.is_empty(), "blocking::{name} lacks {missing:?}");
    }
}
