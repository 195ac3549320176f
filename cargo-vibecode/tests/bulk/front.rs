//! A server before the sandbox, which answers `GET /v1/me` late or not at all. Everything else it passes on.

use std::{
    process::{Command, Stdio},
    sync::{Arc, Mutex},
    time::Duration,
};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _, copy_bidirectional},
    net::{TcpListener, TcpStream},
    time::sleep,
};
use vibecode_sandbox::Sandbox;

use crate::support::Desk;

/// How `GET /v1/me` is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Me {
    AtOnce,
    After(Duration),
    /// 404: the API has no such path.
    Missing,
}

pub(crate) struct Front {
    url: String,
    me: Arc<Mutex<Me>>,
    /// Whether it was asked for `me`.
    asked: Arc<Mutex<bool>>,
}

const MISSING: &str = "HTTP/1.1 404 Not Found\r\ncontent-type: application/json\r\ncontent-length: 59\r\nconnection: close\r\n\r\n{\"success\":false,\"error\":{\"code\":\"NOT_FOUND\",\"message\":\"\"}}";

impl Front {
    pub(crate) async fn of(desk: &Desk, me: Me) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let front = Self {
            url: format!("http://{}/v1", listener.local_addr().unwrap()),
            me: Arc::new(Mutex::new(me)),
            asked: Arc::default(),
        };
        let (me, asked) = (Arc::clone(&front.me), Arc::clone(&front.asked));
        let sandbox = desk.sandbox.url().to_owned();
        tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                let how = *me.lock().unwrap();
                tokio::spawn(pass_on(stream, sandbox.clone(), how, Arc::clone(&asked)));
            }
        });
        front
    }

    pub(crate) fn answer(&self, me: Me) {
        *self.me.lock().unwrap() = me;
    }

    /// Waits until it is asked for `me`.
    pub(crate) async fn is_asked(&self) {
        while !*self.asked.lock().unwrap() {
            sleep(Duration::from_millis(5)).await;
        }
    }

    /// Returns a command of `bulk` that sends its requests to this server.
    pub(crate) fn command(&self, desk: &Desk, words: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_cargo-vibecode"));
        command
            .args(["bulk", "contacts"])
            .args(words.split_whitespace())
            .args(["--no-backup", "--base-url", &self.url])
            .current_dir(&desk.folder)
            .env("VIBECODE_API_KEY", Sandbox::API_KEY)
            .env_remove("VIBECODE_SESSION_TOKEN")
            .env_remove("VIBECODE_BASE_URL")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }
}

async fn pass_on(mut stream: TcpStream, sandbox: String, me: Me, asked: Arc<Mutex<bool>>) {
    let mut first = [0; 64];
    let read = stream.read(&mut first).await.unwrap_or_default();
    let first = &first[..read];
    if first.starts_with(b"GET /v1/me ") {
        *asked.lock().unwrap() = true;
        match me {
            Me::AtOnce => {}
            Me::After(time) => sleep(time).await,
            Me::Missing => {
                let _ = stream.write_all(MISSING.as_bytes()).await;
                return;
            }
        }
    }
    let address = sandbox
        .trim_start_matches("http://")
        .trim_end_matches("/v1");
    let mut behind = TcpStream::connect(address).await.unwrap();
    behind.write_all(first).await.unwrap();
    let _ = copy_bidirectional(&mut stream, &mut behind).await;
}
