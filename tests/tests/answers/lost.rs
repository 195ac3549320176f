//! Answers that never arrive, or break off.

use vibecode_runtime::{Client, ErrorKind, Outcome};

use crate::{
    caller::{Attempts, add, builder, client, update},
    case::{Case, check},
    server::{Behaviour, Server},
    written::{chunked, ok_and_stay, raw, success},
};

#[tokio::test(start_paused = true)]
async fn a_body_that_breaks_off_leaves_the_outcome_unknown() {
    let body = success("71");
    let cut = |status: u16| {
        raw(&format!(
            "HTTP/1.1 {status} X\r\ncontent-length: {}\r\n\r\n{body}",
            body.len() + 1
        ))
    };
    check([
        Case::unknown("by its length", cut(200), ErrorKind::CutOff).status(200),
        Case::unknown(
            "in chunks",
            chunked(200, &[body.as_bytes()], false),
            ErrorKind::CutOff,
        )
        .status(200),
        Case::unknown(
            "before its first byte",
            raw("HTTP/1.1 200 X\r\ncontent-length: 5\r\n\r\n"),
            ErrorKind::CutOff,
        )
        .status(200),
        // It is not complete, so it is no refusal.
        Case::unknown("a refusal", cut(400), ErrorKind::CutOff).status(400),
    ])
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_body_that_a_reset_ends_leaves_the_outcome_unknown() {
    let body = success("71");
    let half = &body[..20];
    let reset = |head: &str, body: &str| {
        let answer = format!("HTTP/1.1 200 X\r\n{head}\r\n{body}");
        Behaviour::AnswerAndReset(answer.into())
    };
    let length = format!("content-length: {}\r\n", body.len());
    check([
        Case::unknown("by its length", reset(&length, half), ErrorKind::CutOff).status(200),
        Case::unknown(
            "in chunks",
            reset(
                "transfer-encoding: chunked\r\n",
                &format!("14\r\n{half}\r\n"),
            ),
            ErrorKind::CutOff,
        )
        .status(200),
        Case::unknown("until the close", reset("", half), ErrorKind::CutOff).status(200),
    ])
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_body_that_only_the_close_ends_is_read_if_it_is_complete() {
    let body = success("71");
    let server = Server::start(raw(&format!("HTTP/1.1 200 X\r\n\r\n{body}"))).await;
    let updated = update(&client(&server.url())).await.unwrap();
    assert!(body.contains(updated.raw().as_str()));
    let half = raw(&format!("HTTP/1.1 200 X\r\n\r\n{}", &body[..20]));
    Case::unknown("a half", half, ErrorKind::NotJson)
        .status(200)
        .check()
        .await;
}

#[tokio::test(start_paused = true)]
async fn a_lost_answer_never_doubles_a_phone() {
    use ErrorKind::Interrupted;
    let reset_in = |head: &str| Behaviour::AnswerAndReset(head.into());
    check([
        Case::unknown("closed unread", Behaviour::CloseAtOnce, Interrupted),
        Case::unknown("reset unread", Behaviour::ResetAtOnce, Interrupted),
        Case::unknown("closed after the request", Behaviour::Close, Interrupted),
        Case::unknown("reset after the request", Behaviour::Reset, Interrupted),
        Case::unknown("half a head", raw("HTTP/1.1 200 X\r\ncont"), Interrupted),
        Case::unknown(
            "half a head, reset",
            reset_in("HTTP/1.1 200 X\r\ncont"),
            Interrupted,
        ),
        Case::unknown(
            "only a 100",
            raw("HTTP/1.1 100 Continue\r\n\r\n"),
            Interrupted,
        ),
    ])
    .await;
}

#[tokio::test(start_paused = true)]
async fn what_is_not_http_leaves_the_outcome_unknown() {
    use ErrorKind::Interrupted;
    let binary = Behaviour::Answer((0..=255).collect());
    let settings = Behaviour::Answer(vec![0, 0, 0, 4, 0, 0, 0, 0, 0]);
    check([
        Case::unknown(
            "a mail server",
            raw("220 smtp.example.org\r\n\r\n"),
            Interrupted,
        ),
        Case::unknown("bytes", binary, Interrupted),
        Case::unknown("HTTP/2", settings, Interrupted),
        Case::unknown(
            "another protocol",
            raw("HTTP/1.1 101 X\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n"),
            ErrorKind::NotJson,
        )
        .status(101),
        Case::unknown(
            "a length that is none",
            raw("HTTP/1.1 200 X\r\ncontent-length: many\r\n\r\n"),
            Interrupted,
        ),
        Case::unknown(
            "two lengths",
            raw("HTTP/1.1 200 X\r\ncontent-length: 2\r\ncontent-length: 3\r\n\r\n{}"),
            Interrupted,
        ),
        Case::unknown(
            "a chunk without a size",
            raw("HTTP/1.1 200 X\r\ntransfer-encoding: chunked\r\n\r\nsize\r\n"),
            ErrorKind::CutOff,
        )
        .status(200),
    ])
    .await;
}

/// The second request on a kept connection that was answered once.
#[tokio::test(start_paused = true)]
async fn a_connection_that_ends_under_the_second_request_leaves_its_outcome_unknown() {
    for ending in [
        Behaviour::CloseAtOnce,
        Behaviour::ResetAtOnce,
        Behaviour::Close,
        Behaviour::Reset,
    ] {
        for (call, attempts) in [(update as fn(&Client) -> _, 3), (add, 1)] {
            let endings = std::iter::repeat_n(ending.clone(), 3);
            let server = Server::script([ok_and_stay()].into_iter().chain(endings)).await;
            let counted = Attempts::default();
            let client = builder(&server.url()).throttle(counted.throttle());
            let client = client.build().unwrap();
            update(&client).await.unwrap();
            let error = call(&client).await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Interrupted, "{error:?}");
            assert_eq!(error.outcome(), Outcome::Unknown);
            assert_eq!(counted.count(), 1 + attempts);
            // The first of them used the connection of the previous answer.
            assert_eq!(server.connections(), attempts);
        }
    }
}
