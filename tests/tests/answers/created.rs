//! What a client remembers of the records that it creates, so that a read which is out of date does not make it
//! add a value a second time.

use vibecode_runtime::{Client, ContactId, Ensured, ErrorKind, Outcome, PatchJob, Result};

use crate::{
    caller::{Customer, assert_shows_nothing, client},
    server::{Behaviour, Server},
    written::{SECRET, json},
};

fn record(fields: &str) -> Behaviour {
    let body = format!(r#"{{"success":true,"data":{{"id":71{fields}}}}}"#);
    json(200, &body)
}

/// A read that shows the record as it was before its phone was added.
fn old() -> Behaviour {
    record(r#","fm":[],"hasPhone":false"#)
}

fn new() -> Behaviour {
    let entry = format!(r#"{{"id":5,"typeId":"PHONE","valueType":"WORK","value":"{SECRET}"}}"#);
    record(&format!(r#","fm":[{entry}]"#))
}

fn is_patch(request: &crate::server::Request) -> bool {
    request.text.starts_with("PATCH") || request.text.contains(r#""action":"update""#)
}

async fn ensure_after(created: Behaviour, ensure: impl AsyncFn(&Client) -> Result<Ensured>) {
    let server = Server::script([created, old(), old(), new()]).await;
    let client = client(&server.url());
    let patch = Customer::patch().add_phone(SECRET);
    match client.create(&patch).await {
        Ok(created) => assert_eq!(created.id(), ContactId::from(71)),
        Err(error) => assert_eq!(error.outcome(), Outcome::Unknown),
    }
    let ensured = ensure(&client).await.unwrap();
    let shown: Vec<_> = ensured.present().iter().chain(ensured.added()).collect();
    assert_eq!(shown.len(), 1);
    assert_eq!(server.count(is_patch), 0);
    assert_eq!(server.requests().len(), 4);
}

#[tokio::test(start_paused = true)]
async fn what_a_creation_has_added_is_not_added_again_after_a_read_that_is_out_of_date() {
    let patch = Customer::patch().add_phone(SECRET);
    for created in [record(""), new()] {
        ensure_after(created.clone(), async |client| {
            client.ensure(71, &patch).await
        })
        .await;
        let job = PatchJob::new(71, &patch).unwrap();
        ensure_after(created, async |client| client.ensure_job(&job).await).await;
    }
}

#[tokio::test(start_paused = true)]
async fn what_a_lost_creation_may_have_added_is_not_added_again_after_a_read_that_is_out_of_date() {
    let patch = Customer::patch().add_phone(SECRET);
    for lost in [
        Behaviour::Close,
        json(502, "<html>"),
        // No id that can be read.
        json(200, r#"{"success":true,"data":{"id":"a"}}"#),
    ] {
        ensure_after(lost, async |client| client.ensure(71, &patch).await).await;
    }
}

#[tokio::test(start_paused = true)]
async fn what_a_refused_creation_did_not_add_is_added_at_once() {
    let refused = json(
        400,
        r#"{"success":false,"error":{"code":"INVALID_PARAMS","message":""}}"#,
    );
    let server = Server::script([refused, old(), new()]).await;
    let client = client(&server.url());
    let patch = Customer::patch().add_phone(SECRET);
    let error = client.create(&patch).await.unwrap_err();
    assert_eq!(
        (error.kind(), error.outcome()),
        (ErrorKind::Api, Outcome::NotApplied)
    );
    assert_eq!(client.ensure(71, &patch).await.unwrap().added().len(), 1);
    assert_eq!(server.count(is_patch), 1);
}

#[tokio::test(start_paused = true)]
async fn a_creation_whose_answer_shows_another_text_does_not_return_its_id() {
    let patch = Customer::patch().post("Director").add_phone(SECRET);
    let entry = format!(r#"{{"id":5,"typeId":"PHONE","valueType":"WORK","value":"{SECRET}"}}"#);
    for (fields, is_created) in [
        (r#","post":"Director""#, true),
        (r#","post":" Director""#, true),
        // What was not taken or is not shown is reported by `mismatches`.
        (r#","post":"""#, true),
        (r#","post":null"#, true),
        ("", true),
        (r#","post":"Clerk""#, false),
        (&format!(r#","post":"Clerk","fm":[{entry}]"#), false),
    ] {
        let server = Server::start(record(fields)).await;
        let created = client(&server.url()).create(&patch).await;
        match created {
            Ok(created) => {
                assert!(is_created, "{fields}");
                let mismatches = created.mismatches(&patch);
                let is_taken = fields.contains(r#":"Director""#);
                assert_eq!(mismatches.iter().all(|it| it.field() != "post"), is_taken);
                assert!(created.duplicates(&patch).is_empty());
            }
            Err(error) => {
                assert!(!is_created, "{fields}");
                let known = (error.kind(), error.outcome());
                assert_eq!(known, (ErrorKind::OtherRecord, Outcome::Unknown));
                assert_shows_nothing(&error);
            }
        }
        assert_eq!(server.requests().len(), 1);
    }
}
