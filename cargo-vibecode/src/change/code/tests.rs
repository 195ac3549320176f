use std::fmt::Write as _;

use serde_json::json;
use vibecode_spec::Entity;

use super::*;

const STATUSES: &str = r#"{"format": 1, "sets": {
    "CONTACT_TYPE": [
        {"code": "CLIENT", "name": "Клиенты"}, {"code": "SUPPLIER", "name": "Поставщики"},
        {"code": "UC_1", "name": "Other"}, {"code": "UC_2", "name": "Other"},
        {"code": "UC_3", "name": "PARTNER"}, {"code": "UC_4", "name": "other"},
        {"code": "PARTNER", "name": "Партнёры"}, {"code": "UC_5", "name": "CLIENT"}
    ],
    "DEAL_STAGE": [{"code": "NEW", "name": "New"}, {"code": "WON", "name": "Won"}],
    "DEAL_STAGE_5": [{"code": "C5:NEW", "name": "New"}, {"code": "C5:SIGNED", "name": "Signed"},
        {"code": "C5:WON", "name": "won"}]
}}"#;
const CURRENCIES: &str = r#"{"format": 1, "currencies": [{"code": "RUB", "name": "Рубль"}, {"code": "USD", "name": "USD"}]}"#;

fn codes() -> KnownCodes {
    KnownCodes::of(STATUSES, CURRENCIES)
}

/// A contact's type.
fn types() -> Field {
    let types = Entity::Contacts.schema().field("typeId");
    types.unwrap().clone()
}

/// A deal's field.
fn of_deals(name: &str) -> Field {
    Entity::Deals.schema().field(name).unwrap().clone()
}

fn stages() -> Field {
    of_deals("stageId")
}

fn currencies() -> Field {
    of_deals("currency")
}

/// A user field with the codes of a set.
fn of_set(set: &str) -> Field {
    let description = json!({"type": "crm_status", "settings": {"ENTITY_TYPE": set}});
    Field::read("ufCrm_1", &description).unwrap()
}

#[test]
fn a_code_means_itself_and_a_name_its_code() {
    let codes = codes();
    for (field, text, code) in [
        (types(), "SUPPLIER", "SUPPLIER"),
        (types(), "Клиенты", "CLIENT"),
        (types(), "поставщики", "SUPPLIER"),
        (types(), "UC_3", "UC_3"),
        (stages(), "NEW", "NEW"),
        (stages(), "C5:NEW", "C5:NEW"),
        (stages(), "signed", "C5:SIGNED"),
        (currencies(), "RUB", "RUB"),
        (currencies(), "рубль", "RUB"),
    ] {
        assert_eq!(of_text(&field, text, &codes).as_deref(), Ok(code), "{text}");
    }
}

#[test]
fn a_name_is_never_one_of_several_codes() {
    let codes = codes();
    let problem = of_text(&types(), "Other", &codes).unwrap_err();
    assert_eq!(
        problem,
        "has several codes that this text may mean (UC_1, UC_2, UC_4): use a code or a name that only one of them has"
    );
    // A code that is the name of another code.
    let problem = of_text(&types(), "CLIENT", &codes).unwrap_err();
    assert!(problem.contains("(CLIENT, UC_5)"), "{problem}");
    // The names of stages are those of all pipelines, in any case.
    for (name, possible) in [("New", "(NEW, C5:NEW)"), ("Won", "(WON, C5:WON)")] {
        let problem = of_text(&stages(), name, &codes).unwrap_err();
        assert!(problem.contains(possible), "{problem}");
        assert!(problem.contains("the pipeline of the record"), "{problem}");
    }
}

