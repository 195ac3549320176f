//! Which parts of a patch are sent, to which record, and which patches are not sent at all.

use vibecode_runtime::{ContactId, ErrorKind, Outcome, Phone};
use vibecode_sandbox::Sandbox;

use crate::{CustomerPatch, client, customer, json};

#[tokio::test]
async fn an_empty_patch_is_not_sent() {
    let sandbox = Sandbox::start().await;
    for patch in [
        customer(),
        customer().maybe(None::<&str>, CustomerPatch::post),
    ] {
        let error = client(&sandbox).update(71, &patch).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::EmptyPatch);
        assert_eq!(error.outcome(), Outcome::NotApplied);
    }
    assert!(sandbox.requests().is_empty());
}

#[tokio::test]
async fn nothing_is_sent_to_the_id_0() {
    let sandbox = Sandbox::start().await;
    let patch = customer().post("Director");
    let client = client(&sandbox);
    for call in [
        client.update(0, &patch),
        client.update(ContactId::from(0), &patch),
    ] {
        let error = call.await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidId);
        assert_eq!(error.outcome(), Outcome::NotApplied);
    }
    assert!(sandbox.requests().is_empty());
}

#[tokio::test]
async fn a_contacts_own_id_and_a_plain_number_address_the_same_record() {
    let sandbox = Sandbox::start().await;
    let patch = customer().post("Director");
    let client = client(&sandbox);
    client.update(72, &patch).await.unwrap();
    client.update(ContactId::from(72), &patch).await.unwrap();
    let paths: Vec<_> = sandbox
        .requests()
        .iter()
        .map(|request| request.path().to_owned())
        .collect();
    assert_eq!(paths, ["/v1/contacts/72", "/v1/contacts/72"]);
}

#[tokio::test]
async fn the_body_on_the_wire_is_what_serde_json_writes() {
    let sandbox = Sandbox::start().await;
    let patch = customer()
        .post("Директор \u{1F980}\n")
        .add_phone(Phone::home("+7"))
        .scores([0.1, 1e21])
        .clear_company()
        .set_unchecked("comments", "a");
    client(&sandbox).update(71, &patch).await.unwrap();
    let requests = sandbox.requests();
    assert_eq!(requests[0].body_str(), json(&patch));
    assert!(requests[0].dropped().is_empty());
}
