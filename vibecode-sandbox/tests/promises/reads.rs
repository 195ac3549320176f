use serde_json::json;
use vibecode_sandbox::{Entity, EntityPath, Sandbox};

use crate::wire::{call, get, patch};

#[tokio::test]
async fn the_documented_contact_is_there() {
    let sandbox = Sandbox::start().await;
    let answer = get(&sandbox, "contacts/71").await;
    let documented = json!({
        "id": 71, "name": "Ivan", "lastName": "Petrov", "companyId": 15, "assignedById": 1,
        "createdTime": "2020-05-08T10:48:20+03:00", "updatedTime": "2026-04-15T12:00:00+03:00",
    });
    for (key, value) in documented.as_object().unwrap() {
        assert_eq!(&answer.data()[key], value, "{key}");
    }
}

#[tokio::test]
async fn every_entity_of_the_default_portal_is_read() {
    let sandbox = Sandbox::start().await;
    for (path, key) in [
        ("companies/15", "title"),
        ("leads/31", "stageId"),
        ("deals/5", "amount"),
        ("contacts/72", "ufCrm_1721244707107"),
        ("contacts/73", "name"),
    ] {
        let answer = get(&sandbox, path).await;
        assert!(!answer.data()[key].is_null(), "{path}");
    }
}

#[tokio::test]
async fn a_record_has_all_fields_of_its_entity_and_what_is_not_set_is_empty() {
    let sandbox = Sandbox::start().await;
    let answer = get(&sandbox, "contacts/73").await;
    let contact = answer.data();
    for field in Entity::Contacts.schema().fields() {
        assert!(contact.get(&field.name).is_some(), "{}", field.name);
    }
    assert!(contact["post"].is_null() && contact["phone"].is_null());
    assert_eq!(contact["companyId"], 0);
    assert_eq!(contact["observers"], json!([]));
    assert_eq!(contact["opened"], false);
    assert_eq!(contact["fm"], json!([]));
    assert_eq!(contact["hasPhone"], false);
    assert_eq!(contact["ufCrmTags"], json!([]));
    assert!(contact["ufCrmSubscribed"].is_null());
}

