//! An app that is written from the portal's own files compiles and runs, and each mistake in its lines is one error.
#![cfg(test)]

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use serde_json::{Value, json};
use vibecode_runtime as _;
use vibecode_sandbox::{Entity, EntityPath, Sandbox};

const APP: &str = r#"use vibecode_runtime::{
    CompanyId, Credentials, DealId, Enumeration, Id, Patch, QuoteId, Record, SmartProcess,
    blocking::Client, field,
};

#[derive(Enumeration, Clone, PartialEq, Debug)]
#[vibecode(entity = "deals", field = "stageId", pipeline = 5)]
enum Stage {
    #[vibecode(status = "NEW")]
    New,
    #[vibecode(status = "WON")]
    Won,
    #[vibecode(other)]
    Other(String),
}

#[derive(Patch, Record)]
#[vibecode(entity = "deals")]
struct Deal {
    #[vibecode(field = "stageId")]
    stage: Stage,
}

#[derive(Enumeration, Clone, PartialEq, Debug)]
#[vibecode(entity = "contacts", field = "sourceId")]
enum Source {
    #[vibecode(status = "WEB")]
    Web,
    #[vibecode(other)]
    Other(String),
}

#[derive(Record)]
#[vibecode(entity = "contacts")]
struct Contact {
    name: Option<String>,
    #[vibecode(field = "companyId")]
    company: Option<CompanyId>,
    #[vibecode(field = "sourceId")]
    source: Option<Source>,
}

#[derive(Patch, Record)]
#[vibecode(entity = "quotes")]
struct Quote {
    title: Option<String>,
    opportunity: Option<f64>,
}

#[derive(Patch, Record)]
#[vibecode(entity = "items/1040")]
struct Request {
    title: Option<String>,
    opened: Option<bool>,
}

fn main() -> vibecode_runtime::Result<()> {
    let [_, url, key]: [String; 3] = std::env::args().collect::<Vec<_>>().try_into().unwrap();
    let client = Client::builder(Credentials::personal(key)).base_url(&url).build()?;

    let won = Deal::patch().stage(Stage::Won);
    let deal: Deal = client.update(DealId::from(12), &won)?.record()?;
    assert_eq!(deal.stage, Stage::Won);

    let contacts = client
        .list::<Contact>()
        .filter(field!(Contact, company).any_of([9, 15]))
        .filter(field!(Contact, source).equal(Source::Web));
    for contact in contacts.rows() {
        let contact = contact?;
        println!("{} {:?} {:?}", contact.name.unwrap(), contact.company, contact.source);
    }

    let estimate = Quote::patch().title("Estimate").opportunity(1500.5);
    let quote: Quote = client.update(QuoteId::from(8), &estimate)?.record()?;
    assert_eq!(quote.title.as_deref(), Some("Estimate"));
    let request = Request::patch().title("A request").opened(true);
    let id = Id::<SmartProcess<1040>>::from(3);
    let request: Request = client.update(id, &request)?.record()?;
    assert_eq!(request.opened, Some(true));
    Ok(())
}
"#;

