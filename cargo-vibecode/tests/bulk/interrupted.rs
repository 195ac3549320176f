//! Ctrl-C.

use std::{process::Child, time::Duration};

use vibecode_sandbox::Fault;
use vibecode_tests::signal;

use crate::support::{Desk, Said};

fn interrupt(child: &Child) {
    signal::send("INT", child).unwrap();
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn what_is_under_way_ends_and_is_journaled_whichever_signal_it_is() {
    for name in signal::ending() {
        ends_what_is_under_way(name).await;
    }
}

#[cfg(unix)]
async fn ends_what_is_under_way(name: &str) {
    let desk = Desk::of(500).await;
    let rows = (1..=500)
        .map(|id| format!("{id},p{id}\n"))
        .collect::<Vec<_>>()
        .concat();
    desk.write("a.csv", format!("id,post\n{rows}"));
    let slow = (0..20).map(|_| Fault::delay(Duration::from_millis(700)));
    desk.faults(slow);
    let child = desk
        .command("contacts a.csv --yes --no-throttle")
        .spawn()
        .unwrap();
    while desk.requests().len() < 2 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    signal::send(name, &child).unwrap();
    let said = Said::of(child.wait_with_output().unwrap());
    said.assert(2, "interrupted: waiting for the batches under way");
    said.assert(2, "To resume: cargo vibecode bulk contacts a.csv");
    let journal = desk.journal("a.csv");
    let count = |name: &str| journal.iter().filter(|line| !line[name].is_null()).count();
    assert!(count("started") > 1);
    assert_eq!(count("started"), count("done"));
    let sent = desk.reported("a.csv").0.len();
    assert!((50..500).contains(&sent), "{sent}");

    desk.sandbox.calm();
    desk.sandbox.clear_requests();
    let said = desk.run("contacts a.csv --resume --no-throttle");
    said.assert(0, "500 rows done, 0 failed");
    assert!(!said.out.contains("waiting"), "{said:?}");
    assert_eq!(desk.requests().len(), 10 - sent / 50);
    assert_eq!(desk.reported("a.csv").0, (2..=501).collect::<Vec<_>>());
}

/// A closed window sends the signal, perhaps twice, and takes nothing that is printed any more.
#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread")]
async fn a_job_whose_terminal_is_gone_closes_its_journal() {
    let desk = Desk::of(200).await;
    let rows = (1..=200).map(|id| format!("{id},p{id}\n"));
    desk.write("a.csv", format!("id,post\n{}", rows.collect::<String>()));
    desk.faults((0..4).map(|_| Fault::delay(Duration::from_millis(700))));
    let mut child = desk
        .command("contacts a.csv --yes --no-throttle")
        .spawn()
        .unwrap();
    while desk.requests().is_empty() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    drop((child.stdout.take(), child.stderr.take()));
    signal::send("HUP", &child).unwrap();
    tokio::time::sleep(Duration::from_millis(50)).await;
    signal::send("HUP", &child).unwrap();
    let code = child.wait().unwrap().code();
    let journal = desk.journal("a.csv");
    let count = |name: &str| journal.iter().filter(|line| !line[name].is_null()).count();
    assert_eq!(count("started"), count("done"));
    let is_over = desk.reported("a.csv").0.len() == 200;
    assert_eq!(code, Some(if is_over { 0 } else { 2 }));
    desk.sandbox.calm();
    if !is_over {
        let said = desk.run("contacts a.csv --resume --no-throttle");
        said.assert(0, "200 rows done, 0 failed");
        assert!(!said.out.contains("waiting"), "{said:?}");
    }
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn a_second_interrupt_leaves_the_batches_open() {
    let desk = Desk::of(100).await;
    let rows = (1..=100)
        .map(|id| format!("{id},+7916{id:07}\n"))
        .collect::<Vec<_>>()
        .concat();
    desk.write("a.csv", format!("id,phone\n{rows}"));
    desk.fault(Fault::delay(Duration::from_secs(60)));
    let child = desk
        .command("contacts a.csv --yes --settle 1")
        .spawn()
        .unwrap();
    while desk.requests().is_empty() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    interrupt(&child);
    tokio::time::sleep(Duration::from_millis(300)).await;
    interrupt(&child);
    let said = Said::of(child.wait_with_output().unwrap());
    said.assert(2, "0 rows done, 0 failed so far");
    desk.run("contacts a.csv --resume --settle 1")
        .assert(0, "100 rows done");
    assert!((1..=100).all(|id| desk.phones(id).len() == 1));
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn an_interrupt_after_the_last_row_was_sent_stops_nothing() {
    let desk = Desk::of(10).await;
    let rows: Vec<String> = (1..=10).map(|id| format!("{id},p{id}\n")).collect();
    desk.write("a.csv", format!("id,post\n{}", rows.concat()));
    desk.fault(Fault::delay(Duration::from_millis(1500)));
    let child = desk.command("contacts a.csv --yes").spawn().unwrap();
    while desk.requests().is_empty() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    interrupt(&child);
    let said = Said::of(child.wait_with_output().unwrap());
    said.assert(0, "10 rows done, 0 failed");
    said.assert(0, "warning: waiting for the batches under way");
    let all = format!("{}{}", said.out, said.err);
    assert!(
        !all.contains("interrupted") && !all.contains("To resume"),
        "{all}"
    );
    desk.run("contacts a.csv --resume")
        .assert(0, "already finished");
}

/// Interrupts a command as soon as its first request has arrived.
#[cfg(unix)]
async fn interrupted_while_reading(desk: &Desk, words: &str, input: Option<&str>) -> Said {
    use std::io::Write as _;

    desk.sandbox.clear_requests();
    desk.fault(Fault::delay(Duration::from_secs(60)));
    let mut command = desk.command(words);
    if input.is_some() {
        command.stdin(std::process::Stdio::piped());
    }
    let mut child = command.spawn().unwrap();
    if let (Some(input), Some(mut stdin)) = (input, child.stdin.take()) {
        stdin.write_all(input.as_bytes()).unwrap();
    }
    while desk.requests().is_empty() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    interrupt(&child);
    let said = Said::of(child.wait_with_output().unwrap());
    desk.sandbox.calm();
    said
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn an_interrupt_before_the_first_row_says_that_nothing_was_sent() {
    let desk = Desk::of(2).await;
    let rows = "id,post\n1,a\n2,b\n";
    desk.write("a.csv", rows);
    let said = interrupted_while_reading(&desk, "contacts a.csv --plan", None).await;
    said.assert(2, "error: interrupted: nothing was sent");
    let said = interrupted_while_reading(&desk, "contacts - --plan", Some(rows)).await;
    said.assert(2, "error: interrupted: nothing was sent");
    let files = std::fs::read_dir(&desk.folder).unwrap();
    let names = files.map(|it| it.unwrap().file_name().into_string().unwrap());
    let copies: Vec<String> = names.filter(|it| it.starts_with("stdin-")).collect();
    assert!(copies.is_empty(), "{copies:?}");
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn an_interrupt_while_the_old_values_are_read_says_that_nothing_was_sent() {
    let desk = Desk::of(2).await;
    desk.write("a.csv", "id,post\n1,a\n2,b\n");
    let job = "contacts a.csv --yes --limit 1 --backup old.jsonl --settle 1";
    let said = interrupted_while_reading(&desk, job, None).await;
    said.assert(2, "error: interrupted: nothing was sent");
    said.assert(2, "To resume: cargo vibecode bulk contacts a.csv");
    let resumed = "contacts a.csv --resume --limit 1 --backup old.jsonl --settle 1";
    desk.run(resumed).assert(0, "1 row done");
    let resumed = "contacts a.csv --resume --backup old-2.jsonl --settle 1";
    let said = interrupted_while_reading(&desk, resumed, None).await;
    said.assert(2, "interrupted before anything was sent by this command");
    desk.run(resumed).assert(0, "2 rows done");
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn an_interrupt_while_a_large_file_is_checked_leaves_no_part_of_the_bad_rows() {
    let desk = Desk::of(1).await;
    let rows: Vec<String> = (1..=400_000).map(|id| format!("{id},no email\n")).collect();
    desk.write("a.csv", format!("id,email\n{}", rows.concat()));
    let parts = || {
        let files = std::fs::read_dir(&desk.folder).unwrap();
        let names = files.map(|it| it.unwrap().file_name().into_string().unwrap());
        names
            .filter(|it| {
                std::path::Path::new(it)
                    .extension()
                    .is_some_and(|it| it == "new")
            })
            .count()
    };
    for name in ["INT", "TERM"] {
        let mut command = desk.command("contacts a.csv");
        let child = command.env_remove("VIBECODE_API_KEY").spawn().unwrap();
        while parts() == 0 {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        signal::send(name, &child).unwrap();
        let said = Said::of(child.wait_with_output().unwrap());
        said.assert(2, "error: interrupted: nothing was sent");
        assert_eq!(parts(), 0, "{name}");
    }
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn a_check_removes_what_a_killed_one_has_left_of_the_bad_rows() {
    let desk = Desk::of(1).await;
    desk.write("a.csv", "id,post\n1,a\n");
    desk.write("a.bad.csv.4194305.vibecode.new", "id,post\n1,secret\n");
    let part = std::fs::File::options()
        .write(true)
        .open(desk.path("a.bad.csv.4194305.vibecode.new"))
        .unwrap();
    let long_ago = std::time::SystemTime::now() - Duration::from_secs(120);
    part.set_modified(long_ago).unwrap();
    drop(part);
    desk.run("contacts a.csv").assert(0, "nothing was sent");
    assert!(!desk.exists("a.bad.csv.4194305.vibecode.new"));
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn an_interrupt_while_a_large_file_is_checked_says_that_nothing_was_sent() {
    use std::io::{BufRead as _, BufReader, Read as _};
    let desk = Desk::of(1).await;
    let rows: Vec<String> = (1..=200_000).map(|id| format!("{id},p{id}\n")).collect();
    desk.write("a.csv", format!("id,post\n{}", rows.concat()));
    let mut command = desk.command("contacts a.csv --format json");
    let mut child = command.env_remove("VIBECODE_API_KEY").spawn().unwrap();
    let mut progress = BufReader::new(child.stderr.take().unwrap());
    let mut line = String::new();
    progress.read_line(&mut line).unwrap();
    assert!(line.contains("checking"), "{line}");
    interrupt(&child);
    // The rest of its output.
    progress.read_to_string(&mut line).unwrap();
    let mut said = Said::of(child.wait_with_output().unwrap());
    said.err = line;
    said.assert(2, "interrupted: nothing was sent");
}
