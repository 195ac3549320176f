//! Which methods the builder of a patch has besides the setters, which are called as the fields are.

/// Methods that every builder has.
pub const BUILDER_METHODS: &[&str] = &["maybe", "set_unchecked"];

/// What the name of a method that clears a field begins with, before the field's name.
pub const CLEAR: &str = "clear_";

/// What the name of a method that adds to a phone or email field begins with, before the field's name.
pub const ADD: &str = "add_";

/// Whether a builder can have a method of this name for another field, or for every struct: a field
/// of this name may not compile.
///
/// ```
/// use vibecode_spec::is_builder_method;
///
/// assert!(["maybe", "clear_post", "add_phone"].into_iter().all(is_builder_method));
/// assert!(!is_builder_method("post"));
/// ```
#[must_use]
pub fn is_builder_method(name: &str) -> bool {
    BUILDER_METHODS.contains(&name) || name.starts_with(CLEAR) || name.starts_with(ADD)
}
