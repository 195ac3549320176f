use super::*;

fn refusal(bytes: &[u8]) -> String {
    Descriptions::read(bytes).unwrap_err().to_string()
}

#[test]
fn what_is_not_an_answer_is_refused_with_what_it_is_and_the_call_that_gives_one() {
    for (text, what) in [
        ("", "this is empty"),
        (" \n", "this is empty"),
        ("\u{feff}", "this is empty"),
        ("<!DOCTYPE html><html></html>", "HTML"),
        ("[]", "this is a list,"),
        (r#"["C_2"]"#, "this is a list,"),
        ("null", "there is no map of fields"),
        (r#""fields""#, "there is no map of fields"),
        (r#"{"success":true}"#, "without `data`"),
        (
            r#"{"success":true,"data":null}"#,
            "there is no map of fields",
        ),
        (r#"{"success":true,"data":[{"id":1}]}"#, "this is a list,"),
        (
            r#"{"success":true,"data":{"fields":[]}}"#,
            "this is a list,",
        ),
        (
            r#"{"success":true,"data":[{"fieldName":"UF_CRM_1","userTypeId":"string"}]}"#,
            "a list of user fields",
        ),
        (r#"[{"FIELD_NAME":"UF_CRM_1"}]"#, "a list of user fields"),
        (
            r#"{"success":false,"error":{"code":"SCOPE_DENIED","message":"no"}}"#,
            "an error answer (`SCOPE_DENIED`)",
        ),
        (
            r#"{"error":"expired_token","error_description":"The access token"}"#,
            "an error answer (`expired_token`)",
        ),
        (
            r#"{"success":false,"error":{"code":"a b\n"}}"#,
            "an error answer:",
        ),
        (
            r#"{"result":{"fields":{"id":{"type":"integer"}}},"time":{"start":1.0}}"#,
            "Bitrix24's own REST (`result`)",
        ),
        (
            r#"{"result":{"ID":{"type":"integer"}}}"#,
            "Bitrix24's own REST (`result`)",
        ),
        (
            r#"{"UF_CRM_1721244707107":{"type":"string"}}"#,
            "the upper name of the user field `ufCrm_1721244707107`",
        ),
        (
            r#"{"title":{"type":"string"},"COMPANY_ID":{"type":"crm_company"}}"#,
            "`COMPANY_ID` is a name of Bitrix24's own REST",
        ),
        (r#"{"id":71,"name":"A"}"#, "this is a record"),
        (
            r#"{"success":true,"data":{"id":"RUB"}}"#,
            "this is a record",
        ),
        (
            r#"{"post":"string"}"#,
            "`post` is not described by an object",
        ),
        (
            r#"{"request":{"method":"GET"},"response":{}}"#,
            "nothing in this",
        ),
    ] {
        let said = refusal(text.as_bytes());
        assert!(said.contains(what), "{text}: {said}");
        assert!(said.contains("GET /v1/{entity}/fields"), "{text}: {said}");
    }
}

#[test]
fn another_encoding_is_refused_and_a_byte_order_mark_is_skipped() {
    let text = r#"{"post":{"type":"string"}}"#;
    let little: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let big: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
    for bytes in [
        [&[0xff, 0xfe][..], &little].concat(),
        [&[0xfe, 0xff][..], &big].concat(),
        little,
        big,
    ] {
        assert!(refusal(&bytes).contains("this is UTF-16"));
    }
    assert!(refusal(b"{\"\xff\":{}}").contains("not UTF-8"));
    let marked = format!("\u{feff}{text}");
    assert_eq!(Descriptions::read(marked), Descriptions::read(text));
}

#[test]
fn every_form_of_an_answer_is_the_same_fields() {
    let fields = Descriptions::read(r#"{"post":{"type":"string"}}"#)
        .unwrap()
        .fields;
    for form in [
        r#"{"fields":{"post":{"type":"string"}}}"#,
        r#"{"data":{"post":{"type":"string"}}}"#,
        r#"{"success":true,"data":{"post":{"type":"string"}}}"#,
        r#"{"success":true,"data":{"fields":{"post":{"type":"string"}}}}"#,
        r#"{"entity":"contacts","fields":{"post":{"type":"string"}},"format":1}"#,
    ] {
        assert_eq!(Descriptions::read(form).unwrap().fields, fields, "{form}");
    }
    for name in [
        "fields", "data", "result", "format", "error", "title", "type", "items", "label",
        "multiple",
    ] {
        let form = format!(r#"{{"{name}":{{"type":"string","label":"A label"}}}}"#);
        let nested = format!(r#"{{"success":true,"data":{{"fields":{form}}}}}"#);
        let fields = Descriptions::read(&nested).unwrap().fields;
        assert!(fields.contains_key(name), "{nested}");
        assert!(
            Descriptions::read(&form).unwrap().fields.contains_key(name),
            "{form}"
        );
    }
}

#[test]
fn fields_that_are_listed_a_second_time_in_upper_case_are_there_once() {
    let tasks = r#"{"success":true,"data":{"fields":{
            "responsibleId":{"type":"number"},"RESPONSIBLE_ID":{"type":"number"},
            "ufCrmTask":{"type":"array"},"UF_CRM_TASK":{"type":"array"},
            "ufCrm_1721244707107":{"type":"string"},"UF_CRM_1721244707107":{"type":"string"}}}}"#;
    let fields = Descriptions::read(tasks).unwrap().fields;
    let names: Vec<_> = fields.keys().map(String::as_str).collect();
    assert_eq!(names, ["responsibleId", "ufCrmTask", "ufCrm_1721244707107"]);
}

#[test]
fn only_a_file_of_pull_is_complete_and_one_of_a_part_says_so() {
    let answer = Descriptions::read(r#"{"success":true,"data":{"id":{"type":"integer"}}}"#);
    let mut answer = answer.unwrap();
    assert!(!answer.is_complete);
    let part = Descriptions::read(answer.file_text("contacts")).unwrap();
    assert!(!part.is_complete);
    answer.is_complete = true;
    let text = answer.file_text("contacts");
    assert!(
        text.starts_with("{\n  \"entity\": \"contacts\",\n  \"fields\": {\n"),
        "{text}"
    );
    let whole = Descriptions::read(&text).unwrap();
    assert!(whole.is_complete);
    assert_eq!(whole.entity.as_deref(), Some("contacts"));
    let newer = text.replace("\"format\": 1", "\"format\": 2");
    assert!(refusal(newer.as_bytes()).contains("`format` is not 1"));
}

#[test]
fn a_file_with_an_entity_that_is_not_text_does_not_fit_every_entity() {
    for entity in ["null", "5", "[\"deals\"]"] {
        let file =
            format!(r#"{{"entity":{entity},"fields":{{"post":{{"type":"string"}}}},"format":1}}"#);
        assert!(
            refusal(file.as_bytes()).contains("`entity` is not text"),
            "{file}"
        );
    }
}

#[test]
fn the_second_description_of_each_field_of_a_task_is_dropped() {
    let answer = r#"{"success":true,"data":{"fields":{
        "responsibleId":{"type":"integer"},"RESPONSIBLE_ID":{"type":"integer"},
        "ufCrmTask":{"type":"crm"},"UF_CRM_TASK":{"type":"crm"},
        "title":{"type":"string"},"TITLE":{"type":"string"}}}}"#;
    let descriptions = Descriptions::read(answer).unwrap();
    let names: Vec<_> = descriptions.fields.keys().collect();
    assert_eq!(names, ["responsibleId", "title", "ufCrmTask"]);
}

#[test]
fn a_file_names_its_portal_and_a_portal_that_is_not_text_is_not_any_portal() {
    let answer = r#"{"success":true,"data":{"id":{"type":"integer"}}}"#;
    let mut answer = Descriptions::read(answer).unwrap();
    assert!(!answer.file_text("contacts").contains("portal"));
    answer.portal = Some("acme.bitrix24.ru".to_owned());
    let text = answer.file_text("contacts");
    let file = Descriptions::read(&text).unwrap();
    assert_eq!(file.portal.as_deref(), Some("acme.bitrix24.ru"));
    assert_eq!(file.file_text("contacts"), text);
    let odd = text.replace("\"acme.bitrix24.ru\"", "5");
    assert!(refusal(odd.as_bytes()).contains("`portal` is not text"));
}
