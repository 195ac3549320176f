//! A server before the sandbox, which answers `GET /v1/me` late, not at all or for another portal. Everything else it passes on.

use std::{
    process::{Command, Stdio},
    sync::{Arc, Mutex},
    time::Duration,
};

use tokio::time::sleep;
use vibecode_sandbox::Sandbox;
use vibecode_tests::servers::{self, json_answer};

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
    questions: Arc<Questions>,
}

/// What is known of the requests `GET /v1/me`.
struct Questions {
    me: Mutex<Me>,
    /// How the questions after the next one are answered, if otherwise.
    then: Mutex<Option<Me>>,
    /// Whether it was asked for `me`.
    asked: Mutex<bool>,
}

impl Questions {
    /// Returns how the next question is answered.
    fn next(&self) -> Me {
        *self.asked.lock().unwrap() = true;
        let mut me = self.me.lock().unwrap();
        let then = self.then.lock().unwrap().take();
        let now = *me;
        *me = then.unwrap_or(now);
        now
    }

    /// Returns the answer to a request, or `None` to pass it on.
    async fn answer(self: Arc<Self>, request: String) -> Option<String> {
        if !request.starts_with("GET /v1/me ") {
            return None;
        }
        match self.next() {
            Me::AtOnce => None,
            Me::After(time) => {
                sleep(time).await;
                None
            }
            Me::OfAnother => Some(naming("other.bitrix24.ru", "READWRITE")),
            Me::WithOtherRights => Some(naming("sandbox.invalid", "READONLY")),
            Me::Refused => Some(refusal("401 Unauthorized", "INVALID_API_KEY")),
            Me::Missing => Some(refusal("404 Not Found", "NOT_FOUND")),
        }
    }
}

fn naming(portal: &str, access: &str) -> String {
    let json =
        format!(r#"{{"success":true,"data":{{"portal":"{portal}","accessMode":"{access}"}}}}"#);
    json_answer("200 OK", &json)
}

fn refusal(status: &str, code: &str) -> String {
    let json = format!(r#"{{"success":false,"error":{{"code":"{code}","message":""}}}}"#);
    json_answer(status, &json)
}

impl Front {
    pub(crate) async fn of(desk: &Desk, me: Me) -> Self {
        let questions = Arc::new(Questions {
            me: Mutex::new(me),
            then: Mutex::default(),
            asked: Mutex::default(),
        });
        let of_server = Arc::clone(&questions);
        let url = servers::before(desk.sandbox.url(), move |request| {
            Arc::clone(&of_server).answer(request)
        });
        Self {
            url: url.await.unwrap(),
            questions,
        }
    }

    pub(crate) fn answer(&self, me: Me) {
        *self.questions.me.lock().unwrap() = me;
    }

    /// Answers the next question as before, and all later ones so.
    pub(crate) fn answer_after_the_first(&self, me: Me) {
        *self.questions.then.lock().unwrap() = Some(me);
    }

    /// Waits until it is asked for `me`.
    pub(crate) async fn is_asked(&self) {
        while !*self.questions.asked.lock().unwrap() {
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
