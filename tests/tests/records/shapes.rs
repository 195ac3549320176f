//! The forms in which PHP, the database and other servers write values, and unknown forms: each is read, or
//! an error names the field.

use vibecode_runtime::{Companies, Deals, RawAnswer};

use super::*;

#[derive(Patch, Record, Clone, PartialEq, Debug)]
#[vibecode(entity = "contacts")]
struct Contact {
    company_id: Option<CompanyId>,
    company_ids: Vec<CompanyId>,
    opened: Option<bool>,
    comments: Option<String>,
    phone: Vec<Phone>,
    #[vibecode(field = "ufCrmVisits", kind = "integer")]
    visits: Option<i64>,
    #[vibecode(field = "ufCrmScores", kind = "double", multiple)]
    scores: Vec<f64>,
    #[vibecode(field = "ufCrmLoyalty", kind = "enumeration")]
    loyalty: Option<u64>,
    #[vibecode(field = "ufCrmTags", kind = "string", multiple)]
    tags: Vec<String>,
    #[vibecode(field = "ufCrmFlags", kind = "boolean", multiple)]
    flags: Vec<bool>,
    #[vibecode(field = "ufCrmContract", kind = "file")]
    contract: Option<File>,
    #[vibecode(field = "ufCrmScans", kind = "file", multiple)]
    scans: Vec<File>,
    #[vibecode(field = "ufCrmRelated", kind = "crm", multiple)]
    related: Vec<CrmRef>,
    #[vibecode(field = "ufCrmOwner", kind = "crm")]
    owner: Option<CrmRef>,
    #[vibecode(field = "ufCrmCall", kind = "datetime")]
    call: Option<DateTime>,
}

fn contact(json: &str) -> Result<Contact, Error> {
    RawAnswer::from_json::<Contacts>(json).unwrap().record()
}

fn contact_of(json: &Value) -> Contact {
    contact(&json.to_string()).unwrap_or_else(|error| panic!("{json}: {error}"))
}

