//! The number of random inputs of a test: small by default, larger if an environment variable says so.

use std::{any::type_name, env, ffi::OsStr, str::FromStr};

/// The number in the environment variable `name`, or `default` if it is not set.
///
/// # Panics
/// If the variable is anything but a number: a long run must not silently become a short one.
#[must_use]
pub fn count<N: FromStr>(name: &str, default: N) -> N {
    let value = env::var_os(name);
    value.map_or(default, |value| number(name, &value))
}

#[expect(clippy::panic, reason = "a test fails by a panic")]
fn number<N: FromStr>(name: &str, value: &OsStr) -> N {
    let text = value.to_string_lossy();
    let number = text.parse();
    number.unwrap_or_else(|_| panic!("{name} must be a {}, and is {text:?}", type_name::<N>()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_count_is_the_number_in_the_variable() {
        assert_eq!(number::<u32>("STORM_WRITES", OsStr::new("10000")), 10_000);
        assert_eq!(count("NOT_SET_BY_ANYONE", 7), 7);
    }

    #[test]
    #[should_panic(expected = "STORM_WRITES must be a u32, and is \"10_000\"")]
    fn a_count_that_is_not_a_number_is_not_taken_for_the_default() {
        let _ = number::<u32>("STORM_WRITES", OsStr::new("10_000"));
    }
}
