//! Brings a cell into the form that its field takes: dates, numbers and amounts as spreadsheets and people
//! write them. What is not one of these forms stays as it is, and the field's own check reports it.

mod sheet_errors;

use std::borrow::Cow;

use jiff::{
    SignedDuration, civil,
    tz::{Offset, TimeZone},
};
use vibecode_spec::{Kind, is_currency_code};

pub(crate) use self::sheet_errors::{
    NOT_AVAILABLE, NOT_COMPUTED, error_of_a_formula, left_by_a_spreadsheet,
};
use crate::numbers::{self, Numbers};

/// How cells are written.
#[derive(Debug, Default)]
pub(crate) struct CellStyle {
    /// The time zone of times without an offset.
    pub(crate) timezone: Option<TimeZone>,
    /// The currency of amounts without one.
    pub(crate) currency: Option<String>,
    pub(crate) numbers: Numbers,
}

/// The serial days of spreadsheets from 1927-05-18 to 2099-12-31: they have five digits, and are neither
/// years nor dates.
const SERIAL_DAYS: std::ops::RangeInclusive<i64> = 10_000..=73_050;

/// Reads a time zone: `+03:00`, `Europe/Moscow`.
pub(crate) fn timezone(text: &str) -> Result<TimeZone, String> {
    let unknown = || "use an offset such as +03:00, or a name such as Europe/Moscow".to_owned();
    if let Some(offset) = offset(text) {
        return Ok(TimeZone::fixed(offset));
    }
    TimeZone::get(text).map_err(|_| unknown())
}

fn offset(text: &str) -> Option<Offset> {
    let (sign, rest) = match text.as_bytes().first()? {
        b'+' => (1, text.get(1..)?),
        b'-' => (-1, text.get(1..)?),
        _ => return (text == "Z" || text == "UTC").then_some(Offset::UTC),
    };
    let (hours, minutes) = rest.split_once(':').unwrap_or((rest, "0"));
    let (hours, minutes): (i32, i32) = (hours.parse().ok()?, minutes.parse().ok()?);
    if !(0..=14).contains(&hours) || !(0..60).contains(&minutes) {
        return None;
    }
    Offset::from_seconds(sign * (hours * 3600 + minutes * 60)).ok()
}

/// Returns the value of a field that is given alone, without a file: numbers and amounts in the form of this kind of
/// values, `300|RUB` for `300 RUB`. What has no such form stays as it is, and the field's own check reports it.
///
/// # Errors
/// If a number can mean two values, or a spreadsheet has left the text instead of a value.
pub(crate) fn alone<'t>(kind: &Kind, text: &'t str) -> Result<Cow<'t, str>, String> {
    if let Some(problem) = left_by_a_spreadsheet(text) {
        return Err(problem.to_owned());
    }
    match kind {
        Kind::Integer | Kind::Number | Kind::Double => numbers::alone(text),
        Kind::Money => match amount_and_currency(text) {
            Some((amount, _)) => {
                // The point of `1.234|RUB` is that of decimals.
                if !text.contains('|') || amount.contains(',') {
                    numbers::alone(amount)?;
                }
                CellStyle::default().money(text)
            }
            None => Ok(text.into()),
        },
        _ => Ok(text.into()),
    }
}

/// Splits `300 RUB` and `300|RUB`.
fn amount_and_currency(text: &str) -> Option<(&str, String)> {
    let (amount, code) =
        text.rsplit_once(|letter: char| letter == '|' || letter.is_whitespace())?;
    is_currency_code(code).then(|| (amount.trim(), code.to_ascii_uppercase()))
}

