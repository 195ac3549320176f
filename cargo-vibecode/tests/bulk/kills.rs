//! Killed at any moment, in a storm: nothing is lost and nothing is doubled.

use std::{
    fs,
    process::Child,
    time::{Duration, Instant},
};

use vibecode_sandbox::{Fault, Storm};

use crate::support::Desk;

const ROWS: u64 = 5_000;
const KILLS: usize = 20;
/// How many lines the journal grows by before a kill, at most.
const MOST_LINES: u64 = 12;
const FLAGS: &str = "--no-throttle --settle 1";

/// Rows of scalars and of phones, by turns.
fn row(id: u64) -> String {
    match id % 3 {
        0 => format!("{id},p{id},\n"),
        1 => format!("{id},,+7916{id:07}:MOBILE\n"),
        _ => format!("{id},p{id},+7916{id:07};+7495{id:07}\n"),
    }
}

fn storm() -> Storm {
    Storm::seeded(7).probability(0.1).faults([
        Fault::drop_before(),
        Fault::drop_after(),
        Fault::late(Duration::from_millis(400)),
        Fault::late(Duration::from_millis(800)),
        Fault::reset_after(),
        Fault::bad_gateway(),
        Fault::cut_off(),
        Fault::drop_after_calls(20),
    ])
}

/// `SplitMix64`: the same kills in every run, as far as the system's own timing allows.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, below: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (mixed ^ (mixed >> 31)) % below
    }
}

/// Lets the process work until its journal has this many more lines, and a little longer, and kills
/// it. Returns whether it was still there to be killed.
fn kill_after(desk: &Desk, child: &mut Child, lines: u64, longer: Duration) -> bool {
    let count = || -> u64 {
        let journal = fs::read_to_string(desk.path("a.csv.journal")).unwrap_or_default();
        u64::try_from(journal.lines().count()).unwrap()
    };
    let until = count() + lines;
    let deadline = Instant::now() + Duration::from_secs(60);
    while count() < until && child.try_wait().unwrap().is_none() {
        assert!(Instant::now() < deadline, "the job does not go on");
        std::thread::sleep(Duration::from_millis(2));
    }
    std::thread::sleep(longer);
    let is_there = child.try_wait().unwrap().is_none();
    let _ = child.kill();
    child.wait().unwrap();
    is_there
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_that_is_killed_twenty_times_in_a_storm_ends_as_its_file_says() {
    let desk = Desk::of(ROWS).await;
    let rows = (1..=ROWS).map(row).collect::<Vec<_>>().concat();
    desk.write("a.csv", format!("id,post,phone\n{rows}"));
    desk.sandbox.storm(storm());
    let mut dice = Dice(42);
    let mut kills = 0;
    let mut how = "--yes";
    for _ in 0..KILLS {
        let words = format!("contacts a.csv {how} {FLAGS}");
        let mut child = desk.command(&words).spawn().unwrap();
        let lines = 1 + dice.roll(MOST_LINES);
        let longer = Duration::from_millis(dice.roll(40));
        kills += usize::from(kill_after(&desk, &mut child, lines, longer));
        how = "--resume";
    }
    assert_eq!(kills, KILLS, "the job ended too early to be killed");
    let said = desk.run(&format!("contacts a.csv --resume {FLAGS}"));
    assert!(matches!(said.code, Some(0 | 1)), "{said:?}");

    let (mut reported, failed) = desk.reported("a.csv");
    reported.extend(&failed);
    reported.sort_unstable();
    assert_eq!(reported, (2..=ROWS + 1).collect::<Vec<_>>());
    desk.sandbox.calm();
    if !failed.is_empty() {
        let again = desk.run(&format!("contacts a.failed.csv --yes {FLAGS}"));
        again.assert(
            0,
            &format!("{} rows done, 0 failed", failed.len()).replace("1 rows", "1 row"),
        );
    }
    // What was late has arrived.
    tokio::time::sleep(Duration::from_secs(1)).await;
    for id in 1..=ROWS {
        let mut cells = row(id);
        cells.truncate(cells.len() - 1);
        let cells: Vec<&str> = cells.split(',').collect();
        if !cells[1].is_empty() {
            assert_eq!(desk.field(id, "post"), cells[1], "contact {id}");
        }
        let wanted = cells[2].split(';').filter(|phone| !phone.is_empty());
        let wanted: Vec<&str> = wanted
            .map(|phone| phone.trim_end_matches(":MOBILE"))
            .collect();
        let phones = desk.phones(id);
        let phones: Vec<&str> = phones.iter().map(|(value, _)| &**value).collect();
        assert_eq!(phones, wanted, "contact {id}");
    }
    let hits = desk.requests();
    let hits = hits
        .iter()
        .filter(|request| request.fault().is_some())
        .count();
    assert!(hits > 10, "the storm hit only {hits} requests");
}

/// Kills a job whose one request with a phone arrives late, and resumes it immediately.
async fn left_behind(before: Vec<Fault>) {
    let desk = Desk::of(1).await;
    desk.write("a.csv", "id,phone\n1,+79160000001\n");
    let requests = before.len() + 1;
    desk.faults(before);
    desk
        // After one settle time and the signs of life, and within two settle times.
        .fault(Fault::late(Duration::from_millis(3_500)));
    let mut child = desk
        .command("contacts a.csv --yes --no-throttle --settle 2")
        .spawn()
        .unwrap();
    while desk.requests().len() < requests {
        std::thread::sleep(Duration::from_millis(5));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(desk.phones(1).is_empty());
    let said = desk.run("contacts a.csv --resume --no-throttle --settle 2");
    said.assert(0, "1 row done, 0 failed");
    said.assert(0, "may still be running at the server");
    tokio::time::sleep(Duration::from_secs(2)).await;
    assert_eq!(desk.phones(1).len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_a_killed_process_left_behind_is_waited_for() {
    let reads = Fault::delay(Duration::ZERO);
    left_behind(vec![reads]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_counts_is_when_the_last_attempt_was_sent_and_not_when_the_batch_was_started() {
    let reads = Fault::delay(Duration::ZERO);
    let refused = Fault::rate_limited(Duration::from_secs(3));
    left_behind(vec![reads, refused]).await;
}
