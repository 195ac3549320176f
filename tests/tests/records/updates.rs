//! Which of the sent values the answer to an update shows.

use super::*;

#[tokio::test]
async fn an_update_is_read_as_a_record_and_shows_what_was_dropped() {
    #[derive(Patch)]
    #[vibecode(entity = "contacts")]
    struct Stale {
        post: Option<String>,
        #[vibecode(field = "ufCrmRemoved", kind = "string")]
        removed: Option<String>,
    }
    let sandbox = portal_with(json!({})).await;
    let patch = Stale::patch()
        .post("Director")
        .removed("x")
        .set_unchecked("nobodyKnowsThis", json!(1));
    let updated = client(sandbox.url()).update(7, &patch).await.unwrap();
    let customer: Customer = updated.record().unwrap();
    assert_eq!(customer.post.as_deref(), Some("Director"));
    let mismatches = updated.mismatches(&patch);
    let dropped = fields(&mismatches);
    assert_eq!(dropped.len(), 2, "{dropped:?}");
    assert!(dropped.contains(&"ufCrmRemoved") && dropped.contains(&"nobodyKnowsThis"));
}

#[tokio::test]
async fn what_a_sandbox_takes_shows_no_mismatch() {
    let sandbox = portal_with(json!({ "post": "Clerk", "companyId": 15 })).await;
    let patch = Customer::patch()
        .name("Zoë")
        .clear_post()
        .clear_company()
        .company_ids([3, 4].map(CompanyId::from))
        .opened(true)
        .subscribed(false)
        .birthdate(Date::new(1990, 5, 8).unwrap())
        .loyalty(Loyalty::Bronze)
        .drinks([Drink::Tea, Drink::Other(93)])
        .visits(-3)
        .discounts([0.1, 2.0])
        .budget(Money::new("3.10", "EUR").unwrap())
        .related([CrmRef::lead(4)])
        .add_phone(Phone::home("+75"))
        .add_newsletter("news@b.ru");
    let updated = update(&sandbox, &patch).await;
    assert_eq!(fields(&updated.mismatches(&patch)), [""; 0]);
}

#[tokio::test]
async fn an_echo_in_another_form_of_the_same_value_is_not_a_mismatch() {
    let echo = json!({
        "id": 7, "name": "Vera", "companyId": "15", "opened": "Y", "ufCrmSubscribed": 0,
        "birthdate": "1990-05-08T00:00:00+03:00", "ufCrmVisits": "12",
        "ufCrm_694BF2A975BD0": ["4.50", 5], "ufCrmLastCall": "2026-04-15T09:00:00Z",
        "ufCrm_1721244707107": "81", "ufCrmContract": { "id": 1, "url": "" }, "post": null,
        "ufCrmTags": false, "ufCrmBudget": "300.5|RUB",
    });
    let patch = Customer::patch()
        .company(15)
        .opened(true)
        .subscribed(false)
        .birthdate(Date::new(1990, 5, 8).unwrap())
        .visits(12)
        .discounts([4.5, 5.0])
        .last_call("2026-04-15T12:00:00+03:00".parse::<DateTime>().unwrap())
        .loyalty(Loyalty::Gold)
        .contract(File::upload("a.txt", "hi"))
        .clear_post()
        .clear_tags()
        .budget(Money::new("300.50", "RUB").unwrap());
    let updated = answering(&echo).await.update(7, &patch).await.unwrap();
    assert_eq!(fields(&updated.mismatches(&patch)), [""; 0]);

    let other = patch
        .company(16)
        .visits(13)
        .opened(false)
        .add_phone("+79160000000");
    let mismatches = updated.mismatches(&other);
    let mut differing = fields(&mismatches);
    differing.sort_unstable();
    assert_eq!(differing, ["companyId", "opened", "phone", "ufCrmVisits"]);
    assert!(!format!("{mismatches:?}").contains("7916"));
}

#[tokio::test]
async fn an_echo_of_another_large_number_is_a_mismatch() {
    let echo = json!({ "id": 7, "ufCrmVisits": 9_007_199_254_740_992_i64 });
    let patch = Customer::patch().visits(9_007_199_254_740_993);
    let updated = answering(&echo).await.update(7, &patch).await.unwrap();
    assert_eq!(fields(&updated.mismatches(&patch)), ["ufCrmVisits"]);
}

