//! The server: takes connections, each served by a task of its own.

use std::{sync::Arc, time::Duration};

use tokio::{net::TcpListener, task::JoinSet, time::sleep};

use crate::{connection, service::Service};

/// How long to wait where the system gives no connection, for want of file handles for example.
const BREATH: Duration = Duration::from_secs(1);

/// Serves until the task is aborted. That ends every connection too, and what is still to be
/// written late.
pub(crate) async fn run(listener: TcpListener, service: Arc<Service>) {
    let mut connections = JoinSet::new();
    loop {
        match listener.accept().await {
            Ok((stream, _)) => {
                // An answer is one small segment: waiting to fill it would cost 40 ms.
                let _ = stream.set_nodelay(true);
                connections.spawn(connection::serve(stream, Arc::clone(&service)));
            }
            Err(_) => sleep(BREATH).await,
        }
        while connections.try_join_next().is_some() {}
    }
}
