//! Answers with a 2xx status: which are a success of the API, and which are not.

use vibecode_runtime::{ContactId, ErrorCode, ErrorKind, Outcome, Record};

use crate::{
    caller::{Customer, client, update},
    case::{Case, check},
    server::{Behaviour, Server},
    written::{SECRET, bytes, chunked, html, json, raw, refusal, success},
};

#[tokio::test(start_paused = true)]
async fn a_success_about_the_record_is_an_answer() {
    for body in [
        success("71"),
        // A number may arrive as text.
        success(r#""71""#),
        format!(" \r\n{}\n", success("71")),
        r#"{"data":{"name":"Ivan","id":71},"meta":{"x":[1]},"success":true}"#.to_owned(),
        // An answer without an id contradicts nothing.
        r#"{"success":true,"data":{"name":"Ivan"}}"#.to_owned(),
    ] {
        let server = Server::start(json(200, &body)).await;
        let updated = update(&client(&server.url())).await.unwrap();
        assert!(body.contains(updated.raw().as_str()), "{body}");
        assert_eq!((server.connections(), server.requests().len()), (1, 1));
        let shown = format!("{updated:?}");
        assert!(!shown.contains(SECRET), "{shown}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_answer_in_chunks_is_read_whole() {
    let body = success("71");
    let (one, other) = body.as_bytes().split_at(20);
    let server = Server::start(chunked(200, &[one, other], true)).await;
    let record = update(&client(&server.url())).await.unwrap();
    assert!(body.contains(record.raw().as_str()));
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_is_not_the_apis_leaves_the_outcome_unknown() {
    use ErrorKind::{NotJson, Unexpected};
    check([
        Case::unknown("HTML in a 200", html(200), NotJson).status(200),
        Case::unknown("HTML in a 502", html(502), NotJson).status(502),
        Case::unknown("an empty 200", json(200, ""), NotJson).status(200),
        Case::unknown(
            "a 204",
            raw("HTTP/1.1 204 X\r\nconnection: close\r\n\r\n"),
            NotJson,
        )
        .status(204),
        Case::unknown("no envelope", json(200, r#"{"id":71}"#), Unexpected).status(200),
        Case::unknown("an array", json(200, "[1]"), Unexpected).status(200),
        Case::unknown("null", json(200, "null"), Unexpected).status(200),
        Case::unknown(
            "a success without data",
            json(200, r#"{"success":true}"#),
            Unexpected,
        )
        .status(200),
        Case::unknown(
            "a success without a record",
            json(200, r#"{"success":true,"data":null}"#),
            Unexpected,
        )
        .status(200),
        Case::unknown(
            "a list in place of a record",
            json(200, r#"{"success":true,"data":[{"id":71}]}"#),
            Unexpected,
        )
        .status(200),
        Case::unknown("a success in a 500", json(500, &success("71")), Unexpected).status(500),
        Case::unknown(
            "two documents",
            json(200, &format!("{0}{0}", success("71"))),
            NotJson,
        )
        .status(200),
        Case::unknown(
            "a half of a document",
            json(200, r#"{"success":true,"data":{"id":71"#),
            NotJson,
        )
        .status(200),
        Case::unknown(
            "bytes that are no text",
            Behaviour::Answer(b"HTTP/1.1 200 X\r\ncontent-length: 2\r\n\r\n\xff\xfe".to_vec()),
            NotJson,
        )
        .status(200),
    ])
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_success_about_another_record_leaves_the_outcome_unknown() {
    for id in ["72", r#""72""#, "0", "-71", "71.5", r#""""#, "7100"] {
        Case::unknown(
            "another id",
            json(200, &success(id)),
            ErrorKind::OtherRecord,
        )
        .status(200)
        .check()
        .await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_failure_in_a_200_leaves_the_outcome_unknown() {
    let answer = refusal(200, "ENTITY_NOT_FOUND");
    Case::unknown("a failure in a 200", answer, ErrorKind::Api)
        .status(200)
        .code(ErrorCode::EntityNotFound)
        .check()
        .await;
}

#[tokio::test(start_paused = true)]
async fn a_body_that_nests_deeply_is_an_answer_like_others() {
    let depth = 100_000;
    let nested = format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    check([
        Case::unknown("only that", json(200, &nested), ErrorKind::Unexpected).status(200),
        Case::unknown(
            "without an end",
            json(200, &"[".repeat(depth)),
            ErrorKind::NotJson,
        )
        .status(200),
        Case::unknown(
            "in place of a record",
            json(200, &format!(r#"{{"success":true,"data":{nested}}}"#)),
            ErrorKind::Unexpected,
        )
        .status(200),
    ])
    .await;
    let field = format!(r#"{{"success":true,"data":{{"id":71,"x":{nested}}}}}"#);
    let server = Server::start(json(200, &field)).await;
    update(&client(&server.url())).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_nobody_asked_for_does_not_answer_what_is_asked_next() {
    let two = bytes(200, "", &success("71")).repeat(2);
    let server = Server::script([Behaviour::AnswerAndStay(two), refusal(404, "X")]).await;
    let client = client(&server.url());
    update(&client).await.unwrap();
    let error = update(&client).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Api, "{error:?}");
    assert_eq!((server.connections(), server.requests().len()), (2, 2));
}

#[tokio::test(start_paused = true)]
async fn a_record_of_a_batch_that_cannot_be_read_leaves_open_only_what_a_write_did() {
    #[derive(Record)]
    #[vibecode(entity = "contacts")]
    struct Listed {
        #[expect(dead_code, reason = "it cannot be read")]
        birthdate: vibecode_runtime::Date,
    }

    let results = r#"{"c0":{"id":71,"birthdate":"x"},"c1":{"id":72,"birthdate":"x"}}"#;
    let answer = format!(r#"{{"success":true,"data":{{"results":{results}}}}}"#);
    let server = Server::start(json(200, &answer)).await;
    let batch = client(&server.url()).batch();
    let batch = batch.update(71, &Customer::patch().post("Director"));
    let results = batch.get(ContactId::from(72)).send().await.unwrap();
    let outcomes = results.iter().map(|result| {
        let read = result.as_ref().unwrap().record::<Listed>();
        read.map(drop).unwrap_err().outcome()
    });
    let expected = [Outcome::Unknown, Outcome::NotApplied];
    assert_eq!(outcomes.collect::<Vec<_>>(), expected);
}
