//! Each step that takes long shows its progress.

use std::time::Duration;

use serde_json::Value;
use vibecode_sandbox::Fault;

use crate::support::{Desk, Said};
#[cfg(target_os = "linux")]
use {crate::terminal::Shown, vibecode_tests::signal};

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

/// The lines about failed rows, which are printed beside the bar.
#[cfg(target_os = "linux")]
fn of_failed_rows<'l>(lines: impl Iterator<Item = &'l str>) -> Vec<&'l str> {
    let is_one = |line: &&str| line.starts_with("row ") && line.contains(" failed: ");
    lines.filter(is_one).collect()
}

#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread")]
async fn a_bar_swallows_no_line_and_leaves_nothing_behind_however_narrow_the_terminal_is() {
    for columns in [40, 60, 70, 80, 120] {
        let desk = Desk::of(130).await;
        let id = |row: u64| if row % 8 == 7 { 900 + row } else { row };
        let rows: Vec<String> = (1..=130)
            .map(|row| format!("{},Director\n", id(row)))
            .collect();
        desk.write("a.csv", format!("id,post\n{}", rows.concat()));
        desk.write("b.csv", desk.read("a.csv"));
        let plain = desk.run("contacts a.csv --yes --no-throttle");
        let expected = of_failed_rows(plain.out.lines());
        assert_eq!(expected.len(), 16, "{plain:#?}");

        // Slow enough for the bar to be drawn between the lines.
        desk.faults((0..6).map(|_| Fault::delay(Duration::from_millis(1_100))));
        let command = desk.command("contacts b.csv --yes --no-throttle");
        let shown = Shown::by(command, columns);
        assert_eq!(shown.status.code(), Some(1), "{shown:#?}");
        let bars = shown.drawn.iter().filter(|it| it.contains("sending: "));
        let widest = bars.map(|it| it.chars().count()).max();
        assert_eq!(widest, Some(columns.into()), "{shown:#?}");
        let lines = shown.lines.iter().map(String::as_str);
        assert_eq!(of_failed_rows(lines.clone()), expected, "{shown:#?}");
        assert!(
            !lines.clone().any(|it| it.contains("sending: ")),
            "{shown:#?}"
        );
    }
}

#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread")]
async fn a_wait_before_the_first_row_is_shown_once_and_leaves_no_bar() {
    let desk = Desk::of(1).await;
    desk.write("a.csv", "id,phone\n1,+79160000001\n");
    desk.fault(Fault::delay(Duration::from_secs(60)));
    let mut job = desk
        .command("contacts a.csv --yes --no-throttle --settle 2")
        .spawn()
        .unwrap();
    while desk.requests().is_empty() {
        std::thread::sleep(Duration::from_millis(5));
    }
    job.kill().unwrap();
    job.wait().unwrap();
    let command = desk.command("contacts a.csv --resume --no-throttle --settle 2");
    let shown = Shown::by(command, 60);
    assert!(shown.status.success(), "{shown:#?}");
    let is_drawn = |text: &str| shown.drawn.iter().any(|it| it.starts_with(text));
    assert!(is_drawn("sending: 0 of 1 rows; waiting 0:0"), "{shown:#?}");
    let waits = shown.lines.iter().filter(|it| it.contains("waiting "));
    let expected = ": requests of the earlier process may still be running at the server";
    assert_eq!(
        waits.filter(|it| it.ends_with(expected)).count(),
        1,
        "{shown:#?}"
    );
    assert!(
        !shown.lines.iter().any(|it| it.contains("sending: ")),
        "{shown:#?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_of_earlier_processes_are_counted_while_their_requests_settle() {
    let desk = Desk::of(2).await;
    desk.write("a.csv", "id,phone\n1,+79160000001\n2,+79160000002\n");
    let words = "contacts a.csv --country 7 --no-throttle --settle 1";
    desk.run(&format!("{words} --yes --limit 1"))
        .assert(0, "1 row done");
    let sent = desk.requests().len();
    // The phones of the record are read before.
    desk.faults([
        Fault::delay(Duration::ZERO),
        Fault::delay(Duration::from_secs(60)),
    ]);
    let mut job = desk.command(&format!("{words} --resume")).spawn().unwrap();
    while desk.requests().len() < sent + 2 {
        std::thread::sleep(Duration::from_millis(5));
    }
    job.kill().unwrap();
    job.wait().unwrap();
    let said = desk.run(&format!("{words} --resume --format json"));
    let events = said.err.lines().map(|it| serde_json::from_str(it).unwrap());
    let events = events.filter(|it: &Value| it["activity"] == "sending");
    let counts: Vec<(u64, u64)> = events
        .map(|it| (it["done"].as_u64().unwrap(), it["total"].as_u64().unwrap()))
        .collect();
    assert!(counts.len() > 1, "{said:?}");
    assert!(counts.iter().all(|it| it.0 >= 1 && it.1 == 2), "{said:?}");
}

#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread")]
async fn an_interrupt_leaves_no_bar_below_the_last_line() {
    for columns in [60, 80] {
        let desk = Desk::of(2).await;
        desk.write("a.csv", "id,post\n1,Director\n2,Director\n");
        let plan = desk.run("contacts a.csv --plan");
        let (_, reviewed) = plan.out.split_once("--reviewed ").unwrap();
        let reviewed = format!("--yes --reviewed {}", reviewed.trim_end());
        for (how, bar) in [("--plan", "reading"), (&reviewed, "comparing")] {
            let before = desk.requests().len();
            desk.fault(Fault::delay(Duration::from_secs(60)));
            let command = desk.command(&format!("contacts a.csv {how}"));
            let shown = Shown::during(command, columns, |child| {
                while desk.requests().len() == before {
                    std::thread::sleep(Duration::from_millis(5));
                }
                signal::send("INT", child).unwrap();
            });
            assert_eq!(shown.status.code(), Some(2), "{shown:#?}");
            let is_drawn = |text: &String| text.contains(&format!("{bar} the records"));
            assert!(shown.drawn.iter().any(is_drawn), "{shown:#?}");
            assert!(!shown.lines.iter().any(is_drawn), "{shown:#?}");
            let last = shown.lines.last().unwrap();
            assert_eq!(last, "error: interrupted: nothing was sent", "{shown:#?}");
        }
    }
}
