//! The reader of schemas, under whatever a file may hold.
#![cfg(test)]

use std::fmt::Write as _;

use proptest::{
    collection::vec,
    prelude::*,
    test_runner::{Config, TestRunner},
};
use vibecode_spec::{Entity, Schema};

const SCHEMAS: &[&str] = &[
    include_str!("../schemas/contacts.json"),
    include_str!("../schemas/items-1040.json"),
    include_str!("../../vibecode-sandbox/portal/user_fields.json"),
];

/// Words that the reader looks for, so that random JSON comes near to what it takes.
const WORDS: &[&str] = &[
    "success",
    "data",
    "fields",
    "type",
    "isReadOnly",
    "isImmutable",
    "isMultiple",
    "isDynamic",
    "title",
    "upperName",
    "listLabel",
    "formLabel",
    "items",
    "ID",
    "VALUE",
    "settings",
    "string",
    "enumeration",
    "crm_multifield",
    "phone",
    "companyId",
    "ufCrm_1721244707107",
    "UF_CRM_FLOOR",
    "Y",
    "N",
    "81",
    "",
];

/// All that is done with a schema file, up to what a derive asks of it.
fn use_up(text: &str) {
    let schema = match Schema::read(text) {
        Ok(schema) => schema,
        Err(error) => {
            assert!(!error.to_string().is_empty());
            return;
        }
    };
    for entity in Entity::ALL {
        if let Err(error) = schema.check_portal(Some(*entity)) {
            assert!(!error.to_string().is_empty());
        }
        let merged = entity.schema().with_portal(schema.clone());
        for field in schema.fields() {
            assert!(merged.field(&field.name).is_some(), "{}", field.name);
        }
        let built_in = entity.schema().fields();
        assert!(
            built_in
                .into_iter()
                .all(|it| merged.field(&it.name).is_some())
        );
    }
    let _ = schema.check_portal(None);
    if let Some(field) = schema.fields().next() {
        assert!(schema.suggest(&field.name).is_some(), "{}", field.name);
        let _ = schema.suggest(&field.name.replace('a', "b"));
    }
}

fn run<S: Strategy<Value = String>>(cases: u32, texts: S) {
    let config = Config {
        failure_persistence: None,
        ..Config::with_cases(cases)
    };
    let result = TestRunner::new(config).run(&texts, |text| {
        use_up(&text);
        Ok(())
    });
    result.unwrap();
}

fn a_word() -> impl Strategy<Value = String> {
    let known = prop::sample::select(WORDS).prop_map(str::to_owned);
    prop_oneof![4 => known, 1 => "\\PC{0,8}"]
}

/// JSON of the words that the reader knows, nested as they are and as they are not.
fn json() -> impl Strategy<Value = String> {
    let quoted = |text: String| serde_json::Value::from(text).to_string();
    let leaf = prop_oneof![
        a_word().prop_map(quoted),
        any::<i64>().prop_map(|number| number.to_string()),
        prop::sample::select(&["null", "true", "false", "1e400", "-0", "{}", "[]"][..])
            .prop_map(str::to_owned),
    ];
    leaf.prop_recursive(5, 24, 5, move |inner| {
        let list = vec(inner.clone(), 0..5).prop_map(|all| format!("[{}]", all.join(",")));
        let object = vec((a_word(), inner), 0..6).prop_map(move |pairs| {
            let mut object = String::from("{");
            for (place, (name, value)) in pairs.iter().enumerate() {
                let comma = if place == 0 { "" } else { "," };
                write!(object, "{comma}{}:{value}", quoted(name.clone())).unwrap();
            }
            object + "}"
        });
        prop_oneof![1 => list, 3 => object]
    })
}

#[test]
fn random_json_never_panics() {
    run(40_000, json());
}

#[test]
fn random_text_never_panics() {
    run(
        10_000,
        "\\PC{0,40}|[\\[\\]{}\":,0-9a-z\\\\]{0,40}".prop_map(String::from),
    );
}

/// A valid schema with some of its text cut out, doubled or replaced.
fn mutated() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        a_word(),
        "[\\[\\]{}\":,\\\\]{1,2}",
        prop::sample::select(&["null", "1", "-1", "\"81\"", "{}", "[1]"][..])
            .prop_map(str::to_owned),
    ];
    let edit = (any::<prop::sample::Index>(), 0_usize..12, piece);
    (prop::sample::select(SCHEMAS), vec(edit, 1..4)).prop_map(|(text, edits)| {
        let mut letters: Vec<char> = text.chars().collect();
        for (place, length, piece) in edits {
            let from = place.index(letters.len().max(1)).min(letters.len());
            let to = (from + length).min(letters.len());
            letters.splice(from..to, piece.chars());
        }
        letters.into_iter().collect()
    })
}

/// A valid schema of which one value, of any depth, is another.
fn with_another_value() -> impl Strategy<Value = String> {
    let values = prop::sample::select(
        &[
            "null",
            "[]",
            "{}",
            "0",
            "true",
            "\"\"",
            "\"Y\"",
            "[[]]",
            "{\"type\":{}}",
        ][..],
    );
    let place = any::<prop::sample::Index>();
    (prop::sample::select(SCHEMAS), place, values).prop_map(|(text, place, value)| {
        let mut schema: serde_json::Value = serde_json::from_str(text).unwrap();
        let pointers = pointers(&schema, "");
        let pointer = &pointers[place.index(pointers.len())];
        *schema.pointer_mut(pointer).unwrap() = serde_json::from_str(value).unwrap();
        schema.to_string()
    })
}

fn pointers(value: &serde_json::Value, own: &str) -> Vec<String> {
    let children: Vec<(String, &serde_json::Value)> = match value {
        serde_json::Value::Object(map) => map.iter().map(|(key, it)| (key.clone(), it)).collect(),
        serde_json::Value::Array(list) => (0..).map(|at: usize| at.to_string()).zip(list).collect(),
        _ => Vec::new(),
    };
    let below = children
        .into_iter()
        .flat_map(|(key, child)| pointers(child, &format!("{own}/{key}")));
    std::iter::once(own.to_owned()).chain(below).collect()
}

#[test]
fn a_valid_schema_with_mistakes_in_its_text_never_panics() {
    run(30_000, mutated());
}

#[test]
fn a_valid_schema_with_another_value_somewhere_never_panics() {
    run(20_000, with_another_value());
}

#[test]
fn json_nested_without_end_is_refused() {
    use_up(&"[".repeat(1_000_000));
    use_up(&"{\"data\":".repeat(100_000));
    let deep = format!("{}{}", "{\"a\":".repeat(5_000), "}".repeat(5_000));
    assert!(Schema::read(&deep).is_err());
}
