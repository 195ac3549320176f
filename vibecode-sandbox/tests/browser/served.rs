//! A sandbox with its page, and a client for it.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    thread,
};

use serde_json::Value;
use tokio::{runtime::Builder, sync::oneshot};
use vibecode_sandbox::{Sandbox, SandboxBuilder};

/// A sandbox that runs on a thread of its own. Dropping it ends the thread.
pub(crate) struct Served {
    pub(crate) sandbox: Sandbox,
    _end: oneshot::Sender<()>,
}

impl Served {
    pub(crate) fn start(builder: SandboxBuilder) -> Self {
        let runtime = Builder::new_current_thread().enable_all().build().unwrap();
        let sandbox = runtime.block_on(builder.page().start());
        let (end, ended) = oneshot::channel();
        thread::spawn(move || runtime.block_on(ended));
        Self { sandbox, _end: end }
    }

    pub(crate) fn with(seed: &Value) -> Self {
        Self::start(Sandbox::builder().seed(seed.clone()))
    }

    pub(crate) fn page(&self) -> String {
        self.sandbox.url().replace("/v1", "/")
    }

    /// Sends one request and returns its status.
    pub(crate) fn send(&self, method_and_path: &str, body: &str) -> u16 {
        self.connect().send(method_and_path, body)
    }

    pub(crate) fn connect(&self) -> Connection {
        let address = self.sandbox.url().strip_prefix("http://").unwrap();
        let stream = TcpStream::connect(address.strip_suffix("/v1").unwrap()).unwrap();
        stream.set_nodelay(true).unwrap();
        Connection(BufReader::new(stream))
    }
}

/// A connection that sends one request after another.
pub(crate) struct Connection(BufReader<TcpStream>);

impl Connection {
    pub(crate) fn send(&mut self, method_and_path: &str, body: &str) -> u16 {
        let request = format!(
            "{method_and_path} HTTP/1.1\r\nHost: sandbox\r\nX-Api-Key: {}\r\nContent-Length: {}\r\n\r\n{body}",
            Sandbox::API_KEY,
            body.len()
        );
        self.0.get_mut().write_all(request.as_bytes()).unwrap();
        let mut line = String::new();
        self.0.read_line(&mut line).unwrap();
        let status = line.split(' ').nth(1).unwrap().parse().unwrap();
        let mut length = 0;
        while line != "\r\n" {
            line.clear();
            self.0.read_line(&mut line).unwrap();
            if let Some(value) = line.strip_prefix("content-length: ") {
                length = value.trim().parse().unwrap();
            }
        }
        self.0.read_exact(&mut vec![0; length]).unwrap();
        status
    }
}
