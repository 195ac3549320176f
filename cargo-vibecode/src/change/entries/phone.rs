//! Whether a phone is plausible, and its form with a country code.

use super::{
    Plausible,
    no_phone::{SEVERAL, other_meaning},
    numbering_plan::{FEWEST_DIGITS, NumberingPlan, check_full, too_few, too_many},
};

/// Words and marks before an extension. Longer ones come before those that begin them.
const EXTENSION_MARKS: [&str; 13] = [
    "добавочный",
    "добав",
    "доб",
    "внутренний",
    "внутр",
    "вн",
    "extension",
    "ext",
    "доп",
    "x",
    "х",
    "#",
    ";",
];
const MOST_EXTENSION_DIGITS: usize = 6;
/// Without `+`, a longer number is two numbers.
const MOST_DIGITS_WITHOUT_PLUS: usize = 13;
/// Without `+`, a number of at least this many digits has a country code, unless it begins with 0 or 8.
const FEWEST_DIGITS_WITH_A_CODE: usize = 11;

/// Checks a phone. A phone without a country code gets that of `plan`; all others are returned as
/// they were written.
///
/// # Errors
/// Why the phone is not plausible.
pub(super) fn check(text: &str, plan: Option<NumberingPlan>) -> Result<Plausible, String> {
    let (number, extension) = split_extension(text)?;
    let has_plus = number.trim_start_matches(['(', ' ']).starts_with('+');
    let digits = digits_of(number)?;
    if digits.bytes().all(|digit| digit == b'0') {
        return Err("has no digit but 0".to_owned());
    }
    let as_written = |lacks_country| Plausible {
        text: text.to_owned(),
        lacks_country,
        ..Plausible::default()
    };
    if has_plus {
        if number.contains("(0)") {
            return Err(
                "has `(0)`, which is not dialled after a country code: remove it".to_owned(),
            );
        }
        check_full(&digits)?;
        return Ok(as_written(false));
    }
    if digits.len() < FEWEST_DIGITS {
        return Err(too_few(digits.len()));
    }
    if let Some(problem) = other_meaning(number) {
        return Err(problem.to_owned());
    }
    let Some(plan) = plan else {
        if digits.len() > MOST_DIGITS_WITHOUT_PLUS {
            return Err(too_many(digits.len()));
        }
        let is_full = digits.len() >= FEWEST_DIGITS_WITH_A_CODE && !digits.starts_with(['0', '8']);
        if is_full {
            check_full(&digits)?;
        }
        return Ok(as_written(!is_full));
    };
    let full = plan.complete(&digits)?;
    check_full(&full)?;
    let space = if extension.is_empty() || extension.starts_with([';', '#']) {
        ""
    } else {
        " "
    };
    Ok(Plausible {
        text: format!("+{full}{space}{extension}"),
        ..Plausible::default()
    })
}

/// Returns the digits of a phone with its country code, and those of its extension. Two phones with the same are one
/// number, in whatever form they are written. `None` if the text is no such number.
pub(super) fn number(text: &str, plan: NumberingPlan) -> Option<(String, String)> {
    let (number, extension) = split_extension(text).ok()?;
    let digits = digits_of(number).ok()?;
    let has_plus = number.trim_start_matches(['(', ' ']).starts_with('+');
    let full = if has_plus {
        digits
    } else {
        plan.complete(&digits).ok()?
    };
    let extension = extension.chars().filter(char::is_ascii_digit).collect();
    Some((full, extension))
}

/// Returns true if a part of a cell is not a phone, but the extension of the phone before it.
pub(super) fn is_extension(part: &str) -> bool {
    !part.is_empty()
        && part.len() <= MOST_EXTENSION_DIGITS
        && part.bytes().all(|byte| byte.is_ascii_digit())
}

