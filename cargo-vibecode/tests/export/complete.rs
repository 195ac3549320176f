//! An export is complete, or says that it is not.

use std::{
    io::{Read as _, Write as _},
    net::TcpListener,
    thread,
};

use serde_json::{Value, json};
use vibecode_sandbox::Fault;

use crate::{
    command, command_at, export,
    support::{Desk, Said},
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

/// A portal that answers a list of contacts with these rows, and counts them as `count`.
fn portal(rows: &Value, count: u64) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/v1", listener.local_addr().unwrap());
    let listed = json!({ "success": true, "data": rows }).to_string();
    let counted = json!({ "success": true, "data": { "count": count } }).to_string();
    thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let mut request = [0; 4096];
            let read = stream.read(&mut request).unwrap();
            let request = String::from_utf8_lossy(&request[..read]).into_owned();
            let body = if request.contains("aggregate") {
                &counted
            } else {
                &listed
            };
            let length = body.len();
            let head = format!(
                "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n"
            );
            let _ = stream.write_all(format!("{head}{body}").as_bytes());
        }
    });
    url
}

fn export_from(url: &str, desk: &Desk, words: &[&str]) -> Said {
    let mut command = command_at(url, desk, words);
    Said::of(command.args(["--output", "a.csv"]).output().unwrap())
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
        &portal(&rows, 6),
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
async fn a_portal_that_ignores_the_order_or_counts_other_records_is_noticed() {
    let desk = Desk::of(0).await;
    let words = ["contacts", "--fields", "post", "--overwrite"];
    let rows = json!([{"id": 1, "post": ""}, {"id": 2, "post": ""}]);
    let said = export_from(&portal(&rows, 3), &desk, &words);
    said.assert(
        1,
        "the API counted 3 records before the export, and listed 2",
    );
    let rows = json!([{"id": 2, "post": ""}, {"id": 1, "post": ""}]);
    let said = export_from(&portal(&rows, 2), &desk, &words);
    said.assert(2, "the API answered the record 1 after the record 2");
    // A full page comes again, as if the filter by id were not there.
    let rows: Vec<Value> = (1..=500).map(|id| json!({"id": id})).collect();
    let said = export_from(&portal(&rows.into(), 500), &desk, &words);
    said.assert(2, "the API answered the record 1 after the record 500");
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
async fn after_an_error_there_is_no_file() {
    let desk = Desk::of(600).await;
    desk.sandbox
        .fault(Fault::error("SCOPE_DENIED").at("search"));
    let words = ["contacts", "--output", "a.csv"];
    let said = export(&desk, &words);
    assert_eq!(said.code, Some(2), "{said:#?}");
    assert!(!desk.exists("a.csv") && !desk.exists("a.csv.part"));
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
