//! What is given twice has no meaning: it is an error, and nothing is sent.

use std::process::Command;

use vibecode_sandbox::Sandbox;

use crate::support::{Desk, Said};

fn run(desk: &Desk, words: &[&str]) -> Said {
    let mut command = desk.command("contacts a.csv --yes");
    Said::of(command.args(words).output().unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_column_is_mapped_once() {
    let desk = Desk::new().await;
    desk.write("a.csv", "id,A,B,Й\n71,a,b,c\n");
    for words in [
        &["--map", "A=post", "--map", "A=comments"][..],
        &["--map", "A=post", "--map", "A=post"],
        &["--map", "A=post", "--ignore", "A"],
        // The letter й in one part and in two.
        &["--map", "\u{419}=post", "--map", "\u{418}\u{306}=comments"],
    ] {
        run(&desk, words).assert(2, "is named twice by --map, or by --map and --ignore");
    }
    run(&desk, &["--map", "id=comments", "--ignore-unknown"]).assert(
        2,
        "has the ids of the records, and cannot be `comments` too",
    );
    desk.assert_nothing_sent();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_field_has_one_column() {
    let desk = Desk::new().await;
    desk.write("a.csv", "id,A,post\n71,a,b\n");
    for words in [
        &["--map", "A=post"][..],
        &["--map", "A=wire:post"],
        &["--map", "A=POST"],
        &["--map", "A=id"],
    ] {
        run(&desk, words).assert(2, "belongs to the same field as the column");
    }
    desk.write("a.csv", "id,post,post\n71,a,b\n");
    run(&desk, &[]).assert(2, "the column `post` belongs to the same field as the column `post` of the same name (columns 3 and 2): rename one of them in the file");
    desk.write("a.csv", "id,post,Job\n71,a,b\n");
    run(&desk, &["--map", "Job=post"]).assert(2, "the column `Job` belongs to the same field as the column `post` (columns 3 and 2, both post)");
    desk.assert_nothing_sent();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_column_occurs_once_in_a_mapping() {
    let desk = Desk::new().await;
    desk.write("a.csv", "id,A,B\n71,a,b\n");
    for mapping in [
        r#"{"id": "id", "A": "post", "A": "comments", "B": null}"#,
        r#"{"id": "id", "A": null, "A": "comments", "B": null}"#,
        r#"{"id": "id", "A": "post", "B": null, " A ": "comments"}"#,
    ] {
        desk.write("m.json", mapping);
        let said = run(&desk, &["--mapping", "m.json"]);
        assert!(
            said.err.contains("occurs twice: name it once"),
            "{mapping}: {said:#?}"
        );
        assert_eq!(said.code, Some(2));
    }
    desk.write("m.json", r#"{"id": "id", "A": "post", "B": "wire:post"}"#);
    run(&desk, &["--mapping", "m.json"]).assert(2, "belongs to the same field as the column `A`");
    desk.assert_nothing_sent();
    // A flag stands for the line of its column. Editors of Windows begin the file with a mark.
    desk.write(
        "m.json",
        "\u{feff}{\"id\": \"id\", \"A\": \"comments\", \"B\": null}",
    );
    run(&desk, &["--mapping", "m.json", "--map", "A=post"]).assert(0, "1 row done");
    assert_eq!(desk.field(71, "post"), "a");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_phone_that_a_row_has_twice_is_added_once() {
    let desk = Desk::of(1).await;
    desk.write(
        "a.jsonl",
        "{\"id\":1,\"phone\":[\"+79161112233\",\"+7 916 111-22-33\"],\"phone:MOBILE\":\"+79161112233\"}\n",
    );
    desk.run("contacts a.jsonl --yes").assert(0, "1 row done");
    let phone = ("+79161112233".to_owned(), "WORK".to_owned());
    assert_eq!(desk.phones(1), [phone]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_phone_that_is_added_twice_to_one_record_is_an_error() {
    let desk = Desk::of(1).await;
    let update = |phones: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_cargo-vibecode"));
        command.args(["vibecode", "update", "contacts", "1"]);
        command.args(phones.iter().flat_map(|phone| ["--add", phone]));
        command
            .args(["--base-url", desk.sandbox.url()])
            .current_dir(&desk.folder)
            .env("VIBECODE_API_KEY", Sandbox::API_KEY);
        Said::of(command.output().unwrap())
    };
    for again in ["phone=+7 (916) 111-22-33", "phone=+79161112233:MOBILE"] {
        update(&["phone=+79161112233", again])
            .assert(2, "`phone` is given the same value twice: give it once");
    }
    desk.assert_nothing_sent();
    update(&["phone=+79161112233", "phone=+79161112244"]).assert(0, "");
    assert_eq!(desk.phones(1).len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_phone_of_a_row_that_is_not_sent_is_added_by_the_next_row() {
    let desk = Desk::of(1).await;
    // No patch sets this field.
    desk.write("vibecode/contacts.json", r#"{"web": {"type": "string"}}"#);
    desk.write(
        "a.csv",
        "id,phone,web\n1,+79161112233,Y\n1,+7 916 111-22-33,\n1,+79161112233,\n",
    );
    desk.run("contacts a.csv --yes --skip-bad")
        .assert(1, "2 rows done, 0 failed, 1 bad");
    assert_eq!(desk.phones(1).len(), 1);
}