#[test]
fn what_clears_a_field_is_never_sent_as_a_code() {
    let cleared = r#"{"format": 1, "sets": {"CONTACT_TYPE": [{"code": "0", "name": "Not set"}]}}"#;
    let cleared = KnownCodes::of(cleared, CURRENCIES);
    for codes in [&codes(), &KnownCodes::default(), &cleared] {
        for field in [types(), stages(), currencies(), of_set("SOURCE")] {
            let problem = of_text(&field, "0", codes).unwrap_err();
            assert_eq!(problem, "cannot be set to 0: clear it instead");
        }
    }
    let problem = of_text(&types(), "Not set", &cleared).unwrap_err();
    assert_eq!(
        problem,
        "has the code 0 for this name, which clears it: clear it instead"
    );
}

#[test]
fn a_text_is_never_one_code_and_the_name_of_another() {
    let codes = codes();
    for text in ["PARTNER", "partner", "Partner"] {
        let problem = of_text(&types(), text, &codes).unwrap_err();
        assert!(problem.contains("(UC_3, PARTNER)"), "{text}: {problem}");
    }
    assert_eq!(
        of_text(&types(), "партнёры", &codes).as_deref(),
        Ok("PARTNER")
    );
    assert_eq!(of_text(&types(), "UC_3", &codes).as_deref(), Ok("UC_3"));
}

#[test]
fn what_is_in_no_set_is_refused_with_the_codes_that_exist() {
    let codes = codes();
    for (field, text, parts) in [
        (
            types(),
            "SUPLIER",
            &[
                "did you mean `SUPPLIER`? ",
                "CLIENT (Клиенты), ",
                "pull statuses",
            ][..],
        ),
        (
            stages(),
            "C5:LOSE",
            &[
                "has no such code in vibecode/statuses.json, which `cargo vibecode pull statuses` updates: the codes are C5:NEW (New), ",
            ],
        ),
        (
            stages(),
            "C7:NEW",
            &[
                "there is no pipeline 7: the pipelines are 0, 5, according to vibecode/statuses.json",
            ],
        ),
        (
            currencies(),
            "rub",
            &[
                "did you mean `RUB`? ",
                "in vibecode/currencies.json, which `cargo vibecode pull currencies` updates",
                "codes are RUB (Рубль), USD",
            ],
        ),
        (
            of_set("INDUSTRY"),
            "IT",
            &["the portal has no status set `INDUSTRY`"],
        ),
    ] {
        let problem = of_text(&field, text, &codes).unwrap_err();
        for part in parts {
            assert!(problem.contains(part), "{text}: {problem}");
        }
    }
    assert_eq!(check_currency("USD", &codes), Ok(()));
    let problem = check_currency("EUR", &codes).unwrap_err();
    assert!(problem.contains("are RUB (Рубль), USD,"), "{problem}");
}

