//! Numbers with their noun.

/// Returns `1 record` or `5 records`.
pub(crate) fn number_of(count: u64, one: &str, several: &str) -> String {
    let noun = if count == 1 { one } else { several };
    format!("{count} {noun}")
}
