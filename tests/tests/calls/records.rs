//! Creating and deleting a record, and the calls about the key and the fields.

use std::time::Duration;

use vibecode_runtime::{Client, ContactId, Credentials, ErrorCode, ErrorKind, Outcome, Phone};
use vibecode_sandbox::{Fault, Sandbox};

use crate::{Customer, client, requests};

#[tokio::test(start_paused = true)]
async fn a_creation_returns_the_id_and_the_values_of_the_record() {
    let sandbox = Sandbox::start().await;
    let patch = Customer::patch()
        .name("Vera")
        .add_phone(Phone::mobile("+79161112233"));
    let created = client(&sandbox).create(&patch).await.unwrap();
    let customer: Customer = created.record().unwrap();
    assert_eq!(customer.id, created.id());
    assert_eq!(customer.name.as_deref(), Some("Vera"));
    assert_eq!(customer.phone, [Phone::mobile("+79161112233")]);
    assert!(sandbox.contact(created.id().get()).is_some());
    assert_eq!(requests(&sandbox), ["POST /v1/contacts"]);
}

#[tokio::test(start_paused = true)]
async fn an_empty_patch_creates_nothing() {
    let sandbox = Sandbox::start().await;
    let error = client(&sandbox)
        .create(&Customer::patch())
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::EmptyPatch);
    assert!(sandbox.requests().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_creation_whose_answer_is_lost_is_not_repeated() {
    let sandbox = Sandbox::start().await;
    sandbox.fault(Fault::drop_after());
    let patch = Customer::patch().name("Vera");
    let error = client(&sandbox).create(&patch).await.unwrap_err();
    assert_eq!(error.outcome(), Outcome::Unknown);
    assert_eq!(requests(&sandbox), ["POST /v1/contacts"]);
}

#[tokio::test(start_paused = true)]
async fn the_error_of_a_lost_change_names_a_next_step_that_can_be_taken() {
    let sandbox = Sandbox::start().await;
    let (client, patch) = (client(&sandbox), Customer::patch().name("Vera"));
    let fault = || sandbox.fault(Fault::drop_after());
    fault();
    let of_create = client.create(&patch).await.unwrap_err().to_string();
    assert!(of_create.contains("by a key of your own"), "{of_create}");
    for _ in 0..3 {
        fault();
    }
    let of_update = client.update(71, &patch).await.unwrap_err().to_string();
    assert!(of_update.contains("read the record"), "{of_update}");
}

#[tokio::test(start_paused = true)]
async fn a_creation_that_was_put_off_is_repeated() {
    let sandbox = Sandbox::start().await;
    sandbox.fault(Fault::rate_limited(Duration::from_secs(3)));
    let patch = Customer::patch().name("Vera");
    assert!(client(&sandbox).create(&patch).await.is_ok());
    assert_eq!(sandbox.requests().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_record_that_is_deleted_is_gone() {
    let sandbox = Sandbox::start().await;
    client(&sandbox).delete(ContactId::from(73)).await.unwrap();
    assert!(sandbox.contact(73).is_none());
    assert_eq!(requests(&sandbox), ["DELETE /v1/contacts/73"]);
}

#[tokio::test(start_paused = true)]
async fn deleting_what_is_not_there_is_an_error_unless_a_lost_attempt_did_it() {
    let sandbox = Sandbox::start().await;
    let client = client(&sandbox);
    let error = client.delete(ContactId::from(404)).await.unwrap_err();
    assert_eq!(error.code(), Some(&ErrorCode::EntityNotFound));
    assert_eq!(error.outcome(), Outcome::NotApplied);

    sandbox.clear_requests();
    sandbox.fault(Fault::drop_after());
    client.delete(ContactId::from(73)).await.unwrap();
    assert_eq!(sandbox.requests().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn the_key_is_described() {
    let sandbox = Sandbox::start().await;
    let me = client(&sandbox).me().await.unwrap();
    assert_eq!(me.can_write(), Some(true));
    assert!(me.scopes().unwrap().contains(&"crm".to_owned()));
    assert!(me.portal().is_some());

    let reader = Client::builder(Credentials::personal(Sandbox::READ_ONLY_KEY))
        .base_url(sandbox.url())
        .build()
        .unwrap();
    assert_eq!(reader.me().await.unwrap().can_write(), Some(false));
}

#[tokio::test(start_paused = true)]
async fn the_fields_of_an_entity_are_described() {
    let sandbox = Sandbox::start().await;
    let fields = client(&sandbox).fields("contacts").await.unwrap();
    let fields: serde_json::Value = fields.parse().unwrap();
    assert!(fields.to_string().contains("ufCrm_1721244707107"));
    let error = client(&sandbox).fields("contact").await.unwrap_err();
    assert_eq!(error.code(), Some(&ErrorCode::RouteNotFound));
}