#[tokio::test]
async fn a_deal_that_is_in_no_other_pipeline_shows_pipeline_0() {
    let sandbox = Sandbox::start().await;
    let created = call(&sandbox, "POST /v1/deals", r#"{"title":"Roof"}"#).await;
    assert_eq!(created.body["data"]["categoryId"], 0);
    let move_deal = async |body: &str| {
        let answer = call(&sandbox, "PATCH /v1/deals/5", body).await;
        answer.data()["categoryId"].clone()
    };
    assert_eq!(get(&sandbox, "deals/5").await.data()["categoryId"], 0);
    for clearing in [r#"{"categoryId":0}"#, r#"{"categoryId":""}"#] {
        assert_eq!(move_deal(r#"{"categoryId":5}"#).await, 5);
        assert_eq!(move_deal(clearing).await, 0, "{clearing}");
    }
}

#[tokio::test]
async fn fm_and_the_aliases_show_the_phones_and_emails() {
    let sandbox = Sandbox::start().await;
    let answer = get(&sandbox, "contacts/72").await;
    let contact = answer.data();
    assert_eq!(contact["phone"], "+79160000072");
    assert_eq!(contact["phoneMobile"], "+79160000072");
    assert_eq!(contact["phoneFax"], "+74950000072");
    assert!(contact["phoneWork"].is_null());
    assert_eq!(contact["emailHome"], "anna@example.org");
    assert_eq!(contact["hasPhone"], true);
    let mobile = json!({
        "id": 103, "typeId": "PHONE", "valueType": "MOBILE", "value": "+79160000072",
    });
    assert_eq!(contact["fm"][0], mobile);
    assert_eq!(contact["fm"].as_array().unwrap().len(), 4);
}

#[tokio::test]
async fn reads_may_leave_fm_out_though_its_aliases_are_there() {
    let sandbox = Sandbox::builder().without_fm().start().await;
    let read = get(&sandbox, "contacts/72").await;
    let written = patch(&sandbox, &json!({"phone": "+1"})).await;
    let listed = get(&sandbox, "contacts").await;
    for contact in [read.data(), written.data(), &listed.data()[0]] {
        assert!(contact.get("fm").is_none());
        assert!(contact["phone"].is_string());
    }
    let fm = &sandbox.contact(71).unwrap()["fm"];
    assert_eq!(fm.as_array().unwrap().len(), 3);
}

#[tokio::test]
async fn deals_have_no_multifields() {
    let sandbox = Sandbox::start().await;
    let answer = get(&sandbox, "deals/5").await;
    assert!(answer.data().get("fm").is_none());
    assert!(answer.data().get("phone").is_none());
}

#[tokio::test]
async fn an_unknown_id_is_answered_as_documented() {
    let sandbox = Sandbox::start().await;
    for path in ["contacts/1", "contacts/71x", "deals/71"] {
        for method in ["GET", "PATCH"] {
            let answer = call(&sandbox, &format!("{method} /v1/{path}"), "{}").await;
            assert_eq!(answer.status, 404);
            let documented = json!({
                "success": false,
                "error": { "code": "ENTITY_NOT_FOUND", "message": "Item not found" },
            });
            assert_eq!(answer.body, documented);
        }
    }
}

#[tokio::test]
async fn an_unknown_or_singular_entity_is_not_a_route() {
    let sandbox = Sandbox::start().await;
    for path in [
        "contact/71",
        "timelines/1",
        "contacts/",
        "",
        "contacts/71/x",
    ] {
        let answer = get(&sandbox, path).await;
        assert_eq!(answer.error(), (404, "ROUTE_NOT_FOUND"), "{path}");
    }
    let answer = get(&sandbox, "contact/71").await;
    assert_eq!(answer.body["error"]["hint"], "Did you mean /v1/contacts?");
}

#[tokio::test]
async fn a_record_is_looked_at_without_http_and_without_a_trace() {
    let sandbox = Sandbox::start().await;
    let answer = get(&sandbox, "companies/15").await;
    let record = sandbox.record(Entity::Companies, 15);
    assert_eq!(record.as_ref(), Some(answer.data()));
    assert_eq!(sandbox.record(Entity::Leads, 15), None);
    assert_eq!(sandbox.requests().len(), 1);
}

#[tokio::test]
async fn fields_may_be_described_in_the_native_vocabulary() {
    let sandbox = Sandbox::builder().native_fields().start().await;
    for entity in Entity::ALL {
        let answer = get(&sandbox, &format!("{}/fields", entity.path())).await;
        let described = answer.data();
        for field in entity.schema().fields() {
            let description = &described[&field.name];
            assert_eq!(description["isReadOnly"], field.read_only, "{}", field.name);
            assert_eq!(description["isMultiple"], field.multiple);
            assert_eq!(description["isDynamic"], false);
        }
    }
    let answer = get(&sandbox, "contacts/fields").await;
    let company = json!({
        "type": "crm_company", "isRequired": false, "isReadOnly": false, "isImmutable": false,
        "isMultiple": false, "isDynamic": false, "title": "Company", "upperName": "COMPANY_ID",
    });
    assert_eq!(answer.data()["companyId"], company);
    assert_eq!(answer.data()["phone"]["type"], "crm_multifield");
    assert_eq!(answer.data()["fm"]["type"], "crm_multifield");
    assert_eq!(answer.data()["assignedById"]["type"], "user");
}

#[tokio::test]
async fn all_records_are_those_that_can_be_read_one_by_one() {
    let sandbox = Sandbox::builder().without_fm().start().await;
    let contacts = sandbox.records(Entity::Contacts);
    let ids = [71, 72, 73];
    let each = ids.map(|id| sandbox.contact(id).unwrap());
    assert_eq!(contacts, each);
    assert!(contacts[0].get("fm").is_some());
    assert!(sandbox.records(EntityPath::Items(4)).is_empty());
}
