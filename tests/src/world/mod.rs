//! The world: a second server of the `VibeCode` API, for testing the client.
//!
//! It is written from what is documented and observed of the API, and shares no code with the client
//! or with the sandbox, so that it exposes wrong assumptions that those two share. Every step of a
//! request takes time and may fail: reading it, waiting in front of the API, running at the portal,
//! the API's own repeat of a call, answering, and what a read shows. All of it depends on a seed and on
//! [`Rules`], and runs in [virtual time](clock). The [`Ledger`] records what was applied when, by which
//! request, and whether by the request itself or by the API's own repeat.
//!
//! The life cycle of a request:
//!
//! ```text
//! bytes arrive ── queue ── begins ── runs, is applied ── answer ── its end
//!                   │         at most `Bounds::run` after it began, also if nobody waits any more
//!                   at most `Bounds::late` after its connection was closed
//! ```
//!
//! A read shows a state that is at most `Bounds::stale` old.

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

/// A running server. Clones are the same server.
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

/// The state of the world that changes.
#[derive(Debug, Default)]
pub struct State {
    /// The records with their current state.
    pub portal: Portal,
    /// The ledger of what has happened.
    pub ledger: Ledger,
    /// The session tokens, and when each expires.
    pub sessions: HashMap<String, Duration>,
    /// The cache of a proxy in front: by path, with the time of each entry.
    pub kept: HashMap<String, (Duration, Answer)>,
}

impl World {
    /// Starts the server on a free port of the loopback interface, in this runtime.
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

    /// Returns how long it has been running.
    #[must_use]
    pub fn now(&self) -> Duration {
        self.0.started.elapsed()
    }

    /// Returns the rules of its behaviour.
    #[must_use]
    pub fn rules(&self) -> &Rules {
        &self.0.rules
    }

    /// Returns the dice of one stream.
    #[must_use]
    pub fn dice(&self, stream: u64) -> Dice {
        Dice::new(self.0.seed, stream)
    }

    /// Locks the records, the ledger and the sessions. The guard must not be held across an await.
    pub fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds a line to the timeline.
    pub fn note(&self, line: impl Into<String>) {
        let now = self.now();
        self.state().ledger.note(now, line.into());
    }

    /// Makes a session token that is valid for the time in the rules.
    #[must_use]
    pub fn new_session(&self) -> String {
        let ends = self.now() + self.rules().session_lasts;
        let mut state = self.state();
        let token = format!("vibe_session_confidential{}", state.sessions.len());
        state.sessions.insert(token.clone(), ends);
        token
    }
}
