//! Batches that are built call by call.

use serde_json::json;
use vibecode_runtime::{ContactId, ErrorCode, LeadId, Patch, Record, Result, Updated};
use vibecode_sandbox::{CallFault, Entity, Fault, Sandbox};

use super::{
    calls::reported_error,
    portal::{client, count, customer, portal, seconds, stored, writes, writing},
};

const PHONE: &str = "+79161112233";

#[derive(Patch)]
#[vibecode(entity = "companies")]
struct Firm {
    title: Option<String>,
}

#[derive(Record)]
#[vibecode(entity = "contacts")]
struct Named {
    name: String,
}

fn summary(results: &[Result<Updated>]) -> Vec<String> {
    let summary = |result: &Result<Updated>| match result {
        Ok(_) => "Ok".to_owned(),
        Err(error) => reported_error(error),
    };
    results.iter().map(summary).collect()
}

#[tokio::test(start_paused = true)]
async fn a_batch_of_no_calls_or_of_too_many_is_not_sent() {
    let sandbox = portal(51).start().await;
    let client = client(&sandbox);
    let full = (1..=51).fold(client.batch(), |batch, id| {
        batch.update(id, &customer().post("Director"))
    });
    for batch in [client.batch(), full] {
        let error = batch.send().await.unwrap_err();
        assert_eq!(reported_error(&error), "InvalidBatch NotApplied");
    }
    assert!(sandbox.requests().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_batch_of_fifty_calls_is_one_request() {
    let sandbox = portal(50).start().await;
    let batch = (1..=50).fold(client(&sandbox).batch(), |batch, id| {
        batch.update(id, &customer().post("Director"))
    });
    let results = batch.send().await.unwrap();
    assert!(results.len() == 50 && results.iter().all(Result::is_ok));
    assert_eq!(sandbox.requests().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_batch_takes_every_entity_and_answers_in_the_order_of_its_calls() {
    let sandbox = Sandbox::start().await;
    let results = client(&sandbox)
        .batch()
        .get(ContactId::from(72))
        .update(15, &Firm::patch().title("Alpha"))
        .update(404, &customer().post("Nobody"))
        .get(LeadId::from(31))
        .update(71, &customer().post("Director"))
        .send()
        .await
        .unwrap();
    assert_eq!(
        summary(&results),
        ["Ok", "Ok", "Api NotApplied", "Ok", "Ok"]
    );
    assert_eq!(
        results[2].as_ref().unwrap_err().code(),
        Some(&ErrorCode::EntityNotFound)
    );
    let read: Named = results[0].as_ref().unwrap().record().unwrap();
    let own = sandbox.contact(72).unwrap();
    assert_eq!(json!(read.name), own["name"]);
    assert_eq!(
        sandbox.record(Entity::Companies, 15).unwrap()["title"],
        "Alpha"
    );
    assert_eq!(stored(&sandbox, 71, "post"), "Director");
    assert_eq!(sandbox.requests().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn calls_on_one_record_keep_their_order_and_are_never_in_one_request() {
    let sandbox = portal(2).start().await;
    let results = client(&sandbox)
        .batch()
        .update(1, &customer().post("First").add_phone(PHONE))
        .update(2, &customer().post("Other"))
        .update(1, &customer().post("Second"))
        .get(ContactId::from(1))
        .update(1, &customer().post("Last"))
        .send()
        .await
        .unwrap();
    assert_eq!(summary(&results), ["Ok"; 5]);
    let posts = results.iter().map(|result| {
        let record: serde_json::Value = result.as_ref().unwrap().raw().parse().unwrap();
        record["post"].as_str().unwrap().to_owned()
    });
    assert_eq!(
        posts.collect::<Vec<_>>(),
        ["First", "Other", "Second", "Second", "Last"]
    );
    assert_eq!(sandbox.requests().len(), 4);
    assert_eq!(
        (stored(&sandbox, 1, "post"), count(&sandbox, 1, PHONE)),
        ("Last".into(), 1)
    );
}

#[tokio::test(start_paused = true)]
async fn a_record_may_be_read_before_and_after_its_change_in_one_batch() {
    let sandbox = portal(1).start().await;
    let batch = client(&sandbox).batch().get(ContactId::from(1));
    let batch = batch.update(1, &customer().post("Director"));
    let results = batch.get(ContactId::from(1)).send().await.unwrap();
    let shows_it = results.iter().map(|result| {
        let record = result.as_ref().unwrap().raw();
        record.as_str().contains("Director")
    });
    assert_eq!(shows_it.collect::<Vec<_>>(), [false, true, true]);
    assert_eq!(sandbox.requests().len(), 3);
}

#[tokio::test(start_paused = true)]
async fn a_call_that_cannot_be_sent_fails_by_itself() {
    let sandbox = portal(2).start().await;
    let results = client(&sandbox)
        .batch()
        .update(0, &customer().post("Director"))
        .update(1, &customer())
        .update(1, &customer().ratio(f64::NAN))
        .get(ContactId::from(0))
        .update(2, &customer().post("Director"))
        .send()
        .await
        .unwrap();
    let expected = [
        "InvalidId NotApplied",
        "EmptyPatch NotApplied",
        "InvalidPatch NotApplied",
        "InvalidId NotApplied",
        "Ok",
    ];
    assert_eq!(summary(&results), expected);
    assert_eq!(writes(&sandbox), [(2, json!({ "post": "Director" }))]);
}

#[tokio::test(start_paused = true)]
async fn a_batch_of_calls_that_cannot_be_sent_sends_nothing() {
    let sandbox = portal(1).start().await;
    let results = client(&sandbox)
        .batch()
        .update(1, &customer())
        .send()
        .await
        .unwrap();
    assert_eq!(summary(&results), ["EmptyPatch NotApplied"]);
    assert!(sandbox.requests().is_empty());
}

#[tokio::test(start_paused = true)]
async fn only_the_calls_that_were_put_off_are_sent_again() {
    let sandbox = portal(3).start().await;
    let limited = || CallFault::rate_limited(seconds(5));
    sandbox.faults([
        Fault::in_batch([(0, limited()), (2, limited())]),
        Fault::in_batch([(1, limited())]),
    ]);
    let begin = tokio::time::Instant::now();
    let batch = (1..=3).fold(client(&sandbox).batch(), |batch, id| {
        batch.update(id, &customer().add_phone(PHONE))
    });
    assert_eq!(summary(&batch.send().await.unwrap()), ["Ok"; 3]);
    assert!(begin.elapsed() >= seconds(10), "{:?}", begin.elapsed());
    let sent: Vec<u64> = writes(&sandbox).iter().map(|(id, _)| *id).collect();
    assert_eq!((sent, writing(&sandbox).len()), (vec![1, 2, 3, 1, 3, 3], 3));
    assert!((1..=3).all(|id| count(&sandbox, id, PHONE) == 1));
}

#[tokio::test(start_paused = true)]
async fn calls_that_were_put_off_for_long_are_returned_with_the_wait() {
    let sandbox = portal(2).start().await;
    sandbox.fault(Fault::in_batch([(
        1,
        CallFault::rate_limited(seconds(600)),
    )]));
    let batch = (1..=2).fold(client(&sandbox).batch(), |batch, id| {
        batch.update(id, &customer().add_phone(PHONE))
    });
    let results = batch.send().await.unwrap();
    assert_eq!(summary(&results), ["Ok", "Api NotApplied"]);
    assert_eq!(
        results[1].as_ref().unwrap_err().retry_after(),
        Some(seconds(600))
    );
    assert_eq!(writing(&sandbox).len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_read_in_a_batch_that_was_lost_has_changed_nothing() {
    let sandbox = portal(2).start().await;
    sandbox.faults((0..3).map(|_| Fault::drop_after()));
    let results = client(&sandbox)
        .batch()
        .get(ContactId::from(1))
        .update(2, &customer().add_phone(PHONE))
        .send()
        .await
        .unwrap();
    assert_eq!(
        summary(&results),
        ["Interrupted NotApplied", "Interrupted Unknown"]
    );
    assert_eq!(count(&sandbox, 2, PHONE), 1);
}

#[tokio::test(start_paused = true)]
async fn each_call_has_an_error_of_its_own_that_names_it() {
    let sandbox = portal(3).start().await;
    sandbox.fault(Fault::in_batch([
        (0, CallFault::error("ENTITY_NOT_FOUND")),
        (1, CallFault::missing()),
        (2, CallFault::error("BITRIX_UNAVAILABLE")),
    ]));
    let batch = (1..=3).fold(client(&sandbox).batch(), |batch, id| {
        batch.update(id, &customer().add_phone(PHONE))
    });
    let results = batch.send().await.unwrap();
    let expected = ["Api NotApplied", "Unexpected Unknown", "Api Unknown"];
    assert_eq!(summary(&results), expected);
    for (id, result) in (1..).zip(&results) {
        let error = result.as_ref().unwrap_err();
        assert!(
            error.to_string().contains(&format!("contacts/{id}")),
            "{error}"
        );
        assert_eq!(error.status(), None);
    }
}

#[tokio::test(start_paused = true)]
async fn a_batch_is_written_as_the_reference_shows_it() {
    let sandbox = portal(2).start().await;
    let batch = client(&sandbox).batch();
    let batch = batch
        .update(1, &customer().add_phone(PHONE))
        .get(ContactId::from(2));
    batch.send().await.unwrap();
    let expected = concat!(
        r#"{"calls":[{"id":"c0","entity":"contacts","action":"update","entityId":1,"#,
        r#""params":{"phone":"+79161112233"}},"#,
        r#"{"id":"c1","entity":"contacts","action":"get","entityId":2}]}"#
    );
    let request = &sandbox.requests()[0];
    assert_eq!(
        (request.path(), request.body_str()),
        ("/v1/batch", expected)
    );
}
