use serde_json::{Value, json};
use vibecode_sandbox::{Entity, Sandbox};

use crate::wire::{call, get, patch, post, send};

#[tokio::test]
async fn a_value_of_every_type_is_written() {
    let sandbox = Sandbox::start().await;
    let body = json!({
        "ufCrm_1721244707107": 81,
        "ufCrm_694BF2A975BD0": [0.5, 10],
        "ufCrmNote": "a note",
        "ufCrmTags": ["one"],
        "ufCrmVisits": -3,
        "ufCrmSubscribed": true,
        "ufCrmRenewal": "2026-12-31",
        "ufCrmLastCall": "2026-04-15T12:00:00+03:00",
        "ufCrmBudget": "300.50|RUB",
        "ufCrmSite": "https://example.com",
        "ufCrmOffice": "Moscow",
        "ufCrmCurator": 1,
        "ufCrmRelated": ["C_2", "CO_3", "D_1", "L_4"],
        "ufCrmChannel": "CALL",
        "ufCrm2_1639669411830": 12,
    });
    let answer = patch(&sandbox, &body).await;
    for (key, value) in body.as_object().unwrap() {
        assert_eq!(&answer.data()[key], value, "{key}");
    }
    assert!(sandbox.requests()[0].dropped().is_empty());
}

#[tokio::test]
async fn a_value_of_another_type_or_format_is_400() {
    let sandbox = Sandbox::start().await;
    let before = sandbox.contact(71);
    for (key, value) in [
        ("ufCrm_1721244707107", json!(80)),
        ("ufCrm_1721244707107", json!("81")),
        ("ufCrm_1721244707107", json!("Gold")),
        ("ufCrm_694BF2A975BD0", json!(0.5)),
        ("ufCrmNote", json!(5)),
        ("ufCrmNote", json!(["a note"])),
        ("ufCrmTags", json!("one")),
        ("ufCrmVisits", json!("3")),
        ("ufCrmVisits", json!(3.5)),
        ("ufCrmBudget", json!(300)),
        ("ufCrmBudget", json!("300")),
        ("ufCrmBudget", json!("many|RUB")),
        ("ufCrmCurator", json!("user_1")),
        ("ufCrmRelated", json!(["X_1"])),
        ("ufCrmRelated", json!(["C_"])),
        ("ufCrm2_1639669411830", json!(-1)),
    ] {
        let answer = patch(&sandbox, &json!({key: value})).await;
        assert_eq!(answer.error(), (400, "INVALID_REQUEST"), "{key}: {value}");
    }
    assert_eq!(sandbox.contact(71), before);
}

#[tokio::test]
async fn user_fields_are_cleared_by_empty_text_or_an_empty_list() {
    let sandbox = Sandbox::start().await;
    let filled = json!({
        "ufCrm_1721244707107": 81, "ufCrmVisits": 3, "ufCrmRenewal": "2026-12-31",
        "ufCrmCurator": 1, "ufCrmSubscribed": true, "ufCrmTags": ["one"],
    });
    patch(&sandbox, &filled).await.data();
    let cleared = json!({
        "ufCrm_1721244707107": "", "ufCrmVisits": "", "ufCrmRenewal": "",
        "ufCrmCurator": "", "ufCrmSubscribed": "", "ufCrmTags": [],
    });
    let answer = patch(&sandbox, &cleared).await;
    for key in cleared.as_object().unwrap().keys() {
        let expected = if key == "ufCrmTags" {
            json!([])
        } else {
            Value::Null
        };
        assert_eq!(answer.data()[key], expected, "{key}");
    }
}

