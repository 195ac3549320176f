//! A Redis server for the demo: on a free port, without persistence.

use std::{env, fs, io, net::TcpListener, path::PathBuf, process::Stdio, time::Duration};

use apalis::prelude::BoxDynError;
use redis::aio::ConnectionManager;
use tokio::{
    process::{Child, Command},
    time::sleep,
};

use crate::queue;

/// Stopped when it is dropped.
pub(crate) struct RedisServer {
    pub(crate) url: String,
    pub(crate) connection: ConnectionManager,
    _process: Child,
    _folder: Folder,
}

struct Folder(PathBuf);

impl RedisServer {
    pub(crate) async fn start() -> Result<Self, BoxDynError> {
        let folder = env::temp_dir().join(format!("queue-workers-{}", std::process::id()));
        fs::create_dir_all(&folder)?;
        let folder = Folder(folder);
        // Another process may take the port before the server does.
        for _ in 0..10 {
            let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
            let mut process = spawn(port, &folder)?;
            let url = format!("redis://127.0.0.1:{port}");
            while process.try_wait()?.is_none() {
                if let Ok(connection) = queue::connect(&url).await {
                    return Ok(Self {
                        url,
                        connection,
                        _process: process,
                        _folder: folder,
                    });
                }
                sleep(Duration::from_millis(20)).await;
            }
        }
        Err("redis-server does not start on any port".into())
    }
}

fn spawn(port: u16, folder: &Folder) -> Result<Child, BoxDynError> {
    let process = Command::new("redis-server")
        .args(["--port", &port.to_string(), "--bind", "127.0.0.1"])
        .args(["--save", "", "--appendonly", "no", "--dir"])
        .arg(&folder.0)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .kill_on_drop(true)
        .spawn();
    process.map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => {
            "there is no `redis-server` on this machine: install it (Debian has it in the package redis-server)".into()
        }
        _ => error.into(),
    })
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _nothing_is_kept_in_it = fs::remove_dir_all(&self.0);
    }
}
