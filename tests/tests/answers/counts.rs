//! How many records match a query, as the API was observed to answer it.

use serde_json::{Value, json};
use vibecode_runtime::{ContactId, ErrorKind, Outcome, Query, Record, field};

use crate::{
    caller::builder,
    server::{Behaviour, Server},
    written,
};

#[derive(Record)]
#[vibecode(entity = "contacts")]
struct Counted {
    #[vibecode(id)]
    id: ContactId,
    post: Option<String>,
}

type Narrowed = fn(Query<Counted>) -> Query<Counted>;

/// Counts against a server with this data in its answer. Also returns the requests.
async fn count(data: &str, narrowed: Narrowed) -> (vibecode_runtime::Result<u64>, Vec<String>) {
    let body = format!(r#"{{"success":true,"data":{data}}}"#);
    let answer: Behaviour = written::json(200, &body);
    let server = Server::start(answer).await;
    let client = builder(&server.url()).build().unwrap();
    let count = narrowed(client.list()).count().await;
    let requests = server.requests().into_iter().map(|it| it.text);
    (count, requests.collect())
}

#[tokio::test(start_paused = true)]
async fn the_recorded_answer_is_read_and_the_filters_are_sent_as_in_a_search() {
    let recorded = r#"{"count":9,"aggregates":{},"groups":[{"stageId":"WON","count":2,"aggregates":{}}],"meta":{"totalRecords":9,"recordsProcessed":9,"truncated":false,"groupTotal":6,"groupsTruncated":false}}"#;
    let (count, requests) = count(recorded, |query| {
        query
            .filter(field!(Counted, post).equal("Director"))
            .filter(field!(Counted, id).greater(5))
            .filter(field!(Counted, id).less(9))
            .limit(2)
    })
    .await;
    assert_eq!(count.unwrap(), 9);
    assert_eq!(requests.len(), 1);
    let (head, body) = requests[0].split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("POST /v1/contacts/aggregate "), "{head}");
    let body: Value = serde_json::from_str(body).unwrap();
    let filter = json!({ "post": "Director", ">id": 5, "<id": 9 });
    assert_eq!(body, json!({ "op": "count", "filter": filter }));
}

#[tokio::test(start_paused = true)]
async fn without_a_filter_all_records_are_counted() {
    for (data, expected) in [
        (r#"{"count":0}"#, 0),
        (r#"{"count":"12"}"#, 12),
        (r#"{"count":7,"meta":null}"#, 7),
        (r#"{"count":7,"meta":{"truncated":"N"}}"#, 7),
    ] {
        let (count, requests) = count(data, |query| query).await;
        assert_eq!(count.unwrap(), expected);
        assert!(requests[0].ends_with(r#"{"op":"count","filter":{}}"#));
    }
}

#[tokio::test(start_paused = true)]
async fn a_count_that_is_not_understood_or_incomplete_is_an_error() {
    for data in [
        "9",
        "[]",
        "{}",
        r#"{"count":null}"#,
        r#"{"count":-1}"#,
        r#"{"count":"many"}"#,
        r#"{"count":9,"meta":{"truncated":true}}"#,
        r#"{"count":9,"meta":{"truncated":"yes"}}"#,
        r#"{"count":9,"meta":9}"#,
        r#"{"count":9,"meta":{"truncated":{}}}"#,
        r#"{"count":9,"meta":{"totalRecords":9,"recordsProcessed":5,"truncated":false}}"#,
        r#"{"count":9,"meta":{"totalRecords":9,"recordsProcessed":"some"}}"#,
    ] {
        let (count, _) = count(data, |query| query).await;
        let error = count.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unexpected, "{data}: {error}");
        assert_eq!(error.outcome(), Outcome::NotApplied);
    }
}

#[tokio::test(start_paused = true)]
async fn a_filter_that_no_record_matches_counts_0_and_one_that_cannot_be_sent_is_an_error() {
    let (none, requests) = count("9", |query| query.filter(field!(Counted, id).any_of([]))).await;
    assert_eq!((none.unwrap(), requests.len()), (0, 0));
    let (refused, requests) = count("9", |query| query.filter(field!(Counted, id).equal(0))).await;
    assert_eq!(refused.unwrap_err().kind(), ErrorKind::InvalidQuery);
    assert_eq!(requests.len(), 0);
}
