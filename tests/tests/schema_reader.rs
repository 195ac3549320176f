//! The reader of schemas, with any content of a file.
//!
//! `FUZZ_CASES=200000 cargo test -p vibecode-tests --test schema_reader` generates that many texts, divided
//! among the tests here. The default is a few thousand. They are the same every time.
#![cfg(test)]

use std::{fmt::Write as _, fs, path::Path, sync::OnceLock};

use proptest::{
    collection::vec,
    prelude::*,
    test_runner::{Config, RngAlgorithm, TestRng, TestRunner},
};
use serde_json::Value;
use vibecode_spec::{
    Currencies, Descriptions, Entity, EntityPath, Pipelines, Schema, Statuses, doc_text, text_of,
};
use vibecode_tests::scale;

/// The number of tests that share the texts.
const SHARES: u32 = 5;

/// Returns schemas of all forms, and every recorded answer, schema or not.
fn samples() -> &'static [Vec<u8>] {
    static SAMPLES: OnceLock<Vec<Vec<u8>>> = OnceLock::new();
    SAMPLES.get_or_init(|| {
        let tests = Path::new(env!("CARGO_MANIFEST_DIR"));
        let folders = [
            "schemas",
            "recorded/documented",
            "recorded/native",
            "recorded/observed",
        ];
        let files = folders
            .iter()
            .flat_map(|folder| fs::read_dir(tests.join(folder)).unwrap());
        let mut files: Vec<_> = files.map(|file| file.unwrap().path()).collect();
        // Sorted by name, independent of the file system.
        files.sort();
        files.push(tests.join("../vibecode-sandbox/portal/fields.json"));
        files.iter().map(|file| fs::read(file).unwrap()).collect()
    })
}

/// Words that the reader looks for, so that random JSON is close to what it accepts.
const WORDS: &[&str] = &[
    "success",
    "data",
    "entityId",
    "statusId",
    "sets",
    "code",
    "name",
    "currencies",
    "pipelines",
    "semantics",
    "result",
    "error",
    "code",
    "format",
    "entity",
    "partial",
    "portal",
    "enum",
    "label",
    "readonly",
    "isRequired",
    "fieldName",
    "COMPANY_ID",
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

/// Returns whether `serde_json` writes all numbers of a text as they are written there, as it does not with `-0` and `1.50`.
fn has_plain_numbers(text: &[u8]) -> bool {
    let text = String::from_utf8_lossy(text);
    let is_of_number = |letter: char| letter.is_ascii_digit() || "+-.eE".contains(letter);
    let words = text.split(|letter| !is_of_number(letter));
    let mut numbers = words.filter(|word| word.contains(|letter: char| letter.is_ascii_digit()));
    numbers.all(|number| number.parse::<u64>().is_ok())
}

/// Does everything that is done with a schema file, including the look-ups of a derive.
fn use_up(bytes: impl AsRef<[u8]>) {
    let bytes = bytes.as_ref();
    let read = Descriptions::read(bytes);
    let schema = read.clone().and_then(|read| read.schema());
    // `Descriptions` holds values of `serde_json`, a schema keeps a number as it is written: it matters only for a label
    // that is one.
    if has_plain_numbers(bytes) {
        assert_eq!(Schema::read(bytes), schema);
    }
    assert_eq!(Schema::read(bytes).is_ok(), schema.is_ok());
    let value = text_of(bytes).ok().map(serde_json::from_str::<Value>);
    match value {
        Some(Ok(value)) => {
            // A text is read as `serde_json` reads it.
            assert_eq!(read, Descriptions::of_answer(&value));
            // With numbers in the form of `serde_json`, both are the same in any case.
            assert_eq!(Schema::read(value.to_string().as_bytes()), schema);
        }
        Some(Err(error)) => {
            let problem = read.as_ref().unwrap_err();
            let is_at = (problem.line, problem.column) == (error.line(), error.column());
            // What is empty, or a page, is named.
            assert!(is_at || problem.line == 0, "{problem}: {error}");
        }
        None => assert!(read.is_err()),
    }
    let descriptions = match read {
        Ok(descriptions) => descriptions,
        Err(error) => {
            let message = error.to_string();
            assert!(!message.is_empty());
            assert!(
                !message.contains(|letter: char| letter.is_control()),
                "{message:?}"
            );
            return;
        }
    };
    // The form that `pull` writes is read as the same schema.
    let written = Descriptions::read(descriptions.file_text("contacts")).unwrap();
    assert_eq!(written.is_complete, descriptions.is_complete);
    assert!(written.fields.keys().eq(descriptions.fields.keys()));
    let schema = match descriptions.schema() {
        Ok(schema) => schema,
        Err(error) => {
            assert!(error.to_string().contains('`'), "{error} names no field");
            return;
        }
    };
    assert_eq!(
        written.schema().unwrap().fields().count(),
        schema.fields().count()
    );
    let items = EntityPath::Items(1040);
    for entity in Entity::ALL
        .iter()
        .map(|it| EntityPath::Entity(*it))
        .chain([items])
    {
        if let Err(error) = schema.check_for(entity) {
            assert!(!error.to_string().is_empty());
        }
        let merged = entity.documented().with_portal(schema.clone());
        for field in schema.fields() {
            assert!(merged.field(&field.name).is_some(), "{}", field.name);
        }
        for field in entity.documented().fields() {
            let is_there = merged.field(&field.name).is_some();
            assert_ne!(
                is_there,
                merged.lacks(&field.name).is_some(),
                "{}",
                field.name
            );
        }
        assert!(merged.field("id").is_none_or(|id| id.read_only));
    }
    for field in schema.fields() {
        let mut ids: Vec<_> = field.items.iter().map(|item| &item.id).collect();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), field.items.len());
        let labels = field.items.iter().map(|item| item.label.as_str());
        for label in labels.chain(field.title.as_deref()) {
            assert!(!doc_text(label).contains(|letter: char| letter.is_control()));
        }
    }
    if let Some(field) = schema.fields().next() {
        let _ = schema.suggestions(&field.name.replace('a', "b"));
        let suggestions = schema.suggestions(&field.name);
        // `Fm` and `fm` are two spellings of one name, and both are listed. `:` is not a spelling of any name.
        let has_spelling = field.name.contains(char::is_alphanumeric);
        assert!(!has_spelling || !suggestions.is_empty(), "{}", field.name);
    }
}

