//! The rows that failed, and running them again.

use vibecode_sandbox::{CallFault, Fault};

use crate::support::Desk;

#[tokio::test(flavor = "multi_thread")]
async fn a_job_that_stops_does_not_name_a_file_of_failed_rows_that_is_not_there() {
    let desk = Desk::of(1).await;
    let rows: Vec<String> = (1001..=1060).map(|id| format!("{id},a\n")).collect();
    desk.write("a.csv", format!("id,post\n{}", rows.concat()));
    let said = desk.run("contacts a.csv --yes");
    said.assert(2, "no row of the first batch is done");
    said.assert(2, "There is no file of the failed rows yet");
    said.assert(
        2,
        "once all rows were sent, all failed ones are written to a file",
    );
    assert!(!desk.exists("a.failed.csv"));
    let said = desk.run("contacts a.csv --resume --max-failed 100");
    said.assert(1, "the failed rows are in a.failed.csv");
    assert_eq!(desk.read("a.failed.csv").lines().count(), 61);
}

#[tokio::test(flavor = "multi_thread")]
async fn failed_rows_are_written_as_they_were_and_can_be_run_again() {
    let desk = Desk::of(3).await;
    desk.write(
        "a.csv",
        "\u{feff}id;post;comments\n1;a;\"x;\"\"y\"\n404;b;\"two\nlines\"\n3;c;\n",
    );
    desk.fault(Fault::in_batch([(2, CallFault::error("VALIDATION_ERROR"))]));
    let said = desk.run("contacts a.csv --yes");
    said.assert(1, "1 row done, 2 failed");
    said.assert(1, "the failed rows are in a.failed.csv");
    let failed = desk.read("a.failed.csv");
    let lines = [
        "\u{feff}id;post;comments;error_code;error_message;error_sent_to\n",
        "404;b;\"two\nlines\";ENTITY_NOT_FOUND;",
        "\n3;c;;VALIDATION_ERROR;",
    ];
    assert!(lines.iter().all(|line| failed.contains(line)), "{failed}");
    assert!(!failed.contains("x;"));

    desk.write("a.failed.csv", failed.replace("404", "2"));
    desk.run("contacts a.failed.csv --yes")
        .assert(0, "2 rows done, 0 failed");
    assert_eq!(desk.field(2, "post"), "b");
    assert_eq!(desk.field(2, "comments"), "two\nlines");
    assert_eq!(desk.field(3, "post"), "c");
    assert!(!desk.exists("a.failed.failed.csv"));
}

