//! Labels: a single text, or a map from language to text.

use crate::json::Json;

/// The keys that can hold the label of a field in its description, in order of preference. A label set
/// by a person comes before one set by the system.
pub const LABEL_KEYS: &[&str] = &["formLabel", "listLabel", "title", "label"];

const LANGUAGES: &[&str] = &["en", "ru"];

/// Returns the text of a label. If the label is a map from language to text (`{"ru": "Лояльность"}`),
/// this is the English text, or else the Russian, or else the first. Returns `None` if the label is
/// empty or has another form.
pub(crate) fn label_in(label: &Json<'_>) -> Option<String> {
    match label {
        Json::Text(text) if is_blank(text) => None,
        Json::Text(text) => Some(text.to_string()),
        Json::Number(number) => Some(number.to_string()),
        Json::Object(languages) => {
            let preferred = LANGUAGES.iter().filter_map(|name| languages.get(name));
            let codes = languages.members().into_iter();
            let codes = codes.filter(|(code, _)| is_language(code));
            let mut all = preferred.chain(codes.map(|(_, text)| text));
            all.find_map(|text| text.is_text().then(|| label_in(text))?)
        }
        Json::Null | Json::Bool(_) | Json::List(_) => None,
    }
}

/// Adds every text of a label that is not among these labels yet.
pub(crate) fn add_labels(label: &Json<'_>, labels: &mut Vec<String>) {
    if let Json::Object(languages) = label {
        for (code, text) in languages.members() {
            if is_language(code) && text.is_text() {
                add_labels(text, labels);
            }
        }
    } else if let Some(text) = label_in(label)
        && !labels.contains(&text)
    {
        labels.push(text);
    }
}

/// Returns whether a text has only white space. Most texts begin with a letter, and to trim one takes longer.
fn is_blank(text: &str) -> bool {
    !matches!(text.as_bytes(), [b'!'..=b'~', ..]) && text.trim().is_empty()
}

/// Returns whether a key is a language code as Bitrix24 writes it.
fn is_language(code: &str) -> bool {
    code.len() == 2 && code.bytes().all(|byte| byte.is_ascii_lowercase())
}
