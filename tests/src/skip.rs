//! Reports tests that are skipped because a program is not installed. A machine that must have it, such
//! as that of `.ci/run`, names it in the environment variable `REQUIRED_BY_TESTS`, separated by commas.

use std::{
    env,
    fs::File,
    io::{self, Write},
    thread,
};

/// Reports that the running test is skipped because `missing` is not installed: on stderr, and as a
/// line of the file that the environment variable `SKIPPED_TESTS` names. `.ci/run` prints that list.
///
/// # Errors
/// If `REQUIRED_BY_TESTS` names what is missing. If the line cannot be written: a test that is skipped
/// must not look like one that passed.
pub fn because_of(missing: &str) -> io::Result<()> {
    let required = env::var("REQUIRED_BY_TESTS").unwrap_or_default();
    if is_named(&required, missing) {
        return Err(io::Error::other(format!(
            "{missing} is not installed, and REQUIRED_BY_TESTS names it: install it"
        )));
    }
    let thread = thread::current();
    let test = thread.name().unwrap_or("a test");
    // Not by `eprintln!`: the test harness hides what a passing test prints.
    writeln!(
        io::stderr(),
        "\n!!! SKIPPED, NOT PASSED: {test}: there is no {missing} on this machine\n"
    )?;
    match env::var_os("SKIPPED_TESTS") {
        Some(list) => {
            let mut list = File::options().create(true).append(true).open(list)?;
            list.write_all(format!("{test} (no {missing})\n").as_bytes())
        }
        None => Ok(()),
    }
}

/// Returns true if a list that is separated by commas has this name.
fn is_named(list: &str, name: &str) -> bool {
    list.split(',').any(|each| each.trim() == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_is_required_only_by_its_whole_name() {
        for (list, is_required) in [
            ("curl", true),
            ("node, curl", true),
            ("", false),
            ("curly,node", false),
        ] {
            assert_eq!(is_named(list, "curl"), is_required, "{list:?}");
        }
    }
}
