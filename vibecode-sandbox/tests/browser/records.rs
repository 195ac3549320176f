use serde_json::{Value, json};
use vibecode_sandbox::Sandbox;

use crate::{browser::Browser, served::Served};

const USER_FIELD: &str = "ufCrm_1721244707107";

/// Types into the search box, or chooses an entity.
fn enter(browser: &mut Browser, id: &str, value: &str, event: &str) {
    browser.value(&format!(
        "{{ const input = document.getElementById('{id}'); input.value = {}; \
         input.dispatchEvent(new Event('{event}')); }}",
        json!(value)
    ));
}

fn click(browser: &mut Browser, id: &str) {
    browser.value(&format!("document.getElementById('{id}').click()"));
}

fn contacts(count: u64) -> Value {
    let contacts = (1..=count).map(|id| {
        let phone = format!("+7916{id:07}");
        json!({ "id": id, "name": "Ivan", "lastName": format!("Petrov-{id}"), "phone": phone })
    });
    json!({ "contacts": contacts.collect::<Vec<_>>() })
}

#[test]
fn every_field_that_was_written_is_shown() {
    let served = Served::start(Sandbox::builder());
    let Some(mut browser) = Browser::open(&served.page(), 1280, 800) else {
        return;
    };
    let body = json!({ "companyId": 15, "birthdate": "1980-02-29", "opened": true, "post": "",
        USER_FIELD: 79, "phone": [{ "value": "+79161112233", "typeId": "MOBILE" }] });
    assert_eq!(served.send("PATCH /v1/contacts/72", &body.to_string()), 200);
    browser.wait_for_text("+79161112233");
    let fields = browser.texts("#records tr:nth-child(2) li");
    for shown in [
        "phone +79161112233MOBILE",
        "companyId 15",
        "opened true",
        "post empty",
    ] {
        assert!(fields.iter().any(|field| field == shown), "{fields:?}");
    }
    for part in ["birthdate 1980-02-29", USER_FIELD] {
        assert!(
            fields.iter().any(|field| field.contains(part)),
            "{part}: {fields:?}"
        );
    }
}

#[test]
fn every_entity_is_shown() {
    let served = Served::start(Sandbox::builder());
    let Some(mut browser) = Browser::open(&served.page(), 1280, 800) else {
        return;
    };
    let entities = browser.texts("#entity option");
    assert_eq!(entities[0], "contacts (3)");
    for entity in ["deals (1)", "companies (1)", "tasks (1)", "requisites (1)"] {
        assert!(entities.iter().any(|each| each == entity), "{entities:?}");
    }
    enter(&mut browser, "entity", "deals", "change");
    browser.wait_for_text("First order");
    served.send("PATCH /v1/deals/5", r#"{"comments":"written"}"#);
    browser.wait_for_text("comments written");
    // A reload shows the same.
    let url = browser.value("location.href");
    browser.go_to(url.as_str().unwrap());
    browser.wait_for_text("comments written");
}

#[test]
fn ten_thousand_contacts_are_found_and_paged_through() {
    let served = Served::with(&contacts(10_000));
    let Some(mut browser) = Browser::open(&served.page(), 1280, 800) else {
        return;
    };
    browser.wait_for_text("1–50 of 10,000");
    click(&mut browser, "previous");
    click(&mut browser, "next");
    browser.wait_for_text("51–100 of 10,000");
    assert_eq!(browser.texts("#records th").first().unwrap(), "51");
    // An update leaves the page as it is.
    served.send("PATCH /v1/contacts/60", r#"{"post":"Director"}"#);
    browser.wait_for_text("post Director");
    assert!(browser.text().contains("51–100 of 10,000"));
    let url = served.page() + "?page=200";
    browser.go_to(&url);
    browser.wait_for_text("9,951–10,000 of 10,000");
    click(&mut browser, "next");
    for (find, first) in [
        ("petrov-7777", "7777"),
        ("7777", "7777"),
        ("+7 (916) 000-12-34", "1234"),
        ("IVAN -9999", "9999"),
    ] {
        enter(&mut browser, "find", find, "input");
        browser.wait_for(&format!(
            "document.querySelector('#records th')?.textContent === '{first}'"
        ));
    }
    enter(&mut browser, "find", "nobody", "input");
    browser.wait_for_text("No records.");
    assert!(browser.text().contains("none found"));
}
