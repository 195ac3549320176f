//! JSON whose texts are borrowed from what it was read from: a text, or a value of `serde_json`.
//!
//! The macros read the portal's files in each build of an app, and in a debug build a macro is not optimised. There a
//! value of `serde_json` took 403 million instructions for a schema of 5,000 fields (1.5 MB), a tenth of a second: each
//! byte passes through several small functions, and each text is copied. The reader loops over bytes and copies nothing
//! but texts with escapes, which takes 108 million.
//!
//! The macros are built without `serde_json`, which an app would have to build a second time for them, with other features
//! than for itself. The reader accepts the same texts, and says of the others in the same line and column where the mistake
//! is, which tests check.

mod reader;

use std::borrow::Cow;

pub(crate) use reader::Mistake;

/// JSON that is read but not changed.
#[derive(Debug, Clone)]
pub(crate) enum Json<'a> {
    Null,
    Bool(bool),
    /// As it is written.
    Number(Cow<'a, str>),
    Text(Cow<'a, str>),
    List(Vec<Self>),
    Object(Object<'a>),
}

/// The members of an object, in the order of the text. If a key occurs twice, the last member counts.
#[derive(Debug, Clone, Default)]
pub(crate) struct Object<'a>(pub(crate) Vec<(Cow<'a, str>, Json<'a>)>);

impl<'a> Json<'a> {
    /// Returns the value of a key. `None` if this is not an object.
    pub(crate) fn get(&self, key: &str) -> Option<&Self> {
        match self {
            Self::Object(object) => object.get(key),
            _ => None,
        }
    }

    pub(crate) fn as_object(&self) -> Option<&Object<'a>> {
        match self {
            Self::Object(object) => Some(object),
            _ => None,
        }
    }

    pub(crate) fn as_str(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    pub(crate) fn is_object(&self) -> bool {
        matches!(self, Self::Object(_))
    }

    pub(crate) fn is_list(&self) -> bool {
        matches!(self, Self::List(_))
    }

    pub(crate) fn is_empty_list(&self) -> bool {
        matches!(self, Self::List(list) if list.is_empty())
    }

    pub(crate) fn is_text(&self) -> bool {
        matches!(self, Self::Text(_))
    }

    pub(crate) fn is_bool(&self, expected: bool) -> bool {
        matches!(self, Self::Bool(set) if *set == expected)
    }
}

impl<'a> Object<'a> {
    /// Returns the value of a key.
    pub(crate) fn get(&self, key: &str) -> Option<&Json<'a>> {
        let length = key.len();
        let mut members = self.0.as_slice();
        while let [before @ .., (name, value)] = members {
            let name = match name {
                Cow::Borrowed(name) => name,
                Cow::Owned(name) => &**name,
            };
            // Most keys differ in length, and a comparison of texts is a call.
            if name.len() == length && name == key {
                return Some(value);
            }
            members = before;
        }
        None
    }

    pub(crate) fn contains_key(&self, key: &str) -> bool {
        self.get(key).is_some()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns the members, sorted by key, and each key once.
    pub(crate) fn members(&self) -> Vec<(&str, &Json<'a>)> {
        let members = self.0.iter().map(|(key, value)| (&**key, value));
        let mut members: Vec<_> = members.collect();
        // Of equal keys, the last becomes the first, which stays.
        members.reverse();
        members.sort_by_key(|(key, _)| *key);
        members.dedup_by(|(one, _), (other, _)| one == other);
        members
    }
}

#[cfg(test)]
mod tests;
