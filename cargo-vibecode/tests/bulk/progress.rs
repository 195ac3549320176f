//! Each step that takes long shows its progress.

use serde_json::Value;

use crate::support::{Desk, Said};

/// The activities of the events of progress, each once, with the last number that was done and the total.
fn activities(said: &Said) -> Vec<(String, u64, Option<u64>)> {
    let mut activities: Vec<(String, u64, Option<u64>)> = Vec::new();
    for line in said.err.lines() {
        let event: Value = serde_json::from_str(line).unwrap();
        if event["event"] != "progress" {
            continue;
        }
        let name = event["activity"].as_str().unwrap();
        activities.retain(|(known, ..)| known != name);
        let done = event["done"].as_u64().unwrap();
        activities.push((name.to_owned(), done, event["total"].as_u64()));
    }
    activities
}

#[tokio::test(flavor = "multi_thread")]
async fn the_check_the_preview_and_the_sending_show_their_progress() {
    let desk = Desk::of(120).await;
    let rows: Vec<String> = (1..=120).map(|id| format!("{id},Director\n")).collect();
    desk.write("a.csv", format!("id,post\n{}", rows.concat()));
    let checked = ("checking".to_owned(), 120, None);
    let all = |activity: &str| (activity.to_owned(), 120, Some(120));

    let said = desk.run("contacts a.csv --format json");
    assert_eq!(activities(&said), std::slice::from_ref(&checked));
    let said = desk.run("contacts a.csv --plan --format json");
    let expected = [checked.clone(), all("reading the records")];
    assert_eq!(activities(&said), expected, "{said:?}");
    let said = desk.run("contacts a.csv --yes --backup old.jsonl --format json");
    let expected = [checked.clone(), all("sending")];
    assert_eq!(activities(&said), expected, "{said:?}");

    desk.write("b.csv", "id,post\n1,Clerk\n404,Clerk\n");
    let said = desk.run("contacts b.csv --yes --format json");
    let written = ("writing the failed rows".to_owned(), 2, None);
    assert_eq!(activities(&said).last(), Some(&written), "{said:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_is_checked_ends_at_a_hundred_percent() {
    let desk = Desk::of(1).await;
    desk.write("a.csv", "id,post\n1,Director\n");
    let said = desk.run("contacts a.csv --format json");
    let events = said.err.lines().map(serde_json::from_str::<Value>);
    let events: Vec<Value> = events.map(Result::unwrap).collect();
    let percents = events.iter().filter_map(|event| event.get("percent"));
    assert_eq!(percents.collect::<Vec<_>>(), [0, 100]);
}

#[tokio::test(flavor = "multi_thread")]
async fn people_without_a_terminal_get_no_line_of_a_short_job() {
    let desk = Desk::of(1).await;
    desk.write("a.csv", "id,post\n1,Director\n");
    let said = desk.run("contacts a.csv --yes");
    let mut lines = said.err.lines();
    assert!(
        lines.all(|it| it.starts_with("warning: no files of a portal")),
        "{said:?}"
    );
}
