//! Reading a record in every form in which the API may answer it.

use super::*;

#[tokio::test]
async fn booleans_are_read_in_all_three_forms_and_in_quotes() {
    for (form, expected) in [
        (json!(true), true),
        (json!("Y"), true),
        (json!(1), true),
        (json!("1"), true),
        (json!(false), false),
        (json!("N"), false),
        (json!(0), false),
        (json!("0"), false),
    ] {
        let values = json!({ "opened": form, "ufCrmSubscribed": form });
        let customer = read(values).await;
        assert_eq!(customer.opened, expected, "{form}");
        assert_eq!(customer.subscribed, Some(expected), "{form}");
    }
}

#[tokio::test]
async fn numbers_and_references_are_read_out_of_quotes() {
    let customer = read(json!({
        "companyId": "15", "companyIds": ["15", 16], "assignedById": "1",
        "ufCrmVisits": "-12", "ufCrm_694BF2A975BD0": ["4.5", 5, "1e2"],
        "ufCrm_1721244707107": "81", "ufCrm_1700000000001": ["91", 92], "ufCrmCurator": "4",
    }))
    .await;
    assert_eq!(customer.company, Some(15.into()));
    assert_eq!(customer.company_ids, [15.into(), 16.into()]);
    assert_eq!(customer.assigned_by_id, Some(1.into()));
    assert_eq!(customer.visits, Some(-12));
    assert_eq!(customer.discounts, [4.5, 5.0, 100.0]);
    assert_eq!(customer.loyalty, Some(Loyalty::Gold));
    assert_eq!(customer.drinks, [Drink::Tea, Drink::Other(92)]);
    assert_eq!(customer.curator, Some(4.into()));
}

#[tokio::test]
async fn a_text_that_came_as_a_number_is_read_unchanged() {
    let customer = read(json!({ "post": 12.50, "ufCrmTags": [7, "x"] })).await;
    assert_eq!(customer.post.as_deref(), Some("12.5"));
    assert_eq!(customer.tags.unwrap(), ["7", "x"]);
}

#[tokio::test]
async fn zero_in_a_reference_is_nothing_and_in_a_number_is_zero() {
    for zero in [json!(0), json!("0")] {
        let customer = read(json!({
            "companyId": zero, "assignedById": zero, "ufCrmCurator": zero,
            "companyIds": [zero, 15], "ufCrmVisits": zero, "ufCrm_694BF2A975BD0": [zero],
        }))
        .await;
        assert_eq!(customer.company, None);
        assert_eq!(customer.assigned_by_id, None);
        assert_eq!(customer.curator, None);
        assert_eq!(customer.company_ids, [15.into()]);
        assert_eq!(customer.visits, Some(0));
        assert_eq!(customer.discounts, [0.0]);
    }
}

#[tokio::test]
async fn what_is_null_absent_or_empty_is_nothing() {
    let nothing = Customer {
        id: 7.into(),
        name: "Vera".to_owned(),
        post: None,
        company: None,
        company_ids: Vec::new(),
        assigned_by_id: None,
        birthdate: None,
        opened: false,
        phone: Vec::new(),
        email: Vec::new(),
        newsletter: None,
        mobile: None,
        loyalty: None,
        drinks: Vec::new(),
        tags: None,
        visits: None,
        discounts: Vec::new(),
        subscribed: None,
        renewal: None,
        last_call: None,
        budget: None,
        contract: None,
        scans: Vec::new(),
        curator: None,
        related: Vec::new(),
        updated_time: None,
        cached: 0,
    };
    let absent = answering(&json!({ "id": 7, "name": "Vera", "opened": false })).await;
    assert_eq!(absent.get::<Customer>(7).await.unwrap(), nothing);

    let everything = [
        "post",
        "companyId",
        "companyIds",
        "assignedById",
        "birthdate",
        "ufCrm_1721244707107",
        "ufCrm_1700000000001",
        "ufCrmTags",
        "ufCrmVisits",
        "ufCrm_694BF2A975BD0",
        "ufCrmSubscribed",
        "ufCrmRenewal",
        "ufCrmLastCall",
        "ufCrmBudget",
        "ufCrmContract",
        "ufCrmScans",
        "ufCrmCurator",
        "ufCrmRelated",
        "phone",
        "email",
        "fm",
        "updatedTime",
    ];
    for spelling in [json!(null), json!("")] {
        let mut record = json!({ "id": 7, "name": "Vera", "opened": false });
        for name in everything {
            record[name] = spelling.clone();
        }
        let customer = answering(&record).await.get::<Customer>(7).await;
        let mut expected = nothing.clone();
        let customer = customer.unwrap_or_else(|error| panic!("{spelling}: {error}"));
        expected.tags.clone_from(&customer.tags);
        assert_eq!(customer, expected, "{spelling}");
        assert!(customer.tags.is_none_or(|tags| tags.is_empty()));
    }
}

