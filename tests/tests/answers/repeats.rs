//! What is sent again automatically, call by call, and what the last attempt then means.

use vibecode_runtime::{
    Client, ContactId, Contacts, Created, Credentials, Error, ErrorCode, ErrorKind, Outcome, Record,
};
use vibecode_sandbox::{CallFault, Fault, Sandbox};

use crate::{
    caller::{Customer, add, builder, update},
    server::{Behaviour, Server},
    written::{html, json, limited, ok, refusal, success},
};

/// A client with the default attempts, and a server that does these in order.
async fn against(script: impl IntoIterator<Item = Behaviour>) -> (Client, Server) {
    let server = Server::script(script).await;
    let client = builder(&server.url()).build().unwrap();
    (client, server)
}

fn not_found() -> Behaviour {
    refusal(404, "ENTITY_NOT_FOUND")
}

fn rate_limited() -> Behaviour {
    limited("retry-after: 1\r\n", "")
}

#[tokio::test(start_paused = true)]
async fn what_cannot_double_is_sent_until_an_answer_comes() {
    let (client, server) = against([Behaviour::Close, html(502), ok()]).await;
    update(&client).await.unwrap();
    let requests = server.requests();
    assert_eq!(requests.len(), 3);
    assert!(requests.iter().all(|it| it.text == requests[0].text));
}

