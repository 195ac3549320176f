//! Detects a renamed runtime: `vibecode = { package = "vibecode-runtime" }`.
//!
//! Generated code refers to the runtime as `::vibecode_runtime`, or by the path in `crate = "…"`. If the
//! runtime is renamed and that path is missing, the compiler would report every path in the generated
//! code as unresolved, without saying what to do. A derive macro runs inside the compiler process, and
//! its arguments name the dependencies, so no manifest has to be read. Other processes, such as
//! rust-analyzer, have no such arguments, and nothing is reported there.

use std::{
    env,
    path::Path,
    sync::{
        OnceLock,
        atomic::{AtomicBool, Ordering},
    },
};

use proc_macro2::Ident;

use crate::collected_errors::Errors;

const NAME: &str = "vibecode_runtime";

/// Returns the path of a renamed runtime, for a type without `crate = "…"`. The missing attribute is
/// reported once per crate; the path is then used as if the attribute were there.
pub(crate) fn path(at: &Ident, errors: &Errors) -> Option<syn::Path> {
    static NAME_HERE: OnceLock<Option<String>> = OnceLock::new();
    static IS_REPORTED: AtomicBool = AtomicBool::new(false);
    let name = NAME_HERE.get_or_init(|| {
        let arguments = env::args_os().filter_map(|argument| argument.into_string().ok());
        name_among(arguments)
    });
    let name = name.as_deref()?;
    let path = syn::parse_str(&format!("::{name}")).ok()?;
    if !IS_REPORTED.swap(true, Ordering::Relaxed) {
        errors.at(
            at,
            format!(
                "this crate's Cargo.toml renames the runtime to `{name}`: add `crate = \"{name}\"` to `#[vibecode(…)]`, here and on every other type with a derive of it"
            ),
        );
    }
    Some(path)
}

/// Returns the name of the runtime in the compiler's arguments, if it is renamed.
fn name_among(arguments: impl Iterator<Item = String>) -> Option<String> {
    let mut arguments = arguments;
    let mut other = None;
    while let Some(argument) = arguments.next() {
        let given = match argument.strip_prefix("--extern") {
            Some("") => arguments.next()?,
            Some(rest) => rest.trim_start_matches('=').to_owned(),
            None => continue,
        };
        // `priv:name=path`
        let given = given.split_once(':').map_or(&*given, |(options, rest)| {
            if options.contains('=') { &*given } else { rest }
        });
        let (name, path) = given.split_once('=').unwrap_or((given, ""));
        if name == NAME {
            return None;
        }
        let file = Path::new(path).file_stem().and_then(|file| file.to_str());
        let library = file.and_then(|file| file.strip_prefix("lib"));
        if library.and_then(|library| library.split('-').next()) == Some(NAME) {
            other = Some(name.to_owned());
        }
    }
    other
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(arguments: &str) -> Option<String> {
        name_among(arguments.split(' ').map(str::to_owned))
    }

    #[test]
    fn another_name_of_the_runtime_is_found_among_the_compilers_arguments() {
        let renamed = "rustc --crate-name app --extern serde=/t/libserde-1.rmeta \
            --extern vibecode=/t/libvibecode_runtime-2f.rmeta -C debuginfo=2";
        assert_eq!(name(renamed).as_deref(), Some("vibecode"));
        let one_word = "rustc --extern=priv:crm=C:/t/libvibecode_runtime-2f.rlib";
        assert_eq!(name(one_word).as_deref(), Some("crm"));
    }

    #[test]
    fn a_runtime_with_its_own_name_or_without_one_is_not_renamed() {
        for arguments in [
            "rustc --extern vibecode_runtime=/t/libvibecode_runtime-2f.rmeta",
            "rustc --extern old=/t/libvibecode_runtime-1.rmeta --extern vibecode_runtime=/t/libvibecode_runtime-2f.rmeta",
            "rustc --extern serde=/t/libserde-1.rmeta --extern proc_macro",
            "proc-macro-srv",
            "rustc --extern",
        ] {
            assert_eq!(name(arguments), None, "{arguments}");
        }
    }
}