#[tokio::test]
async fn an_empty_multiple_field_is_read_as_false_null_or_a_list() {
    for empty in [json!(false), json!(null), json!([])] {
        let customer = read(json!({
            "companyIds": empty, "ufCrmTags": empty, "ufCrm_694BF2A975BD0": empty,
            "ufCrm_1700000000001": empty, "ufCrmScans": empty, "ufCrmRelated": empty,
        }))
        .await;
        assert!(customer.company_ids.is_empty() && customer.discounts.is_empty());
        assert!(customer.drinks.is_empty() && customer.scans.is_empty());
        assert!(customer.related.is_empty());
        assert!(customer.tags.is_none_or(|tags| tags.is_empty()), "{empty}");
    }
}

#[tokio::test]
async fn a_date_is_read_with_and_without_a_time() {
    for form in [
        "1990-05-08",
        "1990-05-08T00:00:00+03:00",
        "1990-05-08T23:59:59.5Z",
    ] {
        let customer = read(json!({ "birthdate": form, "ufCrmRenewal": form })).await;
        assert_eq!(customer.birthdate, Some(date("1990-05-08")), "{form}");
        assert_eq!(customer.renewal, Some(date("1990-05-08")), "{form}");
    }
}

#[tokio::test]
async fn moments_money_links_and_files_are_read_as_the_api_shows_them() {
    let customer = read(json!({
        "ufCrmLastCall": "2026-04-15T12:00:00+03:00", "ufCrmBudget": "300.50|RUB",
        "ufCrmRelated": ["C_2", "CO_3", "D_1", "L_4"],
        "ufCrmContract": { "id": 12, "url": "https://x/12", "urlMachine": "https://y/12" },
        "ufCrmScans": [{ "id": "13", "url": "" }, { "url": "", "id": 14 }],
    }))
    .await;
    let call = customer.last_call.unwrap();
    assert_eq!(call.as_str(), "2026-04-15T12:00:00+03:00");
    assert_eq!(customer.budget, Some(Money::new("300.50", "RUB").unwrap()));
    let links = [
        CrmRef::contact(2),
        CrmRef::company(3),
        CrmRef::deal(1),
        CrmRef::lead(4),
    ];
    assert_eq!(customer.related, links);
    assert_eq!(customer.contract, Some(File::keep(12)));
    assert_eq!(customer.scans, [File::keep(13), File::keep(14)]);
}

#[tokio::test]
async fn phones_and_emails_come_from_fm_and_a_type_that_is_only_read_is_other() {
    let fm = json!([
        entry(1, "PHONE", "WORK", "+71"),
        entry(2, "WEB", "WORK", "x.ru"),
        entry(3, "PHONE", "FAX", "+72"),
        entry(4, "EMAIL", "MAILING", "a@b.ru"),
        entry(5, "PHONE", "MOBILE", "+73"),
        entry(6, "EMAIL", "MAILING", "c@d.ru"),
        entry(7, "PHONE", "MOBILE", "+74"),
    ]);
    let sandbox = portal_with(json!({ "fm": fm })).await;
    let client = client(sandbox.url());
    let customer: Customer = client.get(7).await.unwrap();
    let phones = [
        Phone::work("+71"),
        Phone::other("+72"),
        Phone::mobile("+73"),
        Phone::mobile("+74"),
    ];
    assert_eq!(customer.phone, phones);
    let emails = [Email::mailing("a@b.ru"), Email::mailing("c@d.ru")];
    assert_eq!(customer.email, emails);
    // A field of one type is the first of that type.
    assert_eq!(customer.newsletter.as_deref(), Some("a@b.ru"));
    assert_eq!(customer.mobile.as_deref(), Some("+73"));

    let multifields = client.multifields::<Contacts>(7).await.unwrap();
    let native: Vec<_> = multifields
        .entries()
        .iter()
        .map(|it| (it.id(), it.kind(), it.value_type(), it.value()))
        .collect();
    assert_eq!(native[1], (Some(2), "WEB", "WORK", "x.ru"));
    assert_eq!(native[2], (Some(3), "PHONE", "FAX", "+72"));
    assert_eq!(native.len(), 7);
}

