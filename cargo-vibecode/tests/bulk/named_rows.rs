//! How rows are numbered and named.

use crate::support::Desk;

#[tokio::test(flavor = "multi_thread")]
async fn rows_have_the_numbers_that_a_spreadsheet_shows() {
    let desk = Desk::new().await;
    for (name, before) in [("a.csv", ""), ("b.csv", "sep=,\r\n")] {
        let rows = "id,comments\r\n1,\"one\r\ntwo\r\nthree\"\r\n\r\nx,four\r\n";
        desk.write(name, format!("{before}{rows}"));
        let said = desk.run(&format!("contacts {name}"));
        said.assert(1, "\n4    id      requires the id of the record");
        assert!(
            desk.read(&name.replace("csv", "bad.csv"))
                .contains("row 4: id: requires"),
            "{said:?}"
        );
    }
    desk.write(
        "c.jsonl",
        "{\"id\":1,\"comments\":\"one\\ntwo\"}\n\n{\"id\":\"x\"}\n",
    );
    desk.run("contacts c.jsonl")
        .assert(1, "\n3    id      requires the id of the record");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bad_row_is_named_with_its_record() {
    let desk = Desk::new().await;
    desk.write("a.csv", "id,birthdate\n71,soon\n72,later\n,now\n");
    let said = desk.run("contacts a.csv");
    said.assert(1, "2 (contacts/71), 3 (contacts/72), 4  birthdate  ");
    said.assert(
        1,
        "4                                    id         requires",
    );
    let said = desk.run("contacts a.csv --format json");
    said.assert(
        1,
        r#"{"column":"birthdate","event":"bad_cell","problem":"`birthdate` requires a date, such as 2026-04-15","record":"contacts/71","row":2}"#,
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failed_row_is_named_with_its_record_also_if_it_was_not_sent() {
    let desk = Desk::of(3).await;
    let rows = "404,+79160000001,a\n404,+79160000001,\n1,,c\n";
    desk.write("a.csv", format!("id,phone,post\n{rows}"));
    let said = desk.run("contacts a.csv --yes");
    said.assert(1, "row 2 (contacts/404) failed: there is no such record");
    said.assert(1, "row 3 (contacts/404) failed: row 2 adds the same phone");
    desk.write("b.csv", "id,post\n404,b\n");
    desk.run("contacts b.csv --yes --format json")
        .assert(1, r#""record":"contacts/404","row":2}"#);
}