#[tokio::test]
async fn files_are_uploaded_kept_and_cleared() {
    let sandbox = Sandbox::start().await;
    let file = |name: &str| json!([name, "SGVsbG8="]);
    let body =
        json!({"ufCrmContract": file("a.pdf"), "ufCrmScans": [file("b.png"), file("c.png")]});
    let before = patch(&sandbox, &body).await.data().clone();
    assert!(before["ufCrmContract"]["id"].is_u64());
    assert!(before["ufCrmContract"]["urlMachine"].is_string());

    let keep = json!({"id": before["ufCrmScans"][1]["id"]});
    let body = json!({"ufCrmContract": "", "ufCrmScans": [keep.clone(), file("d.png")]});
    let after = patch(&sandbox, &body).await.data().clone();
    assert!(after["ufCrmContract"].is_null());
    assert_eq!(after["ufCrmScans"][0], before["ufCrmScans"][1]);
    assert_eq!(after["ufCrmScans"].as_array().unwrap().len(), 2);

    patch(&sandbox, &json!({"ufCrmContract": file("a.pdf")}))
        .await
        .data();
    let other = json!({"id": 999});
    let body = json!({"ufCrmContract": other, "ufCrmScans": [other, keep]});
    let after = patch(&sandbox, &body).await.data().clone();
    assert!(after["ufCrmContract"].is_null());
    assert_eq!(after["ufCrmScans"], json!([before["ufCrmScans"][1]]));

    for wrong in [
        json!("a.pdf"),
        json!({"name": "a.pdf"}),
        json!(["a.pdf"]),
        json!(["a.pdf", "???"]),
    ] {
        let answer = patch(&sandbox, &json!({"ufCrmContract": wrong})).await;
        assert_eq!(answer.error(), (400, "INVALID_REQUEST"), "{wrong}");
    }
}

