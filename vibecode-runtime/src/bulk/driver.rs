//! Takes items in, sends packs of them and gives their outcomes on, while there is room for them.

use std::{
    future::poll_fn,
    task::{Context, Poll},
};

use tokio::sync::mpsc::Sender;

use super::{
    packs::{Packs, Work},
    source::Source,
    window::{Outcome, Sent, Window},
};
use crate::{Client, Result};

/// Runs until every item has had its outcome, or nobody takes them any more.
pub(super) async fn drive<T: Send + 'static>(
    client: Client,
    mut source: Source,
    work: Work<T>,
    outcomes: Sender<Outcome<T>>,
) {
    let mut window = Window::new();
    let mut packs = Packs::new(client, work);
    loop {
        if let Some(error) = packs.stopped() {
            for index in window.take_waiting() {
                window.finish(index, Err(error.clone()));
            }
        }
        while let Some(outcome) = window.pop() {
            if outcomes.send(outcome).await.is_err() {
                return;
            }
        }
        let event = poll_fn(|context| next_event(&mut source, &mut window, &mut packs, context));
        match event.await {
            Event::Changed => {}
            Event::Ended(sent, results) => {
                window.release(&sent);
                for (index, result) in sent.indices().iter().zip(results) {
                    window.finish(*index, result);
                }
            }
            Event::Over => return,
        }
    }
}

enum Event<T> {
    /// Items were taken in, and packs sent.
    Changed,
    Ended(Sent, Vec<Result<T>>),
    /// There are no more items, and none is under way.
    Over,
}

/// Takes in what is there and sends what fills a request, or what there is where no more comes.
fn next_event<T: Send + 'static>(
    source: &mut Source,
    window: &mut Window<T>,
    packs: &mut Packs<T>,
    context: &mut Context<'_>,
) -> Poll<Event<T>> {
    let mut is_changed = false;
    let mut is_waiting = false;
    while !is_waiting && !source.is_over() && window.has_room() {
        match source.poll_next(context) {
            Poll::Ready(Some((id, job))) => {
                window.push(id, job);
                is_changed = true;
            }
            Poll::Ready(None) => {}
            Poll::Pending => is_waiting = true,
        }
        if window.fills_a_pack() && packs.have_room() {
            break;
        }
    }
    let takes_more = !is_waiting && !source.is_over() && window.has_room();
    while packs.have_room() && (window.fills_a_pack() || !takes_more) {
        let Some(pack) = window.pack() else { break };
        packs.send(pack);
        is_changed = true;
    }
    if let Poll::Ready(Some((sent, results))) = packs.poll(context) {
        return Poll::Ready(Event::Ended(sent, results));
    }
    if is_changed {
        Poll::Ready(Event::Changed)
    } else if source.is_over() && window.is_empty() {
        Poll::Ready(Event::Over)
    } else {
        Poll::Pending
    }
}