#[tokio::test]
async fn without_fm_the_aliases_are_read_and_beside_it_they_are_not() {
    let aliases = json!({
        "id": 7, "name": "Vera", "opened": "N", "phone": "+71", "phoneWork": "+71",
        "phoneMobile": ["+72", "+73"], "phoneHome": "", "email": "a@b.ru",
        "emailMailing": "news@b.ru", "emailHome": null,
    });
    let customer: Customer = answering(&aliases).await.get(7).await.unwrap();
    let phones = [
        Phone::work("+71"),
        Phone::mobile("+72"),
        Phone::mobile("+73"),
    ];
    assert_eq!(customer.phone, phones);
    assert_eq!(customer.mobile.as_deref(), Some("+72"));
    assert_eq!(customer.newsletter.as_deref(), Some("news@b.ru"));
    assert!(customer.email.contains(&Email::work("a@b.ru")));
    assert_eq!(customer.email.len(), 2);

    let mut both = aliases;
    let phones = ["+71", "+72", "+73", "+75"].map(|value| entry(1, "PHONE", "HOME", value));
    let emails = ["a@b.ru", "news@b.ru"].map(|value| entry(2, "EMAIL", "HOME", value));
    both["fm"] = phones.into_iter().chain(emails).collect();
    let customer: Customer = answering(&both).await.get(7).await.unwrap();
    assert_eq!(customer.phone[3], Phone::home("+75"));
    assert!(customer.mobile.is_none() && customer.newsletter.is_none());
}

#[tokio::test]
async fn phones_in_a_form_that_is_not_understood_are_an_error_and_not_an_empty_list() {
    let good = entry(1, "PHONE", "WORK", "+79169876543");
    let upper = json!({ "TYPE_ID": "PHONE", "VALUE_TYPE": "WORK", "VALUE": "+79169876543" });
    for fm in [
        json!([good, upper]),
        json!({ "PHONE": [good] }),
        json!(["+79169876543"]),
        json!(json!([good]).to_string()),
    ] {
        let record = json!({ "id": 7, "name": "Vera", "opened": true, "fm": fm });
        let client = answering(&record).await;
        let error = client.get::<Customer>(7).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unreadable, "{fm}");
        let listed = client.multifields::<Contacts>(7).await.unwrap_err();
        assert_eq!(listed.kind(), ErrorKind::MultifieldsUnknown, "{fm}");
        let shown = format!("{error} {error:?} {listed} {listed:?}");
        assert!(!shown.contains("7916"), "{shown}");
    }
}

#[tokio::test]
async fn the_phones_of_a_record_that_contradicts_itself_are_neither_listed_nor_read() {
    let other = [
        entry(1, "PHONE", "WORK", "+71"),
        entry(2, "EMAIL", "WORK", "b@b.ru"),
    ];
    for (field, value, is_flag) in [
        ("phone", json!("+72"), false),
        ("hasPhone", json!("Y"), true),
        ("emailHome", json!(["a@b.ru"]), false),
        ("phoneFax", json!("+72"), false),
        ("phoneFax", json!({ "a": 1 }), false),
        ("EMAIL", json!(["a@b.ru"]), false),
    ] {
        for fm in [json!([]), json!(other)] {
            if is_flag && fm != json!([]) {
                continue;
            }
            let mut record = json!({ "id": 7, "name": "Vera", "opened": true, "fm": fm });
            record[field] = value.clone();
            let client = answering(&record).await;
            let error = client.multifields::<Contacts>(7).await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::MultifieldsUnknown, "{record}");
            let error = client.get::<Customer>(7).await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Unreadable, "{record}");
            assert!(!format!("{error} {error:?}").contains("+72"), "{error}");
        }
    }
}

