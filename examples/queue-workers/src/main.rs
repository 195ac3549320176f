//! Workers on several machines that send patches from a queue, with apalis over Redis, and a demo
//! that kills one of them in the middle of a job. See the README beside this.

mod check;
mod demo;
mod producer;
mod queue;
mod record_lock;
mod redis_server;
mod settings;
mod team;
mod times;
mod worker;

use std::env;

use apalis::prelude::BoxDynError;

use self::settings::Settings;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), BoxDynError> {
    let words: Vec<String> = env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match words.as_slice() {
        [] => tokio::select! {
            result = demo::run() => result,
            () = asked_to_stop() => Err("stopped before the end".into()),
        },
        ["worker", label] => worker::run(&Settings::from_env()?, label, asked_to_stop()).await,
        [team::MEMBER, label] => {
            let settings = Settings::from_env()?;
            tokio::select! {
                result = worker::run(&settings, label, asked_to_stop()) => result,
                error = team::abandoned(&settings.redis_url) => Err(error),
            }
        }
        _ => Err("write `queue-workers` for the demo, or `queue-workers worker LABEL`".into()),
    }
}

/// Ctrl-C, or the signal with which systemd and Kubernetes end a program.
async fn asked_to_stop() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminate) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = terminate.recv() => return,
                _ = tokio::signal::ctrl_c() => return,
            }
        }
    }
    let _ends_all_the_same = tokio::signal::ctrl_c().await;
}
