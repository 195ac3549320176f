//! Reads a date or a time, and says what is wrong with a text that was meant as one.

use serde_json::Value;
use vibecode_runtime::{Date, DateTime};

const DATE: &str = "2026-04-15";
const TIME: &str = "2026-04-15T12:00:00+03:00";

/// Reads a date as the API writes it, or in the Russian form: `15.04.2026`.
pub(super) fn day(text: &str) -> Result<Value, String> {
    match Form::of(text) {
        Form::Day(date) => Ok(date.to_string().into()),
        form => Err(form
            .problem_with_date()
            .unwrap_or_else(|| format!("requires a date, such as {DATE}"))),
    }
}

/// Reads a time, and returns it in the one form that the API is sure to take.
pub(super) fn moment(text: &str) -> Result<Value, String> {
    match text.parse::<DateTime>() {
        Ok(moment) => Ok(moment.as_str().into()),
        Err(_) => Err(Form::of(text)
            .problem("a time", TIME)
            .unwrap_or_else(|| format!("requires a time with an offset, such as {TIME}"))),
    }
}

/// Reads a date, or a time.
pub(super) fn day_or_moment(text: &str) -> Result<Value, String> {
    if let Ok(moment) = text.parse::<DateTime>() {
        return Ok(moment.as_str().into());
    }
    match Form::of(text) {
        Form::Day(date) => Ok(date.to_string().into()),
        form => Err(form.problem_with_date().unwrap_or_else(|| {
            format!("requires a date, such as {DATE}, or a time with an offset, such as {TIME}")
        })),
    }
}

/// What a text is that was meant as a date or a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    /// A date without a time.
    Day(Date),
    /// A date that the calendar does not have, perhaps with a time.
    MissingDay,
    /// Almost a date. The text is a part of a sentence.
    Almost(&'static str),
    /// Anything else, also a date with a time.
    Other,
}

impl Form {
    fn of(text: &str) -> Self {
        let (date, has_time) = match text.split_once([' ', 'T']) {
            Some((date, _)) => (date, true),
            None => (text, false),
        };
        let mut separators = date.matches(['.', ',', '-', '/']);
        let separator = separators.next().unwrap_or_default();
        let is_uniform = separators.all(|other| other == separator);
        let parts: Vec<&str> = date.split(['.', ',', '-', '/']).collect();
        let are_numbers = parts
            .iter()
            .all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()));
        if !are_numbers {
            return Self::Other;
        }
        match (parts.as_slice(), separator) {
            ([number], _) => Self::Almost(meaning(number)),
            ([days, _], _) if days.len() == 5 => {
                Self::Almost("this is a day of a spreadsheet with a time")
            }
            ([_, _], _) => Self::Almost(
                "its day, month or year is missing, as when a spreadsheet has taken a date for a number",
            ),
            ([day, month, year], ".") | ([year, month, day], "-") if is_uniform => {
                match Self::of_day(year, month, day) {
                    Self::Day(_) if has_time => Self::Other,
                    form => form,
                }
            }
            (_, _) => Self::Other,
        }
    }

    fn of_day(year: &str, month: &str, day: &str) -> Self {
        match (year.len(), month.len(), day.len()) {
            (4, 1..=2, 1..=2) => {
                let date = format!("{year}-{month:0>2}-{day:0>2}").parse();
                date.map_or(Self::MissingDay, Self::Day)
            }
            (2, 1..=2, 1..=2) => Self::Almost("its year has two digits"),
            (_, _, _) => Self::Other,
        }
    }

    fn problem_with_date(self) -> Option<String> {
        self.problem("a date", "2026-04-15 or 15.04.2026")
    }

    /// Returns why this is not what a field requires.
    fn problem(self, required: &str, example: &str) -> Option<String> {
        match self {
            Self::MissingDay => Some(format!("requires {required}, and there is no such day")),
            Self::Almost(problem) => Some(format!(
                "requires {required}, and {problem}: write it like {example}"
            )),
            Self::Day(_) | Self::Other => None,
        }
    }
}

/// Returns what a whole number may be that was meant as a date.
fn meaning(number: &str) -> &'static str {
    match number.len() {
        4 => "this is a year alone",
        5 => "this is a number, which may be a day of a spreadsheet",
        8 => "this is a number, which may be a date without separators",
        10 | 13 => "this is a number, which may be a Unix time",
        _ => "this is a number",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_almost_a_date_is_answered_with_what_it_lacks() {
        let missing = "its day, month or year is missing, as when a spreadsheet has taken a date for a number";
        for (text, expected) in [
            ("12.0025", missing),
            ("1.0926", missing),
            ("12,2025", missing),
            ("12/2025", missing),
            ("2025-12", missing),
            ("1990", "this is a year alone"),
            ("0", "this is a number"),
            (
                "46022",
                "this is a number, which may be a day of a spreadsheet",
            ),
            (
                "20251231",
                "this is a number, which may be a date without separators",
            ),
            ("1776240000", "this is a number, which may be a Unix time"),
            ("46022.5", "this is a day of a spreadsheet with a time"),
            ("01.12.25", "its year has two digits"),
            ("01.12.25 10:00", "its year has two digits"),
        ] {
            assert_eq!(Form::of(text), Form::Almost(expected), "{text}");
            let date =
                format!("requires a date, and {expected}: write it like 2026-04-15 or 15.04.2026");
            assert_eq!(day(text), Err(date.clone()), "{text}");
            assert_eq!(day_or_moment(text), Err(date), "{text}");
            let time =
                format!("requires a time, and {expected}: write it like 2026-04-15T12:00:00+03:00");
            assert_eq!(moment(text), Err(time), "{text}");
        }
    }

    #[test]
    fn a_day_is_read_in_both_forms_with_and_without_zeros() {
        for (text, expected) in [
            ("2026-04-05", "2026-04-05"),
            ("2026-4-5", "2026-04-05"),
            ("05.04.2026", "2026-04-05"),
            ("5.4.2026", "2026-04-05"),
        ] {
            assert_eq!(day(text), Ok(expected.into()), "{text}");
            assert_eq!(day_or_moment(text), Ok(expected.into()), "{text}");
        }
        let time = "2026-04-15T12:00:00+03:00";
        assert_eq!(moment(time), Ok(time.into()));
        assert_eq!(day_or_moment(time), Ok(time.into()));
    }

    #[test]
    fn a_day_that_does_not_exist_is_not_a_date_in_another_form() {
        for text in ["31.02.2026", "2026-02-31", "01.13.2026"] {
            let expected = "requires a date, and there is no such day";
            assert_eq!(day(text), Err(expected.to_owned()), "{text}");
        }
        for text in ["31.02.2026 10:00", "2026-02-31T10:00:00+03:00"] {
            let expected = "requires a time, and there is no such day";
            assert_eq!(moment(text), Err(expected.to_owned()), "{text}");
        }
        for text in [
            "soon",
            "31-12-2025",
            "31/02/2026",
            "2026-04-15 10:00",
            "-1",
            "",
        ] {
            let expected = "requires a date, such as 2026-04-15";
            assert_eq!(day(text), Err(expected.to_owned()), "{text}");
        }
        for text in ["28.02.2026 10:00", "28.02.2026"] {
            let problem = moment(text).unwrap_err();
            assert!(problem.contains("with an offset"), "{text}");
        }
    }
}
