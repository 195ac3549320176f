use serde_json::{Value, json};
use vibecode_sandbox::{Entity, Sandbox};

#[tokio::test]
async fn a_seed_takes_the_place_of_the_default_records() {
    let seed = json!({"contacts": [{"id": 7, "name": "Vera"}], "deals": [{"title": "One"}]});
    let sandbox = Sandbox::builder().seed(seed).start().await;
    assert_eq!(sandbox.contact(7).unwrap()["name"], "Vera");
    assert_eq!(sandbox.contact(71), None);
    assert_eq!(sandbox.record(Entity::Deals, 1).unwrap()["title"], "One");
}

#[tokio::test]
async fn a_further_seed_adds_to_the_one_before() {
    let sandbox = Sandbox::builder()
        .seed(json!({"contacts": [{"id": 7, "name": "Vera"}]}))
        .seed(json!({"contacts": [{"name": "Nina"}]}))
        .start()
        .await;
    assert_eq!(sandbox.contact(8).unwrap()["name"], "Nina");
}

#[tokio::test]
async fn phones_are_seeded_in_a_written_form_or_as_fm() {
    let fm = json!([
        {"id": 40, "typeId": "PHONE", "valueType": "PAGER", "value": "+3"},
        {"typeId": "PHONE", "valueType": "HOME", "value": "+4"},
    ]);
    let sandbox = Sandbox::builder()
        .seed(json!({"contacts": [
            {"id": 1, "phone": "+1", "email": [{"value": "a@b.c", "typeId": "MAILING"}]},
            {"id": 2, "phone": "ignored beside fm", "fm": fm},
        ]}))
        .start()
        .await;
    let first = sandbox.contact(1).unwrap();
    assert_eq!(
        (&first["phoneWork"], &first["emailMailing"]),
        (&"+1".into(), &"a@b.c".into())
    );
    let second = sandbox.contact(2).unwrap();
    assert_eq!(
        (&second["phone"], &second["phonePager"]),
        (&"+3".into(), &"+3".into())
    );
    let ids = |contact: &Value| -> Vec<u64> {
        let entries = contact["fm"].as_array().unwrap().iter();
        entries.map(|entry| entry["id"].as_u64().unwrap()).collect()
    };
    assert_eq!(ids(&first), [41, 42]);
    assert_eq!(ids(&second), [40, 43]);
}

#[tokio::test]
async fn what_is_read_can_be_seeded() {
    let original = Sandbox::start().await;
    let contacts = [71, 72, 73].map(|id| original.contact(id).unwrap());
    let copy = Sandbox::builder()
        .seed(json!({"contacts": contacts}))
        .start()
        .await;
    for contact in contacts {
        let id = contact["id"].as_u64().unwrap();
        assert_eq!(copy.contact(id).unwrap(), contact);
    }
}

#[tokio::test]
async fn odd_values_of_a_portal_are_stored_unchanged() {
    let odd = json!({"id": 1, "companyId": "15", "opened": "Y", "birthdate": "1990-01-01T00:00:00",
        "parentId156": 4});
    let sandbox = Sandbox::builder()
        .seed(json!({"contacts": [odd]}))
        .start()
        .await;
    let contact = sandbox.contact(1).unwrap();
    for (key, value) in odd.as_object().unwrap() {
        assert_eq!(&contact[key], value);
    }
}

#[tokio::test]
async fn a_wrong_seed_stops_the_start_and_says_where() {
    for (seed, message) in [
        (json!([]), "a seed must be an object"),
        (json!({"contact": []}), "did you mean `contacts`"),
        (
            json!({"timelines": []}),
            "a seed can have contacts, companies",
        ),
        (
            json!({"contacts": {}}),
            "the seed of `contacts` must be an array",
        ),
        (
            json!({"contacts": [5]}),
            "each record of contacts must be an object",
        ),
        (
            json!({"contacts": [{"id": "7"}]}),
            "each `id` of contacts must be a positive integer",
        ),
        (
            json!({"contacts": [{"id": 7}, {"id": 7}]}),
            "the record 7 of contacts is seeded twice",
        ),
        (
            json!({"contacts": [{"id": 7, "phone": [5]}]}),
            "the record 7 of contacts is malformed: `phone` must be a string",
        ),
        (
            json!({"contacts": [{"id": 7, "phoneWork": "+1"}]}),
            "the record 7 of contacts is malformed: `phoneWork` only repeats `fm`",
        ),
        (
            json!({"contacts": [{"id": 7, "fm": [{}]}]}),
            "the record 7 of contacts is malformed: `fm` must be an array",
        ),
    ] {
        let error = Sandbox::builder().seed(seed).try_start().await.unwrap_err();
        assert!(error.to_string().contains(message), "{error}");
    }
}

async fn refused(seed: Value) -> String {
    let error = Sandbox::builder().seed(seed).try_start().await.unwrap_err();
    error.to_string()
}

