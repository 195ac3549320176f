use serde_json::json;
use vibecode_sandbox::Sandbox;

use crate::{browser::Browser, served::Served};

const HOSTILE: &str =
    "<img src=x onerror=\"document.title='ran'\"></script><script>document.title='ran'</script>";

/// Opens the newest request.
fn open(browser: &mut Browser) {
    browser.value("document.querySelector('#log summary').click()");
    browser.wait_for("document.querySelector('#log details').open");
}

#[test]
fn answers_and_hints_are_shown() {
    let served = Served::start(Sandbox::builder());
    let Some(mut browser) = Browser::open(&served.page(), 1280, 800) else {
        return;
    };
    let body = r#"{"phone":[{"VALUE":"1","VALUE_TYPE":"WORK"}]}"#;
    assert_eq!(served.send("PATCH /v1/contacts/71", body), 400);
    browser.wait_for_text("INVALID_MULTIFIELD_SHAPE");
    // The hint is there before anybody opens the request.
    browser.wait_for_text("an array of {value, typeId?}");
    served.send("GET /v1/contacts/72", "");
    browser.wait_for_text("GET");
    open(&mut browser);
    browser.wait_for("document.querySelector('#log .body').textContent.includes('Answer')");
    let shown = browser.texts("#log li:first-child pre").join("");
    assert!(shown.contains("\"lastName\": \"Müller\""), "{shown}");
    // It stays open while others arrive.
    served.send("GET /v1/contacts/73", "");
    browser.wait_for("document.querySelectorAll('#log li').length === 3");
    assert!(browser.text().contains("\"lastName\": \"Müller\""));
}

#[test]
fn a_long_answer_is_shown_once_its_request_is_opened() {
    let served = Served::start(Sandbox::builder());
    let Some(mut browser) = Browser::open(&served.page(), 1280, 800) else {
        return;
    };
    served.send("GET /v1/contacts?limit=50", "");
    browser.wait_for_text("/v1/contacts?limit=50");
    open(&mut browser);
    browser.wait_for_text("\"name\": \"Ольга\"");
}

#[test]
fn in_a_batch_dropped_keys_and_failed_calls_are_marked() {
    let served = Served::start(Sandbox::builder());
    let Some(mut browser) = Browser::open(&served.page(), 1280, 800) else {
        return;
    };
    let call = |id: &str, record: u32, params| {
        json!({ "id": id, "entity": "contacts", "action": "update",
        "entityId": record, "params": params })
    };
    let mut calls = vec![
        call("a", 71, json!({ "post": "Director", "psot": "Chief" })),
        call("b", 9999, json!({ "psot": "not dropped: the call failed" })),
        call("c", 72, json!({ "post": "psot" })),
    ];
    // More than the state contains.
    calls.extend((0..47).map(|index| {
        call(
            &format!("more-{index}"),
            73,
            json!({ "comments": "x".repeat(100) }),
        )
    }));
    let body = json!({ "calls": calls }).to_string();
    assert_eq!(served.send("POST /v1/batch", &body), 200);
    browser.wait_for_text("failed calls: 1");
    browser.wait_for_text("dropped: 1");
    open(&mut browser);
    browser.wait_for("document.querySelector('#log .failed') !== null");
    assert_eq!(browser.texts("#log pre mark"), ["\"psot\": \"Chief\""]);
    let failed = browser.texts("#log pre .failed");
    assert_eq!(failed.len(), 1);
    assert!(
        failed[0].contains("9999") && failed[0].ends_with("← failed: ENTITY_NOT_FOUND"),
        "{failed:?}"
    );
    browser.wait_for_text("Call b failed: ENTITY_NOT_FOUND Item not found");
}

#[test]
fn in_a_batch_of_one_entity_the_items_are_marked() {
    let served = Served::start(Sandbox::builder());
    let Some(mut browser) = Browser::open(&served.page(), 1280, 800) else {
        return;
    };
    let items =
        json!([{ "id": 71, "psot": 1 }, { "id": "9999", "post": "x" }, { "id": 72, "post": "y" }]);
    let body = json!({ "action": "update", "items": items }).to_string();
    assert_eq!(served.send("POST /v1/contacts/batch", &body), 200);
    browser.wait_for_text("failed calls: 1");
    open(&mut browser);
    assert_eq!(browser.texts("#log pre mark"), ["\"psot\": 1"]);
    let failed = browser.texts("#log pre .failed");
    assert!(
        failed.len() == 1 && failed[0].contains("9999"),
        "{failed:?}"
    );
}

#[test]
fn a_body_is_laid_out_and_otherwise_shown_as_it_came() {
    let served = Served::start(Sandbox::builder());
    let Some(mut browser) = Browser::open(&served.page(), 1280, 800) else {
        return;
    };
    let body = r#"{"a":12345678901234567890,"a":1.0,"b":{},"c":["\u0041, {\"",-1e5],"psot":null}"#;
    served.send("PATCH /v1/contacts/71", body);
    browser.wait_for_text("/v1/contacts/71");
    open(&mut browser);
    let expected = "{\n  \"a\": 12345678901234567890,\n  \"a\": 1.0,\n  \"b\": {},\n  \"c\": [\n    \
                    \"\\u0041, {\\\"\",\n    -1e5\n  ],\n  \"psot\": null\n}";
    assert_eq!(browser.texts("#log pre")[0], expected);
    served.send("PATCH /v1/contacts/71", "{ not json");
    browser.wait_for("document.querySelectorAll('#log li').length === 2");
    open(&mut browser);
    assert_eq!(browser.texts("#log pre")[0], "{ not json");
}

#[test]
fn text_from_outside_is_shown_as_text() {
    let seed = json!({ "contacts": [{ "id": 71, "name": HOSTILE }] });
    let served = Served::with(&seed);
    let Some(mut browser) = Browser::open(&served.page(), 1280, 800) else {
        return;
    };
    let call =
        json!({ "id": &HOSTILE[..42], "entity": "contacts", "action": "get", "entityId": 9 });
    let update = json!({ "id": "u", "entity": "contacts", "action": "update", "entityId": 71,
        "params": { HOSTILE: 1, "post": HOSTILE } });
    let body = json!({ "calls": [call, update] }).to_string();
    served.send("POST /v1/batch", &body);
    browser.wait_for_text("failed calls: 1");
    browser.value("document.querySelectorAll('#log summary').forEach((row) => row.click())");
    browser.wait_for("document.querySelectorAll('details[open] h3').length === 2");
    let find = served.page() + "?find=%3Cimg%20src%3Dx&entity=contacts";
    browser.go_to(&find);
    browser.wait_for_text("1–1 of 1 found");
    assert_eq!(browser.value("document.title"), "VibeCode sandbox");
    assert_eq!(browser.value("document.images.length"), 0);
}
