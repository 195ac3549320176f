//! What would change, and how it is undone.

use std::fs;

use crate::support::Desk;

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_shows_old_and_new_values_and_changes_nothing() {
    let desk = Desk::of(3).await;
    desk.write(
        "old.csv",
        "id,post,phone\n1,Clerk,+79161112233\n2,Director,\n",
    );
    desk.run("contacts old.csv --yes").assert(0, "2 rows done");
    desk.sandbox.clear_requests();
    desk.write(
        "a.csv",
        "id,post,companyId,phone\n1,Director,15,8 916 111-22-33;+79161112244\n2,Director,,\n404,x,,\n",
    );
    let said = desk.run("contacts a.csv --plan --country 7");
    said.assert(1, "contacts/1 post: Clerk → Director");
    said.assert(1, "contacts/1 companyId: (nothing) → 15");
    said.assert(1, "contacts/1 phone: + +79161112244");
    assert!(!said.out.contains("+79161112233"), "{said:?}");
    said.assert(1, "contacts/404 not found (row 4)");
    said.assert(1, "1 row would change, 1 the same, 1 row not found");
    // One request for the forms of the phones, one for the values.
    assert_eq!(desk.requests().len(), 2);
    assert_eq!(desk.field(1, "post"), "Clerk");
    assert!(!desk.exists("a.csv.journal"));
    desk.run("contacts a.csv --plan --country 7 --limit 1")
        .assert(0, "1 row would change, 0 the same, 0 rows not found");
    desk.run("contacts a.csv --plan --yes")
        .assert(2, "cannot be used with");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_ends_with_its_totals_by_field_and_by_type_of_what_is_added() {
    let desk = Desk::of(3).await;
    desk.write(
        "old.csv",
        "id,post,phone\n1,Clerk,+79161112233\n2,Director,\n",
    );
    desk.run("contacts old.csv --yes").assert(0, "2 rows done");
    desk.write(
        "a.csv",
        "id,post,companyId,phone\n1,Director,15,+79161112233;+79161112244:MOBILE\n2,Director,15,+79161112255\n3,Chief,,+79161112266;+79161112277\n",
    );
    let said = desk.run("contacts a.csv --plan");
    let expected = "\
field                   would change  would be added
----------------------  ------------  --------------
companyId               2
post                    2
phone, added as MOBILE                1
phone, added as WORK                  3
3 rows would change, 0 the same, 0 rows not found
";
    said.assert(0, expected);
    said.assert(0, "contacts/1 phone: + +79161112244 (MOBILE)");
    let said = desk.run("contacts a.csv --plan --format json");
    let document: serde_json::Value =
        serde_json::from_str(said.out.lines().last().unwrap()).unwrap();
    let fields = serde_json::json!([{"field": "companyId", "would_change": 2}, {"field": "post", "would_change": 2}]);
    assert_eq!(document["fields"], fields);
    let additions = serde_json::json!([
        {"field": "phone", "type": "MOBILE", "would_be_added": 1, "may_be_there": 0},
        {"field": "phone", "type": "WORK", "would_be_added": 3, "may_be_there": 0},
    ]);
    assert_eq!(document["additions"], additions);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_with_bad_rows_advises_a_plan_of_the_others() {
    let desk = Desk::of(2).await;
    desk.write("a.csv", "id,post,phone\n1,Director,\n2,Clerk,102\n");
    let said = desk.run("contacts a.csv --plan");
    said.assert(
        1,
        "correct the bad rows. To see what the valid rows would change: ",
    );
    assert!(!said.out.contains("--yes"), "{said:?}");
    desk.run("contacts a.csv --skip-bad --plan")
        .assert(1, "contacts/1 post: ");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_undoes_what_was_changed() {
    let desk = Desk::of(120).await;
    let old = (1..=120)
        .map(|id| format!("{id},old {id},{id}\n"))
        .collect::<Vec<_>>()
        .concat();
    desk.write("old.csv", format!("id,post,companyId\n{old}"));
    desk.run("contacts old.csv --yes --no-throttle")
        .assert(0, "120 rows done");
    desk.run("contacts old.csv --resume")
        .assert(0, "already finished");

    // Two rows are about one record, and one record has nothing to restore.
    let new = (1..=120)
        .map(|id| format!("{id},new,9,,\n"))
        .collect::<Vec<_>>()
        .concat();
    desk.write(
        "a.csv",
        format!("id,post,companyId,secondName,phone\n{new}1,newer,,Second,+79161112233\n"),
    );
    let mut command = desk.command("contacts a.csv --yes --no-throttle --backup kept.jsonl");
    let said = crate::support::Said::of(command.output().unwrap());
    said.assert(0, "121 rows done");
    said.assert(
        0,
        "the old values are kept in kept.jsonl. To undo (it shows what would be restored; with --yes instead of --plan it is sent): cargo vibecode bulk contacts kept.jsonl ",
    );
    said.assert(0, "are listed in kept.added.csv");
    assert_eq!(desk.field(1, "post"), "newer");
    let added = desk.read("kept.added.csv");
    assert_eq!(
        added,
        "record,field,value,row\ncontacts/1,phone,+79161112233,122\n"
    );

    // One record has a row for each of the two rows that have changed it.
    desk.run("contacts kept.jsonl --yes --no-throttle")
        .assert(0, "121 rows done");
    for id in 1..=120 {
        assert_eq!(desk.field(id, "post"), format!("old {id}"));
        assert_eq!(desk.field(id, "companyId"), id);
    }
    assert_ne!(desk.field(1, "secondName"), "Second");
    desk.write("c.csv", "id,post\n1,x\n");
    desk.run("contacts c.csv --yes --backup kept.jsonl")
        .assert(2, "kept.jsonl: there is a file of this name");
    assert_eq!(desk.field(1, "post"), "old 1");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_restores_only_the_records_that_it_was_made_of() {
    let desk = Desk::of(3).await;
    desk.write("a.csv", "id,post\n1,new\n2,new\n");
    desk.run("contacts a.csv --yes --backup kept.jsonl")
        .assert(0, "2 rows done");
    let kept = desk.read("kept.jsonl");
    let head = "{\"backup\":{\"entity\":\"contacts\",\"portal\":\"sandbox.invalid\",\"has_written\":true,\"journal\":\"a.csv.journal\",";
    assert!(kept.starts_with(head), "{kept}");
    desk.sandbox.clear_requests();
    let elsewhere = kept.replace("sandbox.invalid", "acme.bitrix24.ru");
    desk.write("elsewhere.jsonl", elsewhere);
    for how in ["--yes", "--plan", ""] {
        desk.run(&format!("contacts elsewhere.jsonl {how}")).assert(
            2,
            "this is a backup of the portal acme.bitrix24.ru, and the key is for sandbox.invalid",
        );
    }
    desk.run("companies kept.jsonl --plan")
        .assert(2, "this is a backup of contacts");
    desk.assert_nothing_sent();
    // What was empty is cleared, although it was not asked for.
    desk.run("contacts kept.jsonl --yes")
        .assert(0, "2 rows done");
    assert_ne!(desk.field(1, "post"), "new");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_is_kept_of_more_than_a_hundred_rows_and_of_each_row_once() {
    let desk = Desk::of(150).await;
    let rows = (1..=150)
        .map(|id| format!("{id},p\n"))
        .collect::<Vec<_>>()
        .concat();
    desk.write("a.csv", format!("id,post\n{rows}"));
    let few = rows.lines().take(100).collect::<Vec<_>>().join("\n");
    desk.write("few.csv", format!("id,post\n{few}\n"));
    let run = |words: &str| {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_cargo-vibecode"));
        command
            .args(["bulk", "contacts", "--no-throttle"])
            .args(words.split_whitespace())
            .args(["--base-url", desk.sandbox.url()])
            .current_dir(&desk.folder)
            .env("VIBECODE_API_KEY", vibecode_sandbox::Sandbox::API_KEY);
        crate::support::Said::of(command.output().unwrap())
    };
    let said = run("few.csv --yes");
    said.assert(0, "100 rows done");
    assert!(!desk.exists("few.csv.backup.jsonl"), "{said:?}");
    run("a.csv --yes --limit 110").assert(0, "110 rows done");
    // The rows of the first run are the same already.
    assert_eq!(desk.read("a.csv.backup.jsonl").lines().count(), 1 + 10);
    run("a.csv --resume").assert(0, "150 rows done");
    assert_eq!(desk.read("a.csv.backup.jsonl").lines().count(), 1 + 50);
    let journal = desk.journal("a.csv");
    assert_eq!(journal[3]["backed_up"]["rows"], "2-111");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_of_few_rows_says_that_it_keeps_no_backup_unless_that_was_decided() {
    let desk = Desk::of(2).await;
    // `Desk::run` adds --no-backup to commands that do not mention backups.
    desk.write("no-backup-1.csv", "id,post\n1,a\n");
    let note = "the old values of 100 rows or fewer are not kept: --backup FILE.jsonl keeps them";
    for options in ["", "--yes"] {
        let said = desk.run(&format!("contacts no-backup-1.csv {options}"));
        said.assert(0, note);
    }
    desk.write("a.csv", "id,post\n2,a\n");
    for options in ["--plan", "--no-backup", "--backup b.jsonl --yes"] {
        let said = desk.run(&format!("contacts a.csv {options}"));
        assert!(!said.out.contains(note), "{options}: {said:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn without_its_backup_nothing_is_sent() {
    let desk = Desk::of(2).await;
    desk.write("a.csv", "id,post\n1,a\n2,b\n");
    desk.faults((0..9).map(|_| vibecode_sandbox::Fault::error("SCOPE_DENIED")));
    let said = desk.run("contacts a.csv --yes --backup kept.jsonl");
    said.assert(
        2,
        "nothing was sent, since the old values could not be kept",
    );
    assert_ne!(desk.field(1, "post"), "a");
    let mut left: Vec<_> = fs::read_dir(&desk.folder)
        .unwrap()
        .map(|file| file.unwrap().file_name())
        .collect();
    left.sort();
    assert_eq!(left, ["a.csv", "a.csv.journal", "a.csv.journal.seal"]);
    desk.sandbox.calm();
    desk.run("contacts a.csv --resume --backup kept.jsonl")
        .assert(0, "2 rows done");
    assert_eq!(desk.read("kept.jsonl").lines().count(), 1 + 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_formula_is_text_in_the_file_of_failed_rows_and_itself_when_it_is_run() {
    let desk = Desk::of(2).await;
    desk.write("a.csv", "id,post,comments\n404,=HYPERLINK(1),'=x\n1,ok,\n");
    desk.run("contacts a.csv --yes")
        .assert(1, "1 row done, 1 failed");
    let failed = desk.read("a.failed.csv");
    assert!(
        failed.contains("404,'=HYPERLINK(1),''=x,ENTITY_NOT_FOUND"),
        "{failed}"
    );
    desk.write("b.csv", failed.replace("404", "2"));
    desk.run("contacts b.csv --yes").assert(0, "1 row done");
    assert_eq!(desk.field(2, "post"), "=HYPERLINK(1)");
    assert_eq!(desk.field(2, "comments"), "'=x");
    // Rows that fail again are not guarded twice.
    desk.write("c.csv", failed);
    desk.run("contacts c.csv --yes")
        .assert(1, "0 rows done, 1 failed");
    assert!(
        desk.read("c.failed.csv")
            .contains("404,'=HYPERLINK(1),''=x,")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_escape_sequence_in_a_name_is_shown_and_not_obeyed() {
    let desk = Desk::of(2).await;
    desk.write("a.csv", "id,po\u{1b}[2Jst\n1,a\n");
    let said = desk.run("contacts a.csv");
    assert!(
        !format!("{}{}", said.out, said.err).contains('\u{1b}'),
        "{said:?}"
    );
    said.assert(2, "po\\u{1b}[2Jst");
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn what_a_killed_run_has_left_of_a_backup_is_removed_and_named() {
    let desk = Desk::of(1).await;
    let left = [
        "kept.jsonl.returned0.1.vibecode.new",
        "kept.jsonl.rows0.1.vibecode.new",
        "kept.added.csv.1.vibecode.new",
        "kept.incomplete.csv.1.vibecode.new",
    ];
    for name in left {
        desk.write(name, "x");
    }
    // Its process may have created it, and not locked it yet.
    let young = "kept.jsonl.rows0.2.vibecode.new";
    desk.write(young, "");
    desk.write("a.csv", "id,post\n1,a\n");
    let said = desk.run("contacts a.csv --yes --backup kept.jsonl");
    for name in left {
        let removed = format!("{name} is removed: a command that was killed has left it");
        said.assert(0, &removed);
        assert!(!desk.exists(name), "{name}");
    }
    said.assert(
        0,
        "warning: a run that was killed has left parts of a backup: ./kept.jsonl.rows0.2.vibecode.new",
    );
    assert!(desk.exists(young));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_without_its_backup_is_named() {
    let desk = Desk::of(1).await;
    desk.write("kept.added.csv", "record,field,value\n");
    desk.write("a.csv", "id,post\n1,a\n");
    desk.run("contacts a.csv --yes --backup kept.jsonl").assert(
        2,
        "kept.added.csv: this is the list of a backup that is not there",
    );
}

/// A job of which one row of three is done, with the backup `b.jsonl`.
async fn one_of_three_with_a_backup() -> Desk {
    let desk = Desk::of(3).await.keeping_backups();
    desk.write("a.csv", "id,post\n1,a\n2,b\n3,c\n");
    desk.run("contacts a.csv --yes --limit 1 --backup b.jsonl --settle 1")
        .assert(0, "1 row done");
    desk
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_that_keeps_a_backup_goes_on_with_it_when_it_is_resumed() {
    let desk = one_of_three_with_a_backup().await;
    for options in ["--limit 1", "--backup b.jsonl"] {
        desk.run(&format!("contacts a.csv --resume --settle 1 {options}"))
            .assert(0, "the old values are kept in b.jsonl");
    }
    desk.run("contacts b.jsonl --yes --settle 1")
        .assert(0, "3 rows done");
    for id in 1..=3 {
        assert_eq!(desk.field(id, "post"), serde_json::Value::Null);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_that_keeps_a_backup_says_so_if_it_goes_on_without_one() {
    let desk = one_of_three_with_a_backup().await;
    desk.run("contacts a.csv --resume --no-backup --settle 1")
        .assert(
            0,
            "the job has kept the old values of its rows so far (b.jsonl), and those of 2 rows are not kept now",
        );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_resume_that_is_refused_for_its_backup_says_how_many_rows_are_done() {
    let desk = one_of_three_with_a_backup().await;
    desk.write("other.jsonl", "{}\n");
    let said = desk.run("contacts a.csv --resume --backup other.jsonl --settle 1");
    said.assert(2, "there is a file of this name");
    said.assert(2, "1 row done, 0 failed so far");
}
