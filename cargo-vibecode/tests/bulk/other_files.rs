//! Files of other kinds than those that `bulk` reads, and the commands that convert them.

use std::fs;
#[cfg(unix)]
use std::process::Command;

#[cfg(unix)]
use encoding_rs::IBM866;

use crate::support::Desk;
#[cfg(unix)]
use crate::support::Said;

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_a_file_of_rows_is_named_with_the_next_step() {
    let desk = Desk::new().await;
    fs::create_dir(desk.path("folder.csv")).unwrap();
    for (name, bytes, expected) in [
        (
            "a.csv.gz",
            &b"\x1f\x8b\x08"[..],
            "gunzip -c a.csv.gz > rows.csv",
        ),
        (
            "a.json",
            b" [\n{\"id\":71}]",
            "jq -c '.[]' a.json > rows.jsonl",
        ),
        ("a.xls", b"\xd0\xcf\x11\xe0", "a spreadsheet of an old form"),
        (
            "b.xls",
            b"<meta http-equiv",
            "which Bitrix24's export to Excel is, too",
        ),
        (
            "a.zip",
            b"PK\x03\x04nonsense",
            "the file is an archive, as an .xlsx is, and cut off or damaged",
        ),
    ] {
        desk.write(name, bytes);
        desk.run(&format!("contacts {name}")).assert(2, expected);
    }
    desk.run("contacts folder.csv")
        .assert(2, "this is a directory");
    desk.write("a.csv", "id,post\n71,a\n");
    desk.run("contacts a.csv --sheet Other")
        .assert(2, "--sheet is for .xlsx");
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn a_printed_command_runs_no_part_of_the_name_of_a_file() {
    let desk = Desk::new().await;
    // The last letter but one is another one in CP1125.
    let rows = IBM866
        .encode("id;post\n71;Старший бухгалтер\n72;Директор з продажу, Ки")
        .0;
    let dos = [&rows[..], b"\xf9\xa2\n"].concat();
    for name in [
        "a'; touch obeyed; '.csv",
        "$(touch obeyed).csv",
        "-o;touch obeyed.csv",
    ] {
        for start in [
            &b"\xff\xfe\0\0i\0\0\0"[..],
            b"\x1f\x8b\x08",
            b"\xfd7zXZ\0",
            b"BZh",
            b"\x28\xb5\x2f\xfd",
            b"[{}]",
            &dos,
        ] {
            desk.write(name, start);
            let mut command = desk.command("contacts");
            let said = Said::of(command.arg("--").arg(name).output().unwrap());
            said.assert(2, "`");
            let (_, printed) = said.err.split_once("with `").expect("a command");
            let (printed, _) = printed.split_once('`').expect("its end");
            // As arguments of `printf`, so that it does not matter which programs are there.
            let words = printed.replace(" > rows", " rows");
            let shell = Command::new("sh")
                .args(["-c", &format!("printf '%s\\n' {words}")])
                .current_dir(&desk.folder)
                .output()
                .unwrap();
            let words = String::from_utf8(shell.stdout).unwrap();
            let path = format!("{}{name}", if name.starts_with('-') { "./" } else { "" });
            assert!(words.lines().any(|word| word == path), "{printed}");
            assert!(
                !desk.exists("obeyed") && !desk.exists("obeyed.csv"),
                "{printed}"
            );
        }
    }
}