/// Returns the number, and the extension with its mark.
fn split_extension(text: &str) -> Result<(&str, &str), String> {
    let Some(after) = text.rfind(|letter: char| letter.is_ascii_digit()) else {
        return Err("requires a phone number, and this has no digit: leave it out".to_owned());
    };
    let before_mark = |at: usize| {
        let rest = text.get(at..)?;
        let lower = rest.to_lowercase();
        let mark = EXTENSION_MARKS
            .iter()
            .find(|mark| lower.starts_with(**mark))?;
        let head = text.get(..at)?;
        let has_number = head.chars().filter(char::is_ascii_digit).count() >= FEWEST_DIGITS;
        has_number.then_some((head, rest, mark.chars().count()))
    };
    let found = text
        .char_indices()
        .filter(|(at, letter)| *at <= after && may_begin_a_mark(*letter))
        .find_map(|(at, _)| before_mark(at));
    let Some((number, rest, mark)) = found else {
        return Ok((text, ""));
    };
    let extension: String = rest.chars().skip(mark).collect();
    let digits = extension.trim_matches([' ', '.', ':', '-', '№', ')', '\u{a0}']);
    if is_extension(digits) {
        let number = number.trim_end_matches([' ', ',', '(', '\u{a0}']);
        return Ok((number, rest.trim_end()));
    }
    let digits = digits.chars().filter(char::is_ascii_digit).count();
    Err(if digits >= FEWEST_DIGITS {
        SEVERAL.to_owned()
    } else {
        format!("has an extension that is not 1 to {MOST_EXTENSION_DIGITS} digits")
    })
}

/// Most phones contain no such letter, which saves comparing all words at every letter.
fn may_begin_a_mark(letter: char) -> bool {
    matches!(
        letter,
        'д' | 'Д' | 'в' | 'В' | 'e' | 'E' | 'x' | 'X' | 'х' | 'Х' | '#' | ';'
    )
}

/// Returns the digits of one number without its extension.
fn digits_of(number: &str) -> Result<String, String> {
    if is_exponent(number) {
        return Err("has a number that a spreadsheet has shortened, such as 7.9E+10: its last digits are lost, so take them from the source and format the column as text".to_owned());
    }
    if is_decimal(number) {
        return Err("has a decimal fraction: format the column as text".to_owned());
    }
    let mut digits = String::new();
    let mut since_separator = 0;
    for letter in number.chars() {
        match letter {
            '0'..='9' => {
                digits.push(letter);
                since_separator += 1;
            }
            '+' if digits.is_empty() => {}
            '+' | '/' | ',' | ';' | '|' | '\n' | '\r' | '\\' | '&' => {
                let is_area_code = letter == '/' && since_separator < 5;
                if !is_area_code {
                    return Err(SEVERAL.to_owned());
                }
                since_separator = 0;
            }
            ' '
            | '-'
            | '('
            | ')'
            | '.'
            | '\t'
            | '\u{a0}'
            | '\u{2009}'
            | '\u{202f}'
            | '\u{2010}'..='\u{2015}'
            | '\u{2212}' => {}
            letter if letter.is_alphabetic() => {
                let rest = number.split(letter).filter(|part| {
                    part.chars().filter(char::is_ascii_digit).count() >= FEWEST_DIGITS
                });
                return Err(if rest.count() > 1 {
                    SEVERAL.to_owned()
                } else {
                    "has words beside the number: write only the number, and its extension after `ext.`".to_owned()
                });
            }
            letter => {
                return Err(format!(
                    "has a character that no number has (U+{:04X})",
                    u32::from(letter)
                ));
            }
        }
    }
    if number.matches('+').count() > 1 {
        return Err("has more than one `+`".to_owned());
    }
    Ok(digits)
}

/// Returns true for `7.91699E+10`, also with the Cyrillic letter.
fn is_exponent(number: &str) -> bool {
    let Some((mantissa, exponent)) = number.split_once(['e', 'E', 'е', 'Е']) else {
        return false;
    };
    let is_digits = |text: &str, also: &[char]| {
        text.contains(|letter: char| letter.is_ascii_digit())
            && text
                .chars()
                .all(|letter| letter.is_ascii_digit() || also.contains(&letter))
    };
    is_digits(mantissa.trim(), &['.', ',', '+', '-']) && is_digits(exponent.trim(), &['+', '-'])
}

