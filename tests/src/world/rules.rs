//! How a world behaves: what takes how long, what fails how often, which forms answers have.

use std::time::Duration;

use super::{
    dice::Dice,
    fate::{CallFate, Fate},
    portal::PhoneForm,
    show::{Echo, Shape},
};

/// What the world never exceeds. The client's `settle_time` must cover the sum of the first three;
/// for a batch, which may run for `batch_run` before its last call runs, twice the
/// `settle_time` must cover the sum of all four.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    /// From the beginning of a request to its last application.
    pub run: Duration,
    /// From the close of a connection to the beginning of its request.
    pub late: Duration,
    /// The age of what a read shows.
    pub stale: Duration,
    /// From the beginning of a batch to the beginning of its last call.
    pub batch_run: Duration,
}

/// How long something takes: often little, seldom much.
#[derive(Clone, Copy, Debug)]
pub struct Delay {
    /// At most this in most cases.
    pub often: Duration,
    /// At most this in the others.
    pub seldom: Duration,
    /// How probable the others are.
    pub chance: f64,
}

impl Delay {
    /// Mostly up to `often`, with this chance up to `seldom`, in milliseconds.
    #[must_use]
    pub const fn new(often: u64, seldom: u64, chance: f64) -> Self {
        Self {
            often: Duration::from_millis(often),
            seldom: Duration::from_millis(seldom),
            chance,
        }
    }

    /// One of them.
    pub fn draw(&self, dice: &mut Dice) -> Duration {
        if dice.chance(self.chance) {
            self.often + dice.reach(self.seldom.saturating_sub(self.often))
        } else {
            dice.up_to(self.often)
        }
    }
}

/// How lists misbehave.
#[allow(clippy::struct_excessive_bools, reason = "each is a fault of its own")]
#[derive(Clone, Debug, Default)]
pub struct ListRules {
    /// Every page is the first.
    pub ignores_offset: bool,
    /// A page has at most so many rows, whatever `limit` asks for.
    pub page_cap: Option<usize>,
    /// Rows that the order leaves equal come in another order on every page.
    pub unstable: bool,
    /// `meta.total` is 0, and `hasMore` is true on the exact last page.
    pub wrong_meta: bool,
    /// There is no `meta`.
    pub no_meta: bool,
    /// One row comes as an object.
    pub lone_row: bool,
    /// Rows come as an object keyed by position, as PHP writes a list with a gap.
    pub keyed: bool,
}

/// How a batch's answer looks.
#[derive(Clone, Debug, Default)]
pub struct BatchRules {
    /// What is empty comes as `[]`, as PHP writes an empty array.
    pub empty_is_list: bool,
    /// `results` whose ids are 0, 1, 2 … come as a list.
    pub counted_is_list: bool,
    /// There is no `summary`.
    pub no_summary: bool,
}

/// Headers that say something odd of the limit.
#[derive(Clone, Debug, Default)]
pub struct HeaderRules {
    /// How often an answer has `X-RateLimit-Limit: 5` beside a full allowance.
    pub stray_limit: f64,
    /// How often an answer has `X-RateLimit-Remaining: -3`.
    pub negative_remaining: f64,
    /// The chance that a 429 asks for an absurd time, and which.
    pub absurd_retry_after: f64,
}

/// All of it.
#[derive(Clone, Debug)]
pub struct Rules {
    /// What is never exceeded.
    pub bounds: Bounds,
    /// How long a request waits in front of the API.
    pub queue: Delay,
    /// How long it runs at the portal.
    pub run: Delay,
    /// How long a read takes from its beginning to its answer; what it shows is of its beginning.
    pub read: Delay,
    /// How long the answer to a write takes after it has run.
    pub answer: Delay,
    /// How often a request whose connection was closed is not begun.
    pub abandons: f64,
    /// How often the API repeats a call towards the portal by itself.
    pub repeats: f64,
    /// How often a read shows an old state.
    pub stale: f64,
    /// What happens to a write.
    pub writes: Vec<(u32, Fate)>,
    /// What happens to a read.
    pub reads: Vec<(u32, Fate)>,
    /// What happens to a batch that has a write.
    pub batches: Vec<(u32, Fate)>,
    /// What happens to a call of a batch.
    pub calls: Vec<(u32, CallFate)>,
    /// What the answer to a PATCH shows.
    pub echoes: Vec<(u32, Echo)>,
    /// The form of `fm` in what reads show.
    pub shapes: Vec<(u32, Shape)>,
    /// What the portal makes of a phone.
    pub phones: PhoneForm,
    /// Nothing fails of what begins later than this.
    pub calm_after: Duration,
    /// Lists.
    pub lists: ListRules,
    /// Batches.
    pub batch: BatchRules,
    /// Headers.
    pub headers: HeaderRules,
    /// How many requests a minute a key has, if it is counted.
    pub per_minute: Option<usize>,
    /// Whether a session is required.
    pub needs_session: bool,
    /// How long a session lasts.
    pub session_lasts: Duration,
    /// How often a proxy in front answers a read from what it has kept, unless the read says
    /// `Cache-Control: no-cache`.
    pub cached: f64,
    /// Bytes a second at which a body above 64 KiB is read, if it is read slowly.
    pub upload: Option<u64>,
    /// How often a connection is closed unread.
    pub hangs_up: f64,
    /// A field that reads and answers do not show.
    pub hides: Option<&'static str>,
}

impl Default for Rules {
    /// Everything works, and quickly.
    fn default() -> Self {
        Self {
            bounds: Bounds {
                run: Duration::from_secs(60),
                late: Duration::from_secs(25),
                stale: Duration::from_secs(20),
                batch_run: Duration::from_secs(120),
            },
            queue: Delay::new(5, 5, 0.0),
            run: Delay::new(200, 200, 0.0),
            read: Delay::new(50, 50, 0.0),
            answer: Delay::new(20, 20, 0.0),
            abandons: 0.0,
            repeats: 0.0,
            stale: 0.0,
            writes: vec![(1, Fate::Fine)],
            reads: vec![(1, Fate::Fine)],
            batches: vec![(1, Fate::Fine)],
            calls: vec![(1, CallFate::Fine)],
            echoes: vec![(1, Echo::Whole)],
            shapes: vec![(1, Shape::List)],
            phones: PhoneForm::AsSent,
            calm_after: Duration::MAX,
            lists: ListRules::default(),
            batch: BatchRules::default(),
            headers: HeaderRules::default(),
            per_minute: None,
            needs_session: false,
            session_lasts: Duration::from_secs(24 * 3600),
            cached: 0.0,
            upload: None,
            hangs_up: 0.0,
            hides: None,
        }
    }
}
