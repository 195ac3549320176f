//! What the client costs over a bare `reqwest`: `cargo bench -p vibecode-tests --bench http`.
//!
//! Both sides send the same bytes to the same bare server, in turn and many times over, and what
//! counts is the median of the ratios: the machine may be busy, but then it is so for both. The
//! server is this program once more, in a process of its own, so that the CPU time of the one
//! thread of a client is all that the client costs. What it executes is counted under valgrind too,
//! which no other program on the machine can change.
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::unwrap_used,
    reason = "this prints a table, and stops where it cannot"
)]

mod bulk;
mod executed;
mod list;
mod memory;
mod patch;
mod rival;
mod server;
mod sides;
mod single;
mod table;

use std::{
    env,
    process::{Command, ExitCode},
};

use server::Server;
use table::Table;

/// Stands before the words that say what to run, in a process that this one starts.
const SERVE: &str = "--serve";
const SINGLE: &str = "--single";
const MEMORY: &str = "--memory";
const COUNT: &str = "--count";
/// Runs one side alone, for a profiler.
const RUN: &str = "--run";
/// Measures one part.
const PART: &str = "--part";

fn main() -> ExitCode {
    let arguments: Vec<_> = env::args().skip(1).collect();
    match arguments.as_slice() {
        [serve, ..] if serve == SERVE => server::serve(),
        [single, workers] if single == SINGLE => single::run(workers),
        [memory, run, url, items] if memory == MEMORY => memory::run(run, url, items),
        [count, side] if count == COUNT => executed::run(side),
        [run, side, what, rounds] if run == RUN => profile(side, what, rounds),
        [part, name] if part == PART => return measure(name),
        arguments if arguments.iter().any(|it| it == "--bench") => {
            return report(arguments.iter().find(|it| *it != "--bench"));
        }
        // `cargo test` runs benches too.
        _ => println!("counts time and memory under `cargo bench`"),
    }
    ExitCode::SUCCESS
}

fn profile(side: &str, what: &str, rounds: &str) {
    let server = Server::start();
    runtime().block_on(async {
        let side = sides::side(side, &server);
        for _ in 0..rounds.parse().unwrap() {
            match what {
                "many" => bulk::update_many(side.clone()).await,
                "list" => list::list(side.clone(), 10_000).await,
                _ => single::update(side.clone(), 1).await,
            }
        }
    });
}

/// What is measured, in this order.
const PARTS: [&str; 5] = ["single", "many", "list", "count", "memory"];

/// Fails if a limit is missed. `only` is one of the parts, or all are measured. Each is measured in a process of its own:
/// the memory that one part has used and freed would slow down the next.
fn report(only: Option<&String>) -> ExitCode {
    patch::check();
    let parts = PARTS
        .iter()
        .filter(|part| only.is_none_or(|only| only == *part));
    let parts: Vec<_> = parts.collect();
    assert!(!parts.is_empty(), "can only measure one of {PARTS:?}");
    Table::print_head();
    let is_kept = |part: &&str| {
        let mut process = Command::new(env::current_exe().unwrap());
        process.args([PART, part]).status().unwrap().success()
    };
    let missed = parts.into_iter().filter(|part| !is_kept(part)).count();
    if missed == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

fn measure(part: &str) -> ExitCode {
    let mut table = Table::default();
    match part {
        "single" => single::report(&mut table),
        "many" => runtime().block_on(bulk::report(&Server::start(), &mut table)),
        "list" => runtime().block_on(list::report(&Server::start(), &mut table)),
        "count" => executed::report(&mut table),
        _ => memory::report(&Server::start(), &mut table),
    }
    table.verdict()
}

/// Of one thread, so that its CPU time is that of all that is done.
fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap()
}
