//! Reads a date, and says what is wrong with a text that was meant as one.

use serde_json::Value;
use vibecode_runtime::Date;
use vibecode_spec::Kind;

/// Reads a date as the API writes it, or in the Russian form: `15.04.2026`.
pub(super) fn day(text: &str) -> Result<Value, String> {
    let parts: Vec<&str> = text.split('.').collect();
    let iso = match parts.as_slice() {
        [day, month, year] => format!("{year}-{month:0>2}-{day:0>2}"),
        _ => text.to_owned(),
    };
    match iso.parse::<Date>() {
        Ok(date) => Ok(date.to_string().into()),
        Err(_) => Err("requires a date, such as 2026-04-15".to_owned()),
    }
}

/// Returns how a date is written in a field of this kind. `None` for other kinds.
pub(super) fn example(kind: &Kind) -> Option<&'static str> {
    match kind {
        Kind::Date | Kind::DateOrDateTime => Some("2026-04-15 or 15.04.2026"),
        Kind::DateTime => Some("2026-04-15T12:00:00+03:00"),
        _ => None,
    }
}

/// Returns what is wrong with a text that is almost a date, as a part of a sentence. `None`: it has the form of a date,
/// or of no date.
pub(super) fn problem(text: &str) -> Option<&'static str> {
    let date = text.split([' ', 'T']).next().unwrap_or_default();
    let parts: Vec<&str> = date.split(['.', ',', '-', '/']).collect();
    let is_number =
        |part: &&str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    if !parts.iter().all(is_number) {
        return None;
    }
    match parts[..] {
        [year] if year.len() == 4 => Some("this is a year alone"),
        [_] => Some("this is a number"),
        [days, _] if days.len() == 5 => Some("this is a day of a spreadsheet with a time"),
        [_, _] => Some(
            "its day, month or year is missing, as when a spreadsheet has taken a date for a number",
        ),
        [_, _, year] if date.contains('.') && year.len() == 2 => Some("its year has two digits"),
        [..] => None,
    }
}

/// Returns true for `31.02.2026` or `2026-02-31`, also with a time: it is written like a date, and there is no such day.
pub(super) fn is_missing_day(text: &str) -> bool {
    let date = text.split([' ', 'T']).next().unwrap_or_default();
    let has_form = |date: &str, separator: char, lengths: [usize; 3]| {
        let parts: Vec<&str> = date.split(separator).collect();
        let are_numbers = parts
            .iter()
            .all(|part| !part.is_empty() && part.bytes().all(|digit| digit.is_ascii_digit()));
        let fits = parts
            .iter()
            .zip(lengths)
            .all(|(part, most)| part.len() <= most);
        parts.len() == lengths.len() && are_numbers && fits
    };
    let is_written_so = has_form(date, '.', [2, 2, 4]) || has_form(date, '-', [4, 2, 2]);
    is_written_so && day(date).is_err()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_almost_a_date_is_answered_with_what_it_lacks() {
        let missing = Some(
            "its day, month or year is missing, as when a spreadsheet has taken a date for a number",
        );
        for (text, expected) in [
            ("12.0025", missing),
            ("1.0926", missing),
            ("12,2025", missing),
            ("12/2025", missing),
            ("2025-12", missing),
            ("1990", Some("this is a year alone")),
            ("0", Some("this is a number")),
            ("99999", Some("this is a number")),
            ("20251231", Some("this is a number")),
            (
                "46022.5",
                Some("this is a day of a spreadsheet with a time"),
            ),
            ("01.12.25", Some("its year has two digits")),
            ("01.12.25 10:00", Some("its year has two digits")),
            ("2026-04-15", None),
            ("15.04.2026", None),
            ("31.02.2026", None),
            ("31/02/2026", None),
            ("soon", None),
            ("", None),
            ("-1", None),
        ] {
            assert_eq!(problem(text), expected, "{text}");
        }
    }
}
