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

use std::{borrow::Cow, collections::BTreeSet};

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
        || compared.is(ComparedAs::Boolean)
            && (is_boolean(one) || is_boolean(other))
            && json::boolean(one) == json::boolean(other)
        || Form::of(one).is_same(&Form::of(other), compared)
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

fn ids(values: &[&str]) -> Option<BTreeSet<String>> {
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
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn same(one: &str, other: &str) -> bool {
        super::same(ComparedAs::Form, one, other)
    }

    fn shows(sent: &str, shown: &str) -> bool {
        super::shows(ComparedAs::Form, sent, shown)
    }

    fn uploads(sent: &str) -> bool {
        super::uploads(ComparedAs::Form, sent)
    }

    fn check(are_same: impl Fn(&str, &str) -> bool, expected: bool, pairs: &[(Value, Value)]) {
        for (one, other) in pairs {
            let result = are_same(&one.to_string(), &other.to_string());
            assert_eq!(result, expected, "{one} {other}");
        }
    }

    fn both_ways(one: &str, other: &str) -> bool {
        let result = same(one, other);
        assert_eq!(same(other, one), result, "{one} {other}");
        result
    }

    #[test]
    fn nothing_is_nothing_in_every_form() {
        let forms = [
            json!(null),
            json!(""),
            json!(0),
            json!("0"),
            json!(false),
            json!([]),
        ];
        for one in &forms {
            for other in forms.iter().chain(&[json!(0.0), json!({})]) {
                check(both_ways, true, &[(one.clone(), other.clone())]);
            }
            for other in [
                json!("a"),
                json!(1),
                json!(true),
                json!([0]),
                json!({"a": 1}),
                json!(" "),
            ] {
                check(both_ways, false, &[(one.clone(), other)]);
            }
        }
    }

    #[test]
    fn booleans_are_the_same_in_every_form() {
        for form in [
            json!(true),
            json!("Y"),
            json!("y"),
            json!(1),
            json!("1"),
            json!("true"),
        ] {
            check(both_ways, true, &[(json!(true), form.clone())]);
            check(both_ways, false, &[(json!(false), form)]);
        }
        for form in [
            json!(false),
            json!("N"),
            json!("n"),
            json!(0),
            json!("0"),
            json!("false"),
        ] {
            check(both_ways, true, &[(json!(false), form.clone())]);
            check(both_ways, false, &[(json!(true), form)]);
        }
        check(
            both_ways,
            false,
            &[(json!(true), json!(2)), (json!(true), json!("yes"))],
        );
        // Two texts do not show that either is a boolean, and the text `N` is not "nothing".
        check(
            both_ways,
            false,
            &[(json!("Y"), json!("1")), (json!(""), json!("N"))],
        );
    }

    #[test]
    fn numbers_are_compared_by_value_in_number_and_in_text_form() {
        let number = |text: &str| text.to_owned();
        for (one, other, are_same) in [
            ("81", r#""81""#, true),
            ("5.0", "5", true),
            ("5", r#""5.00""#, true),
            ("1e3", "1000", true),
            ("-0.50", r#""-0.5""#, true),
            ("0.1", "0.10000000000000001", true),
            ("1.0e+21", "1000000000000000000000", true),
            ("9007199254740993", "9007199254740992", false),
            ("9007199254740993", "9007199254740992.0", false),
            ("9007199254740993", r#""9007199254740993""#, true),
            ("1", "-1", false),
            ("7", r#""007""#, false),
            ("79161112233", r#""+79161112233""#, false),
            ("5", r#""5 ""#, false),
            // Both are text: a version, not a number.
            (r#""1.10""#, r#""1.1""#, false),
            ("1", r#""inf""#, false),
            ("1e9999999999999999999", "1", false),
        ] {
            assert_eq!(
                both_ways(&number(one), &number(other)),
                are_same,
                "{one} {other}"
            );
        }
    }

    #[test]
    fn moments_are_moments_and_days_are_days() {
        let same = [
            ("2026-04-15T12:00:00+03:00", "2026-04-15T09:00:00.000Z"),
            ("2026-04-15T12:00:00+03:00", "2026-04-15T09:00:00+00:00"),
            ("1990-05-08", "1990-05-08T00:00:00+03:00"),
            ("1990-05-08", "1990-05-08T00:00:00.000Z"),
            // Midnight in Moscow, in New York and on Kamchatka.
            ("1990-05-08", "1990-05-07T21:00:00.000Z"),
            ("1990-05-08", "1990-05-08T05:00:00Z"),
            ("1990-05-08", "1990-05-07T12:00:00Z"),
            ("1990-05-08", "1990-05-08T23:59:59Z"),
        ];
        let different = [
            ("2026-04-15T12:00:00+03:00", "2026-04-15T12:00:00Z"),
            ("1990-05-08", "1990-05-09T00:00:00+03:00"),
            ("1990-05-08", "1990-05-08T21:00:00.000Z"),
            ("1990-05-08", "1990-05-07T00:00:00+03:00"),
            ("1990-05-08", "1990-05-09"),
        ];
        for (pairs, expected) in [(&same[..], true), (&different[..], false)] {
            for (one, other) in pairs {
                check(both_ways, expected, &[(json!(one), json!(other))]);
            }
        }
    }

    #[test]
    fn a_moment_in_utc_stands_for_one_day_only() {
        for hour in 0..24 {
            let moment = format!("\"1990-05-08T{hour:02}:00:00Z\"");
            let days = ["07", "08", "09"].map(|day| same(&format!("\"1990-05-{day}\""), &moment));
            assert_eq!(
                days.into_iter().filter(|is_same| *is_same).count(),
                1,
                "{moment}"
            );
        }
    }

    #[test]
    fn money_is_compared_by_amount_and_currency() {
        check(
            both_ways,
            true,
            &[
                (json!("300|RUB"), json!("300.00|RUB")),
                (json!("-0.5|EUR"), json!("-0.50|EUR")),
            ],
        );
        check(
            both_ways,
            false,
            &[
                (json!("300|RUB"), json!("300|USD")),
                (json!("300|RUB"), json!("30|RUB")),
                (json!("300|RUB"), json!("300.01|RUB")),
            ],
        );
    }

    #[test]
    fn lists_of_ids_are_sets_and_other_lists_keep_their_order() {
        check(
            both_ways,
            true,
            &[
                (json!([13, 15]), json!(["15", 13])),
                (json!([13, 13]), json!([13])),
                (json!(["C_2", "T80_6"]), json!(["T80_6", "C_2"])),
                // A list with gaps, as PHP writes it.
                (json!([13, 15]), json!({"0": 13, "2": "15"})),
                (json!(["a", "b"]), json!({"0": "a", "5": "b"})),
            ],
        );
        check(
            both_ways,
            false,
            &[
                (json!([13, 15]), json!([13])),
                (json!([13]), json!([])),
                (json!(["a", "b"]), json!(["b", "a"])),
                (json!([1.5, 2.5]), json!([2.5, 1.5])),
                (json!([13]), json!(13)),
            ],
        );
    }

    #[test]
    fn a_file_is_shown_by_its_id_and_an_upload_by_any() {
        check(
            shows,
            true,
            &[
                (json!(["a.txt", "aGk="]), json!({"id": 12, "url": "/x"})),
                (json!({"id": 12}), json!({"id": "12", "url": "/x"})),
                (
                    json!([["a.txt", "aGk="], {"id": 5}]),
                    json!([{"id": 9, "url": ""}, {"id": 5}]),
                ),
                (json!(["a.b", "c"]), json!(["a.b", "c"])),
            ],
        );
        check(
            shows,
            false,
            &[
                (json!(["a.txt", "aGk="]), json!(null)),
                (json!({"id": 12}), json!({"id": 13})),
                (json!({"id": 12}), json!({"url": "/x"})),
                (json!([["a.txt", "aGk="]]), json!([])),
                (json!(["a.b", "c"]), json!(["a.b", "d"])),
            ],
        );
        // An answer that shows a file does not show its content.
        check(
            same,
            false,
            &[(json!(["a.txt", "aGk="]), json!({"id": 12}))],
        );
        for (sent, uploads_a_file) in [
            (json!(["a.txt", "aGk="]), true),
            (json!([{"id": 5}, ["a.txt", "aGk="]]), true),
            (json!({"id": 5}), false),
            (json!([1, 2]), false),
            (json!("a"), false),
        ] {
            assert_eq!(uploads(&sent.to_string()), uploads_a_file, "{sent}");
        }
    }

    #[test]
    fn a_text_of_zero_is_shown_by_the_same_text_alone() {
        let empty = [json!(null), json!(""), json!(false), json!([]), json!(0)];
        for empty in empty {
            check(shows, false, &[(json!("0"), empty.clone())]);
            check(shows, true, &[(json!(0), empty)]);
        }
        check(
            shows,
            true,
            &[(json!("0"), json!("0")), (json!(0), json!("0"))],
        );
    }

    #[test]
    fn what_no_text_can_hold_is_the_same_as_nothing_else() {
        for other in [r#""a""#, "null", r#""""#, r#""\ud83d\ude00""#] {
            assert!(!both_ways(r#""\ud83d""#, other), "{other}");
        }
    }

    #[test]
    fn an_object_with_a_doubled_key_is_the_same_as_nothing_else() {
        for doubled in [
            r#"{"id":12,"id":13}"#,
            r#"{"id":13,"id":12}"#,
            r#"{"id":12,"\ud83d":1}"#,
        ] {
            for other in [r#"{"id":12}"#, r#"{"id":13}"#, "null", "[]"] {
                assert!(!both_ways(doubled, other), "{doubled} {other}");
                assert!(!shows(other, doubled), "{doubled} {other}");
            }
        }
        assert!(!both_ways(r#"{"0":13,"0":15}"#, "[13,15]"));
    }

    #[test]
    fn a_list_with_gaps_is_in_the_order_of_its_indexes() {
        assert!(both_ways(r#"{"5":"b","0":"a"}"#, r#"["a","b"]"#));
        // PHP does not write an index like this.
        assert!(!both_ways(r#"{"00":"a"}"#, r#"["a"]"#));
    }
}
