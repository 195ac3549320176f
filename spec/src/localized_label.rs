//! Labels: a single text, or a map from language to text.

use serde_json::Value;

/// The keys that can hold the label of a field in its description, in order of preference. A label set
/// by a person comes before one set by the system.
pub const LABEL_KEYS: &[&str] = &["formLabel", "listLabel", "title", "label"];

const LANGUAGES: &[&str] = &["en", "ru"];

/// Returns the text of a label. If the label is a map from language to text (`{"ru": "Лояльность"}`),
/// this is the English text, or else the Russian, or else the first. Returns `None` if the label is
/// empty or has another form.
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

/// Returns every text of a label: one, or one for each language.
///
/// ```
/// use serde_json::json;
/// use vibecode_spec::labels_of;
///
/// let label = json!({ "en": "Loyalty", "ru": "Лояльность" });
/// assert_eq!(labels_of(&label), ["Loyalty", "Лояльность"]);
/// ```
#[must_use]
pub fn labels_of(label: &Value) -> Vec<String> {
    match label {
        Value::Object(languages) => {
            let texts = languages.iter().filter(|(code, _)| is_language(code));
            let texts = texts.filter(|(_, text)| text.is_string());
            texts.filter_map(|(_, text)| label_of(text)).collect()
        }
        _ => label_of(label).into_iter().collect(),
    }
}

/// Returns whether a key is a language code as Bitrix24 writes it.
fn is_language(code: &str) -> bool {
    code.len() == 2 && code.bytes().all(|byte| byte.is_ascii_lowercase())
}
