//! Two forms of a value are the same value only if the kind of the field has these forms.

use vibecode_runtime::{Mismatch, PatchJob, RawAnswer, kind};

use super::*;

#[derive(Patch, Record, Clone, Default)]
#[vibecode(entity = "contacts", diff)]
struct Compared {
    post: Option<String>,
    source_id: Option<String>,
    company_ids: Vec<CompanyId>,
    #[vibecode(field = "ufCrmStrings", kind = "string", multiple)]
    texts: Vec<String>,
    #[vibecode(field = "ufCrmUrl", kind = "url")]
    url: Option<String>,
    #[vibecode(field = "ufCrmAddress", kind = "address")]
    address: Option<String>,
    #[vibecode(field = "ufCrmIntegers", kind = "integer", multiple)]
    integers: Vec<i64>,
    #[vibecode(field = "ufCrmDatetime", kind = "datetime")]
    moment: Option<DateTime>,
    #[vibecode(field = "ufCrmMoney", kind = "money")]
    money: Option<Money>,
    opened: Option<bool>,
    #[vibecode(field = "ufCrmBoolean", kind = "boolean")]
    flag: Option<bool>,
}

/// Values of a text, each with other texts that are the same time, amount, number, list or boolean.
const TEXTS: [(&str, &[&str]); 6] = [
    (
        "2026-04-15",
        &["2026-04-15T18:30:00+03:00", "2026-04-14T21:00:00Z"],
    ),
    (
        "2026-04-15T18:30:00+03:00",
        &[
            "2026-04-15T15:30:00Z",
            "2026-04-15T18:30:00.250+03:00",
            "2026-04-15",
        ],
    ),
    ("300|RUB", &["300.00|RUB"]),
    ("1.10", &["1.1"]),
    ("Y", &["y", "1", "true"]),
    ("Director", &["director", " Director"]),
];

