use serde_json::{Value, json};

use super::*;
use crate::{CodeLookUp, PortalCodes};

fn row(set: &str, code: &str, name: &str) -> Value {
    json!({"id": 1, "entityId": set, "statusId": code, "name": name})
}

fn codes<'s>(statuses: &'s Statuses, set: &str) -> Vec<(&'s str, &'s str)> {
    let items = statuses.set(set).unwrap_or_default().iter();
    items.map(|item| (&*item.id, &*item.label)).collect()
}

fn stages() -> CodeSet {
    CodeSet::Stages("DEAL_STAGE".to_owned())
}

#[test]
fn every_form_of_the_answer_is_the_same_statuses() {
    let rows = json!([
        row("SOURCE", "WEB", "Website"),
        row("SOURCE", "CALL", "Call")
    ]);
    let expected = Statuses::of_answer(&rows).unwrap();
    assert_eq!(
        codes(&expected, "SOURCE"),
        [("WEB", "Website"), ("CALL", "Call")]
    );
    for answer in [
        json!({"success": true, "data": rows, "meta": {"total": 0, "hasMore": false}}),
        json!({"data": rows}),
        json!({"success": true, "data": {"0": rows[0], "7": rows[1]}}),
    ] {
        assert_eq!(
            Statuses::of_answer(&answer).as_ref(),
            Ok(&expected),
            "{answer}"
        );
    }
    let single = json!({"success": true, "data": row("SOURCE", "WEB", "Website")});
    assert_eq!(
        codes(&Statuses::of_answer(&single).unwrap(), "SOURCE").len(),
        1
    );
}

#[test]
fn statuses_are_in_the_order_in_which_the_portal_shows_them() {
    let rows = [(30, "C"), (10, "A"), (20, "B")].map(
        |(sort, code)| json!({"entityId": "SOURCE", "statusId": code, "name": code, "sort": sort}),
    );
    let statuses = Statuses::of_all_rows(&rows).unwrap();
    let ids: Vec<_> = codes(&statuses, "SOURCE")
        .into_iter()
        .map(|(id, _)| id)
        .collect();
    assert_eq!(ids, ["A", "B", "C"]);
}

#[test]
fn a_file_holds_what_was_answered() {
    let rows = vec![
        json!({"entityId": "DEAL_STAGE_5", "statusId": "C5:WON", "name": "Won", "semantics": "S"}),
        json!({"entityId": "DEAL_STAGE", "statusId": "NEW", "name": "New", "semantics": null,
            "extra": {"SEMANTICS": "process", "COLOR": "#39A8EF"}}),
        json!({"entityId": "SOURCE", "statusId": 4, "name": {"ru": "Сайт"}, "extra": []}),
    ];
    let pipelines = Pipelines::of_answer(&json!([{"id": 5, "name": "Partners"}])).unwrap();
    let statuses = Statuses::of_all_rows(&rows)
        .unwrap()
        .with_pipelines(pipelines);
    let semantics = |set: &str| statuses.set(set).unwrap()[0].semantics.clone();
    assert_eq!(semantics("DEAL_STAGE").as_deref(), Some("process"));
    assert_eq!(semantics("DEAL_STAGE_5").as_deref(), Some("S"));
    assert_eq!(semantics("SOURCE"), None);
    assert_eq!(codes(&statuses, "SOURCE"), [("4", "Сайт")]);
    let text = statuses.file_text();
    assert_eq!(Statuses::read(&text), Ok(statuses), "{text}");
    let part = Statuses::of_answer(&json!([row("SOURCE", "WEB", "Website")])).unwrap();
    assert_eq!(Statuses::read(part.file_text()), Ok(part));
}

#[test]
fn what_is_not_understood_is_not_read_as_no_status() {
    for (answer, problem) in [
        (json!([]), "there is no status"),
        (json!({"success": true, "data": []}), "there is no status"),
        (json!({"success": true, "data": null}), "this is not a list"),
        (json!({"success": true}), "without `data`"),
        (json!({"result": [], "time": {}}), "Bitrix24's own REST"),
        (
            json!({"success": false, "error": {"code": "SCOPE_DENIED"}}),
            "(`SCOPE_DENIED`)",
        ),
        (
            json!({"data": [row("A", "B", "C")], "meta": {"hasMore": true}}),
            "one page",
        ),
        (json!(["WEB"]), "status 1 is not an object"),
        (
            json!([{"statusId": "WEB", "name": "Website"}]),
            "a status has no `entityId`",
        ),
        (
            json!([{"entityId": "SOURCE", "name": "Website"}]),
            "a status has no `statusId`",
        ),
        (
            json!([row("SOURCE", "", "Website")]),
            "a status has no `statusId`",
        ),
        (
            json!([row("SOURCE", "WEB", " ")]),
            "the status `WEB` has no `name`",
        ),
        (
            json!([row("A", "B", "C"), row("A", "B", "D")]),
            "two statuses of `A` have the code `B`",
        ),
        (
            json!([{"entityId": "A", "statusId": "B", "name": "C", "semantics": 1}]),
            "`semantics`",
        ),
        (json!({"format": 1, "sets": []}), "it has no `sets`"),
        (json!({"format": 2, "sets": {}}), "its `format` is not 1"),
        (
            json!({"format": 1, "sets": {"SOURCE": []}}),
            "the set `SOURCE` has no status",
        ),
        (
            json!({"format": 1, "sets": {"SOURCE": [{"code": "A"}]}}),
            "`A` has no `name`",
        ),
        (
            json!({"format": 1, "sets": {}, "partial": "N"}),
            "its `partial`",
        ),
        (
            json!({"format": 1, "sets": {}, "pipelines": {}}),
            "its `pipelines`",
        ),
        (json!({"post": {"type": "string"}}), "has no `entityId`"),
    ] {
        let error = Statuses::of_answer(&answer).unwrap_err().to_string();
        assert!(error.contains(problem), "{answer}: {error}");
    }
    let html = Statuses::read("<html>").unwrap_err().to_string();
    assert!(html.ends_with("`cargo vibecode pull` fetches"), "{html}");
}

