//! The fields of each struct.

/// The number of fields of each struct.
pub(crate) const FIELDS: usize = 20;

/// A type of user field, as each contender names it.
pub(crate) struct Type {
    pub(crate) kind: &'static str,
    pub(crate) is_multiple: bool,
    pub(crate) rust: &'static str,
    pub(crate) diesel: &'static str,
}

/// The types of a struct's fields, in turn.
const TYPES: &[Type] = &[
    single("string", "Option<String>", "Text"),
    single("integer", "Option<i64>", "BigInt"),
    multiple("double", "Vec<f64>", "Array<Double>"),
    single("string", "String", "Text"),
    single("boolean", "Option<bool>", "Bool"),
    single("enumeration", "Option<u64>", "Unsigned<BigInt>"),
    single("double", "Option<f64>", "Double"),
    multiple("string", "Vec<String>", "Array<Text>"),
];

const fn single(kind: &'static str, rust: &'static str, diesel: &'static str) -> Type {
    Type {
        kind,
        is_multiple: false,
        rust,
        diesel,
    }
}

const fn multiple(kind: &'static str, rust: &'static str, diesel: &'static str) -> Type {
    Type {
        is_multiple: true,
        ..single(kind, rust, diesel)
    }
}

/// Returns the types of this many fields.
pub(crate) fn types(fields: usize) -> impl Iterator<Item = &'static Type> {
    TYPES.iter().cycle().take(fields)
}

/// The wire name of a user field.
pub(crate) fn wire_name(field: usize) -> String {
    format!("ufCrm_{}", 1_721_244_707_000_u64 + field as u64)
}
