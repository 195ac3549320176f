//! HTTP by hand, so that no client's habits stand between a promise and its test.

use std::io;

use serde_json::Value;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};
use vibecode_sandbox::Sandbox;

/// Status and body of an answer.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: Value,
}

impl Answer {
    pub(crate) fn data(&self) -> &Value {
        assert_eq!(self.status, 200, "{}", self.body);
        assert_eq!(self.body["success"], true);
        &self.body["data"]
    }

    /// The data of a record that was made.
    pub(crate) fn created(&self) -> &Value {
        assert_eq!(self.status, 201, "{}", self.body);
        assert_eq!(self.body["success"], true);
        &self.body["data"]
    }

    pub(crate) fn error(&self) -> (u16, &str) {
        assert_eq!(self.body["success"], false, "{}", self.body);
        assert!(self.body["error"]["message"].is_string());
        let code = self.body["error"]["code"].as_str();
        (self.status, code.unwrap())
    }
}

/// Host and port of the sandbox.
pub(crate) fn address(sandbox: &Sandbox) -> &str {
    let address = sandbox.url().strip_prefix("http://").unwrap();
    address.strip_suffix("/v1").unwrap()
}

/// What came until the connection ended, and how it ended.
pub(crate) struct Exchange {
    pub(crate) bytes: Vec<u8>,
    pub(crate) ended: io::Result<()>,
}

impl Exchange {
    pub(crate) fn is_reset(&self) -> bool {
        let ended = self.ended.as_ref();
        ended.is_err_and(|error| error.kind() == io::ErrorKind::ConnectionReset)
    }

    /// The text of the head and the body.
    pub(crate) fn head_and_body(&self) -> (&str, &str) {
        let text = str::from_utf8(&self.bytes).unwrap();
        text.split_once("\r\n\r\n").unwrap()
    }

    pub(crate) fn status(&self) -> u16 {
        let status = self.head_and_body().0.split(' ').nth(1);
        status.unwrap().parse().unwrap()
    }

    /// The value of a header, by its name in lower case.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let mut lines = self.head_and_body().0.lines();
        lines.find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
    }

    pub(crate) fn answer(&self) -> Answer {
        Answer {
            status: self.status(),
            body: serde_json::from_str(self.head_and_body().1).unwrap(),
        }
    }
}

/// Sends a request with these header lines and this body, and reads whatever comes.
pub(crate) async fn exchange(
    sandbox: &Sandbox,
    method_and_path: &str,
    headers: &[&str],
    body: &str,
) -> Exchange {
    exchange_as(sandbox, "sandbox", method_and_path, headers, body).await
}

/// As [`exchange`], to whatever host the sandbox is taken for.
pub(crate) async fn exchange_as(
    sandbox: &Sandbox,
    host: &str,
    method_and_path: &str,
    headers: &[&str],
    body: &str,
) -> Exchange {
    let headers: String = headers.iter().flat_map(|line| [line, "\r\n"]).collect();
    let request = format!(
        "{method_and_path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n{headers}\
         Content-Length: {}\r\n\r\n{body}",
        body.len()
    );
    let mut stream = TcpStream::connect(address(sandbox)).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut bytes = Vec::new();
    let ended = stream.read_to_end(&mut bytes).await.map(|_| ());
    Exchange { bytes, ended }
}

/// Sends a request that is properly answered.
pub(crate) async fn send(
    sandbox: &Sandbox,
    method_and_path: &str,
    headers: &[&str],
    body: &str,
) -> Answer {
    let exchange = exchange(sandbox, method_and_path, headers, body).await;
    exchange.ended.as_ref().unwrap();
    let content_type = exchange.header("content-type").unwrap();
    assert!(
        content_type.starts_with("application/json"),
        "{content_type}"
    );
    exchange.answer()
}

/// As [`exchange`], with the key that may do everything.
pub(crate) async fn call_raw(sandbox: &Sandbox, method_and_path: &str, body: &str) -> Exchange {
    let key = format!("X-Api-Key: {}", Sandbox::API_KEY);
    exchange(sandbox, method_and_path, &[&key], body).await
}

/// Sends a request with the key that may do everything.
pub(crate) async fn call(sandbox: &Sandbox, method_and_path: &str, body: &str) -> Answer {
    let key = format!("X-Api-Key: {}", Sandbox::API_KEY);
    send(sandbox, method_and_path, &[&key], body).await
}

pub(crate) async fn get(sandbox: &Sandbox, path: &str) -> Answer {
    call(sandbox, &format!("GET /v1/{path}"), "").await
}

pub(crate) async fn post(sandbox: &Sandbox, path: &str, body: &Value) -> Answer {
    call(sandbox, &format!("POST /v1/{path}"), &body.to_string()).await
}

/// Changes contact 71.
pub(crate) async fn patch(sandbox: &Sandbox, body: &Value) -> Answer {
    call(sandbox, "PATCH /v1/contacts/71", &body.to_string()).await
}
