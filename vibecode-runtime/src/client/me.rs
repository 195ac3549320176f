//! What the API reports about a key.

use std::{borrow::Cow, fmt};

use crate::{DecodeError, Error, RawAnswer, Result, WireValue, wire::json};

/// What the API reports about the key, from [`Client::me`](crate::Client::me): `GET /v1/me`, as
/// observed (grade O). A value that the API leaves out is `None`.
///
/// ```
/// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doctest/customer.rs"));
/// # fn main() -> vibecode_runtime::Result<()> { run(async |_sandbox, client| {
/// let me = client.me().await?;
/// assert!(me.portal().is_some() && me.tariff().is_some());
/// assert!(me.scopes().is_some_and(|scopes| scopes.contains(&"crm".to_owned())));
/// assert_eq!(me.can_write(), Some(true));
/// assert!(me.raw().as_str().contains("READWRITE"));
/// # Ok(()) }) }
/// ```
#[derive(Clone)]
pub struct Me {
    portal: Option<String>,
    tariff: Option<String>,
    scopes: Option<Vec<String>>,
    access_mode: Option<String>,
    raw: RawAnswer,
}

impl Me {
    /// # Errors
    /// [`ErrorKind::Unreadable`](crate::ErrorKind::Unreadable), which names the JSON key, if a
    /// value has an unknown form.
    pub(crate) fn read(raw: RawAnswer) -> Result<Self> {
        let keys = ["portal", "tariff", "scopes", "accessMode"];
        let values = json::pick(raw.as_str(), keys).ok_or_else(|| {
            raw.unreadable(
                "what the API answers about the key is not an object that can be read".to_owned(),
            )
        })?;
        let [portal, tariff, scopes, access_mode] =
            values.map(|value| value.map(WireValue::of_json));
        let unreadable = |key: &str, error: DecodeError| -> Error {
            let problem =
                format!("`{key}` of what the API answers about the key cannot be read: {error}");
            raw.unreadable(problem)
        };
        Ok(Self {
            portal: read(portal, text).map_err(|error| unreadable("portal", error))?,
            tariff: read(tariff, name).map_err(|error| unreadable("tariff", error))?,
            // An empty list is a key without scopes, not one of which nothing is known.
            scopes: match scopes.filter(|scopes| !scopes.is_null()) {
                Some(scopes) => Some(texts(scopes).map_err(|error| unreadable("scopes", error))?),
                None => None,
            },
            access_mode: read(access_mode, text)
                .map_err(|error| unreadable("accessMode", error))?,
            raw,
        })
    }

    /// Returns the portal's host.
    #[must_use]
    pub fn portal(&self) -> Option<String> {
        self.portal.clone()
    }

    /// Returns the name of the portal's tariff, or its code if it has no name.
    #[must_use]
    pub fn tariff(&self) -> Option<String> {
        self.tariff.clone()
    }

    /// Returns the scopes of the key. CRM records require `crm`.
    #[must_use]
    pub fn scopes(&self) -> Option<Vec<String>> {
        self.scopes.clone()
    }

    /// Whether the key may write: `Some(true)` if `accessMode` is `READWRITE`, `Some(false)` if it
    /// is `READONLY`, and `None` for any other mode.
    #[must_use]
    pub fn can_write(&self) -> Option<bool> {
        match self.access_mode.as_deref()? {
            "READWRITE" => Some(true),
            "READONLY" => Some(false),
            _ => None,
        }
    }

    /// Returns the whole answer.
    #[must_use]
    pub fn raw(&self) -> &RawAnswer {
        &self.raw
    }
}

