//! The items that wait for a request: those of the next pack.

use std::mem;

use super::{
    results::{PackFuture, Results},
    source::IntoItem,
    window::Window,
};
use crate::{
    Client, Patch, PatchJob, Result,
    client::Caller,
    many::batch::{MAX_CALLS, PackPermit},
};

/// The size of the patches in a pack, in bytes, from which on it takes no further item.
const MAX_BYTES_OF_A_PACK: usize = 2 * 1024 * 1024;

/// What a run does with its items. Keeps those of the next pack.
pub(super) trait Action: Default + Send {
    /// The result of an item.
    type Done;

    /// Keeps a patch. Returns its length, or why it cannot be sent.
    fn keep_patch<P: Patch>(&mut self, id: u64, patch: &P) -> Result<usize>;

    /// Keeps a job, and returns the length of its patch.
    fn keep_job(&mut self, job: PatchJob) -> usize;

    /// Takes out what it has kept, as a pack. The pack has joined the queues of its records when this
    /// returns.
    fn send(
        &mut self,
        client: Client,
        caller: Caller,
        permit: PackPermit,
        results: Results<Self::Done>,
    ) -> PackFuture;
}

/// The items of the next pack.
#[derive(Default)]
pub(super) struct Waiting<A> {
    action: A,
    /// The index of each item in the run.
    indices: Vec<usize>,
    bytes: usize,
}

impl<A: Action> Waiting<A> {
    /// Takes in an item, which then waits, or has an error as its result.
    pub(super) fn push(&mut self, item: impl IntoItem, window: &mut Window<A::Done>) {
        let (id, kept) = item.keep(&mut self.action);
        let bytes = kept.as_ref().ok().copied();
        let index = window.push(id, kept);
        if let Some(bytes) = bytes {
            self.indices.push(index);
            self.bytes += bytes;
        }
    }

    /// Whether the pack takes no further item.
    pub(super) fn fills_a_pack(&self) -> bool {
        self.indices.len() >= MAX_CALLS || self.bytes >= MAX_BYTES_OF_A_PACK
    }
}

/// [`Waiting`], whatever the action is.
pub(super) trait MakePacks<T> {
    fn is_empty(&self) -> bool;

    fn is_full(&self) -> bool;

    /// Takes out the indices of the items, which are not sent.
    fn give_up(&mut self) -> Vec<usize>;

    /// Makes a pack of the items. `results` makes the destination of its results from the indices.
    fn send(
        &mut self,
        client: Client,
        caller: Caller,
        permit: PackPermit,
        results: &dyn Fn(Vec<usize>) -> Results<T>,
    ) -> PackFuture;
}

impl<A: Action> MakePacks<A::Done> for Waiting<A> {
    fn is_empty(&self) -> bool {
        self.indices.is_empty()
    }

    fn is_full(&self) -> bool {
        self.fills_a_pack()
    }

    fn give_up(&mut self) -> Vec<usize> {
        mem::take(self).indices
    }

    fn send(
        &mut self,
        client: Client,
        caller: Caller,
        permit: PackPermit,
        results: &dyn Fn(Vec<usize>) -> Results<A::Done>,
    ) -> PackFuture {
        self.bytes = 0;
        let results = results(mem::take(&mut self.indices));
        self.action.send(client, caller, permit, results)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Keeps the lengths, which are the ids of the jobs.
    #[derive(Default)]
    struct Lengths;

    impl Action for Lengths {
        type Done = u64;

        fn keep_patch<P: Patch>(&mut self, _: u64, _: &P) -> Result<usize> {
            Ok(0)
        }

        fn keep_job(&mut self, job: PatchJob) -> usize {
            usize::try_from(job.id()).unwrap()
        }

        fn send(&mut self, _: Client, _: Caller, _: PackPermit, _: Results<u64>) -> PackFuture {
            Box::pin(async {})
        }
    }

    /// Takes in items of this length as long as the pack and the window take them.
    fn take_in(length: u64, window: &mut Window<u64>) -> Vec<usize> {
        let mut waiting = Waiting::<Lengths>::default();
        while window.has_room() && !waiting.fills_a_pack() {
            let body = crate::patch::body::Body::default();
            let job = PatchJob::unchecked_new("contacts".into(), length, body);
            waiting.push(job, window);
        }
        waiting.give_up()
    }

    #[test]
    fn a_pack_holds_as_many_items_as_a_batch_may_have_calls_in_their_order() {
        let mut window = Window::new();
        assert_eq!(take_in(1, &mut window), (0..50).collect::<Vec<_>>());
        assert_eq!(take_in(1, &mut window), (50..100).collect::<Vec<_>>());
    }

    #[test]
    fn long_patches_fill_a_pack_and_the_window_by_their_bytes() {
        let mut window = Window::new();
        for pack in 0..8 {
            let first = 2 * pack;
            assert_eq!(take_in(1024 * 1024, &mut window), [first, first + 1]);
        }
        assert!(!window.has_room());
        assert_eq!(take_in(1, &mut window), [0; 0]);
    }
}
