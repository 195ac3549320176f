//! Lists with pages that have odd lengths, never end, or are repeated.

use std::ops::Range;

use vibecode_runtime::{ContactId, Error, ErrorKind, Outcome, Record};

use crate::{
    caller::builder,
    server::{Behaviour, Server},
    written::json,
};

#[derive(Record)]
#[vibecode(entity = "contacts")]
struct Listed {
    #[vibecode(id)]
    id: ContactId,
}

/// A page of the rows at these indices, with this statement about further rows. Ids begin with 1.
fn page(rows: Range<u64>, meta: &str) -> Behaviour {
    let rows: Vec<_> = rows.map(|row| format!(r#"{{"id":{}}}"#, row + 1)).collect();
    let rows = rows.join(",");
    json(200, &format!(r#"{{"success":true,"data":[{rows}]{meta}}}"#))
}

const MORE: &str = r#","meta":{"total":0,"hasMore":true}"#;
const NO_MORE: &str = r#","meta":{"total":0,"hasMore":false}"#;

/// Returns the indices of the rows up to the first error, and the number of requests.
async fn list(pages: Vec<Behaviour>) -> (Result<Vec<u64>, Error>, usize) {
    let server = Server::script(pages).await;
    let client = builder(&server.url()).build().unwrap();
    let rows = client.list::<Listed>().stream().all().await;
    let ids = rows.map(|rows| rows.into_iter().map(|row| row.id.get() - 1).collect());
    (ids, server.requests().len())
}

#[tokio::test(start_paused = true)]
async fn short_pages_that_announce_more_are_followed_to_the_end() {
    let mut pages: Vec<_> = (0..9)
        .map(|index| page(index * 100..index * 100 + 100, MORE))
        .collect();
    pages.push(page(900..1_000, NO_MORE));
    let (ids, requests) = list(pages).await;
    assert!(ids.unwrap().into_iter().eq(0..1_000));
    assert_eq!(requests, 10);
}

#[tokio::test(start_paused = true)]
async fn each_page_begins_where_the_one_before_ended() {
    let pages = [page(0..100, MORE), page(100..107, MORE), page(107..110, "")];
    let server = Server::script(pages).await;
    let client = builder(&server.url()).build().unwrap();
    client.list::<Listed>().stream().all().await.unwrap();
    for (request, offset) in server.requests().iter().zip([0, 100, 107]) {
        let asked = format!("limit=500&offset={offset} ");
        assert!(request.text.contains(&asked), "{}", request.text);
    }
}

#[tokio::test(start_paused = true)]
async fn an_empty_page_ends_a_list_although_it_announces_more() {
    let (ids, requests) = list(vec![page(0..7, MORE), page(0..0, MORE)]).await;
    assert_eq!((ids.unwrap().len(), requests), (7, 2));
}

#[tokio::test(start_paused = true)]
async fn a_server_that_ignores_the_offset_is_an_error_and_no_list_without_end() {
    for page in [page(0..500, ""), page(0..500, NO_MORE), page(0..3, MORE)] {
        let (error, requests) = list(vec![page]).await;
        let error = error.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unexpected, "{error:?}");
        assert_eq!(error.outcome(), Outcome::NotApplied);
        assert!(error.to_string().starts_with("GET contacts: "), "{error}");
        assert!(error.to_string().contains("`offset`"), "{error}");
        assert_eq!(requests, 2);
    }
}

#[tokio::test(start_paused = true)]
async fn pages_that_come_in_a_circle_are_an_error_and_no_list_without_end() {
    let pages = (0..5).map(|index| page(index * 100..index * 100 + 100, MORE));
    let (error, requests) = list(pages.collect()).await;
    assert_eq!(error.unwrap_err().kind(), ErrorKind::Unexpected);
    assert!(requests <= 15, "{requests}");
}

#[tokio::test(start_paused = true)]
async fn the_rows_of_the_pages_before_come_and_nothing_comes_after_the_error() {
    let server = Server::start(page(0..3, MORE)).await;
    let client = builder(&server.url()).build().unwrap();
    let mut rows = client.list::<Listed>().stream();
    for id in 0..3 {
        assert_eq!(rows.next().await.unwrap().unwrap().id.get(), id + 1);
    }
    assert!(rows.next().await.unwrap().is_err());
    assert!(rows.next().await.is_none());
}

/// A record that is added meanwhile shifts the last row of a page to the next page.
#[tokio::test(start_paused = true)]
async fn a_page_that_overlaps_with_the_one_before_is_not_an_error() {
    let (ids, _) = list(vec![page(0..100, MORE), page(99..150, "")]).await;
    assert_eq!(ids.unwrap().len(), 151);
}

/// Returns the number of rows of the statuses, or the error, and the number of requests.
async fn statuses(pages: Vec<Behaviour>) -> (Result<usize, Error>, usize) {
    let server = Server::script(pages).await;
    let client = builder(&server.url()).build().unwrap();
    let rows = client.catalogue("statuses").await;
    for request in server.requests() {
        let asked = "GET /v1/statuses?limit=500&offset=";
        assert!(request.text.starts_with(asked), "{}", request.text);
    }
    (rows.map(|rows| rows.len()), server.requests().len())
}

#[tokio::test(start_paused = true)]
async fn a_catalogue_ends_as_a_list_of_records_does() {
    for (pages, rows, requests) in [
        (vec![page(0..7, NO_MORE)], 7, 1),
        (vec![page(0..0, NO_MORE)], 0, 1),
        (vec![page(0..7, MORE), page(7..9, "")], 9, 2),
        (vec![page(0..50, NO_MORE), page(50..60, NO_MORE)], 60, 2),
        (vec![page(0..500, NO_MORE), page(0..0, NO_MORE)], 500, 2),
    ] {
        let (read, asked) = statuses(pages).await;
        assert_eq!((read.unwrap(), asked), (rows, requests));
    }
    let (error, _) = statuses(vec![page(0..3, MORE)]).await;
    let error = error.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unexpected, "{error:?}");
    assert!(error.to_string().starts_with("GET statuses: "), "{error}");
}

#[tokio::test(start_paused = true)]
async fn a_catalogue_has_ids_of_any_form_and_its_rows_may_be_one_object() {
    for data in [
        r#"[{"id":"RUB"},{"id":"USD"}]"#,
        r#"{"0":{"id":"RUB"},"3":{"id":"USD"}}"#,
    ] {
        let answer = json(200, &format!(r#"{{"success":true,"data":{data}}}"#));
        assert_eq!(statuses(vec![answer]).await.0.unwrap(), 2, "{data}");
    }
    let single = json(200, r#"{"success":true,"data":{"id":2,"name":"Partners"}}"#);
    assert_eq!(statuses(vec![single]).await.0.unwrap(), 1);
    for data in ["null", r#""none""#, r#"{"name":"Partners"}"#] {
        let answer = json(200, &format!(r#"{{"success":true,"data":{data}}}"#));
        assert!(statuses(vec![answer]).await.0.is_err(), "{data}");
    }
}
