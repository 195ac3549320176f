//! The window: the items from the first whose outcome was not returned to the last that was taken in.

use std::collections::VecDeque;

use tokio::time::Instant;

use super::BulkOutcome;
use crate::{Id, PatchJob, Result, many::batch::MAX_CALLS};

const MAX_ITEMS: usize = 8 * MAX_CALLS;
/// The size of the patches in a window, in bytes, from which on it takes no further item.
const MAX_BYTES: usize = 16 * 1024 * 1024;
/// The size of the patches in a pack, in bytes, from which on it takes no further item.
const MAX_BYTES_OF_A_PACK: usize = 2 * 1024 * 1024;

pub(super) struct Window<T> {
    first: usize,
    items: VecDeque<WindowItem<T>>,
    waiting: VecDeque<(usize, PatchJob)>,
    /// The bytes of the items without a result.
    bytes: usize,
}

struct WindowItem<T> {
    id: u64,
    bytes: usize,
    result: Option<Result<T>>,
    lost_at: Option<Instant>,
}

impl<T> Window<T> {
    pub(super) fn new() -> Self {
        Self {
            first: 0,
            items: VecDeque::new(),
            waiting: VecDeque::new(),
            bytes: 0,
        }
    }

    pub(super) fn has_room(&self) -> bool {
        self.items.len() < MAX_ITEMS && self.bytes < MAX_BYTES
    }

    pub(super) fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    pub(super) fn push(&mut self, id: u64, job: Result<PatchJob>) {
        let index = self.first + self.items.len();
        let (bytes, result) = match job {
            Ok(job) => {
                let bytes = job.body().bytes();
                self.waiting.push_back((index, job));
                (bytes, None)
            }
            Err(error) => (0, Some(Err(error))),
        };
        self.bytes += bytes;
        self.items.push_back(WindowItem {
            id,
            bytes,
            result,
            lost_at: None,
        });
    }

    pub(super) fn has_waiting(&self) -> bool {
        !self.waiting.is_empty()
    }

    pub(super) fn fills_a_pack(&self) -> bool {
        let bytes = || self.waiting.iter().map(|(_, job)| job.body().bytes());
        self.waiting.len() >= MAX_CALLS
            || (self.bytes >= MAX_BYTES_OF_A_PACK && bytes().sum::<usize>() >= MAX_BYTES_OF_A_PACK)
    }

    /// Takes the next items to send, with their indices, in order.
    pub(super) fn pack(&mut self) -> (Vec<usize>, Vec<PatchJob>) {
        let mut bytes = 0;
        let mut fits = |job: &PatchJob| {
            let fits = bytes < MAX_BYTES_OF_A_PACK;
            bytes += job.body().bytes();
            fits
        };
        let count = self
            .waiting
            .iter()
            .take(MAX_CALLS)
            .take_while(|(_, job)| fits(job))
            .count();
        self.waiting.drain(..count).unzip()
    }

    pub(super) fn take_waiting(&mut self) -> Vec<usize> {
        self.waiting.drain(..).map(|(index, _)| index).collect()
    }

    pub(super) fn finish(&mut self, index: usize, result: Result<T>, lost_at: Option<Instant>) {
        let at = index.checked_sub(self.first);
        let Some(item) = at.and_then(|at| self.items.get_mut(at)) else {
            debug_assert!(false, "an item has one result");
            return;
        };
        self.bytes -= item.bytes;
        item.bytes = 0;
        item.result = Some(result);
        item.lost_at = lost_at;
    }

    /// Returns the outcome of the first item, once it has a result.
    pub(super) fn pop<E>(&mut self) -> Option<BulkOutcome<E, T>> {
        self.items.front()?.result.as_ref()?;
        let WindowItem {
            id,
            result,
            lost_at,
            ..
        } = self.items.pop_front()?;
        let index = self.first;
        self.first += 1;
        Some(BulkOutcome {
            index,
            id: Id::new(id),
            result: result?,
            lost_at: lost_at.map(Instant::into_std),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::patch::body::Body;

    fn window(items: usize) -> Window<u64> {
        let mut window = Window::new();
        for id in 1..=items as u64 {
            let job = PatchJob::unchecked_new("contacts".into(), id, Body::default());
            window.push(id, Ok(job));
        }
        window
    }

    #[test]
    fn a_pack_holds_as_many_items_as_a_batch_may_have_calls_in_their_order() {
        let mut window = window(120);
        assert!(window.fills_a_pack());
        assert_eq!(window.pack().0, (0..50).collect::<Vec<_>>());
        assert_eq!(window.pack().0, (50..100).collect::<Vec<_>>());
        assert!(!window.fills_a_pack() && window.has_waiting());
        assert_eq!(window.pack().0, (100..120).collect::<Vec<_>>());
        assert!(!window.has_waiting());
    }

    #[test]
    fn outcomes_come_in_the_order_of_the_items_whatever_ends_first() {
        let mut window = window(3);
        window.pack();
        window.finish(2, Ok(3), None);
        window.finish(1, Ok(2), None);
        assert!(window.pop::<()>().is_none());
        window.finish(0, Ok(1), None);
        let order: Vec<_> = std::iter::from_fn(|| window.pop::<()>())
            .map(|outcome| outcome.index)
            .collect();
        assert_eq!(order, [0, 1, 2]);
        assert!(window.is_empty());
    }

    #[test]
    fn long_patches_fill_a_pack_and_the_window_by_their_bytes() {
        let mut window: Window<u64> = Window::new();
        let mut body = Body::default();
        // Exactly a mebibyte, so that the last one that is taken fills the window to the byte.
        let set = |body: &mut Body, length| {
            body.set_unchecked("ufCrmNotes".to_owned(), &[], &"a".repeat(length));
        };
        set(&mut body, 0);
        let text = 1024 * 1024 - body.bytes();
        body = Body::default();
        set(&mut body, text);
        assert_eq!(body.bytes(), 1024 * 1024);
        let mut taken = 0;
        while window.has_room() {
            let job = PatchJob::unchecked_new("contacts".into(), 1 + taken, body.clone());
            window.push(1 + taken, Ok(job));
            taken += 1;
        }
        assert_eq!(taken, 16);
        assert!(window.fills_a_pack());
        assert_eq!(window.pack().0, [0, 1]);
    }

    #[test]
    fn a_window_takes_as_many_items_as_eight_batches_and_no_more() {
        let mut window = window(MAX_ITEMS - 1);
        assert!(window.has_room());
        window.push(
            1,
            Err(crate::Error::not_sent(
                crate::ErrorKind::InvalidId,
                "0 is not the id of a record",
            )),
        );
        assert!(!window.has_room());
        window.pack();
        window.finish(0, Ok(1), None);
        window.pop::<()>();
        assert!(window.has_room());
    }
}
