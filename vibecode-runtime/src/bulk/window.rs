//! The items between the first whose outcome has not been given and the last that was taken in.

use std::collections::{HashSet, VecDeque};

use crate::{Id, PatchJob, Result, batch::MOST_CALLS, client::Key};

use super::BulkOutcome;

/// So many items are held at most: what four requests carry, and as many again that wait behind one
/// whose record is being written to.
const MOST_ITEMS: usize = 8 * MOST_CALLS;

/// What became of one item, whatever its entity.
pub(super) struct Outcome<T> {
    index: usize,
    id: u64,
    result: Result<T>,
}

impl<T> Outcome<T> {
    pub(super) fn named<E>(self) -> BulkOutcome<E, T> {
        let Self { index, id, result } = self;
        BulkOutcome {
            index,
            id: Id::new(id),
            result,
        }
    }
}

/// The items under way.
pub(super) struct Window<T> {
    /// The index of the first item.
    first: usize,
    items: VecDeque<Item<T>>,
    /// Items that have not been packed, by their indices.
    waiting: VecDeque<(usize, PatchJob)>,
    /// The records in packs under way.
    busy: HashSet<Key>,
}

struct Item<T> {
    id: u64,
    result: Option<Result<T>>,
}

/// Items of which no two are about one record.
pub(super) struct Pack {
    pub(super) indices: Vec<usize>,
    pub(super) jobs: Vec<PatchJob>,
    keys: Vec<Key>,
}

/// What a pack leaves behind when it is sent.
pub(super) struct Sent {
    indices: Vec<usize>,
    keys: Vec<Key>,
}

impl<T> Window<T> {
    pub(super) fn new() -> Self {
        Self {
            first: 0,
            items: VecDeque::new(),
            waiting: VecDeque::new(),
            busy: HashSet::new(),
        }
    }

    pub(super) fn has_room(&self) -> bool {
        self.items.len() < MOST_ITEMS
    }

    pub(super) fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    /// Takes an item in. One that cannot be sent has its outcome at once.
    pub(super) fn push(&mut self, id: u64, job: Result<PatchJob>) {
        let index = self.first + self.items.len();
        let result = match job {
            Ok(job) => {
                self.waiting.push_back((index, job));
                None
            }
            Err(error) => Some(Err(error)),
        };
        self.items.push_back(Item { id, result });
    }

    /// Whether enough items wait to fill a request.
    pub(super) fn fills_a_pack(&self) -> bool {
        self.waiting.len() >= MOST_CALLS
    }

    /// The next items to be sent, in their order: those whose record is neither under way nor named
    /// by an earlier one, which is then in this pack or waits for the same.
    pub(super) fn pack(&mut self) -> Option<Pack> {
        let most = self.waiting.len().min(MOST_CALLS);
        let mut pack = Pack {
            indices: Vec::with_capacity(most),
            jobs: Vec::with_capacity(most),
            keys: Vec::with_capacity(most),
        };
        let mut left = VecDeque::new();
        while let Some((index, job)) = self.waiting.pop_front() {
            let key = job.key();
            if !self.busy.insert(key.clone()) {
                left.push_back((index, job));
                continue;
            }
            pack.indices.push(index);
            pack.jobs.push(job);
            pack.keys.push(key);
            if pack.jobs.len() == MOST_CALLS {
                break;
            }
        }
        left.append(&mut self.waiting);
        self.waiting = left;
        (!pack.jobs.is_empty()).then_some(pack)
    }

    /// All items that wait, for when nothing is to be sent any more.
    pub(super) fn take_waiting(&mut self) -> Vec<usize> {
        self.waiting.drain(..).map(|(index, _)| index).collect()
    }

    /// The records of a pack are free again.
    pub(super) fn release(&mut self, sent: &Sent) {
        for key in &sent.keys {
            self.busy.remove(key);
        }
    }

    /// Notes what became of an item.
    pub(super) fn finish(&mut self, index: usize, result: Result<T>) {
        let place = index.checked_sub(self.first);
        if let Some(item) = place.and_then(|place| self.items.get_mut(place)) {
            item.result = Some(result);
        }
    }

    /// The outcome of the first item, once it is there.
    pub(super) fn pop(&mut self) -> Option<Outcome<T>> {
        self.items.front()?.result.as_ref()?;
        let Item { id, result } = self.items.pop_front()?;
        let index = self.first;
        self.first += 1;
        Some(Outcome {
            index,
            id,
            result: result?,
        })
    }
}

impl Pack {
    /// The jobs, and what is kept of the pack while they are on their way.
    pub(super) fn split(self) -> (Vec<PatchJob>, Sent) {
        let Self {
            indices,
            jobs,
            keys,
        } = self;
        (jobs, Sent { indices, keys })
    }
}

impl Sent {
    pub(super) fn indices(&self) -> &[usize] {
        &self.indices
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Error, ErrorKind, body::Body};

    fn window(ids: &[u64]) -> Window<u64> {
        let mut window = Window::new();
        for id in ids {
            let job = PatchJob::unchecked_new("contacts".into(), *id, Body::default());
            window.push(*id, Ok(job));
        }
        window
    }

    fn packed(window: &mut Window<u64>) -> Option<(Vec<usize>, Sent)> {
        let (_, sent) = window.pack()?.split();
        Some((sent.indices.clone(), sent))
    }

    #[test]
    fn a_pack_holds_as_many_items_as_a_batch_may_have_calls() {
        let ids: Vec<u64> = (1..=120).collect();
        let mut window = window(&ids);
        let sizes = std::iter::from_fn(|| Some(packed(&mut window)?.0.len()));
        assert_eq!(sizes.collect::<Vec<_>>(), [50, 50, 20]);
    }

    #[test]
    fn a_record_is_in_one_pack_at_a_time_and_keeps_its_order() {
        let mut window = window(&[1, 2, 1, 3, 1, 2]);
        let (indices, first) = packed(&mut window).unwrap();
        assert_eq!(indices, [0, 1, 3]);
        assert!(packed(&mut window).is_none());
        window.release(&first);
        let (indices, second) = packed(&mut window).unwrap();
        assert_eq!(indices, [2, 5]);
        assert!(packed(&mut window).is_none());
        window.release(&second);
        assert_eq!(packed(&mut window).unwrap().0, [4]);
    }

    #[test]
    fn outcomes_come_in_the_order_of_the_items_whatever_ends_first() {
        let mut window = window(&[7, 8]);
        window.push(0, Err(Error::not_sent(ErrorKind::InvalidId, "no record")));
        window.finish(1, Ok(80));
        assert!(window.pop().is_none());
        window.finish(0, Ok(70));
        let outcomes = std::iter::from_fn(|| {
            let Outcome { index, id, result } = window.pop()?;
            Some((index, id, result.ok()))
        });
        let outcomes: Vec<_> = outcomes.collect();
        assert_eq!(outcomes, [(0, 7, Some(70)), (1, 8, Some(80)), (2, 0, None)]);
        assert!(window.is_empty());
    }

    #[test]
    fn a_window_is_bounded() {
        let ids: Vec<u64> = (1..).take(MOST_ITEMS).collect();
        let mut window = window(&ids);
        assert!(!window.has_room());
        window.finish(0, Ok(1));
        window.pop();
        assert!(window.has_room());
    }
}
