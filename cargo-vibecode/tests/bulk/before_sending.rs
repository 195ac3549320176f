//! What is caught before anything is sent: the wrong portal, spoilt phones, a file that changes.

use std::time::Duration;

use vibecode_sandbox::{Fault, Sandbox};

use crate::{
    front::{Front, Me},
    support::{Desk, Said},
};

const TWO: &str = "id,post\n71,a\n72,b\n";

#[tokio::test(flavor = "multi_thread")]
async fn the_portal_and_the_key_are_shown_before_the_summary() {
    let desk = Desk::new().await;
    desk.write("a.csv", TWO);
    for words in ["contacts a.csv", "contacts a.csv --yes"] {
        let said = desk.run(words);
        said.assert(
            0,
            "portal: sandbox.invalid (key: personal, reads and writes",
        );
        let at = |part: &str| said.out.find(part).unwrap();
        assert!(at("portal: ") < at("2 rows: "), "{said:?}");
    }
    let header = &desk.journal("a.csv")[0]["journal"];
    assert_eq!(header["portal"], "sandbox.invalid");
    let said = desk.run("contacts a.csv --format json");
    let summary: serde_json::Value = serde_json::from_str(said.out.trim()).unwrap();
    assert_eq!(summary["portal"]["portal"], "sandbox.invalid");
    assert_eq!(summary["columns"][1]["field"], "post");
    assert_eq!(summary["columns"][1]["set"], 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn another_portal_than_the_asserted_one_gets_nothing() {
    let desk = Desk::new().await;
    desk.write("a.csv", TWO);
    for words in [
        "contacts a.csv --portal acme.bitrix24.ru",
        "contacts a.csv --portal acme.bitrix24.ru --yes",
    ] {
        desk.run(words).assert(
            2,
            "the key is for the portal sandbox.invalid, and --portal names acme.bitrix24.ru",
        );
    }
    desk.assert_nothing_sent();
    assert!(!desk.exists("a.csv.journal"));
    desk.run("contacts a.csv --portal https://SANDBOX.invalid/ --yes")
        .assert(0, "2 rows done");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_is_not_resumed_on_another_portal() {
    let desk = Desk::new().await;
    desk.write("a.csv", TWO);
    desk.run("contacts a.csv --yes --settle 1")
        .assert(0, "2 rows done");
    let journal = desk.read("a.csv.journal");
    let started = journal.lines().next().unwrap();
    let elsewhere = started.replace("sandbox.invalid", "acme.bitrix24.ru");
    desk.write_journal("a.csv", &[elsewhere]);
    desk.sandbox.clear_requests();
    desk.run("contacts a.csv --resume --settle 1").assert(
        2,
        "the portal was acme.bitrix24.ru and is now sandbox.invalid",
    );
    desk.assert_nothing_sent();
    // A journal of an earlier version does not say which portal it was.
    let unknown = started.replace("\"portal\":\"sandbox.invalid\",", "");
    desk.write_journal("a.csv", &[unknown]);
    let said = desk.run("contacts a.csv --resume --settle 1");
    said.assert(0, "2 rows done");
    said.assert(
        0,
        "warning: the journal does not say for which portal the job was started: it is resumed for sandbox.invalid",
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_check_warns_if_the_portal_cannot_be_asked() {
    let desk = Desk::new().await;
    desk.write("a.csv", TWO);
    let mut command = desk.command("contacts a.csv");
    let said = Said::of(
        command
            .env("VIBECODE_API_KEY", "vibe_api_nobody")
            .output()
            .unwrap(),
    );
    said.assert(0, "2 rows: 2 to send");
    said.assert(
        0,
        "warning: nothing was sent, since the API did not report which portal",
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_a_phone_or_email_is_a_bad_row() {
    let desk = Desk::of(20).await;
    let cells = [
        "7.91699E+10",
        "#N/A",
        "'+79161112233",
        "нет",
        "-",
        "+7916111223",
        "102",
        "+79161112233 +79161112234",
        "\"=\"\"+79161112233\"\"\"",
    ];
    let rows = (1..).zip(cells).map(|(id, cell)| format!("{id},{cell},\n"));
    let rows = rows.collect::<Vec<_>>().concat();
    desk.write(
        "a.csv",
        format!("id,phone,email\n{rows}10,,a@b\n11,+79161112233;102,a@b.ru\n"),
    );
    let said = desk.run("contacts a.csv --yes");
    said.assert(1, "11 rows: 1 to send, 0 without a change, 10 bad");
    said.assert(1, "`phone` has a number that a spreadsheet has shortened");
    said.assert(1, "`email` has no dot after the `@`");
    desk.assert_nothing_sent();
    desk.run("contacts a.csv --yes --skip-bad")
        .assert(1, "1 row done, 0 failed, 10 bad");
    let phones = desk.phones(11);
    assert_eq!(phones, [("+79161112233;102".to_owned(), "WORK".to_owned())]);
}

#[tokio::test(flavor = "multi_thread")]
async fn phones_without_a_country_code_are_counted_or_completed() {
    let desk = Desk::of(4).await;
    desk.write(
        "a.csv",
        "id,phone\n1,8 916 111-22-33\n2,9161112234\n3,+79161112235\n4,8 495 111-22-36 доб. 102\n",
    );
    desk.run("contacts a.csv").assert(
        0,
        "3 phones have no country code, the first in row 2 (contacts/1): add it with --country",
    );
    let said = desk.run("contacts a.csv --country 7 --yes");
    said.assert(0, "4 rows done");
    assert!(!said.err.contains("country code"), "{said:?}");
    let phones: Vec<String> = (1..=4).map(|id| desk.phones(id)[0].0.clone()).collect();
    assert_eq!(
        phones,
        [
            "+79161112233",
            "+79161112234",
            "+79161112235",
            "+74951112236 доб. 102"
        ]
    );
    desk.run("contacts a.csv --country 7 --resume")
        .assert(0, "already finished");
    desk.run("contacts a.csv --resume")
        .assert(2, "--country was 7 and is now not given");
}

#[tokio::test(flavor = "multi_thread")]
async fn phones_are_added_as_they_are_on_request() {
    let desk = Desk::of(2).await;
    desk.write("a.csv", "id,phone\n1,102\n2,89161112233\n");
    let said = desk.run("contacts a.csv --phones as-is --yes");
    said.assert(0, "2 rows done");
    assert!(!said.err.contains("country code"), "{said:?}");
    assert_eq!(desk.phones(1)[0].0, "102");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_summary_shows_what_each_column_does() {
    let desk = Desk::of(3).await;
    desk.write(
        "a.csv",
        "id,post,comments,phone\n1,a,,+79161112233;+79161112234\n2,,x,\n3,b,y,\n",
    );
    let said = desk.run("contacts a.csv");
    said.assert(
        0,
        "column    field                                              set  cleared  left  added at most",
    );
    said.assert(
        0,
        "post      post                                               2             1",
    );
    said.assert(
        0,
        "phone     phone, added as WORK unless the cell names a type                2     2",
    );
    let said = desk.run("contacts a.csv --empty clear");
    said.assert(
        0,
        "post      post                                               2    1",
    );
    said.assert(
        0,
        "the column `post` clears `post` of 1 record because of --empty clear, the first in row 3 (contacts/2)",
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_few_rows_are_tried_first_and_the_others_later() {
    let desk = Desk::of(120).await;
    let rows = (1..=120)
        .map(|id| format!("{id},p{id}\n"))
        .collect::<Vec<_>>()
        .concat();
    desk.write("a.csv", format!("id,post\n{rows}"));
    let said = desk.run("contacts a.csv --limit 2 --yes --no-throttle");
    said.assert(0, "2 rows done, 0 failed");
    said.assert(
        0,
        "118 rows are not sent yet because of --limit. To send: cargo vibecode bulk contacts a.csv",
    );
    assert!(!said.out.contains("--limit 2"), "{said:?}");
    assert_eq!(desk.field(2, "post"), "p2");
    assert_ne!(desk.field(3, "post"), "p3");
    desk.run("contacts a.csv --limit 50 --resume --no-throttle")
        .assert(0, "52 rows done, 0 failed");
    desk.run("contacts a.csv --resume --no-throttle")
        .assert(0, "120 rows done, 0 failed");
    assert_eq!(desk.reported("a.csv").0, (2..=121).collect::<Vec<_>>());
    desk.run("contacts a.csv --resume")
        .assert(0, "already finished");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_first_batch_without_success_stops_the_job() {
    let desk = Desk::of(1).await;
    let rows = (1001..=1120)
        .map(|id| format!("{id},p\n"))
        .collect::<Vec<_>>()
        .concat();
    desk.write("a.csv", format!("id,post\n{rows}"));
    let said = desk.run("contacts a.csv --yes --no-throttle");
    said.assert(
        2,
        "no row of the first batch is done: row 2 (contacts/1001): ",
    );
    said.assert(
        2,
        "[ENTITY_NOT_FOUND]. To go on although rows fail, resume with --max-failed ROWS",
    );
    said.assert(2, "0 rows done, 50 failed so far. To resume");
    assert_eq!(desk.requests().len(), 1);
    desk.run("contacts a.csv --resume --max-failed 60 --no-throttle")
        .assert(2, "more than 60 rows have failed");
    desk.run("contacts a.csv --resume --max-failed 1000 --no-throttle")
        .assert(1, "0 rows done, 120 failed");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_that_changes_while_others_are_sent_does_not_leave() {
    let desk = Desk::of(400).await;
    let long = "x".repeat(1000);
    let file = |post: &str| {
        let rows = (1..=400).map(|id| {
            let post = if id == 300 { post } else { "p" };
            format!("{id},{post},{long}\n")
        });
        format!("id,post,comments\n{}", rows.collect::<Vec<_>>().concat())
    };
    desk.write("a.csv", file("p"));
    desk.fault(Fault::delay(Duration::from_millis(1_500)));
    let child = desk
        .command("contacts a.csv --yes --no-throttle")
        .spawn()
        .unwrap();
    while desk.requests().is_empty() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    desk.write("a.csv", file("q"));
    let said = Said::of(child.wait_with_output().unwrap());
    said.assert(
        2,
        "the file has changed since its rows were checked: row 301 is different",
    );
    assert_ne!(desk.field(300, "post"), "q");
    assert_ne!(desk.field(299, "post"), "p");
    desk.run("contacts a.csv --resume --no-throttle")
        .assert(2, "the file has changed since its job was started");
    desk.write("a.csv", file("p"));
    desk.run("contacts a.csv --resume --no-throttle")
        .assert(0, "400 rows done");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_cannot_change_records_starts_no_job() {
    let desk = Desk::new().await;
    desk.write("a.csv", TWO);
    for (key, problem) in [
        (Sandbox::READ_ONLY_KEY, "the key is read-only"),
        (Sandbox::UNSCOPED_KEY, "the key lacks the scope `crm`"),
        ("vibe_api_nobody", "nothing was sent"),
    ] {
        let mut command = desk.command("contacts a.csv --yes");
        let said = Said::of(command.env("VIBECODE_API_KEY", key).output().unwrap());
        said.assert(2, problem);
        assert!(!desk.exists("a.csv.journal"));
    }
    desk.assert_nothing_sent();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_changes_after_its_decimal_separator_was_found_is_not_sent() {
    let desk = Desk::new().await;
    desk.write(
        "vibecode/contacts.json",
        r#"{"ufCrm_694BF2A975BD0":{"type":"double","isMultiple":true,"title":"Scores"}}"#,
    );
    let file = |shows: &str| format!("id;Scores\n71;1,234\n72;{shows}\n");
    desk.write("a.csv", file("12,5"));
    let front = Front::of(&desk, Me::After(Duration::from_millis(800))).await;
    let child = front.command(&desk, "a.csv --yes").spawn().unwrap();
    front.is_asked().await;
    // Now the comma is that of thousands.
    desk.write("a.csv", file("12.5"));
    let said = Said::of(child.wait_with_output().unwrap());
    said.assert(
        2,
        "a.csv: the file has changed while it was being checked, and nothing was sent",
    );
    desk.assert_nothing_sent();
    desk.run("contacts a.csv --yes").assert(0, "2 rows done");
    assert_eq!(
        desk.field(71, "ufCrm_694BF2A975BD0"),
        serde_json::json!([1234])
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_number_that_a_record_has_with_its_trunk_prefix_is_not_added_with_its_country_code() {
    let desk = Desk::of(5).await;
    desk.write(
        "old.csv",
        "id,phone\n1,89161112231\n2,9161112232\n3,+79161112233\n5,8 495 111-22-35 доб. 102\n",
    );
    desk.run("contacts old.csv --yes").assert(0, "4 rows done");
    let phones = |id| -> Vec<String> {
        let phones = desk.phones(id).into_iter();
        phones.map(|(value, _)| value).collect()
    };
    let before: Vec<_> = (1..=5).map(phones).collect();
    // Row 6 is about the record of row 2.
    desk.write(
        "a.csv",
        "id,post,phone\n1,a,89161112231;+79161112240\n2,b,9161112232\n3,c,89161112233\n5,,+74951112235 ext. 102\n1,,+7 916 111-22-31\n4,d,8 916 111-22-34\n",
    );
    let said = desk.run("contacts a.csv --country 7 --plan");
    said.assert(0, "3 records have a phone of the file in another form");
    said.assert(0, "contacts/1 phone: + +79161112240");
    said.assert(0, "contacts/4 phone: + +79161112234");
    assert_eq!(said.out.matches("phone: +").count(), 2, "{said:?}");
    let said = desk.run("contacts a.csv --country 7 --yes --format json");
    assert_eq!(said.code, Some(0), "{said:?}");
    let result: serde_json::Value = serde_json::from_str(said.out.lines().last().unwrap()).unwrap();
    assert_eq!(
        (&result["ok"], &result["in_another_form"]),
        (&6.into(), &3.into())
    );
    let mut expected = before;
    expected[0].push("+79161112240".to_owned());
    expected[3].push("+79161112234".to_owned());
    let now: Vec<_> = (1..=5).map(phones).collect();
    assert_eq!(now, expected);
    assert_eq!(desk.field(2, "post"), "b");

    // A part of the rows first, and the others by --resume.
    desk.write(
        "b.csv",
        "id,phone\n1,89161112231\n2,9161112232\n5,+79161112299\n",
    );
    desk.run("contacts b.csv --country 7 --ensure --yes --limit 1")
        .assert(0, "1 record has a phone of the file in another form");
    desk.run("contacts b.csv --country 7 --ensure --resume")
        .assert(0, "3 rows done");
    expected[4].push("+79161112299".to_owned());
    let now: Vec<_> = (1..=5).map(phones).collect();
    assert_eq!(now, expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_country_a_number_that_may_be_one_of_the_record_fails_however_often_it_is_run() {
    let desk = Desk::of(3).await;
    desk.write("old.csv", "id,phone\n1,+79161112231\n2,+79161112232\n");
    desk.run("contacts old.csv --yes").assert(0, "2 rows done");
    let before: Vec<_> = (1..=3).map(|id| desk.phones(id)).collect();
    desk.write(
        "a.csv",
        "id,post,phone\n1,a,89161112231\n2,b,9161112232\n3,c,89161112233\n",
    );
    let said = desk.run("contacts a.csv --yes");
    said.assert(1, "1 row done, 2 failed");
    said.assert(1, "[SIMILAR_PHONE]");
    said.assert(1, "(ends in 31)");
    said.assert(1, "--country 7");
    for _ in 0..2 {
        desk.run("contacts a.failed.csv --yes")
            .assert(1, "0 rows done, 2 failed");
        std::fs::remove_file(desk.path("a.failed.csv.journal")).unwrap();
        for (id, before) in (1..=2).zip(&before) {
            assert_eq!(desk.phones(id), *before);
        }
    }
    desk.run("contacts a.failed.csv --yes --country 7")
        .assert(0, "2 rows done");
    assert_eq!(desk.phones(2), before[1]);
    assert_eq!(desk.field(2, "post"), "b");
    assert_eq!(desk.phones(3).len(), before[2].len() + 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_resumed_job_does_not_add_a_number_again_that_the_portal_has_stored_with_another_prefix()
{
    let desk = Desk::of(1).await;
    desk.write("a.csv", "id,phone\n1,89161112231\n");
    // Before anything is applied, the job is killed.
    desk.fault(Fault::hang());
    let mut job = desk
        .command("contacts a.csv --yes --no-throttle --settle 1")
        .spawn()
        .unwrap();
    while desk.requests().is_empty() {
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    job.kill().unwrap();
    job.wait().unwrap();
    // As the portal would have stored the number of the lost request.
    desk.write("b.csv", "id,phone\n1,+79161112231\n");
    desk.run("contacts b.csv --yes").assert(0, "1 row done");
    let before = desk.phones(1);
    desk.run("contacts a.csv --resume --no-throttle --settle 1")
        .assert(1, "[SIMILAR_PHONE]");
    assert_eq!(desk.phones(1), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_files_of_the_portal_are_found_from_a_folder_below_without_a_cargo_toml() {
    let desk = Desk::of(1).await;
    // Outside of the workspace of this test.
    let root = std::env::temp_dir().join(format!("vibecode-bulk-{}", std::process::id()));
    let below = root.join("may/clients");
    std::fs::create_dir_all(&below).unwrap();
    std::fs::write(below.join("a.csv"), "id,post\n1,Director\n").unwrap();
    let run = |words: &str| {
        let mut command = desk.command(words);
        Said::of(command.current_dir(&below).output().unwrap())
    };
    let warning = "no files of a portal were found in the folder `vibecode`";
    run("contacts a.csv").assert(0, warning);
    let said = run("contacts a.csv --format json");
    assert!(said.err.contains(r#"{"event":"warning""#), "{said:?}");
    assert!(said.err.contains(warning), "{said:?}");

    std::fs::create_dir_all(root.join("vibecode")).unwrap();
    let of_another =
        r#"{"format": 1, "portal": "other.bitrix24.ru", "fields": {"id": {"type": "integer"}}}"#;
    std::fs::write(root.join("vibecode/contacts.json"), of_another).unwrap();
    desk.sandbox.clear_requests();
    let said = run("contacts a.csv");
    assert!(!said.err.contains(warning), "{said:?}");
    assert!(
        said.err
            .contains("vibecode/contacts.json is of the portal other.bitrix24.ru"),
        "{said:?}"
    );
    // A project has files of its own.
    std::fs::write(root.join("may/Cargo.toml"), "[package]\n").unwrap();
    run("contacts a.csv").assert(0, warning);
    std::fs::remove_dir_all(&root).unwrap();
}
