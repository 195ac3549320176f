//! The server of an OAuth app that a portal opens in a frame.
//!
//! Without `VIBECODE_API_KEY` it starts a sandbox, plays two users in their frames, and stops. With
//! an app's key it serves until Ctrl-C: `cargo run -p oauth-app -- 127.0.0.1:3000`.
#![allow(
    clippy::print_stderr,
    clippy::print_stdout,
    reason = "this shows what it does"
)]

mod contact;
mod demonstration;
mod failure;
mod frame;
mod service;
mod session;
#[cfg(test)]
mod tests;

use std::{env, error::Error, net::SocketAddr, process::ExitCode};

use tokio::net::TcpListener;

use crate::session::App;

type AnyError = Box<dyn Error + Send + Sync>;

/// The default address to listen on.
const ADDRESS: &str = "127.0.0.1:3000";

#[tokio::main]
async fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let run = match (variable("VIBECODE_API_KEY"), arguments.as_slice()) {
        (Some(key), arguments) => serve_the_portal(&key, arguments).await,
        (None, []) => demonstration::run().await,
        (None, _) => Err("VIBECODE_API_KEY is not set: put the app's key there".into()),
    };
    match run {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{}", failure::with_causes(&*error));
            ExitCode::FAILURE
        }
    }
}

async fn serve_the_portal(key: &str, arguments: &[String]) -> Result<(), AnyError> {
    let address = address(arguments)?;
    let app = App::new(key, |settings| match variable("VIBECODE_BASE_URL") {
        Some(url) => settings.base_url(&url),
        None => settings,
    })?;
    let listener = TcpListener::bind(address)
        .await
        .map_err(|error| format!("{address} cannot be listened at: {error}"))?;
    println!("http://{} until Ctrl-C", listener.local_addr()?);
    service::serve(listener, app, stop_asked()).await?;
    println!("stopped");
    Ok(())
}

fn address(arguments: &[String]) -> Result<SocketAddr, AnyError> {
    let address = match arguments {
        [] => ADDRESS.parse().ok(),
        [text] => text.parse().ok(),
        _ => None,
    };
    let usage = || format!("usage: oauth-app [ADDRESS], where to listen, such as {ADDRESS}");
    address.ok_or_else(|| usage().into())
}

/// Returns an environment variable that is not empty.
fn variable(name: &str) -> Option<String> {
    env::var(name).ok().filter(|value| !value.is_empty())
}

/// Waits for Ctrl-C, or for the signal with which a system ends a service.
async fn stop_asked() {
    let interrupted = tokio::signal::ctrl_c();
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminated) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = interrupted => {}
                _ = terminated.recv() => {}
            }
            return;
        }
    }
    let _ = interrupted.await;
}
