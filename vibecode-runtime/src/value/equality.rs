//! Compares values regardless of the form in which they are written.
//!
//! The API returns a value in another form than it was sent in: `"Y"` for `true`, `"81"` for 81,
//! `300.00|RUB` for `300|RUB`, a time in UTC. `mismatches`, `ensure` and `diff`
//! all use this module, so that they agree on which values are present.
//!
//! Which forms are one value depends on the kind of the field: `300.00|RUB` is another text than `300|RUB`, but the
//! same amount of money. So a body keeps for each value what its field is [compared as](ComparedAs). If that is not
//! known (a value without a schema, or a job of an earlier version), a rule applies if the forms themselves show the
//! kind: `"007"` is not a number, and `"Y"` equals `true` only if the other side is a boolean.
//!
//! If in doubt, two values differ: a value that is sent again or reported is noticed, but one that is wrongly
//! considered present is not.

use std::{borrow::Cow, collections::HashSet};

use serde::{Deserialize, Serialize};

use crate::{
    Date, DateTime, Money,
    wire::{
        id,
        json::{self, value_of},
        nothing::is_nothing,
        number::{self, Decimal},
    },
};

/// What two values of a field are compared as.
#[doc(hidden)]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ComparedAs {
    /// What their forms show. For a field whose kind is not known, and for numbers that may be ids.
    Form,
    /// Text, a link or an address: every character counts.
    Text,
    /// A status code: every character counts.
    Code,
    /// A number: a list of them has an order.
    Number,
    /// True or false.
    Boolean,
    /// A date, or a date and time.
    Time,
    /// An amount and a currency.
    Money,
    /// The id of a record, an option or a section, or a link to a record: a list of them is a set.
    Id,
    /// A file: its id, or an upload.
    File,
}

impl ComparedAs {
    fn is(self, kind: Self) -> bool {
        self == kind || self == Self::Form
    }
}

pub(crate) fn same(compared: ComparedAs, one: &str, other: &str) -> bool {
    let is_boolean = |json| matches!(json, "true" | "false");
    one == other
        || is_nothing(one) && is_nothing(other)
        || compared == ComparedAs::Boolean && is_no(one) && is_no(other)
        || compared.is(ComparedAs::Boolean)
            && (is_boolean(one) || is_boolean(other))
            && json::boolean(one) == json::boolean(other)
        || Form::of(one).is_same(&Form::of(other), compared)
}

/// Whether JSON is "no" in a boolean field. `""` and `false` both clear it, and an answer may show any form of nothing
/// (api.md, "Records", grade B), or no in the form `N` (api.md, "User fields", grades B and O). In a field of another kind
/// `N` is a text.
fn is_no(json: &str) -> bool {
    is_nothing(json) || json::boolean(json) == Some(false)
}

/// Whether a returned value shows what was sent. It may contain more: the URL of a file of which
/// only the id was sent. For an uploaded file it only shows that there is one, not its content.
///
/// The API clears a field that is set to the text `0` (api.md, "Records"). Only the same text
/// shows it: any other form of an empty field, even the number 0, may mean that it was lost.
pub(crate) fn shows(compared: ComparedAs, sent: &str, shown: &str) -> bool {
    if sent == r#""0""# && is_nothing(shown) {
        return shown == sent;
    }
    match (Form::of(sent), Form::of(shown)) {
        (Form::List(parts), Form::Object(shown))
            if compared.is(ComparedAs::File) && is_upload(&parts) =>
        {
            value_of(&shown, "id").is_some()
        }
        (Form::List(sent), Form::List(shown)) => same_lists(compared, &sent, &shown, shows),
        (Form::Object(sent), Form::Object(shown)) => sent.iter().all(|(key, sent)| {
            value_of(&shown, key).is_some_and(|shown| shows(compared, sent, shown))
        }),
        _ => same(compared, sent, shown),
    }
}

/// Whether a value that is sent uploads a file. No answer shows whether that file is already there.
pub(crate) fn uploads(compared: ComparedAs, sent: &str) -> bool {
    if !compared.is(ComparedAs::File) {
        return false;
    }
    match Form::of(sent) {
        Form::List(parts) if is_upload(&parts) => true,
        Form::List(files) => files.iter().any(|file| match Form::of(file) {
            Form::List(parts) => is_upload(&parts),
            _ => false,
        }),
        _ => false,
    }
}

/// `["name", "base64"]`
fn is_upload(parts: &[&str]) -> bool {
    matches!(parts, [name, content] if json::is_string(name) && json::is_string(content))
}

