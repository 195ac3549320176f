//! Updates one by one: `Client::update`.

use std::{
    env,
    hint::black_box,
    process::{Command, Stdio},
};

use tokio::task::JoinSet;

use crate::{
    SINGLE, patch, runtime,
    server::Server,
    sides,
    sides::Side,
    table::{self, Table},
};

/// Where things lie in memory is another matter of chance in each process, and what finds them in a
/// cache with it.
const PROCESSES: u32 = 8;
/// In each process. They are short, so that both sides meet the same moods of the machine.
const ROUNDS: usize = 64;
/// Updates of one side in a round.
pub(crate) const UPDATES: u32 = 416;
const LIMITS: (f64, f64) = (0.97, 1.04);

pub(crate) fn report(table: &mut Table) {
    for (what, workers) in [("one at a time", 1), ("32 at a time", 32)] {
        let rounds = (0..PROCESSES).flat_map(|_| rounds_of_a_process(workers));
        table.compare(what, "update", UPDATES, &rounds.collect(), LIMITS);
    }
}

fn rounds_of_a_process(workers: u32) -> table::Rounds {
    let output = Command::new(env::current_exe().unwrap())
        .args([SINGLE, &workers.to_string()])
        .stderr(Stdio::inherit())
        .output()
        .unwrap();
    assert!(output.status.success(), "its rounds would be missing");
    table::read(&String::from_utf8(output.stdout).unwrap())
}

/// Prints what the rounds of this process cost.
pub(crate) fn run(workers: &str) {
    let workers = workers.parse().unwrap();
    let server = Server::start();
    let rounds = sides::rounds(&server, ROUNDS, |side| update(side, workers));
    table::print(&runtime().block_on(rounds));
}

/// Each worker writes to records of its own.
pub(crate) async fn update(side: Side, workers: u32) {
    let mut tasks = JoinSet::new();
    for worker in 0..workers {
        let side = side.clone();
        let first = u64::from(1000 + worker * UPDATES);
        let last = first + u64::from(UPDATES / workers);
        tasks.spawn(async move {
            for id in first..last {
                update_one(&side, id).await;
            }
        });
    }
    while let Some(ended) = tasks.join_next().await {
        ended.unwrap();
    }
}

async fn update_one(side: &Side, id: u64) {
    match side {
        Side::Ours(client) => {
            let updated = client.update(id, &patch::ours()).await;
            black_box(updated.unwrap().raw().as_str());
        }
        Side::Rival(rival) => {
            let record = rival.update(id, &patch::by_hand()).await;
            black_box(record.get());
        }
    }
}
