use std::collections::BTreeSet;

use super::*;
use crate::Schema;

fn meant(entity: Entity, name: &str) -> Vec<&'static str> {
    let suggestions = entity.schema().suggestions(name);
    suggestions.iter().map(|meant| meant.name).collect()
}

#[test]
fn a_close_name_is_found_and_a_distant_one_is_not() {
    assert_eq!(closest("psot", ["name", "post"]), Some("post"));
    assert_eq!(closest("WROK", ["HOME", "WORK"]), Some("WORK"));
    assert_eq!(closest("x", ["name", "post"]), None);
    assert_eq!(closest("", ["a"]), Some("a"));
    assert_eq!(closest("", ["name"]), None);
}

#[test]
fn native_names_synonyms_and_labels_lead_to_the_field_that_has_them() {
    use Entity::{Companies, Contacts, Deals, Invoices, Leads, Requisites, Tasks};
    for (entity, given, wire) in [
        (Contacts, "COMPANY_ID", "companyId"),
        (Contacts, "first_name", "name"),
        (Contacts, "firstName", "name"),
        (Contacts, "middle_name", "secondName"),
        (Contacts, "surname", "lastName"),
        (Contacts, "family_name", "lastName"),
        (Contacts, "created_at", "createdTime"),
        (Contacts, "date_create", "createdTime"),
        (Contacts, "DATE_CREATE", "createdTime"),
        (Contacts, "DATE_MODIFY", "updatedTime"),
        (Contacts, "ASSIGNED_BY_ID", "assignedById"),
        (Contacts, "responsible", "assignedById"),
        (Contacts, "assigned", "assignedById"),
        (Contacts, "owner", "assignedById"),
        (Contacts, "manager", "assignedById"),
        (Contacts, "position", "post"),
        (Contacts, "job_title", "post"),
        (Contacts, "Должность", "post"),
        (Contacts, "birthday", "birthdate"),
        (Contacts, "Date of birth", "birthdate"),
        (Contacts, "mobile", "phone"),
        (Contacts, "telephone", "phone"),
        (Contacts, "mail", "email"),
        (Contacts, "company", "companyId"),
        (Leads, "COMPANY_TITLE", "companyTitle"),
        (Leads, "STATUS_ID", "stageId"),
        (Leads, "amount", "opportunity"),
        (Leads, "currency", "currencyId"),
        (Deals, "opportunity", "amount"),
        (Deals, "currency_id", "currency"),
        (Deals, "stage", "stageId"),
        (Deals, "created_at", "createdAt"),
        (Deals, "createdTime", "createdAt"),
        (Deals, "CLOSEDATE", "closedAt"),
        (Deals, "deal_name", "title"),
        (Companies, "name", "title"),
        (Invoices, "amount", "opportunity"),
        (Invoices, "deal_id", "parentId2"),
        (Requisites, "RQ_INN", "rqInn"),
        (Requisites, "inn", "rqInn"),
        (Tasks, "RESPONSIBLE_ID", "responsibleId"),
        (Tasks, "assignedById", "responsibleId"),
        (Tasks, "observers", "auditors"),
        (Tasks, "created_at", "createdDate"),
    ] {
        assert_eq!(meant(entity, given), [wire], "{given} of {entity:?}");
    }
}

#[test]
fn a_label_of_the_portal_leads_to_its_field_and_one_that_several_have_to_all_of_them() {
    let portal = r#"{"ufCrmTier":{"title":"Tier"},"ufCrmA":{"title":"Manager"},
        "ufCrmOffice":{"upperName":"UF_CRM_1699999999999","title":"Офис"}}"#;
    let portal = Schema::read(portal).unwrap();
    let contacts = Entity::Contacts.schema().with_portal(portal);
    let meant = |name| {
        let suggestions = contacts.suggestions(name).into_iter();
        suggestions.map(|meant| meant.name).collect::<Vec<_>>()
    };
    assert_eq!(meant("tier"), ["ufCrmTier"]);
    assert_eq!(meant("офис"), ["ufCrmOffice"]);
    assert_eq!(meant("UF_CRM_1699999999999"), ["ufCrmOffice"]);
    assert_eq!(meant("manager"), ["assignedById", "ufCrmA"]);
    assert_eq!(contacts.suggest("manager"), None);
}

#[test]
fn a_name_of_a_user_field_that_is_made_up_from_its_label_leads_to_it() {
    let text = r#"{
        "ufCrm_1721244707107": {"type": "enumeration", "title": "Loyalty"},
        "ufCrm_1700000000000": {"type": "string", "title": "Class of service"}
    }"#;
    let schema = Schema::read(text).unwrap();
    for (given, wire) in [
        ("ufCrmLoyalty", "ufCrm_1721244707107"),
        ("ufCrm_loyalty", "ufCrm_1721244707107"),
        ("UF_CRM_CLASS_OF_SERVICE", "ufCrm_1700000000000"),
    ] {
        let found = schema.suggestions(given);
        let found: Vec<_> = found.iter().map(|meant| meant.name).collect();
        assert_eq!(found, [wire], "{given}");
    }
    assert!(meant(Entity::Contacts, "ufCrmPost").is_empty());
}

