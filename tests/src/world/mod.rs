//! The world: a second server of the `VibeCode` API, for judging the client.
//!
//! It is written from what is documented and observed of the API, and shares no code with the client
//! or with the sandbox, so that an assumption which those two share shows here. Every step of a
//! request takes time and may fail: reading it, waiting in front of the API, running at the portal,
//! the API's own repeat of a call, answering, and what a read shows. All of it is drawn from a seed,
//! by [`Rules`]; all of it runs in [virtual time](clock); and the [`Ledger`] keeps the truth of what was
//! applied when, by which request, and whether the request or the API's own repeat did it.
//!
//! A request lives like this:
//!
//! ```text
//! bytes arrive ── queue ── begins ── runs, is applied ── answer ── its end
//!                   │         at most `Bounds::run` after it began, also if nobody waits any more
//!                   at most `Bounds::late` after its connection was closed
//! ```
//!
//! and a read shows a state that is at most `Bounds::stale` old.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a server for tests: what it gets wrong is to fail the test"
)]

mod admission;
pub mod answer;
pub mod batch;
pub mod clock;
pub mod connection;
pub mod dice;
pub mod fate;
pub mod http;
pub mod ledger;
pub mod life;
pub mod list;
pub mod portal;
pub mod rules;
pub mod show;

use std::{
    collections::HashMap,
    io,
    net::SocketAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::{net::TcpListener, task, time::Instant};

pub use self::{answer::Answer, dice::Dice, ledger::Ledger, portal::Portal, rules::Rules};

/// A running server. Clones are the same one.
#[derive(Clone, Debug)]
pub struct World(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    rules: Rules,
    seed: u64,
    started: Instant,
    address: SocketAddr,
    state: Mutex<State>,
}

/// What changes as the world goes on.
#[derive(Debug, Default)]
pub struct State {
    /// The records, as they are.
    pub portal: Portal,
    /// What has happened.
    pub ledger: Ledger,
    /// Session tokens, and when each ends.
    pub sessions: HashMap<String, Duration>,
    /// What a proxy in front has kept: by path, since when.
    pub kept: HashMap<String, (Duration, Answer)>,
}

impl World {
    /// Begins to serve on a free port of the loopback interface, in this runtime.
    ///
    /// # Errors
    /// If there is no free port.
    pub async fn start(rules: Rules, seed: u64) -> io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let world = Self(Arc::new(Inner {
            rules,
            seed,
            started: Instant::now(),
            address: listener.local_addr()?,
            state: Mutex::default(),
        }));
        task::spawn(connection::accept(world.clone(), listener));
        Ok(world)
    }

    /// The port it listens on.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.0.address.port()
    }

    /// How long it has been running.
    #[must_use]
    pub fn now(&self) -> Duration {
        self.0.started.elapsed()
    }

    /// How it behaves.
    #[must_use]
    pub fn rules(&self) -> &Rules {
        &self.0.rules
    }

    /// The dice of one stream.
    #[must_use]
    pub fn dice(&self, stream: u64) -> Dice {
        Dice::new(self.0.seed, stream)
    }

    /// The records, the ledger and the sessions. Not to be kept across an await.
    pub fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A line of the timeline.
    pub fn note(&self, line: impl Into<String>) {
        let now = self.now();
        self.state().ledger.note(now, line.into());
    }

    /// A session token that is valid for as long as the rules say.
    #[must_use]
    pub fn new_session(&self) -> String {
        let ends = self.now() + self.rules().session_lasts;
        let mut state = self.state();
        let token = format!("vibe_session_confidential{}", state.sessions.len());
        state.sessions.insert(token.clone(), ends);
        token
    }
}
