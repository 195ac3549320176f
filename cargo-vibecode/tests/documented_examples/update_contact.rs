use std::process::{Command, Stdio};

use serde_json::{Value, json};
use tokio::task::spawn_blocking;
use vibecode_sandbox::Sandbox;
use vibecode_tests::skip;

const CURL: &[&str] = &[include_str!("personal.sh"), include_str!("app.sh")];
const JAVASCRIPT: &[&str] = &[include_str!("personal.mjs"), include_str!("app.mjs")];
const SEVERAL_VALUES: &str = include_str!("several_values.json");

/// The contact that the page shows as an answer, without the moment of its change.
fn documented_contact() -> Value {
    json!({
        "id": 71,
        "name": "Ivan",
        "lastName": "Petrov",
        "companyId": 15,
        "assignedById": 1,
        "createdTime": "2020-05-08T10:48:20+03:00",
    })
}

fn documented_error() -> Value {
    json!({
        "success": false,
        "error": { "code": "ENTITY_NOT_FOUND", "message": "Item not found" },
    })
}

fn on_sandbox(example: &str, sandbox: &Sandbox) -> String {
    let example = example
        .replace("https://vibecode.bitrix24.tech/v1", sandbox.url())
        .replace("YOUR_API_KEY", Sandbox::API_KEY)
        .replace("YOUR_APP_KEY", Sandbox::APP_KEY)
        .replace("USER_SESSION_TOKEN", Sandbox::SESSION_TOKEN);
    assert!(
        !example.contains("YOUR_") && !example.contains("bitrix24"),
        "{example}"
    );
    example
}

/// What a program prints as JSON.
async fn output_of(program: &'static str, words: Vec<String>) -> Value {
    let mut command = Command::new(program);
    command.args(words).stdin(Stdio::null());
    // No proxy of this machine's stands between a program and the loopback interface.
    command
        .env("NO_PROXY", "127.0.0.1")
        .env("no_proxy", "127.0.0.1");
    let output = spawn_blocking(move || command.output().unwrap())
        .await
        .unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{stderr}");
    serde_json::from_slice(&output.stdout).expect(&stderr)
}

/// Whether a program is installed; if it is not, the test is reported as skipped.
fn has(program: &str) -> bool {
    let is_there = Command::new(program).arg("--version").output().is_ok();
    if !is_there {
        skip::because_of(program).unwrap();
    }
    is_there
}

/// What a script answers; `None` if there is no curl.
async fn curl(script: String) -> Option<Value> {
    if !has("curl") || !has("bash") {
        return None;
    }
    Some(output_of("bash", vec!["-c".to_owned(), script]).await)
}

fn is_documented_answer(answer: &Value) {
    assert_eq!(answer["success"], true, "{answer}");
    let documented = documented_contact();
    for (key, value) in documented.as_object().unwrap() {
        assert_eq!(&answer["data"][key], value, "{key}");
    }
    assert_eq!(answer["data"]["post"], "Director");
    assert_ne!(answer["data"]["updatedTime"], "2026-04-15T12:00:00+03:00");
}

/// The page warns that a PATCH only adds.
fn has_both_phones(sandbox: &Sandbox) {
    let contact = sandbox.contact(71).unwrap();
    let phones = contact["fm"].as_array().unwrap().iter();
    let phones: Vec<_> = phones
        .filter(|entry| entry["typeId"] == "PHONE")
        .map(|entry| {
            (
                entry["valueType"].as_str().unwrap(),
                entry["value"].as_str().unwrap(),
            )
        })
        .collect();
    assert_eq!(phones, [("WORK", "+74950000071"), ("WORK", "+79169876543")]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_curl_examples_do_what_the_page_says() {
    for example in CURL {
        let sandbox = Sandbox::start().await;
        let Some(answer) = curl(on_sandbox(example, &sandbox)).await else {
            return;
        };
        is_documented_answer(&answer);
        has_both_phones(&sandbox);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_javascript_examples_do_what_the_page_says() {
    if !has("node") {
        return;
    }
    for example in JAVASCRIPT {
        let sandbox = Sandbox::start().await;
        let script = on_sandbox(example, &sandbox);
        let script = format!("{script}\nconsole.log(JSON.stringify({{ success, data }}))");
        let words = [
            "--input-type=module".to_owned(),
            "--eval".to_owned(),
            script,
        ];
        let answer = output_of("node", words.into()).await;
        is_documented_answer(&answer);
        has_both_phones(&sandbox);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn several_values_with_types_are_taken_as_the_page_writes_them() {
    let sandbox = Sandbox::start().await;
    let example = CURL[0].split_once("-d '").unwrap().0;
    let script = format!("{example}-d '{SEVERAL_VALUES}'");
    let Some(answer) = curl(on_sandbox(&script, &sandbox)).await else {
        return;
    };
    assert_eq!(answer["data"]["phoneMobile"], "+79161112233");
    assert_eq!(answer["data"]["emailHome"], "personal@me.ru");
    // The work phone of before comes first.
    assert_eq!(answer["data"]["phoneWork"], "+74950000071");
    let request = &sandbox.requests()[0];
    assert!(request.was_applied() && request.dropped().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_upper_form_that_the_page_warns_of_is_refused() {
    let sandbox = Sandbox::start().await;
    let upper = r#"{"phone":[{"VALUE":"+79160000001","VALUE_TYPE":"WORK"}]}"#;
    let example = CURL[0].split_once("-d '").unwrap().0;
    let Some(answer) = curl(on_sandbox(&format!("{example}-d '{upper}'"), &sandbox)).await else {
        return;
    };
    assert_eq!(answer["error"]["code"], "INVALID_MULTIFIELD_SHAPE");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_contact_answers_the_documented_error() {
    let sandbox = Sandbox::start().await;
    let example = CURL[0].replace("contacts/71", "contacts/9999");
    let Some(answer) = curl(on_sandbox(&example, &sandbox)).await else {
        return;
    };
    assert_eq!(answer, documented_error());
}