#[tokio::test]
async fn a_record_without_fm_that_says_it_has_phones_is_not_read_as_one_without() {
    for fm in [json!(null), json!(false), json!(0)] {
        let record = json!({ "id": 7, "name": "Vera", "opened": true, "fm": fm, "hasPhone": true });
        let error = answering(&record).await.get::<Customer>(7).await;
        assert_eq!(error.unwrap_err().kind(), ErrorKind::Unreadable, "{record}");
    }
}

#[tokio::test]
async fn a_value_under_an_unknown_name_is_not_a_contradiction_if_it_is_among_the_entries() {
    let fm = json!([
        entry(1, "PHONE", "FAX", "+7 1"),
        entry(2, "PHONE", "WORK", "+72")
    ]);
    for value in [
        json!("+71"),
        json!(["+71", "+72"]),
        json!(true),
        json!("N"),
        json!(null),
    ] {
        let record = json!({
            "id": 7, "name": "Vera", "opened": true, "fm": fm, "hasPhone": true, "phoneFax": value,
        });
        let client = answering(&record).await;
        assert_eq!(
            client
                .multifields::<Contacts>(7)
                .await
                .unwrap()
                .entries()
                .len(),
            2
        );
        client.get::<Customer>(7).await.unwrap();
    }
}

#[tokio::test]
async fn keys_that_the_struct_does_not_map_are_ignored_and_the_skipped_field_is_its_default() {
    let record = json!({
        "cached": 5, "nobodyKnowsThis": { "a": [1, 2] }, "ufCrmNote": "n", "_included": {},
    });
    let customer = read(record).await;
    assert_eq!((customer.cached, customer.name.as_str()), (0, "Vera"));
}

#[tokio::test]
async fn a_value_that_cannot_be_read_is_named_by_its_field_and_not_shown() {
    for (field, value) in [
        ("ufCrmVisits", json!("secret")),
        ("ufCrmVisits", json!(4.25)),
        ("ufCrmVisits", json!({ "secret": 1 })),
        ("companyId", json!("secret")),
        ("companyId", json!(-77_123)),
        ("companyIds", json!("secret")),
        ("companyIds", json!([15, "secret"])),
        ("opened", json!("secret")),
        ("ufCrmSubscribed", json!(77_123)),
        ("birthdate", json!("08.05.secret")),
        ("ufCrmLastCall", json!("2026-04-15 77:12:3")),
        ("ufCrmBudget", json!("secret")),
        ("ufCrmContract", json!({ "url": "secret" })),
        ("ufCrmRelated", json!([{ "secret": 77_123 }])),
        ("ufCrm_1721244707107", json!(85)),
        ("ufCrm_694BF2A975BD0", json!(["NaN"])),
        ("ufCrmTags", json!({ "a": "secret" })),
        ("post", json!({ "a": "secret" })),
        ("post", json!(true)),
    ] {
        let error = read_from(json!({ field: value })).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unreadable, "{field} {value}");
        let shown = format!("{error} {error:?}");
        assert!(shown.contains(field), "{shown}");
        let private = ["secret", "77_123", "77123", "77:12", "4.25"];
        assert!(!private.iter().any(|it| shown.contains(it)), "{shown}");
    }
}

#[tokio::test]
async fn a_required_value_that_is_missing_is_named() {
    let error = answering(&json!({ "id": 7, "opened": true })).await;
    let error = error.get::<Customer>(7).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unreadable);
    assert!(error.to_string().contains("`name`"), "{error}");
}

/// A user's own type for one phone, and one for all of them.
mod own_phones {
    use vibecode_runtime::{
        Contacts, Decode, DecodeError, Phone, RawAnswer, Record, WireValue, kind,
    };

