use std::process::{Command, Stdio};

use vibecode_tests::skip;

use crate::served::{Served, file, folder};

const HOSTILE: &str =
    "<img src=x onerror=\"document.title='ran'\"></script><script>document.title='ran'</script>";

fn with_a_hostile_contact(name: &str) -> Served {
    let seed = serde_json::json!({ "contacts": [
        { "id": 1, "name": HOSTILE, "phone": [{ "value": "+79160000001", "typeId": "MOBILE" }] },
    ] });
    let seed = file(&folder(name), "seed.json", &seed.to_string());
    let served = Served::start(&["--seed", &seed]);
    let body = serde_json::json!({ "psot": HOSTILE, "post": "Director" });
    served.ask("PATCH /v1/contacts/1", &body.to_string());
    served
}

#[test]
fn the_page_runs_nothing_but_its_own_script() {
    let served = with_a_hostile_contact("hostile");
    let (head, body) = served.ask("GET /", "");
    let head = head.to_lowercase();
    assert!(
        head.contains("content-security-policy: default-src 'none'; script-src 'self'"),
        "{head}"
    );
    assert!(
        !body.contains("<img") && !body.contains("<script>document"),
        "{body}"
    );
    assert!(
        !body.contains("http://") && !body.contains("https://"),
        "{body}"
    );
    assert!(!body.contains("vibe_api_sandbox"), "{body}");
}

#[test]
fn a_browser_shows_contacts_and_requests_as_text() {
    let served = with_a_hostile_contact("browser");
    let Some(document) = dumped(&served.page()) else {
        return;
    };
    assert!(
        document.contains("<title>VibeCode sandbox</title>"),
        "{document}"
    );
    assert!(document.contains("&lt;img src=x"), "{document}");
    assert!(!document.contains("<img"), "{document}");
    assert!(
        document.contains("+79160000001<span class=\"type\">MOBILE</span>"),
        "{document}"
    );
    // The key that had no effect is marked, the other is not.
    assert!(document.contains("<mark>\"psot\": "), "{document}");
    assert!(!document.contains("<mark>\"post\": "), "{document}");
    // Rows can be reached by the keyboard, and the way to the requests is short.
    assert!(document.contains("<tr tabindex=\"0\""), "{document}");
    assert!(document.contains("<details><summary>"), "{document}");
    assert!(document.contains("href=\"#requests\""), "{document}");
}

/// The document as a browser has it once the page's script has run; `None` if there is no browser,
/// and the test is reported as skipped.
fn dumped(url: &str) -> Option<String> {
    for browser in ["chromium", "chromium-browser", "google-chrome"] {
        let mut command = Command::new(browser);
        command.args([
            "--headless=new",
            "--no-sandbox",
            "--disable-gpu",
            "--dump-dom",
            url,
        ]);
        if let Ok(output) = command.stdin(Stdio::null()).output() {
            assert!(output.status.success(), "{browser} fails");
            return String::from_utf8(output.stdout).ok();
        }
    }
    skip::because_of("chromium").unwrap();
    None
}
