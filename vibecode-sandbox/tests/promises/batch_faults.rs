use std::time::Duration;

use serde_json::{Value, json};
use vibecode_sandbox::{CallFault, Fault, Sandbox};

use crate::wire::{Exchange, call_raw, get};

/// A batch that makes the contacts 1 to 4 directors, which meets this fault.
async fn meet(fault: Fault) -> (Exchange, Sandbox) {
    let sandbox = Sandbox::builder().contacts(4).start().await;
    sandbox.fault(fault);
    let calls: Vec<Value> = (1..=4)
        .map(|id| {
            json!({"id": format!("c{id}"), "entity": "contacts", "action": "update",
                "entityId": id, "params": {"post": "Director"}})
        })
        .collect();
    let body = json!({"calls": calls}).to_string();
    let exchange = call_raw(&sandbox, "POST /v1/batch", &body).await;
    (exchange, sandbox)
}

/// The contacts that are directors, which the log must know too.
fn directors(sandbox: &Sandbox) -> Vec<u64> {
    let is_director = |id: &u64| sandbox.contact(*id).unwrap()["post"] == "Director";
    let directors: Vec<_> = (1..=4).filter(is_director).collect();
    let requests = sandbox.requests();
    let logged: Vec<_> = directors.iter().map(|id| format!("c{id}")).collect();
    assert_eq!(requests[0].applied_calls(), logged);
    assert_eq!(requests[0].was_applied(), !directors.is_empty());
    directors
}

#[tokio::test]
async fn single_calls_go_wrong_and_the_others_do_not() {
    let (exchange, sandbox) = meet(Fault::in_batch([
        (0, CallFault::rate_limited(Duration::from_secs(7))),
        (1, CallFault::error("INTERNAL_ERROR")),
        (2, CallFault::missing()),
        (9, CallFault::missing()),
    ]))
    .await;
    let answer = exchange.answer();
    let (results, errors) = (&answer.data()["results"], &answer.data()["errors"]);
    assert_eq!(errors["c1"]["code"], "RATE_LIMITED");
    assert_eq!(errors["c1"]["retryAfter"], 7);
    assert_eq!(errors["c2"]["code"], "INTERNAL_ERROR");
    assert!(results.get("c3").is_none() && errors.get("c3").is_none());
    assert_eq!(results["c4"]["post"], "Director");
    assert_eq!(directors(&sandbox), [3, 4]);
}

#[tokio::test]
async fn a_call_that_goes_wrong_is_applied_or_not_as_a_test_wants() {
    let (exchange, sandbox) = meet(Fault::in_batch([
        (0, CallFault::rate_limited(Duration::from_secs(7)).applied()),
        (1, CallFault::error("INTERNAL_ERROR").applied()),
        (2, CallFault::missing().not_applied()),
    ]))
    .await;
    let answer = exchange.answer();
    let errors = answer.data()["errors"].as_object().unwrap();
    assert_eq!(errors.len(), 2);
    assert_eq!(directors(&sandbox), [1, 2, 4]);
}

#[tokio::test]
async fn a_connection_drops_after_some_calls_of_a_batch() {
    for (calls, expected) in [(0, vec![]), (2, vec![1, 2]), (9, vec![1, 2, 3, 4])] {
        let (exchange, sandbox) = meet(Fault::drop_after_calls(calls)).await;
        assert!(exchange.ended.is_ok() && exchange.bytes.is_empty());
        assert_eq!(directors(&sandbox), expected);
    }
}

#[tokio::test]
async fn other_faults_hit_a_batch_as_a_whole() {
    let (exchange, sandbox) = meet(Fault::drop_after()).await;
    assert!(exchange.bytes.is_empty());
    assert_eq!(directors(&sandbox), [1, 2, 3, 4]);
    let (exchange, _sandbox) = meet(Fault::another_record()).await;
    assert_eq!(exchange.answer().data()["results"]["c4"]["id"], 5);
    let (exchange, sandbox) = meet(Fault::bad_gateway().not_applied()).await;
    assert_eq!(exchange.status(), 502);
    assert!(directors(&sandbox).is_empty());
}

#[tokio::test]
async fn a_fault_of_batches_waits_for_one() {
    let sandbox = Sandbox::start().await;
    sandbox.fault(Fault::in_batch([(0, CallFault::missing())]));
    sandbox.fault(Fault::drop_after_calls(0).at("contacts"));
    assert_eq!(get(&sandbox, "contacts/71").await.status, 200);
    let body = r#"{"action":"update","items":[{"id":71,"post":"x"}]}"#;
    let first = call_raw(&sandbox, "POST /v1/contacts/batch", body).await;
    assert_eq!(first.answer().data()["results"], json!({}));
    let second = call_raw(&sandbox, "POST /v1/contacts/batch", body).await;
    assert!(second.bytes.is_empty());
}
