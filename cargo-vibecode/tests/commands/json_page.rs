//! The page `docs/src/json.md` names every document that a command writes with `--format json`, with all of
//! its fields, and no others.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    io::{BufRead as _, BufReader, Read as _},
    path::Path,
    process::{Command, Stdio},
};

use serde_json::{Value, json};
use vibecode_sandbox::{CallFault, Fault, Sandbox};
use vibecode_tests::{servers, signal};

use crate::{Folder, Said, moved_key};

/// A field of a document, by its path, such as `columns[].set`.
type Fields = BTreeMap<String, String>;

/// What the page says of a document.
struct Documented {
    /// The types of the fields.
    fields: Fields,
    example: Value,
}

/// The page, and which fields of it have been seen.
struct Page {
    documents: BTreeMap<String, Documented>,
    seen: BTreeSet<(String, String)>,
    problems: Vec<String>,
}

/// The name of a document: that of a result is the command, that of an event `stdout NAME` or `stderr NAME`.
fn document_name(section: &str, heading: &str) -> String {
    let heading = heading.replace('`', "");
    match section {
        "Events on standard output" => format!("stdout {heading}"),
        "Events on standard error" => format!("stderr {heading}"),
        _ => heading,
    }
}

impl Page {
    fn read() -> Self {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/src/json.md");
        let text = fs::read_to_string(path).unwrap();
        let mut documents = BTreeMap::new();
        for section in text.split("\n## ").skip(1) {
            let section_name = section.lines().next().unwrap();
            for part in section.split("\n### ").skip(1) {
                let heading = part.lines().next().unwrap();
                let rows = part.lines().filter_map(|line| line.strip_prefix("| `"));
                let fields = rows.map(|row| {
                    let (name, row) = row.split_once("` | ").unwrap();
                    let (kind, _) = row.split_once(" | ").unwrap();
                    (name.to_owned(), kind.to_owned())
                });
                let (_, example) = part.split_once("```json\n").unwrap();
                let (example, _) = example.split_once("```").unwrap();
                let documented = Documented {
                    fields: fields.collect(),
                    example: serde_json::from_str(example)
                        .unwrap_or_else(|error| panic!("the example of {heading}: {error}")),
                };
                documents.insert(document_name(section_name, heading), documented);
            }
        }
        Self {
            documents,
            seen: BTreeSet::new(),
            problems: Vec::new(),
        }
    }

    /// Compares a document with what the page says.
    fn compare(&mut self, name: &str, document: &Value, words: &str) {
        let Some(documented) = self.documents.get(name) else {
            let problem = format!("{words}: the page does not name `{name}`: {document}");
            self.problems.push(problem);
            return;
        };
        let mut found = BTreeMap::new();
        flatten("", document, &documented.fields, &mut found);
        for (path, values) in &found {
            match documented.fields.get(path) {
                None => self
                    .problems
                    .push(format!("{words}: `{path}` of `{name}` is not on the page")),
                Some(kind) => self.problems.extend(
                    values
                        .iter()
                        .filter(|value| !is_of_kind(value, kind))
                        .map(|value| {
                            format!("{words}: `{path}` of `{name}` is no {kind}: {value}")
                        }),
                ),
            }
            self.seen.insert((name.to_owned(), path.clone()));
        }
        let fields = documented.fields.keys();
        let lacking =
            fields.filter(|path| !path.contains(['.', '[']) && !found.contains_key(*path));
        self.problems
            .extend(lacking.map(|path| format!("{words}: `{name}` lacks `{path}`: {document}")));
    }

    /// Compares what a command wrote. The last line of standard output is its result.
    fn compare_output(&mut self, result: &str, said: &Said, words: &str) {
        let json = |line: &str| -> Value {
            serde_json::from_str(line).unwrap_or_else(|_| panic!("{words}: not JSON: {line}"))
        };
        let mut lines: Vec<Value> = said.out.lines().map(json).collect();
        let last = lines
            .pop()
            .unwrap_or_else(|| panic!("{words}: no result: {}", said.err));
        assert!(
            last["event"].is_null(),
            "{words}: the last line is an event: {last}"
        );
        let result = if last.get("error").is_some() {
            "A failure"
        } else {
            result
        };
        self.compare(result, &last, words);
        let events = lines.iter().map(|event| ("stdout", event.clone()));
        let errors: Vec<Value> = said.err.lines().map(json).collect();
        let errors = errors.into_iter().map(|event| ("stderr", event));
        for (stream, event) in events.chain(errors).collect::<Vec<_>>() {
            let name = format!(
                "{stream} {}",
                event["event"].as_str().unwrap_or("without a name")
            );
            self.compare(&name, &event, words);
        }
    }
}

/// Collects the values of a document by their paths. What is `any` on the page is not looked into.
fn flatten(prefix: &str, value: &Value, known: &Fields, found: &mut BTreeMap<String, Vec<Value>>) {
    let Value::Object(fields) = value else {
        return;
    };
    for (name, value) in fields {
        let path = format!("{prefix}{name}");
        found.entry(path.clone()).or_default().push(value.clone());
        if known.get(&path).is_some_and(|kind| kind.starts_with("any")) {
            continue;
        }
        flatten(&format!("{path}."), value, known, found);
        for element in value.as_array().into_iter().flatten() {
            flatten(&format!("{path}[]."), element, known, found);
        }
    }
}

