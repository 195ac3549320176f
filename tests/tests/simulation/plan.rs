//! What callers do: which calls they make, when, with which client, and how they treat the futures.

use std::time::Duration;

use vibecode_tests::world::rules::Delay;

/// The changes that a call makes to a record.
#[allow(
    clippy::option_option,
    reason = "leave, clear and set are three things"
)]
#[derive(Clone, Debug, Default)]
pub(crate) struct Want {
    /// A post to set, or `Some(None)` to clear it.
    pub(crate) post: Option<Option<String>>,
    /// A comment to set. Every call of the `update` kind sets its own, which identifies its requests.
    pub(crate) comments: Option<String>,
    pub(crate) phones: Vec<String>,
    pub(crate) emails: Vec<String>,
}

#[derive(Clone, Debug)]
pub(crate) struct Item {
    pub(crate) id: u64,
    pub(crate) want: Want,
}

#[derive(Clone, Debug, Default)]
pub(crate) struct ListAsk {
    pub(crate) named: Option<String>,
    /// A list of no names: it has no rows, and no request is sent.
    pub(crate) of_none: bool,
    pub(crate) by_name: bool,
    pub(crate) limit: Option<u64>,
}

#[derive(Clone, Debug)]
pub(crate) enum Do {
    Update(Item),
    Ensure(Item),
    UpdateJob(Item),
    EnsureJob(Item),
    Create(Want),
    Delete(u64),
    Get(u64),
    Batch(Vec<Item>),
    UpdateMany(Vec<Item>),
    EnsureMany(Vec<Item>),
    UpdateJobs(Vec<Item>),
    EnsureJobs(Vec<Item>),
    List(ListAsk),
    /// This many concurrent updates, as with `buffer_unordered`, with a read in the loop's body.
    Crowd(Vec<Item>, usize, u64),
}

impl Do {
    pub(crate) fn items(&self) -> Vec<Item> {
        match self {
            Self::Update(item)
            | Self::Ensure(item)
            | Self::UpdateJob(item)
            | Self::EnsureJob(item) => {
                vec![item.clone()]
            }
            Self::Batch(items)
            | Self::UpdateMany(items)
            | Self::EnsureMany(items)
            | Self::UpdateJobs(items)
            | Self::EnsureJobs(items)
            | Self::Crowd(items, ..) => items.clone(),
            Self::Create(_) | Self::Delete(_) | Self::Get(_) | Self::List(_) => Vec::new(),
        }
    }

    /// Whether it reads first and sends what is missing.
    pub(crate) fn ensures(&self) -> bool {
        matches!(
            self,
            Self::Ensure(_) | Self::EnsureJob(_) | Self::EnsureMany(_) | Self::EnsureJobs(_)
        )
    }

    pub(crate) fn single(&self) -> bool {
        matches!(
            self,
            Self::Update(_) | Self::Ensure(_) | Self::UpdateJob(_) | Self::EnsureJob(_)
        )
    }

    /// Every record it is about.
    pub(crate) fn records(&self) -> Vec<u64> {
        match self {
            Self::Delete(id) | Self::Get(id) => vec![*id],
            other => other.items().iter().map(|item| item.id).collect(),
        }
    }
}

/// How a caller treats its future.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum How {
    /// Awaits it.
    Await,
    /// Drops it after this time.
    Drop(Duration),
    /// Polls it, and then not again until this time has passed, whatever wakes it.
    Rarely(Duration),
    /// Polls it for this time, and then keeps it without polling it again.
    Hold(Duration),
}

#[derive(Clone, Debug)]
pub(crate) struct Step {
    pub(crate) client: usize,
    pub(crate) at: Duration,
    pub(crate) what: Do,
    pub(crate) how: How,
}

/// How clients are set up.
#[derive(Clone, Debug, Default)]
pub(crate) struct Settings {
    pub(crate) per_minute: Option<u32>,
    pub(crate) timeout: Option<Duration>,
    pub(crate) settle_time: Option<Duration>,
    pub(crate) deadline: Option<Duration>,
    pub(crate) names: Option<Delay>,
    pub(crate) sessions: bool,
    pub(crate) slow_sessions: Duration,
    pub(crate) hanging_sessions: f64,
    /// How often the app's own budget of requests never answers, if it has one.
    pub(crate) hanging_budget: Option<f64>,
}

/// A contact that is there from the beginning.
#[derive(Clone, Debug)]
pub(crate) struct Contact {
    pub(crate) id: u64,
    pub(crate) last_name: String,
    pub(crate) post: Option<String>,
    pub(crate) phones: Vec<String>,
    pub(crate) emails: Vec<String>,
}

#[derive(Clone, Debug, Default)]
pub(crate) struct Plan {
    pub(crate) clients: usize,
    pub(crate) settings: Settings,
    pub(crate) contacts: Vec<Contact>,
    pub(crate) steps: Vec<Step>,
    /// Whether every call must succeed.
    pub(crate) must_succeed: bool,
    /// How much later than its own bound a call may end, because of the scenario.
    pub(crate) slack: Duration,
}
