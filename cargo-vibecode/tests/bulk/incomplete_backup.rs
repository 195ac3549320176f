//! What a backup cannot restore is known before anything is sent.

use std::time::Duration;

use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
};
use vibecode_sandbox::{Fault, Sandbox};

use crate::support::{Desk, rows};

/// Fields of a portal, as `vibecode/contacts.json`.
fn schema() -> Value {
    json!({
        "ufCrm_1": {"type": "enumeration", "title": "Level", "items": [
            {"ID": "81", "VALUE": "Gold"}, {"ID": "82", "VALUE": "83"}, {"ID": "83", "VALUE": "Tea"},
            {"ID": "84", "VALUE": "Tea"},
        ]},
        "ufCrm_2": {"type": "money", "title": "Sum"},
        "ufCrm_3": {"type": "boolean", "title": "Vip"},
        "ufCrm_4": {"type": "double", "title": "Share"},
        "ufCrm_5": {"type": "string", "title": "post"},
        "ufCrm_6": {"type": "date", "title": "Day"},
    })
}

/// A desk with these contacts, numbered from 1.
async fn desk_with(contacts: impl IntoIterator<Item = Value>) -> Desk {
    let contacts = contacts.into_iter().zip(1_u64..);
    let contacts = contacts.map(|(mut contact, id)| {
        contact["id"] = id.into();
        contact
    });
    let contacts: Vec<Value> = contacts.collect();
    let sandbox = Sandbox::builder().schema(vibecode_spec::Entity::Contacts, schema());
    let sandbox = sandbox.seed_unchecked(json!({ "contacts": contacts }));
    let desk = Desk::with(sandbox.start().await);
    desk.write("vibecode/contacts.json", schema().to_string());
    desk
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_restored_stops_the_run_before_anything_is_sent() {
    let odd = [
        ("ufCrm_1", json!(99), "81"),
        ("ufCrm_1", json!(83), "81"),
        ("ufCrm_2", json!("|RUB"), "300|RUB"),
        ("post", json!("#N/A"), "new"),
        ("post", json!(" Clerk "), "new"),
        ("post", json!("7.9E+10"), "new"),
        ("post", json!("0"), "new"),
        ("post", json!({"text": "Clerk"}), "new"),
        ("ufCrm_6", json!("soon"), "2026-04-15"),
    ];
    for (field, old, new) in odd {
        let desk = desk_with([json!({ field: old.clone(), "lastName": "Old" })]).await;
        desk.write("a.csv", format!("id,wire:{field},lastName\n1,{new},New\n"));
        let said = desk.run("contacts a.csv --yes --backup kept.jsonl");
        said.assert(2, "1 change cannot be undone by the backup:");
        said.assert(2, &format!("contacts/1 {field}: "));
        said.assert(2, "--backup-incomplete");
        assert_eq!(desk.field(1, "lastName"), "Old", "{field} {old}");
        assert!(!desk.exists("kept.jsonl"), "{field} {old}");
        let list = desk.read("kept.incomplete.csv");
        assert!(list.contains(&format!("contacts/1,{field},")), "{list}");

        // The rest is in the backup, and is restored.
        let said = desk.run("contacts a.csv --resume --backup kept.jsonl --backup-incomplete");
        said.assert(0, "1 row done");
        said.assert(0, "1 change cannot be undone by the backup:");
        let kept = desk.read("kept.jsonl");
        let row = kept.split_once('\n').unwrap().1;
        let expected = "{\"id\":1,\"wire:lastName\":\"Old\",\"backup:written\":{";
        assert!(row.starts_with(expected), "{row}");
        assert_eq!(row.lines().count(), 1, "{row}");
        desk.run("contacts kept.jsonl --yes")
            .assert(0, "1 row done");
        assert_eq!(desk.field(1, "lastName"), "Old", "{field} {old}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_old_value_comes_back_as_it_was() {
    let old = [
        ("post", json!("Clerk\u{7} \u{fffd} \"x\""), "new"),
        ("post", json!(false), "new"),
        ("post", json!("=1+1"), "new"),
        ("ufCrm_1", json!("81"), "82"),
        ("ufCrm_2", json!("1234.567|RUB"), "300|RUB"),
        ("ufCrm_3", json!(false), "yes"),
        ("ufCrm_3", json!("N"), "yes"),
        ("ufCrm_3", Value::Null, "yes"),
        ("ufCrm_4", json!(1.234), "5"),
        ("ufCrm_4", json!("1234.5"), "5"),
        ("ufCrm_5", json!("a field with the name of another"), "new"),
        ("ufCrm_6", json!("2026-04-14T21:00:00.000Z"), "2027-01-01"),
    ];
    let contacts = old.iter().map(|(field, old, _)| json!({ *field: old }));
    let desk = desk_with(contacts).await;
    for ((field, old, new), id) in old.iter().zip(1_u64..) {
        let file = format!("{id}.csv");
        desk.write(&file, format!("id,wire:{field}\n{id},{new}\n"));
        desk.run(&format!("contacts {file} --yes --backup kept{id}.jsonl"))
            .assert(0, "1 row done");
        assert_ne!(desk.field(id, field), *old);
        let undo = format!("contacts kept{id}.jsonl --yes");
        desk.run(&undo).assert(0, "1 row done");
        let now = desk.field(id, field);
        let is_nothing = |value: &Value| {
            matches!(value, Value::Null | Value::Bool(false)) || *value == "" || *value == "N"
        };
        let is_day = |value: &Value| *value == "2026-04-15";
        assert!(
            now == *old
                || is_nothing(&now) && is_nothing(old)
                || now.to_string().trim_matches('"') == old.to_string().trim_matches('"')
                || is_day(&now) && *field == "ufCrm_6",
            "{field}: {old} and {now}"
        );
    }
}

/// A phone that the API of [`proxy_with_odd_phones`] answers in a form that is not understood.
const ODD: &str = "+79160000001";

/// Passes requests on to a sandbox, and replaces a phone in its answers by an object. Returns its URL.
async fn proxy_with_odd_phones(sandbox: &Sandbox) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let to = sandbox.url().to_owned();
    let path = to.trim_start_matches("http://");
    let path = path.get(path.find('/').unwrap()..).unwrap().to_owned();
    let origin = to.strip_suffix(&path).unwrap().to_owned();
    tokio::spawn(async move {
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            let (head, body) = read_request(&mut stream).await;
            let mut words = head.lines().next().unwrap().split(' ');
            let method = words.next().unwrap().parse().unwrap();
            let url = format!("{origin}{}", words.next().unwrap());
            let request = reqwest::Client::new().request(method, url);
            let request = request.header("X-Api-Key", Sandbox::API_KEY);
            let request = request.header("Content-Type", "application/json");
            let answer = request.body(body).send().await.unwrap();
            let status = answer.status().as_u16();
            let text = answer.text().await.unwrap();
            let text = text.replace(&format!("\"{ODD}\""), "{}");
            let answer = format!(
                "HTTP/1.1 {status} x\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{text}",
                text.len()
            );
            stream.write_all(answer.as_bytes()).await.unwrap();
        }
    });
    format!("http://{address}{path}")
}

async fn read_request(stream: &mut TcpStream) -> (String, Vec<u8>) {
    let mut bytes = Vec::new();
    loop {
        stream.read_buf(&mut bytes).await.unwrap();
        let text = String::from_utf8_lossy(&bytes);
        let Some((head, _)) = text.split_once("\r\n\r\n") else {
            continue;
        };
        let head = head.to_owned();
        let lower = head.to_lowercase();
        let length = lower
            .lines()
            .find_map(|it| it.strip_prefix("content-length: "));
        let length = length.map_or(0, |length| length.parse::<usize>().unwrap());
        let begin = head.len() + 4;
        if bytes.len() >= begin + length {
            return (head, bytes.split_off(begin));
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn odd_phones_of_one_record_are_listed_and_do_not_hide_the_others() {
    let odd = json!({"phone": ODD, "post": "Clerk"});
    let desk = desk_with([odd, json!({"post": "Clerk"})]).await;
    let url = proxy_with_odd_phones(&desk.sandbox).await;
    desk.write(
        "a.csv",
        "id,phone,wire:post\n1,+79161112233,new\n2,+79161112244,new\n",
    );
    let run = |words: &str| {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_cargo-vibecode"));
        command
            .args(["bulk", "contacts", "a.csv", "--base-url", &url])
            .args(words.split_whitespace())
            .current_dir(&desk.folder)
            .env("VIBECODE_API_KEY", Sandbox::API_KEY);
        crate::support::Said::of(command.output().unwrap())
    };
    let said = run("--plan");
    said.assert(
        0,
        "contacts/1 phone: + +79161112233 (WORK) (unless it is there",
    );
    said.assert(0, "contacts/2 phone: + +79161112244 (WORK)\n");
    said.assert(
        0,
        "phone, added as WORK unless it is there                1\n",
    );
    said.assert(0, "2 rows would change");
    let said = run("--plan --format json");
    let documents: Vec<Value> = said
        .out
        .lines()
        .map(|it| serde_json::from_str(it).unwrap())
        .collect();
    let additions = documents.iter().filter(|it| it["event"] == "addition");
    let is_known: Vec<&Value> = additions.map(|it| &it["is_known"]).collect();
    assert_eq!(is_known, [false, true]);
    let expected =
        json!([{"field": "phone", "type": "WORK", "would_be_added": 1, "may_be_there": 1}]);
    assert_eq!(documents.last().unwrap()["additions"], expected);
    let said = run("--yes --backup kept.jsonl");
    said.assert(
        2,
        "1 change cannot be undone by the backup:\n  contacts/1 phone: ",
    );
    assert_eq!(desk.field(2, "post"), "Clerk");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_field_that_the_api_does_not_show_stops_the_run() {
    let desk = Desk::of(2).await;
    desk.write(
        "vibecode/contacts.json",
        r#"{"ufCrm_9": {"type": "string", "title": "Colour"}}"#,
    );
    desk.write("a.csv", "id,post,Colour\n1,a,red\n2,b,\n");
    let said = desk.run("contacts a.csv --yes --backup kept.jsonl");
    said.assert(2, "contacts/1 ufCrm_9: is not shown by the API");
    assert_ne!(desk.field(2, "post"), "b");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_is_not_named_like_a_file_that_bulk_reads_in_another_form() {
    let desk = Desk::of(1).await;
    desk.write("a.csv", "id,post\n1,a\n");
    desk.run("contacts a.csv --yes --backup kept.csv")
        .assert(2, "a backup is JSON Lines");
    assert!(!desk.exists("kept.csv"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_limit_does_not_switch_the_backup_off_and_the_rest_is_added_to_it() {
    let desk = Desk::of(150).await;
    let contacts: Vec<String> = (1..=150).map(|id| format!("{id},p\n")).collect();
    desk.write("a.csv", format!("id,post\n{}", contacts.concat()));
    let run = |words: &str| {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_cargo-vibecode"));
        command
            .args(["bulk", "contacts", "a.csv", "--no-throttle"])
            .args(words.split_whitespace())
            .args(["--base-url", desk.sandbox.url()])
            .current_dir(&desk.folder)
            .env("VIBECODE_API_KEY", Sandbox::API_KEY);
        crate::support::Said::of(command.output().unwrap())
    };
    run("--yes --limit 10").assert(0, "10 rows done");
    assert_eq!(desk.read("a.csv.backup.jsonl").lines().count(), 1 + 10);
    run("--resume").assert(0, "150 rows done");
    assert_eq!(desk.read("a.csv.backup.jsonl").lines().count(), 1 + 150);
    assert!(!desk.exists("a.csv.backup-2.jsonl"));
    let backed_up = desk.journal("a.csv").into_iter();
    let backed_up = backed_up.filter_map(|line| line["backed_up"]["rows"].as_str().map(rows));
    assert_eq!(
        backed_up.flatten().collect::<Vec<_>>(),
        (2..=151).collect::<Vec<_>>()
    );
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn an_interrupted_backup_leaves_no_file_behind() {
    let desk = Desk::of(2).await;
    desk.write("a.csv", "id,post\n1,a\n2,b\n");
    desk.fault(Fault::delay(Duration::from_secs(60)));
    let command = desk.command("contacts a.csv --yes --backup kept.jsonl");
    let child = { command }.spawn().unwrap();
    while desk.requests().is_empty() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    vibecode_tests::signal::send("INT", &child).unwrap();
    let said = crate::support::Said::of(child.wait_with_output().unwrap());
    said.assert(2, "interrupted");
    let left = std::fs::read_dir(&desk.folder).unwrap();
    let mut left: Vec<_> = left.map(|file| file.unwrap().file_name()).collect();
    left.sort();
    assert_eq!(left, ["a.csv", "a.csv.journal", "a.csv.journal.seal"]);
    assert_ne!(desk.field(1, "post"), "a");
}