fn read<T>(
    value: Option<WireValue<'_>>,
    read: impl FnOnce(WireValue<'_>) -> Result<T, DecodeError>,
) -> Result<Option<T>, DecodeError> {
    let present = value.filter(|value| !value.is_nothing_as_value());
    present.map(read).transpose()
}

fn text(value: WireValue<'_>) -> Result<String, DecodeError> {
    let text = value.string().map(Cow::into_owned);
    text.ok_or_else(|| DecodeError::expected("a text"))
}

/// Reads text, or an object with a name or a code.
fn name(value: WireValue<'_>) -> Result<String, DecodeError> {
    if value.is_string() {
        return text(value);
    }
    let expected = || DecodeError::expected("a text, or an object with `name` or `code`");
    let [name, code] = value.pick(["name", "code"]).ok_or_else(expected)?;
    let name = read(name, text)?;
    name.or(read(code, text)?).ok_or_else(expected)
}

fn texts(value: WireValue<'_>) -> Result<Vec<String>, DecodeError> {
    let elements = value.elements();
    let elements = elements.ok_or_else(|| DecodeError::expected("a list of texts"))?;
    elements.into_iter().map(text).collect()
}

impl fmt::Debug for Me {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Me")
            .field("can_write", &self.can_write())
            .field("scopes", &self.scopes)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Contacts, ErrorKind};

    fn me(json: &str) -> Result<Me> {
        Me::read(RawAnswer::from_json::<Contacts>(json).unwrap())
    }

    #[test]
    fn a_key_is_read_in_every_known_form() {
        let read = me(
            r#"{"portal":"example.bitrix24.ru","tariff":{"code":"ru_demo","name":"Demo"},
                "scopes":{"0":"crm","2":"user"},"accessMode":"READONLY"}"#,
        )
        .unwrap();
        assert_eq!(read.portal().as_deref(), Some("example.bitrix24.ru"));
        assert_eq!(read.tariff().as_deref(), Some("Demo"));
        assert_eq!(read.scopes().unwrap(), ["crm", "user"]);
        assert_eq!(read.can_write(), Some(false));
        let tariff = |json: &str| me(json).unwrap().tariff();
        assert_eq!(tariff(r#"{"tariff":"demo"}"#).as_deref(), Some("demo"));
        let only_code = r#"{"tariff":{"code":"ru_demo","name":null}}"#;
        assert_eq!(tariff(only_code).as_deref(), Some("ru_demo"));
        for left_out in ["{}", r#"{"portal":null,"tariff":"","scopes":null}"#] {
            let read = me(left_out).unwrap();
            assert_eq!((read.portal(), read.tariff()), (None, None));
            assert_eq!(read.can_write(), None);
        }
        assert_eq!(me(r#"{"accessMode":"APPEND"}"#).unwrap().can_write(), None);
        assert_eq!(me("{}").unwrap().scopes(), None);
        assert_eq!(me(r#"{"scopes":[]}"#).unwrap().scopes(), Some(Vec::new()));
    }

    #[test]
    fn what_is_not_understood_of_a_key_is_not_left_out() {
        for (key, value) in [
            ("portal", r#"["a.ru"]"#),
            ("portal", "5"),
            ("tariff", "{}"),
            ("tariff", r#"{"name":["Demo"]}"#),
            ("tariff", "true"),
            ("scopes", r#""crm,user""#),
            ("scopes", r#"["crm",5]"#),
            ("scopes", r#"["crm",null]"#),
            ("scopes", r#"{"crm":true}"#),
            ("scopes", r#"["crm\ud83d"]"#),
            ("accessMode", "true"),
            ("accessMode", r#"{"mode":"READWRITE"}"#),
        ] {
            let error = me(&format!(r#"{{"{key}":{value}}}"#)).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Unreadable, "{key} {value}");
            assert!(error.to_string().contains(key), "{error}");
        }
        for unreadable in [
            "[]",
            "null",
            r#""a""#,
            r#"{"accessMode":"READONLY","accessMode":"READWRITE"}"#,
            r#"{"\ud83d":1}"#,
        ] {
            let error = me(unreadable).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Unreadable, "{unreadable}");
        }
    }
}
