//! An export says of which portal it is, and its names are those of that portal.

use serde_json::{Value, json};
use vibecode_sandbox::{Entity, Sandbox};

use crate::{export, support::Desk};

#[tokio::test(flavor = "multi_thread")]
async fn an_export_names_its_portal_beside_the_records() {
    let desk = Desk::of(2).await;
    let said = export(&desk, &["contacts", "--fields", "post"]);
    assert_eq!(said.code, Some(0), "{said:#?}");
    assert_eq!(said.out, "id,post\n1,\n2,\n");
    assert!(
        said.err.contains("portal: sandbox.invalid (key: personal"),
        "{said:#?}"
    );
    let words = [
        "contacts", "--fields", "post", "--format", "json", "--output", "a.csv",
    ];
    let said = export(&desk, &words);
    let report: Value = serde_json::from_str(&said.out).unwrap();
    assert_eq!(report["portal"]["portal"], "sandbox.invalid");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_asserted_portal_is_asked_once() {
    let desk = Desk::of(1).await;
    let words = [
        "contacts",
        "--fields",
        "post",
        "--portal",
        "sandbox.invalid",
    ];
    export(&desk, &words).assert(0, "portal: sandbox.invalid");
    let requests = desk.sandbox.requests();
    let asked = requests.iter().filter(|it| it.path().ends_with("/me"));
    assert_eq!(asked.count(), 1);
}

/// A desk whose file lists these fields, and whose portal lists others.
async fn desk_with(of_file: Value, of_portal: Value) -> Desk {
    let sandbox = Sandbox::builder().schema(Entity::Contacts, of_portal);
    let desk = Desk::with(sandbox.contacts(3).start().await);
    let file = json!({"format": 1, "portal": "sandbox.invalid", "fields": of_file});
    desk.write("vibecode/contacts.json", file.to_string());
    desk
}

fn list(one: &str, other: &str) -> Value {
    json!({"ufCrm_1": {"type": "enumeration", "label": "Level", "items": [
        {"ID": "81", "VALUE": one}, {"ID": "82", "VALUE": other},
    ]}})
}

#[tokio::test(flavor = "multi_thread")]
async fn a_filter_whose_field_or_option_is_another_one_on_the_portal_exports_nothing() {
    let text = |name: &str, label: &str| json!({name: {"type": "string", "label": label}});
    for (of_file, of_portal, filter) in [
        (
            list("Gold", "Silver"),
            list("Silver", "Gold"),
            "ufCrm_1=Gold",
        ),
        (
            text("ufCrm_1", "Level"),
            text("ufCrm_2", "Level"),
            "ufCrm_1=a",
        ),
        (
            text("ufCrm_1", "Level"),
            text("ufCrm_2", "Level"),
            "Level=a",
        ),
    ] {
        let desk = desk_with(of_file, of_portal).await;
        for words in [
            ["contacts", "--fields", "post", "--filter", filter],
            ["contacts", "--labels", "--fields=post", "--filter", filter],
        ] {
            let said = export(&desk, &words);
            assert_eq!(said.code, Some(2), "{filter}: {said:#?}");
            assert_eq!(said.out, "", "{filter}");
            assert!(
                said.err.contains("cargo vibecode pull contacts"),
                "{said:#?}"
            );
        }
        // Other fields are not compared.
        export(&desk, &["contacts", "--fields", "post"]).assert(0, "");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_filter_by_a_field_that_the_portal_does_not_list_exports_nothing() {
    let desk = Desk::of(3).await;
    // It does not say of which portal it is.
    desk.write(
        "vibecode/contacts.json",
        r#"{"ufCrm_1": {"type": "string"}}"#,
    );
    let words = ["contacts", "--fields", "post", "--filter", "ufCrm_1=a"];
    let said = export(&desk, &words);
    said.assert(
        2,
        "--filter: the portal does not list the field `ufCrm_1` of contacts, and may answer every record: nothing was exported",
    );
    for filter in ["post=a", "phone=+79161112233", "email~example"] {
        let words = ["contacts", "--fields", "post", "--filter", filter];
        export(&desk, &words).assert(0, "");
    }
}
