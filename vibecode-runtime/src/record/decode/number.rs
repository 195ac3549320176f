//! Reads integers in every form in which the API returns them.

/// Parses an integer from decimal text: `5`, `-5`, and also `5.00`, `5.0` and `5e2`, which is how PHP
/// and the database underneath write the integers of a decimal column. Returns `None` if the text is
/// not a number, or if the fraction is not zero, so that nothing is ever rounded.
pub(crate) fn whole<T: std::str::FromStr + TryFrom<i128>>(text: &str) -> Option<T> {
    // Nearly all values are plain digits.
    text.parse().ok().or_else(|| exact(text)?.try_into().ok())
}

fn exact(text: &str) -> Option<i128> {
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, exponent.parse::<i32>().ok()?),
        None => (text, 0),
    };
    let (is_negative, digits) = match mantissa.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, mantissa),
    };
    let (integer, fraction) = match digits.split_once('.') {
        Some((_, "")) => return None,
        Some(parts) => parts,
        None => (digits, ""),
    };
    if integer.is_empty() || !is_digits(integer) || !is_digits(fraction) {
        return None;
    }
    let digits = [integer, fraction].concat();
    // The number of digits before the decimal point, after the exponent has moved it.
    let point = i64::try_from(integer.len()).ok()? + i64::from(exponent);
    let significant = digits.trim_end_matches('0');
    if significant.trim_start_matches('0').is_empty() {
        return Some(0);
    }
    let point = usize::try_from(point).ok()?;
    if significant.len() > point {
        return None;
    }
    let zeros = point - significant.len();
    let magnitude: i128 = significant.parse().ok()?;
    let magnitude = magnitude.checked_mul(10_i128.checked_pow(u32::try_from(zeros).ok()?)?)?;
    Some(if is_negative { -magnitude } else { magnitude })
}

fn is_digits(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
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