#[test]
fn a_message_lists_at_most_twenty_codes_each_on_one_line() {
    let mut rows = String::new();
    for number in 0..27 {
        let _ = write!(rows, r#"{{"code": "UC_{number}", "name": "a\nb"}},"#);
    }
    let rows = rows.trim_end_matches(',');
    let statuses = format!(r#"{{"format": 1, "sets": {{"CONTACT_TYPE": [{rows}]}}}}"#);
    let codes = KnownCodes::of(&statuses, CURRENCIES);
    let problem = of_text(&types(), "x", &codes).unwrap_err();
    assert_eq!(problem.matches("UC_").count(), 20, "{problem}");
    assert!(problem.contains(" and 7 more"), "{problem}");
    assert!(!problem.contains('\n'), "{problem}");
    let problem = of_text(&types(), "a\nb", &codes).unwrap_err();
    assert!(problem.contains(" and 7 more"), "{problem}");
}

#[test]
fn without_the_file_a_text_with_the_form_of_a_code_is_one() {
    let nothing = KnownCodes::default();
    for field in [types(), stages(), currencies()] {
        assert_eq!(of_text(&field, "ANY", &nothing).as_deref(), Ok("ANY"));
    }
    assert_eq!(check_currency("EUR", &nothing), Ok(()));
    // A part of the portal's statuses says nothing about other sets.
    let part =
        r#"{"success":true,"data":[{"entityId":"SOURCE","statusId":"WEB","name":"Website"}]}"#;
    let part = KnownCodes::of(part, CURRENCIES);
    assert_eq!(of_text(&types(), "ANY", &part).as_deref(), Ok("ANY"));
}

#[test]
fn codes_in_the_schema_count_if_the_file_is_missing() {
    let description = json!({
        "type": "crm_status", "settings": {"ENTITY_TYPE": "CONTACT_TYPE"},
        "items": [{"ID": "A", "VALUE": "First"}],
    });
    let field = Field::read("ufCrm_1", &description).unwrap();
    let nothing = KnownCodes::default();
    assert_eq!(of_text(&field, "first", &nothing).as_deref(), Ok("A"));
    let problem = of_text(&field, "CLIENT", &nothing).unwrap_err();
    assert!(
        problem.contains("has no such code in the schema, which `cargo vibecode pull` updates: the codes are A (First)"),
        "{problem}"
    );
    assert_eq!(
        of_text(&field, "SUPPLIER", &codes()).as_deref(),
        Ok("SUPPLIER")
    );
}

#[test]
fn the_case_of_letters_never_chooses_between_codes() {
    let statuses = r#"{"format": 1, "sets": {
        "CONTACT_TYPE": [{"code": "SUPPLIER", "name": "Поставщики"}, {"code": "X1", "name": "SUPPLIER"}],
        "SOURCE": [{"code": "WEB", "name": "Website"}, {"code": "UC_1", "name": "Website"},
            {"code": "UC_2", "name": "WEBSITE"}]
    }}"#;
    let codes = KnownCodes::of(statuses, CURRENCIES);
    for text in ["SUPPLIER", "supplier", "Supplier"] {
        let problem = of_text(&types(), text, &codes).unwrap_err();
        assert!(problem.contains("(SUPPLIER, X1)"), "{text}: {problem}");
    }
    for text in ["Website", "website", "WEBSITE"] {
        let problem = of_text(&of_set("SOURCE"), text, &codes).unwrap_err();
        assert!(problem.contains("(WEB, UC_1, UC_2)"), "{text}: {problem}");
    }
    for (field, text) in [(types(), "X1"), (of_set("SOURCE"), "WEB")] {
        assert_eq!(of_text(&field, text, &codes).as_deref(), Ok(text));
    }
}

#[test]
fn a_stage_is_one_of_the_pipeline_of_the_record() {
    let in_five = codes().with_pipeline(Some(5));
    for (text, code) in [
        ("Won", "C5:WON"),
        ("new", "C5:NEW"),
        ("C5:SIGNED", "C5:SIGNED"),
    ] {
        assert_eq!(of_text(&stages(), text, &in_five).as_deref(), Ok(code));
    }
    for (text, owner) in [("WON", 0), ("NEW", 0), ("C7:WON", 7)] {
        let problem = of_text(&stages(), text, &in_five).unwrap_err();
        let expected = format!(
            "cannot be set to a code of pipeline {owner}, since the record is in pipeline 5: the codes are C5:NEW (New), "
        );
        assert!(problem.starts_with(&expected), "{problem}");
    }
    let in_zero = codes().with_pipeline(Some(0));
    assert_eq!(of_text(&stages(), "won", &in_zero).as_deref(), Ok("WON"));
    assert!(of_text(&stages(), "C5:NEW", &in_zero).is_err());
    let gone = codes().with_pipeline(Some(9));
    let problem = of_text(&stages(), "Lost", &gone).unwrap_err();
    assert!(
        problem.contains("the portal has no pipeline 9"),
        "{problem}"
    );
    // Other fields have no pipelines.
    assert_eq!(
        of_text(&types(), "SUPPLIER", &in_five).as_deref(),
        Ok("SUPPLIER")
    );
    // Without the file only the prefix is known.
    let unknown = KnownCodes::default().with_pipeline(Some(5));
    assert_eq!(
        of_text(&stages(), "C5:ANY", &unknown).as_deref(),
        Ok("C5:ANY")
    );
    for text in ["ANY", "C2:ANY"] {
        let problem = of_text(&stages(), text, &unknown).unwrap_err();
        assert!(
            problem.ends_with("the codes of that begin with `C5:`"),
            "{problem}"
        );
    }
}

