//! The server: accepts connections, each served by its own task.

use std::{sync::Arc, time::Duration};

use tokio::{net::TcpListener, task::JoinSet, time::sleep};

use super::{Service, connection};

/// How long to wait if the system refuses a connection, for example because there are no free file
/// descriptors.
const PAUSE_AFTER_ERROR: Duration = Duration::from_secs(1);

/// Serves until the task is aborted, which also closes every connection and discards late writes.
pub(crate) async fn run(listener: TcpListener, service: Arc<Service>) {
    let mut connections = JoinSet::new();
    loop {
        match listener.accept().await {
            Ok((stream, _)) => {
                // An answer is one small segment: waiting to fill it would cost 40 ms.
                let _ = stream.set_nodelay(true);
                connections.spawn(connection::serve(stream, Arc::clone(&service)));
            }
            Err(_) => sleep(PAUSE_AFTER_ERROR).await,
        }
        while connections.try_join_next().is_some() {}
    }
}
