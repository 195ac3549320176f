//! Updates one by one: `Client::update`.

use std::hint::black_box;

use tokio::task::JoinSet;

use crate::{patch, server::Server, sides, sides::Side, table::Table};

const ROUNDS: usize = 64;
/// Updates of one side in a round.
pub(crate) const UPDATES: u32 = 3_200;
const LIMITS: (f64, f64) = (0.97, 1.05);

pub(crate) async fn report(server: &Server, table: &mut Table) {
    for (what, workers) in [("one at a time", 1), ("32 at a time", 32)] {
        let rounds = sides::rounds(server, ROUNDS, |side| update(side, workers)).await;
        table.compare(what, "update", UPDATES, &rounds, LIMITS);
    }
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