/// Does everything that is done with a file of codes.
fn use_up_codes(bytes: &[u8]) {
    let problems = [
        Statuses::read(bytes).map(|statuses| {
            // The form that `pull` writes is read as the same statuses.
            assert_eq!(Statuses::read(statuses.file_text()), Ok(statuses.clone()));
            for (set, items) in statuses.sets() {
                assert!(!items.is_empty(), "{set}");
            }
        }),
        Currencies::read(bytes).map(|currencies| {
            assert_eq!(Currencies::read(currencies.file_text()), Ok(currencies));
        }),
        Pipelines::read(bytes).map(|pipelines| assert!(pipelines.iter().is_sorted())),
    ];
    for problem in problems.into_iter().filter_map(Result::err) {
        let message = problem.to_string();
        assert!(!message.is_empty());
        assert!(!message.contains(char::is_control), "{message:?}");
    }
}

#[test]
fn the_recorded_answers_are_read_as_the_codes_that_they_hold() {
    let recorded = |name: &str| {
        let tests = Path::new(env!("CARGO_MANIFEST_DIR"));
        fs::read(tests.join("recorded/observed").join(name)).unwrap()
    };
    let statuses = Statuses::read(recorded("statuses.json")).unwrap();
    let stages = statuses.set("DEAL_STAGE").unwrap().iter();
    let stages: Vec<_> = stages
        .map(|it| (&*it.id, &*it.label, it.semantics.as_deref()))
        .collect();
    assert_eq!(
        stages,
        [
            ("NEW", "New", Some("process")),
            ("PREPARATION", "Preparation", Some("process"))
        ]
    );
    let currencies = Currencies::read(recorded("currencies.json")).unwrap();
    let codes = currencies.items().iter();
    let codes: Vec<_> = codes.map(|it| (&*it.id, &*it.label)).collect();
    assert_eq!(codes, [("RUB", "Rouble"), ("USD", "US dollar")]);
    assert_eq!(currencies.base(), Some("RUB"));
    let pipelines = Pipelines::read(recorded("deal-categories.json")).unwrap();
    assert_eq!(pipelines.iter().collect::<Vec<_>>(), [(2, "Pipeline 2")]);
    // No other answer is taken for one of these.
    for other in [
        "deals.json",
        "users.json",
        "me.json",
        "stage-history.json",
        "guide.json",
    ] {
        assert!(Statuses::read(recorded(other)).is_err(), "{other}");
    }
}

