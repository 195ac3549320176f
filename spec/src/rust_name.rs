//! The Rust name of a struct field and the wire name that it has without an attribute; which names can be wire
//! names.

use heck::{ToLowerCamelCase, ToSnakeCase};

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
    name.to_lower_camel_case()
}

/// Returns the Rust name from which [`wire_name_of`] makes this wire name, or `None` if there is no such
/// name in `snake_case`: the struct field then needs `field = "…"`.
#[must_use]
pub fn rust_name_of(wire_name: &str) -> Option<String> {
    let rust_name = wire_name.to_snake_case();
    (wire_name_of(&rust_name) == wire_name).then_some(rust_name)
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
    use super::*;
    use crate::Entity;

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