#[test]
fn a_typo_leads_to_the_name_and_to_all_that_are_about_equally_close() {
    use Entity::{Companies, Contacts, Deals};
    for (entity, given, wire) in [
        (Contacts, "psot", &["post"][..]),
        (Contacts, "phnoe", &["phone"]),
        (Contacts, "last_nmae", &["lastName"]),
        (Contacts, "updatedTme", &["updatedTime"]),
        (Contacts, "frist_name", &["name"]),
        (Contacts, "compnayId", &["companyId", "companyIds"]),
        // A name of a field of another entity, or a typo of one.
        (Contacts, "titel", &[]),
        (Contacts, "opportunity", &[]),
        (Deals, "dealId", &[]),
        (Companies, "lastName", &[]),
        (Contacts, "favouriteColour", &[]),
        (Contacts, "", &[]),
        (Contacts, "x", &[]),
    ] {
        assert_eq!(meant(entity, given), wire, "{given} of {entity:?}");
    }
}

/// Returns a name with one typo of each sort, and in other spellings.
fn misspellings(name: &str) -> BTreeSet<String> {
    let letters: Vec<char> = name.chars().collect();
    let mut all = BTreeSet::new();
    for at in 0..letters.len() {
        let mut dropped = letters.clone();
        let letter = dropped.remove(at);
        all.insert(String::from_iter(dropped));
        let mut replaced = letters.clone();
        replaced[at] = if letter == 'e' { 'a' } else { 'e' };
        all.insert(String::from_iter(replaced));
        if at > 0 {
            let mut swapped = letters.clone();
            swapped.swap(at - 1, at);
            all.insert(String::from_iter(swapped));
        }
    }
    all.insert(name.to_uppercase());
    all.insert(name.chars().fold(String::new(), |snake, letter| {
        let underscore = if letter.is_uppercase() { "_" } else { "" };
        snake + underscore + &letter.to_lowercase().to_string()
    }));
    all
}

/// Returns the fields of an entity that have this name, or this other name.
fn fields_called(entity: Entity, name: &str) -> Vec<&'static str> {
    let fields = &entity.schema().fields;
    let mut found = spelt(fields, &fold(name));
    if found.is_empty() {
        found = called(fields, &fold(name));
    }
    found
        .iter()
        .map(|(at, _)| fields[*at].name.as_str())
        .collect()
}

#[test]
fn no_misspelling_of_one_field_leads_to_another_field_alone() {
    let mut names: BTreeSet<&str> = documented().collect();
    for synonyms in SYNONYMS {
        names.extend(synonyms.wire);
        names.extend(synonyms.others);
    }
    let is_a_name = |name: &str| {
        let folded = fold(name);
        names.iter().any(|known| is_spelling_of(known, &folded))
    };
    let mut wrong = Vec::new();
    let mut tried = 0;
    for name in &names {
        for given in misspellings(name) {
            // Some misspellings are the name of another field.
            if is_a_name(&given) && fold(&given) != fold(name) {
                continue;
            }
            for entity in Entity::ALL {
                tried += 1;
                let right = fields_called(*entity, name);
                let suggested = meant(*entity, &given);
                if let [only] = suggested[..]
                    && !right.contains(&only)
                {
                    wrong.push(format!("{given} ({name} of {entity:?}) → {only}"));
                }
            }
        }
    }
    assert!(tried > 30_000, "{tried}");
    assert_eq!(wrong, [""; 0]);
}

fn documented() -> impl Iterator<Item = &'static str> {
    let fields = Entity::ALL
        .iter()
        .flat_map(|entity| entity.schema().fields());
    fields.map(|field| field.name.as_str())
}

#[test]
fn a_suggestion_takes_time_in_proportion_to_the_number_of_fields() {
    let schema = |count: u64| {
        let names = (0..count).map(|each| format!("ufCrm_{}", 1_721_244_707_000 + each * 7));
        let fields: Vec<String> = names.map(|name| format!(r#""{name}":{{}}"#)).collect();
        Schema::read(format!("{{{}}}", fields.join(","))).unwrap()
    };
    for name in [
        "ufCrm_1721244707999",
        "ufCrm_1721244770001",
        "frist_name",
        "ufCrmLoyaltyLevel",
    ] {
        let work = |count| {
            let mut work = 0;
            near(&schema(count).fields, &fold(name), &mut work);
            work
        };
        let (few, many) = (work(500), work(5_000));
        assert!(many < 60 * 5_000, "{name}: {many}");
        assert!(many < 12 * few, "{name}: {few}, {many}");
    }
}

#[test]
fn words_differ_in_as_many_letters_as_strsim_counts() {
    let mut words = vec![String::new()];
    for length in 0..4 {
        let shorter = words.clone().into_iter();
        for word in shorter.filter(|word| word.len() == length) {
            words.extend(['a', 'b', 'c', 'd'].map(|letter| format!("{word}{letter}")));
        }
    }
    words.extend(["company", "comapny", "cmopnya", "компания", "копмания"].map(str::to_owned));
    for one in &words {
        let letters: Vec<char> = one.chars().collect();
        for other in &words {
            let expected = strsim::damerau_levenshtein(one, other);
            assert_eq!(
                damerau_levenshtein(&letters, other),
                expected,
                "{one} {other}"
            );
        }
    }
}
