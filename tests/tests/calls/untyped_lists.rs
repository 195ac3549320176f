//! Lists of records that are known by the name of their entity only.

use serde_json::json;
use vibecode_runtime::{ErrorKind, MultifieldEntry, Order, UntypedRows};
use vibecode_sandbox::Sandbox;

use crate::client;

async fn all(mut rows: UntypedRows) -> Vec<String> {
    let mut all = Vec::new();
    while let Some(row) = rows.next().await {
        all.push(row.unwrap().as_str().to_owned());
    }
    all
}

#[tokio::test(start_paused = true)]
async fn every_record_is_listed_once_with_the_selected_fields_only() {
    for count in [0, 50, 500, 501, 1_050] {
        let sandbox = Sandbox::builder().contacts(count).start().await;
        let query = client(&sandbox).list_untyped("contacts").select(["id"]);
        let rows = all(query.clone().stream()).await;
        assert!(
            rows.into_iter()
                .eq((1..=count).map(|id| format!(r#"{{"id":{id}}}"#)))
        );
        assert_eq!(query.count().await.unwrap(), count);
    }
}

#[tokio::test(start_paused = true)]
async fn with_phones_everything_is_requested_that_shows_them() {
    let sandbox = Sandbox::start().await;
    let query = client(&sandbox).list_untyped("contacts").select(["phone"]);
    let mut rows = query.filter("id", 72).stream();
    let multifields = rows.next().await.unwrap().unwrap().multifields().unwrap();
    let types: Vec<_> = multifields
        .entries()
        .iter()
        .map(MultifieldEntry::value_type)
        .collect();
    assert!(types.contains(&"FAX"), "{types:?}");
}

#[tokio::test(start_paused = true)]
async fn several_comparisons_of_a_field_are_one_condition() {
    let sandbox = Sandbox::builder().contacts(20).start().await;
    let query = client(&sandbox).list_untyped("contacts");
    let between = query.clone().filter("id", json!({"$gt": 3, "$lte": 9}));
    let last_two = between.order("id", Order::Descending).limit(2);
    assert_eq!(all(last_two.stream()).await, [r#"{"id":9}"#, r#"{"id":8}"#]);
    let twice = query.filter("id", 3).filter("id", 4);
    let error = twice.stream().next().await.unwrap().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidQuery);
}

#[tokio::test(start_paused = true)]
async fn the_first_page_is_one_request_whatever_follows() {
    let sandbox = Sandbox::builder().contacts(1_200).start().await;
    let query = client(&sandbox).list_untyped("contacts").select(["id"]);
    for (limit, count) in [(0, 0), (3, 3), (500, 500), (700, 500)] {
        let sent = sandbox.requests().len();
        let page = query.clone().limit(limit).first_page().await.unwrap();
        let ids = page.iter().map(|row| row.as_str().to_owned());
        assert!(ids.eq((1..=count).map(|id| format!(r#"{{"id":{id}}}"#))));
        assert_eq!(sandbox.requests().len() - sent, usize::from(limit > 0));
    }
    assert_eq!(query.clone().first_page().await.unwrap().len(), 500);
    let above = query.clone().filter("id", json!({"$gt": 1_150}));
    assert_eq!(above.first_page().await.unwrap().len(), 50);
    let twice = query.filter("id", 3).filter("id", 4);
    let error = twice.first_page().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidQuery);
}
