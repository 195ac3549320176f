//! How long a call takes if no answer comes, by the paused clock.

use std::time::Duration;

use http::StatusCode;
use tokio::time::Instant;
use vibecode_runtime::{Call, ContactId, Error, ErrorKind, Outcome, RawAnswer};

use crate::{
    caller::{add, assert_shows_nothing, builder, client, single, update},
    server::{Behaviour, Server},
};

const NOTHING: &str = "";
/// A complete head and a part of a body.
const HALF: &str = "HTTP/1.1 200 X\r\ncontent-length: 100\r\n\r\n{\"success\":true";

/// How long a call takes by the paused clock, and its error.
async fn timed<T: std::fmt::Debug>(call: Call<T>) -> (Duration, Error) {
    let start = Instant::now();
    let error = call.await.unwrap_err();
    (start.elapsed(), error)
}

/// The clock of tokio counts in milliseconds.
fn assert_takes(took: Duration, seconds: u64) {
    let expected = Duration::from_secs(seconds);
    let most = expected + Duration::from_millis(50);
    assert!(took >= expected && took < most, "{took:?}");
}

#[tokio::test(start_paused = true)]
async fn a_write_without_an_answer_is_unknown_after_70_seconds() {
    let server = Server::start(Behaviour::AnswerAndHang(Vec::new())).await;
    let (took, error) = timed(update(&client(&server.url()))).await;
    assert_takes(took, 70);
    assert_eq!(error.kind(), ErrorKind::Timeout, "{error:?}");
    assert_eq!(error.outcome(), Outcome::Unknown);
    assert_eq!(error.status(), None);
    assert_eq!((server.connections(), server.requests().len()), (1, 1));
    assert_shows_nothing(&error);
}

#[tokio::test(start_paused = true)]
async fn a_body_that_does_not_end_is_unknown_after_the_same_time() {
    let server = Server::start(Behaviour::AnswerAndHang(HALF.into())).await;
    let (took, error) = timed(update(&client(&server.url()))).await;
    assert_takes(took, 70);
    assert_eq!(error.kind(), ErrorKind::Timeout, "{error:?}");
    assert_eq!(error.outcome(), Outcome::Unknown);
    assert_eq!(error.status(), Some(StatusCode::OK));
    assert_eq!(server.requests().len(), 1);
    assert_shows_nothing(&error);
}

#[tokio::test(start_paused = true)]
async fn a_read_without_an_answer_ends_after_30_seconds_and_changes_nothing() {
    let server = Server::start(Behaviour::AnswerAndHang(Vec::new())).await;
    let read = client(&server.url()).get_raw(ContactId::from(71));
    let (took, error) = timed::<RawAnswer>(read).await;
    assert_takes(took, 30);
    assert_eq!(error.kind(), ErrorKind::Timeout, "{error:?}");
    assert_eq!(error.outcome(), Outcome::NotApplied);
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn the_time_of_an_attempt_can_be_set() {
    let server = Server::start(Behaviour::AnswerAndHang(Vec::new())).await;
    let client = single(&server.url()).timeout(Duration::from_secs(2));
    let (took, error) = timed(update(&client.build().unwrap())).await;
    assert_takes(took, 2);
    assert_eq!(error.kind(), ErrorKind::Timeout, "{error:?}");
    assert_eq!(error.outcome(), Outcome::Unknown);
}

#[tokio::test(start_paused = true)]
async fn a_write_without_an_answer_is_given_up_after_three_attempts_of_their_full_time() {
    for answer in [NOTHING, HALF] {
        let server = Server::start(Behaviour::AnswerAndHang(answer.into())).await;
        let client = builder(&server.url()).build().unwrap();
        let (took, error) = timed(update(&client)).await;
        assert!((210..213).contains(&took.as_secs()), "{took:?}");
        assert_eq!(error.kind(), ErrorKind::Timeout, "{error:?}");
        assert_eq!(error.outcome(), Outcome::Unknown);
        assert_eq!(server.requests().len(), 3);
    }
}

#[tokio::test(start_paused = true)]
async fn a_phone_without_an_answer_is_sent_once() {
    for answer in [NOTHING, HALF] {
        let server = Server::start(Behaviour::AnswerAndHang(answer.into())).await;
        let client = builder(&server.url()).build().unwrap();
        let (took, error) = timed(add(&client)).await;
        assert_takes(took, 70);
        assert_eq!(error.outcome(), Outcome::Unknown);
        assert_eq!(server.requests().len(), 1);
    }
}
