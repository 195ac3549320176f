//! Ctrl-C, and the signal with which a system ends a process.

use tokio::sync::mpsc;

/// A stream of interrupts. They no longer end the process by themselves.
#[derive(Debug)]
pub(super) struct Interrupts(mpsc::Receiver<()>);

impl Interrupts {
    pub(super) fn listen() -> Self {
        let (sender, receiver) = mpsc::channel(2);
        let ctrl_c = sender.clone();
        tokio::spawn(async move {
            while tokio::signal::ctrl_c().await.is_ok() && ctrl_c.send(()).await.is_ok() {}
        });
        #[cfg(unix)]
        tokio::spawn(async move {
            use tokio::signal::unix::{SignalKind, signal};
            let Ok(mut ended) = signal(SignalKind::terminate()) else {
                return;
            };
            while ended.recv().await.is_some() && sender.send(()).await.is_ok() {}
        });
        Self(receiver)
    }

    /// Waits for the next interrupt.
    pub(super) async fn next(&mut self) {
        if self.0.recv().await.is_none() {
            std::future::pending::<()>().await;
        }
    }
}