#[tokio::test(start_paused = true)]
async fn a_phone_is_sent_again_only_after_an_answer_that_nothing_was_applied() {
    let (client, server) = against([rate_limited(), rate_limited(), ok()]).await;
    add(&client).await.unwrap();
    assert_eq!(server.requests().len(), 3);

    let (client, server) = against([rate_limited(), Behaviour::Close, ok()]).await;
    let error = add(&client).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Interrupted, "{error:?}");
    assert_eq!(error.outcome(), Outcome::Unknown);
    assert_eq!(server.requests().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn an_unchecked_value_is_not_sent_again_once_it_may_have_been_applied() {
    let (client, server) = against([Behaviour::Close, ok()]).await;
    let patch = Customer::patch().set_unchecked("ufCrm_1", 7);
    let error = client.update(71, &patch).await.unwrap_err();
    assert_eq!(error.outcome(), Outcome::Unknown);
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn an_attempt_that_may_have_been_applied_leaves_the_outcome_unknown_whatever_the_last_one_returns()
 {
    let lost = [
        Behaviour::Close,
        Behaviour::Reset,
        html(502),
        refusal(504, "QUEUE_TIMEOUT"),
        json(200, &success("72")),
    ];
    let refusals = [
        (not_found(), Some(404)),
        (refusal(422, "VALIDATION_ERROR"), Some(422)),
        (limited("retry-after: 3600\r\n", ""), Some(429)),
    ];
    for lost in lost {
        for (refusal, status) in &refusals {
            let (client, server) = against([lost.clone(), refusal.clone()]).await;
            let error = update(&client).await.unwrap_err();
            assert_eq!(error.status().map(|it| it.as_u16()), *status);
            assert_eq!(error.outcome(), Outcome::Unknown, "{error:?}");
            assert_eq!(server.requests().len(), 2);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn tries_that_were_all_refused_have_changed_nothing() {
    let (client, server) = against([rate_limited(), not_found()]).await;
    let error = update(&client).await.unwrap_err();
    assert_eq!(error.code(), Some(&ErrorCode::EntityNotFound));
    assert_eq!(error.outcome(), Outcome::NotApplied);
    assert_eq!(server.requests().len(), 2);
}

/// What the API answers to a create.
fn created() -> Behaviour {
    json(201, &success("575"))
}

async fn create(client: &Client) -> Result<Created<Contacts>, Error> {
    client.create(&Customer::patch().post("Director")).await
}

#[tokio::test(start_paused = true)]
async fn a_lost_answer_never_makes_a_second_record() {
    for lost in [
        Behaviour::CloseAtOnce,
        Behaviour::Close,
        Behaviour::Reset,
        html(502),
        refusal(500, "INTERNAL_ERROR"),
        refusal(504, "QUEUE_TIMEOUT"),
        refusal(503, "BITRIX_TIMEOUT"),
        json(201, r#"{"success":true,"data":{}}"#),
        Behaviour::AnswerAndHang(Vec::new()),
    ] {
        let (client, server) = against([lost, created()]).await;
        let error = create(&client).await.unwrap_err();
        assert_eq!(error.outcome(), Outcome::Unknown, "{error:?}");
        assert_eq!(server.connections(), 1, "{error:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_record_is_created_by_a_later_attempt_if_the_api_put_the_first_off() {
    let (client, server) = against([rate_limited(), rate_limited(), created()]).await;
    assert_eq!(create(&client).await.unwrap().id(), ContactId::from(575));
    assert_eq!(server.requests().len(), 3);

    let (client, server) = against([rate_limited(), Behaviour::Close, created()]).await;
    assert_eq!(
        create(&client).await.unwrap_err().outcome(),
        Outcome::Unknown
    );
    assert_eq!(server.requests().len(), 2);
}

async fn delete(client: &Client) -> Result<(), Error> {
    client.delete(ContactId::from(71)).await
}

#[tokio::test(start_paused = true)]
async fn a_record_that_is_gone_after_a_lost_answer_has_been_deleted() {
    for lost in [Behaviour::Close, Behaviour::Reset, html(502), html(200)] {
        let (client, server) = against([lost.clone(), not_found()]).await;
        delete(&client).await.unwrap();
        assert_eq!(server.requests().len(), 2);

        let (client, server) = against([lost, rate_limited(), not_found()]).await;
        delete(&client).await.unwrap();
        assert_eq!(server.requests().len(), 3);
    }
}

#[tokio::test(start_paused = true)]
async fn a_record_that_never_was_there_has_not_been_deleted() {
    for (script, attempts) in [
        (vec![not_found()], 1),
        (vec![rate_limited(), not_found()], 2),
        (vec![refusal(503, "QUEUE_OVERFLOW"), not_found()], 2),
    ] {
        let (client, server) = against(script).await;
        let error = delete(&client).await.unwrap_err();
        assert_eq!(error.code(), Some(&ErrorCode::EntityNotFound));
        assert_eq!(error.outcome(), Outcome::NotApplied, "{error:?}");
        assert_eq!(server.requests().len(), attempts);
    }
}

#[tokio::test(start_paused = true)]
async fn another_refusal_after_a_lost_answer_is_not_a_deletion() {
    for (status, code) in [
        (404, "ROUTE_NOT_FOUND"),
        (403, "ACCESS_DENIED"),
        (422, "BITRIX_ERROR"),
    ] {
        let (client, server) = against([Behaviour::Close, refusal(status, code)]).await;
        let error = delete(&client).await.unwrap_err();
        assert_eq!(error.code(), Some(&ErrorCode::from_wire(code)));
        assert_eq!(error.outcome(), Outcome::Unknown, "{error:?}");
        assert_eq!(server.requests().len(), 2);
    }
}

#[tokio::test(start_paused = true)]
async fn only_an_answer_that_the_record_is_not_there_proves_a_deletion() {
    for last in [503, 500, 408, 429, 403, 400] {
        let (client, _server) = against([
            refusal(503, "ENTITY_NOT_FOUND"),
            refusal(last, "ENTITY_NOT_FOUND"),
        ])
        .await;
        let error = delete(&client).await.unwrap_err();
        assert_eq!(error.outcome(), Outcome::Unknown, "{last}: {error:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn reads_are_sent_until_an_answer_comes_and_change_nothing() {
    let read = |client: &Client| client.get_raw(ContactId::from(71));
    let (client, server) = against([Behaviour::Reset, html(502), ok()]).await;
    read(&client).await.unwrap();
    assert_eq!(server.requests().len(), 3);

    for (behaviour, attempts) in [
        (Behaviour::Close, 3),
        (html(502), 3),
        (rate_limited(), 3),
        (json(200, &success("72")), 3),
        (not_found(), 1),
        (refusal(403, "SCOPE_DENIED"), 1),
    ] {
        let (client, server) = against([behaviour]).await;
        let error = read(&client).await.unwrap_err();
        assert_eq!(error.outcome(), Outcome::NotApplied, "{error:?}");
        assert_eq!(server.requests().len(), attempts, "{error:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_attempt_without_an_answer_in_time_is_followed_by_another() {
    let (client, server) = against([Behaviour::AnswerAndHang(Vec::new()), ok()]).await;
    let start = tokio::time::Instant::now();
    update(&client).await.unwrap();
    assert!(start.elapsed().as_secs_f64() >= 70.0);
    assert_eq!(server.requests().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn every_kind_of_read_is_sent_again() {
    #[derive(Record)]
    #[vibecode(entity = "contacts")]
    struct Customer {
        #[expect(dead_code, reason = "only asked for")]
        name: Option<String>,
    }

    let id = ContactId::from(71);
    for read in 0..6 {
        let lost = [Behaviour::Close, html(502), html(504)];
        let (client, server) = against(lost).await;
        let error = match read {
            0 => client.get::<Customer>(id).await.err(),
            1 => client.multifields::<Contacts>(id).await.err(),
            2 => client.me().await.err(),
            3 => client.fields("contacts").await.err(),
            4 => client
                .list::<Customer>()
                .stream()
                .next()
                .await
                .unwrap()
                .err(),
            _ => client.batch().get(id).send().await.unwrap().remove(0).err(),
        };
        let error = error.unwrap();
        assert_eq!(error.status().map(|it| it.as_u16()), Some(504), "{error:?}");
        assert_eq!(error.outcome(), Outcome::NotApplied);
        assert_eq!(server.requests().len(), 3, "{read}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_loop_of_errors_inside_of_a_batch_is_not_gone_on_with() {
    let sandbox = Sandbox::start().await;
    let looping = CallFault::error("ERROR_LOOP_DETECTED");
    sandbox.fault(Fault::in_batch([(0, looping)]));
    let client = Client::builder(Credentials::personal(Sandbox::API_KEY));
    let client = client.base_url(sandbox.url()).build().unwrap();
    let batch = client.batch();
    let batch = batch.update(71, &Customer::patch().post("Director"));
    let batch = batch.update(72, &Customer::patch().post("Director"));
    let results = batch.send().await.unwrap();
    let error = results[0].as_ref().unwrap_err();
    assert_eq!(error.code(), Some(&ErrorCode::ErrorLoopDetected));
    assert_eq!(error.outcome(), Outcome::Unknown);
    assert!(results[1].is_ok());
    assert_eq!(sandbox.requests().len(), 1);
}
