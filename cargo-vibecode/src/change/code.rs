//! Finds the code of a closed set that a text means. A problem is the end of a sentence that begins with the
//! name of the field.

use vibecode_spec::{CodeSet, Field, Item, OptionMatch, PortalFile, closest, one_line};

use crate::code_file::KnownCodes;

/// The number of codes that a message lists.
const MAX_SHOWN: usize = 20;

/// Returns the code that a text means: a code means itself, and a name means its code. If the codes
/// of the set are not known, any text is a code.
///
/// The pipeline of a deal is not known here, so the name of a stage is looked up in all pipelines.
pub(super) fn of_text<'t>(
    field: &'t Field,
    text: &'t str,
    codes: &'t KnownCodes,
) -> Result<&'t str, String> {
    let Some(parts) = codes.of_field(field) else {
        return Ok(text);
    };
    let items = || parts.iter().flat_map(|(_, items)| items.iter());
    if let Some(item) = items().find(|item| item.id == text) {
        return Ok(&item.id);
    }
    match OptionMatch::of(items(), text) {
        OptionMatch::One(item) => Ok(&item.id),
        OptionMatch::Ambiguous(same) => {
            let is_by_pipeline = field.codes.as_ref().is_some_and(CodeSet::is_by_pipeline);
            let why = if is_by_pipeline {
                ", since the pipeline of the record is not known here"
            } else {
                ""
            };
            let ids = same.iter().map(|item| one_line(&item.id));
            Err(format!(
                "has several codes with this name ({}): write the code{why}",
                listed(ids)
            ))
        }
        OptionMatch::None => Err(unknown(field, text, items(), codes)),
    }
}

/// Checks that the portal has a currency.
pub(super) fn check_currency(currency: &str, codes: &KnownCodes) -> Result<(), String> {
    let Some(parts) = codes.parts(&CodeSet::Currencies) else {
        return Ok(());
    };
    let items = || parts.iter().flat_map(|(_, items)| items.iter());
    if items().any(|item| item.id == currency) {
        return Ok(());
    }
    Err(format!(
        "has a currency that the portal lacks: the {}",
        known(items(), &next_step(Some(&CodeSet::Currencies)))
    ))
}

fn unknown<'i>(
    field: &Field,
    text: &str,
    items: impl Iterator<Item = &'i Item> + Clone,
    codes: &KnownCodes,
) -> String {
    let set = field.codes.as_ref();
    // Codes that are in no file are those of the schema.
    let next_step = next_step(set.filter(|set| codes.parts(set).is_some()));
    if let Some(set) = set.filter(|_| items.clone().next().is_none()) {
        let name = one_line(&set.name(0));
        return format!("has no codes, since the portal has no status set `{name}`{next_step}");
    }
    let texts = items.clone().flat_map(|item| [&*item.id, &*item.label]);
    let known = known(items, &next_step);
    match closest(text, texts) {
        Some(meant) => format!(
            "has no such code: did you mean `{}`? The {known}",
            one_line(meant)
        ),
        None => format!("has no such code: the {known}"),
    }
}

/// Lists codes, and says how to update the list.
fn known<'i>(items: impl Iterator<Item = &'i Item>, next_step: &str) -> String {
    let shown = items.map(|item| {
        let (id, label) = (one_line(&item.id), one_line(&item.label));
        if id == label {
            id
        } else {
            format!("{id} ({label})")
        }
    });
    format!("codes are {}{next_step}", listed(shown))
}

/// Says where the codes of a set come from; `None` is the schema.
fn next_step(set: Option<&CodeSet>) -> String {
    let Some(set) = set else {
        return ", according to the schema, which `cargo vibecode pull` updates".to_owned();
    };
    let file = PortalFile::of_codes(set).file_name();
    let name = file.trim_end_matches(".json");
    format!(", according to vibecode/{file}, which `cargo vibecode pull {name}` updates")
}