enum Form<'a> {
    /// As it is written.
    Number(&'a str),
    Text(Cow<'a, str>),
    List(Vec<&'a str>),
    Object(Vec<(String, &'a str)>),
    /// null or a boolean, or a value that cannot be read, such as text with a lone surrogate or an
    /// object with a duplicate key. As a form it does not equal anything.
    Other,
}

impl<'a> Form<'a> {
    fn of(json: &'a str) -> Self {
        match json.as_bytes().first() {
            Some(b'"') => json::string(json).map_or(Self::Other, Self::Text),
            Some(b'[') => json::elements(json).map_or(Self::Other, Self::List),
            Some(b'{') => Self::of_object(json),
            _ if json::is_number(json) => Self::Number(json),
            _ => Self::Other,
        }
    }

    /// Reads an object, or a list with gaps, which PHP writes as an object.
    fn of_object(json: &'a str) -> Self {
        if let Some(elements) = json::list_with_gaps(json) {
            return Self::List(elements);
        }
        match json::pairs(json) {
            Some(pairs) if pairs.is_empty() => Self::List(Vec::new()),
            Some(pairs) => Self::Object(pairs),
            None => Self::Other,
        }
    }

    fn is_same(&self, other: &Self, compared: ComparedAs) -> bool {
        match (self, other) {
            (Self::Number(one), Self::Number(other)) => number::same(one, other),
            (Self::Number(number), Self::Text(text)) | (Self::Text(text), Self::Number(number)) => {
                match compared {
                    ComparedAs::Text => *number == text.as_ref(),
                    _ => number::is_canonical(text) && number::same(number, text),
                }
            }
            (Self::Text(one), Self::Text(other)) => same_text(compared, one, other),
            (Self::List(one), Self::List(other)) => same_lists(compared, one, other, same),
            (Self::Object(one), Self::Object(other)) => {
                one.len() == other.len()
                    && one.iter().all(|(key, value)| {
                        value_of(other, key).is_some_and(|other| same(compared, value, other))
                    })
            }
            _ => false,
        }
    }
}

fn same_lists(
    compared: ComparedAs,
    one: &[&str],
    other: &[&str],
    are_same: impl Fn(ComparedAs, &str, &str) -> bool,
) -> bool {
    let as_sets = compared.is(ComparedAs::Id).then(|| same_ids(one, other));
    as_sets.flatten().unwrap_or_else(|| {
        let mut pairs = one.iter().zip(other);
        one.len() == other.len() && pairs.all(|(one, other)| are_same(compared, one, other))
    })
}

/// Whether two lists of ids contain the same ids, regardless of order and duplicates. Returns
/// `None` if they are not lists of ids.
fn same_ids(one: &[&str], other: &[&str]) -> Option<bool> {
    Some(ids(one)? == ids(other)?)
}

fn ids(values: &[&str]) -> Option<HashSet<String>> {
    let ids = values.iter().map(|value| id::of_element(value));
    ids.collect()
}

fn same_text(compared: ComparedAs, one: &str, other: &str) -> bool {
    let same_time = || same_moment(one, other) || is_day_of(one, other) || is_day_of(other, one);
    one == other
        || compared.is(ComparedAs::Time) && same_time()
        || compared.is(ComparedAs::Money) && same_money(one, other)
}

fn seconds(text: &str) -> Option<i64> {
    text.parse::<DateTime>().ok()?.unix_seconds()
}

/// Compares to the second, because it is not known whether the portal keeps fractions.
fn same_moment(one: &str, other: &str) -> bool {
    seconds(one).is_some_and(|one| seconds(other) == Some(one))
}

const HOUR: i64 = 60 * 60;

/// Whether a date with a time represents a date: the API returns dates with a time too. With an offset,
/// it is the date as it is written. In UTC, the portal's midnight may fall on the previous date
/// (`2026-04-14T21:00:00Z` is 15 April in Moscow). Each such time represents exactly one date.
fn is_day_of(day: &str, moment: &str) -> bool {
    let Some(day) = day.parse::<Date>().ok() else {
        return false;
    };
    let Ok(moment) = moment.parse::<DateTime>() else {
        return false;
    };
    let midnight = seconds(&format!("{day}T00:00:00Z"));
    let Some((moment_at, midnight)) = moment.unix_seconds().zip(midnight) else {
        return false;
    };
    let is_utc = moment.east_seconds() == Some(0);
    let may_be_midnight = moment_at.rem_euclid(HOUR / 4) == 0;
    if is_utc && may_be_midnight {
        return (-12 * HOUR..12 * HOUR).contains(&(moment_at - midnight));
    }
    moment.as_str().starts_with(&day.to_string())
}

/// `300|RUB` and `300.00|RUB`
fn same_money(one: &str, other: &str) -> bool {
    let parse = |text: &str| text.parse::<Money>().ok();
    parse(one).zip(parse(other)).is_some_and(|(one, other)| {
        one.currency() == other.currency()
            && Decimal::of(one.amount()) == Decimal::of(other.amount())
    })
}

#[cfg(test)]
mod tests;
