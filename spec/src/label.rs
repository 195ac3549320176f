//! Labels: as one text, or as a map by language.

use serde_json::Value;

/// The keys under which the description of a field has its label. The label that a person gave it comes
/// before the one that the system gave it.
pub const LABEL_KEYS: &[&str] = &["formLabel", "listLabel", "title", "label"];

/// The languages that are preferred, in this order.
const LANGUAGES: &[&str] = &["en", "ru"];

/// The text of a label: the label itself, or from a map by language (`{"ru": "Лояльность"}`) the English
/// text, else the Russian, else the first. `None` if it is empty or of another form.
///
/// ```
/// use serde_json::json;
/// use vibecode_spec::label_of;
///
/// assert_eq!(label_of(&json!("Loyalty")).as_deref(), Some("Loyalty"));
/// assert_eq!(label_of(&json!({ "de": "", "ru": "Лояльность" })).as_deref(), Some("Лояльность"));
/// assert_eq!(label_of(&json!({ "type": "string" })), None);
/// ```
#[must_use]
pub fn label_of(label: &Value) -> Option<String> {
    match label {
        Value::String(text) => (!text.trim().is_empty()).then(|| text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Object(languages) => {
            let preferred = LANGUAGES.iter().filter_map(|name| languages.get(*name));
            let codes = languages.iter().filter(|(code, _)| is_language(code));
            let mut all = preferred.chain(codes.map(|(_, text)| text));
            all.find_map(|text| text.is_string().then(|| label_of(text))?)
        }
        Value::Null | Value::Bool(_) | Value::Array(_) => None,
    }
}

/// Whether a key is a language as Bitrix24 writes it.
fn is_language(code: &str) -> bool {
    code.len() == 2 && code.bytes().all(|byte| byte.is_ascii_lowercase())
}
