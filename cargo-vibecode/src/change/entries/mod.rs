//! Whether a phone or an email is plausible. The API only adds them and can never remove them, so a
//! cell that a spreadsheet has spoilt must not become one.
//!
//! A problem is the end of a sentence that begins with the name of the field, and shows no value.

mod email;
mod no_phone;
mod numbering_plan;
mod other_form;
mod phone;

use clap::ValueEnum;
use serde::{Deserialize, Serialize};
use vibecode_runtime::{ClientBuilder, Error, ErrorKind, Outcome};
use vibecode_spec::Multifield;

use self::numbering_plan::NumberingPlan;
use super::SEPARATOR;
use crate::{
    cells::{error_of_a_formula, left_by_a_spreadsheet},
    visible::is_invisible,
};

/// How phones and emails are checked.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, clap::Args)]
pub(crate) struct EntryRules {
    /// Whether phones and emails are checked before they are added, since the API can never remove
    /// them.
    #[arg(long, value_enum, default_value_t)]
    pub(crate) phones: Phones,

    /// The country code of phones that have none, such as 7: `8 916…` and `916…` become `+7916…`. A record that has
    /// the number in one of these forms gets no second one.
    #[arg(long, value_name = "CODE", value_parser = country)]
    pub(crate) country: Option<u16>,
}

/// Whether phones and emails are checked.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Phones {
    /// Refuse a phone or an email that is not plausible.
    #[default]
    Check,
    /// Add every text as it is.
    AsIs,
}

/// A plausible phone or email.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Plausible {
    /// The text to add.
    pub(crate) text: String,
    /// Whether it is a phone without a country code.
    pub(crate) lacks_country: bool,
    /// Whether it is an email that may be a placeholder.
    pub(crate) may_be_placeholder: bool,
}

impl EntryRules {
    /// Sets whether a phone is added to a record that has a similar one. With a country code it is known which numbers are
    /// the same, and `--phones as-is` adds every text.
    pub(crate) fn with_similar_phones(self, builder: ClientBuilder) -> ClientBuilder {
        if self.lacks_country() {
            builder.refuse_similar_phones()
        } else {
            builder
        }
    }

    /// Returns whether numbers are checked, and it is not known which of them are the same.
    fn lacks_country(self) -> bool {
        self.phones == Phones::Check && self.country.is_none()
    }

    /// Returns what to do about an error of a phone that was not added since the record has a similar one, or that the
    /// record has in another form since it was sent, as the end of a sentence.
    pub(crate) fn advice_on(self, error: &Error) -> &'static str {
        match error.kind() {
            ErrorKind::SimilarPhone if error.outcome() == Outcome::NotApplied => {
                ": if it is the same number, give its country code with --country, such as --country 7; to add it all the same, --phones as-is"
            }
            ErrorKind::SimilarPhone if self.lacks_country() => {
                ". If it is the same number, nothing has to be run again; with its country code, such as --country 7, the change counts as done"
            }
            ErrorKind::SimilarPhone => ". If it is the same number, nothing has to be run again",
            _ => "",
        }
    }

    /// Returns the text to add.
    ///
    /// # Errors
    /// Why the phone or the email is not plausible.
    pub(crate) fn check(self, multifield: Multifield, text: &str) -> Result<Plausible, String> {
        let text = text.trim();
        if self.phones == Phones::AsIs {
            return Ok(Plausible {
                text: text.to_owned(),
                ..Plausible::default()
            });
        }
        let text = text.trim_matches(is_invisible);
        if let Some(problem) = written_by_a_spreadsheet(text) {
            return Err(problem.to_owned());
        }
        match multifield {
            Multifield::Email => email::check(text).map(|()| Plausible {
                text: text.to_owned(),
                may_be_placeholder: email::may_be_placeholder(text),
                ..Plausible::default()
            }),
            _ => phone::check(text, self.country.map(NumberingPlan::of)),
        }
    }

    /// Splits a cell into its values. `;102` after a phone is its extension and not a phone.
    pub(crate) fn split(
        self,
        multifield: Multifield,
        cell: &str,
        is_separator: impl Fn(char) -> bool,
    ) -> Vec<String> {
        let mut values: Vec<String> = Vec::new();
        let parts = cell.split(is_separator).map(str::trim);
        for part in parts.filter(|part| !part.is_empty()) {
            let known =
                |(value, type_id)| multifield.type_ids().contains(&type_id).then_some(value);
            let value = part.rsplit_once(':').and_then(known).unwrap_or(part);
            let is_extension = self.phones == Phones::Check
                && multifield != Multifield::Email
                && phone::is_extension(value.trim());
            match values.last_mut() {
                Some(phone) if is_extension => {
                    phone.push(SEPARATOR);
                    phone.push_str(part);
                }
                _ => values.push(part.to_owned()),
            }
        }
        values
    }
}

