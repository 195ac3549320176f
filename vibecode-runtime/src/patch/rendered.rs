//! Passes JSON that has already been rendered to a serializer.
//!
//! `serde_json` writes a [`RawValue`](serde_json::value::RawValue) unchanged, but can only create
//! one by parsing the text again. How a `RawValue` serializes itself is known but not guaranteed.
//! So this module imitates it, and tests the result once per process before relying on it. If the
//! result is not as expected, or if the serializer is another one, values are serialized one by
//! one.

use std::{any::type_name, sync::OnceLock};

use serde::{Serialize, Serializer, ser::SerializeStruct};

/// The name by which `serde_json` distinguishes a raw value from other structs.
const TOKEN: &str = "$serde_json::private::RawValue";

/// Whether a serializer accepts rendered JSON unchanged: only `serde_json`'s compact text.
pub(crate) fn is_taken_as_it_is<S>() -> bool {
    let name = type_name::<S>();
    name.starts_with("&mut serde_json::ser::Serializer<")
        && (name.ends_with(" serde_json::ser::CompactFormatter>")
            || name.ends_with("&mut alloc::vec::Vec<u8>>"))
        && is_known()
}

fn is_known() -> bool {
    static KNOWN: OnceLock<bool> = OnceLock::new();
    *KNOWN.get_or_init(|| {
        let sample = r#"{"a":[1,"b"]}"#;
        serde_json::to_string(&Sample(sample)).is_ok_and(|written| written == sample)
    })
}

struct Sample(&'static str);

impl Serialize for Sample {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serialize(self.0, serializer)
    }
}

pub(crate) fn serialize<S: Serializer>(json: &str, serializer: S) -> Result<S::Ok, S::Error> {
    let mut raw = serializer.serialize_struct(TOKEN, 1)?;
    raw.serialize_field(TOKEN, json)?;
    raw.end()
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Probe;

    impl Serialize for Probe {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            serializer.serialize_bool(is_taken_as_it_is::<S>())
        }
    }

    #[test]
    fn only_text_without_indentation_is_handed_over_as_it_is() {
        assert_eq!(serde_json::to_string(&Probe).unwrap(), "true");
        assert_eq!(serde_json::to_vec(&Probe).unwrap(), b"true");
        assert_eq!(serde_json::to_string_pretty(&Probe).unwrap(), "false");
        assert_eq!(serde_json::to_value(Probe).unwrap(), false);
    }
}
