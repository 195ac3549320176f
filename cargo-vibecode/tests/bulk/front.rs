//! A server before the sandbox, which answers `GET /v1/me` late, not at all or for another portal. Everything else it passes on.

use std::{
    process::{Command, Stdio},
    sync::{Arc, Mutex},
    time::Duration,
};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
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
    /// The key is for another portal.
    OfAnother,
    /// 401: the key is not valid any more.
    Refused,
    /// The portal is the same, and the key may only read.
    WithOtherRights,
}

pub(crate) struct Front {
    url: String,
    me: Arc<Mutex<Me>>,
    /// How the questions after the next one are answered, if otherwise.
    then: Arc<Mutex<Option<Me>>>,
    /// Whether it was asked for `me`.
    asked: Arc<Mutex<bool>>,
}

const MISSING: &str = "HTTP/1.1 404 Not Found\r\ncontent-type: application/json\r\ncontent-length: 59\r\nconnection: close\r\n\r\n{\"success\":false,\"error\":{\"code\":\"NOT_FOUND\",\"message\":\"\"}}";

const REFUSED: &str = "HTTP/1.1 401 Unauthorized\r\ncontent-type: application/json\r\ncontent-length: 65\r\nconnection: close\r\n\r\n{\"success\":false,\"error\":{\"code\":\"INVALID_API_KEY\",\"message\":\"\"}}";

impl Front {
    pub(crate) async fn of(desk: &Desk, me: Me) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let front = Self {
            url: format!("http://{}/v1", listener.local_addr().unwrap()),
            me: Arc::new(Mutex::new(me)),
            then: Arc::default(),
            asked: Arc::default(),
        };
        let (me, asked) = (Arc::clone(&front.me), Arc::clone(&front.asked));
        let then = Arc::clone(&front.then);
        let sandbox = desk.sandbox.url().to_owned();
        tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                let (me, asked) = (Arc::clone(&me), Arc::clone(&asked));
                let then = Arc::clone(&then);
                tokio::spawn(pass_on(stream, sandbox.clone(), (me, then), asked));
            }
        });
        front
    }

    pub(crate) fn answer(&self, me: Me) {
        *self.me.lock().unwrap() = me;
    }

    /// Answers the next question as before, and all later ones so.
    pub(crate) fn answer_after_the_first(&self, me: Me) {
        *self.then.lock().unwrap() = Some(me);
    }

    /// Waits until it is asked for `me`.
    pub(crate) async fn is_asked(&self) {
        while !*self.asked.lock().unwrap() {
            sleep(Duration::from_millis(5)).await;
        }
    }

    /// Returns a command of `bulk contacts` that sends its requests to this server.
    pub(crate) fn command(&self, desk: &Desk, words: &str) -> Command {
        self.command_of(desk, "contacts", words)
    }

    /// Returns a command of `bulk` that sends its requests to this server.
    pub(crate) fn command_of(&self, desk: &Desk, entity: &str, words: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_cargo-vibecode"));
        command
            .args(["bulk", entity])
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

/// Passes the requests of a connection on, but for those that ask for `me`.
async fn pass_on(
    mut stream: TcpStream,
    sandbox: String,
    (me, then): (Arc<Mutex<Me>>, Arc<Mutex<Option<Me>>>),
    asked: Arc<Mutex<bool>>,
) -> Option<()> {
    let address = sandbox
        .trim_start_matches("http://")
        .trim_end_matches("/v1");
    let mut behind = TcpStream::connect(address).await.unwrap();
    let (mut request, mut answer) = (vec![0; 64 * 1024], vec![0; 64 * 1024]);
    loop {
        tokio::select! {
            read = stream.read(&mut request) => {
                let part = request.get(..read.ok().filter(|it| *it > 0)?)?;
                if part.starts_with(b"GET /v1/me ") {
                    *asked.lock().unwrap() = true;
                    let how = {
                        let mut me = me.lock().unwrap();
                        let then = then.lock().unwrap().take();
                        let now = *me;
                        *me = then.unwrap_or(now);
                        now
                    };
                    match how {
                        Me::AtOnce => {}
                        Me::After(time) => sleep(time).await,
                        Me::OfAnother => {
                            let answer = naming("other.bitrix24.ru", "READWRITE");
                            return stream.write_all(answer.as_bytes()).await.ok();
                        }
                        Me::WithOtherRights => {
                            let answer = naming("sandbox.invalid", "READONLY");
                            return stream.write_all(answer.as_bytes()).await.ok();
                        }
                        Me::Refused => return stream.write_all(REFUSED.as_bytes()).await.ok(),
                        Me::Missing => return stream.write_all(MISSING.as_bytes()).await.ok(),
                    }
                }
                behind.write_all(part).await.ok()?;
            }
            read = behind.read(&mut answer) => {
                let part = answer.get(..read.ok().filter(|it| *it > 0)?)?;
                stream.write_all(part).await.ok()?;
            }
        }
    }
}

fn naming(portal: &str, access: &str) -> String {
    let body =
        format!(r#"{{"success":true,"data":{{"portal":"{portal}","accessMode":"{access}"}}}}"#);
    let head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nconnection: close";
    format!("{head}\r\ncontent-length: {}\r\n\r\n{body}", body.len())
}
