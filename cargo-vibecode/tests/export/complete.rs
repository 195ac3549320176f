//! An export is complete, or says that it is not.

use std::io::Read as _;

use serde_json::{Value, json};
use vibecode_sandbox::Fault;

use crate::{
    command, command_at, export,
    fake_portal::{export_from, id_above, portal, portal_with, server},
    has_part,
    support::Desk,
};

#[tokio::test(flavor = "multi_thread")]
async fn every_record_is_written_once_whatever_the_number() {
    for count in [0, 1, 50, 499, 500, 501, 1_050] {
        let desk = Desk::of(count).await;
        let said = export(&desk, &["contacts", "--fields", "post"]);
        assert_eq!(said.code, Some(0), "{said:#?}");
        let ids = said
            .out
            .lines()
            .skip(1)
            .map(|row| row.split(',').next().unwrap().parse());
        assert!(ids.eq((1..=count).map(Ok)), "{count}");
    }
}

/// The API counts up to 5,000 records, and says so.
#[tokio::test(flavor = "multi_thread")]
async fn more_records_than_the_api_counts_are_exported_with_a_warning() {
    let desk = Desk::of(5_001).await;
    let words = ["contacts", "--fields", "post", "--no-throttle"];
    let said = export(&desk, &words);
    assert_eq!(said.code, Some(0), "{said:#?}");
    assert_eq!(said.out.lines().count(), 5_002);
    assert!(said.err.contains("cannot be checked"), "{said:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn each_page_begins_above_the_last_id_so_that_deletions_shift_nothing() {
    let desk = Desk::of(1_040).await;
    export(&desk, &["contacts", "--fields", "post"]);
    let requests = desk.sandbox.requests();
    let bodies: Vec<Value> = requests
        .iter()
        .filter(|request| request.path().ends_with("/search"))
        .map(|request| serde_json::from_str(request.body_str()).unwrap())
        .collect();
    let filters: Vec<&Value> = bodies
        .iter()
        .map(|body| &body["filter"]["id"]["$gt"])
        .collect();
    assert_eq!(filters, [&json!(500), &json!(1000)]);
    assert!(bodies.iter().all(|body| body["offset"] == 0));
}

/// The ids in a file, but for its header.
fn ids(file: &str) -> Vec<u64> {
    let rows = file.lines().skip(1);
    rows.map(|row| row.split(',').next().unwrap().parse().unwrap())
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_value_that_is_not_understood_is_reported_with_its_record_and_never_empty() {
    let rows = json!([
        {"id": 1, "post": {"odd": "secret"}, "fm": []},
        {"id": "2", "post": "Clerk", "fm": []},
        {"id": 3, "post": "Clerk", "fm": "secret"},
        {"id": 4, "post": "Clerk"},
        {"id": 5, "post": "Clerk", "fm": [{"typeId": "PHONE", "value": "secret"}]},
        {"id": 6, "post": "Clerk", "phone": ""},
    ]);
    let desk = Desk::of(0).await;
    let said = export_from(
        &portal_with(6, &rows),
        &desk,
        &["contacts", "--fields", "post,phone"],
    );
    said.assert(1, "contacts/1 `post` has a value of an unknown form");
    said.assert(
        1,
        "contacts/3 which phones and emails the record has is not known",
    );
    said.assert(1, "contacts/4 `phone` is not shown");
    said.assert(1, "contacts/5 which phones");
    said.assert(1, "4 records were not written");
    assert!(!said.err.contains("secret"), "{}", said.err);
    assert_eq!(desk.read("a.csv"), "id,post,phone\n2,Clerk,\n6,Clerk,\n");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_field_that_only_some_records_show_is_reported() {
    let rows = json!([
        {"id": 1, "post": "Clerk", "fm": []},
        {"id": 2, "fm": []},
        {"id": 3, "post": null, "fm": []},
    ]);
    let desk = Desk::of(0).await;
    let words = ["contacts", "--fields", "post,name"];
    let said = export_from(&portal_with(3, &rows), &desk, &words);
    said.assert(
        1,
        "1 record does not show `post`, so its value is not known there (contacts/2): the cell is #N/A",
    );
    said.assert(
        1,
        "no record shows these fields, so their values are not known (the cell is #N/A, which `bulk` refuses): name",
    );
    assert_eq!(
        desk.read("a.csv"),
        "id,post,name\n1,Clerk,#N/A\n2,#N/A,#N/A\n3,,#N/A\n"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_portal_that_ignores_the_order_or_counts_other_records_is_noticed() {
    let desk = Desk::of(0).await;
    let words = ["contacts", "--fields", "post", "--overwrite"];
    let rows = json!([{"id": 1, "post": ""}, {"id": 2, "post": ""}]);
    let said = export_from(&portal_with(3, &rows), &desk, &words);
    said.assert(
        1,
        "the API counted 3 records before the export, and listed 2",
    );
    for (rows, problem) in [
        (
            vec![2, 1],
            "the API answered the record 1 after the record 2",
        ),
        (
            vec![1, 2, 2],
            "the API answered the record 2 after the record 2",
        ),
        // A page comes again, as if the filter by id were not there.
        (
            (1..=500).collect(),
            "the API answered the record 1 after the record 500",
        ),
    ] {
        let count = rows.len() as u64 + 1;
        let rows: Vec<Value> = rows.into_iter().map(|id: u64| json!({"id": id})).collect();
        let url = portal(count, move |_| rows.clone());
        export_from(&url, &desk, &words).assert(2, problem);
        assert_eq!(desk.read("a.csv"), "id,post\n1,\n2,\n");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_of_another_length_than_requested_does_not_end_an_export() {
    let desk = Desk::of(0).await;
    let words = ["contacts", "--fields", "post", "--overwrite"];
    // At most this many rows a page: the portal's own pages, odd ones, and more than were requested.
    for longest in [50, 70, 299, 700] {
        let url = portal(600, move |above| {
            let page = (above + 1..=600).take(longest);
            page.map(|id| json!({ "id": id, "post": "a" })).collect()
        });
        export_from(&url, &desk, &words).assert(0, "600 records were written");
        assert!(ids(&desk.read("a.csv")).into_iter().eq(1..=600));
        let mut limited = words.to_vec();
        limited.extend(["--limit", "550"]);
        export_from(&url, &desk, &limited).assert(0, "550 records were written");
        assert!(ids(&desk.read("a.csv")).into_iter().eq(1..=550));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn records_that_are_deleted_or_created_meanwhile_hide_and_repeat_no_others() {
    let desk = Desk::of(0).await;
    let words = ["contacts", "--fields", "post"];
    let mut records: Vec<u64> = (1..=200).collect();
    let mut requests = 0;
    let url = portal(200, move |above| {
        requests += 1;
        // Between the pages the first records disappear, then more appear.
        match requests {
            2 => records.retain(|id| *id > 30),
            3 => records.extend(201..=210),
            _ => {}
        }
        let page = records.iter().filter(|id| **id > above).take(50);
        page.map(|id| json!({ "id": id, "post": "a" })).collect()
    });
    let said = export_from(&url, &desk, &words);
    said.assert(
        0,
        "10 records were created after the export began, and not written: export those with --filter 'id>200'",
    );
    assert!(ids(&desk.read("a.csv")).into_iter().eq(1..=200));
}

/// A portal with contacts 1 to 3, in which a fourth is created as soon as the last id was requested. `created` is the
/// answer to the count of what was created.
fn portal_that_grows(created: Value) -> String {
    let rows = |ids: &[u64]| -> Value {
        ids.iter()
            .map(|id| json!({ "id": id, "post": "a" }))
            .collect()
    };
    server(move |request| {
        let is_count = request.contains("aggregate");
        if is_count && id_above(request) > 0 {
            return created.to_string();
        }
        let data = if is_count {
            json!({ "count": if request.contains(r#""$lte":3"#) { 3 } else { 4 } })
        } else if request.contains("desc") {
            rows(&[3, 2])
        } else {
            rows(&[1, 2, 3, 4])
        };
        json!({ "success": true, "data": data }).to_string()
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_record_that_is_created_before_the_count_does_not_make_an_export_incomplete() {
    let desk = Desk::of(0).await;
    let url = portal_that_grows(json!({ "success": true, "data": { "count": 1 } }));
    let words = ["contacts", "--fields", "post", "--overwrite"];
    export_from(&url, &desk, &words).assert(0, "1 record was created after the export began");
    // The own condition with the same operator does not replace the one of the count.
    let mut filtered = words.to_vec();
    filtered.extend(["--filter", "id<=100"]);
    export_from(&url, &desk, &filtered).assert(0, "3 records were written");
    assert_eq!(ids(&desk.read("a.csv")), [1, 2, 3]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_export_says_why_it_does_not_know_what_was_created_meanwhile() {
    let desk = Desk::of(0).await;
    let error = json!({ "code": "SCOPE_DENIED", "message": "no" });
    let url = portal_that_grows(json!({ "success": false, "error": error }));
    let said = export_from(&url, &desk, &["contacts", "--fields", "post"]);
    said.assert(
        0,
        "how many records were created after the export began is not known",
    );
    said.assert(0, "SCOPE_DENIED");
    assert_eq!(ids(&desk.read("a.csv")), [1, 2, 3]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_export_ends_although_records_are_created_all_the_time() {
    let desk = Desk::of(0).await;
    // Every page is full, whatever was read before.
    let url = portal(120, |above| {
        let page = above + 1..=above + 50;
        page.map(|id| json!({ "id": id, "post": "a" })).collect()
    });
    let words = ["contacts", "--fields", "post", "--format", "json"];
    export_from(&url, &desk, &words).assert(0, r#""created_meanwhile":50"#);
    assert!(ids(&desk.read("a.csv")).into_iter().eq(1..=120));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_export_whose_last_record_is_not_known_does_not_begin() {
    let desk = Desk::of(0).await;
    let url = server(|_| r#"{"success":true,"data":[{"id":1},{"id":2}]}"#.to_owned());
    export_from(&url, &desk, &["contacts"]).assert(2, "does not answer the records by falling ids");
    assert!(!desk.exists("a.csv"));
}

/// The most memory that an export of this many records held at a time, in kB.
#[cfg(target_os = "linux")]
fn peak_of_an_export(desk: &Desk, count: u64) -> u64 {
    let url = portal(count, move |above| {
        let page = (above + 1..=count).take(500);
        page.map(|id| json!({ "id": id, "post": format!("{id}").repeat(100) }))
            .collect()
    });
    let words = ["contacts", "--fields", "post", "--no-throttle"];
    let mut command = command_at(&url, desk, &words);
    let mut child = command
        .args(["--output", &format!("{count}.csv")])
        .stderr(std::process::Stdio::null())
        .spawn()
        .unwrap();
    let most = vibecode_tests::children::peak_kilobytes(&mut child).unwrap();
    assert!(child.wait().unwrap().success());
    assert_eq!(ids(&desk.read(&format!("{count}.csv"))).len() as u64, count);
    most
}

#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread")]
async fn an_export_holds_one_page_in_memory() {
    let desk = Desk::of(0).await;
    let (small, large) = (
        peak_of_an_export(&desk, 1_000),
        peak_of_an_export(&desk, 40_000),
    );
    // The file of the larger one has 20 MB.
    assert!(large < small + 8 * 1024, "{large} kB instead of {small} kB");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_separator_in_a_value_needs_json_lines() {
    let desk = Desk::of(1).await;
    desk.write("a.jsonl", r#"{"id":1,"phone":["+7916;102"]}"#);
    desk.run("contacts a.jsonl --yes --phones as-is")
        .assert(0, "1 row done");
    let csv = ["contacts", "--fields", "phone", "--output", "b.csv"];
    export(&desk, &csv).assert(1, "write JSON Lines with --as jsonl");
    let lines = ["contacts", "--fields", "phone", "--output", "b.jsonl"];
    export(&desk, &lines).assert(0, "1 record was written");
    assert!(desk.read("b.jsonl").contains(r#""value":"+7916;102""#));
}

#[tokio::test(flavor = "multi_thread")]
async fn after_an_error_no_file_is_left() {
    let desk = Desk::of(600).await;
    desk.sandbox
        .fault(Fault::error("SCOPE_DENIED").at("search"));
    let words = ["contacts", "--output", "a.csv"];
    let said = export(&desk, &words);
    assert_eq!(said.code, Some(2), "{said:#?}");
    assert!(!desk.exists("a.csv") && !has_part(&desk));
}

#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_is_an_error_and_a_closed_pipe_is_not() {
    use std::{fs, process::Stdio};
    let desk = Desk::of(2_000).await;
    let full = fs::OpenOptions::new()
        .write(true)
        .open("/dev/full")
        .unwrap();
    let mut child = command(&desk, &["contacts"]);
    let child = child.stdout(full).stderr(Stdio::piped()).output().unwrap();
    assert_eq!(child.status.code(), Some(2));
    let said = String::from_utf8(child.stderr).unwrap();
    assert!(said.contains("cannot write to standard output"), "{said}");
    let mut child = command(&desk, &["contacts"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut begin = [0; 2];
    child.stdout.take().unwrap().read_exact(&mut begin).unwrap();
    assert_eq!(begin, *b"id");
    let ended = child.wait_with_output().unwrap();
    assert!(!String::from_utf8(ended.stderr).unwrap().contains("error"));
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn what_a_killed_export_has_left_is_removed_and_named() {
    let desk = Desk::of(1_200).await;
    desk.sandbox
        .fault(Fault::delay(std::time::Duration::from_secs(60)).at("search"));
    let mut child = command(&desk, &["contacts", "--output", "a.csv"])
        .stderr(std::process::Stdio::null())
        .spawn()
        .unwrap();
    while desk
        .sandbox
        .requests()
        .iter()
        .all(|it| !it.path().ends_with("search"))
    {
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(has_part(&desk));
    desk.sandbox.calm();
    desk.write("a.csv.2024.new", "a person's");
    let part = format!("a.csv.{}.vibecode.new", child.id());
    for text in ["", "id,post\n1,"] {
        desk.write(&part, text);
        // If nothing is written to it yet, it may be that of a process that has just begun.
        let file = std::fs::File::options().write(true).open(desk.path(&part));
        let long_ago = std::time::SystemTime::now() - std::time::Duration::from_secs(120);
        file.unwrap().set_modified(long_ago).unwrap();
        let words = [
            "contacts",
            "--limit",
            "1",
            "--output",
            "a.csv",
            "--overwrite",
        ];
        export(&desk, &words).assert(0, &format!("{part} is removed"));
        assert!(!desk.exists(&part), "{text}");
    }
    assert_eq!(desk.read("a.csv.2024.new"), "a person's");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_number_of_records_is_shown_wherever_they_are_written() {
    let desk = Desk::of(3).await;
    let words = ["contacts", "--fields", "post", "--filter"];
    for (filter, number) in [
        ("id>100", "0 records were written"),
        ("id=2", "1 record was written"),
    ] {
        let said = export(&desk, &[&words[..], &[filter]].concat());
        assert!(said.err.contains(&format!("{number}\n")), "{said:#?}");
        assert!(!said.out.contains("written"), "{said:#?}");
    }
}
