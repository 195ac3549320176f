use std::{fs, io::Read, net::TcpListener};

use serde_json::Value;
use vibecode_tests::signal;

use crate::served::{Served, file, folder, refused};

#[test]
fn the_first_line_is_one_for_a_shell() {
    let mut served = Served::start(&[]);
    let address = served.address().to_owned();
    assert_eq!(
        served.first_line,
        format!("export VIBECODE_BASE_URL=http://{address}/v1 VIBECODE_API_KEY=vibe_api_sandbox\n")
    );
    assert!(
        served
            .line()
            .starts_with(&format!("# http://{address}/ shows"))
    );
    assert_eq!(served.get("contacts/71")["data"]["name"], "Ivan");
}

#[test]
fn with_format_json_every_line_is_json() {
    let mut served = Served::start(&["--format", "json", "--requests"]);
    let said: Value = serde_json::from_str(&served.first_line).unwrap();
    assert_eq!(said["api_key"], "vibe_api_sandbox");
    served.ask("PATCH /v1/contacts/71", r#"{"psot":"Director"}"#);
    let request: Value = serde_json::from_str(&served.line()).unwrap();
    assert_eq!(
        (&request["method"], &request["status"]),
        (&"PATCH".into(), &200.into())
    );
    assert_eq!(request["dropped"][0], "psot");
}

#[test]
fn requests_are_printed_as_they_end() {
    let mut served = Served::start(&["--requests", "--faults", "drop_after@PATCH"]);
    served.line();
    served.get("contacts/99");
    served.ask("PATCH /v1/contacts/71", r#"{"post":"Director"}"#);
    assert_eq!(
        served.line(),
        "404 GET    /v1/contacts/99  ENTITY_NOT_FOUND\n"
    );
    assert_eq!(
        served.line(),
        "--- PATCH  /v1/contacts/71  fault: drop_after\n"
    );
    assert_eq!(served.get("contacts/71")["data"]["post"], "Director");
}

#[test]
fn a_fault_of_a_creation_does_not_hit_a_search() {
    let target = "drop_after@POST/contacts";
    let mut served = Served::start(&["--requests", "--faults", target]);
    served.line();
    served.ask("POST /v1/contacts/search", "{}");
    served.ask("POST /v1/contacts", r#"{"name":"Vera"}"#);
    assert_eq!(served.line(), "200 POST   /v1/contacts/search\n");
    assert_eq!(
        served.line(),
        "--- POST   /v1/contacts  fault: drop_after\n"
    );
    let said = refused(&["--faults", "drop_after@PACTH"]);
    assert!(said.contains("@PATCH or @POST/contacts"), "{said}");
}

#[test]
fn limits_and_storms_are_set_on_the_command_line() {
    let served = Served::start(&[
        "--faults",
        "rate-limit=2",
        "--faults",
        "storm:probability=0",
    ]);
    let statuses = [(); 3].map(|()| served.ask("GET /v1/contacts/71", "").0);
    assert!(statuses[1].starts_with("HTTP/1.1 200"), "{statuses:?}");
    assert!(statuses[2].starts_with("HTTP/1.1 429"), "{statuses:?}");
    let stormy = Served::start(&["--faults", "storm:seed=7,probability=1,faults=server_error"]);
    assert!(
        stormy
            .ask("GET /v1/contacts/71", "")
            .0
            .starts_with("HTTP/1.1 500")
    );
    let said = refused(&["--faults", "drop_aftr"]);
    assert!(said.contains("did you mean `drop_after`?"), "{said}");
    assert!(
        said.contains("bad_gateway_html") && said.contains("rate-limit=300"),
        "{said}"
    );
}

#[test]
fn the_behaviour_of_a_portal_is_set_on_the_command_line() {
    let settings = "formatted_phones,unknown_status=dropped";
    let served = Served::start(&["--settings", settings, "--settings", "without_fm"]);
    let body = r#"{"phone":"+79169876543","sourceId":"NOPE"}"#;
    served.ask("PATCH /v1/contacts/72", body);
    let contact = &served.get("contacts/72")["data"];
    assert_eq!(contact["phoneWork"], "+7 916 987-65-43");
    assert!(contact["sourceId"].is_null() && contact.get("fm").is_none());
    let said = refused(&["--settings", "formatted_phone"]);
    assert!(said.contains("did you mean `formatted_phones`?"), "{said}");
}

#[test]
fn a_typo_in_a_seed_is_refused_and_smart_processes_have_schemas_too() {
    let folder = folder("typo-in-seed");
    let seed = |field: &str| {
        let text = format!(r#"{{"items/1040":[{{"id":7,"{field}":3}}]}}"#);
        file(&folder, "seed.json", &text)
    };
    let said = refused(&["--seed", &seed("titel")]);
    let problem =
        "the record 7 of items/1040 is malformed: there is no field `titel`: did you mean `title`?";
    assert!(said.contains(problem), "{said}");
    let said = refused(&["--seed", &seed("ufCrm9Floor")]);
    assert!(said.contains("describe it in the schema"), "{said}");
    let schemas = folder.join("vibecode");
    fs::create_dir(&schemas).unwrap();
    file(
        &schemas,
        "items-1040.json",
        r#"{"ufCrm9Floor":{"type":"integer"}}"#,
    );
    let schemas = schemas.to_str().unwrap();
    let served = Served::start(&["--seed", &seed("ufCrm9Floor"), "--schema", schemas]);
    assert_eq!(served.get("items/1040/7")["data"]["ufCrm9Floor"], 3);
}

#[test]
fn a_port_that_is_taken_is_reported() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let said = refused(&["--port", &port]);
    assert!(
        said.contains(&format!("port {port}")) && said.contains("choose another"),
        "{said}"
    );
}

#[test]
fn records_and_fields_come_from_files() {
    let folder = folder("files");
    let seed = file(
        &folder,
        "seed.json",
        r#"{"contacts":[{"id":7,"name":"Vera"}]}"#,
    );
    let fields =
        r#"{"success":true,"data":{"name":{"type":"string"},"ufCrmFloor":{"type":"integer"}}}"#;
    let schemas = folder.join("vibecode");
    fs::create_dir(&schemas).unwrap();
    file(&schemas, "contacts.json", fields);
    let served = Served::start(&["--seed", &seed, "--schema", schemas.to_str().unwrap()]);
    assert_eq!(served.get("contacts/7")["data"]["name"], "Vera");
    assert!(served.get("contacts/7")["data"]["ufCrmFloor"].is_null());
    let described = served.get("contacts/fields");
    let fields = &described["data"]["fields"];
    assert_eq!(fields["ufCrmFloor"]["type"], "integer");
    assert_eq!(fields["ufCrmNote"], Value::Null);
}

#[test]
fn files_that_are_wrong_are_named() {
    let folder = folder("wrong");
    let broken = file(&folder, "broken.json", "{");
    assert!(refused(&["--seed", &broken]).contains("broken.json"));
    assert!(refused(&["--seed", "missing.json"]).contains("missing.json"));
    let typo = file(&folder, "typo.json", r#"{"contact":[]}"#);
    assert!(refused(&["--seed", &typo]).contains("did you mean `contacts`?"));
    let empty = folder.join("empty");
    fs::create_dir(&empty).unwrap();
    assert!(refused(&["--schema", empty.to_str().unwrap()]).contains("contacts.json"));
}

#[cfg(unix)]
#[test]
fn ctrl_c_stops_it_and_all_is_well() {
    for name in ["INT", "TERM"] {
        let mut served = Served::start(&[]);
        signal::send(name, &served.child).unwrap();
        assert_eq!(served.child.wait().unwrap().code(), Some(0));
        let mut rest = String::new();
        served.stdout.read_to_string(&mut rest).unwrap();
        assert!(rest.ends_with("# The sandbox has stopped.\n"), "{rest}");
    }
}
