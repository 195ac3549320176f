//! Files.

use std::fmt;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor},
};
use serde_json::json;

use crate::{Encode, EncodeError, Encoder, Id, kind};

/// A file to upload into a field, or a file in the field that is to be kept (grade B).
///
/// `Debug` shows neither the name nor the content.
///
/// ```
/// use vibecode_runtime::{File, Patch};
///
/// #[derive(Patch)]
/// #[vibecode(entity = "contacts")]
/// struct Customer {
///     #[vibecode(field = "ufCrmScans", kind = "file", multiple)]
///     scans: Vec<File>,
/// }
///
/// let patch = Customer::patch().scans([File::keep(12), File::upload("a.txt", "hi")]);
/// assert_eq!(
///     serde_json::to_string(&patch)?,
///     r#"{"ufCrmScans":[{"id":12},["a.txt","aGk="]]}"#,
/// );
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct File(FileValue);

#[derive(Clone, PartialEq, Eq)]
enum FileValue {
    Upload { name: String, content: Vec<u8> },
    Keep(u64),
}

impl File {
    /// Creates a file to upload, `["name", "base64"]` on the wire. If the name is empty, the patch
    /// is invalid: [`ErrorKind::InvalidPatch`](crate::ErrorKind::InvalidPatch).
    pub fn upload(name: impl Into<String>, content: impl Into<Vec<u8>>) -> Self {
        Self(FileValue::Upload {
            name: name.into(),
            content: content.into(),
        })
    }

    /// Reads a file to upload from its wire form.
    pub(crate) fn of_upload([name, content]: &[impl AsRef<str>; 2]) -> Option<Self> {
        let content = STANDARD.decode(content.as_ref()).ok()?;
        (!name.as_ref().is_empty()).then(|| Self::upload(name.as_ref(), content))
    }

    /// Keeps the file with this id, which is already in the field: `{"id": 12}` on the wire.
    #[must_use]
    pub fn keep(id: u64) -> Self {
        Self(FileValue::Keep(id))
    }
}

impl Encode<kind::File> for File {
    fn encode(&self, to: &mut Encoder<'_>) -> Result<(), EncodeError> {
        match &self.0 {
            FileValue::Upload { name, .. } if name.is_empty() => {
                Err(EncodeError::new("a file has a name"))
            }
            FileValue::Upload { name, content } => to.json(&[name, &STANDARD.encode(content)]),
            FileValue::Keep(id) => to.json(&json!({ "id": id })),
        }
    }
}

/// Serializes the file in its wire form: `["name", "base64"]`, or `{"id": 12}`.
impl Serialize for File {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.0 {
            // In a format that is not self-describing, the two forms cannot be distinguished by
            // their shape.
            value if !serializer.is_human_readable() => value.as_fields().serialize(serializer),
            FileValue::Upload { name, content } => {
                [name, &STANDARD.encode(content)].serialize(serializer)
            }
            FileValue::Keep(id) => serializer.collect_map([("id", id)]),
        }
    }
}

/// Deserializes a file from its wire form, or from the form in an answer.
impl<'de> Deserialize<'de> for File {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        if deserializer.is_human_readable() {
            return deserializer.deserialize_any(FileVisitor);
        }
        let (keep, name, content) = <(Option<u64>, String, Vec<u8>)>::deserialize(deserializer)?;
        Ok(Self(match keep {
            Some(id) => FileValue::Keep(id),
            None => FileValue::Upload { name, content },
        }))
    }
}

impl FileValue {
    fn as_fields(&self) -> (Option<u64>, &str, &[u8]) {
        match self {
            Self::Keep(id) => (Some(*id), "", &[]),
            Self::Upload { name, content } => (None, name, content),
        }
    }
}

struct FileVisitor;

impl<'de> Visitor<'de> for FileVisitor {
    type Value = File;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a file with its id, or its name and its content in base64")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<File, A::Error> {
        let parts = (seq.next_element::<String>()?, seq.next_element::<String>()?);
        let rest = seq.next_element::<IgnoredAny>()?;
        match (parts, rest) {
            ((Some(name), Some(content)), None) => File::of_upload(&[name, content]),
            _ => None,
        }
        .ok_or_else(|| A::Error::custom("expected the name of a file and its content in base64"))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<File, A::Error> {
        let mut id = None;
        while let Some(key) = map.next_key::<String>()? {
            if key == "id" {
                id = Some(map.next_value::<Id<File>>()?);
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        let id = id.ok_or_else(|| A::Error::missing_field("id"))?;
        Ok(File::keep(id.get()))
    }
}

impl fmt::Debug for File {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            FileValue::Upload { content, .. } => write!(f, "File::upload({} bytes)", content.len()),
            FileValue::Keep(id) => write!(f, "File::keep({id})"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_sent_as_a_name_and_base64_or_as_the_id_that_stays() {
        let wire = |file: File| {
            let mut json = String::new();
            let encoded = file.encode(&mut Encoder::new(&mut json));
            encoded.map(|()| json)
        };
        assert_eq!(
            wire(File::upload("a.txt", "hi")).unwrap(),
            r#"["a.txt","aGk="]"#
        );
        assert_eq!(wire(File::keep(12)).unwrap(), r#"{"id":12}"#);
        assert!(wire(File::upload("", "hi")).is_err());
        assert!(!format!("{:?}", File::upload("secret.txt", "hi")).contains("secret"));
    }
}