impl CellStyle {
    /// Returns a cell in the form of this kind of values.
    ///
    /// # Errors
    /// If the cell can mean several values, or has none. The text does not contain it.
    pub(crate) fn normal<'t>(&self, kind: &Kind, text: &'t str) -> Result<Cow<'t, str>, String> {
        if let Some(problem) = left_by_a_spreadsheet(text) {
            return Err(format!("the cell {problem}"));
        }
        match kind {
            Kind::Date => Ok(date(text).map_or(text.into(), |date| date.to_string().into())),
            Kind::DateTime => self.moment(text),
            Kind::DateOrDateTime => match date(text) {
                Some(date) => Ok(date.to_string().into()),
                None => self.moment(text),
            },
            Kind::Integer | Kind::Number | Kind::Double => self.numbers.normal(text),
            Kind::Money => self.money(text),
            _ => Ok(text.into()),
        }
    }

    /// Adds the offset of the time zone to a time without one.
    fn moment<'t>(&self, text: &'t str) -> Result<Cow<'t, str>, String> {
        let Some(local) = local_time(text) else {
            return Ok(text.into());
        };
        let Some(timezone) = &self.timezone else {
            return Err(
                "the time has no offset: say its time zone, such as --timezone Europe/Moscow"
                    .to_owned(),
            );
        };
        let moment = timezone.to_ambiguous_zoned(local).unambiguous().map_err(|_| {
            "the time does not exist in this time zone, or exists twice, since the clocks change: write it with its offset".to_owned()
        })?;
        Ok(moment.strftime("%Y-%m-%dT%H:%M:%S%:z").to_string().into())
    }

    /// Reads `300 RUB`, and `300` with a given currency.
    fn money<'t>(&self, text: &'t str) -> Result<Cow<'t, str>, String> {
        let is_of_the_api = text.contains('|');
        let (amount, currency) = match amount_and_currency(text) {
            Some(parts) => parts,
            None => match &self.currency {
                Some(currency) if !text.contains('|') => (text, currency.clone()),
                None if text
                    .bytes()
                    .all(|byte| !byte.is_ascii_alphabetic() && byte != b'|') =>
                {
                    return Err(
                        "the amount has no currency: write 300 RUB, or say it for all with --currency RUB"
                            .to_owned(),
                    );
                }
                _ => return Ok(text.into()),
            },
        };
        let amount = if is_of_the_api {
            self.numbers.of_the_api(amount)?
        } else {
            self.numbers.normal(amount)?
        };
        Ok(format!("{amount}|{currency}").into())
    }
}

/// Reads `31.12.2025`, `2025-12-31` or a serial day.
fn date(text: &str) -> Option<civil::Date> {
    if let Some(serial) = serial(text) {
        return serial.1.is_none().then_some(serial.0);
    }
    let parts: Vec<&str> = text.split(['.', '-']).collect();
    let [first, month, last] = parts[..] else {
        return None;
    };
    let (year, day) = match (text.contains('.'), text.contains('-')) {
        (true, false) => (last, first),
        (false, true) => (first, last),
        _ => return None,
    };
    let number = |text: &str, digits: usize| {
        let is_number = text.len() <= digits && text.bytes().all(|byte| byte.is_ascii_digit());
        is_number.then(|| text.parse::<i16>().ok()).flatten()
    };
    let year = number(year, 4).filter(|_| year.len() == 4)?;
    let (month, day) = (number(month, 2)?, number(day, 2)?);
    civil::Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()
}

/// Reads a serial day of a spreadsheet, and the part of the day after its point.
fn serial(text: &str) -> Option<(civil::Date, Option<f64>)> {
    let (days, part) = match text.split_once(['.', ',']) {
        Some((days, part)) => (days, Some(part)),
        None => (text, None),
    };
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if days.len() != 5 || !is_number(days) || part.is_some_and(|part| !is_number(part)) {
        return None;
    }
    let days: i64 = days
        .parse()
        .ok()
        .filter(|days| SERIAL_DAYS.contains(days))?;
    let first = civil::date(1899, 12, 30);
    let date = first
        .checked_add(SignedDuration::from_hours(24 * days))
        .ok()?;
    let part = part.map(|part| format!("0.{part}").parse().unwrap_or_default());
    Some((date, part))
}

