//! Many updates at once: `Client::update_many`.

use std::hint::black_box;

use tokio::task::JoinSet;

use crate::{
    patch,
    rival::{Call, Kept, Rival},
    server::Server,
    sides,
    sides::Side,
    table::Table,
};

const ROUNDS: usize = 12;
/// Items of one side in a round.
const ITEMS: u32 = 20_000;
const LIMITS: (f64, f64) = (0.95, 1.5);

/// As many as `update_many` packs into a request, and has under way.
const CALLS: usize = 50;
const REQUESTS: usize = 4;

pub(crate) async fn report(server: &Server, table: &mut Table) {
    let rounds = sides::rounds(server, ROUNDS, update_many).await;
    table.compare("update_many", "item", ITEMS, &rounds, LIMITS);
}

fn ids() -> impl Iterator<Item = u64> + Send + 'static {
    (0..u64::from(ITEMS)).map(|item| 1000 + item)
}

pub(crate) async fn update_many(side: Side) {
    match side {
        Side::Ours(client) => {
            let mut outcomes = client.update_many(ids().map(|id| (id, patch::ours())));
            let mut count = 0;
            while let Some(outcome) = outcomes.next().await {
                black_box(outcome.result.unwrap().raw().as_str());
                count += 1;
            }
            assert_eq!(count, ITEMS);
        }
        Side::Rival(rival) => by_hand(rival).await,
    }
}

async fn by_hand(rival: Rival) {
    let mut ids = ids();
    let mut requests = JoinSet::new();
    let mut count = 0;
    loop {
        let calls: Vec<_> = ids
            .by_ref()
            .take(CALLS)
            .enumerate()
            .map(|(index, id)| Call::update(index, id, patch::by_hand()))
            .collect();
        let is_over = calls.is_empty();
        if !is_over {
            let rival = rival.clone();
            requests.spawn(async move { rival.batch(&calls).await });
        }
        while is_over || requests.len() == REQUESTS {
            let Some(ended) = requests.join_next().await else {
                assert_eq!(count, ITEMS);
                return;
            };
            count += take(ended.unwrap());
        }
    }
}

fn take(outcomes: Vec<Kept>) -> u32 {
    let mut count = 0;
    for (id, outcome) in outcomes {
        black_box((id, outcome.unwrap().get()));
        count += 1;
    }
    count
}
