//! How many requests a job takes is known before it sends anything.

use serde_json::Value;
use vibecode_sandbox::Sandbox;

use crate::support::Desk;

fn rows(count: u64, columns: &str, row: impl Fn(u64) -> String) -> String {
    let rows = (1..=count).map(|id| format!("{id},{}\n", row(id)));
    let rows: Vec<String> = rows.collect();
    format!("id,{columns}\n{}", rows.concat())
}

/// The estimate of a check.
fn estimate(desk: &Desk, words: &str) -> Value {
    let said = desk.run(&format!("{words} --format json"));
    assert_eq!(said.code, Some(0), "{said:?}");
    let result = said.out.lines().last().unwrap();
    serde_json::from_str::<Value>(result).unwrap()["estimate"].take()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_sends_as_many_requests_as_were_estimated() {
    let posts = rows(120, "post", |id| format!("Director {id}"));
    let phones = rows(60, "phone", |id| format!("+7916111{id:04}"));
    let of_one_record = "id,post\n1,a\n2,b\n1,c\n1,d\n";
    for (file, options) in [
        (posts.as_str(), ""),
        (&posts, " --no-verify"),
        (&posts, " --backup old.jsonl"),
        (&posts, " --limit 70"),
        (&phones, ""),
        (of_one_record, ""),
    ] {
        let desk = Desk::with(
            Sandbox::builder()
                .contacts(120)
                .partial_updates()
                .start()
                .await,
        );
        desk.write("a.csv", file);
        let words = format!("contacts a.csv --no-throttle{options}");
        let estimate = estimate(&desk, &words);
        desk.sandbox.clear_requests();
        let said = desk.run(&format!("{words} --yes"));
        assert_eq!(said.code, Some(0), "{said:?}");
        let sent = desk.sandbox.requests().len();
        assert_eq!(estimate["requests"], sent, "{options}: {estimate}");
        assert_eq!(estimate["minutes"], Value::Null);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_preview_sends_as_many_requests_as_were_estimated() {
    let desk = Desk::of(120).await;
    desk.write("a.csv", rows(120, "post", |id| format!("Director {id}")));
    let said = desk.run("contacts a.csv --plan");
    said.assert(0, "reading 120 rows takes up to 4 requests");
    assert_eq!(desk.sandbox.requests().len(), 4);
}

#[tokio::test(flavor = "multi_thread")]
async fn people_are_shown_the_requests_and_the_time_at_the_limit() {
    let desk = Desk::of(120).await;
    desk.write("a.csv", rows(120, "post", |id| format!("Director {id}")));
    let line = "sending 120 rows takes up to 8 requests, 2 for the portal, 3 for the rows, 3 to read the records afterwards: at 2 a minute this takes about 4 minutes";
    let said = desk.run("contacts a.csv --per-minute 2");
    said.assert(0, line);
    let line = "sending 120 rows takes up to 8 requests, 2 for the portal, 3 for the rows, 3 to read the records afterwards: at 300 a minute this takes less than a minute";
    let said = desk.run("contacts a.csv --yes --limit 70");
    said.assert(0, "sending 70 rows takes up to 6 requests");
    let said = desk.run("contacts a.csv --resume");
    said.assert(0, "sending 50 rows takes up to 4 requests");
    let other = Desk::of(120).await;
    other.write("a.csv", rows(120, "post", |id| format!("Director {id}")));
    let said = other.run("contacts a.csv --yes");
    said.assert(0, line);
    assert_eq!(said.out.matches("takes up to").count(), 1, "{said:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_estimated_if_nothing_can_be_sent() {
    let desk = Desk::of(1).await;
    desk.write("a.csv", "id,post\n1,\n");
    let said = desk.run("contacts a.csv");
    said.assert(0, "no row changes anything");
    assert!(!said.out.contains("requests"), "{said:?}");
    assert_eq!(estimate(&desk, "contacts a.csv"), Value::Null);
}
