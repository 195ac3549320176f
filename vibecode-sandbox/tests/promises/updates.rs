use std::time::Duration;

use serde_json::{Value, json};
use vibecode_sandbox::{Entity, Sandbox};

use crate::wire::{call, get, patch};

#[tokio::test]
async fn only_the_sent_keys_change_and_the_whole_record_is_answered() {
    let sandbox = Sandbox::start().await;
    let before = sandbox.contact(71).unwrap();
    let answer = patch(&sandbox, &json!({"post": "Director", "companyId": 16})).await;
    let mut expected = before;
    expected["post"] = "Director".into();
    expected["companyId"] = 16.into();
    expected["updatedTime"] = answer.data()["updatedTime"].clone();
    assert_eq!(answer.data(), &expected);
    assert_eq!(get(&sandbox, "contacts/71").await.data(), &expected);
}

#[tokio::test]
async fn an_unknown_key_is_dropped_and_answers_200() {
    let sandbox = Sandbox::start().await;
    let before = sandbox.contact(71);
    let body = json!({"pots": "Director", "COMPANY_ID": 16, "fields": {"post": "x"}, "fm": []});
    let answer = patch(&sandbox, &body).await;
    assert_eq!(Some(answer.data()), before.as_ref());
    let requests = sandbox.requests();
    assert_eq!(
        requests[0].dropped(),
        ["COMPANY_ID", "fields", "fm", "pots"]
    );
}

#[tokio::test]
async fn a_read_only_key_is_ignored() {
    let sandbox = Sandbox::start().await;
    let before = sandbox.contact(71);
    let body = json!({"id": 72, "createdTime": "x", "phoneWork": "+7", "hasPhone": 5});
    assert_eq!(patch(&sandbox, &body).await.status, 200);
    assert_eq!(sandbox.contact(71), before);
    assert_eq!(sandbox.requests()[0].dropped().len(), 4);
}

#[tokio::test]
async fn an_empty_body_and_null_for_a_phone_change_nothing() {
    let sandbox = Sandbox::start().await;
    let before = sandbox.contact(71);
    for body in [json!({}), json!({"phone": null})] {
        assert_eq!(patch(&sandbox, &body).await.status, 200);
        assert_eq!(sandbox.contact(71), before);
    }
    assert_eq!(sandbox.requests()[1].dropped(), ["phone"]);
}

#[tokio::test]
async fn the_text_0_that_a_portal_holds_is_cleared() {
    for clearing in [json!(""), json!(null), json!("0")] {
        let seed = json!({"contacts": [{"id": 71, "post": "0"}]});
        let sandbox = Sandbox::builder().seed_unchecked(seed).start().await;
        let answer = patch(&sandbox, &json!({"post": clearing})).await;
        assert_eq!(answer.data()["post"], Value::Null, "{clearing}");
        assert_eq!(sandbox.contact(71).unwrap()["post"], Value::Null);
    }
}

#[tokio::test]
async fn every_form_of_nothing_clears_a_field_of_any_kind() {
    let sandbox = Sandbox::start().await;
    let filled = json!({
        "name": "Ivan", "birthdate": "1990-02-28", "companyId": 15, "opened": true,
        "sourceId": "CALL", "companyIds": [15], "photo": ["face.png", "iVBORw=="],
        "ufCrm_1721244707107": 81, "ufCrmNote": "x", "ufCrmTags": ["x"], "ufCrmVisits": 3,
        "ufCrmSubscribed": true, "ufCrmRenewal": "2026-12-31", "ufCrmBudget": "300|RUB",
        "ufCrmCurator": 1, "ufCrmRelated": ["C_2"], "ufCrmScans": [["b.png", "iVBORw=="]],
        "ufCrmChannel": "CALL", "ufCrm2_1639669411830": 12,
    });
    let nothing = [
        json!(null),
        json!(""),
        json!(0),
        json!("0"),
        json!(false),
        json!([]),
    ];
    for value in &nothing {
        patch(&sandbox, &filled).await.data();
        let keys = filled.as_object().unwrap().keys();
        let cleared: Value = keys.map(|key| (key.clone(), value.clone())).collect();
        let answer = patch(&sandbox, &cleared).await;
        for key in filled.as_object().unwrap().keys() {
            let read = &answer.data()[key];
            let is_nothing = nothing.contains(read);
            assert!(is_nothing, "{key} is {read} after {value}");
        }
        assert!(sandbox.requests().last().unwrap().dropped().is_empty());
    }
}

#[tokio::test]
async fn only_true_and_y_are_true() {
    let sandbox = Sandbox::start().await;
    for (written, read) in [
        (json!(true), true),
        (json!("true"), true),
        (json!("y"), true),
        (json!("Y"), true),
        (json!(1), false),
        (json!("1"), false),
        (json!("yes"), false),
        (json!("N"), false),
        (json!(false), false),
    ] {
        for key in ["opened", "ufCrmSubscribed"] {
            let answer = patch(&sandbox, &json!({key: written})).await;
            assert_eq!(answer.data()[key], read, "{key}: {written}");
        }
    }
}

