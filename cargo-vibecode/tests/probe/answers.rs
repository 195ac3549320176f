use serde_json::json;
use tokio::task::spawn_blocking;
use vibecode_sandbox::{Entity, Fault, Key, ListShape, ResetUnit, Sandbox, Storm, UnknownStatus};

use crate::asked::{command, holds_only_what_was_seeded, lines, probe, report, start, stderr};

#[tokio::test(flavor = "multi_thread")]
async fn the_sandbox_answers_what_its_documentation_says() {
    let sandbox = start(Sandbox::builder()).await;
    let output = probe(&sandbox, &["--yes", "--format", "json"]).await;
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let text = "cleared by \"\", null, 0, []";
    let none = "not testable: no valid value is known for this type";
    let expected = [
        format!("1 date: {text}"),
        format!("1 reference: {text}"),
        format!("1 string: {text}"),
        format!("1 address, user field: {text}"),
        format!("1 boolean, user field: {text}"),
        format!("1 crm_status, user field: {none}"),
        format!("1 date, user field: {text}"),
        format!("1 datetime, user field: {text}"),
        format!("1 employee, user field: {none}"),
        format!("1 enumeration, user field: {text}"),
        format!("1 file, user field: {text}"),
        format!("1 iblock_element, user field: {none}"),
        "1 integer, user field: cleared by \"\", null, []".to_owned(),
        format!("1 money, user field: {text}"),
        format!("1 several of crm, user field: {text}"),
        format!("1 several of double, user field: {text}"),
        format!("1 several of file, user field: {text}"),
        format!("1 several of string, user field: {text}"),
        format!("1 string, user field: {text}"),
        format!("1 url, user field: {text}"),
    ];
    let rest = [
        "1 phone: ignored null, []; refused \"\"",
        "2 adding: ignored without an error",
        "2 changing: ignored without an error",
        "2 deleting: ignored without an error",
        "3 a phone that the record has: added twice",
        "4 an unknown key: ignored without an error",
        "4 a read-only key: ignored without an error",
        "5 {}: 200, nothing changes",
        "6 boolean: true, false, \"Y\", \"N\" accepted; read as true, false",
        "6 date: 9999-99-99 is read as 9999-99-99",
        "6 datetime: 9999-99-99T99:99:99+99:99 is read as 9999-99-99T99:99:99+99:99",
        "7 updating one record: accepted; data: {errors: {}, meta: {}, results: {<id>: record}, \
         summary: {failed: number, succeeded: number, total: number}}",
        "8 UF_CRM_…: ignored without an error",
        "9 the answer to an update in a batch: the changed record",
        "10 a batch of 10: counts as 1",
        "10 the order of the calls of a batch: kept, which does not prove that calls wait for each other",
        "11 X-RateLimit-Reset: seconds from now",
        "12 a read after a write: shows it",
        "13 a code that is in no set: stored",
    ];
    let expected: Vec<String> = expected
        .into_iter()
        .chain(rest.map(str::to_owned))
        .collect();
    assert_eq!(lines(&report(&output)), expected);
    assert!(holds_only_what_was_seeded(&sandbox));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_portal_that_differs_is_reported() {
    let builder = Sandbox::builder()
        .rate_limit_reset(ResetUnit::UnixTime)
        .without_fm();
    let sandbox = start(builder).await;
    let output = probe(&sandbox, &["--yes", "--format", "json"]).await;
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let lines = lines(&report(&output));
    for expected in [
        "1 phone: not testable: reads do not show `fm`",
        "2 adding: not testable: reads do not show `fm`",
        "3 a phone that the record has: not testable: reads do not show `fm`",
        "10 the order of the calls of a batch: kept, which does not prove that calls wait for each other",
        "11 X-RateLimit-Reset: a point in time, in seconds since 1970",
    ] {
        assert!(
            lines.iter().any(|line| line == expected),
            "{expected} is not in {lines:#?}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_portal_does_with_an_unknown_status_code_is_reported() {
    for (outcome, here) in [
        (UnknownStatus::Stored, "stored"),
        (UnknownStatus::Dropped, "ignored without an error"),
        (UnknownStatus::Refused, "refused: 400 INVALID_REQUEST"),
    ] {
        for entity in ["contacts", "companies", "leads", "deals"] {
            let builder = Sandbox::builder().unknown_status(outcome);
            let sandbox = start(builder.list_shape(ListShape::SingleRowAsObject)).await;
            let output = probe(&sandbox, &[entity, "--yes", "--format", "json"]).await;
            let expected = format!("13 a code that is in no set: {here}");
            let lines = lines(&report(&output));
            assert!(lines.contains(&expected), "{entity}: {lines:#?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_portal_that_lists_no_status_codes_is_not_asked_about_them() {
    let sandbox = start(Sandbox::builder().seed(json!({ "statuses": [] }))).await;
    let output = probe(&sandbox, &["--yes", "--format", "json"]).await;
    let lines = lines(&report(&output));
    let expected = "13 a code that is in no set: not testable: the portal does not list the codes of the field";
    assert!(lines.iter().any(|line| line == expected), "{lines:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_record_that_cannot_be_read_is_never_taken_for_an_empty_one() {
    for (fault, why) in [
        (Fault::html(), "the answer is not one of the API"),
        (
            Fault::error("ACCESS_DENIED"),
            "the record could not be read",
        ),
    ] {
        let sandbox = start(Sandbox::builder()).await;
        let reads = [fault.on("GET").at("/contacts/74")];
        sandbox.storm(Storm::seeded(1).probability(1.0).faults(reads));
        let output = probe(&sandbox, &["--yes", "--format", "json"]).await;
        let lines = lines(&report(&output));
        let expected = format!("1 all of it: not testable: {why}");
        assert!(lines.contains(&expected), "{lines:#?}");
        for wrong in ["cleared by", "ignored", "nothing changes", "accepted"] {
            assert!(!lines.iter().any(|it| it.contains(wrong)), "{lines:#?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_portal_lacks_is_not_testable() {
    let sandbox = Sandbox::builder()
        .schema(Entity::Contacts, json!({}))
        .start()
        .await;
    let output = probe(&sandbox, &["--yes", "--format", "json"]).await;
    let lines = lines(&report(&output));
    for expected in [
        "6 boolean: not testable: the portal has no such user field",
        "8 UF_CRM_…: not testable: the portal has no user field for which a valid value is known",
        "10 a batch of 10: not testable: the header X-RateLimit-Remaining is not sent",
        "11 X-RateLimit-Reset: not testable: the header is not sent",
    ] {
        assert!(
            lines.iter().any(|line| line == expected),
            "{expected} is not in {lines:#?}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_entity_can_be_asked_about() {
    let sandbox = start(Sandbox::builder()).await;
    for entity in ["companies", "leads", "deals"] {
        let output = probe(&sandbox, &[entity, "--yes", "--format", "json"]).await;
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
        assert_eq!(report(&output)["entity"], entity);
    }
    assert!(holds_only_what_was_seeded(&sandbox));
    let typo = probe(&sandbox, &["contact", "--yes"]).await;
    assert_eq!(typo.status.code(), Some(2));
    assert!(
        stderr(&typo).contains("did you mean `contacts`?"),
        "{}",
        stderr(&typo)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_terminal_and_without_yes_nothing_is_sent() {
    let sandbox = Sandbox::start().await;
    let output = probe(&sandbox, &[]).await;
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("--yes"), "{}", stderr(&output));
    assert!(sandbox.requests().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_report_names_no_key_no_portal_and_no_field_of_its_own() {
    let secret = "vibe_api_secret";
    let sandbox = start(Sandbox::builder().key(Key::personal(secret))).await;
    let host = sandbox
        .url()
        .trim_start_matches("http://")
        .trim_end_matches("/v1");
    for words in [&["--yes", "--format", "json"][..], &["--yes"]] {
        let mut command = command(&sandbox, secret, words);
        let output = spawn_blocking(move || command.output().unwrap())
            .await
            .unwrap();
        let mut all = output.stdout.clone();
        all.extend(&output.stderr);
        let all = String::from_utf8(all).unwrap();
        for hidden in [secret, host, "ufCrm", "UF_CRM_1", "Ivan", "+7", "PROBE"] {
            assert!(!all.contains(hidden), "{hidden} is in {all}");
        }
    }
    let mut command = command(
        &sandbox,
        "vibe_api_unknown_secret",
        &["--yes", "--format", "json"],
    );
    let output = spawn_blocking(move || command.output().unwrap())
        .await
        .unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(
        stderr(&output).contains("401 INVALID_API_KEY"),
        "{}",
        stderr(&output)
    );
    assert!(!stderr(&output).contains("secret"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_cannot_write_is_reported() {
    let sandbox = Sandbox::start().await;
    let mut command = command(&sandbox, Sandbox::READ_ONLY_KEY, &["--yes"]);
    let output = spawn_blocking(move || command.output().unwrap())
        .await
        .unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(
        stderr(&output).contains("403 WRITE_BLOCKED_READONLY_KEY"),
        "{}",
        stderr(&output)
    );
}