#[test]
fn a_suggestion_is_one_code_of_the_right_pipeline() {
    let statuses = r#"{"format": 1, "sets": {
        "DEAL_STAGE": [{"code": "NEW", "name": "New"}, {"code": "WON", "name": "Won"}],
        "DEAL_STAGE_5": [{"code": "C5:NEW", "name": "New"}, {"code": "C5:LOSE", "name": "Lost"},
            {"code": "C5:WON", "name": "Won"}],
        "SOURCE": [{"code": "WEB", "name": "Website"}, {"code": "CALL", "name": "Call"}]
    }}"#;
    let codes = KnownCodes::of(statuses, CURRENCIES);
    for (field, text, meant) in [
        (of_set("SOURCE"), "web", Some("WEB")),
        (of_set("SOURCE"), "CLAL", Some("CALL")),
        (of_set("SOURCE"), "Websiet", Some("Website")),
        (currencies(), "rub", Some("RUB")),
        (stages(), "c5:won", Some("C5:WON")),
        (stages(), "C5:LOSS", Some("C5:LOSE")),
        (stages(), "C5:NOPE", None),
        (stages(), "C7:WON", None),
        (stages(), "Wonn", None),
        (stages(), "Lots", Some("Lost")),
    ] {
        let problem = of_text(&field, text, &codes).unwrap_err();
        match meant {
            Some(meant) => {
                let advice = format!("did you mean `{meant}`?");
                assert!(problem.contains(&advice), "{text}: {problem}");
            }
            None => assert!(!problem.contains("did you mean"), "{text}: {problem}"),
        }
    }
}

#[test]
fn a_name_is_never_a_code_if_the_codes_are_not_known() {
    let nothing = KnownCodes::default();
    for text in ["Клиенты", "Our clients", "С5:WON", "a\u{a0}b"] {
        for (field, step) in [
            (types(), "`cargo vibecode pull statuses` fetches"),
            (stages(), "`cargo vibecode pull statuses` fetches"),
            (currencies(), "`cargo vibecode pull currencies` fetches"),
        ] {
            let problem = of_text(&field, text, &nothing).unwrap_err();
            assert!(problem.starts_with("requires a code"), "{text}: {problem}");
            assert!(problem.ends_with(step), "{text}: {problem}");
        }
    }
}

#[test]
fn a_field_whose_codes_are_not_known_is_reported_as_not_checked() {
    let nothing = KnownCodes::default();
    let schema = Schema::default();
    let unchecked = |field: &Field, codes: &KnownCodes| unchecked(field, &schema, codes);
    let warning = unchecked(&types(), &nothing);
    let expected = "`typeId` is not checked: the codes of the set CONTACT_TYPE are not in vibecode/statuses.json, which `cargo vibecode pull statuses` fetches";
    assert_eq!(warning.as_deref(), Some(expected));
    let money = Field::read("ufCrm_1", &json!({"type": "money"})).unwrap();
    for field in [&currencies(), &money] {
        let warning = unchecked(field, &nothing).unwrap();
        let step = "the currencies are not in vibecode/currencies.json, which `cargo vibecode pull currencies` fetches";
        assert!(warning.ends_with(step), "{warning}");
    }
    let bare = Field::read("ufCrm_1", &json!({"type": "crm_status"})).unwrap();
    let named = Field::read("currencyId", &json!({"type": "string"})).unwrap();
    for field in [&bare, &named] {
        let warning = unchecked(field, &codes()).unwrap();
        assert!(
            warning.ends_with("it is not known which codes the field takes"),
            "{warning}"
        );
    }
    let text = Field::read("ufCrm_1", &json!({"type": "string"})).unwrap();
    for field in [&types(), &stages(), &currencies(), &money, &text] {
        assert_eq!(unchecked(field, &codes()), None);
    }
}
