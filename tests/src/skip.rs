//! Reports tests that are skipped because a program is not installed.

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
/// If the line cannot be written: a test that is skipped must not look like one that passed.
pub fn because_of(missing: &str) -> io::Result<()> {
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
