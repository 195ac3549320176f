use std::time::Duration;

use serde_json::json;
use vibecode_sandbox::{Fault, Sandbox, Storm};

use crate::wire::{call_raw, get, post};

#[tokio::test]
async fn many_plain_contacts_are_seeded_and_listed_at_once() {
    let sandbox = Sandbox::builder().contacts(5000).start().await;
    let answer = get(
        &sandbox,
        "contacts?limit=5000&order[name]=desc&select=id,name",
    )
    .await;
    let contacts = answer.data().as_array().unwrap();
    assert_eq!(contacts.len(), 5000);
    assert_eq!(contacts[0], json!({"id": 999, "name": "Contact 999"}));
    assert_eq!(sandbox.contact(71).unwrap()["name"], "Contact 71");
    assert_eq!(sandbox.contact(5001), None);
}

#[tokio::test(start_paused = true)]
async fn what_was_applied_is_known_after_a_storm_of_every_fault() {
    let sandbox = Sandbox::builder().contacts(10).start().await;
    sandbox.storm(
        Storm::seeded(42)
            .probability(0.9)
            .also([Fault::oversized()]),
    );
    for id in (1..=10).cycle().take(200) {
        call_raw(
            &sandbox,
            &format!("PATCH /v1/contacts/{id}"),
            r#"{"phone":"+7"}"#,
        )
        .await;
    }
    sandbox.calm();
    // The late ones.
    tokio::time::sleep(Duration::from_secs(6)).await;
    let requests = sandbox.requests();
    let applied = requests
        .iter()
        .filter(|request| request.was_applied())
        .count();
    let phones = (1..=10).map(|id| sandbox.contact(id).unwrap()["fm"].as_array().unwrap().len());
    assert_eq!(phones.sum::<usize>(), applied);
    let mut met: Vec<_> = requests
        .iter()
        .filter_map(|request| request.fault())
        .collect();
    met.sort_by_key(|fault| fault.name());
    met.dedup_by_key(|fault| fault.name());
    assert_eq!(met.len(), 24);
}

#[tokio::test]
async fn a_batch_of_500_items_is_taken() {
    let sandbox = Sandbox::builder().contacts(500).start().await;
    let items: Vec<_> = (1..=500)
        .map(|id| json!({"id": id, "post": "Director"}))
        .collect();
    let body = json!({"action": "update", "items": items});
    let answer = post(&sandbox, "contacts/batch", &body).await;
    assert_eq!(answer.data()["summary"]["succeeded"], 500);
    assert_eq!(sandbox.requests()[0].applied_calls().len(), 500);
}