#[tokio::test]
async fn an_echo_of_another_value_is_a_mismatch_in_every_kind() {
    let echo = json!({
        "id": 7, "name": "vera", "companyIds": [15], "birthdate": "1990-05-09",
        "ufCrmLastCall": "2026-04-15T12:00:00Z", "ufCrmBudget": "300|EUR",
        "ufCrm_694BF2A975BD0": [1, 2], "ufCrmTags": ["b", "a"], "ufCrmSubscribed": "N",
        "ufCrmContract": null, "post": "Clerk", "phone": "+71",
    });
    let patch = Customer::patch()
        .name("Vera")
        .company_ids([15, 16].map(CompanyId::from))
        .birthdate(Date::new(1990, 5, 8).unwrap())
        .last_call("2026-04-15T12:00:00+03:00".parse::<DateTime>().unwrap())
        .budget(Money::new("300", "RUB").unwrap())
        .discounts([1.0])
        .tags(["a".to_owned(), "b".to_owned()])
        .subscribed(true)
        .contract(File::upload("a.txt", "hi"))
        .clear_post()
        .add_phone(Phone::home("+71"));
    let updated = answering(&echo).await.update(7, &patch).await.unwrap();
    let mismatches = updated.mismatches(&patch);
    let differing = fields(&mismatches);
    let same: Vec<_> = [
        "name",
        "companyIds",
        "birthdate",
        "ufCrmLastCall",
        "ufCrmBudget",
        "ufCrm_694BF2A975BD0",
        "ufCrmTags",
        "ufCrmSubscribed",
        "ufCrmContract",
        "post",
        "phone",
    ]
    .into_iter()
    .filter(|name| !differing.contains(name))
    .collect();
    assert_eq!(same, [""; 0]);
}

#[tokio::test]
async fn the_documented_answer_shows_no_changed_field_and_that_is_not_another_value() {
    let answer = include_str!("../../recorded/documented/update-answer.json");
    let answer: Value = serde_json::from_str(answer).unwrap();
    let mut record = answer["data"].clone();
    record["id"] = json!(7);
    let patch = Customer::patch()
        .post("Director")
        .add_phone("+79169876543")
        .name("A")
        .company(15)
        .assigned_by_id(UserId::from(2));
    let updated = answering(&record).await.update(7, &patch).await.unwrap();
    let mismatches = updated.mismatches(&patch);
    let kinds: Vec<_> = mismatches
        .iter()
        .map(|it| (it.field(), it.kind()))
        .collect();
    let expected = [
        ("post", MismatchKind::NotShown),
        ("phone", MismatchKind::NotShown),
        ("assignedById", MismatchKind::Different),
    ];
    assert_eq!(kinds, expected);
    assert!(updated.duplicates(&patch).is_empty());
}

#[tokio::test]
async fn nothing_is_nothing_whatever_form_it_has() {
    let patch = Customer::patch()
        .clear_company()
        .clear_post()
        .clear_tags()
        .subscribed(false)
        .visits(0);
    for nothing in [
        json!(null),
        json!(""),
        json!(0),
        json!("0"),
        json!(false),
        json!([]),
    ] {
        let record = json!({
            "id": 7, "companyId": nothing, "post": nothing, "ufCrmTags": nothing,
            "ufCrmSubscribed": nothing, "ufCrmVisits": nothing,
        });
        let updated = answering(&record).await.update(7, &patch).await.unwrap();
        assert_eq!(fields(&updated.mismatches(&patch)), [""; 0], "{nothing}");
    }
}

#[tokio::test]
async fn a_phone_that_the_api_added_twice_is_reported_with_its_entries() {
    let fm = json!([
        entry(1, "PHONE", "WORK", "+7 (916) 987-65-43"),
        entry(2, "PHONE", "WORK", "+7 (916) 987-65-43"),
        entry(3, "EMAIL", "WORK", "a@b.ru"),
    ]);
    let patch = Customer::patch()
        .add_phone("+79169876543")
        .add_email("A@b.ru");
    let answering = answering(&json!({ "id": 7, "fm": fm, "hasPhone": "Y" })).await;
    let updated = answering.update(7, &patch).await.unwrap();
    assert_eq!(fields(&updated.mismatches(&patch)), [""; 0]);
    let duplicates = updated.duplicates(&patch);
    assert_eq!(duplicates.len(), 1);
    assert_eq!(
        (duplicates[0].kind(), duplicates[0].value()),
        ("PHONE", "+79169876543")
    );
    assert_eq!(duplicates[0].ids(), [1, 2]);
}
