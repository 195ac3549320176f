//! Answers that are longer than the limit, or do not end. The time is real here, since the transfer of
//! many bytes takes real time.

use std::time::Duration;

use vibecode_runtime::{ErrorCode, ErrorKind, Outcome};

use crate::{
    caller::{client, single, update},
    case::{Case, check},
    server::{Behaviour, Server},
    written::{chunked, envelope, json, raw, success},
};

const MOST: usize = 16 * 1024 * 1024;
const MOST_OF_A_FAILURE: usize = 64 * 1024;

#[tokio::test]
async fn an_answer_that_is_too_long_leaves_the_outcome_unknown() {
    let announced = |status: u16, length: usize| {
        raw(&format!(
            "HTTP/1.1 {status} X\r\ncontent-length: {length}\r\n\r\n{{"
        ))
    };
    let megabyte = vec![b' '; 1024 * 1024];
    let chunks = vec![megabyte.as_slice(); 17];
    let kilobytes = vec![b' '; MOST_OF_A_FAILURE + 1];
    check([
        Case::unknown("announced", announced(200, MOST + 1), ErrorKind::Oversized).status(200),
        Case::unknown(
            "announced beyond all memory",
            announced(200, 1 << 60),
            ErrorKind::Oversized,
        )
        .status(200),
        Case::unknown(
            "in chunks",
            chunked(200, &chunks, true),
            ErrorKind::Oversized,
        )
        .status(200),
        Case::unknown(
            "announced for a failure",
            announced(400, MOST_OF_A_FAILURE + 1),
            ErrorKind::Oversized,
        )
        .status(400),
        Case::unknown(
            "a failure in chunks",
            chunked(500, &[&kilobytes], true),
            ErrorKind::Oversized,
        )
        .status(500),
    ])
    .await;
}

#[tokio::test]
async fn an_answer_of_the_most_that_may_be_is_read() {
    let mut body = success("71");
    body.push_str(&" ".repeat(MOST - body.len()));
    let server = Server::start(json(200, &body)).await;
    assert!(update(&client(&server.url())).await.is_ok());

    let mut body = envelope("INVALID_REQUEST");
    body.push_str(&" ".repeat(MOST_OF_A_FAILURE - body.len()));
    Case::refused("a failure", json(400, &body), ErrorKind::Api)
        .status(400)
        .code(ErrorCode::InvalidRequest)
        .check()
        .await;
}

#[tokio::test]
async fn an_answer_that_does_not_end_is_not_read_for_ever() {
    let endless = |head: &str, then: &[u8]| {
        Behaviour::AnswerWithoutEnd(format!("HTTP/1.1 {head}").into(), then.to_vec())
    };
    let spaces = vec![b' '; 64 * 1024];
    let mut chunk = b"10000\r\n".to_vec();
    chunk.extend_from_slice(&spaces);
    chunk.extend_from_slice(b"\r\n");
    let chunks = "X\r\ntransfer-encoding: chunked\r\n\r\n";
    check([
        Case::unknown(
            "a body until the close",
            endless("200 X\r\n\r\n", &spaces),
            ErrorKind::Oversized,
        )
        .status(200),
        Case::unknown(
            "chunks",
            endless(&format!("200 {chunks}"), &chunk),
            ErrorKind::Oversized,
        )
        .status(200),
        // It is not complete, so it is no refusal.
        Case::unknown(
            "chunks of a failure",
            endless(&format!("429 {chunks}"), &chunk),
            ErrorKind::Oversized,
        )
        .status(429),
        Case::unknown(
            "a head",
            endless("200 X\r\n", b"x-filler: filler\r\n"),
            ErrorKind::Interrupted,
        ),
        Case::unknown(
            "a line of a head",
            endless("200 X\r\nx-filler: ", &[b'x'; 1024]),
            ErrorKind::Interrupted,
        ),
    ])
    .await;
}

/// Each of them is a complete answer for HTTP, but not for the API.
#[tokio::test]
async fn endless_requests_for_patience_end_with_the_time_of_the_attempt() {
    let patience = b"HTTP/1.1 100 Continue\r\n\r\n".to_vec();
    let behaviour = Behaviour::AnswerWithoutEnd(patience.clone(), patience);
    let server = Server::start(behaviour).await;
    let client = single(&server.url()).timeout(Duration::from_secs(1));
    let error = update(&client.build().unwrap()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout, "{error:?}");
    assert_eq!(error.outcome(), Outcome::Unknown);
    assert_eq!(server.requests().len(), 1);
}
