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
