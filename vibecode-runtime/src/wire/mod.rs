//! How the API writes values in JSON: what counts as nothing, as true, and as equal.

pub(crate) mod equality;
pub(crate) mod json;
pub(crate) mod retry_after;

/// Reads "true", "1", "Y" and their opposites, the forms of a boolean (api.md, "Read").
pub(crate) fn truth(text: &str) -> Option<bool> {
    match text {
        "true" | "1" | "Y" | "y" => Some(true),
        "false" | "0" | "N" | "n" => Some(false),
        _ => None,
    }
}
