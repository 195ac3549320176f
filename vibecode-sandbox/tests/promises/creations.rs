use serde_json::json;
use vibecode_sandbox::{Entity, LoggedRequest, Sandbox};

use crate::wire::{call, get, patch, post, send};

#[tokio::test]
async fn a_record_is_created_by_the_rules_of_an_update() {
    let sandbox = Sandbox::start().await;
    let body = json!({
        "name": "Vera", "companyId": "15", "phone": ["+1", "+2"], "ufCrm_1721244707107": 81,
        "id": 900, "createdTime": "x", "unknown": 1, "post": null,
    });
    let answer = post(&sandbox, "contacts", &body).await;
    let contact = answer.created();
    assert_eq!(
        (&contact["id"], &contact["name"]),
        (&74.into(), &"Vera".into())
    );
    assert_eq!(
        (&contact["companyId"], &contact["ufCrm_1721244707107"]),
        (&15.into(), &81.into())
    );
    assert_eq!(contact["fm"].as_array().unwrap().len(), 2);
    assert_eq!(contact["createdTime"], "2026-04-15T12:00:00+03:00");
    assert_eq!(contact["updatedTime"], contact["createdTime"]);
    assert_eq!(sandbox.contact(74).as_ref(), Some(contact));
    let requests = sandbox.requests();
    assert!(requests[0].was_applied());
    assert_eq!(requests[0].dropped(), ["createdTime", "id", "unknown"]);
}

#[tokio::test]
async fn a_refused_creation_leaves_nothing() {
    let sandbox = Sandbox::start().await;
    let wrong = post(&sandbox, "contacts", &json!({"name": "Vera", "phone": 5})).await;
    assert_eq!(wrong.error(), (400, "INVALID_MULTIFIELD_SHAPE"));
    let key = format!("X-Api-Key: {}", Sandbox::READ_ONLY_KEY);
    for request in ["POST /v1/contacts", "DELETE /v1/contacts/71"] {
        let answer = send(&sandbox, request, &[&key], "{}").await;
        assert_eq!(answer.error(), (403, "WRITE_BLOCKED_READONLY_KEY"));
    }
    assert_eq!(sandbox.contact(74), None);
    assert!(sandbox.contact(71).is_some());
    assert!(
        sandbox
            .requests()
            .iter()
            .all(|request| !request.was_applied())
    );
}

#[tokio::test]
async fn an_immutable_field_is_set_at_the_beginning_only() {
    let sealed = json!({"type": "string", "isImmutable": true});
    let builder = Sandbox::builder().user_field(Entity::Contacts, "ufCrmSealed", sealed);
    let sandbox = builder.start().await;
    let answer = post(&sandbox, "contacts", &json!({"ufCrmSealed": "wax"})).await;
    assert_eq!(answer.created()["ufCrmSealed"], "wax");
    call(
        &sandbox,
        "PATCH /v1/contacts/74",
        r#"{"ufCrmSealed":"broken"}"#,
    )
    .await;
    assert_eq!(sandbox.contact(74).unwrap()["ufCrmSealed"], "wax");
}

#[tokio::test]
async fn deals_have_creation_times_of_their_own() {
    let sandbox = Sandbox::start().await;
    let answer = post(&sandbox, "deals", &json!({"title": "One"})).await;
    assert_eq!(answer.created()["createdAt"], "2026-04-15T12:00:00+03:00");
    assert!(answer.created().get("createdTime").is_none());
}

#[tokio::test]
async fn a_deleted_record_is_gone_and_its_id_does_not_come_again() {
    let sandbox = Sandbox::start().await;
    let answer = call(&sandbox, "DELETE /v1/contacts/73", "").await;
    assert_eq!(answer.data(), &json!({"id": 73, "deleted": true}));
    for request in ["GET", "PATCH", "DELETE"] {
        let answer = call(&sandbox, &format!("{request} /v1/contacts/73"), "{}").await;
        assert_eq!(answer.error(), (404, "ENTITY_NOT_FOUND"));
    }
    let answer = post(&sandbox, "contacts", &json!({})).await;
    assert_eq!(answer.created()["id"], 74);
}

#[tokio::test]
async fn the_log_shows_which_requests_were_applied() {
    let sandbox = Sandbox::start().await;
    get(&sandbox, "contacts/71").await;
    patch(&sandbox, &json!({"post": "Director"})).await;
    patch(&sandbox, &json!({"post": "Director"})).await;
    patch(&sandbox, &json!({"post": 5})).await;
    call(&sandbox, "DELETE /v1/contacts/71", "").await;
    let requests = sandbox.requests();
    let applied: Vec<_> = requests.iter().map(LoggedRequest::was_applied).collect();
    assert_eq!(applied, [false, true, true, false, true]);
    assert!(requests.iter().all(|request| request.fault().is_none()));
}
