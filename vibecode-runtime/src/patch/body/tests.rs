//! Compares a body with a plain list of fields, for all sequences of calls.

use super::*;

/// Calls; two of them have names that share a bit.
#[derive(Debug, Clone, Copy)]
enum Call {
    Set(&'static str, &'static str),
    Clear(&'static str),
    Leave(&'static str),
    Unchecked(&'static str),
    Add(&'static [(&'static str, &'static str)]),
}

const CALLS: [Call; 10] = [
    Call::Set("b", "1"),
    Call::Set("b", "a longer value"),
    Call::Set("ba", "2"),
    Call::Clear("b"),
    Call::Leave("ba"),
    Call::Unchecked("a \"b\""),
    Call::Add(&[("+1", "WORK")]),
    Call::Add(&[("+2", "WORK")]),
    Call::Add(&[("+2", "WORK"), ("+3", "MOBILE")]),
    Call::Add(&[]),
];

impl Call {
    fn apply(self, body: &mut Body) {
        match self {
            Self::Set(name, value) => body.set(name, ComparedAs::Text, false, &|to| {
                to.text(value);
                Ok(())
            }),
            Self::Clear(name) => body.clear(name, "0", ComparedAs::Form),
            Self::Leave(name) => body.set(name, ComparedAs::Text, true, &|to| {
                to.list([""; 0], |_, _| Ok(()))
            }),
            Self::Unchecked(name) => body.set_unchecked(name.to_owned(), &[], &[1]),
            Self::Add(entries) => body.add("phone", &|to| match *entries {
                [(value, value_type)] => to.entry(value, value_type),
                _ => to.list(entries, |(value, value_type), to| {
                    to.entry(value, value_type)
                }),
            }),
        }
    }
}

/// Computes the expected JSON in the simplest way.
fn expected(calls: &[Call]) -> String {
    let mut fields: Vec<(&str, String)> = Vec::new();
    let mut phones = Vec::new();
    for call in calls {
        let (name, value) = match *call {
            Call::Set(name, value) => (name, format!("{value:?}")),
            Call::Clear(name) => (name, "0".to_owned()),
            Call::Unchecked(name) => (name, "[1]".to_owned()),
            Call::Leave(_) | Call::Add([]) => continue,
            Call::Add(entries) => {
                for entry in entries {
                    if !phones.contains(entry) {
                        phones.push(*entry);
                    }
                }
                ("phone", of_phones(&phones))
            }
        };
        match fields.iter_mut().find(|(there, _)| *there == name) {
            Some(field) => field.1 = value,
            None => fields.push((name, value)),
        }
    }
    let members = fields
        .iter()
        .map(|(name, value)| format!("{name:?}:{value}"));
    format!("{{{}}}", members.collect::<Vec<_>>().join(","))
}

fn of_phones(phones: &[(&str, &str)]) -> String {
    let is_work = phones.iter().all(|(_, value_type)| *value_type == "WORK");
    let phone = |(value, value_type): &(&str, &str)| {
        if is_work {
            format!("{value:?}")
        } else {
            format!(r#"{{"value":{value:?},"typeId":{value_type:?}}}"#)
        }
    };
    match phones {
        [only] if is_work => phone(only),
        _ => format!(
            "[{}]",
            phones.iter().map(phone).collect::<Vec<_>>().join(",")
        ),
    }
}

/// Calls `check` with every sequence of at most this many calls.
fn each_sequence(length: usize, calls: &mut Vec<Call>, check: &impl Fn(&[Call])) {
    check(calls);
    if length > 0 {
        for call in CALLS {
            calls.push(call);
            each_sequence(length - 1, calls, check);
            calls.pop();
        }
    }
}

#[test]
fn a_body_is_what_its_calls_come_to_in_any_order() {
    each_sequence(4, &mut Vec::new(), &|calls| {
        let mut body = Body::default();
        for call in calls {
            call.apply(&mut body);
        }
        let expected = expected(calls);
        assert_eq!(body.to_json(), expected, "{calls:?}");
        assert_eq!(serde_json::to_string(&body).unwrap(), expected, "{calls:?}");
        let value: serde_json::Value = serde_json::from_str(&expected).unwrap();
        assert_eq!(serde_json::to_value(&body).unwrap(), value, "{calls:?}");

        let mut taken = body.without_changes();
        for (name, change) in body.changes() {
            taken.take(name, &change);
            assert!(taken.change_of(name) == Some(change), "{calls:?}");
        }
        assert_eq!(taken.to_json(), expected, "{calls:?}");
    });
}

#[test]
fn a_value_that_is_refused_leaves_no_text() {
    for call in CALLS {
        let (mut body, mut whole) = (Body::default(), Body::default());
        call.apply(&mut whole);
        let refuse = |body: &mut Body| {
            body.set("c", ComparedAs::Text, false, &|to| {
                to.text("half");
                Err(EncodeError::new("refused"))
            });
            body.add("phone", &|to| {
                to.text("not an entry");
                Ok(())
            });
        };
        refuse(&mut body);
        call.apply(&mut body);
        refuse(&mut body);
        assert_eq!(body.to_json(), whole.to_json(), "{call:?}");
        assert!(body.invalid_field().is_some());
    }
}

#[test]
fn a_value_in_two_spellings_is_added_once_and_with_two_types_twice() {
    let mut body = Body::default();
    for (value, value_type) in [
        ("+7 (916) 111-22-33", "WORK"),
        ("79161112233", "WORK"),
        ("+79161112233", "HOME"),
        ("+7 916 1112233", "HOME"),
        ("1-800-FLOWERS", "WORK"),
        ("1-800-TAXICAB", "WORK"),
    ] {
        body.add("phone", &|to| to.entry(value, value_type));
    }
    body.add("email", &|to| {
        to.list(["A@b.ru", "a@B.ru"], |email, to| to.entry(email, "WORK"))
    });
    assert_eq!(
        body.to_json(),
        concat!(
            r#"{"phone":[{"value":"+7 (916) 111-22-33","typeId":"WORK"},"#,
            r#"{"value":"+79161112233","typeId":"HOME"},"#,
            r#"{"value":"1-800-FLOWERS","typeId":"WORK"},{"value":"1-800-TAXICAB","typeId":"WORK"}],"#,
            r#""email":"A@b.ru"}"#,
        )
    );
}