/// Reads a time without an offset: `31.12.2025 10:00:00`, `2025-12-31T10:00`, a date alone, or a serial
/// day with its time.
fn local_time(text: &str) -> Option<civil::DateTime> {
    if let Some((date, part)) = serial(text) {
        #[expect(
            clippy::cast_possible_truncation,
            reason = "less than a day, in seconds"
        )]
        let seconds = (part.unwrap_or_default() * 86_400.0).round() as i64;
        let midnight = date.to_datetime(civil::Time::midnight());
        return midnight
            .checked_add(SignedDuration::from_secs(seconds))
            .ok();
    }
    let (day, time) = match text.split_once([' ', 'T']) {
        Some((day, time)) => (day, time.trim()),
        None => (text, "0:00"),
    };
    let date = date(day)?;
    let mut parts = time.split(':').map(|part| {
        let is_number = part.len() <= 2 && part.bytes().all(|byte| byte.is_ascii_digit());
        is_number.then(|| part.parse::<i8>().ok()).flatten()
    });
    let (hour, minute) = (parts.next()??, parts.next()??);
    let second = parts.next().unwrap_or(Some(0))?;
    if parts.next().is_some() {
        return None;
    }
    let time = civil::Time::new(hour, minute, second, 0).ok()?;
    Some(date.to_datetime(time))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn style() -> CellStyle {
        CellStyle {
            timezone: Some(timezone("Europe/Moscow").unwrap()),
            currency: Some("RUB".to_owned()),
            numbers: Numbers::Comma,
        }
    }

    #[test]
    fn cells_of_spreadsheets_become_values() {
        let style = style();
        for (kind, text, expected) in [
            (Kind::Date, "31.12.2025", "2025-12-31"),
            (Kind::Date, "46022", "2025-12-31"),
            (Kind::Date, "2025-12-31", "2025-12-31"),
            (
                Kind::DateTime,
                "31.12.2025 10:00:00",
                "2025-12-31T10:00:00+03:00",
            ),
            (
                Kind::DateTime,
                "31.12.2025 9:30",
                "2025-12-31T09:30:00+03:00",
            ),
            (Kind::DateTime, "2025-12-31", "2025-12-31T00:00:00+03:00"),
            (Kind::DateTime, "46022.5", "2025-12-31T12:00:00+03:00"),
            (
                Kind::DateTime,
                "2025-12-31T10:00:00+05:00",
                "2025-12-31T10:00:00+05:00",
            ),
            (Kind::DateOrDateTime, "31.12.2025", "2025-12-31"),
            (Kind::Double, "1 234,5", "1234.5"),
            (Kind::Money, "300", "300|RUB"),
            (Kind::Money, "1 234,50 USD", "1234.50|USD"),
            (Kind::Money, "300|eur", "300|EUR"),
            (Kind::Money, "1,234|EUR", "1.234|EUR"),
            (Kind::Text, "00123", "00123"),
            (Kind::Text, "89161112233", "89161112233"),
        ] {
            assert_eq!(style.normal(&kind, text).unwrap(), expected, "{text}");
        }
    }

    #[test]
    fn what_is_not_a_date_is_left_to_the_check_of_the_field() {
        let style = style();
        for text in [
            "1990",
            "31.02.2025",
            "1.1.25",
            "31/12/2025",
            "soon",
            "31.12-2025",
        ] {
            assert_eq!(style.normal(&Kind::Date, text).unwrap(), text);
        }
    }

    #[test]
    fn a_cell_without_a_zone_or_a_currency_or_with_lost_digits_is_bad() {
        let style = CellStyle::default();
        for (kind, text, expected) in [
            (Kind::DateTime, "31.12.2025 10:00", "--timezone"),
            (Kind::Money, "300", "--currency"),
            (Kind::Text, "7.91699E+10", "digits are lost"),
            (Kind::Text, "7,9E+10", "digits are lost"),
            (Kind::Text, "#Н/Д", "error of the spreadsheet"),
            (Kind::Double, "1.234", "--decimal"),
            (Kind::Money, "1.234 RUB", "--decimal"),
        ] {
            let problem = style.normal(&kind, text).unwrap_err();
            assert!(problem.contains(expected), "{text}: {problem}");
        }
        assert!(style.normal(&Kind::Text, "E+5").is_ok());
        assert_eq!(
            style.normal(&Kind::Money, "1.234|RUB").unwrap(),
            "1.234|RUB"
        );
    }

    #[test]
    fn a_time_that_exists_twice_is_never_chosen() {
        let style = CellStyle {
            timezone: Some(timezone("Europe/Berlin").unwrap()),
            ..CellStyle::default()
        };
        for text in ["26.10.2025 02:30", "30.03.2025 02:30"] {
            assert!(style.normal(&Kind::DateTime, text).is_err(), "{text}");
        }
        assert!(timezone("Mars/Olympus").is_err() && timezone("+25:00").is_err());
    }
}