#[tokio::test]
async fn a_user_field_is_known_only_by_its_wire_name() {
    let sandbox = Sandbox::start().await;
    let before = sandbox.contact(71);
    for name in [
        "UF_CRM_NOTE",
        "ufCrm_NOTE",
        "ufCrmnote",
        "ufCrm1721244707107",
    ] {
        assert_eq!(
            patch(&sandbox, &json!({name: "x"})).await.data(),
            before.as_ref().unwrap()
        );
    }
    let on_a_deal = call(&sandbox, "PATCH /v1/deals/5", r#"{"ufCrmNote":"x"}"#).await;
    assert!(on_a_deal.data().get("ufCrmNote").is_none());
}

#[tokio::test]
async fn user_fields_are_described_with_what_they_were_given() {
    let sandbox = Sandbox::start().await;
    let answer = get(&sandbox, "contacts/fields").await;
    let loyalty = &answer.data()["fields"]["ufCrm_1721244707107"];
    let gold = json!({"id": 79, "value": "Gold"});
    assert_eq!(loyalty["type"], "enumeration");
    assert_eq!(loyalty["label"], "Loyalty");
    assert_eq!(loyalty["enum"][0], gold);
    assert_eq!(answer.data()["fields"]["ufCrmTags"]["multiple"], true);

    let sandbox = Sandbox::builder().native_fields().start().await;
    let answer = get(&sandbox, "contacts/fields").await;
    let loyalty = &answer.data()["ufCrm_1721244707107"];
    assert_eq!(loyalty["type"], "enumeration");
    assert_eq!(loyalty["isDynamic"], true);
    assert_eq!(loyalty["isMultiple"], false);
    assert_eq!(loyalty["upperName"], "UF_CRM_1721244707107");
    assert_eq!(loyalty["formLabel"], "Loyalty");
    assert_eq!(loyalty["items"][0], json!({"ID": "79", "VALUE": "Gold"}));
}

#[tokio::test]
async fn definitions_have_camel_case_keys_upper_names_and_flags_as_text() {
    let sandbox = Sandbox::start().await;
    let answer = get(&sandbox, "userfields/contacts").await;
    let definitions = answer.data().as_array().unwrap();
    assert_eq!(definitions.len(), 17);
    let find = |name: &str| {
        definitions
            .iter()
            .find(|each| each["fieldName"] == name)
            .unwrap()
    };
    let loyalty = find("UF_CRM_1721244707107");
    assert_eq!(loyalty["userTypeId"], "enumeration");
    assert_eq!(loyalty["entityId"], "CRM_CONTACT");
    assert_eq!(loyalty["multiple"], "N");
    assert_eq!(loyalty["editFormLabel"], json!({"ru": "Loyalty"}));
    assert_eq!(loyalty["list"][1], json!({"ID": "81", "VALUE": "Silver"}));
    let tags = find("UF_CRM_TAGS");
    assert!(tags["multiple"] == "Y" && tags["id"].is_u64() && tags.get("list").is_none());
    assert_eq!(get(&sandbox, "userfields/deals").await.data(), &json!([]));
}

#[tokio::test]
async fn a_user_field_is_made_and_then_written() {
    let sandbox = Sandbox::start().await;
    let body = json!({
        "fieldName": "UF_CRM_FLOOR", "userTypeId": "enumeration", "multiple": "N",
        "editFormLabel": {"ru": "Floor"}, "list": [{"VALUE": "Ground"}, {"VALUE": "First"}],
        "xmlId": "floor",
    });
    let answer = post(&sandbox, "userfields/deals", &body).await;
    let made = answer.created();
    assert_eq!(made["fieldName"], "UF_CRM_FLOOR");
    assert_eq!(made["list"][1], json!({"ID": "2", "VALUE": "First"}));
    let listed = get(&sandbox, "userfields/deals").await;
    assert_eq!(listed.data(), &json!([made]));
    assert_eq!(listed.body["meta"], json!({"total": 1}));
    assert_eq!(sandbox.requests()[0].dropped(), ["xmlId"]);
    let deal = call(&sandbox, "PATCH /v1/deals/5", r#"{"ufCrmFloor":2}"#).await;
    assert_eq!(deal.data()["ufCrmFloor"], 2);
    let fields = get(&sandbox, "deals/fields").await;
    assert_eq!(fields.data()["fields"]["ufCrmFloor"]["label"], "Floor");

    for (wrong, value) in [
        ("fieldName", json!("ufCrmFloor")),
        ("fieldName", json!("UF_CRM_FLOOR")),
        ("userTypeId", json!("hologram")),
        ("multiple", json!("maybe")),
        ("list", json!("Ground")),
    ] {
        let mut body = json!({"fieldName": "UF_CRM_ROOM", "userTypeId": "string"});
        body[wrong] = value;
        let answer = post(&sandbox, "userfields/deals", &body).await;
        assert_eq!(answer.error(), (400, "INVALID_REQUEST"), "{body}");
    }
    let key = format!("X-Api-Key: {}", Sandbox::READ_ONLY_KEY);
    let answer = send(&sandbox, "POST /v1/userfields/deals", &[&key], "{}").await;
    assert_eq!(answer.error(), (403, "WRITE_BLOCKED_READONLY_KEY"));
}

#[tokio::test]
async fn a_test_adds_user_fields_of_its_own() {
    let sandbox = Sandbox::builder()
        .user_field(Entity::Deals, "ufCrmFloor", json!({"type": "integer"}))
        .user_field(
            Entity::Contacts,
            "ufCrmSealed",
            json!({"type": "string", "isImmutable": true}),
        )
        .user_field(Entity::Contacts, "ufCrmNew", json!({"type": "hologram"}))
        .start()
        .await;
    let deal = call(&sandbox, "PATCH /v1/deals/5", r#"{"ufCrmFloor":3}"#).await;
    assert_eq!(deal.data()["ufCrmFloor"], 3);
    let body = json!({"ufCrmSealed": "x", "ufCrmNew": {"any": 1}, "ufCrmNote": "still there"});
    let contact = patch(&sandbox, &body).await;
    assert!(contact.data()["ufCrmSealed"].is_null());
    assert_eq!(contact.data()["ufCrmNew"], json!({"any": 1}));
    assert_eq!(contact.data()["ufCrmNote"], "still there");
}

#[tokio::test]
async fn a_portals_own_answer_is_taken_as_its_schema() {
    let sandbox = Sandbox::start().await;
    let native = Sandbox::builder().native_fields().start().await;
    let mut answer = get(&sandbox, "contacts/fields").await.body;
    let mut in_native = get(&native, "contacts/fields").await.body;
    for fields in [&mut answer["data"]["fields"], &mut in_native["data"]] {
        fields.as_object_mut().unwrap().remove("ufCrmNote").unwrap();
    }
    let nested = json!({"success": true, "data": {"fields": in_native["data"]}});
    let bare = in_native["data"].clone();
    for schema in [answer, in_native, nested, bare] {
        let copy = Sandbox::builder()
            .schema(Entity::Contacts, schema.clone())
            .start()
            .await;
        let contact = copy.contact(71).unwrap();
        assert!(contact.get("ufCrmNote").is_none());
        assert!(contact.get("ufCrmVisits").is_some());
    }
}

#[tokio::test]
async fn a_description_that_is_wrong_stops_the_start() {
    for (name, description, message) in [
        (
            "UF_CRM_NOTE",
            json!({"type": "string"}),
            "must have its wire name: use `ufCrmNote`",
        ),
        (
            "ufCrm_",
            json!({"type": "string"}),
            "does not have the wire name of a user field",
        ),
        ("ufCrmNote", json!({"title": "Note"}), "has no `type`"),
    ] {
        let builder = Sandbox::builder().user_field(Entity::Leads, name, description);
        let error = builder.try_start().await.unwrap_err();
        assert!(error.to_string().contains(message), "{error}");
    }
}
