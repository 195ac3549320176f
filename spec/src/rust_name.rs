//! The Rust name of a struct field and the wire name that it has without an attribute; which names can be wire
//! names.

/// Returns the wire name of a struct field that has no `field = "…"`: its Rust name in camelCase.
///
/// ```
/// use vibecode_spec::{rust_name_of, wire_name_of};
///
/// assert_eq!(wire_name_of("company_id"), "companyId");
/// assert_eq!(rust_name_of("companyId").as_deref(), Some("company_id"));
/// assert_eq!(rust_name_of("ufCrm_1721244707107"), None);
/// ```
#[must_use]
pub fn wire_name_of(rust_name: &str) -> String {
    let name = rust_name.strip_prefix("r#").unwrap_or(rust_name);
    let mut wire_name = String::with_capacity(name.len());
    for word in words(name) {
        let mut letters = word.chars();
        if !wire_name.is_empty()
            && let Some(first) = letters.next()
        {
            wire_name.extend(first.to_uppercase());
        }
        wire_name.push_str(&letters.as_str().to_lowercase());
    }
    wire_name
}

/// Returns the Rust name from which [`wire_name_of`] makes this wire name, or `None` if there is no such
/// name in `snake_case`: the struct field then needs `field = "…"`.
#[must_use]
pub fn rust_name_of(wire_name: &str) -> Option<String> {
    let rust_name = words(wire_name).join("_").to_lowercase();
    (wire_name_of(&rust_name) == wire_name).then_some(rust_name)
}

/// Returns the words of a name in any case, with the boundaries of the crate heck. The macros are built without it.
fn words(name: &str) -> Vec<&str> {
    let mut words = Vec::new();
    for part in name.split(|letter: char| !letter.is_alphanumeric()) {
        let (mut start, mut last) = (0, None);
        let mut letters = part.char_indices().peekable();
        while let Some((at, letter)) = letters.next() {
            let case = Case::of(letter).or(last);
            let next = letters.peek().copied();
            let next_case = next.and_then(|(_, next)| Case::of(next));
            let end = match (last, Case::of(letter), next, next_case) {
                (_, _, None, _) => Some(part.len()),
                // `companyId`: after the `y`.
                (_, _, Some((next_at, _)), Some(Case::Upper)) if case == Some(Case::Lower) => {
                    Some(next_at)
                }
                // `HTTPServer`: before the `S`.
                (Some(Case::Upper), Some(Case::Upper), _, Some(Case::Lower)) => Some(at),
                _ => None,
            };
            last = case;
            if let Some(end) = end {
                words.extend(part.get(start..end));
                (start, last) = (end, None);
            }
        }
    }
    words
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Case {
    Lower,
    Upper,
}

impl Case {
    /// `None` for a digit, and for a letter of a script without cases.
    fn of(letter: char) -> Option<Self> {
        if letter.is_lowercase() {
            return Some(Self::Lower);
        }
        letter.is_uppercase().then_some(Self::Upper)
    }
}

/// Returns whether a text can be the wire name of a field: it begins with a letter, and has only letters, digits
/// and underscores.
#[must_use]
pub fn is_wire_name(name: &str) -> bool {
    let is_of_name = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    name.starts_with(|first: char| first.is_ascii_alphabetic()) && name.bytes().all(is_of_name)
}

#[cfg(test)]
mod tests {
    use heck::{ToLowerCamelCase, ToSnakeCase};

    use super::*;
    use crate::Entity;

    #[test]
    fn names_have_the_words_that_heck_finds() {
        let mut names = vec![String::new()];
        for length in 0..6 {
            let shorter = names.clone().into_iter();
            for name in shorter.filter(|name| name.chars().count() == length) {
                let longer = ['a', 'B', '1', '_', 'é', 'Я'].map(|letter| format!("{name}{letter}"));
                names.extend(longer);
            }
        }
        for name in names {
            assert_eq!(wire_name_of(&name), name.to_lower_camel_case(), "{name}");
            let rust_name = words(&name).join("_").to_lowercase();
            assert_eq!(rust_name, name.to_snake_case(), "{name}");
        }
    }

    #[test]
    fn a_raw_name_has_the_wire_name_without_its_prefix() {
        assert_eq!(wire_name_of("r#type"), "type");
        assert_eq!(wire_name_of("type_id"), "typeId");
    }

    #[test]
    fn every_documented_field_has_a_rust_name() {
        for field in Entity::ALL.iter().flat_map(|each| each.schema().fields()) {
            let rust_name = rust_name_of(&field.name).unwrap_or_else(|| panic!("{}", field.name));
            assert_eq!(wire_name_of(&rust_name), field.name);
        }
    }

    #[test]
    fn a_wire_name_that_is_not_camel_case_has_none() {
        for name in [
            "ufCrm_1721244707107",
            "ufCrm2_1639669411830",
            "COMPANY_ID",
            "companyID",
            "Post",
        ] {
            assert_eq!(rust_name_of(name), None, "{name}");
        }
    }
}
