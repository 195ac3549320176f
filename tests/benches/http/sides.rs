//! The two sides, and how they take turns.

use vibecode_runtime::{Client, Credentials, Throttle};

use crate::{
    rival::Rival,
    server::Server,
    table::{Cost, Rounds},
};

const KEY: &str = "vibe_api_benchmark";

#[derive(Clone)]
pub(crate) enum Side {
    Ours(Client),
    Rival(Rival),
}

pub(crate) fn side(name: &str, server: &Server) -> Side {
    let url = server.url("/v1");
    match name {
        "rival" => Side::Rival(Rival::new(&url, KEY)),
        _ => Side::Ours(client(&url)),
    }
}

/// Our client, which no throttle holds back.
pub(crate) fn client(url: &str) -> Client {
    Client::builder(Credentials::personal(KEY))
        .base_url(url)
        .throttle(Throttle::unlimited())
        .build()
        .unwrap()
}

/// What the same work costs both sides, round by round, with the first in turn. The first round,
/// which opens the connections, does not count.
pub(crate) async fn rounds<F: Future<Output = ()>>(
    server: &Server,
    count: usize,
    work: impl Fn(Side) -> F,
) -> Rounds {
    let (ours, rival) = (side("ours", server), side("rival", server));
    let mut rounds = Vec::with_capacity(count);
    for round in 0..=count {
        let costs = if round % 2 == 0 {
            let first = Cost::of(work(ours.clone())).await;
            (first, Cost::of(work(rival.clone())).await)
        } else {
            let first = Cost::of(work(rival.clone())).await;
            (Cost::of(work(ours.clone())).await, first)
        };
        if round > 0 {
            rounds.push(costs);
        }
    }
    rounds
}
