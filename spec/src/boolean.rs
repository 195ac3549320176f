//! What counts as true in a text of the API.

/// Returns what a text means as a boolean: depending on the layer that wrote it, true is `true`, `Y` or `1`. Returns
/// `None` if it is neither true nor false.
///
/// ```
/// assert_eq!(vibecode_spec::boolean_of("Y"), Some(true));
/// assert_eq!(vibecode_spec::boolean_of("0"), Some(false));
/// assert_eq!(vibecode_spec::boolean_of(""), None);
/// ```
#[must_use]
pub fn boolean_of(text: &str) -> Option<bool> {
    match text {
        "true" | "Y" | "y" | "1" => Some(true),
        "false" | "N" | "n" | "0" => Some(false),
        _ => None,
    }
}