fn listed(items: impl Iterator<Item = String>) -> String {
    let mut items: Vec<String> = items.collect();
    let more = items.len().saturating_sub(MAX_SHOWN);
    items.truncate(MAX_SHOWN);
    let shown = items.join(", ");
    match more {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use serde_json::json;
    use vibecode_spec::Entity;

    use super::*;

    const STATUSES: &str = r#"{"format": 1, "sets": {
        "CONTACT_TYPE": [
            {"code": "CLIENT", "name": "Клиенты"}, {"code": "SUPPLIER", "name": "Поставщики"},
            {"code": "UC_1", "name": "Other"}, {"code": "UC_2", "name": "Other"},
            {"code": "UC_3", "name": "CLIENT"}, {"code": "UC_4", "name": "other"}
        ],
        "DEAL_STAGE": [{"code": "NEW", "name": "New"}, {"code": "WON", "name": "Won"}],
        "DEAL_STAGE_5": [{"code": "C5:NEW", "name": "New"}, {"code": "C5:SIGNED", "name": "Signed"}]
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
    fn a_code_stands_for_itself_and_a_name_for_its_code() {
        let codes = codes();
        for (field, text, code) in [
            (types(), "CLIENT", "CLIENT"),
            (types(), "Клиенты", "CLIENT"),
            (types(), "поставщики", "SUPPLIER"),
            (types(), "other", "UC_4"),
            (types(), "UC_3", "UC_3"),
            (stages(), "NEW", "NEW"),
            (stages(), "C5:NEW", "C5:NEW"),
            (stages(), "signed", "C5:SIGNED"),
            (currencies(), "RUB", "RUB"),
            (currencies(), "рубль", "RUB"),
        ] {
            assert_eq!(of_text(&field, text, &codes), Ok(code), "{text}");
        }
    }

    #[test]
    fn a_name_is_never_one_of_several_codes() {
        let codes = codes();
        let problem = of_text(&types(), "Other", &codes).unwrap_err();
        assert_eq!(
            problem,
            "has several codes with this name (UC_1, UC_2): write the code"
        );
        // The names of stages are those of all pipelines.
        let problem = of_text(&stages(), "New", &codes).unwrap_err();
        assert!(problem.contains("(NEW, C5:NEW)"), "{problem}");
        assert!(problem.contains("the pipeline of the record"), "{problem}");
    }

    #[test]
    fn what_is_in_no_set_is_refused_with_the_codes_that_exist() {
        let codes = codes();
        for (field, text, parts) in [
            (
                types(),
                "CLEINT",
                &[
                    "did you mean `CLIENT`? ",
                    "CLIENT (Клиенты), ",
                    "pull statuses",
                ][..],
            ),
            (types(), "0", &["has no such code: the codes are CLIENT"]),
            (stages(), "C5:WON", &["WON (Won), C5:NEW (New)"]),
            (stages(), "C7:NEW", &["has no such code"]),
            (
                currencies(),
                "rub",
                &["the codes are RUB (Рубль), USD, according to vibecode/currencies.json"],
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
    fn without_the_file_any_text_is_a_code() {
        let nothing = KnownCodes::default();
        for field in [types(), stages(), currencies()] {
            assert_eq!(of_text(&field, "ANY", &nothing), Ok("ANY"));
        }
        assert_eq!(check_currency("EUR", &nothing), Ok(()));
        // A part of the portal's statuses says nothing about other sets.
        let part =
            r#"{"success":true,"data":[{"entityId":"SOURCE","statusId":"WEB","name":"Website"}]}"#;
        let part = KnownCodes::of(part, CURRENCIES);
        assert_eq!(of_text(&types(), "ANY", &part), Ok("ANY"));
    }

    #[test]
    fn codes_in_the_schema_count_if_the_file_is_missing() {
        let description = json!({
            "type": "crm_status", "settings": {"ENTITY_TYPE": "CONTACT_TYPE"},
            "items": [{"ID": "A", "VALUE": "First"}],
        });
        let field = Field::read("ufCrm_1", &description).unwrap();
        let nothing = KnownCodes::default();
        assert_eq!(of_text(&field, "first", &nothing), Ok("A"));
        let problem = of_text(&field, "CLIENT", &nothing).unwrap_err();
        assert!(
            problem.contains("A (First), according to the schema"),
            "{problem}"
        );
        assert_eq!(of_text(&field, "CLIENT", &codes()), Ok("CLIENT"));
    }
}
