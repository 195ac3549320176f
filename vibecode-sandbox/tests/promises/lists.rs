use serde_json::{Value, json};
use vibecode_sandbox::Sandbox;

use crate::wire::{Answer, get, post};

fn ids(answer: &Answer) -> Vec<u64> {
    let records = answer.data().as_array().unwrap().iter();
    records
        .map(|record| record["id"].as_u64().unwrap())
        .collect()
}

#[tokio::test]
async fn a_list_begins_with_50_records_and_tells_how_many_there_are() {
    let sandbox = Sandbox::builder().contacts(120).start().await;
    let first = get(&sandbox, "contacts").await;
    assert_eq!(ids(&first), (1..=50).collect::<Vec<_>>());
    assert_eq!(first.body["meta"], json!({"total": 120, "hasMore": true}));
    let last = get(&sandbox, "contacts?offset=70&limit=50").await;
    assert_eq!(ids(&last), (71..=120).collect::<Vec<_>>());
    assert_eq!(last.body["meta"], json!({"total": 120, "hasMore": false}));
    let beyond = get(&sandbox, "contacts?offset=120").await;
    assert!(ids(&beyond).is_empty());
}

#[tokio::test]
async fn a_listed_record_is_the_record() {
    let sandbox = Sandbox::start().await;
    let answer = get(&sandbox, "contacts").await;
    for (record, id) in answer.data().as_array().unwrap().iter().zip([71, 72, 73]) {
        assert_eq!(Some(record), sandbox.contact(id).as_ref());
    }
}

#[tokio::test]
async fn a_url_filters_orders_and_selects() {
    let sandbox = Sandbox::start().await;
    for (query, expected) in [
        ("filter[name]=Anna", vec![72]),
        ("filter%5BcompanyId%5D=15&order[id]=desc", vec![72, 71]),
        ("filter[%3E%3Did]=72", vec![72, 73]),
        ("filter[id][$lt]=72", vec![71]),
        ("filter[opened]=true", vec![72]),
        ("order[lastName]=desc", vec![71, 72, 73]),
        ("order[companyId]=asc&order[name]=desc", vec![73, 71, 72]),
        ("limit=1&offset=1", vec![72]),
        ("filter[ufCrm_1721244707107]=79", vec![72]),
    ] {
        let answer = get(&sandbox, &format!("contacts?{query}")).await;
        assert_eq!(ids(&answer), expected, "{query}");
    }
    let answer = get(&sandbox, "contacts?select=id,name&limit=1").await;
    assert_eq!(answer.data(), &json!([{"id": 71, "name": "Ivan"}]));
}

#[tokio::test]
async fn a_search_knows_every_operator() {
    let sandbox = Sandbox::start().await;
    for (filter, expected) in [
        (json!({}), vec![71, 72, 73]),
        (json!({"name": "Anna"}), vec![72]),
        (json!({"id": {"$gt": 71, "$lt": 73}}), vec![72]),
        (json!({"id": {"$gte": 72}}), vec![72, 73]),
        (json!({"id": {"$lte": "72"}}), vec![71, 72]),
        (json!({"name": {"$ne": "Anna"}}), vec![71, 73]),
        (json!({"lastName": {"$contains": "PETR"}}), vec![71]),
        (json!({"id": {"$in": [71, 73, 99]}}), vec![71, 73]),
        (json!({"id": {"$nin": [71, 73]}}), vec![72]),
        (json!({"id": [71, 72]}), vec![71, 72]),
        (json!({">=id": 72}), vec![72, 73]),
        (json!({">id": 71, "<id": 73}), vec![72]),
        (json!({"!id": 72}), vec![71, 73]),
        (json!({"!=id": 72}), vec![71, 73]),
        (json!({"@id": [72]}), vec![72]),
        (json!({"!@id": [72]}), vec![71, 73]),
        (json!({"%lastName": "etro"}), vec![71]),
        (json!({"=name": "Anna"}), vec![72]),
        (json!({"post": ""}), vec![71, 73]),
        (json!({"phone": "+74950000072"}), vec![72]),
        (json!({"phoneWork": "+74950000071"}), vec![71]),
        (json!({"hasEmail": false}), vec![73]),
        (
            json!({"createdTime": {"$lt": "2021-01-01T00:00:00Z"}}),
            vec![71],
        ),
        (json!({"post": {"$lt": "B"}}), vec![72]),
    ] {
        let answer = post(&sandbox, "contacts/search", &json!({"filter": filter})).await;
        assert_eq!(ids(&answer), expected, "{filter}");
    }
    let body = json!({"order": {"id": "desc"}, "limit": 1, "offset": 1, "select": ["id"]});
    let answer = post(&sandbox, "contacts/search", &body).await;
    assert_eq!(answer.data(), &json!([{"id": 72}]));
}

#[tokio::test]
async fn what_a_search_does_not_know_is_400() {
    let sandbox = Sandbox::start().await;
    for (body, code) in [
        (
            json!({"filter": {"id": {"$regex": "7"}}}),
            "INVALID_FILTER_OPERATOR",
        ),
        (
            json!({"filter": {"id": {"gte": 7}}}),
            "INVALID_FILTER_OPERATOR",
        ),
        (json!({"filter": {"id": {"$in": 7}}}), "INVALID_PARAMS"),
        (json!({"filter": {"nmae": "Anna"}}), "INVALID_PARAMS"),
        (json!({"filter": []}), "INVALID_PARAMS"),
        (json!({"order": {"nmae": "asc"}}), "INVALID_PARAMS"),
        (json!({"order": {"name": "up"}}), "INVALID_PARAMS"),
        (json!({"select": 5}), "INVALID_PARAMS"),
        (json!({"limit": 5001}), "INVALID_PARAMS"),
        (json!({"limit": 0}), "INVALID_PARAMS"),
        (json!({"offset": "x"}), "INVALID_PARAMS"),
        (Value::Null, "INVALID_REQUEST"),
    ] {
        let answer = post(&sandbox, "contacts/search", &body).await;
        assert_eq!(answer.error(), (400, code), "{body}");
    }
}

#[tokio::test]
async fn a_list_may_be_untruthful_about_what_follows() {
    let sandbox = Sandbox::builder()
        .contacts(100)
        .untruthful_paging()
        .start()
        .await;
    for (query, has_more) in [("", true), ("?offset=50", true), ("?offset=60", false)] {
        let answer = get(&sandbox, &format!("contacts{query}")).await;
        assert_eq!(
            answer.body["meta"],
            json!({"total": 0, "hasMore": has_more})
        );
    }
}