fn patches_of(text: &str) -> [(&'static str, ComparedPatch); 5] {
    let patch = Compared::patch;
    [
        ("post", patch().post(text)),
        ("sourceId", patch().source_id(text)),
        ("ufCrmUrl", patch().url(text)),
        ("ufCrmAddress", patch().address(text)),
        ("ufCrmStrings", patch().texts([text])),
    ]
}

fn shown(field: &str, value: &Value) -> RawAnswer {
    RawAnswer::from_json::<Contacts>(json!({ "id": 71, field: value }).to_string()).unwrap()
}

/// What the job, and the same job from a queue, reports.
fn differs(job: &PatchJob, record: &RawAnswer) -> bool {
    let queued: PatchJob = serde_json::from_str(&serde_json::to_string(job).unwrap()).unwrap();
    let differs = !job.mismatches(record).is_empty();
    assert_eq!(!queued.mismatches(record).is_empty(), differs);
    differs
}

#[test]
fn a_text_is_shown_only_by_the_same_text() {
    for (text, others) in TEXTS {
        for (field, patch) in patches_of(text) {
            let job = PatchJob::new(71, &patch).unwrap();
            let wrap = |text: &str| match field {
                "ufCrmStrings" => json!([text]),
                _ => json!(text),
            };
            assert!(!differs(&job, &shown(field, &wrap(text))), "{field} {text}");
            for other in others {
                let record = shown(field, &wrap(other));
                assert!(differs(&job, &record), "{field} {text} {other}");
            }
        }
    }
    let job = PatchJob::new(71, &Compared::patch().post("5.0")).unwrap();
    assert!(differs(&job, &shown("post", &json!(5))));
    assert!(!differs(&job, &shown("post", &json!(5.0))));
    let job = PatchJob::new(71, &Compared::patch().post("Y")).unwrap();
    assert!(differs(&job, &shown("post", &json!(true))));
}

#[test]
fn a_diff_has_every_change_of_a_text() {
    let of = |text: &str| Compared {
        post: Some(text.to_owned()),
        ..Compared::default()
    };
    for (text, others) in TEXTS {
        assert!(of(text).diff(&of(text)).patch.is_empty());
        for other in others {
            let there = of(text).diff(&of(other)).patch;
            let back = of(other).diff(&of(text)).patch;
            assert!(!there.is_empty() && !back.is_empty(), "{text} {other}");
        }
    }
}

#[test]
fn the_order_of_texts_and_numbers_counts_and_that_of_ids_does_not() {
    let before = Compared {
        texts: vec!["1".to_owned(), "2".to_owned()],
        integers: vec![1, 2],
        company_ids: vec![CompanyId::from(1), CompanyId::from(2)],
        ..Compared::default()
    };
    let mut after = before.clone();
    after.texts.reverse();
    after.integers.reverse();
    after.company_ids.reverse();
    let changed = serde_json::to_value(before.diff(&after).patch).unwrap();
    assert_eq!(
        changed,
        json!({ "ufCrmStrings": ["2", "1"], "ufCrmIntegers": [2, 1] })
    );
    // Two texts are not an upload, which any file would show.
    let job = PatchJob::new(71, &Compared::patch().texts(["a.txt", "aGk="])).unwrap();
    assert!(differs(&job, &shown("ufCrmStrings", &json!({ "id": 5 }))));
}

#[test]
fn times_and_money_keep_their_other_forms() {
    let moment: DateTime = "2026-04-15T18:30:00+03:00".parse().unwrap();
    let patch = Compared::patch().moment(moment);
    let job = PatchJob::new(71, &patch).unwrap();
    let record = shown("ufCrmDatetime", &json!("2026-04-15T15:30:00.000Z"));
    assert!(!differs(&job, &record));
    let money: Money = "300|RUB".parse().unwrap();
    let job = PatchJob::new(71, &Compared::patch().money(money)).unwrap();
    assert!(!differs(&job, &shown("ufCrmMoney", &json!("300.00|RUB"))));
    assert!(differs(&job, &shown("ufCrmMoney", &json!("300.00|USD"))));
}

#[test]
fn an_untyped_value_is_compared_as_its_kind_if_that_is_given() {
    let begun = || PatchJob::untyped("contacts", 71);
    let record = shown("post", &json!("300.00|RUB"));
    let job = begun().set("post", "300|RUB").job().unwrap();
    assert!(!differs(&job, &record));
    let job = begun().set_as::<kind::Text>("post", "300|RUB");
    assert!(differs(&job.job().unwrap(), &record));
    let job = begun().set_as::<kind::Money>("post", "300|RUB");
    assert!(!differs(&job.job().unwrap(), &record));
}

#[test]
fn a_boolean_that_is_cleared_in_any_way_may_be_shown_as_no() {
    let patch = Compared::patch;
    let with = |opened, flag| Compared {
        opened,
        flag,
        ..Compared::default()
    };
    let before = with(Some(true), Some(true));
    let diff = before.diff(&with(None, None)).patch;
    let of_id = |patch: &ComparedPatch| PatchJob::new(71, patch).unwrap();
    let untyped = PatchJob::untyped("contacts", 71);
    let untyped = untyped
        .clear_as::<kind::Boolean>("opened", "")
        .job()
        .unwrap();
    for (field, job) in [
        ("opened", of_id(&patch().clear_opened())),
        ("ufCrmBoolean", of_id(&patch().clear_flag())),
        ("opened", of_id(&diff)),
        ("opened", untyped),
    ] {
        let sent = serde_json::to_string(&job).unwrap();
        let stored: PatchJob = serde_json::from_str(&sent).unwrap();
        for job in [job, stored] {
            let differs = |value: &Value| {
                let mismatches = job.mismatches(&shown(field, value));
                let mut fields = mismatches.iter().map(Mismatch::field);
                fields.any(|it| it == field)
            };
            for no in [
                json!("N"),
                json!(false),
                json!("0"),
                json!(0),
                json!(""),
                json!(null),
            ] {
                assert!(!differs(&no), "{field} {no} {sent}");
            }
            for yes in [json!("Y"), json!(true), json!(1)] {
                assert!(differs(&yes), "{field} {yes} {sent}");
            }
        }
    }
    // Of another kind, or without one, `N` is a text.
    let job = of_id(&patch().clear_post());
    assert!(differs(&job, &shown("post", &json!("N"))));
    let job = PatchJob::untyped("contacts", 71).clear("opened", "");
    assert!(differs(&job.job().unwrap(), &shown("opened", &json!("N"))));
}

#[tokio::test]
async fn ensure_sends_a_text_that_the_record_shows_as_another_text() {
    let sandbox = portal_with(json!({})).await;
    let client = client(sandbox.url());
    for (text, others) in TEXTS {
        for other in others {
            for text in [text, *other] {
                let patch = Compared::patch().post(text);
                client.ensure(7, &patch).await.unwrap();
                assert_eq!(sandbox.contact(7).unwrap()["post"], text);
            }
        }
    }
}

#[test]
fn the_error_of_a_record_that_cannot_be_read_has_its_id() {
    for (record, shown) in [
        (json!({ "id": 71, "post": { "a": 1 } }), "record 71 "),
        (
            json!({ "id": "71", "post": [] , "ufCrmUrl": {"a": 1}}),
            "record 71 ",
        ),
        (json!({ "post": { "a": 1 } }), "the record in "),
    ] {
        let raw = RawAnswer::from_json::<Contacts>(record.to_string()).unwrap();
        let error = raw.record::<Compared>().err().unwrap();
        assert_eq!(error.kind(), ErrorKind::Unreadable);
        assert!(error.to_string().contains(shown), "{error}");
    }
}
