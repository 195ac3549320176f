//! Tasks that are spawned rarely.

use std::{future::Future, pin::Pin};

use tokio::{runtime::Handle, task::JoinHandle};

/// Spawns a task in a box. For each type of future, an app has to compile 180 functions of tokio; these tasks have one
/// type.
pub(crate) fn spawn(
    runtime: &Handle,
    task: Pin<Box<dyn Future<Output = ()> + Send>>,
) -> JoinHandle<()> {
    runtime.spawn(task)
}