/// Returns true for `79161112233.0`.
fn is_decimal(number: &str) -> bool {
    let Some((whole, fraction)) = number.split_once(['.', ',']) else {
        return false;
    };
    let is_digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let whole = whole.trim_start_matches('+');
    whole.len() >= FEWEST_DIGITS && is_digits(whole) && is_digits(fraction) && fraction.len() <= 2
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with_country(text: &str) -> Result<String, String> {
        check(text, Some(NumberingPlan::of(7))).map(|it| it.text)
    }

    #[test]
    fn a_number_with_a_country_code_is_kept_as_it_is_written() {
        for text in [
            "+79161112233",
            "+7 (916) 111-22-33",
            "+7 916 111‑22‑33",
            "+49 30/1234567",
            "+375 29 123-45-67",
            "(+7) 495 123.45.67",
            "79161112233",
            "+79161112233;102",
            "+7 495 123-45-67 доб. 102",
            "+7 495 123-45-67, доб.102",
            "+7 495 123-45-67 (доб. 102)",
            "+7 495 123-45-67 ext. 102",
            "+7 495 123-45-67 x102",
            "+7 495 123-45-67#102",
            "+7 495 123-45-67 вн 5",
        ] {
            let expected = Plausible {
                text: text.to_owned(),
                ..Plausible::default()
            };
            assert_eq!(check(text, None), Ok(expected), "{text}");
            // A number that has its code is not changed by `--country` either.
            if text.starts_with('+') {
                assert_eq!(with_country(text).as_deref(), Ok(text));
            }
        }
    }

    #[test]
    fn a_number_without_a_country_code_is_noticed_or_completed() {
        for (text, full) in [
            ("8 916 111-22-33", "+79161112233"),
            ("8(916)1112233", "+79161112233"),
            ("916 111 22 33", "+79161112233"),
            ("8 495 123-45-67 доб. 102", "+74951234567 доб. 102"),
            ("8 495 123-45-67;102", "+74951234567;102"),
        ] {
            assert!(check(text, None).unwrap().lacks_country, "{text}");
            assert_eq!(with_country(text).as_deref(), Ok(full), "{text}");
        }
        assert_eq!(with_country("79161112233").as_deref(), Ok("+79161112233"));
        assert!(check("123-45-67", None).unwrap().lacks_country);
        assert!(with_country("123-45-67").is_err());
    }

    #[test]
    fn what_is_not_a_number_is_refused() {
        for text in [
            "7.91699E+10",
            "7,91699E+10",
            "7.91699e10",
            "7,91699Е+10",
            "79161112233.0",
            "79161112233,00",
            "нет",
            "-",
            "—",
            "n/a",
            "none",
            "0",
            "0000000000",
            "+",
            "102",
            "+71",
            "123456",
            "+7916111223",
            "+791611122334",
            "+89161112233",
            "+7 8 916 111-22-33",
            "7916111223",
            "+77916111223",
            "+79161112233 +79161112234",
            "+79161112233, +79161112234",
            "8 916 111-22-33, 8 916 111-22-34",
            "89161112233/89161112234",
            "89161112233 89161112234",
            "89161112233\n89161112234",
            "+79161112233;+79161112234",
            "1234567 или 7654321",
            "1234567, 7654321",
            "моб. +79161112233",
            "+7916111223З",
            "++79161112233",
            "+7916\u{202a}1112233",
            "٠١٢٣٤٥٦٧٨٩",
            "a@b.ru",
            "15.04.2026 10:00",
            "+74951234567 доб. сто",
            "+74951234567 доб. 1234567",
        ] {
            assert!(with_country(text).is_err(), "{text}");
            if text != "7916111223" {
                assert!(check(text, None).is_err(), "{text}");
            }
        }
    }

    #[test]
    fn an_8_with_a_digit_too_few_after_it_is_not_an_area_code() {
        for text in ["8916111223", "8800555353", "8 916 111 22 3", "+78916111223"] {
            assert!(with_country(text).is_err(), "{text}");
        }
        assert_eq!(with_country("8121234567").as_deref(), Ok("+78121234567"));
    }

    #[test]
    fn every_mark_of_an_extension_is_looked_for() {
        for mark in EXTENSION_MARKS {
            let upper = mark.to_uppercase();
            let mut first = [mark, &upper]
                .into_iter()
                .filter_map(|it| it.chars().next());
            assert!(first.all(may_begin_a_mark), "{mark}");
            let text = format!("+74951234567 {mark} 102");
            assert!(check(&text, None).is_ok(), "{mark}");
        }
    }

    #[test]
    fn a_problem_does_not_show_the_number() {
        for text in [
            "7.91699E+10",
            "+7916111223",
            "916111 секрет",
            "916111222333444555",
        ] {
            let problem = check(text, None).unwrap_err();
            assert!(
                !problem.contains("916") && !problem.contains("секрет"),
                "{problem}"
            );
        }
    }
}
