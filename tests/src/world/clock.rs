//! Virtual time that waits for the network.
//!
//! A paused runtime of tokio jumps to its next timer whenever no task is ready, also if bytes are
//! waiting in a socket: it looks at the sockets and jumps all the same. A request would then take as
//! long as the shortest time-out beside it. So before the runtime goes to sleep, a task of ours looks
//! at the sockets until nothing has moved for some rounds, and only then lets the clock jump.

use std::{
    future::Future,
    io,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering::Relaxed},
    },
};

use tokio::{runtime, sync::Notify, task};

/// How often the sockets are looked at without anything moving before the clock may jump.
const QUIET_ROUNDS: u32 = 6;

/// Counts what moves, so that the clock waits for it. Clones count together.
#[derive(Clone, Debug, Default)]
pub struct Movement(Arc<AtomicU64>);

impl Movement {
    /// Something has moved: a byte, a connection, a step of a caller.
    pub fn seen(&self) {
        self.0.fetch_add(1, Relaxed);
    }

    fn count(&self) -> u64 {
        self.0.load(Relaxed)
    }
}

/// Runs a future in virtual time, in a runtime of its own on this thread.
///
/// # Errors
/// If the runtime cannot be built.
pub fn run<F: Future>(movement: &Movement, future: F) -> io::Result<F::Output> {
    let about_to_sleep = Arc::new(Notify::new());
    let quiet = Arc::new(AtomicBool::new(false));
    let runtime = {
        let (about_to_sleep, quiet) = (Arc::clone(&about_to_sleep), Arc::clone(&quiet));
        runtime::Builder::new_current_thread()
            .enable_all()
            .start_paused(true)
            .on_thread_park(move || {
                if !quiet.swap(false, Relaxed) {
                    about_to_sleep.notify_one();
                }
            })
            .build()?
    };
    let movement = movement.clone();
    let output = runtime.block_on(async move {
        task::spawn(async move {
            loop {
                about_to_sleep.notified().await;
                let mut rounds = 0;
                while rounds < QUIET_ROUNDS {
                    let before = movement.count();
                    task::yield_now().await;
                    rounds = if movement.count() == before { rounds + 1 } else { 0 };
                }
                quiet.store(true, Relaxed);
            }
        });
        future.await
    });
    // Tasks that are still under way are dropped, and nothing waits for threads.
    runtime.shutdown_background();
    Ok(output)
}
