//! Which records and fields are written, and where.

use std::fs;

use crate::{export, has_part, support::Desk};

#[tokio::test(flavor = "multi_thread")]
async fn filters_choose_the_records() {
    let desk = Desk::of(1_200).await;
    for (filters, first, count) in [
        (&["id>=600"][..], 600, 601),
        (&["id>5", "id<=1100"], 6, 1_095),
        (&["id=7"], 7, 1),
        (&["id!=1"], 2, 1_199),
    ] {
        let mut words = vec!["contacts", "--fields", "post"];
        words.extend(filters.iter().flat_map(|filter| ["--filter", filter]));
        let said = export(&desk, &words);
        assert_eq!(said.code, Some(0), "{said:#?}");
        let ids: Vec<&str> = said.out.lines().skip(1).collect();
        assert_eq!(ids.len(), count, "{filters:?}");
        assert!(ids[0].starts_with(&format!("{first},")), "{}", ids[0]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_asked_or_written_is_refused_at_once() {
    let desk = Desk::new().await;
    let words = [
        "contacts",
        "--fields",
        "pots,photo,fm",
        "--filter",
        "companyId=many",
        "--filter",
        "post",
    ];
    let said = export(&desk, &words);
    for problem in [
        "--fields: there is no field `pots`: did you mean `post`?",
        "`photo` takes files",
        "`fm` is a list that `bulk` cannot read",
        "--filter: `companyId` requires the id",
        "--filter: a condition is a field, an operator",
    ] {
        said.assert(2, problem);
    }
    desk.assert_nothing_sent();
}

#[tokio::test(flavor = "multi_thread")]
async fn the_name_of_a_spreadsheet_is_refused_before_anything_is_read() {
    let desk = Desk::of(1).await;
    for (words, instead) in [
        (&["--output", "c4.xlsx"][..], "use --output c4.csv"),
        (&["--output", "c 4.XLS"], "use --output 'c 4.csv'"),
        (&["--output", "c4.ods", "--excel"], "use --output c4.csv"),
        (
            &["--output", "c4.xlsx", "--as", "jsonl"],
            "use --output c4.jsonl",
        ),
    ] {
        export(&desk, &[&["contacts"], words].concat()).assert(2, instead);
        assert!(!desk.exists(words[1]), "{words:?}");
    }
    desk.assert_nothing_sent();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_is_never_replaced_unasked_and_never_half_there() {
    let desk = Desk::of(3).await;
    desk.write("a.csv", "mine");
    let words = ["contacts", "--output", "a.csv"];
    export(&desk, &words).assert(2, "replace it with --overwrite");
    assert_eq!(desk.read("a.csv"), "mine");
    export(&desk, &["contacts", "--output", "a.csv", "--overwrite"]).assert(0, "3 records");
    assert!(!has_part(&desk));
    let missing = ["contacts", "--output", "none/a.csv"];
    export(&desk, &missing).assert(2, "none/a.csv");
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn only_the_owner_can_read_the_file() {
    use std::os::unix::fs::PermissionsExt as _;
    let desk = Desk::of(1).await;
    export(&desk, &["contacts", "--output", "a.csv"]).assert(0, "1 record");
    let mode = fs::metadata(desk.path("a.csv"))
        .unwrap()
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_limit_counts_for_all_pages() {
    let desk = Desk::of(700).await;
    for limit in ["0", "1", "500", "501"] {
        let said = export(&desk, &["contacts", "--fields", "post", "--limit", limit]);
        assert_eq!(said.code, Some(0), "{said:#?}");
        let rows = said.out.lines().count() - 1;
        assert_eq!(rows.to_string(), limit);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn programs_get_one_document_and_the_records_go_to_a_file() {
    let desk = Desk::of(2).await;
    let json = ["contacts", "--format", "json", "--fields", "post"];
    export(&desk, &json).assert(2, "name it with --output");
    let mut words = json.to_vec();
    words.extend(["--output", "a.csv"]);
    let said = export(&desk, &words);
    let report: serde_json::Value = serde_json::from_str(&said.out).unwrap();
    assert_eq!(report["written"], 2);
    assert_eq!(report["counted"], 2);
    assert_eq!(report["columns"], serde_json::json!(["id", "post"]));
    assert_eq!(report["problems"], serde_json::json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn another_portal_than_the_one_asserted_is_not_exported() {
    let desk = Desk::of(1).await;
    let words = [
        "contacts",
        "--portal",
        "other.bitrix24.ru",
        "--output",
        "a.csv",
    ];
    export(&desk, &words).assert(2, "--portal names other.bitrix24.ru");
    desk.assert_nothing_sent();
    assert!(!desk.exists("a.csv"));
}
