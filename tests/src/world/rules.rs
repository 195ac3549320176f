//! The rules of a world: how long each step takes, how often it fails, and which forms answers have.

use std::time::Duration;

use super::{
    dice::Dice,
    fate::{CallFate, Fate},
    portal::PhoneForm,
    show::{Echo, Shape},
};

/// Bounds that the world never exceeds. The client's `settle_time` must cover the sum of the first three.
/// For a batch, which may run for `batch_run` before its last call runs, twice the
/// `settle_time` must cover the sum of all four.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    /// The time from the beginning of a request to its last application.
    pub run: Duration,
    /// The time from the close of a connection to the beginning of its request.
    pub late: Duration,
    /// The age of the state that a read shows.
    pub stale: Duration,
    /// The time from the beginning of a batch to the beginning of its last call.
    pub batch_run: Duration,
}

/// How long something takes: usually short, sometimes long.
#[derive(Clone, Copy, Debug)]
pub struct Delay {
    /// The upper limit in most cases.
    pub often: Duration,
    /// The upper limit in the other cases.
    pub seldom: Duration,
    /// The probability of the other cases.
    pub chance: f64,
}

impl Delay {
    /// Usually up to `often`, with this probability up to `seldom`, in milliseconds.
    #[must_use]
    pub const fn new(often: u64, seldom: u64, chance: f64) -> Self {
        Self {
            often: Duration::from_millis(often),
            seldom: Duration::from_millis(seldom),
            chance,
        }
    }

    /// Draws one duration.
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
    /// A page has at most this many rows, whatever its `limit`.
    pub page_cap: Option<usize>,
    /// Rows that are equal in the order come in another order on every page.
    pub unstable: bool,
    /// `meta.total` is 0, and `hasMore` is true on the exact last page.
    pub wrong_meta: bool,
    /// There is no `meta`.
    pub no_meta: bool,
    /// One row comes as an object.
    pub lone_row: bool,
    /// Rows come as an object keyed by index, as PHP writes a list with a gap.
    pub keyed: bool,
}

/// The form of a batch's answer.
#[derive(Clone, Debug, Default)]
pub struct BatchRules {
    /// Empty objects come as `[]`, as PHP writes an empty array.
    pub empty_is_list: bool,
    /// `results` with the ids 0, 1, 2 … come as a list.
    pub counted_is_list: bool,
    /// There is no `summary`.
    pub no_summary: bool,
}

/// Headers with odd values for the limit.
#[derive(Clone, Debug, Default)]
pub struct HeaderRules {
    /// How often an answer has `X-RateLimit-Limit: 5` although the quota is full.
    pub stray_limit: f64,
    /// How often an answer has `X-RateLimit-Remaining: -3`.
    pub negative_remaining: f64,
    /// The probability that a 429 requests an absurd wait, and that wait.
    pub absurd_retry_after: f64,
}

/// All rules of a world.
#[derive(Clone, Debug)]
pub struct Rules {
    /// The bounds that are never exceeded.
    pub bounds: Bounds,
    /// How long a request waits in front of the API.
    pub queue: Delay,
    /// How long it runs at the portal.
    pub run: Delay,
    /// How long a read takes from its beginning to its answer. It shows the state at its beginning.
    pub read: Delay,
    /// How long the answer to a write takes after it has run.
    pub answer: Delay,
    /// How often a request is not begun after its connection was closed.
    pub abandons: f64,
    /// How often the API itself repeats a call to the portal.
    pub repeats: f64,
    /// How often a read shows an old state.
    pub stale: f64,
    /// The fates of writes.
    pub writes: Vec<(u32, Fate)>,
    /// The fates of reads.
    pub reads: Vec<(u32, Fate)>,
    /// The fates of batches with a write.
    pub batches: Vec<(u32, Fate)>,
    /// The fates of the calls of a batch.
    pub calls: Vec<(u32, CallFate)>,
    /// What the answer to a PATCH shows.
    pub echoes: Vec<(u32, Echo)>,
    /// The form of `fm` in what reads show.
    pub shapes: Vec<(u32, Shape)>,
    /// How the portal reformats a phone.
    pub phones: PhoneForm,
    /// Requests that begin after this do not fail.
    pub calm_after: Duration,
    /// How lists misbehave.
    pub lists: ListRules,
    /// The form of a batch's answer.
    pub batch: BatchRules,
    /// Odd headers.
    pub headers: HeaderRules,
    /// The requests per minute of a key, if they are limited.
    pub per_minute: Option<usize>,
    /// Whether a session is required.
    pub needs_session: bool,
    /// How long a session lasts.
    pub session_lasts: Duration,
    /// How often a proxy in front answers a read from its cache, unless the read has
    /// `Cache-Control: no-cache`.
    pub cached: f64,
    /// The bytes per second at which a body above 64 KiB is read, if it is read slowly.
    pub upload: Option<u64>,
    /// How often a connection is closed before it is read.
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
