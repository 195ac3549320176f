//! The methods of a patch builder besides its setters. A setter has the name of its field.

/// Methods that every builder has.
pub const BUILDER_METHODS: &[&str] = &["maybe", "set_unchecked"];

/// The prefix of a method that clears a field, before the name of the field.
pub const CLEAR: &str = "clear_";

/// The prefix of a method that adds to a phone or email field, before the name of the field.
pub const ADD: &str = "add_";

/// Returns whether a builder can have a method of this name that is not the setter of a field with this
/// name, such as `maybe`, `clear_post` or `add_phone`. A struct field of this name may not compile.
#[must_use]
pub fn is_builder_method(name: &str) -> bool {
    BUILDER_METHODS.contains(&name) || name.starts_with(CLEAR) || name.starts_with(ADD)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_method_besides_the_setters_is_a_builder_method() {
        for name in [
            "maybe",
            "set_unchecked",
            "clear_post",
            "clear_",
            "add_phone",
            "add_newsletter",
        ] {
            assert!(is_builder_method(name), "{name}");
        }
    }

    #[test]
    fn a_setter_is_not_a_builder_method_even_if_its_name_looks_like_one() {
        for name in [
            "post",
            "may_be",
            "set",
            "set_post",
            "clear",
            "add",
            "clearance",
            "address",
            "Maybe",
            "",
        ] {
            assert!(!is_builder_method(name), "{name}");
        }
    }
}
