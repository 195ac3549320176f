//! A portal whose reads never show what was written, as if they were later than the settle time.

use std::{
    process::{Command, Stdio},
    sync::{Arc, Mutex},
};

use serde_json::{Value, json};
use tokio::{
    io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader},
    net::{TcpListener, TcpStream},
};
use vibecode_sandbox::Sandbox;

use crate::support::{Desk, Said};

/// What the records have: each addition as it was written.
type Written = Arc<Mutex<Vec<Value>>>;

/// How an update is answered.
#[derive(Clone, Copy, PartialEq)]
enum Answers {
    /// With the record.
    Full,
    /// With its id alone.
    Partial,
    /// With the phones that were added, and with another post than the one that was sent. So is a read.
    OtherPost,
}

/// Starts a server, and returns its base URL and what was written.
async fn server(answers: Answers) -> (String, Written) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/v1", listener.local_addr().unwrap());
    let written = Written::default();
    let of_server = Arc::clone(&written);
    tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            tokio::spawn(serve(stream, answers, Arc::clone(&of_server)));
        }
    });
    (url, written)
}

async fn serve(stream: TcpStream, answers: Answers, written: Written) -> Option<()> {
    let mut stream = BufReader::new(stream);
    loop {
        let (mut first, mut length) = (String::new(), 0);
        stream
            .read_line(&mut first)
            .await
            .ok()
            .filter(|it| *it > 0)?;
        loop {
            let mut line = String::new();
            stream.read_line(&mut line).await.ok()?;
            let line = line.to_ascii_lowercase();
            if let Some(value) = line.strip_prefix("content-length:") {
                length = value.trim().parse().ok()?;
            }
            if line.trim().is_empty() {
                break;
            }
        }
        let mut body = vec![0; length];
        stream.read_exact(&mut body).await.ok()?;
        let data = if first.starts_with("GET /v1/me ") {
            json!({"portal": "late.invalid", "type": "personal", "scopes": ["crm"], "accessMode": "READWRITE"})
        } else {
            batch(&serde_json::from_slice(&body).ok()?, answers, &written)
        };
        let body = json!({"success": true, "data": data}).to_string();
        let head = format!(
            "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n",
            body.len()
        );
        stream.write_all(head.as_bytes()).await.ok()?;
        stream.write_all(body.as_bytes()).await.ok()?;
    }
}

fn batch(request: &Value, answers: Answers, written: &Written) -> Value {
    let mut written = written.lock().unwrap();
    let mut results = json!({});
    for (index, call) in request["calls"].as_array().unwrap().iter().enumerate() {
        let name = call["id"].as_str().map_or(index.to_string(), str::to_owned);
        let id = call["entityId"].clone();
        let is_update = call["action"] == "update";
        if is_update {
            written.push(call["params"]["phone"].clone());
        }
        let entry = |(index, value): (usize, &Value)| json!({"id": index + 1, "typeId": "PHONE", "valueType": "WORK", "value": value});
        results[name] = match answers {
            Answers::Full if is_update => {
                let entries: Vec<Value> = written.iter().enumerate().map(entry).collect();
                json!({"id": id, "fm": entries})
            }
            Answers::OtherPost => {
                let entries: Vec<Value> = written.iter().enumerate().map(entry).collect();
                json!({"id": id, "fm": entries, "post": "other"})
            }
            Answers::Partial if is_update => json!({"id": id}),
            _ => json!({"id": id, "fm": []}),
        };
    }
    json!({"results": results, "errors": {}})
}

fn run(desk: &Desk, url: &str, words: &str) -> Said {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cargo-vibecode"));
    command
        .args(["bulk", "contacts", "a.csv", "--no-throttle", "--no-backup"])
        .args(["--settle", "0", "--base-url", url])
        .args(words.split_whitespace())
        .current_dir(&desk.folder)
        .env("VIBECODE_API_KEY", Sandbox::API_KEY)
        .env_remove("VIBECODE_BASE_URL")
        .stdin(Stdio::null());
    Said::of(command.output().unwrap())
}

const ROWS: &str = "id,phone\n1,+79161112233\n1,+7 916 111-22-33\n";

#[tokio::test(flavor = "multi_thread")]
async fn a_phone_that_two_rows_add_is_added_once_however_late_reads_are() {
    let desk = Desk::new().await;
    desk.write("a.csv", ROWS);
    let (url, written) = server(Answers::Full).await;
    run(&desk, &url, "--yes --ensure").assert(0, "2 rows done, 0 failed");
    assert_eq!(*written.lock().unwrap(), [json!("+79161112233")]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_second_row_is_not_done_in_another_process_either_if_the_first_has_failed() {
    let desk = Desk::new().await;
    desk.write("a.csv", ROWS);
    let (url, written) = server(Answers::Partial).await;
    // Nothing shows that the first row was taken.
    run(&desk, &url, "--yes --limit 1").assert(1, "0 rows done, 1 failed");
    let said = run(&desk, &url, "--resume");
    said.assert(1, "0 rows done, 2 failed");
    said.assert(
        1,
        "row 2 adds the same phone or email to the record and has failed",
    );
    assert_eq!(written.lock().unwrap().len(), 1);
    let failed = desk.read("a.failed.csv");
    assert!(failed.contains("EARLIER_ROW_FAILED"), "{failed}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_that_failed_with_its_phone_added_decides_the_same_in_another_process() {
    let rows = "id,phone,post\n1,+79161112233,x\n1,+79161112233,\n";
    let (live, resumed) = (Desk::new().await, Desk::new().await);
    for desk in [&live, &resumed] {
        desk.write("a.csv", rows);
    }
    let (url, _) = server(Answers::OtherPost).await;
    run(&live, &url, "--yes").assert(1, "1 row done, 1 failed");
    let (url, _) = server(Answers::OtherPost).await;
    run(&resumed, &url, "--yes --limit 1").assert(1, "0 rows done, 1 failed");
    run(&resumed, &url, "--resume").assert(1, "1 row done, 1 failed");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_other_values_of_the_second_row_are_sent() {
    let desk = Desk::of(1).await;
    desk.write(
        "a.csv",
        "id,phone,post\n1,+79161112233,\n1,+79161112233;+79161112244,x\n",
    );
    desk.run("contacts a.csv --yes").assert(0, "2 rows done");
    assert_eq!(desk.phones(1).len(), 2);
    assert_eq!(desk.field(1, "post"), "x");
}
