//! Codes of closed sets: those of a record may be older than the lists of the portal.

use serde_json::json;
use vibecode_sandbox::{Entity, Sandbox};

use crate::{export, support::Desk};

const STATUSES: &str = r#"{"format": 1, "sets": {
    "CONTACT_TYPE": [{"code": "CLIENT", "name": "Клиенты"}, {"code": "SUPPLIER", "name": "Поставщики"}],
    "SOURCE": [{"code": "WEB", "name": "Website"}, {"code": "CALL", "name": "Call"}]
}}"#;

async fn desk() -> Desk {
    let sandbox = Sandbox::builder()
        .seed(json!({"contacts": [
            {"id": 1, "typeId": "CLIENT", "sourceId": "WEB"},
            {"id": 2, "typeId": "SUPPLIER", "sourceId": "UC_ABC"},
            {"id": 3, "typeId": "Клиенты", "sourceId": "UC_ABC"},
        ]}))
        .start()
        .await;
    let desk = Desk::with(sandbox);
    desk.write("vibecode/statuses.json", STATUSES);
    desk
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_that_bulk_would_read_as_another_is_never_written() {
    let desk = desk().await;
    let words = ["contacts", "--fields", "typeId", "--output", "a.csv"];
    let said = export(&desk, &words);
    said.assert(
        1,
        "contacts/3 `typeId` has the code `Клиенты`, which the portal does not list: `bulk` would read it as the name of another code",
    );
    assert_eq!(desk.read("a.csv"), "id,typeId\n1,CLIENT\n2,SUPPLIER\n");
}

#[tokio::test(flavor = "multi_thread")]
async fn codes_that_bulk_refuses_are_written_and_reported() {
    for labels in [&[][..], &["--labels"]] {
        let desk = desk().await;
        let words = ["contacts", "--fields", "sourceId", "--output", "a.csv"];
        let said = export(&desk, &[&words, labels].concat());
        said.assert(
            0,
            "`bulk` refuses 2 values of `sourceId`, since the portal does not list the code: UC_ABC",
        );
        assert!(desk.read("a.csv").ends_with("\n2,UC_ABC\n3,UC_ABC\n"));
        desk.run("contacts a.csv").assert(1, "has no such code");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn records_with_an_old_code_can_be_listed() {
    let desk = desk().await;
    let list = |filter| export(&desk, &["contacts", "--fields", "post", "--filter", filter]);
    let said = list("sourceId=UC_ABC");
    said.assert(
        0,
        "--filter: only records with an old code can match: `sourceId` has no such code",
    );
    assert_eq!(said.out, "id,post\n2,\n3,\n");
    let said = list("sourceId=website");
    assert_eq!((said.code, said.out.as_str()), (Some(0), "id,post\n1,\n"));
    // A name that no code has is a mistake.
    list("typeId=Клиент").assert(2, "did you mean `Клиенты`?");
    for filter in ["sourceId>CALL", "sourceId<=WEB"] {
        list(filter).assert(2, "the values of `sourceId` have no order: use `=` or `!=`");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn records_with_an_old_code_can_be_listed_if_the_codes_are_compared_with_the_portal() {
    let desk = desk().await;
    std::fs::remove_file(desk.path("vibecode/statuses.json")).unwrap();
    let pulled = std::process::Command::new(env!("CARGO_BIN_EXE_cargo-vibecode"))
        .args(["vibecode", "pull", "statuses"])
        .args(["--base-url", desk.sandbox.url()])
        .current_dir(&desk.folder)
        .env("VIBECODE_API_KEY", Sandbox::API_KEY)
        .output();
    assert!(pulled.unwrap().status.success());
    let words = [
        "contacts",
        "--fields",
        "post",
        "--filter",
        "sourceId=UC_ABC",
    ];
    let said = export(&desk, &words);
    said.assert(0, "--filter: only records with an old code can match");
    assert_eq!(said.out, "id,post\n2,\n3,\n");
}

#[tokio::test(flavor = "multi_thread")]
async fn labels_that_mean_something_else_on_the_portal_now_are_not_written() {
    let desk = desk().await;
    // Fetched before the two names were swapped.
    let swapped = r#"{"format": 1, "portal": "sandbox.invalid", "sets": {
        "CONTACT_TYPE": [{"code": "CLIENT", "name": "Поставщики"}, {"code": "SUPPLIER", "name": "Клиенты"}]
    }}"#;
    desk.write("vibecode/statuses.json", swapped);
    let words = ["contacts", "--fields", "typeId", "--output", "a.csv"];
    let said = export(&desk, &[&words[..], &["--labels"]].concat());
    said.assert(2, "codes that this command uses have changed on the portal since vibecode/statuses.json was fetched");
    assert!(!desk.exists("a.csv"));
    // Codes mean the same.
    export(&desk, &words).assert(1, "contacts/3 `typeId`");
}

#[tokio::test(flavor = "multi_thread")]
async fn labels_of_options_that_were_swapped_on_the_portal_are_not_written() {
    let list = |one: &str, other: &str| {
        json!({"ufCrm_1": {"type": "enumeration", "label": "Level", "items": [
            {"ID": "81", "VALUE": one}, {"ID": "82", "VALUE": other},
        ]}})
    };
    let sandbox = |fields| Sandbox::builder().schema(Entity::Contacts, fields).start();
    let desk = Desk::with(sandbox(list("Silver", "Gold")).await);
    let of_file =
        json!({"format": 1, "portal": "sandbox.invalid", "fields": list("Gold", "Silver")});
    desk.write("vibecode/contacts.json", of_file.to_string());
    let words = [
        "contacts", "--fields", "ufCrm_1", "--labels", "--output", "a.csv",
    ];
    export(&desk, &words).assert(
        2,
        "what this command uses has changed on the portal since vibecode/contacts.json was fetched",
    );
    assert!(!desk.exists("a.csv"));
}
