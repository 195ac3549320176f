//! The window: the items from the first whose outcome was not returned to the last that was taken in.

use std::collections::VecDeque;

use tokio::time::Instant;

use super::BulkOutcome;
use crate::{
    Id, Result,
    many::{ItemResult, batch::MAX_CALLS},
};

const MAX_ITEMS: usize = 8 * MAX_CALLS;
/// The size of the patches in a window, in bytes, from which on it takes no further item.
const MAX_BYTES: usize = 16 * 1024 * 1024;

pub(super) struct Window<T> {
    first: usize,
    items: VecDeque<WindowItem<T>>,
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
            bytes: 0,
        }
    }

    pub(super) fn has_room(&self) -> bool {
        self.items.len() < MAX_ITEMS && self.bytes < MAX_BYTES
    }

    pub(super) fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    /// Adds an item with the size of its patch, or with the reason why it cannot be sent. Returns its index
    /// in the run.
    pub(super) fn push(&mut self, id: u64, kept: Result<usize>) -> usize {
        let index = self.first + self.items.len();
        let (bytes, result) = match kept {
            Ok(bytes) => (bytes, None),
            Err(error) => (0, Some(Err(error))),
        };
        self.bytes += bytes;
        self.items.push_back(WindowItem {
            id,
            bytes,
            result,
            lost_at: None,
        });
        index
    }

    pub(super) fn finish(&mut self, of_item: ItemResult<T>) {
        let at = of_item.index.checked_sub(self.first);
        let Some(item) = at.and_then(|at| self.items.get_mut(at)) else {
            debug_assert!(false, "an item has one result");
            return;
        };
        self.bytes -= item.bytes;
        item.bytes = 0;
        item.result = Some(of_item.result);
        item.lost_at = of_item.lost_at;
    }

    /// Returns the indices of the items without a result.
    pub(super) fn unfinished(&self) -> Vec<usize> {
        let items = (self.first..).zip(&self.items);
        let unfinished = items.filter(|(_, item)| item.result.is_none());
        unfinished.map(|(index, _)| index).collect()
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

    fn window(items: usize) -> Window<u64> {
        let mut window = Window::new();
        for id in 1..=items as u64 {
            window.push(id, Ok(1));
        }
        window
    }

    fn done(index: usize) -> ItemResult<u64> {
        ItemResult {
            index,
            result: Ok(1),
            lost_at: None,
        }
    }

    #[test]
    fn outcomes_come_in_the_order_of_the_items_whatever_ends_first() {
        let mut window = window(3);
        window.finish(done(2));
        window.finish(done(1));
        assert!(window.pop::<()>().is_none());
        window.finish(done(0));
        let order: Vec<_> = std::iter::from_fn(|| window.pop::<()>())
            .map(|outcome| outcome.index)
            .collect();
        assert_eq!(order, [0, 1, 2]);
        assert!(window.is_empty());
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
        window.finish(done(0));
        window.pop::<()>();
        assert!(window.has_room());
    }
}
