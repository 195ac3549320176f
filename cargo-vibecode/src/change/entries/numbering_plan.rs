//! How long the phone numbers of a country are, and what is dialled before them inside the country.

/// The numbering plan of a country.
#[derive(Debug, Clone, Copy)]
pub(super) struct NumberingPlan {
    /// The country code.
    pub(super) code: u16,
    /// The number of digits after the country code, if it is always the same.
    pub(super) digits: Option<usize>,
    /// What is dialled before the number inside the country.
    trunk_prefixes: &'static [&'static str],
    /// What is dialled inside the country before the code of another one.
    international_prefixes: &'static [&'static str],
}

/// Code, digits after it, trunk prefixes, international prefixes: the countries in which every
/// number has the same number of digits.
type Row = (
    &'static str,
    usize,
    &'static [&'static str],
    &'static [&'static str],
);
const PLANS: [Row; 12] = [
    ("1", 10, &["1"], &["011"]),
    ("7", 10, &["8"], &["810"]),
    ("373", 8, &["0"], &["00"]),
    ("374", 8, &["0"], &["00"]),
    ("375", 9, &["80", "8"], &["810"]),
    ("380", 9, &["0"], &["00"]),
    ("992", 9, &["8"], &["810"]),
    ("993", 8, &["8"], &["810"]),
    ("994", 9, &["0"], &["00"]),
    ("995", 9, &["0"], &["00"]),
    ("996", 9, &["0"], &["00"]),
    ("998", 9, &[], &["00", "810"]),
];

/// The fewest and the most digits of a number with its country code. The maximum is that of E.164.
pub(super) const FEWEST_DIGITS: usize = 7;
pub(super) const MOST_DIGITS: usize = 15;

impl NumberingPlan {
    pub(super) fn of(code: u16) -> Self {
        let text = code.to_string();
        let row = PLANS.iter().find(|row| row.0 == text);
        match row {
            Some((_, digits, trunk_prefixes, international_prefixes)) => Self {
                code,
                digits: Some(*digits),
                trunk_prefixes,
                international_prefixes,
            },
            None => Self {
                code,
                digits: None,
                // In Italy the 0 belongs to the number.
                trunk_prefixes: if code == 39 { &[] } else { &["0"] },
                international_prefixes: &["00"],
            },
        }
    }

    /// Returns a number that was written without `+` with its country code, as digits.
    ///
    /// # Errors
    /// If it is no number of this country, or may be one in more than one way.
    pub(super) fn complete(&self, digits: &str) -> Result<String, String> {
        let code = self.code.to_string();
        let abroad = |prefix: &&&str| {
            let rest = digits.strip_prefix(**prefix)?;
            (rest.len() > FEWEST_DIGITS && !rest.starts_with('0')).then_some(rest)
        };
        let Some(length) = self.digits else {
            if let Some(rest) = self
                .international_prefixes
                .iter()
                .find_map(|it| abroad(&it))
            {
                return Ok(rest.to_owned());
            }
            let trunk = self.trunk_prefixes.iter();
            let national = trunk.clone().find_map(|trunk| digits.strip_prefix(trunk));
            if national.is_none() && digits.starts_with(&code) {
                return Err(format!(
                    "may or may not begin with the country code {code}: write it with `+`"
                ));
            }
            return Ok(format!("{code}{}", national.unwrap_or(digits)));
        };
        let full = digits.len() == code.len() + length && digits.starts_with(&code);
        if full {
            return Ok(digits.to_owned());
        }
        let mut trunk = self.trunk_prefixes.iter();
        let national = trunk.find_map(|trunk| {
            let rest = digits.strip_prefix(trunk)?;
            (rest.len() == length).then_some(rest)
        });
        let national = national.or_else(|| (digits.len() == length).then_some(digits));
        if let Some(national) = national {
            return Ok(format!("{code}{national}"));
        }
        if let Some(rest) = self
            .international_prefixes
            .iter()
            .find_map(|it| abroad(&it))
        {
            return Ok(rest.to_owned());
        }
        Err(format!(
            "has {} digits, but a number of the country {code} has {length}: write it with its area code, or a number of another country with `+` and its code",
            digits.len()
        ))
    }
}

/// Checks a number with its country code, as digits.
///
/// # Errors
/// Why there is no such number.
pub(super) fn check_full(digits: &str) -> Result<(), String> {
    let length = digits.len();
    if length < FEWEST_DIGITS {
        return Err(too_few(length));
    }
    if length > MOST_DIGITS {
        return Err(too_many(length));
    }
    // Codes that are not assigned; +89… is a Russian number with its 8.
    if digits.starts_with('0') || digits.starts_with("83") || digits.starts_with("89") {
        return Err("has no country code after the `+`: write +7 instead of 8".to_owned());
    }
    let plan = PLANS.iter().find(|row| digits.starts_with(row.0));
    let Some((code, expected, ..)) = plan else {
        return Ok(());
    };
    let national = digits.get(code.len()..).unwrap_or_default();
    if national.len() != *expected {
        return Err(format!(
            "has {} digits after +{code}, but a number of this country has {expected}",
            national.len()
        ));
    }
    // Area codes that nobody has: mostly a country code twice, with a digit missing.
    let is_assigned = match *code {
        "7" => {
            !national.starts_with(['0', '1', '2'])
                && !["78", "79", "88", "89"]
                    .iter()
                    .any(|no| national.starts_with(no))
        }
        "1" => !national.starts_with(['0', '1']),
        _ => true,
    };
    if is_assigned {
        Ok(())
    } else {
        Err(format!(
            "has an area code that does not exist in the country {code}: is a digit missing?"
        ))
    }
}

pub(super) fn too_few(digits: usize) -> String {
    match digits {
        1 => "has only 1 digit: write the whole number".to_owned(),
        _ => format!("has only {digits} digits: write the whole number"),
    }
}

pub(super) fn too_many(digits: usize) -> String {
    format!("has {digits} digits, too many for one number: are these two?")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn complete(code: u16, digits: &str) -> Option<String> {
        NumberingPlan::of(code).complete(digits).ok()
    }

    #[test]
    fn a_number_gets_the_code_of_its_country_once() {
        for (code, digits, full) in [
            (7, "89161112233", "79161112233"),
            (7, "9161112233", "79161112233"),
            (7, "79161112233", "79161112233"),
            (7, "88005553535", "78005553535"),
            (7, "8005553535", "78005553535"),
            (7, "8104915123456789", "4915123456789"),
            (1, "12125551234", "12125551234"),
            (1, "2125551234", "12125551234"),
            (375, "80291234567", "375291234567"),
            (375, "291234567", "375291234567"),
            (380, "0671234567", "380671234567"),
            (49, "015123456789", "4915123456789"),
            (49, "00375291234567", "375291234567"),
            (39, "0612345678", "390612345678"),
        ] {
            assert_eq!(complete(code, digits).as_deref(), Some(full), "{digits}");
        }
    }

    #[test]
    fn a_number_that_fits_in_two_ways_or_in_none_is_not_completed() {
        for (code, digits) in [
            (7, "1112233"),
            (7, "991611122"),
            (7, "69161112233"),
            (7, "375291234567"),
            (49, "4915123456789"),
        ] {
            assert_eq!(complete(code, digits), None, "{digits}");
        }
    }
}
