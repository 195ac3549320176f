//! Chromium, driven by its debugging protocol through a pipe.

use std::{
    env, fs,
    io::{BufRead, BufReader, Write},
    path::Path,
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
    sync::atomic::{AtomicUsize, Ordering},
    thread,
    time::{Duration, Instant},
};

use serde_json::{Value, json};

use crate::skip;

/// The browser reads commands from file descriptor 3 and writes answers to 4.
const START: &str = r#"exec "$0" "$@" 3<&0 4>&1 </dev/null >/dev/null 2>&1"#;

const LIMIT: Duration = Duration::from_secs(20);

/// A browser with one page. Dropping it ends the browser.
pub(crate) struct Browser {
    process: Child,
    commands: ChildStdin,
    answers: BufReader<ChildStdout>,
    last_id: u64,
    session: Option<String>,
}

impl Browser {
    /// Opens the URL in a window of this size, in pixels. Returns `None` if there is no Chromium, and
    /// reports the test as skipped.
    pub(crate) fn open(url: &str, width: u32, height: u32) -> Option<Self> {
        static NUMBER: AtomicUsize = AtomicUsize::new(0);
        let Some(program) = program() else {
            skip::because_of("chromium").unwrap();
            return None;
        };
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let profile = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("browser-{number}"));
        let _ = fs::remove_dir_all(&profile);
        let mut process = Command::new("sh")
            .args(["-c", START, program, "--headless=new", "--no-sandbox"])
            .args(["--disable-gpu", "--no-first-run", "--remote-debugging-pipe"])
            .arg(format!("--user-data-dir={}", profile.display()))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut browser = Self {
            commands: process.stdin.take().unwrap(),
            answers: BufReader::new(process.stdout.take().unwrap()),
            process,
            last_id: 0,
            session: None,
        };
        let page = browser.command("Target.createTarget", &json!({ "url": "about:blank" }));
        let attach = json!({ "targetId": page["targetId"], "flatten": true });
        let session = browser.command("Target.attachToTarget", &attach);
        browser.session = session["sessionId"].as_str().map(str::to_owned);
        browser.resize(width, height);
        browser.go_to(url);
        Some(browser)
    }

    pub(crate) fn go_to(&mut self, url: &str) {
        self.command("Page.navigate", &json!({ "url": url }));
        self.wait_for("document.readyState === 'complete' && document.title !== ''");
    }

    pub(crate) fn resize(&mut self, width: u32, height: u32) {
        let metrics = json!({
            "width": width, "height": height, "deviceScaleFactor": 1, "mobile": false,
        });
        self.command("Emulation.setDeviceMetricsOverride", &metrics);
    }

    /// Returns the value of a JavaScript expression.
    pub(crate) fn value(&mut self, expression: &str) -> Value {
        let evaluate = json!({ "expression": expression, "returnByValue": true });
        let answer = self.command("Runtime.evaluate", &evaluate);
        let failure = answer.get("exceptionDetails");
        assert!(failure.is_none(), "{expression}: {failure:?}");
        answer["result"]["value"].clone()
    }

    /// Waits until an expression is true.
    pub(crate) fn wait_for(&mut self, expression: &str) {
        let start = Instant::now();
        while self.value(expression) != true {
            if start.elapsed() > LIMIT {
                let text = self.value("document.body.innerText");
                panic!("never true: {expression}\n{}", text.as_str().unwrap());
            }
            thread::sleep(Duration::from_millis(30));
        }
    }

    /// Waits until the page shows a text.
    pub(crate) fn wait_for_text(&mut self, text: &str) {
        self.wait_for(&format!(
            "document.body.innerText.includes({})",
            json!(text)
        ));
    }

    /// Returns what the page shows.
    pub(crate) fn text(&mut self) -> String {
        let text = self.value("document.body.innerText");
        text.as_str().unwrap().to_owned()
    }

    /// Returns the text of every element that a selector finds.
    pub(crate) fn texts(&mut self, selector: &str) -> Vec<String> {
        let texts = self.value(&format!(
            "[...document.querySelectorAll({})].map((found) => found.textContent)",
            json!(selector)
        ));
        serde_json::from_value(texts).unwrap()
    }

    /// Writes what the page looks like into the folder that `SCREENSHOTS` names, if it is set.
    pub(crate) fn screenshot(&mut self, name: &str) {
        let Some(folder) = env::var_os("SCREENSHOTS") else {
            return;
        };
        let image = self.command("Page.captureScreenshot", &json!({}));
        let path = Path::new(&folder).join(format!("{name}.png"));
        let mut decoder = Command::new("base64")
            .arg("-d")
            .stdin(Stdio::piped())
            .stdout(fs::File::create(path).unwrap())
            .spawn()
            .unwrap();
        let text = image["data"].as_str().unwrap().as_bytes();
        decoder.stdin.take().unwrap().write_all(text).unwrap();
        assert!(decoder.wait().unwrap().success());
    }

    fn command(&mut self, method: &str, parameters: &Value) -> Value {
        self.last_id += 1;
        let mut command = json!({ "id": self.last_id, "method": method, "params": parameters });
        if let Some(session) = &self.session {
            command["sessionId"] = json!(session);
        }
        let command = format!("{command}\0");
        self.commands.write_all(command.as_bytes()).unwrap();
        loop {
            let mut message = Vec::new();
            let read = self.answers.read_until(0, &mut message).unwrap();
            assert!(read > 0, "the browser has ended");
            message.pop();
            let mut message: Value = serde_json::from_slice(&message).unwrap();
            // Anything else is an event.
            if message["id"] == self.last_id {
                assert!(message.get("error").is_none(), "{method}: {message}");
                return message["result"].take();
            }
        }
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn program() -> Option<&'static str> {
    let programs = ["chromium", "chromium-browser", "google-chrome"];
    programs.into_iter().find(|program| {
        let mut version = Command::new(program);
        version.arg("--version").stdin(Stdio::null());
        version.output().is_ok_and(|output| output.status.success())
    })
}
