//! Digits that are no phone: dates, decimal fractions, addresses of computers, several numbers in one cell, and
//! placeholders. Only a number without `+` is judged: who writes `+` and a country code means a phone.

/// The years of which a text of digits alone may be a date.
const YEARS: std::ops::RangeInclusive<u32> = 1900..=2099;
/// Two parts of at least this many digits are two numbers.
const DIGITS_OF_A_NUMBER: usize = 6;
/// As many digits as this are no local number, such as 222-22-22 for a taxi.
const DIGITS_WITH_AN_AREA: usize = 10;

/// The prefix of calls to another area in Russia, and the digits of a number with it.
const LONG_DISTANCE: &str = "8";
const DIGITS_WITH_LONG_DISTANCE: usize = 11;

/// Returns what a text without `+` is instead of one phone.
pub(super) fn other_meaning(number: &str) -> Option<&'static str> {
    let number = number.trim();
    let groups: Vec<&str> = number
        .split(|letter: char| !letter.is_ascii_digit())
        .filter(|group| !group.is_empty())
        .collect();
    let digits: String = groups.concat();
    let is_dash = |letter: char| matches!(letter, '-' | '\u{2010}'..='\u{2015}' | '\u{2212}');
    if number.starts_with(is_dash) {
        return Some("begins with a minus or a dash: write only the number");
    }
    if groups.first() == Some(&LONG_DISTANCE) && digits.len() < DIGITS_WITH_LONG_DISTANCE {
        return Some(
            "begins with the prefix 8 and has fewer than 10 digits after it: complete it, or write a number of another country with `+` and its country code",
        );
    }
    if is_date(&groups) {
        return Some(
            "is a date and no phone: if it is one, write it with `+` and its country code",
        );
    }
    if is_decimal(number) || is_address(number, &groups) {
        return Some(
            "has a decimal point, or those of an address of a computer: write a phone with `+`, or with spaces",
        );
    }
    if is_several(number) {
        return Some(SEVERAL);
    }
    let mut letters = digits.chars();
    let first = letters.next();
    if digits.len() >= DIGITS_WITH_AN_AREA && letters.all(|letter| Some(letter) == first) {
        return Some(
            "has the same digit everywhere: leave it out, or write it with `+` and its country code",
        );
    }
    None
}

/// The problem of several numbers in one cell.
pub(super) const SEVERAL: &str =
    "has more than one number: separate them with `;`, or use one cell or one --add each";

/// Returns true for `31.12.2025`, `2025-12-31`, `20251231` and `31122025`, also with a time after it.
fn is_date(groups: &[&str]) -> bool {
    match *groups {
        [text] if text.len() == 8 => {
            let date = |year: (usize, usize), month: (usize, usize), day: (usize, usize)| {
                let part = |(from, to): (usize, usize)| text.get(from..to).unwrap_or_default();
                is_day(part(year), part(month), part(day))
            };
            date((0, 4), (4, 6), (6, 8)) || date((4, 8), (2, 4), (0, 2))
        }
        [one, two, three, ref time @ ..] => {
            let is_time = time.iter().all(|group| group.len() <= 2);
            // A month before a day is one, too: 12/31/2025.
            let is_date =
                is_day(one, two, three) || is_day(three, two, one) || is_day(three, one, two);
            is_time && is_date
        }
        _ => false,
    }
}

fn is_day(year: &str, month: &str, day: &str) -> bool {
    let is_within = |text: &str, longest: usize, range: std::ops::RangeInclusive<u32>| {
        let number = text.parse().ok().filter(|_| text.len() <= longest);
        number.is_some_and(|number: u32| range.contains(&number))
    };
    year.len() == 4
        && is_within(year, 4, YEARS)
        && is_within(month, 2, 1..=12)
        && is_within(day, 2, 1..=31)
}

/// Returns true for `45658.4166`: digits with one point and nothing else between them.
fn is_decimal(number: &str) -> bool {
    let is_digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let parts = number.split_once('.');
    parts.is_some_and(|(whole, part)| is_digits(whole) && is_digits(part))
}

/// Returns true for `192.168.100.200`.
fn is_address(number: &str, groups: &[&str]) -> bool {
    let is_byte = |group: &&str| group.parse::<u8>().is_ok();
    let has_points = number
        .bytes()
        .all(|byte| byte == b'.' || byte.is_ascii_digit());
    has_points && groups.len() == 4 && groups.iter().all(is_byte)
}

/// Returns true for `223344 556677` and `2-33-44 2-55-66`: two parts with the digits of a number each, or of the same
/// form, which the parts of one number do not have.
fn is_several(number: &str) -> bool {
    let digits = |part: &str| part.chars().filter(char::is_ascii_digit).count();
    let form = |part: &str| -> String {
        let letters = part.chars();
        letters
            .map(|letter| if letter.is_ascii_digit() { '0' } else { letter })
            .collect()
    };
    let mut parts = number.split_whitespace().filter(|part| digits(part) > 0);
    let (Some(one), Some(other)) = (parts.next(), parts.next()) else {
        return false;
    };
    if parts.next().is_some() {
        return false;
    }
    let fewest = digits(one).min(digits(other));
    let has_form = one.contains('-') && form(one) == form(other);
    fewest >= DIGITS_OF_A_NUMBER || (has_form && fewest + 1 >= DIGITS_OF_A_NUMBER)
}

#[cfg(test)]
mod tests {
    use super::other_meaning;

    #[test]
    fn dates_fractions_addresses_and_several_numbers_are_not_phones() {
        for text in [
            "31.12.2025",
            "1.2.2025",
            "2025-12-31",
            "2025/12/31",
            "12/31/2025",
            "31 12 2025 10 00",
            "20251231",
            "31122025",
            "45658.4166",
            "55.755826",
            "192.168.100.200",
            "223344 556677",
            "22-33-44 55-66-77",
            "2-33-44 2-55-66",
            "1111111111",
            "- 89161112233",
            "-79161112233",
            "8(800)555",
            "8-800-555-35-3",
            "8 916 111-22-3",
        ] {
            assert!(other_meaning(text).is_some(), "{text}");
        }
    }

    #[test]
    fn numbers_in_all_their_parts_are_phones() {
        for text in [
            "8 (916) 111-22-33",
            "8-34397 2-22-22",
            "89161 112233",
            "0151 12345678",
            "98765 43210",
            "916.111.22.33",
            "8.916.111.22.33",
            "31 10 2034 567",
            "12 31 20 25",
            "222-22-22",
            "20253112",
            "2025123",
        ] {
            assert_eq!(other_meaning(text), None, "{text}");
        }
    }
}