/// Returns the problem with a text that a spreadsheet has written in the place of a value.
fn written_by_a_spreadsheet(text: &str) -> Option<&'static str> {
    if let Some(problem) = error_of_a_formula(text) {
        return Some(problem);
    }
    match text.chars().next()? {
        '=' => Some("has a formula of a spreadsheet: save its result as text"),
        '\'' | '’' | '`' => {
            Some("begins with an apostrophe, which a spreadsheet puts before text: remove it")
        }
        '#' => left_by_a_spreadsheet(text).or_else(|| {
            // In a language that is not known there.
            let is_error = text.ends_with(['!', '?', '#']) || text.contains('/');
            is_error.then_some("has an error of a spreadsheet instead of a value: leave it out")
        }),
        _ => None,
    }
}

fn country(text: &str) -> Result<u16, String> {
    let digits = text.strip_prefix('+').unwrap_or(text);
    let is_code = (1..=3).contains(&digits.len())
        && digits.bytes().all(|byte| byte.is_ascii_digit())
        && !digits.starts_with('0');
    let problem = "use a country code of 1 to 3 digits, such as 7";
    let code = is_code.then(|| digits.parse().ok()).flatten();
    code.ok_or_else(|| problem.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(cell: &str) -> Vec<String> {
        EntryRules::default().split(Multifield::Phone, cell, |letter| letter == ';')
    }

    #[test]
    fn an_extension_after_a_semicolon_stays_with_its_phone() {
        assert_eq!(split("+74951234567;102"), ["+74951234567;102"]);
        assert_eq!(
            split("+74951234567; 102; +79161112233;;+79161112234:HOME"),
            ["+74951234567;102", "+79161112233", "+79161112234:HOME"]
        );
        assert_eq!(split("+74951234567;102:HOME"), ["+74951234567;102:HOME"]);
        assert_eq!(split(" ; "), Vec::<String>::new());
        let emails =
            EntryRules::default().split(Multifield::Email, "a@b.ru;102", |letter| letter == ';');
        assert_eq!(emails, ["a@b.ru", "102"]);
    }

    #[test]
    fn what_a_spreadsheet_leaves_is_not_a_value_of_either_field() {
        for text in [
            "#N/A",
            "#Н/Д",
            "#REF!",
            "#ЗНАЧ!",
            "#ИМЯ?",
            "########",
            "=\"+79161112233\"",
            "=A1",
            "'+79161112233",
        ] {
            for multifield in [Multifield::Phone, Multifield::Email] {
                let checked = EntryRules::default().check(multifield, text);
                assert!(checked.is_err(), "{text}");
            }
        }
    }

    #[test]
    fn the_check_is_switched_off_on_request_only() {
        let rules = EntryRules {
            phones: Phones::AsIs,
            country: Some(7),
        };
        for text in ["7.91699E+10", "нет", "89161112233"] {
            let checked = rules.check(Multifield::Phone, text).unwrap();
            assert_eq!(checked.text, text);
        }
        assert_eq!(
            rules.split(Multifield::Phone, "1;2", |letter| letter == ';'),
            ["1", "2"]
        );
    }

    #[test]
    fn a_country_is_given_by_its_code() {
        assert_eq!(country("7"), Ok(7));
        assert_eq!(country("+375"), Ok(375));
        for text in ["", "+", "07", "RU", "1234", "-7"] {
            assert!(country(text).is_err(), "{text}");
        }
    }
}
