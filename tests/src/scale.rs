//! The number of random inputs of a test: small by default, larger if an environment variable says so.

use std::{any::type_name, env, str::FromStr};

/// The number in the environment variable `name`, or `default` if it is not set.
///
/// # Panics
/// If the variable holds anything but a number: a long run must not turn into a short one unseen.
#[expect(clippy::panic, reason = "a test fails by a panic")]
#[must_use]
pub fn count<N: FromStr>(name: &str, default: N) -> N {
    let Some(value) = env::var_os(name) else {
        return default;
    };
    let number = value.to_str().and_then(|text| text.parse().ok());
    number.unwrap_or_else(|| panic!("{name} must be a {}, and is {value:?}", type_name::<N>()))
}