/// A part of the app, the mistake in its place, and a part of the error.
const MISTAKES: &[(&str, &str, &str)] = &[
    (
        r#"status = "WON""#,
        r#"status = "WONN""#,
        "no code `WONN`: did you mean `C5:WON`?",
    ),
    (r#"status = "WON""#, r#"status = "C2:WON""#, "pipeline 2"),
    ("pipeline = 5", "pipeline = 7", "has no pipeline 7"),
    ("pipeline = 5", r#"pipeline = "5""#, "without quotes"),
    (
        r#"field = "stageId", pipeline = 5"#,
        r#"field = "stageID", pipeline = 5"#,
        "did you mean `stageId`?",
    ),
    ("stage(Stage::Won)", "stage(Stage::Wonn)", "no variant"),
    (
        "stage(Stage::Won)",
        r#"stage("WON")"#,
        "`Stage: From<&str>` is not satisfied",
    ),
    (
        "stage(Stage::Won)",
        "stage(Source::Web)",
        "`Stage: From<Source>` is not satisfied",
    ),
    (
        "stage(Stage::Won)",
        "stages(Stage::Won)",
        "no method named `stages`",
    ),
    (
        "DealId::from(12)",
        "QuoteId::from(12)",
        "does not address the record",
    ),
    (
        r#"status = "WEB""#,
        r#"status = "WBE""#,
        "no code `WBE`: did you mean `WEB`?",
    ),
    (
        r#"status = "WEB""#,
        r#"status = "Website""#,
        "the name of `WEB`",
    ),
    (
        "field!(Contact, company)",
        "field!(Contact, compny)",
        "compny",
    ),
    (
        "any_of([9, 15])",
        r#"any_of(["9", "15"])"#,
        "cannot be compared with",
    ),
    (
        "equal(Source::Web)",
        r#"equal("WEB")"#,
        "cannot be compared with",
    ),
    (
        "equal(Source::Web)",
        "equal(Stage::Won)",
        "cannot be compared with",
    ),
    ("equal(Source::Web)", "contains(\"WEB\")", "contains"),
    (
        "    opportunity: Option<f64>,",
        "    #[vibecode(field = \"oportunity\")]\n    opportunity: Option<f64>,",
        "did you mean `opportunity`?",
    ),
    (
        ".opportunity(1500.5)",
        r#".opportunity("1500.5")"#,
        "mismatched types",
    ),
    (
        r#"entity = "quotes""#,
        r#"entity = "quote""#,
        "did you mean `quotes`?",
    ),
    (
        "QuoteId::from(8)",
        "DealId::from(8)",
        "does not address the record",
    ),
    (
        "    opened: Option<bool>,",
        "    #[vibecode(field = \"opend\")]\n    opened: Option<bool>,",
        "did you mean `opened`?",
    ),
    (".opened(true)", ".opened(1)", "mismatched types"),
    (
        "SmartProcess<1040>",
        "SmartProcess<1050>",
        "does not address the record",
    ),
    (
        r#"#[vibecode(entity = "items/1040")]"#,
        r#"#[vibcode(entity = "items/1040")]"#,
        "did you mean `vibecode`?",
    ),
];

#[tokio::test(flavor = "multi_thread")]
async fn an_app_from_the_portals_files_runs_and_each_mistake_in_it_is_one_error() {
    let sandbox = portal().await;
    let app = App::new(&sandbox).await;
    let [url, key] = [sandbox.url(), Sandbox::API_KEY];
    let run = ["run", "--quiet", "--bin", "app", "--", url, key];
    let (said, printed) = app.cargo(&run);
    assert!(printed.contains("Anna Some("), "{said}\n{printed}");
    assert_eq!(printed.lines().count(), 2, "{printed}");
    let stage = sandbox.record(Entity::Deals, 12).unwrap()["stageId"].clone();
    let title = sandbox.record(Entity::Quotes, 8).unwrap()["title"].clone();
    let opened = sandbox.record(EntityPath::Items(1040), 3).unwrap()["opened"].clone();
    assert_eq!(
        [stage, title, opened],
        [json!("C5:WON"), json!("Estimate"), json!(true)]
    );

    let errors = app.errors();
    let mut wrong = String::new();
    for (number, (_, mistake, expected)) in MISTAKES.iter().enumerate() {
        let errors = errors.get(&number).cloned().unwrap_or_default();
        let is_expected = errors.iter().all(|error| error.contains(expected));
        if errors.len() != 1 || !is_expected {
            let (count, errors) = (errors.len(), errors.join("\n"));
            wrong.extend([
                "== ",
                mistake,
                &format!(": {count} errors\n"),
                &errors,
                "\n",
            ]);
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

async fn portal() -> Sandbox {
    let contact = |id: u64, name: &str, company: u64, source: &str| json!({"id": id, "name": name, "companyId": company, "sourceId": source});
    let seed = json!({
        "companies": [{"id": 9}, {"id": 15}, {"id": 16}],
        "contacts": [
            contact(1, "Anna", 9, "WEB"), contact(2, "Boris", 15, "WEB"),
            contact(3, "Vera", 16, "WEB"), contact(4, "Nina", 9, "CALL"),
        ],
        "deals": [{"id": 12, "stageId": "C5:NEW", "categoryId": 5}],
        "quotes": [{"id": 8, "title": "Old"}],
        "items/1040": [{"id": 3, "title": "Old"}],
    });
    Sandbox::builder().seed(seed).start().await
}

/// The crate, with the portal's files beside it.
struct App {
    folder: PathBuf,
    target: PathBuf,
}

impl App {
    async fn new(sandbox: &Sandbox) -> Self {
        let scratch = Path::new(env!("CARGO_TARGET_TMPDIR"));
        let folder = scratch.join("scratch-crate");
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(folder.join("src/bin")).unwrap();
        fs::create_dir_all(folder.join("vibecode")).unwrap();
        let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
        let manifest = format!(
            "[package]\nname = \"scratch-crate\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n\
             [dependencies.vibecode-runtime]\npath = {:?}\n\
             default-features = false\nfeatures = [\"blocking\", \"derive\"]\n\n[workspace]\n",
            workspace.join("vibecode-runtime")
        );
        fs::write(folder.join("Cargo.toml"), manifest).unwrap();
        fs::copy(workspace.join("Cargo.lock"), folder.join("Cargo.lock")).unwrap();
        for (path, file) in [
            ("statuses?limit=5000", "statuses"),
            ("contacts/fields", "contacts"),
            ("quotes/fields", "quotes"),
            ("items/1040/fields", "items-1040"),
        ] {
            let request = reqwest::Client::new().get(format!("{}/{path}", sandbox.url()));
            let answer = request.header("X-Api-Key", Sandbox::API_KEY).send().await;
            let answer = answer.unwrap().bytes().await.unwrap();
            fs::write(folder.join(format!("vibecode/{file}.json")), answer).unwrap();
        }
        fs::write(folder.join("src/bin/app.rs"), APP).unwrap();
        for (number, (part, mistake, _)) in MISTAKES.iter().enumerate() {
            assert!(APP.contains(part), "{part}");
            let source = APP.replacen(part, mistake, 1);
            fs::write(folder.join(format!("src/bin/m{number}.rs")), source).unwrap();
        }
        // All crates that tests generate share it, so that their dependencies are compiled once.
        let target = scratch.join("generated");
        Self { folder, target }
    }

    /// Returns what cargo prints on standard error and on standard output.
    fn cargo(&self, words: &[&str]) -> (String, String) {
        let output = Command::new(env!("CARGO"))
            .current_dir(&self.folder)
            .args(words)
            .env("CARGO_NET_OFFLINE", "true")
            .env("CARGO_INCREMENTAL", "0")
            .env("CARGO_TARGET_DIR", &self.target)
            .env_remove("RUSTFLAGS")
            .output()
            .unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        (text(output.stderr), text(output.stdout))
    }

    /// Returns the compiler's errors, by the number of the mistake.
    fn errors(&self) -> BTreeMap<usize, Vec<String>> {
        let check = ["check", "--bins", "--keep-going", "--message-format=json"];
        let (said, lines) = self.cargo(&check);
        let lines = lines.lines().map(serde_json::from_str::<Value>);
        let lines: Vec<Value> = lines.collect::<Result<_, _>>().unwrap();
        assert!(
            lines.iter().any(|it| it["reason"] == "build-finished"),
            "{said}"
        );
        let mut errors: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for line in lines {
            let message = &line["message"];
            // The last line of rustc, which counts the errors, has no position.
            if message["level"] == "error" && message["spans"] != json!([]) {
                let bin = line["target"]["name"].as_str().unwrap();
                let number = bin.strip_prefix('m').unwrap().parse().unwrap();
                let text = message["rendered"].as_str().unwrap().to_owned();
                errors.entry(number).or_default().push(text);
            }
        }
        errors
    }
}
