//! Reads the value of a field from text, in the form of the field's kind. A problem is the end of a sentence
//! that begins with the name of the field.

use serde_json::{Value, json};
use vibecode_runtime::{CrmRef, Money};
use vibecode_spec::{Field, Kind, OptionMatch, closest, one_line};

use super::{
    code::{self, SCHEMA, listed},
    date,
};
use crate::code_file::KnownCodes;

pub(super) fn single(field: &Field, text: &str, codes: &KnownCodes) -> Result<Value, String> {
    let parsed = |read: bool, what: &str| {
        if read {
            Ok(json!(text))
        } else {
            Err(format!("requires {what}"))
        }
    };
    match &field.kind {
        Kind::Integer | Kind::Iblock => {
            let value: Result<i64, _> = text.parse();
            value
                .map_err(|_| "requires a whole number".to_owned())
                .map(Value::from)
        }
        Kind::Number | Kind::Double => number(text),
        Kind::Boolean => boolean(text),
        Kind::Date => date::day(text),
        Kind::DateTime => date::moment(text),
        Kind::DateOrDateTime => date::day_or_moment(text),
        Kind::Money => {
            let money: Money = text.parse().map_err(|_| {
                "requires an amount and a currency, such as 300|RUB or 300 RUB".to_owned()
            })?;
            code::check_currency(money.currency(), codes)?;
            Ok(text.into())
        }
        Kind::Crm => parsed(text.parse::<CrmRef>().is_ok(), "a link such as C_2"),
        Kind::Reference(_) => match text.parse::<u64>() {
            Ok(id) if id > 0 => Ok(id.into()),
            _ => Err("requires the id of a record, a whole number above 0".to_owned()),
        },
        Kind::Enumeration => option(field, text),
        Kind::File => Err("takes a file, which cannot be given as text".to_owned()),
        _ if text.is_empty() => Err("cannot be set to an empty text: clear it instead".to_owned()),
        _ if code::has_codes(field) => code::of_text(field, text, codes).map(Value::from),
        _ => Ok(text.into()),
    }
}

/// The digits of a real number that arrive as they were written.
const EXACT_DIGITS: usize = 15;

/// Reads a number, if all of its digits can be sent.
fn number(text: &str) -> Result<Value, String> {
    let number: serde_json::Number =
        serde_json::from_str(text).map_err(|_| "requires a number, such as 4.5".to_owned())?;
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    if number.is_f64() && digits.trim_start_matches('0').len() > EXACT_DIGITS {
        return Err(format!(
            "requires a number of at most {EXACT_DIGITS} digits: more of them do not arrive unchanged"
        ));
    }
    Ok(Value::Number(number))
}

fn boolean(text: &str) -> Result<Value, String> {
    match text.to_lowercase().as_str() {
        "true" | "yes" | "y" | "1" | "да" | "истина" => Ok(true.into()),
        "false" | "no" | "n" | "0" | "нет" | "ложь" => Ok(false.into()),
        _ => Err("requires yes or no".to_owned()),
    }
}

/// Finds an option by its id, or by its label: see [`OptionMatch::of_text`].
fn option(field: &Field, text: &str) -> Result<Value, String> {
    match OptionMatch::of_text([&*field.items], text) {
        OptionMatch::None => {}
        OptionMatch::One(item) => {
            return item.number().map(Value::from).ok_or_else(|| {
                "has an option with an id that is not a number: update the schema with `cargo vibecode pull`".to_owned()
            });
        }
        OptionMatch::Ambiguous(possible) => {
            let ids: Vec<&str> = possible.iter().map(|item| &*item.id).collect();
            return Err(format!(
                "has several options that this text may mean ({}): use an id or a label that only one of them has",
                ids.join(", ")
            ));
        }
    }
    match text.parse::<u64>() {
        // Without a schema the options are not known.
        Ok(id) if field.items.is_empty() && id > 0 => Ok(id.into()),
        _ if field.items.is_empty() => Err(
            "requires the id of an option, since the schema has none: `cargo vibecode pull` fetches them"
                .to_owned(),
        ),
        _ => {
            let labels: Vec<&str> = field.items.iter().map(|item| &*item.label).collect();
            let is_clear = |label: &&str| {
                let found = OptionMatch::of_text([&*field.items], label);
                matches!(found, OptionMatch::One(_))
            };
            let meant = closest(text, labels.iter().copied().filter(is_clear));
            let meant = meant.map_or_else(
                || format!("the options are {}", listed(labels.into_iter().map(one_line))),
                |meant| format!("did you mean `{}`?", one_line(meant)),
            );
            Err(format!("has no such option in {SCHEMA}: {meant}"))
        }
    }
}

#[cfg(test)]
mod tests {
    use vibecode_spec::Schema;

    use super::*;

    #[test]
    fn digits_are_sent_as_they_are_or_not_at_all() {
        for text in ["1234567890123", "0.1", "12345678901234567", "-4.50"] {
            let sent = number(text).unwrap().as_f64();
            assert_eq!(sent, text.parse().ok(), "{text}");
        }
        assert!(number("1234567890123456.78").is_err());
    }

    #[test]
    fn an_option_is_never_guessed_from_several() {
        let schema = Schema::read(
            r#"{"ufCrm_1": {"type": "enumeration", "items": [
                {"ID": "81", "VALUE": "Gold"}, {"ID": "82", "VALUE": "gold"},
                {"ID": "83", "VALUE": "Tea"}, {"ID": "84", "VALUE": "Tea"},
                {"ID": "85", "VALUE": "86"}, {"ID": "86", "VALUE": "Milk"}
            ]}}"#,
        );
        let schema = schema.unwrap();
        let field = schema.field("ufCrm_1").unwrap();
        for (text, option) in [("81", 81), ("milk", 86), ("83", 83)] {
            let value = single(field, text, &KnownCodes::default());
            assert_eq!(value, Ok(json!(option)), "{text}");
        }
        for (text, ids) in [
            ("Gold", "(81, 82)"),
            ("gold", "(81, 82)"),
            ("GOLD", "(81, 82)"),
            ("tea", "(83, 84)"),
            ("Tea", "(83, 84)"),
            ("86", "(85, 86)"),
        ] {
            let problem = single(field, text, &KnownCodes::default()).unwrap_err();
            assert!(problem.contains(ids), "{text}: {problem}");
        }
    }
}
