//! The report of a check, before anything is sent.

use crate::support::Desk;

#[tokio::test(flavor = "multi_thread")]
async fn without_a_yes_the_rows_are_only_checked() {
    let desk = Desk::new().await;
    desk.write("a b.csv", "id,post,phone:MOBILE\n71,a,+79160000001\n72,,\n");
    let mut command = desk.command("contacts");
    let said = crate::support::Said::of(command.arg("a b.csv").output().unwrap());
    said.assert(0, "2 rows: 1 to send, 1 without a change, 0 bad");
    said.assert(0, "column        field");
    said.assert(0, "id            the id of the record");
    said.assert(0, "phone:MOBILE  phone, added as MOBILE");
    said.assert(
        0,
        "nothing was sent. To see what would change: cargo vibecode bulk contacts",
    );
    said.assert(0, "\nTo send: cargo vibecode bulk contacts");
    said.assert(0, "'a b.csv'");
    said.assert(0, "--yes");
    desk.assert_nothing_sent();
    assert!(!desk.exists("a b.csv.journal"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dry_run_needs_no_key() {
    let desk = Desk::new().await;
    desk.write("a.csv", "id,post\n71,a\n");
    let mut command = desk.command("contacts a.csv");
    let said = command.env_remove("VIBECODE_API_KEY").output().unwrap();
    crate::support::Said::of(said).assert(0, "1 to send");
}

#[tokio::test(flavor = "multi_thread")]
async fn bad_cells_are_shown_by_their_cause_and_that_of_most_cells_first() {
    let desk = Desk::new().await;
    let schema = r#"{"format": 1, "fields": {"id": {"type": "integer"}, "birthdate": {"type": "date"},
        "ufCrm_1": {"type": "enumeration", "title": "Loyalty", "items": [{"ID": "81", "VALUE": "Gold"}]}}}"#;
    desk.write("vibecode/contacts.json", schema);
    let rows: Vec<String> = (1..=30)
        .map(|row| format!("{row},,Level {row}\n"))
        .collect();
    let head = "id,birthdate,Loyalty\n";
    desk.write("a.csv", format!("{head}x,soon,\n{}", rows.concat()));
    let said = desk.run("contacts a.csv");
    said.assert(1, "31 rows: 0 to send, 0 without a change, 31 bad");
    let (_, table) = said.out.split_once("\nrow ").unwrap();
    let causes: Vec<&str> = table.lines().skip(2).take(3).collect();
    let expected = [
        "3 (contacts/1), 4 (contacts/2), 5 (contacts/3) and 27 more  Loyalty    `ufCrm_1` has no such option in the schema, which `cargo vibecode pull` updates: the options are Gold",
        "2                                                           birthdate  `birthdate` requires a date, such as 2026-04-15",
        "2                                                           id         requires the id of the record, a whole number above 0",
    ];
    assert_eq!(causes, expected, "{said:#?}");
    assert!(!said.out.contains("Level"), "{said:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn bad_cells_with_many_causes_are_counted() {
    let desk = Desk::new().await;
    let columns: Vec<String> = (1..=25).map(|column| format!("c{column}")).collect();
    let map: Vec<String> = columns
        .iter()
        .map(|it| format!(" --map {it}=phone"))
        .collect();
    let cells = ",нет".repeat(25);
    desk.write("a.csv", format!("id,{}\n71{cells}\n", columns.join(",")));
    let said = desk.run(&format!("contacts a.csv{}", map.concat()));
    said.assert(1, "and 5 bad cells with other problems");
    assert_eq!(
        said.out.matches("this has no digit").count(),
        20,
        "{said:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_changes_of_the_valid_rows_are_to_be_looked_at_before_they_are_sent() {
    let desk = Desk::new().await;
    desk.write("a.csv", "id,post\nx,a\n72,b\n");
    for plan in ["", " --plan"] {
        let said = desk.run(&format!("contacts a.csv{plan}"));
        said.assert(
            1,
            "correct the bad rows. To see what the valid rows would change: cargo vibecode bulk contacts a.csv",
        );
        let advice = said.out.lines().last().unwrap();
        assert!(
            advice.contains(" --plan") && advice.contains(" --skip-bad"),
            "{advice}"
        );
        assert!(!said.out.contains("--yes"), "{said:?}");
    }
    desk.write("b.csv", "id,post\nx,a\n");
    let said = desk.run("contacts b.csv");
    assert!(
        said.out
            .ends_with("nothing was sent: correct the bad rows\n"),
        "{said:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_end_of_a_job_names_the_file_of_the_bad_rows() {
    let desk = Desk::new().await;
    desk.write("a.csv", "id,post\nx,a\n72,b\n");
    let expected = "the bad rows, which were not sent, are in a.bad.csv: correct them, and run that file. To check it (with --yes it is sent): cargo vibecode bulk contacts a.bad.csv";
    desk.run("contacts a.csv --yes --skip-bad")
        .assert(1, expected);
    desk.run("contacts a.csv --resume --skip-bad")
        .assert(1, expected);
    desk.write("b.csv", "id,post\nx,a\n404,b\n72,c\n");
    let said = desk.run("contacts b.csv --yes --skip-bad");
    said.assert(
        1,
        "the failed and the bad rows are in b.failed.csv: correct them",
    );
    assert!(
        !said
            .out
            .contains("run that file. To check it (with --yes it is sent): cargo vibecode bulk contacts b.bad.csv"),
        "{said:?}"
    );
    desk.write("c.csv", "id,post\nx,a\n72,d\n");
    let said = desk.run("contacts c.csv --yes --skip-bad --format json");
    let document: serde_json::Value =
        serde_json::from_str(said.out.lines().last().unwrap()).unwrap();
    assert_eq!(document["bad_rows"], "c.bad.csv");
}

#[tokio::test(flavor = "multi_thread")]
async fn bad_rows_are_skipped_only_on_request_and_are_written_out() {
    let desk = Desk::new().await;
    desk.write("a.csv", "id,post\nx,a\n72,b\n");
    desk.run("contacts a.csv --yes")
        .assert(1, "nothing was sent");
    desk.assert_nothing_sent();
    let said = desk.run("contacts a.csv --yes --skip-bad");
    said.assert(1, "1 row done, 0 failed, 1 bad (not sent)");
    assert_eq!(desk.field(72, "post"), "b");
    let bad = desk.read("a.bad.csv");
    assert!(
        bad.starts_with("id,post,error_code,error_message\nx,a,BAD_ROW,"),
        "{bad}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repeated_record_is_reported_and_its_rows_keep_their_order() {
    let desk = Desk::of(100).await;
    let rows = (1..=100)
        .map(|row| format!("{},{row}\n", 1 + row % 3))
        .collect::<Vec<_>>()
        .concat();
    desk.write("a.csv", format!("id,post\n{rows}"));
    let said = desk.run("contacts a.csv --yes --no-throttle");
    said.assert(
        0,
        "97 rows change the record of an earlier row, the first is row 5 (contacts/2): rows",
    );
    let posts = [1, 2, 3].map(|id| desk.field(id, "post"));
    assert_eq!(posts, ["99", "100", "98"]);
    assert_eq!(desk.reported("a.csv").0, (2..=101).collect::<Vec<_>>());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_ends_with_the_records_that_do_not_exist_and_the_rows_that_are_not_sent() {
    let desk = Desk::of(1).await;
    let missing: Vec<String> = (401..=412).map(|id| format!("{id},a\n")).collect();
    desk.write("a.csv", format!("id,post\n{}x,b\n1,c\n", missing.concat()));
    let said = desk.run("contacts a.csv --plan --skip-bad");
    said.assert(
        1,
        "\nnot found: contacts/401 (row 2), contacts/402 (row 3), ",
    );
    said.assert(1, ", contacts/410 (row 11), and 2 more\n");
    said.assert(
        1,
        "\n1 row would change, 0 the same, 12 rows not found, 1 bad (not sent)\n",
    );
    let said = desk.run("contacts a.csv --plan --skip-bad --format json");
    let result = said.out.lines().last().unwrap();
    let result: serde_json::Value = serde_json::from_str(result).unwrap();
    assert_eq!(
        (&result["not_found"], &result["bad"]),
        (&12.into(), &1.into())
    );
    let first = result["first_not_found"].as_array().unwrap();
    assert_eq!(first.len(), 10);
    assert_eq!(
        first[0],
        serde_json::json!({"row": 2, "record": "contacts/401"})
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_that_repeats_an_earlier_one_is_counted_with_it_by_a_plan() {
    let desk = Desk::of(1).await;
    let row = |id: u64| format!("{id},+79161112233\n{id},+7 916 111-22-33\n");
    desk.write("a.csv", format!("id,phone\n{}{}", row(404), row(1)));
    let said = desk.run("contacts a.csv --plan");
    said.assert(1, "1 row would change, 1 the same, 2 rows not found");
    said.assert(1, "contacts/404 not found (row 2)");
    said.assert(1, "contacts/404 not found (row 3)");
    // The rows agree with the job.
    desk.run("contacts a.csv --yes")
        .assert(1, "2 rows done, 2 failed");
}

#[tokio::test(flavor = "multi_thread")]
async fn programs_get_json_lines() {
    let desk = Desk::new().await;
    desk.write("a.csv", "id,post\nx,a\n72,b\n404,c\n");
    let said = desk.run("contacts a.csv --format json");
    let lines: Vec<serde_json::Value> = said
        .out
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(lines[0]["row"], 2);
    assert_eq!(lines[0]["column"], "id");
    assert_eq!(
        (&lines[1]["bad"], &lines[1]["to_send"]),
        (&1.into(), &2.into())
    );
    let said = desk.run("contacts a.csv --format json --yes --skip-bad");
    let lines: Vec<serde_json::Value> = said
        .out
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(
        (&lines[1]["event"], &lines[1]["rows"]),
        (&"estimate".into(), &2.into())
    );
    assert_eq!(
        (&lines[2]["row"], &lines[2]["error_code"]),
        (&4.into(), &"ENTITY_NOT_FOUND".into())
    );
    let summary = lines.last().unwrap();
    assert_eq!((&summary["ok"], &summary["failed"]), (&1.into(), &1.into()));
    for line in said.err.lines() {
        let event: serde_json::Value = serde_json::from_str(line).unwrap();
        let expected = match event["message"].as_str() {
            Some(message) if message.starts_with("no files of a portal") => "warning",
            _ => "progress",
        };
        assert_eq!(event["event"], expected);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_text_0_counts_as_what_clears_and_the_number_0_does_not() {
    let desk = Desk::new().await;
    desk.write("vibecode/contacts.json", r#"{"ufCrm_1":{"type":"double"}}"#);
    desk.write("a.csv", "id,post,ufCrm_1\n71,0,0\n72,Director,5\n73,0,\n");
    let said = desk.run("contacts a.csv");
    said.assert(0, "post     post                  1    2");
    said.assert(0, "the column `post` has the text `0` in 2 cells, the first in row 2 (contacts/71): the API takes it as empty, so it clears `post`");
    let said = desk.run("contacts a.csv --format json");
    said.assert(
        0,
        r#""cleared":2,"column":"post","field":"post","left":0,"set":1"#,
    );
    said.assert(
        0,
        r#""cleared":0,"column":"ufCrm_1","field":"ufCrm_1","left":1,"set":2"#,
    );
    assert!(!said.err.contains("--empty clear"), "{}", said.err);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_of_bad_rows_is_called_old_once_no_row_is_bad() {
    let desk = Desk::new().await;
    desk.write("a.csv", "id,birthdate\n71,soon\n72,1990-01-01\n");
    desk.run("contacts a.csv")
        .assert(1, "the bad rows are in a.bad.csv");
    let bad = desk.read("a.bad.csv");
    let old = "a.bad.csv has the bad rows of an earlier run: there are none now";
    desk.write("a.csv", "id,birthdate\n71,1990-01-02\n72,1990-01-01\n");
    for options in ["", "--yes"] {
        desk.run(&format!("contacts a.csv {options}"))
            .assert(0, old);
        assert_eq!(desk.read("a.bad.csv"), bad);
    }
    desk.write("b.csv", "id,post\n71,a\n");
    let said = desk.run("contacts b.csv");
    assert!(!said.out.contains("earlier run"), "{said:?}");
}
