//! Numbers by their decimal digits, so that none is rounded.

use std::str::FromStr;

/// A number without the parts that do not change its value: the sign unless it is 0, the digits
/// without zeros at either end, and the power of ten of the last digit.
#[derive(PartialEq)]
pub(crate) struct Decimal {
    is_negative: bool,
    digits: String,
    power: i64,
}

impl Decimal {
    /// Returns `None` if the text is not a number as JSON writes it. Zeros may precede it.
    pub(crate) fn of(text: &str) -> Option<Self> {
        let (is_negative, rest) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let (number, exponent) = match rest.split_once(['e', 'E']) {
            Some((number, exponent)) => (number, exponent.parse::<i64>().ok()?),
            None => (rest, 0),
        };
        let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
        let is_number = is_digits(whole) && (fraction.is_empty() || is_digits(fraction));
        if !is_number || number.ends_with('.') {
            return None;
        }
        let all = [whole, fraction].concat();
        let digits = all.trim_end_matches('0');
        let zeros = i64::try_from(all.len() - digits.len()).ok()?;
        let decimals = i64::try_from(fraction.len()).ok()?;
        let digits = digits.trim_start_matches('0').to_owned();
        let is_zero = digits.is_empty();
        Some(Self {
            is_negative: is_negative && !is_zero,
            digits,
            power: if is_zero {
                0
            } else {
                exponent.checked_sub(decimals)?.checked_add(zeros)?
            },
        })
    }

    pub(crate) fn is_zero(&self) -> bool {
        self.digits.is_empty()
    }

    fn whole(&self) -> Option<i128> {
        if self.is_zero() {
            return Some(0);
        }
        // A negative power is a fraction, because the last digit is not 0.
        let power = u32::try_from(self.power).ok()?;
        let digits: i128 = self.digits.parse().ok()?;
        let magnitude = digits.checked_mul(10_i128.checked_pow(power)?)?;
        Some(if self.is_negative {
            -magnitude
        } else {
            magnitude
        })
    }
}

/// Parses an integer from decimal text: `5`, `-5`, and also `5.00`, `5.0` and `5e2`, which is how PHP
/// and the database underneath write the integers of a decimal column. Returns `None` if the text is
/// not a number, or if the fraction is not zero, so that nothing is ever rounded.
pub(crate) fn whole<T: FromStr + TryFrom<i128>>(text: &str) -> Option<T> {
    // Nearly all values are plain digits.
    let plain = text.parse().ok();
    plain.or_else(|| Decimal::of(text)?.whole()?.try_into().ok())
}

/// Whether two texts are the same number. If either is not a number, they must be the same text.
pub(crate) fn same(one: &str, other: &str) -> bool {
    let Some((ours, theirs)) = Decimal::of(one).zip(Decimal::of(other)) else {
        return one == other;
    };
    if ours == theirs {
        return true;
    }
    // `0.1` may be returned with all the digits of the double that it is stored as. Integers are
    // exact.
    let is_double = |text: &str| text.contains(['.', 'e', 'E']);
    let double = |text: &str| text.parse::<f64>().ok();
    is_double(one)
        && is_double(other)
        && double(one)
            .zip(double(other))
            .is_some_and(|(one, other)| one.total_cmp(&other).is_eq())
}

/// Whether a text can be a number in quotes. `007` and `+7` cannot: a number would have lost the
/// leading characters.
pub(crate) fn is_canonical(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let begins_with_zero = digits.starts_with('0') && digits.len() > 1;
    !begins_with_zero || digits.starts_with("0.") || digits.starts_with("0e")
}

pub(crate) fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_whole_number_is_read_in_every_form_and_exactly() {
        for (text, number) in [
            ("5", 5),
            ("-5", -5),
            ("1000000.00", 1_000_000),
            ("1000000.0", 1_000_000),
            ("-0.0", 0),
            ("0.000", 0),
            ("1e6", 1_000_000),
            ("1.5E+3", 1_500),
            ("1.50e1", 15),
            ("2500e-2", 25),
            ("0e99999", 0),
            ("9223372036854775807.0", i64::MAX),
            ("-9223372036854775808.00", i64::MIN),
        ] {
            assert_eq!(whole::<i64>(text), Some(number), "{text}");
        }
        assert_eq!(whole::<u64>("18446744073709551615.0"), Some(u64::MAX));
        assert_eq!(whole::<u8>("255.0"), Some(255));
    }

    #[test]
    fn what_is_not_whole_or_does_not_fit_is_refused() {
        for text in [
            "",
            "-",
            ".",
            "5.",
            ".5",
            "5.5",
            "0.001",
            "1e-1",
            "15e-2",
            "1 000",
            "1,000",
            "1_000",
            "0x10",
            "1e",
            "1e2e3",
            "--5",
            "5.0.0",
            "5.-0",
            " 5",
            "NaN",
            "inf",
            "9223372036854775808.0",
            "1e19",
            "1e2147483647",
            "1e99999999999",
        ] {
            assert_eq!(whole::<i64>(text), None, "{text}");
        }
        assert_eq!(whole::<u64>("-1.0"), None);
        assert_eq!(whole::<u8>("256.0"), None);
    }
}
