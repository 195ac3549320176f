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
async fn a_list_begins_with_50_records_and_reports_how_many_there_are() {
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

#[tokio::test]
async fn a_list_is_asked_in_every_form_that_programs_use() {
    let sandbox = Sandbox::start().await;
    for (query, expected) in [
        ("name=Anna", vec![72]),
        ("companyId=15&id[$gt]=71", vec![72]),
        (
            "filter=%7B%22id%22%3A%7B%22%24in%22%3A%5B71%2C73%5D%7D%7D",
            vec![71, 73],
        ),
        ("filter=%7B%22%3E%3Did%22%3A72%7D&name=Anna", vec![72]),
        ("filter[id][]=71&filter[id][]=73", vec![71, 73]),
        ("filter[id][$in][]=72&filter[id][$in][]=73", vec![72, 73]),
    ] {
        let answer = get(&sandbox, &format!("contacts?{query}")).await;
        assert_eq!(ids(&answer), expected, "{query}");
    }
    for query in [
        "select[]=id&select[]=name",
        "select%5B%5D=name",
        "select=name",
    ] {
        let answer = get(&sandbox, &format!("contacts?{query}&limit=1")).await;
        assert_eq!(
            answer.data(),
            &json!([{"id": 71, "name": "Ivan"}]),
            "{query}"
        );
    }
    let answer = get(&sandbox, "contacts?select=ID,NAME&limit=1").await;
    assert_eq!(answer.data(), &json!([{"id": 71}]));
}

#[tokio::test]
async fn an_unknown_filter_is_400_however_it_is_written() {
    let sandbox = Sandbox::start().await;
    for query in [
        "nmae=Anna",
        "page=2",
        "filter[nmae]=Anna",
        "filter=%7B%22nmae%22%3A1%7D",
        "filter=name",
        "filter=%5B%5D",
        "filter=%7B%7D&filter[name]=Anna",
    ] {
        let answer = get(&sandbox, &format!("contacts?{query}")).await;
        assert_eq!(answer.error(), (400, "INVALID_PARAMS"), "{query}");
    }
}

#[tokio::test]
async fn sort_has_no_effect_and_the_log_says_so() {
    let sandbox = Sandbox::start().await;
    let by_url = get(&sandbox, "contacts?sort=-id&sort2=").await;
    assert_eq!(by_url.error(), (400, "INVALID_PARAMS"));
    sandbox.clear_requests();
    let by_url = get(&sandbox, "contacts?sort[id]=desc").await;
    let body = json!({"sort": {"id": "desc"}, "fields": ["id"], "limit": 3});
    let by_body = post(&sandbox, "contacts/search", &body).await;
    let calls = json!({"calls": [
        {"id": "a", "entity": "contacts", "action": "list", "params": {"sort": "-id"}},
    ]});
    post(&sandbox, "batch", &calls).await.data();
    for answer in [by_url, by_body] {
        assert_eq!(ids(&answer), [71, 72, 73]);
    }
    let requests = sandbox.requests();
    assert_eq!(requests[0].dropped(), ["sort"]);
    assert_eq!(requests[1].dropped(), ["fields", "sort"]);
    assert_eq!(requests[2].dropped(), ["a.sort"]);
    assert!(requests.iter().all(|request| !request.was_applied()));
}

#[tokio::test]
async fn records_are_counted_in_groups() {
    let sandbox = Sandbox::start().await;
    let body = json!({"op": "count", "groupBy": "companyId", "filter": {"id": {"$lte": 72}}});
    let answer = post(&sandbox, "contacts/aggregate", &body).await;
    assert_eq!(answer.data()["count"], 2);
    let group = json!({"companyId": 15, "count": 2, "aggregates": {}});
    assert_eq!(answer.data()["groups"], json!([group]));
    let answer = post(&sandbox, "contacts/aggregate", &json!({"limit": 2})).await;
    assert_eq!(answer.data()["count"], 2);
    assert_eq!(answer.data()["meta"]["totalRecords"], 3);
    assert_eq!(answer.data()["meta"]["truncated"], true);
    for (body, code) in [
        (
            json!({"op": "sum", "field": "id"}),
            "INVALID_AGGREGATION_OP",
        ),
        (json!({"groupBy": {"a": 1}}), "INVALID_PARAMS"),
        (json!({"groupBy": ["nmae"]}), "INVALID_PARAMS"),
        (json!({"filter": {"nmae": 1}}), "INVALID_PARAMS"),
    ] {
        let answer = post(&sandbox, "contacts/aggregate", &body).await;
        assert_eq!(answer.error(), (400, code), "{body}");
    }
}

#[tokio::test]
async fn a_filter_by_time_ignores_the_offset_of_its_value() {
    let sandbox = Sandbox::start().await;
    // Contact 71 was made at 2020-05-08T10:48:20+03:00.
    for (filter, expected) in [
        (json!({"createdTime": "2020-05-08T10:48:20Z"}), vec![71]),
        (
            json!({"createdTime": "2020-05-08T10:48:20.000-05:00"}),
            vec![71],
        ),
        (json!({"createdTime": "2020-05-08T07:48:20Z"}), vec![]),
        (json!({"<createdTime": "2020-05-08T10:48:20Z"}), vec![]),
        (
            json!({"<createdTime": "2020-05-08T10:48:21-12:00"}),
            vec![71],
        ),
    ] {
        let answer = post(&sandbox, "contacts/search", &json!({"filter": filter})).await;
        assert_eq!(ids(&answer), expected, "{filter}");
    }
}
