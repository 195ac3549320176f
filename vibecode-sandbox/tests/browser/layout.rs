use serde_json::{Value, json};
use vibecode_sandbox::{Fault, Sandbox};

use crate::{browser::Browser, served::Served};

/// Returns the words that are on two lines although a line of any screen has room for them.
const BROKEN_WORDS: &str = r"
(() => {
  const broken = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const parent = node.parentElement;
    if (!parent.checkVisibility() || parent.closest('script, noscript, select')) continue;
    for (const word of node.textContent.matchAll(/\S+/g)) {
      const range = document.createRange();
      range.setStart(node, word.index);
      range.setEnd(node, word.index + word[0].length);
      const tops = new Set([...range.getClientRects()].map((box) => Math.round(box.top)));
      if (tops.size > 1 && word[0].length <= 30) broken.push(word[0]);
    }
  }
  return broken;
})()";

/// A portal with long values, and requests of every kind.
fn busy() -> Served {
    let contacts = (1..=300).map(|id| {
        json!({
            "id": id, "name": "Константин", "lastName": "Константинопольский",
            "post": "Заместитель генерального директора", "companyId": 15, "assignedById": 1,
            "phone": [{ "value": format!("+7916{id:07}"), "typeId": "MOBILE" }, "+74950000071"],
            "email": format!("konstantin.konstantinopolsky.{id}@example.com"),
            "comments": format!("{} https://example.com/{}", "Called twice. ".repeat(5), "x".repeat(200)),
            "sourceDescription": "exhibition",
            "ufCrm_1721244707107": 79,
        })
    });
    let contacts: Vec<Value> = contacts
        .map(|mut contact| {
            let phones =
                json!([contact["phone"][0], { "value": "+74950000071", "typeId": "WORK" }]);
            contact["phone"] = phones;
            contact
        })
        .collect();
    let served =
        Served::with(&json!({ "contacts": contacts, "deals": [{ "id": 5, "title": "First" }] }));
    for id in 1..=20 {
        served.send(
            &format!("PATCH /v1/contacts/{id}"),
            r#"{"post":"Director"}"#,
        );
    }
    served.send(
        "GET /v1/contacts?limit=5&order[lastName]=asc&filter[companyId]=15",
        "",
    );
    served.send(
        "PATCH /v1/contacts/1",
        r#"{"psot":"Director","post":"Chief executive officer"}"#,
    );
    served.sandbox.fault(Fault::bad_gateway());
    served.send("PATCH /v1/contacts/2", r#"{"post":"Director"}"#);
    let body = r#"{"phone":[{"VALUE":"1","VALUE_TYPE":"WORK"}]}"#;
    served.send("PATCH /v1/contacts/71", body);
    let calls = json!({ "calls": [
        { "id": "a", "entity": "contacts", "action": "update", "entityId": 3,
          "params": { "post": "Director", "psot": "Chief" } },
        { "id": "b", "entity": "contacts", "action": "update", "entityId": 9999,
          "params": { "post": "Director" } },
    ] });
    served.send("POST /v1/batch", &calls.to_string());
    served
}

#[test]
fn on_every_screen_the_requests_are_in_view_and_no_word_is_broken() {
    let served = busy();
    let Some(mut browser) = Browser::open(&served.page(), 1280, 800) else {
        return;
    };
    browser.wait_for_text("failed calls: 1");
    browser.value("document.querySelector('#log summary').click()");
    browser.wait_for("document.querySelectorAll('details[open] h3').length === 2");
    for (width, height) in [
        (1280, 800),
        (1119, 800),
        (1000, 700),
        (768, 1024),
        (400, 800),
        (360, 640),
    ] {
        browser.resize(width, height);
        let size = format!("{width} x {height}");
        let overflow =
            "document.documentElement.scrollWidth - document.documentElement.clientWidth";
        assert_eq!(browser.value(overflow), 0, "{size}");
        let panes = "[...document.querySelectorAll('.pane')].map((pane) => [pane.scrollWidth \
                     - pane.clientWidth, Math.min(innerHeight, pane.getBoundingClientRect().bottom) \
                     - pane.getBoundingClientRect().top])";
        let panes: Vec<(i64, f64)> = serde_json::from_value(browser.value(panes)).unwrap();
        for (hidden, visible) in panes {
            assert_eq!(hidden, 0, "{size}");
            assert!(visible > 150.0, "{size}: {visible}");
        }
        assert_eq!(browser.value(BROKEN_WORDS), json!([]), "{size}");
        browser.screenshot(&width.to_string());
    }
    // A screen that is too low for both shows the requests first.
    browser.resize(640, 360);
    let top = "document.querySelector('#log').getBoundingClientRect().top";
    assert!(browser.value(top).as_f64().unwrap() < 300.0);
    browser.screenshot("low");
}

#[test]
fn the_keyboard_reaches_every_row_and_keeps_its_row_when_that_changes() {
    let served = Served::start(Sandbox::builder());
    let Some(mut browser) = Browser::open(&served.page(), 1000, 700) else {
        return;
    };
    browser.value("document.querySelector('#records tr').focus()");
    let down = "document.activeElement.dispatchEvent(new KeyboardEvent('keydown', \
                { key: 'ArrowDown', bubbles: true }))";
    browser.value(down);
    served.send("PATCH /v1/contacts/72", r#"{"post":"Director"}"#);
    browser.wait_for_text("post Director");
    let focused = browser.value("document.activeElement.querySelector('th').textContent");
    assert_eq!(focused, "72");
}