#[tokio::test]
async fn a_date_that_cannot_be_parsed_is_silently_not_set() {
    let sandbox = Sandbox::start().await;
    let good = json!({"birthdate": "1990-02-28", "ufCrmLastCall": "2026-04-15T12:00:00+03:00"});
    patch(&sandbox, &good).await.data();
    for (key, value) in [
        ("birthdate", json!("28.02.1990")),
        ("birthdate", json!("1990-02-30")),
        ("birthdate", json!(19_900_228)),
        ("ufCrmRenewal", json!("2026-12-31T00:00:00+03:00")),
        ("ufCrmLastCall", json!("2026-04-15T12:00:00")),
    ] {
        let answer = patch(&sandbox, &json!({"name": "Pyotr", key: value})).await;
        assert_eq!(answer.data()["name"], "Pyotr");
        let before = good.get(key).cloned().unwrap_or_default();
        assert_eq!(answer.data()[key], before, "{key}: {value}");
        assert_eq!(sandbox.requests().last().unwrap().dropped(), [key]);
    }
    let answer = patch(&sandbox, &json!({"birthdate": {"year": 1990}})).await;
    assert_eq!(answer.error(), (400, "INVALID_REQUEST"));
}

#[tokio::test]
async fn a_value_that_does_not_fit_is_400_and_is_not_repeated() {
    let sandbox = Sandbox::start().await;
    let before = sandbox.contact(71);
    for (key, value) in [
        ("post", json!(77_777)),
        ("post", json!(["77777"])),
        ("companyId", json!("number 77777")),
        ("companyId", json!(-77_777)),
        ("companyId", json!(777.77)),
        ("companyIds", json!(77_777)),
        ("companyIds", json!(["77777", {}])),
        ("opened", json!(["77777"])),
        ("birthdate", json!(["77777-01-01"])),
        ("photo", json!("77777")),
    ] {
        let answer = patch(&sandbox, &json!({"name": "Pyotr", key: value})).await;
        assert_eq!(answer.error(), (400, "INVALID_REQUEST"), "{key}: {value}");
        let body = answer.body.to_string();
        assert!(body.contains(key) && !body.contains("77777"), "{body}");
    }
    assert_eq!(sandbox.contact(71), before);
}

#[tokio::test]
async fn a_number_in_text_is_a_number() {
    let sandbox = Sandbox::start().await;
    let answer = patch(
        &sandbox,
        &json!({"companyId": "16", "companyIds": ["16", 17]}),
    )
    .await;
    assert_eq!(answer.data()["companyId"], 16);
    assert_eq!(answer.data()["companyIds"], json!([16, 17]));
}

#[tokio::test]
async fn what_is_not_a_json_object_is_400() {
    let sandbox = Sandbox::start().await;
    for body in ["", "post=Director", "[]", "\"post\"", "{\"post\":"] {
        let answer = call(&sandbox, "PATCH /v1/contacts/71", body).await;
        assert_eq!(answer.error(), (400, "INVALID_REQUEST"), "{body}");
    }
}

#[tokio::test]
async fn each_kind_of_field_is_cleared_in_its_own_way() {
    let sandbox = Sandbox::start().await;
    let filled = json!({
        "name": "Ivan", "birthdate": "1990-02-28", "companyId": 15, "observers": [1, 2],
        "photo": ["face.png", "iVBORw=="],
    });
    assert_eq!(
        patch(&sandbox, &filled).await.data()["observers"],
        json!([1, 2])
    );
    let cleared = json!({
        "name": "", "birthdate": "", "companyId": 0, "observers": [], "photo": "",
    });
    let answer = patch(&sandbox, &cleared).await;
    let contact = answer.data();
    assert!(contact["name"].is_null());
    assert!(contact["birthdate"].is_null());
    assert!(contact["photo"].is_null());
    assert_eq!(contact["companyId"], 0);
    assert_eq!(contact["observers"], json!([]));
}

#[tokio::test]
async fn updated_time_moves_only_when_something_changes() {
    let sandbox = Sandbox::start().await;
    let before = sandbox.contact(71).unwrap();
    for same in [
        json!({"name": "Ivan"}),
        json!({"companyId": "15"}),
        json!({"post": "", "leadId": 0, "observers": [], "opened": false}),
        json!({"phone": []}),
        json!({"unknown": 1}),
    ] {
        assert_eq!(patch(&sandbox, &same).await.data(), &before, "{same}");
    }
    let changed = patch(&sandbox, &json!({"name": "Pyotr"})).await;
    assert_ne!(changed.data()["updatedTime"], before["updatedTime"]);
    assert_eq!(changed.data()["createdTime"], before["createdTime"]);
    let again = patch(&sandbox, &json!({"name": "Pyotr"})).await;
    assert_eq!(again.data(), changed.data());
}