    #[derive(Debug, PartialEq)]
    struct Digits(String);

    impl Decode<kind::Phone> for Digits {
        fn decode(answered: WireValue<'_>) -> Result<Self, DecodeError> {
            let phone: Phone = Decode::<kind::Phone>::decode(answered)?;
            let digits = phone.value().chars().filter(char::is_ascii_digit);
            Ok(Self(digits.collect()))
        }
    }

    #[derive(Debug, PartialEq)]
    struct Written(String);

    impl Decode<kind::Multiple<kind::Phone>> for Written {
        fn decode(answered: WireValue<'_>) -> Result<Self, DecodeError> {
            Ok(Self(answered.as_str().to_owned()))
        }
    }

    impl Decode<kind::Phone> for Written {
        fn decode(answered: WireValue<'_>) -> Result<Self, DecodeError> {
            assert!(!answered.is_null() && !answered.is_empty_text());
            Ok(Self(answered.as_str().to_owned()))
        }
    }

    #[derive(Debug, PartialEq)]
    struct Marked(String);

    impl Decode<kind::Text> for Marked {
        fn decode(answered: WireValue<'_>) -> Result<Self, DecodeError> {
            let text: String = Decode::<kind::Text>::decode(answered)?;
            Ok(Self(format!("{text} {}", answered.as_str())))
        }
    }

    #[derive(Record)]
    #[vibecode(entity = "contacts")]
    struct Own {
        phone: Vec<Digits>,
        #[vibecode(field = "email", type_id = "WORK")]
        email: Option<Marked>,
        #[vibecode(field = "email", type_id = "HOME")]
        home: Option<Marked>,
    }

    #[derive(Record)]
    #[vibecode(entity = "contacts")]
    struct AsJson {
        phone: Written,
    }

    #[derive(Record)]
    #[vibecode(entity = "contacts")]
    struct EachAsJson {
        phone: Vec<Written>,
    }

    const FM: &str = r#"{"fm":[
        {"id":5,"typeId":"PHONE","valueType":"FAX","value":"+7 (916) 1"},
        {"id":6,"typeId":"EMAIL","valueType":"WORK","value":"a\"b@c.ru"},
        {"id":7,"typeId":"PHONE","valueType":"WORK","value":"79162"}]}"#;
    const ALIASES: &str =
        r#"{"phoneMobile":["+7 (916) 1"],"phoneWork":"79162","emailWork":"a\"b@c.ru"}"#;

    fn raw(record: &str) -> RawAnswer {
        RawAnswer::from_json::<Contacts>(record).unwrap()
    }

    #[test]
    fn an_own_type_for_a_phone_is_read_from_fm_and_from_the_aliases() {
        for (record, phones) in [(FM, ["79161", "79162"]), (ALIASES, ["79162", "79161"])] {
            let own = raw(record).record::<Own>().unwrap();
            assert_eq!(own.phone, phones.map(|it| Digits(it.to_owned())));
            assert_eq!(own.email.unwrap().0, r#"a"b@c.ru "a\"b@c.ru""#);
            assert_eq!(own.home, None);
        }
    }

    #[test]
    fn an_own_type_may_read_phones_as_json() {
        let fax = r#"{"typeId":"PHONE","value":"+7 (916) 1","valueType":"FAX"}"#;
        let work = r#"{"typeId":"PHONE","value":"79162","valueType":"WORK"}"#;
        let list = raw(FM).record::<AsJson>().unwrap().phone;
        let expected: serde_json::Value = serde_json::from_str(&format!("[{fax},{work}]")).unwrap();
        assert_eq!(
            serde_json::from_str::<serde_json::Value>(&list.0).unwrap(),
            expected
        );
        let each = raw(FM).record::<EachAsJson>().unwrap().phone;
        let each: Vec<serde_json::Value> = each
            .iter()
            .map(|it| serde_json::from_str(&it.0).unwrap())
            .collect();
        assert_eq!(serde_json::Value::from(each), expected);
        let none = raw(r#"{"fm":[]}"#).record::<AsJson>().unwrap().phone;
        assert_eq!(none.0, "[]");
    }
}