#[test]
fn whole_numbers_are_read_with_a_fraction_of_zeros_and_never_rounded() {
    #[derive(Record)]
    #[vibecode(entity = "deals")]
    struct Deal {
        amount: Option<i64>,
        company_id: Option<u64>,
        probability: Option<u8>,
    }
    let deal = |json: &str| {
        RawAnswer::from_json::<Deals>(json)
            .unwrap()
            .record::<Deal>()
    };
    let read = deal(r#"{"amount":"1000000.00","companyId":"15.0","probability":"40.00"}"#).unwrap();
    let parts = (read.amount, read.company_id, read.probability);
    assert_eq!(parts, (Some(1_000_000), Some(15), Some(40)));
    let read = deal(r#"{"amount":1e6,"companyId":0.0,"probability":4.0e1}"#).unwrap();
    let parts = (read.amount, read.company_id, read.probability);
    assert_eq!(parts, (Some(1_000_000), None, Some(40)));
    for (field, json) in [
        ("amount", r#"{"amount":"1000000.50"}"#),
        ("amount", r#"{"amount":"1 000"}"#),
        ("amount", r#"{"amount":1e30}"#),
        ("companyId", r#"{"companyId":"15.5"}"#),
        ("companyId", r#"{"companyId":-15}"#),
        ("probability", r#"{"probability":"400.00"}"#),
    ] {
        let error = deal(json).err().expect(json).to_string();
        assert!(error.contains(&format!("`{field}`")), "{error}");
    }
}

#[test]
fn numbers_of_user_fields_ids_and_options_are_read_in_the_same_forms() {
    let read = contact_of(&json!({
        "companyId": "15.00", "companyIds": ["15.0", 16.0], "ufCrmVisits": "12.000",
        "ufCrmScores": ["4.50", 5], "ufCrmLoyalty": "81.0", "ufCrmContract": {"id": "12.0"},
    }));
    assert_eq!(read.company_id, Some(15.into()));
    assert_eq!(read.company_ids, [15.into(), 16.into()]);
    assert_eq!((read.visits, read.loyalty), (Some(12), Some(81)));
    assert_eq!(read.scores, [4.5, 5.0]);
    assert_eq!(read.contract, Some(File::keep(12)));
}

#[test]
fn booleans_are_read_in_every_form_as_text_too() {
    for (form, value) in [
        (json!("Y"), true),
        (json!("y"), true),
        (json!("true"), true),
        (json!("N"), false),
        (json!("n"), false),
        (json!("false"), false),
    ] {
        assert_eq!(
            contact_of(&json!({ "opened": form })).opened,
            Some(value),
            "{form}"
        );
    }
    assert!(contact(r#"{"opened":"perhaps"}"#).is_err());
    assert!(contact(r#"{"opened":2}"#).is_err());
}

#[test]
fn every_form_of_nothing_is_nothing_in_every_kind_that_has_no_such_value() {
    let empty = contact("{}").unwrap();
    for nothing in [json!(null), json!(""), json!(false), json!([])] {
        let read = contact_of(&json!({
            "companyId": nothing, "companyIds": nothing, "comments": nothing,
            "ufCrmVisits": nothing, "ufCrmScores": nothing, "ufCrmLoyalty": nothing,
            "ufCrmTags": nothing, "ufCrmFlags": nothing, "ufCrmContract": nothing,
            "ufCrmScans": nothing, "ufCrmRelated": nothing, "ufCrmOwner": nothing,
            "ufCrmCall": nothing,
        }));
        assert_eq!(read, empty, "{nothing}");
    }
    for zero in [json!(0), json!("0"), json!("0.00")] {
        let read = contact_of(&json!({
            "companyId": zero, "companyIds": [zero], "ufCrmLoyalty": zero, "ufCrmContract": zero,
            "ufCrmOwner": zero, "ufCrmVisits": zero,
        }));
        assert_eq!(read.visits, Some(0));
        assert_eq!(
            Contact {
                visits: None,
                ..read
            },
            empty,
            "{zero}"
        );
    }
    // In a boolean, false is a value.
    assert_eq!(contact(r#"{"opened":false}"#).unwrap().opened, Some(false));
    assert_eq!(contact(r#"{"opened":[]}"#).unwrap().opened, None);
}

#[test]
fn zero_is_not_read_as_the_id_of_a_required_reference() {
    #[derive(Record, Debug)]
    #[vibecode(entity = "contacts")]
    struct Owned {
        #[vibecode(id)]
        id: ContactId,
        assigned_by_id: UserId,
    }
    let read = |json: &str| {
        RawAnswer::from_json::<Contacts>(json)
            .unwrap()
            .record::<Owned>()
    };
    let owned = read(r#"{"id":7,"assignedById":"1"}"#).unwrap();
    assert_eq!((owned.id.get(), owned.assigned_by_id.get()), (7, 1));
    for (field, json) in [
        ("assignedById", r#"{"id":7,"assignedById":0}"#),
        ("assignedById", r#"{"id":7,"assignedById":"0"}"#),
        ("assignedById", r#"{"id":7}"#),
        ("id", r#"{"id":0,"assignedById":1}"#),
        ("id", r#"{"assignedById":1}"#),
    ] {
        let error = read(json).unwrap_err().to_string();
        assert!(error.contains(&format!("`{field}`")), "{json}: {error}");
    }
}

#[test]
fn a_list_with_gaps_is_read_in_the_order_of_its_keys() {
    let read = contact_of(&json!({
        "companyIds": {"0": 15, "2": "17"},
        "ufCrmTags": {"10": "c", "9": "b", "0": "a"},
        "ufCrmScans": {"1": {"id": 2}, "0": {"id": 1}},
        "ufCrmRelated": {"3": "C_2"},
    }));
    assert_eq!(read.company_ids, [15.into(), 17.into()]);
    assert_eq!(read.tags, ["a", "b", "c"]);
    assert_eq!(read.scans, [File::keep(1), File::keep(2)]);
    assert_eq!(read.related, [CrmRef::contact(2)]);
}

#[test]
fn a_single_value_in_a_multiple_field_is_a_list_of_one() {
    let read = contact_of(&json!({
        "companyIds": 15, "ufCrmTags": "a", "ufCrmScores": "4.50", "ufCrmFlags": true,
        "ufCrmScans": {"id": 1, "url": "/x"}, "ufCrmRelated": "C_2",
    }));
    assert_eq!(read.company_ids, [15.into()]);
    assert_eq!((read.tags, read.scores), (vec!["a".to_owned()], vec![4.5]));
    assert_eq!(read.flags, [true]);
    assert_eq!(read.scans, [File::keep(1)]);
    assert_eq!(read.related, [CrmRef::contact(2)]);
}

#[test]
fn an_unknown_form_is_an_error_that_names_the_field() {
    for (field, shape) in [
        ("companyIds", json!("secret")),
        ("companyIds", json!({})),
        ("companyIds", json!({ "n0": 15 })),
        ("companyIds", json!({ "0": 15, "n1": 16 })),
        ("companyIds", json!({ "0": 15, "00": 16 })),
        ("companyIds", json!({ "-1": 15 })),
        ("companyIds", json!([[15]])),
        ("companyIds", json!(true)),
        ("ufCrmScans", json!("secret")),
        ("ufCrmScans", json!({ "0": { "id": 1 }, "id": 2 })),
        ("ufCrmScans", json!([{ "url": "secret" }])),
        ("ufCrmScans", json!(["a.txt", "b.txt"])),
        ("ufCrmTags", json!({ "a": "secret" })),
        ("ufCrmTags", json!([{}])),
        ("ufCrmFlags", json!(["secret"])),
        ("ufCrmScores", json!({})),
        ("ufCrmRelated", json!([{ "id": 1 }])),
        ("ufCrmOwner", json!(["C_2"])),
        ("comments", json!(["secret"])),
        ("comments", json!(true)),
        ("ufCrmVisits", json!({ "0": 1 })),
    ] {
        let json = json!({ field: shape }).to_string();
        let error = contact(&json).expect_err(&json);
        assert_eq!(error.kind(), ErrorKind::Unreadable);
        let shown = format!("{error} {error:?}");
        assert!(shown.contains(&format!("`{field}`")), "{json}: {shown}");
        assert!(!shown.contains("secret"), "{shown}");
    }
}

#[test]
fn lone_surrogates_deep_nesting_and_duplicate_keys_are_read_or_named() {
    // In fields that the struct does not map they are ignored.
    let deep = format!("{}{}", "[".repeat(2_000), "]".repeat(2_000));
    let elsewhere =
        format!(r#"{{"comments":"x","ufCrmNote":"\ud83d","ufCrmNote":"","ufCrmDeep":{deep}}}"#);
    assert_eq!(contact(&elsewhere).unwrap().comments.as_deref(), Some("x"));
    let whole = contact(r#"{"comments":"\ud83d\ude00"}"#).unwrap();
    assert_eq!(whole.comments.as_deref(), Some("😀"));
    // The same value twice is accepted.
    let twice = contact(r#"{"comments":"x","comments":"x"}"#).unwrap();
    assert_eq!(twice.comments.as_deref(), Some("x"));

    for (field, json) in [
        ("comments", r#"{"comments":"cut \ud83d"}"#.to_owned()),
        ("comments", r#"{"comments":"\ude00"}"#.to_owned()),
        ("ufCrmTags", r#"{"ufCrmTags":["a","\ud83d"]}"#.to_owned()),
        ("ufCrmOwner", r#"{"ufCrmOwner":"C_\ud83d"}"#.to_owned()),
        ("comments", format!(r#"{{"comments":{deep}}}"#)),
        ("ufCrmTags", format!(r#"{{"ufCrmTags":{deep}}}"#)),
        (
            "ufCrmScans",
            format!(r#"{{"ufCrmScans":[{{"id":{deep}}}]}}"#),
        ),
        ("comments", r#"{"comments":"x","comments":"y"}"#.to_owned()),
        (
            "companyId",
            r#"{"companyId":15,"companyId":null}"#.to_owned(),
        ),
        ("phone", r#"{"phone":"+71","phone":"+72"}"#.to_owned()),
    ] {
        let error = contact(&json).expect_err(&json);
        assert_eq!(error.kind(), ErrorKind::Unreadable);
        assert!(error.to_string().contains(&format!("`{field}`")), "{error}");
    }
    let error = contact(r#"{"comments":"x","\ud83d":1}"#)
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("a key of the record in the answer"),
        "{error}"
    );
    let error = contact(r#"[{"comments":"x"}]"#).unwrap_err().to_string();
    assert!(error.contains("not an object"), "{error}");
}

#[test]
fn the_error_about_a_lone_surrogate_says_so() {
    let error = contact(r#"{"comments":"cut \ud83d"}"#)
        .unwrap_err()
        .to_string();
    assert!(error.contains("surrogate"), "{error}");
    assert!(!error.contains("cut"), "{error}");
}

#[test]
fn the_recorded_links_are_read_and_written_back_unchanged() {
    let links: Value =
        serde_json::from_str(include_str!("../../recorded/native/crm-links.json")).unwrap();
    let read = contact_of(&json!({ "ufCrmRelated": links }));
    assert_eq!(
        read.related,
        [
            CrmRef::lead(4),
            CrmRef::deal(1),
            CrmRef::contact(2),
            CrmRef::company(3),
            CrmRef::invoice(7),
            CrmRef::item(128, 6),
        ]
    );
    assert_eq!(wire(&read.to_patch())["ufCrmRelated"], links);
}

#[test]
fn a_link_of_any_other_form_is_kept_and_written_back_unchanged() {
    for links in [
        json!(["7", "Q_8", "C_02", "T8A_6", "X_1", "lead 4"]),
        json!([7, 8]),
        json!([7, "8"]),
    ] {
        let read = contact_of(&json!({ "ufCrmRelated": links }));
        assert_eq!(wire(&read.to_patch())["ufCrmRelated"], links);
        assert!(matches!(read.related[0], CrmRef::Other(_)));
    }
    let read = contact_of(&json!({ "ufCrmOwner": 7 }));
    assert_eq!(
        read.owner.as_ref().map(ToString::to_string).as_deref(),
        Some("7")
    );
    assert_eq!(wire(&read.to_patch()), json!({ "ufCrmOwner": 7 }));
}

#[test]
fn moments_are_read_in_every_spelling_and_sent_in_one() {
    for (spelling, sent) in [
        ("2026-04-15T12:00:00+03:00", "2026-04-15T12:00:00+03:00"),
        ("2026-04-15T12:00:00.000Z", "2026-04-15T12:00:00.000Z"),
        ("2026-04-15T12:00:00+0300", "2026-04-15T12:00:00+03:00"),
        ("2026-04-15T12:00:00+03", "2026-04-15T12:00:00+03:00"),
        ("2026-04-15 12:00:00+03:00", "2026-04-15T12:00:00+03:00"),
        ("2026-04-15t12:00:00z", "2026-04-15T12:00:00Z"),
    ] {
        let read = contact_of(&json!({ "ufCrmCall": spelling }));
        assert_eq!(
            wire(&read.to_patch()),
            json!({ "ufCrmCall": sent }),
            "{spelling}"
        );
    }
    let error = contact(r#"{"ufCrmCall":"2026-04-15"}"#)
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("`ufCrmCall`") && error.contains("`Date`"),
        "{error}"
    );
}

#[test]
fn an_alias_that_the_struct_maps_is_still_read_as_a_phone() {
    #[derive(Record)]
    #[vibecode(entity = "companies")]
    struct Company {
        phone: Vec<Phone>,
        #[vibecode(read_only)]
        phone_mobile: Option<String>,
    }
    let json = r#"{"phoneWork":"+71","phoneMobile":"+72"}"#;
    let company: Company = RawAnswer::from_json::<Companies>(json)
        .unwrap()
        .record()
        .unwrap();
    assert_eq!(company.phone, [Phone::work("+71"), Phone::mobile("+72")]);
    assert_eq!(company.phone_mobile.as_deref(), Some("+72"));
}

#[tokio::test]
async fn the_recorded_pages_of_one_row_and_a_page_with_gaps_are_listed() {
    #[derive(Record)]
    #[vibecode(entity = "contacts")]
    struct Row {
        #[vibecode(id)]
        id: ContactId,
        name: String,
    }
    let recorded = [
        include_str!("../../recorded/observed/users.json"),
        include_str!("../../recorded/observed/deal-categories.json"),
    ];
    for (recorded, id) in recorded.iter().zip([1, 2]) {
        let answer: Value = serde_json::from_str(recorded).unwrap();
        let client = answering(&answer["data"]).await;
        let rows = client.list::<Row>().stream().all().await.unwrap();
        assert_eq!(rows.len(), 1);
        assert_eq!(rows[0].id, ContactId::from(id));
        assert_eq!(json!(rows[0].name), answer["data"]["name"]);
    }
    let gaps = json!({ "2": { "id": 3, "name": "b" }, "0": { "id": 1, "name": "a" } });
    let rows = answering(&gaps).await.list::<Row>().stream().all().await;
    let ids: Vec<_> = rows.unwrap().iter().map(|row| row.id.get()).collect();
    assert_eq!(ids, [1, 3]);
    for unknown in [json!({ "items": [] }), json!({}), json!(false), json!("")] {
        let rows = answering(&unknown).await.list::<Row>().stream().all().await;
        assert!(rows.is_err(), "{unknown}");
    }
}

#[test]
fn the_beginning_of_a_deal_is_a_day_or_a_moment() {
    #[derive(Patch, Record, Clone, PartialEq, Debug)]
    #[vibecode(entity = "deals")]
    struct ByDay {
        begindate: Option<Date>,
    }
    #[derive(Patch, Record, Clone, PartialEq, Debug)]
    #[vibecode(entity = "deals")]
    struct ByMoment {
        #[vibecode(kind = "datetime")]
        begindate: Option<DateTime>,
    }
    let raw = |json: &str| RawAnswer::from_json::<Deals>(json).unwrap();
    let recorded: Value =
        serde_json::from_str(include_str!("../../recorded/observed/deals.json")).unwrap();
    let recorded = raw(&recorded["data"][0].to_string());

    let day: ByDay = recorded.record().unwrap();
    assert_eq!(day.begindate, Some(date("2026-07-17")));
    assert_eq!(wire(&day.to_patch()), json!({ "begindate": "2026-07-17" }));
    let moment: ByMoment = recorded.record().unwrap();
    assert_eq!(
        wire(&moment.to_patch()),
        json!({ "begindate": "2026-07-17T00:00:00.000Z" })
    );
    let only_a_day = raw(r#"{"begindate":"2026-07-17"}"#);
    assert_eq!(only_a_day.record::<ByDay>().unwrap(), day);
    let error = only_a_day.record::<ByMoment>().unwrap_err().to_string();
    assert!(
        error.contains("`begindate`") && error.contains("`Date`"),
        "{error}"
    );
    let cleared = wire(&ByDay::patch().clear_begindate());
    assert_eq!(cleared, json!({ "begindate": "" }));
}