#[tokio::test(start_paused = true)]
async fn updated_time_follows_the_clock_of_the_test() {
    let sandbox = Sandbox::start().await;
    let mut times = Vec::new();
    for name in ["Pyotr", "Pavel", "Sergei"] {
        let answer = patch(&sandbox, &json!({"name": name})).await;
        times.push(answer.data()["updatedTime"].clone());
        if name == "Pavel" {
            tokio::time::advance(Duration::from_secs(3600)).await;
        }
    }
    let expected: [Value; 3] = [
        "2026-04-15T12:00:01+03:00".into(),
        "2026-04-15T12:00:02+03:00".into(),
        "2026-04-15T13:00:00+03:00".into(),
    ];
    assert_eq!(times, expected);
}

#[tokio::test]
async fn a_read_only_key_of_a_task_is_refused_and_nothing_changes() {
    let sandbox = Sandbox::start().await;
    let before = sandbox.record(Entity::Tasks, 91);
    let body = r#"{"title":"Another","createdBy":2}"#;
    let answer = call(&sandbox, "PATCH /v1/tasks/91", body).await;
    assert_eq!(answer.error(), (400, "READONLY_FIELD"));
    assert_eq!(sandbox.record(Entity::Tasks, 91), before);
}

#[tokio::test]
async fn a_plain_string_for_the_records_of_a_task_is_dropped_silently() {
    let sandbox = Sandbox::start().await;
    let before = sandbox.record(Entity::Tasks, 91);
    let answer = call(&sandbox, "PATCH /v1/tasks/91", r#"{"ufCrmTask":"C_71"}"#).await;
    assert_eq!(answer.status, 200);
    assert_eq!(sandbox.requests()[0].dropped(), ["ufCrmTask"]);
    let after = sandbox.record(Entity::Tasks, 91).unwrap();
    assert_eq!(after["ufCrmTask"], before.unwrap()["ufCrmTask"]);
}

#[tokio::test]
async fn the_fields_of_tasks_are_listed_a_second_time_in_upper_case() {
    let twice = [
        ("responsibleId", "RESPONSIBLE_ID"),
        ("ufCrmTask", "UF_CRM_TASK"),
        ("ufCrmNote", "UF_CRM_NOTE"),
    ];
    for native in [false, true] {
        let builder = Sandbox::builder();
        let builder = builder.user_field(Entity::Tasks, "ufCrmNote", json!({"type": "string"}));
        let builder = if native {
            builder.native_fields()
        } else {
            builder
        };
        let sandbox = builder.start().await;
        let answer = get(&sandbox, "tasks/fields").await;
        let data = answer.data();
        let fields = if native { data } else { &data["fields"] };
        for (name, upper) in twice {
            assert!(fields[name].is_object(), "{name}");
            assert_eq!(fields[upper], fields[name], "{name}");
        }
    }
}

#[tokio::test]
async fn every_entity_is_updated_under_its_own_names() {
    let sandbox = Sandbox::start().await;
    for (entity, id, body) in [
        (
            Entity::Companies,
            15,
            json!({"revenue": 1e6, "contactIds": [73]}),
        ),
        (
            Entity::Leads,
            31,
            json!({"opportunity": 10, "isManualOpportunity": true}),
        ),
        (
            Entity::Deals,
            5,
            json!({"amount": 2000, "closedAt": "2026-05-01T00:00:00+03:00"}),
        ),
        (
            Entity::Quotes,
            8,
            json!({"title": "Estimate", "companyId": 16, "ufCrmTerms": "30 days"}),
        ),
        (
            Entity::Invoices,
            21,
            json!({"opportunity": 10, "stageId": "DT31_6:P", "parentId2": 6}),
        ),
        (
            Entity::Requisites,
            61,
            json!({"rqInn": "7700000001", "active": false, "sort": 100}),
        ),
        (
            Entity::Tasks,
            91,
            json!({"priority": 2, "tags": ["a"], "ufCrmTask": ["C_71"], "auditors": [1, 2]}),
        ),
        (Entity::Addresses, 51, json!({"city": "Tver"})),
        (Entity::Activities, 11, json!({"completed": true})),
    ] {
        let request = format!("PATCH /v1/{}/{id}", entity.path());
        let answer = call(&sandbox, &request, &body.to_string()).await;
        for (key, value) in body.as_object().unwrap() {
            assert_eq!(&answer.data()[key], value);
        }
        assert_eq!(sandbox.record(entity, id).as_ref(), Some(answer.data()));
    }
    let deal = sandbox.record(Entity::Deals, 5).unwrap();
    assert_ne!(deal["updatedAt"], "2026-01-10T10:00:00+03:00");
    let answer = call(
        &sandbox,
        "PATCH /v1/deals/5",
        r#"{"phone":"+7","opportunity":1}"#,
    )
    .await;
    assert_eq!(answer.data(), &deal);
}
