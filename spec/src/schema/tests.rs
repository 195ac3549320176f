use super::*;
use crate::{CodeSet, Entity, Kind};

const FIELDS: &str = r#"{"ufCrm_1721244707107":{"type":"enumeration","isMultiple":"Y","title":"UF_CRM_1721244707107",
        "formLabel":"Loyalty","items":[{"ID":"81","VALUE":"Gold"},{"ID":82,"VALUE":"Silver"}]},
        "x":{"type":"hologram","isReadOnly":1}}"#;

const CONTACTS: EntityPath = EntityPath::Entity(Entity::Contacts);

fn read(json: &str) -> Schema {
    Schema::read(json).unwrap()
}

/// Returns a list of fields with these names, as a portal answers it.
fn named<'n>(names: impl IntoIterator<Item = &'n str>) -> Schema {
    let fields = names
        .into_iter()
        .map(|name| format!(r#""{name}":{{"type":"string"}}"#));
    read(&format!("{{{}}}", fields.collect::<Vec<_>>().join(",")))
}

#[test]
fn a_portals_answer_is_read_with_and_without_its_envelope() {
    let bare = Schema::read(FIELDS).unwrap();
    let data = format!(r#"{{"success":true,"data":{FIELDS}}}"#);
    let fields = format!(r#"{{"success":true,"data":{{"fields":{FIELDS}}}}}"#);
    assert_eq!(Schema::read(&data).unwrap(), bare);
    assert_eq!(Schema::read(&fields).unwrap(), bare);
    assert_eq!(bare.fields().count(), 2);
}

#[test]
fn labels_flags_and_options_are_read_in_either_vocabulary() {
    let schema = Schema::read(FIELDS).unwrap();
    let loyalty = schema.field("ufCrm_1721244707107").unwrap();
    assert_eq!(loyalty.kind, Kind::Enumeration);
    assert_eq!(loyalty.title.as_deref(), Some("Loyalty"));
    assert!(loyalty.multiple && loyalty.is_user_field() && !loyalty.read_only);
    let ids: Vec<_> = loyalty.items.iter().map(|item| item.id.as_str()).collect();
    assert_eq!(ids, ["81", "82"]);
    assert!(schema.field("x").unwrap().read_only);
}

#[test]
fn broken_json_is_an_error_with_its_line_and_column() {
    let error = Schema::read("{\n  \"id\": }").unwrap_err();
    assert_eq!((error.line, error.column), (2, 9));
}

#[test]
fn a_portal_adds_fields_and_overrides_flags_and_labels_but_not_documented_kinds() {
    let portal = r#"{"companyId":{"type":"number","isReadOnly":true,"title":"Firm"},
            "ufCrmFloor":{"type":"integer"}}"#;
    let contacts = Entity::Contacts.schema();
    let schema = contacts.with_portal(Schema::read(portal).unwrap());
    let company = schema.field("companyId").unwrap();
    assert_eq!(company.kind, contacts.field("companyId").unwrap().kind);
    assert!(company.read_only);
    assert_eq!(company.title.as_deref(), Some("Firm"));
    assert!(schema.field("ufCrmFloor").is_some() && schema.field("post").is_some());
    let names: Vec<_> = schema.fields().map(|field| &field.name).collect();
    assert!(names.is_sorted());
}

#[test]
fn what_a_portal_does_not_state_keeps_the_built_in_value() {
    let contacts = Entity::Contacts.schema();
    for nothing in [
        r#"{"createdTime":{"type":"datetime"},"companyIds":{"type":"number"}}"#,
        r#"{"createdTime":{"isReadOnly":null,"title":""},"companyIds":{"isMultiple":null}}"#,
        r#"{"createdTime":{},"companyIds":{}}"#,
    ] {
        let schema = contacts.with_portal(read(nothing));
        assert_eq!(schema.fields().count(), contacts.fields().count());
        for (field, built_in) in schema.fields().zip(contacts.fields()) {
            assert_eq!(field.read_only, built_in.read_only, "{}", field.name);
            assert_eq!(field.multiple, built_in.multiple, "{}", field.name);
            assert_eq!(field.title, built_in.title, "{}", field.name);
            assert_eq!(field.kind, built_in.kind, "{}", field.name);
        }
    }
}

#[test]
fn a_flag_that_a_portal_states_overrides() {
    let portal = r#"{"createdTime":{"isReadOnly":"N"},"post":{"isImmutable":"Y","isRequired":1},
            "companyIds":{"isMultiple":false},"name":{"readonly":true,"label":"Given name"}}"#;
    let schema = Entity::Contacts.schema().with_portal(read(portal));
    let field = |name| schema.field(name).unwrap();
    assert!(!field("createdTime").read_only && field("name").read_only);
    assert!(field("post").immutable && field("post").required);
    assert!(!field("companyIds").multiple);
    assert_eq!(field("name").title.as_deref(), Some("Given name"));
}

#[test]
fn the_id_and_what_repeats_fm_stay_read_only_whatever_a_portal_states() {
    let names = ["id", "fm", "phoneWork", "emailMailing", "phoneFax"];
    let fields = names.map(|name| format!(r#""{name}":{{"type":"string","isReadOnly":false}}"#));
    let portal = read(&format!("{{{}}}", fields.join(",")));
    for entity in [Entity::Contacts, Entity::Companies, Entity::Leads] {
        let schema = entity.schema().with_portal(portal.clone());
        for name in names {
            assert!(
                schema.field(name).unwrap().read_only,
                "{name} of {entity:?}"
            );
        }
        assert!(!schema.field("phone").unwrap().read_only);
    }
    let items = EntityPath::Items(1040).documented().with_portal(portal);
    assert!(items.field("id").unwrap().read_only);
    assert!(!items.field("phoneWork").unwrap().read_only);
}

#[test]
fn two_fields_with_one_upper_name_and_a_list_of_none_are_refused() {
    let twins = read(r#"{"a":{"upperName":"X"},"b":{"upperName":"X"}}"#);
    let error = twins.check_for(CONTACTS).unwrap_err();
    assert!(error.message.contains("the same upper name"), "{error}");
    assert!(read("{}").check_for(CONTACTS).is_err());
    assert!(read(FIELDS).check_for(CONTACTS).is_ok());
}

#[test]
fn a_file_that_names_another_entity_is_refused() {
    let file = r#"{"entity":"deals","fields":{"id":{"type":"integer"}},"format":1}"#;
    let error = read(file).check_for(CONTACTS).unwrap_err();
    assert!(
        error.message.contains("fields of deals, not of contacts"),
        "{error}"
    );
    let deals = EntityPath::Entity(Entity::Deals);
    assert!(read(file).check_for(deals).is_ok());
    let items = file.replace("deals", "items/1040");
    assert!(read(&items).check_for(EntityPath::Items(1040)).is_ok());
    assert!(read(&items).check_for(EntityPath::Items(1041)).is_err());
}

#[test]
fn the_whole_list_of_one_entity_is_refused_for_every_other() {
    for entity in Entity::ALL
        .iter()
        .filter(|each| each.schema().fields().count() > 0)
    {
        let all = named(entity.schema().fields().map(|field| &*field.name));
        for asked in Entity::ALL {
            let checked = all.check_for(EntityPath::Entity(*asked));
            if asked == entity || asked.needs_schema() {
                assert_eq!(checked, Ok(()));
            } else {
                let error = checked.unwrap_err();
                let beginning = format!("these are the fields of {}, not of", entity.path());
                assert!(error.message.starts_with(&beginning), "{error}");
            }
        }
    }
}

/// Returns pseudo-random numbers, the same in every run.
fn numbers() -> impl FnMut() -> u64 {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state
    }
}

#[test]
fn no_part_of_an_entitys_fields_is_called_another_entitys() {
    let mut number = numbers();
    for entity in Entity::ALL {
        let fields: Vec<_> = entity.schema().fields().collect();
        for _ in 0..400 {
            // Between a few fields and most of them.
            let chance = number() % 100;
            let part = fields.iter().filter(|_| number() % 100 < chance);
            let part: Vec<_> = part.map(|field| &*field.name).collect();
            let list = named(part.iter().copied().chain(["ufCrmFloor", "address"]));
            assert_eq!(
                list.check_for(EntityPath::Entity(*entity)),
                Ok(()),
                "{part:?}"
            );
            for other in Entity::ALL {
                let Err(error) = list.check_for(EntityPath::Entity(*other)) else {
                    continue;
                };
                // The message may name every entity that fits the list, and must name the right one.
                let said = error.message.split(", not of").next().unwrap();
                assert!(said.contains(entity.path()), "{error}: {part:?}");
            }
        }
    }
}

#[test]
fn a_part_of_the_fields_of_invoices_is_never_called_those_of_leads() {
    let list = named(["title", "opportunity", "companyId", "currencyId", "stageId"]);
    let invoices = EntityPath::Entity(Entity::Invoices);
    assert_eq!(list.check_for(invoices), Ok(()));
}

#[test]
fn a_list_that_fits_several_entities_is_taken_for_each_and_never_called_contacts() {
    let names = [
        "id",
        "title",
        "createdTime",
        "updatedTime",
        "createdBy",
        "hasPhone",
    ];
    let list = named(names);
    for entity in [Entity::Contacts, Entity::Companies, Entity::Leads] {
        assert_eq!(list.check_for(EntityPath::Entity(entity)), Ok(()));
    }
    if let Err(error) = list.check_for(EntityPath::Entity(Entity::Deals)) {
        assert!(!error.message.contains("of contacts"), "{error}");
    }
}

#[test]
fn a_complete_list_takes_away_what_only_the_layer_underneath_has() {
    let list = r#"{"entity":"contacts","fields":{"id":{},"birthdate":{"type":"date"}},"format":1}"#;
    let contacts = Entity::Contacts.schema();
    let schema = contacts.with_portal(read(list));
    assert!(schema.field("birthdate").is_some() && schema.lacks("birthdate").is_none());
    assert!(schema.field("photo").is_none() && schema.lacks("photo").is_some());
    for kept in ["post", "phone", "fm", "phoneWork", "id"] {
        assert!(
            schema.field(kept).is_some() && schema.lacks(kept).is_none(),
            "{kept}"
        );
    }
    let missing: Vec<_> = read(list).missing(CONTACTS).map(|it| &*it.name).collect();
    assert!(missing.contains(&"photo") && missing.contains(&"post"));
    assert!(!missing.contains(&"fm") && !missing.contains(&"birthdate"));

    let invoices = r#"{"entity":"invoices","fields":{"id":{},"stageId":{}},"format":1}"#;
    let schema = Entity::Invoices.schema().with_portal(read(invoices));
    assert!(schema.field("stageId").is_some() && schema.lacks("stageId").is_none());
    assert!(schema.field("parentId2").is_none() && schema.lacks("parentId2").is_some());

    let part = r#"{"birthdate":{"type":"date"}}"#;
    let schema = contacts.with_portal(read(part));
    assert!(schema.field("photo").is_some() && schema.lacks("photo").is_none());
    assert_eq!(read(part).missing(CONTACTS).count(), 0);
}

#[test]
fn a_field_with_codes_has_its_set_of_the_portal_or_the_built_in_one() {
    let status = |name: &str| Some(CodeSet::Statuses(name.to_owned()));
    let stages = Some(CodeSet::Stages("DEAL_STAGE".to_owned()));
    for (entity, field, set) in [
        (Entity::Contacts, "typeId", status("CONTACT_TYPE")),
        (Entity::Contacts, "sourceId", status("SOURCE")),
        (Entity::Contacts, "honorific", status("HONORIFIC")),
        (Entity::Contacts, "post", None),
        (Entity::Companies, "typeId", status("COMPANY_TYPE")),
        (Entity::Companies, "industry", status("INDUSTRY")),
        (Entity::Companies, "employees", status("EMPLOYEES")),
        (Entity::Companies, "currencyId", Some(CodeSet::Currencies)),
        (Entity::Leads, "stageId", status("STATUS")),
        (Entity::Leads, "sourceId", status("SOURCE")),
        (Entity::Leads, "honorific", status("HONORIFIC")),
        (Entity::Leads, "currencyId", Some(CodeSet::Currencies)),
        (Entity::Deals, "stageId", stages.clone()),
        (Entity::Deals, "previousStageId", stages),
        (Entity::Deals, "typeId", status("DEAL_TYPE")),
        (Entity::Deals, "sourceId", status("SOURCE")),
        (Entity::Deals, "currency", Some(CodeSet::Currencies)),
    ] {
        let portal = read(r#"{"stageId":{"type":"string","settings":{"ENTITY_TYPE":"OTHER"}}}"#);
        for schema in [entity.schema(), &entity.schema().with_portal(portal)] {
            let built_in = &schema.field(field).unwrap().codes;
            assert_eq!(*built_in, set, "{field} of {entity:?}");
        }
    }
    for (settings, set) in [
        (r#"{"ENTITY_TYPE":"SOURCE"}"#, Some("SOURCE")),
        (r#"{"entityType":"SOURCE"}"#, Some("SOURCE")),
        (r#"{"ENTITY_TYPE":null,"entityType":""}"#, None),
        ("[]", None),
        ("null", None),
    ] {
        let text = format!(r#"{{"ufCrmFrom":{{"type":"crm_status","settings":{settings}}}}}"#);
        let codes = read(&text).field("ufCrmFrom").unwrap().codes.clone();
        assert_eq!(codes, set.and_then(status), "{text}");
    }
    let other_kind = r#"{"ufCrmFrom":{"type":"crm","settings":{"ENTITY_TYPE":["SOURCE"]}}}"#;
    assert_eq!(read(other_kind).field("ufCrmFrom").unwrap().codes, None);
    let unreadable = r#"{"ufCrmFrom":{"type":"crm_status","settings":{"ENTITY_TYPE":["SOURCE"]}}}"#;
    let error = Schema::read(unreadable).unwrap_err().to_string();
    assert_eq!(
        error,
        "`settings.ENTITY_TYPE` of `ufCrmFrom` cannot be read"
    );
}
