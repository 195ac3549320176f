//! What it costs to encode a patch, in instructions: `cargo bench -p vibecode-tests --bench encode`.
//!
//! Runs itself under valgrind's callgrind, once for each contender, texts and phase, and counts
//! only what is inside of `measured`. The counts do not depend on how busy the machine is. Fails
//! where a limit is missed.
#![allow(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "this prints a table, and stops where it cannot"
)]

mod contenders;

use std::{env, hint::black_box, io, process::ExitCode};

use contenders::{BorrowedInputs, OwnedInputs, hand_written, vibecode};
use serde::Serialize;
use vibecode_runtime::__private::sent_json;
use vibecode_tests::{instructions, limit, ratio::Ratio};

/// Enough for the first run's lazy linking not to show.
const ROUNDS: u64 = 1_000;

/// Stands before the words that say what to run, in the process that is counted.
const RUN: &str = "--run";

const TEXTS: [&str; 2] = ["borrowed", "owned"];
/// With the most that ours may count of what is counted by hand.
const PHASES: [(&str, Option<Ratio>); 4] = [
    ("build", None),
    ("send", None),
    ("build and send", Some(Ratio::hundredths(150))),
    ("serialise", None),
];

fn main() -> ExitCode {
    let arguments: Vec<_> = env::args().skip(1).collect();
    if let [run, contender, texts, phase, ..] = arguments.as_slice()
        && run == RUN
    {
        Run::of(contender, texts, phase).run();
        return ExitCode::SUCCESS;
    }
    if !arguments.iter().any(|argument| argument == "--bench") {
        // `cargo test` runs benches too.
        println!("counts instructions under `cargo bench`");
        return ExitCode::SUCCESS;
    }
    limit::exit_code(report())
}

/// Whether the limits are kept.
fn report() -> io::Result<bool> {
    println!("instructions to encode a patch of 6 fields with 2 phones and 1 user field\n");
    println!("| texts | phase | vibecode | by hand | ratio | limit |\n|---|---|---|---|---|---|");
    let mut is_kept = true;
    for texts in TEXTS {
        for (phase, most) in PHASES {
            let ours = instructions(&[RUN, "vibecode", texts, phase], ROUNDS)?;
            let theirs = instructions(&[RUN, "hand", texts, phase], ROUNDS)?;
            let ratio = Ratio::of(ours, theirs);
            let limit = most.map(|most| {
                is_kept &= ratio <= most;
                limit::shown(most, ratio <= most)
            });
            let limit = limit.unwrap_or_default();
            println!("| {texts} | {phase} | {ours} | {theirs} | {ratio} | {limit} |");
        }
    }
    Ok(is_kept)
}

/// What is counted.
#[derive(Clone, Copy)]
enum Run {
    Vibecode(Texts, Phase),
    ByHand(Texts, Phase),
}

#[derive(Clone, Copy)]
enum Texts {
    Borrowed,
    Owned,
}

#[derive(Clone, Copy)]
enum Phase {
    /// Making the value, and dropping it.
    Build,
    /// Writing a value that is there, as the client does.
    Send,
    /// Making, writing and dropping it.
    BuildAndSend,
    /// Writing it through serde, as an app may do.
    Serialise,
}

impl Run {
    fn of(contender: &str, texts: &str, phase: &str) -> Self {
        let texts = match texts {
            "owned" => Texts::Owned,
            _ => Texts::Borrowed,
        };
        let phase = match phase {
            "build" => Phase::Build,
            "send" => Phase::Send,
            "serialise" => Phase::Serialise,
            _ => Phase::BuildAndSend,
        };
        match contender {
            "hand" => Self::ByHand(texts, phase),
            _ => Self::Vibecode(texts, phase),
        }
    }

    fn run(self) {
        match self {
            Self::Vibecode(Texts::Borrowed, phase) => {
                let build = |it| vibecode::from_borrowed(&it);
                repeat(phase, BorrowedInputs::new, build, sent_json);
            }
            Self::Vibecode(Texts::Owned, phase) => {
                repeat(phase, OwnedInputs::new, vibecode::from_owned, sent_json);
            }
            Self::ByHand(Texts::Borrowed, phase) => {
                let build = |it| hand_written::from_borrowed(&it);
                repeat(phase, BorrowedInputs::new, build, json);
            }
            Self::ByHand(Texts::Owned, phase) => {
                repeat(phase, OwnedInputs::new, hand_written::from_owned, json);
            }
        }
    }
}

fn json(patch: &impl Serialize) -> String {
    serde_json::to_string(patch).unwrap()
}

fn repeat<I, P: Serialize>(
    phase: Phase,
    inputs: impl Fn() -> I,
    build: impl Fn(I) -> P,
    send: impl Fn(&P) -> String,
) {
    for _ in 0..ROUNDS {
        let inputs = inputs();
        match phase {
            Phase::Build => measured_build(inputs, &build),
            Phase::Send => drop(measured_write(&build(inputs), &send)),
            Phase::BuildAndSend => drop(measured_both(inputs, &build, &send)),
            Phase::Serialise => drop(measured_write(&build(inputs), json)),
        }
    }
}

#[inline(never)]
fn measured_build<I, P>(inputs: I, build: impl Fn(I) -> P) {
    drop(black_box(build(inputs)));
}

#[inline(never)]
fn measured_write<P>(patch: &P, write: impl Fn(&P) -> String) -> String {
    black_box(write(black_box(patch)))
}

#[inline(never)]
fn measured_both<I, P>(inputs: I, build: impl Fn(I) -> P, send: impl Fn(&P) -> String) -> String {
    let patch = build(inputs);
    black_box(send(black_box(&patch)))
}
