//! The most memory that a run takes: it must not grow with the items.

use std::{env, fs, hint::black_box, process::Command};

use vibecode_runtime::{Client, Patch, Phone};

use crate::{MEMORY, list, patch, runtime, server::Server, sides, sides::Side, table::Table};

#[derive(Patch)]
#[vibecode(entity = "contacts")]
struct Contact {
    post: Option<String>,
    phone: Vec<Phone>,
}

const FEW: u32 = 10_000;
const MANY: u32 = 1_000_000;
/// What many items may take more (MB).
const MOST: f64 = 10.0;

/// What is run, and where the server answers reads as that needs.
const RUNS: [(&str, &str, &str); 4] = [
    ("update_many", "update", "/v1"),
    ("ensure_many, all there", "ensure", "/v1"),
    ("ensure_many, all lacking", "ensure", "/lacking/v1"),
    ("list", "list", "/v1"),
];

pub(crate) fn report(server: &Server, table: &mut Table) {
    println!("the most memory in MB, of {MANY} items and of {FEW}:");
    for (what, run, path) in RUNS {
        let url = server.url(path);
        table.memory(what, most(run, &url, MANY), most(run, &url, FEW), MOST);
    }
}

/// The most memory of a process of its own (MB).
fn most(run: &str, url: &str, items: u32) -> f64 {
    let output = Command::new(env::current_exe().unwrap())
        .args([MEMORY, run, url, &items.to_string()])
        .output()
        .unwrap();
    let printed = String::from_utf8(output.stdout).unwrap();
    let kilobytes: f64 = printed.trim().parse().unwrap();
    kilobytes / 1024.0
}

/// Prints the most memory that this process has taken (KB).
pub(crate) fn run(run: &str, url: &str, items: &str) {
    let items = items.parse().unwrap();
    let client = sides::client(url);
    runtime().block_on(async {
        match run {
            "update" => update(&client, items).await,
            "list" => list::list(Side::Ours(client), items).await,
            _ => ensure(&client, items).await,
        }
    });
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let most = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    println!("{}", most.unwrap().trim().trim_end_matches(" kB"));
}

async fn update(client: &Client, items: u64) {
    let mut outcomes = client.update_many((1..=items).map(|id| (id, patch::ours())));
    let mut count = 0;
    while let Some(outcome) = outcomes.next().await {
        black_box(outcome.result.unwrap().raw().as_str());
        count += 1;
    }
    assert_eq!(count, items);
}

async fn ensure(client: &Client, items: u64) {
    let patch = || {
        Contact::patch()
            .post("Director")
            .add_phone("+7 916 123-45-67")
    };
    let mut outcomes = client.ensure_many((1..=items).map(move |id| (id, patch())));
    let mut count = 0;
    while let Some(outcome) = outcomes.next().await {
        black_box(outcome.result.unwrap().raw().as_str());
        count += 1;
    }
    assert_eq!(count, items);
}
