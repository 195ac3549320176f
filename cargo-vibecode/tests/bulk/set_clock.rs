//! A clock that is set, or that of another machine, between the end of a process and the next one.

use std::time::Duration;

use serde_json::Value;
use vibecode_sandbox::Fault;

use crate::support::Desk;

/// The lines of a journal as if the clock had been set ahead by an hour since, or the journal came from a machine with
/// another clock. Without checksums, as earlier versions wrote them: nothing but the moments shows when they were written.
fn an_hour_earlier(desk: &Desk) -> String {
    let lines = desk.journal("a.csv").into_iter().map(|mut line| {
        let line = line.as_object_mut().unwrap();
        line.remove("sum").unwrap();
        for said in line.values_mut() {
            if let Some(version) = said.get_mut("version") {
                *version = 3.into();
            }
            if let Some(at) = said.get_mut("at") {
                *at = Value::from(at.as_u64().unwrap() - 60 * 60 * 1000);
            }
        }
        format!("{}\n", Value::from(line.clone()))
    });
    lines.collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_that_is_set_ahead_does_not_end_the_wait_for_requests_of_a_killed_process() {
    let desk = Desk::of(1).await;
    desk.write("a.csv", "id,phone\n1,+79160000001\n");
    desk.fault(Fault::delay(Duration::ZERO));
    desk.fault(Fault::late(Duration::from_millis(3_500)));
    let words = "--no-throttle --settle 2";
    let mut job = desk
        .command(&format!("contacts a.csv --yes {words}"))
        .spawn()
        .unwrap();
    while desk.requests().len() < 2 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    job.kill().unwrap();
    job.wait().unwrap();
    desk.write("a.csv.journal", an_hour_earlier(&desk));
    let said = desk.run(&format!("contacts a.csv --resume {words}"));
    said.assert(0, "requests of the earlier process may still be running");
    said.assert(0, "1 row done, 0 failed");
    tokio::time::sleep(Duration::from_secs(2)).await;
    assert_eq!(desk.phones(1).len(), 1);
}