#[test]
fn the_stages_of_deals_are_one_part_for_each_pipeline() {
    let rows = [
        ("DEAL_STAGE_12", "C12:NEW"),
        ("DEAL_STAGE", "NEW"),
        ("DEAL_STAGE_5", "C5:NEW"),
        ("DEAL_STAGE_05", "NEW"),
        ("DEAL_STAGES", "NEW"),
    ];
    let rows = rows.map(|(set, code)| row(set, code, "New"));
    let statuses = Statuses::of_all_rows(&rows).unwrap();
    let set = stages();
    let pipelines: Vec<_> = statuses.parts(&set).map(|(pipeline, _)| pipeline).collect();
    assert_eq!(pipelines, [0, 5, 12]);
}

#[test]
fn a_file_whose_stages_lack_the_prefix_of_their_pipeline_is_refused() {
    for (set, code, problem) in [
        ("DEAL_STAGE_5", "WON", "does not begin with `C5:`"),
        ("DEAL_STAGE_5", "C2:WON", "does not begin with `C5:`"),
        ("DEAL_STAGE_5", "C5:", "does not begin with `C5:`"),
        ("DEAL_STAGE", "C2:WON", "has the prefix of another pipeline"),
    ] {
        let row = row(set, code, "Won");
        let error = Statuses::of_answer(&json!([row])).unwrap_err().to_string();
        assert!(error.contains(problem), "{set} {code}: {error}");
        let file = json!({"format": 1, "sets": {set: [{"code": code, "name": "Won"}]}});
        let error = Statuses::of_answer(&file).unwrap_err().to_string();
        assert!(error.contains(problem), "{set} {code}: {error}");
    }
    for (set, code) in [
        ("DEAL_STAGE_5", "C5:WON"),
        ("DEAL_STAGE", "WON"),
        ("SOURCE", "a:b"),
    ] {
        assert!(Statuses::of_answer(&json!([row(set, code, "Won")])).is_ok());
    }
}

#[test]
fn a_set_that_a_field_only_probably_has_is_unknown_if_the_portal_lacks_it() {
    let row = |set: &&str| row(set, "A", "a");
    let rows = |sets: &[&str]| sets.iter().map(row).collect::<Vec<_>>();
    let statuses = |sets: &[&str]| PortalCodes::from(Statuses::of_all_rows(&rows(sets)).unwrap());
    let quotes = CodeSet::Assumed("QUOTE_STATUS".to_owned());
    let process = CodeSet::ProcessStages(1040);
    let without = statuses(&["SOURCE", "DYNAMIC_1041_STAGE_12"]);
    assert_eq!(without.codes(&quotes, 0), CodeLookUp::Unknown);
    assert_eq!(without.codes(&process, 12), CodeLookUp::Unknown);
    let with = statuses(&["QUOTE_STATUS", "DYNAMIC_1040_STAGE_12"]);
    assert!(matches!(with.codes(&quotes, 0), CodeLookUp::Known([_])));
    assert!(matches!(with.codes(&process, 12), CodeLookUp::Known([_])));
    assert_eq!(with.codes(&process, 0), CodeLookUp::Absent);
}

#[test]
fn the_files_of_codes_name_their_portal() {
    let portal = Some("acme.bitrix24.ru".to_owned());
    let rows = json!([{"entityId": "SOURCE", "statusId": "WEB", "name": "Website"}]);
    let statuses = Statuses::of_answer(&rows)
        .unwrap()
        .with_portal(portal.clone());
    let read = Statuses::read(statuses.file_text()).unwrap();
    assert_eq!(read.portal(), portal.as_deref());
    let rows = json!([{"id": "RUB", "fullName": "Rouble"}]);
    let currencies = crate::Currencies::of_answer(&rows).unwrap();
    let currencies = currencies.with_portal(portal.clone());
    let read = crate::Currencies::read(currencies.file_text()).unwrap();
    assert_eq!(read.portal(), portal.as_deref());
    let odd = statuses.file_text().replace("\"acme.bitrix24.ru\"", "null");
    let problem = Statuses::read(odd).unwrap_err().to_string();
    assert!(problem.contains("`portal` is not text"), "{problem}");
}