#[tokio::test(flavor = "multi_thread")]
async fn errors_of_an_earlier_run_are_replaced() {
    let desk = Desk::of(1).await;
    desk.write("a.csv", "id,error_code,error_message,post\n404,OLD,old,a\n");
    desk.run("contacts a.csv --yes")
        .assert(1, "0 rows done, 1 failed");
    let failed = desk.read("a.failed.csv");
    assert!(
        failed
            .starts_with("id,post,error_code,error_message,error_sent_to\n404,a,ENTITY_NOT_FOUND,"),
        "{failed}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn failed_json_lines_keep_their_values_to_the_letter() {
    let desk = Desk::of(1).await;
    let row = r#"{"id":404,"post":"a","comments":"\u0062"}"#;
    desk.write(
        "a.jsonl",
        format!("{{\"id\":1,\"post\":\"a\"}}\n{row}\nnonsense\n"),
    );
    desk.run("contacts a.jsonl --yes --skip-bad")
        .assert(1, "1 row done, 1 failed, 1 bad");
    let failed = desk.read("a.failed.jsonl");
    let mut lines = failed.lines();
    let first = lines.next().unwrap();
    let kept = row.strip_suffix('}').unwrap();
    assert!(
        first.starts_with(&format!("{kept},\"error_code\":\"ENTITY_NOT_FOUND\"")),
        "{first}"
    );
    assert_eq!(lines.next(), Some("nonsense"));
    desk.write("a.failed.jsonl", first.replace("404", "1"));
    desk.run("contacts a.failed.jsonl --yes")
        .assert(0, "1 row done");
    assert_eq!(desk.field(1, "comments"), "b");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ragged_row_keeps_all_its_cells() {
    let desk = Desk::of(1).await;
    desk.write("a.csv", "id,post\n1\n1,a,b\n");
    desk.run("contacts a.csv --yes --skip-bad")
        .assert(1, "2 bad");
    let bad = desk.read("a.bad.csv");
    assert!(bad.contains("\n1,,BAD_ROW,"), "{bad}");
    assert!(bad.lines().last().unwrap().ends_with(",b"), "{bad}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_without_a_code_of_the_api_is_given_the_kind_of_its_failure() {
    let desk = Desk::of(2).await;
    desk.write("a.csv", "id,phone\n1,+79160000001\n404,+79160000002\n");
    desk.faults((0..9).map(|_| Fault::html()));
    desk.run("contacts a.csv --yes --settle 1")
        .assert(1, "0 rows done, 2 failed");
    let failed = desk.read("a.failed.csv");
    assert!(failed.contains("1,+79160000001,NOT_JSON,"), "{failed}");
    // The message is about the failure alone: no call, no record, no status.
    assert!(
        !failed.contains("batch") && !failed.contains("[200"),
        "{failed}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_that_may_hold_a_value_is_neither_journaled_nor_written_out() {
    let desk = Desk::of(1).await;
    desk.write("a.csv", "id,post\n1,a\n");
    let code = "PHONE_79161112233_TAKEN";
    let refused = (0..3).map(|_| Fault::in_batch([(0, CallFault::error(code))]));
    desk.faults(refused);
    desk.run("contacts a.csv --yes")
        .assert(1, "0 rows done, 1 failed");
    let written = [desk.read("a.csv.journal"), desk.read("a.failed.csv")];
    assert!(
        written.iter().all(|text| !text.contains("7916")),
        "{written:?}"
    );
    assert!(written[1].contains("1,a,API,"), "{written:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_api_says_of_a_row_is_shown_and_written_out_also_after_a_resume() {
    let desk = Desk::of(60).await;
    let rows: Vec<String> = (2..=60).map(|id| format!("{id},a\n")).collect();
    desk.write("a.csv", format!("id,post\n404,b\n{}", rows.concat()));
    desk.faults([
        Fault::delay(std::time::Duration::ZERO),
        Fault::error("SCOPE_DENIED"),
    ]);
    let said = desk.run("contacts a.csv --yes --no-throttle");
    said.assert(
        2,
        "row 2 (contacts/404) failed: there is no such record; the API's message: ",
    );
    let said = desk.run("contacts a.csv --resume --no-throttle");
    said.assert(1, "59 rows done, 1 failed");
    let failed = desk.read("a.failed.csv");
    let row = "404,b,ENTITY_NOT_FOUND,there is no such record; the API's message: ";
    assert!(failed.contains(row), "{failed}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_failed_rows_are_shown_and_the_rest_is_in_the_file() {
    let desk = Desk::of(1).await;
    let rows: Vec<String> = (501..=530).map(|id| format!("{id},a\n")).collect();
    desk.write("a.csv", format!("id,post\n{}", rows.concat()));
    let said = desk.run("contacts a.csv --yes");
    said.assert(1, "further failed rows are not shown here");
    assert_eq!(said.out.matches(" failed: ").count(), 20);
    assert_eq!(desk.read("a.failed.csv").lines().count(), 31);
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn a_journal_can_only_be_read_by_its_owner() {
    use std::os::unix::fs::PermissionsExt as _;

    let desk = Desk::of(1).await;
    desk.write("a.csv", "id,post\n1,a\n");
    desk.run("contacts a.csv --yes").assert(0, "1 row done");
    let metadata = std::fs::metadata(desk.path("a.csv.journal")).unwrap();
    assert_eq!(metadata.permissions().mode() & 0o077, 0);
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn a_journal_of_an_earlier_version_is_closed_to_others_before_it_is_continued() {
    use std::os::unix::fs::PermissionsExt as _;

    let desk = Desk::of(1).await;
    desk.write("a.csv", "id,post\n1,a\n");
    desk.run("contacts a.csv --yes").assert(0, "1 row done");
    let journal = desk.read("a.csv.journal");
    // Its lines had no checksums.
    let lines = journal.lines().map(|line| {
        let (line, _) = line.split_once(",\"sum\":").unwrap();
        format!("{}}}\n", line.replace("\"version\":9", "\"version\":1"))
    });
    let earlier: String = lines.collect();
    assert!(earlier.contains("\"version\":1"), "{earlier}");
    desk.write("a.csv.journal", earlier);
    let for_all = std::fs::Permissions::from_mode(0o644);
    std::fs::set_permissions(desk.path("a.csv.journal"), for_all).unwrap();
    desk.run("contacts a.csv --resume")
        .assert(0, "already finished: 1 done");
    let metadata = std::fs::metadata(desk.path("a.csv.journal")).unwrap();
    assert_eq!(metadata.permissions().mode() & 0o777, 0o600);
}

#[tokio::test(flavor = "multi_thread")]
async fn bad_rows_alone_are_in_one_file() {
    let desk = Desk::new().await;
    desk.write("a.csv", "id,companyId\n71,15\n72,many\n");
    for again in [false, true] {
        let resume = if again { "--resume" } else { "" };
        let said = desk.run(&format!("contacts a.csv --yes --skip-bad {resume}"));
        said.assert(1, "the bad rows are in a.bad.csv");
        assert!(!said.out.contains("the failed rows"), "{said:#?}");
        assert!(!desk.exists("a.failed.csv"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn failed_rows_are_refused_for_another_portal_and_another_entity() {
    let desk = Desk::of(1).await;
    desk.write("a.csv", "id,comments\n404,a\n405,b\n");
    desk.write("b.jsonl", "{\"id\":404,\"comments\":\"a\"}\n");
    for (file, failed) in [("a.csv", "a.failed.csv"), ("b.jsonl", "b.failed.jsonl")] {
        let said = desk.run(&format!("contacts {file} --yes"));
        said.assert(
            1,
            &format!("To check it (with --yes it is sent): cargo vibecode bulk contacts {failed} "),
        );
        said.assert(1, "--portal sandbox.invalid\n");
        let text = desk.read(failed);
        assert!(text.contains("sandbox.invalid/contacts"), "{text}");
        desk.run(&format!("contacts {failed}"))
            .assert(0, "\nTo send: ");
        desk.sandbox.clear_requests();
        desk.run(&format!("companies {failed}"))
            .assert(2, "this is a file of failed rows of contacts");
        // One row of another portal is enough.
        let other = text.replacen("sandbox.invalid", "acme.bitrix24.ru", 1);
        desk.write(failed, other);
        for how in ["--yes", "--plan", ""] {
            desk.run(&format!("contacts {failed} {how}")).assert(
                2,
                "this is a file of failed rows of the portal acme.bitrix24.ru, and the key is for sandbox.invalid",
            );
        }
        desk.assert_nothing_sent();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_failed_row_is_for_this_portal_or_nothing_is_sent() {
    let desk = Desk::of(2).await;
    let other = "{\"id\":2,\"comments\":\"b\",\"error_sent_to\":\"acme.bitrix24.ru/contacts\"}\n";
    let row = "{\"id\":1,\"comments\":\"a\"}\n";
    let null = "{\"id\":1,\"comments\":\"a\",\"error_sent_to\":null}\n";
    for first in [row, null, "nonsense\n"] {
        desk.write("a.failed.jsonl", format!("{first}{other}"));
        for how in ["--yes --skip-bad", "--plan", ""] {
            desk.run(&format!("contacts a.failed.jsonl {how}"))
                .assert(2, "of the portal acme.bitrix24.ru, and the key is for");
        }
    }
    for odd in ["5", "true", "[\"sandbox.invalid/contacts\"]", "{}"] {
        let odd = format!("{{\"id\":2,\"comments\":\"b\",\"error_sent_to\":{odd}}}\n");
        desk.write("a.failed.jsonl", format!("{row}{odd}"));
        desk.run("contacts a.failed.jsonl --yes")
            .assert(2, "row 2: `error_sent_to` is not a text");
    }
    let own = other.replace("acme.bitrix24.ru", "sandbox.invalid");
    // A job whose key did not report its portal wrote the second row.
    let unknown = own.replace("sandbox.invalid", "");
    desk.write("a.failed.jsonl", format!("{own}{unknown}"));
    desk.run("contacts a.failed.jsonl --yes").assert(
        2,
        "its rows have failed for different portals (`/contacts` and `sandbox.invalid/contacts` in the column",
    );
    desk.assert_nothing_sent();
    desk.write("a.failed.jsonl", format!("{row}{own}"));
    desk.run("contacts a.failed.jsonl --yes")
        .assert(0, "2 rows done");
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn what_killed_processes_have_left_is_removed_and_what_others_write_is_not() {
    let desk = Desk::of(1).await;
    let left = [
        "a.failed.csv.1.vibecode.new",
        "kept.jsonl.rows0.1.vibecode.new",
        "kept.jsonl.returned3.1.vibecode.new",
    ];
    let kept = [
        "a.failed.csv.2.vibecode.new",
        "a.failed.csv.new",
        "kept.jsonl.rows0.new",
        "b.failed.csv.1.vibecode.new",
        // A person has named it.
        "a.failed.csv.2024.new",
        "kept.jsonl.rows0.1.new",
    ];
    let hour = std::time::Duration::from_secs(3_600);
    let an_hour_ago = std::time::SystemTime::now() - hour;
    for name in left.iter().chain(&kept) {
        desk.write(name, "x");
        let file = std::fs::File::options()
            .write(true)
            .open(desk.path(name))
            .unwrap();
        file.set_modified(an_hour_ago).unwrap();
    }
    // Its process has created it, and not locked it yet.
    let young = "a.failed.csv.3.vibecode.new";
    desk.write(young, "");
    let written = std::fs::File::open(desk.path(kept[0])).unwrap();
    fs4::FileExt::try_lock(&written).unwrap();
    desk.write("a.csv", "id,post\n1,a\n404,b\n");
    desk.run("contacts a.csv --yes --backup kept.jsonl")
        .assert(1, "1 row done, 1 failed");
    assert!(left.iter().all(|name| !desk.exists(name)));
    assert!(kept.iter().all(|name| desk.exists(name)));
    assert!(desk.exists(young));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_portal_is_the_same_in_whatever_letters_a_file_names_it() {
    let desk = Desk::of(1).await;
    desk.write("a.csv", "id,post\n1,a\n404,b\n");
    desk.run("contacts a.csv --yes")
        .assert(1, "1 row done, 1 failed");
    let failed = desk.read("a.failed.csv");
    desk.write(
        "b.csv",
        failed.replace("sandbox.invalid", "Sandbox.invalid"),
    );
    desk.run("contacts b.csv").assert(0, "nothing was sent");
}
