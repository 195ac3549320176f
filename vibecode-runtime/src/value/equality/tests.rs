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
fn a_boolean_that_is_cleared_is_shown_as_no_or_as_nothing_and_a_text_as_nothing_only() {
    let nothing = [
        json!(""),
        json!(null),
        json!(0),
        json!("0"),
        json!(false),
        json!([]),
    ];
    let as_no = [json!("N"), json!("n"), json!("false")];
    let no = nothing.iter().chain(&as_no);
    let yes = [json!(true), json!("Y"), json!(1), json!("1")];
    let others = yes
        .iter()
        .chain(&[json!("no"), json!(2), json!(["N"])])
        .cloned()
        .collect::<Vec<_>>();
    for by in [json!(""), json!(false), json!(null), json!(0)] {
        let cleared = by.to_string();
        let is_shown =
            |compared, shown: &Value| super::shows(compared, &cleared, &shown.to_string());
        assert!(
            no.clone().all(|it| is_shown(ComparedAs::Boolean, it)),
            "{by}"
        );
        assert!(
            !others.iter().any(|it| is_shown(ComparedAs::Boolean, it)),
            "{by}"
        );
    }
    for compared in [
        ComparedAs::Text,
        ComparedAs::Code,
        ComparedAs::Form,
        ComparedAs::Number,
    ] {
        assert!(!super::shows(compared, r#""""#, r#""N""#), "{compared:?}");
    }
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
