//! Decimal commas and thousands separators. `1,234` and `1.234` are 1.234 or 1234: `--decimal` or the other numbers
//! of the file decide, and if they do not, the cell is bad.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

/// The decimal separator of a file.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Numbers {
    /// No number shows it.
    #[default]
    Unknown,
    Dot,
    Comma,
    /// The file has both.
    Mixed,
    /// Numbers as programs write them: without separators of thousands, and with a point.
    Program,
}

/// Reads the value of `--decimal`.
///
/// # Errors
/// If it is neither a point nor a comma.
pub(crate) fn decimal(text: &str) -> Result<Numbers, String> {
    match text {
        "." | "point" => Ok(Numbers::Dot),
        "," | "comma" => Ok(Numbers::Comma),
        _ => Err("use `.` or `,`".to_owned()),
    }
}

impl Numbers {
    /// Returns what `--decimal` is given for this separator.
    pub(crate) fn decimal_separator(self) -> Option<&'static str> {
        match self {
            Self::Dot => Some("."),
            Self::Comma => Some(","),
            Self::Unknown | Self::Mixed | Self::Program => None,
        }
    }
}

/// What a number alone shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shape {
    Whole,
    Decimal(Numbers),
    /// Its only separator, before three digits, may be either.
    Unclear(char),
    NoNumber,
}

impl Numbers {
    /// Returns what a number of a file shows, together with those before it.
    pub(crate) fn with_shown_by(self, text: &str) -> Self {
        match shape(text) {
            Shape::Decimal(shown) => self.and(shown),
            Shape::Whole | Shape::Unclear(_) | Shape::NoNumber => self,
        }
    }

    fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::Unknown, other) => other,
            (one, other) if one == other => one,
            _ => Self::Mixed,
        }
    }

    /// Returns a number as the API takes it. Its digits stay as they are.
    ///
    /// # Errors
    /// If its separator may mean either.
    pub(crate) fn normal(self, text: &str) -> Result<Cow<'_, str>, String> {
        let plain = |decimal: char| {
            let kept = text
                .chars()
                .filter(|letter| *letter == decimal || letter.is_ascii_digit() || *letter == '-');
            let plain: String = kept
                .map(|letter| if letter == decimal { '.' } else { letter })
                .collect();
            Ok(plain.into())
        };
        match (shape(text), self) {
            (Shape::NoNumber, _) => Ok(text.into()),
            (Shape::Decimal(Self::Comma), Self::Mixed) => Err(
                "the number has a decimal comma, and others of the file have a decimal point: write all with a point"
                    .to_owned(),
            ),
            (Shape::Decimal(Self::Comma), Self::Dot) => Err(
                "the number has a decimal comma, but the file or --decimal says that decimals have a point: write it with a point, or say --decimal , if that is right for all numbers"
                    .to_owned(),
            ),
            (Shape::Decimal(Self::Dot), Self::Comma) => Err(
                "the number has a decimal point, but the file or --decimal says that decimals have a comma: write it with a comma, or say --decimal . if that is right for all numbers"
                    .to_owned(),
            ),
            (Shape::Decimal(Self::Comma), _) | (Shape::Unclear(','), Self::Comma) => plain(','),
            (Shape::Whole | Shape::Decimal(_), _)
            | (Shape::Unclear('.'), Self::Dot | Self::Program) => plain('.'),
            // The separator is that of thousands.
            (Shape::Unclear('.'), Self::Comma) | (Shape::Unclear(_), Self::Dot) => plain('\0'),
            (Shape::Unclear(separator), _) => Err(format!(
                "the `{separator}` of the number may separate decimals or thousands, and no other number of the file shows which: use --decimal . or --decimal , to say what separates decimals"
            )),
        }
    }

    /// Returns an amount as the API writes it, `1.234|RUB`. Nobody else writes `|`, so its point is that of decimals
    /// unless the file shows otherwise.
    ///
    /// # Errors
    /// If its separator may mean either.
    pub(crate) fn of_the_api(self, text: &str) -> Result<Cow<'_, str>, String> {
        match self {
            Self::Unknown => Self::Program.normal(text),
            Self::Dot | Self::Comma | Self::Mixed | Self::Program => self.normal(text),
        }
    }
}

/// Returns a number that is given alone as the API takes it. No other number shows what its separator means.
///
/// # Errors
/// If its separator may mean either.
pub(crate) fn alone(text: &str) -> Result<Cow<'_, str>, String> {
    match shape(text) {
        Shape::Unclear(separator) => Err(format!(
            "has a `{separator}` that may separate decimals or thousands: leave it out if it separates thousands, or add a zero to the decimals"
        )),
        Shape::Whole | Shape::Decimal(_) | Shape::NoNumber => Numbers::Unknown.normal(text),
    }
}

