//! How a run takes its items, and how it goes on while nobody polls for outcomes.

use std::{
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    task::{Context, Poll},
    time::Duration,
};

use futures_core::Stream;
use tokio::{sync::mpsc, time::sleep};
use vibecode_sandbox::{Fault, Storm};

use super::{
    portal::{CustomerPatch, client, customer, portal, seconds, stored, writing},
    timeline::Timeline,
};

type Item = (u64, CustomerPatch);

/// More items than a run ever holds without an outcome.
const WINDOW: usize = 512;

/// An endless iterator of items over a hundred contacts, and the number of items taken from it.
fn endless() -> (
    impl Iterator<Item = Item> + Send + 'static,
    Arc<AtomicUsize>,
) {
    let taken = Arc::<AtomicUsize>::default();
    let counter = Arc::clone(&taken);
    let items = (0_u64..).map(move |index| {
        counter.fetch_add(1, Ordering::Relaxed);
        (
            1 + index % 100,
            customer().post(format!("Director {index}")),
        )
    });
    (items, taken)
}

#[tokio::test(start_paused = true)]
async fn endless_items_are_taken_only_as_far_as_outcomes_are_taken() {
    let sandbox = portal(100).start().await;
    let (items, taken) = endless();
    let mut outcomes = client(&sandbox).update_many(items);
    assert_eq!(
        taken.load(Ordering::Relaxed),
        0,
        "nothing is taken before the first poll"
    );
    for index in 0..3_000 {
        let outcome = outcomes.next().await.unwrap();
        assert_eq!(outcome.index, index);
        outcome.result.unwrap();
        if index % 500 == 0 {
            sleep(seconds(30)).await;
        }
        let ahead = taken.load(Ordering::Relaxed) - (index + 1);
        assert!(ahead <= WINDOW, "{ahead} ahead of {index}");
    }
}

#[tokio::test(start_paused = true)]
async fn endless_items_of_one_record_are_taken_only_as_far() {
    let sandbox = portal(1).start().await;
    let (items, taken) = endless();
    let one = items.map(|(_, patch)| (1, patch));
    let mut outcomes = client(&sandbox).update_many(one);
    for index in 0..100 {
        outcomes.next().await.unwrap().result.unwrap();
        let ahead = taken.load(Ordering::Relaxed) - (index + 1);
        assert!(ahead <= WINDOW, "{ahead} ahead of {index}");
    }
}

#[tokio::test(start_paused = true)]
async fn endless_items_that_cannot_be_sent_are_taken_only_as_far() {
    let sandbox = portal(1).start().await;
    let (items, taken) = endless();
    let empty = items.map(|(id, _)| (id, customer()));
    let mut outcomes = client(&sandbox).ensure_many(empty);
    for index in 0..2_000 {
        assert!(outcomes.next().await.unwrap().result.is_err());
        let ahead = taken.load(Ordering::Relaxed) - (index + 1);
        assert!(ahead <= WINDOW, "{ahead} ahead of {index}");
    }
    assert!(sandbox.requests().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_run_goes_on_while_nobody_polls_it() {
    let sandbox = portal(200).start().await;
    sandbox.storm(
        Storm::seeded(1)
            .probability(1.0)
            .faults([Fault::delay(seconds(5))]),
    );
    let patches = (1..=200).map(|id| (id, customer().post("Director")));
    let mut outcomes = client(&sandbox).update_many(patches);
    outcomes.next().await.unwrap().result.unwrap();
    // Longer than the time-out of a request: an answer that waited to be read would be lost.
    sleep(seconds(200)).await;
    assert_eq!(stored(&sandbox, 200, "post"), "Director");
    for _ in 1..200 {
        outcomes.next().await.unwrap().result.unwrap();
    }
    assert_eq!(sandbox.requests().len(), 4);
}

/// A stream of items that arrive over time.
struct Arriving(mpsc::Receiver<Item>);

impl Stream for Arriving {
    type Item = Item;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Item>> {
        self.0.poll_recv(context)
    }
}

/// A stream of items that arrive one by one, with this time between them.
fn arriving(count: u64, apart: Duration) -> Arriving {
    let (sender, items) = mpsc::channel(1);
    tokio::spawn(async move {
        for id in 1..=count {
            sleep(apart).await;
            let _ = sender
                .send((id, customer().add_phone("+79161112233")))
                .await;
        }
    });
    Arriving(items)
}

#[tokio::test(start_paused = true)]
async fn items_that_arrive_slowly_are_sent_as_they_come() {
    let sandbox = Arc::new(portal(5).start().await);
    let timeline = Timeline::of(&sandbox);
    let mut outcomes = client(&sandbox).update_many_stream(arriving(5, seconds(10)));
    while let Some(outcome) = outcomes.next().await {
        outcome.result.unwrap();
    }
    let requests = timeline.lines().await;
    assert_eq!(
        requests,
        ["POST 10", "POST 20", "POST 30", "POST 40", "POST 50"]
    );
}

#[tokio::test(start_paused = true)]
async fn records_that_arrive_slowly_are_ensured_as_they_come() {
    let sandbox = portal(5).start().await;
    let mut outcomes = client(&sandbox).ensure_many_stream(arriving(5, seconds(10)));
    let mut index = 0;
    while let Some(outcome) = outcomes.next().await {
        assert_eq!(outcome.index, index);
        outcome.result.unwrap();
        index += 1;
    }
    assert_eq!((index, writing(&sandbox).len()), (5, 5));
}

#[tokio::test(start_paused = true)]
async fn a_stream_of_many_items_is_packed_as_an_iterator_is() {
    let sandbox = portal(500).start().await;
    let (sender, items) = mpsc::channel(500);
    for id in 1..=500 {
        sender
            .send((id, customer().post("Director")))
            .await
            .unwrap();
    }
    drop(sender);
    let mut outcomes = client(&sandbox).update_many_stream(Arriving(items));
    while let Some(outcome) = outcomes.next().await {
        outcome.result.unwrap();
    }
    // A stream may pause when tokio makes it yield. The items taken until then are sent.
    let requests = sandbox.requests().len();
    assert!((10..=16).contains(&requests), "{requests}");
}