/// Runs one test's share of the cases.
fn run<S: Strategy<Value = Vec<u8>>>(texts: S) {
    let cases: u32 = scale::count("FUZZ_CASES", 4_000);
    let config = Config {
        failure_persistence: None,
        ..Config::with_cases(cases.div_ceil(SHARES))
    };
    let rng = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    let result = TestRunner::new_with_rng(config, rng).run(&texts, |text| {
        use_up(&text);
        use_up_codes(&text);
        Ok(())
    });
    result.unwrap();
}

fn a_word() -> impl Strategy<Value = String> {
    let known = prop::sample::select(WORDS).prop_map(str::to_owned);
    prop_oneof![4 => known, 1 => "\\PC{0,8}"]
}

/// JSON of the words that the reader knows, nested correctly and incorrectly.
fn json() -> impl Strategy<Value = String> {
    let quoted = |text: String| Value::from(text).to_string();
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
            for (index, (name, value)) in pairs.iter().enumerate() {
                let comma = if index == 0 { "" } else { "," };
                write!(object, "{comma}{}:{value}", quoted(name.clone())).unwrap();
            }
            object + "}"
        });
        prop_oneof![1 => list, 3 => object]
    })
}

#[test]
fn random_json_never_panics() {
    run(json().prop_map(String::into_bytes));
}

#[test]
fn random_text_never_panics() {
    let text = "\\PC{0,40}|[\\[\\]{}\":,0-9a-z\\\\]{0,40}";
    run(text.prop_map(String::into_bytes));
}

/// A sample with some bytes removed or replaced, by bytes that need not be UTF-8.
fn mutated(piece: impl Strategy<Value = Vec<u8>>) -> impl Strategy<Value = Vec<u8>> {
    let edit = (any::<prop::sample::Index>(), 0_usize..12, piece);
    (prop::sample::select(samples()), vec(edit, 1..4)).prop_map(|(mut bytes, edits)| {
        for (at, length, piece) in edits {
            let from = at.index(bytes.len().max(1)).min(bytes.len());
            let to = (from + length).min(bytes.len());
            bytes.splice(from..to, piece);
        }
        bytes
    })
}

fn a_piece() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        a_word(),
        "[\\[\\]{}\":,\\\\]{1,2}",
        prop::sample::select(&["null", "1", "-1", "\"81\"", "{}", "[1]"][..])
            .prop_map(str::to_owned),
    ];
    piece.prop_map(String::into_bytes)
}

/// A sample with one value, at any depth, replaced.
fn with_another_value() -> impl Strategy<Value = Vec<u8>> {
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
            "{\"1\":\"a\",\"0\":2}",
            "[{\"ID\":\"81\",\"VALUE\":\"a\"},{\"id\":81,\"value\":7}]",
            "{\"ru\":\"a\\n\\u202eb\"}",
        ][..],
    );
    let at = any::<prop::sample::Index>();
    (prop::sample::select(samples()), at, values).prop_map(|(text, at, value)| {
        let mut schema: Value = serde_json::from_slice(&text).unwrap();
        let pointers = pointers(&schema, "");
        let pointer = &pointers[at.index(pointers.len())];
        *schema.pointer_mut(pointer).unwrap() = serde_json::from_str(value).unwrap();
        schema.to_string().into_bytes()
    })
}

fn pointers(value: &Value, own: &str) -> Vec<String> {
    let children: Vec<(String, &Value)> = match value {
        Value::Object(map) => map.iter().map(|(key, it)| (key.clone(), it)).collect(),
        Value::Array(list) => (0..).map(|at: usize| at.to_string()).zip(list).collect(),
        _ => Vec::new(),
    };
    let below = children
        .into_iter()
        .flat_map(|(key, child)| pointers(child, &format!("{own}/{key}")));
    std::iter::once(own.to_owned()).chain(below).collect()
}

#[test]
fn an_answer_with_mistakes_in_its_text_never_panics() {
    run(mutated(a_piece()));
}

#[test]
fn an_answer_with_bytes_that_are_not_utf_8_never_panics() {
    run(mutated(vec(any::<u8>(), 0..4)));
}

#[test]
fn an_answer_with_another_value_somewhere_never_panics() {
    run(with_another_value());
}

#[test]
fn json_nested_without_end_is_refused() {
    use_up("[".repeat(1_000_000));
    use_up("{\"data\":".repeat(100_000));
    let deep = format!("{}{}", "{\"a\":".repeat(5_000), "}".repeat(5_000));
    assert!(Schema::read(&deep).is_err());
}
