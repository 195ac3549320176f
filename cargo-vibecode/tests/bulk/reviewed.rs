//! What was reviewed with `--plan` is what is sent, or nothing is.

use crate::support::{Desk, Said};

fn json(said: &Said) -> serde_json::Value {
    serde_json::from_str(said.out.lines().last().unwrap()).unwrap()
}

fn review(desk: &Desk, words: &str) -> String {
    let said = desk.run(&format!("contacts a.csv --plan --format json {words}"));
    json(&said)["reviewed"].as_str().unwrap().to_owned()
}

fn send(desk: &Desk, words: &str) -> Said {
    desk.run(&format!("contacts a.csv --yes --reviewed {words}"))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_ends_with_the_command_that_sends_it() {
    let desk = Desk::of(3).await;
    desk.write("a.csv", "id,post\n1,a\n2,b\n3,c\n");
    let said = desk.run("contacts a.csv --plan --limit 2");
    let digest = review(&desk, "--limit 2");
    let flags = format!("--portal sandbox.invalid --yes --reviewed {digest}");
    said.assert(0, "To send exactly this, if nothing has changed since: cargo vibecode bulk contacts a.csv --limit 2 ");
    said.assert(0, &flags);
    let sent = send(&desk, &format!("{digest} --limit 2"));
    sent.assert(0, "2 rows done, 0 failed");
    // The rest was not reviewed with it.
    assert!(
        !sent
            .out
            .split("To send: ")
            .nth(1)
            .unwrap()
            .contains("--reviewed")
    );
    // If nothing would change, there is nothing to send.
    let said = desk.run("contacts a.csv --plan --limit 2");
    said.assert(0, "0 records would change, 2 the same");
    assert!(!said.out.contains("To send"), "{said:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn other_rows_or_records_than_those_that_were_reviewed_are_not_sent() {
    let desk = Desk::of(3).await;
    let file = "id,post,phone\n1,a,+79161112233\n2,b,\n";
    desk.write("a.csv", file);
    let digest = review(&desk, "");
    let refused = |words: &str, why: &str| {
        let said = send(&desk, words);
        said.assert(2, "what would be sent is not what was reviewed: ");
        said.assert(2, why);
        said.assert(
            2,
            "Nothing was sent. To review it again: cargo vibecode bulk contacts a.csv",
        );
        assert!(!desk.exists("a.csv.journal"));
    };
    desk.write("a.csv", file.replace("2,b,", "2,c,"));
    refused(&digest, "the rows request other changes");
    desk.write("a.csv", file);
    refused(&format!("{digest} --limit 1"), "--limit");
    for row in ["post\n2,x\n", "phone\n1,+79161112233\n"] {
        desk.write("b.csv", format!("id,{row}"));
        let _ = std::fs::remove_file(desk.path("b.csv.journal"));
        desk.run("contacts b.csv --yes").assert(0, "1 row done");
        refused(&digest, "the records are not as they were");
    }
    let digest = review(&desk, "");
    send(&desk, &digest).assert(0, "2 rows done, 0 failed");
}
