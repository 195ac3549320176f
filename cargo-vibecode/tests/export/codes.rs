//! Codes of closed sets: those of a record may be older than the lists of the portal.

use serde_json::json;
use vibecode_sandbox::Sandbox;

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