/// Returns true if a number with a point can be mistaken for one with a separator of thousands.
pub(crate) fn is_unclear(text: &str) -> bool {
    matches!(shape(text), Shape::Unclear(_))
}

fn shape(text: &str) -> Shape {
    let text = text.strip_prefix('-').unwrap_or(text);
    let is_space = |letter: char| matches!(letter, ' ' | '\u{a0}' | '\u{202f}');
    let last = text.rfind(['.', ',']);
    let separator = last.and_then(|at| text.get(at..)?.chars().next());
    let count = |separator: char| text.matches(separator).count();
    let (commas, dots) = (count(','), count('.'));
    let decimal = |separator: Option<char>| match separator {
        Some(',') => Shape::Decimal(Numbers::Comma),
        _ => Shape::Decimal(Numbers::Dot),
    };
    let is_digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    // Groups of three digits, after a first one of at most three.
    let is_grouped = |text: &str, by: &dyn Fn(char) -> bool| {
        let mut groups = text.split(by);
        let first = groups.next().unwrap_or_default();
        let mut rest = groups.peekable();
        let has_groups = rest.peek().is_some();
        is_digits(first)
            && (!has_groups || first.len() <= 3)
            && rest.all(|group| group.len() == 3 && is_digits(group))
    };
    let (whole, part) = match last {
        Some(at) => (
            text.get(..at).unwrap_or_default(),
            text.get(at + 1..).unwrap_or_default(),
        ),
        None => (text, ""),
    };
    match (commas, dots) {
        (0, 0) if is_grouped(text, &is_space) => Shape::Whole,
        (0, 0) => Shape::NoNumber,
        (1, 0) | (0, 1) => {
            if !is_digits(part) || !is_grouped(whole, &is_space) {
                Shape::NoNumber
            } else if part.len() == 3 && whole.len() <= 3 && whole != "0" {
                Shape::Unclear(separator.unwrap_or('.'))
            } else {
                decimal(separator)
            }
        }
        // Several of one kind separate thousands.
        (0, _) if is_grouped(text, &|letter| letter == '.') => decimal(Some(',')),
        (_, 0) if is_grouped(text, &|letter| letter == ',') => decimal(Some('.')),
        (0, _) | (_, 0) => Shape::NoNumber,
        _ => {
            let other = if separator == Some(',') { '.' } else { ',' };
            let is_once = separator.is_some_and(|separator| count(separator) == 1);
            if is_once && is_digits(part) && is_grouped(whole, &|letter| letter == other) {
                decimal(separator)
            } else {
                Shape::NoNumber
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn separators_are_those_of_the_file() {
        for (numbers, text, expected) in [
            (Numbers::Unknown, "12,5", "12.5"),
            (Numbers::Program, "1.234", "1.234"),
            (Numbers::Dot, "1.234", "1.234"),
            (Numbers::Unknown, "12.5", "12.5"),
            (Numbers::Unknown, "0.125", "0.125"),
            (Numbers::Unknown, "1234.567", "1234.567"),
            (Numbers::Unknown, "1 234 567", "1234567"),
            (Numbers::Unknown, "1\u{a0}234,50", "1234.50"),
            (Numbers::Unknown, "-1.234,5", "-1234.5"),
            (Numbers::Unknown, "0,125", "0.125"),
            (Numbers::Comma, "1,234", "1.234"),
            (Numbers::Comma, "1.234", "1234"),
            (Numbers::Dot, "1,234", "1234"),
            (Numbers::Dot, "1,234.50", "1234.50"),
            (Numbers::Mixed, "12.5", "12.5"),
            (Numbers::Unknown, "1,234,567", "1234567"),
        ] {
            assert_eq!(
                numbers.normal(text).unwrap(),
                expected,
                "{numbers:?} {text}"
            );
        }
        for (numbers, text) in [
            (Numbers::Unknown, "1,234"),
            (Numbers::Unknown, "1.234"),
            (Numbers::Unknown, "-12.345"),
            (Numbers::Program, "1,234"),
            (Numbers::Dot, "12,5"),
            (Numbers::Comma, "12.5"),
            (Numbers::Mixed, "1,234"),
            (Numbers::Mixed, "1.234"),
            (Numbers::Mixed, "12,5"),
        ] {
            assert!(numbers.normal(text).is_err(), "{numbers:?} {text}");
        }
        for text in ["12,34,5", "1.2.3", "abc", "", "1 23", ",5", "5,", "1,2.3.4"] {
            assert_eq!(shape(text), Shape::NoNumber, "{text}");
        }
    }
}