#[tokio::test]
async fn a_typo_in_a_seed_stops_the_start_and_says_what_was_meant() {
    for (seed, message) in [
        (
            json!({"contacts": [{"id": 7, "psot": "Director"}]}),
            "the record 7 of contacts is malformed: there is no field `psot`: did you mean `post`?",
        ),
        // A record without an id is named by its position.
        (
            json!({"contacts": [{"name": "Vera"}, {"first_name": "Nina"}]}),
            "row 2 of contacts is malformed: there is no field `first_name`: did you mean `name`?",
        ),
        (
            json!({"contacts": [{"id": 7, "ufCrm_172124470710": 79}]}),
            "there is no field `ufCrm_172124470710`: did you mean `ufCrm_1721244707107`?",
        ),
        (
            json!({"items/1040": [{"id": 7, "titel": "x"}]}),
            "the record 7 of items/1040 is malformed: there is no field `titel`: did you mean `title`?",
        ),
        (
            json!({"tasks": [{"id": 7, "shoeSize": 43}]}),
            "there is no field `shoeSize`: if the portal has it, describe it in the schema",
        ),
        (
            json!({"statuses": [{"id": 1, "entityID": "SOURCE", "statusId": "WEB", "name": "Website"}]}),
            "row 1 of statuses is malformed: there is no field `entityID`: did you mean `entityId`?",
        ),
        (
            json!({"statuses": [{"id": 1, "entityId": "SOURCE", "name": "Website"}]}),
            "row 1 of statuses is malformed: `statusId` is missing",
        ),
        (
            json!({"currencies": [{"id": "RUB"}, {"id": "USD", "fulName": "US dollar"}]}),
            "row 2 of currencies is malformed: there is no field `fulName`: did you mean `fullName`?",
        ),
    ] {
        let error = refused(seed).await;
        assert!(error.contains(message), "{error}");
    }
}

#[tokio::test]
async fn a_value_that_no_portal_answers_stops_the_start_and_says_what_it_must_be() {
    for (field, value, expected) in [
        ("name", json!(["Vera"]), "text"),
        ("post", json!({"value": "Director"}), "text"),
        ("companyId", json!("Romashka"), "the id of a record"),
        ("companyId", json!(-1), "the id of a record"),
        ("opened", json!("maybe"), "true or false"),
        (
            "birthdate",
            json!("8 May"),
            "a date, such as \"2026-04-15\"",
        ),
        ("birthdate", json!(1990), "a date"),
        ("ufCrmLastCall", json!("today"), "a time, such as"),
        ("ufCrmVisits", json!(1.5), "a whole number"),
        (
            "ufCrmTags",
            json!("one"),
            "a list, and each of its values text",
        ),
        (
            "ufCrm_694BF2A975BD0",
            json!([1, "x"]),
            "a list, and each of its values a number",
        ),
        (
            "ufCrmBudget",
            json!("much|RUB"),
            "an amount with a currency",
        ),
        (
            "ufCrmContract",
            json!("a.pdf"),
            "an object with the `id` of the file",
        ),
        ("ufCrm_1721244707107", json!("Gold"), "the id of an option"),
    ] {
        let error = refused(json!({"contacts": [{"id": 7, field: value}]})).await;
        let message =
            format!("the record 7 of contacts is malformed: `{field}` must be {expected}");
        assert!(error.starts_with(&message), "{error}");
    }
}

#[tokio::test]
async fn every_form_in_which_a_portal_answers_a_value_can_be_seeded() {
    for (field, values) in [
        ("post", json!(["Director", 12.5, "", null, false])),
        ("companyId", json!([15, "15", 0, "0", null, []])),
        ("opened", json!([true, "Y", "N", 1, 0, "1", "0"])),
        (
            "birthdate",
            json!([
                "1990-05-08",
                "1990-05-08T00:00:00",
                "1990-05-08T00:00:00+03:00",
                "1990-05-08 00:00:00"
            ]),
        ),
        ("ufCrmBudget", json!(["300|RUB", "|RUB", 300])),
        ("ufCrmTags", json!([["a", "b"], [7], [], null, false])),
        ("ufCrmContract", json!([{"id": 12, "url": "x"}, 12, ""])),
        ("ufCrmRelated", json!([["C_2", "T80_6"], [5]])),
        ("ufCrm_1721244707107", json!([79, "79", 0])),
        ("parentId156", json!([4])),
    ] {
        for value in values.as_array().unwrap() {
            let seed = json!({"contacts": [{"id": 7, field: value}]});
            let sandbox = Sandbox::builder().seed(seed).try_start().await;
            let sandbox = sandbox.unwrap_or_else(|error| panic!("{field} {value}: {error}"));
            assert_eq!(&sandbox.contact(7).unwrap()[field], value);
        }
    }
}

#[tokio::test]
async fn a_described_field_and_an_unchecked_seed_can_have_any_name() {
    let contact = json!({"id": 7, "ufCrmFloor": 3});
    let sandbox = Sandbox::builder()
        .seed(json!({"contacts": [contact]}))
        .user_field(Entity::Contacts, "ufCrmFloor", json!({"type": "integer"}))
        .start()
        .await;
    assert_eq!(sandbox.contact(7).unwrap()["ufCrmFloor"], 3);
    let odd = json!({"contacts": [{"id": 7, "psot": "x", "birthdate": {"odd": true}}]});
    let sandbox = Sandbox::builder().seed_unchecked(odd).start().await;
    assert_eq!(sandbox.contact(7).unwrap()["psot"], "x");
    assert_eq!(sandbox.contact(7).unwrap()["birthdate"]["odd"], true);
}
