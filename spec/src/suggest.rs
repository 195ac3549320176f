//! What was probably meant by a mistyped name.

/// The candidate closest to `name`, if it is close enough to have been meant.
///
/// A third of the letters may differ; a swap of two neighbours counts as one difference.
///
/// ```
/// use vibecode_spec::closest;
///
/// assert_eq!(closest("psot", ["name", "post"]), Some("post"));
/// assert_eq!(closest("colour", ["name", "post"]), None);
/// ```
pub fn closest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let allowed = (name.chars().count() / 3).max(1);
    candidates
        .into_iter()
        .map(|candidate| (strsim::damerau_levenshtein(name, candidate), candidate))
        .filter(|(distance, _)| *distance <= allowed)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::closest;

    #[test]
    fn a_near_name_is_found_and_a_far_one_is_not() {
        assert_eq!(closest("psot", ["name", "post"]), Some("post"));
        assert_eq!(closest("WROK", ["HOME", "WORK"]), Some("WORK"));
        assert_eq!(closest("x", ["name", "post"]), None);
        assert_eq!(closest("", ["a"]), Some("a"));
        assert_eq!(closest("", ["name"]), None);
    }
}
