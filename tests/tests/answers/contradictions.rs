//! Answers that contradict themselves, or have a decisive part that is not understood. Neither statement counts,
//! and the part that is not understood is not read as absent.

use vibecode_runtime::{ContactId, ErrorKind, Id, Outcome, SmartProcess};

use crate::{
    caller::{Customer, client},
    case::{Case, check},
    server::Server,
    written::{SECRET, json, success},
};

#[tokio::test(start_paused = true)]
async fn an_answer_that_contradicts_itself_leaves_the_outcome_unknown() {
    let parts = |parts: &str| json(200, &format!("{{{parts}}}"));
    let data = format!(r#""data":{{"id":71,"name":"{SECRET}"}}"#);
    let error = format!(r#""error":{{"code":"ACCESS_DENIED","message":"{SECRET}"}}"#);
    let unknown = |name, answer| Case::unknown(name, answer, ErrorKind::Unexpected).status(200);
    check([
        unknown(
            "a success with an error",
            parts(&format!(r#""success":true,{data},{error}"#)),
        ),
        unknown(
            "a success and a failure",
            parts(&format!(r#""success":false,{error},"success":true,{data}"#)),
        ),
        unknown(
            "two records",
            parts(&format!(r#""success":true,{data},"data":{{"id":71}}"#)),
        ),
        unknown(
            "a record with two ids",
            parts(r#""success":true,"data":{"name":"Ivan","id":71,"id":72}"#),
        ),
    ])
    .await;
}

/// A failure behind the API may have been applied: for a patch that adds, such a code is no refusal.
#[tokio::test(start_paused = true)]
async fn a_refusal_whose_codes_cannot_be_read_refuses_nothing() {
    for (name, error) in [
        (
            "two codes",
            r#""code":"ACCESS_DENIED","code":"INTERNAL_ERROR""#,
        ),
        ("a code in a list", r#""code":["ACCESS_DENIED"]"#),
        ("half an emoji", r#""code":"ACCESS_DENIED\ud83d""#),
        (
            "a code of the portal in a list",
            r#""code":"ACCESS_DENIED","b24Code":["OVERLOAD_LIMIT"]"#,
        ),
    ] {
        let answer = json(403, &format!(r#"{{"success":false,"error":{{{error}}}}}"#));
        let case = Case::unknown(name, answer, ErrorKind::Unexpected);
        case.status(403).check().await;
    }
}

#[tokio::test(start_paused = true)]
async fn an_answer_about_another_smart_process_is_about_another_record() {
    for (number, is_right) in [
        ("1042", false),
        ("{}", false),
        ("1040", true),
        (r#""1040""#, true),
    ] {
        let record = format!(r#"{{"id":5,"entityTypeId":{number}}}"#);
        let body = format!(r#"{{"success":true,"data":{record}}}"#);
        let server = Server::start(json(200, &body)).await;
        let read = client(&server.url()).get_raw(Id::<SmartProcess<1040>>::from(5));
        let kind = read.await.err().map(|error| error.kind());
        assert_eq!(
            kind,
            (!is_right).then_some(ErrorKind::OtherRecord),
            "{number}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_deletion_is_not_done_if_the_answer_says_false_or_names_another_record() {
    for (data, kind) in [
        ("false", ErrorKind::Unexpected),
        (r#"{"id":72}"#, ErrorKind::OtherRecord),
        (r#"{"id":71,"id":72}"#, ErrorKind::Unexpected),
    ] {
        let body = format!(r#"{{"success":true,"data":{data}}}"#);
        let server = Server::start(json(200, &body)).await;
        let error = client(&server.url()).delete(ContactId::from(71)).await;
        let error = error.unwrap_err();
        assert_eq!(error.kind(), kind, "{data}");
        assert_eq!(error.outcome(), Outcome::Unknown, "{data}");
    }
    for data in ["true", "null", "[]", "{}", r#"{"id":71}"#, r#""71""#] {
        let body = format!(r#"{{"success":true,"data":{data}}}"#);
        let server = Server::start(json(200, &body)).await;
        let deleted = client(&server.url()).delete(ContactId::from(71)).await;
        assert!(deleted.is_ok(), "{data}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_new_record_whose_id_cannot_be_read_may_be_there() {
    let create = async |id: &str| {
        let server = Server::start(json(201, &success(id))).await;
        let patch = Customer::patch().post("Director");
        client(&server.url()).create(&patch).await
    };
    for id in [
        "0",
        r#""""#,
        "null",
        r#""+7""#,
        r#""007""#,
        "7.5",
        "[7]",
        r#"7,"id":8"#,
    ] {
        let error = create(id).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unexpected, "{id}");
        assert_eq!(error.outcome(), Outcome::Unknown, "{id}");
    }
    assert_eq!(create(r#""7""#).await.unwrap().id(), ContactId::from(7));
}