fn is_of_kind(value: &Value, kind: &str) -> bool {
    let is_one = |kind: &str| match kind {
        "any" => true,
        "text" => value.is_string(),
        "number" => value.is_u64(),
        "boolean" => value.is_boolean(),
        "list" => value.is_array(),
        "object" => value.is_object(),
        "null" => value.is_null(),
        _ => panic!("{kind} is no type"),
    };
    kind.split(" or ").any(is_one)
}

#[test]
fn the_examples_of_the_page_have_the_fields_of_its_tables() {
    let mut page = Page::read();
    let examples: Vec<(String, Value)> = page
        .documents
        .iter()
        .map(|(name, document)| (name.clone(), document.example.clone()))
        .collect();
    for (name, example) in examples {
        page.compare(&name, &example, "example");
    }
    assert_eq!(page.problems, [""; 0]);
    assert_eq!(unseen(&page), [""; 0]);
}

#[test]
fn the_names_on_the_page_are_in_snake_case() {
    for (name, document) in Page::read().documents {
        for path in document.fields.keys() {
            let is_plain =
                |letter: char| letter.is_ascii_lowercase() || "_0123456789.[]".contains(letter);
            assert!(path.chars().all(is_plain), "{name}: {path}");
        }
    }
}

fn unseen(page: &Page) -> Vec<String> {
    let documents = page.documents.iter();
    let fields = documents.flat_map(|(name, document)| {
        let fields = document.fields.keys();
        fields.map(move |path| (name.clone(), path.clone()))
    });
    let unseen = fields.filter(|field| !page.seen.contains(field));
    unseen
        .map(|(name, path)| format!("`{path}` of `{name}` is on the page, and no command wrote it"))
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_field_that_a_command_writes_is_on_the_page_and_every_field_of_the_page_is_written() {
    let mut page = Page::read();
    let folder = Folder::new("json-page");
    let sandbox = Sandbox::builder().rate_limit(100_000).start().await;
    let words = |text: &str| {
        text.split_whitespace()
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    folder.write("rows.csv", ROWS);
    folder.write("bad.csv", "id,post\nx,a\n71,b\n");
    folder.write("done.csv", "id,post\n71,Done\n");
    for (result, text) in COMMANDS {
        if text.contains("--plan") {
            sandbox.clear_requests();
        }
        let words = words(&format!("{text} --format json"));
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let said = folder.run(&sandbox, &words).await;
        page.compare_output(result, &said, text);
    }

    // The portal has changed since its schema was fetched.
    folder.write("vibecode/contacts.json", OLD_SCHEMA);
    let other = Sandbox::builder()
        .seed_unchecked(
            json!({ "contacts": [{ "id": 71, "birthdate": { "odd": true } }, { "id": 72 }] }),
        )
        .start()
        .await;
    for (result, text) in COMMANDS_OF_ANOTHER_PORTAL {
        let words = words(&format!("{text} --format json"));
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let said = folder.run(&other, &words).await;
        page.compare_output(result, &said, text);
    }
    {
        // The key is moved to another portal while a job runs.
        let url = moved_key::before(&other).await;
        let variables = [
            ("VIBECODE_API_KEY", Sandbox::API_KEY),
            ("VIBECODE_BASE_URL", url.as_str()),
        ];
        let text = "bulk contacts done.csv --yes --format json";
        let words: Vec<&str> = text.split_whitespace().collect();
        let said = folder.run_with(&words, &variables).await;
        page.compare_output("A failure", &said, text);
    }
    fs::remove_dir_all(folder.0.join("vibecode")).unwrap();
    let words =
        words("export contacts --fields post --overwrite --output contacts.csv --format json");
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let variables = [
        ("VIBECODE_API_KEY", Sandbox::API_KEY),
        ("VIBECODE_BASE_URL", &portal_of_two_contacts()),
    ];
    let said = folder.run_with(&words, &variables).await;
    page.compare_output("export", &said, "export with a field that one record shows");
    undo_stages_of_another_pipeline(&folder, &mut page).await;
    plan_without_a_record(&folder, &mut page).await;
    let said = tokio::task::spawn_blocking(sandbox_until_it_is_stopped).await;
    page.compare_output("sandbox", &said.unwrap(), "sandbox --requests");
    assert_eq!(page.problems, [""; 0]);
    assert_eq!(unseen(&page), [""; 0]);
}

/// Undoes the stage of a deal that was moved to another pipeline since.
async fn undo_stages_of_another_pipeline(folder: &Folder, page: &mut Page) {
    let seed = json!({"deals": [{"id": 12, "stageId": "NEW", "categoryId": 0}]});
    let sandbox = Sandbox::builder().seed(seed).start().await;
    let statuses = r#"{"format": 1, "pipelines": [{"id": 5, "name": "Partners"}], "sets": {"DEAL_STAGE": [{"code": "NEW", "name": "New"}, {"code": "WON", "name": "Won"}], "DEAL_STAGE_5": [{"code": "C5:NEW", "name": "New"}]}}"#;
    folder.write("vibecode/statuses.json", statuses);
    folder.write("won.csv", "id,stageId\n12,WON\n");
    folder.write("moved.csv", "id,stageId,categoryId\n12,C5:NEW,5\n");
    for (how, words) in [
        ("--yes", "won.csv --backup won.jsonl"),
        ("--yes", "moved.csv"),
        ("--plan", "won.jsonl --overwrite-newer"),
    ] {
        let text = format!("bulk deals {words} {how} --format json");
        let words: Vec<&str> = text.split_whitespace().collect();
        let said = folder.run(&sandbox, &words).await;
        page.compare_output(&format!("bulk {how}"), &said, &text);
    }
}

/// Plans a change of a record that the key's user may not read.
async fn plan_without_a_record(folder: &Folder, page: &mut Page) {
    let sandbox = Sandbox::builder().contacts(2).start().await;
    let denied = [(0, CallFault::error("ACCESS_DENIED"))];
    sandbox.fault(Fault::in_batch(denied).at("/batch"));
    folder.write("denied.csv", "id,post\n1,Clerk\n2,Clerk\n");
    let text = "bulk contacts denied.csv --plan --format json";
    let words: Vec<&str> = text.split_whitespace().collect();
    let said = folder.run(&sandbox, &words).await;
    page.compare_output("bulk --plan", &said, text);
}

const ROWS: &str = "id,post,phone\n71,Director,89161112233\n404,Clerk,\n72,Clerk,\n";

const OLD_SCHEMA: &str = r#"{"ufCrm_9": {"type": "string", "title": "Colour"}}"#;

/// Each command with the name of its result on the page.
const COMMANDS: [(&str, &str); 23] = [
    ("me", "me"),
    ("pull", "pull contacts"),
    ("check", "check"),
    ("check", "check --offline"),
    ("new", "new contacts"),
    ("new", "new contacts --out contact.rs"),
    ("new --agents", "new --agents"),
    ("new --agents", "new --agents --out AGENTS.md"),
    ("update", "update contacts 71 --set post=Clerk"),
    (
        "update",
        "update contacts 71 --add phone=+79161112299 --ensure",
    ),
    (
        "update --dry-run",
        "update contacts 71 --set post=Clerk --dry-run",
    ),
    ("A failure", "update contacts 71"),
    ("bulk", "bulk contacts bad.csv"),
    ("bulk", "bulk contacts rows.csv"),
    ("bulk --plan", "bulk contacts rows.csv --plan"),
    (
        "bulk --yes",
        "bulk contacts rows.csv --yes --backup old.jsonl",
    ),
    ("bulk --yes", "bulk contacts rows.csv --resume"),
    ("update", "update contacts 71 --set post=Boss"),
    ("bulk --plan", "bulk contacts old.jsonl --plan"),
    ("export", "export contacts --output contacts.csv"),
    ("probe", "probe --yes"),
    ("completions", "completions bash"),
    ("completions", "completions --man-dir man1"),
];

const COMMANDS_OF_ANOTHER_PORTAL: [(&str, &str); 3] = [
    ("check", "check contacts"),
    ("update", "update contacts 71 --set Colour=red"),
    (
        "export",
        "export contacts --fields birthdate --overwrite --output contacts.csv",
    ),
];

/// A portal of which one contact shows `post`, with a space at its end, and the other does not.
fn portal_of_two_contacts() -> String {
    let url = servers::answering(|request| {
        let data = if request.contains("aggregate") {
            json!({ "count": 2 })
        } else if request.contains("desc") {
            json!([{ "id": 2 }, { "id": 1 }])
        } else if request.contains("contacts") {
            json!([{ "id": 1, "post": "Clerk " }, { "id": 2 }])
        } else {
            json!({ "portal": "acme.invalid" })
        };
        json!({ "success": true, "data": data }).to_string()
    });
    url.unwrap()
}

/// Starts `sandbox --requests`, sends it a request and stops it.
fn sandbox_until_it_is_stopped() -> Said {
    let mut child = Command::new(env!("CARGO_BIN_EXE_cargo-vibecode"))
        .args(["sandbox", "--requests", "--format", "json"])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdout = BufReader::new(child.stdout.take().unwrap());
    let mut out = String::new();
    stdout.read_line(&mut out).unwrap();
    let ready: Value = serde_json::from_str(&out).unwrap();
    let me = Command::new(env!("CARGO_BIN_EXE_cargo-vibecode"))
        .args(["me", "--base-url", ready["base_url"].as_str().unwrap()])
        .env("VIBECODE_API_KEY", ready["api_key"].as_str().unwrap())
        .output();
    assert!(me.unwrap().status.success());
    stdout.read_line(&mut out).unwrap();
    signal::send("INT", &child).unwrap();
    stdout.read_to_string(&mut out).unwrap();
    let ended = child.wait_with_output().unwrap();
    Said {
        code: ended.status.code().unwrap(),
        out,
        err: String::from_utf8(ended.stderr).unwrap(),
    }
}
