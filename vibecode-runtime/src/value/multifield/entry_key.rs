//! Compares the entries of a multifield regardless of how they are written.

use std::borrow::Cow;

use crate::{Email, Phone};

/// The key with which entries of a multifield are compared: two entries are the same if their keys
/// are equal.
///
/// The key of a phone that consists of digits and punctuation is its digits: `+7 (916) 111-22-33`
/// and `79161112233` are the same. The key of any other phone is its text, since letters can be
/// dialed (`1-800-FLOWERS`) or name an extension. `8 916 …` and `+7 916 …` are different phones,
/// because the country of a number is not known.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(crate) struct EntryKey {
    kind: Cow<'static, str>,
    value: String,
}

impl EntryKey {
    pub(crate) fn of(kind: &str, value: &str) -> Self {
        let value = value.trim();
        let (kind, value) = match kind {
            Phone::KIND => {
                let digits = digits_of(value).unwrap_or_else(|| value.to_lowercase());
                (Phone::KIND.into(), digits)
            }
            Email::KIND => (Email::KIND.into(), value.to_lowercase()),
            other => (other.to_owned().into(), value.to_owned()),
        };
        Self { kind, value }
    }

    pub(crate) fn kind(&self) -> &str {
        &self.kind
    }

    /// Returns whether two phones may be one number with different prefixes: both have at least 10 digits, and the last
    /// 10 are the same. What follows the number, such as an extension, must have the same digits too.
    pub(crate) fn is_similar(&self, other: &Self) -> bool {
        let of_phone = |key: &Self| {
            if key.kind != Phone::KIND {
                return None;
            }
            let (number, rest) = number_and_rest(&key.value);
            let start = number.len().checked_sub(SIMILAR_DIGITS)?;
            Some((number.get(start..)?.to_owned(), rest))
        };
        let phone = of_phone(self);
        phone.is_some() && phone == of_phone(other)
    }

    /// Returns the last two digits of the number of a phone, by which a person recognises it.
    pub(crate) fn last_digits(&self) -> String {
        let (number, _) = number_and_rest(&self.value);
        let start = number.len().saturating_sub(2);
        number.get(start..).unwrap_or_default().to_owned()
    }
}

/// How many digits two similar phones have in common at their ends: those of a number without its country code or its
/// trunk prefix, in Russia, Kazakhstan and North America.
const SIMILAR_DIGITS: usize = 10;

/// Returns the digits of a phone before the first letter or sign that is dialed, and those after it.
fn number_and_rest(phone: &str) -> (String, String) {
    let is_plain = |letter: char| letter.is_ascii_digit() || is_punctuation(letter);
    let end = phone.find(|letter| !is_plain(letter));
    let (number, rest) = phone.split_at(end.unwrap_or(phone.len()));
    let digits = |text: &str| text.chars().filter(char::is_ascii_digit).collect();
    (digits(number), digits(rest))
}

fn digits_of(phone: &str) -> Option<String> {
    let is_plain = |letter: char| letter.is_ascii_digit() || is_punctuation(letter);
    let digits: String = phone.chars().filter(char::is_ascii_digit).collect();
    (!digits.is_empty() && phone.chars().all(is_plain)).then_some(digits)
}

/// Whether a character can appear between the digits of a phone without being dialed: spaces,
/// dashes, brackets, and the invisible marks that are left over from copying out of other programs: at least those of the
/// spec's `is_invisible`. `#`, `*`, `,` and `;` are dialed.
fn is_punctuation(letter: char) -> bool {
    letter.is_whitespace()
        || matches!(letter, '+' | '-' | '(' | ')' | '.' | '/')
        || matches!(letter, '\u{2010}'..='\u{2015}' | '\u{2212}')
        || matches!(letter, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{feff}')
        || matches!(letter, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}')
        || matches!(letter, '\u{2060}'..='\u{206f}' | '\u{fff9}'..='\u{fffb}')
        || matches!(letter, '\u{e0000}'..='\u{e007f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn phones_are_compared_by_digits_only_if_they_are_digits_and_punctuation() {
        for (one, other, are_same) in [
            ("+7 (916) 111-22-33", "79161112233", true),
            ("+7.916.111/22/33", "+7 916 111 22 33", true),
            (
                "\u{202a}+7\u{a0}916\u{2011}111\u{2212}22-33\u{202c}",
                "+79161112233",
                true,
            ),
            ("front desk", "Front Desk ", true),
            ("1-800-FLOWERS", "1-800-FLOWERS", true),
            ("1-800-FLOWERS", "1-800-TAXICAB", false),
            ("1-800-FLOWERS", "1-800", false),
            ("+7 916 111-22-33 доб. 5", "+7 916 111-22-33 доб. 6", false),
            ("+7 916 111-22-33 доб. 5", "+7 916 111-22-33 5", false),
            ("+7 916 111-22-33,5", "+7 916 111-22-335", false),
            ("+7 916 111-22-33#5", "+7 916 111-22-335", false),
            ("+79161112233", "+79161112234", false),
            // The country of a number is not known.
            ("89161112233", "+79161112233", false),
            ("front desk", "112", false),
            ("-", "+", false),
        ] {
            let result = EntryKey::of("PHONE", one) == EntryKey::of("PHONE", other);
            assert_eq!(result, are_same, "{one} {other}");
        }
    }

    #[test]
    fn phones_are_similar_if_only_their_prefixes_differ() {
        for (one, other, are_similar) in [
            ("89161112233", "+7 (916) 111-22-33", true),
            ("9161112233", "+79161112233", true),
            ("8 916 111-22-33;102", "+79161112233 доб. 102", true),
            ("89161112233", "+79161112233 доб. 102", false),
            ("89161112234", "+79161112233", false),
            ("1112233", "+7 495 111-22-33", false),
            ("161112233", "61112233", false),
            ("нет", "нет", false),
        ] {
            let result = EntryKey::of("PHONE", one).is_similar(&EntryKey::of("PHONE", other));
            assert_eq!(result, are_similar, "{one} {other}");
        }
        let email = EntryKey::of("EMAIL", "9161112233");
        assert!(!email.is_similar(&email));
    }

    #[test]
    fn emails_are_compared_without_case_and_other_entries_as_text() {
        for (kind, one, other, are_same) in [
            ("EMAIL", "Ivan@Company.RU", " ivan@company.ru", true),
            ("EMAIL", "ИВАН@пример.рф", "иван@пример.рф", true),
            ("EMAIL", "a.b@company.ru", "ab@company.ru", false),
            ("WEB", "x.ru/A", "x.ru/A", true),
            ("WEB", "x.ru/A", "x.ru/a", false),
            ("IM", "7-916", "7916", false),
        ] {
            let result = EntryKey::of(kind, one) == EntryKey::of(kind, other);
            assert_eq!(result, are_same, "{one} {other}");
        }
    }
}
