//! HTTP by hand, so that no client's habits stand between a promise and its test.

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

/// Sends a request with these header lines and this body.
pub(crate) async fn send(
    sandbox: &Sandbox,
    method_and_path: &str,
    headers: &[&str],
    body: &str,
) -> Answer {
    let headers: String = headers.iter().flat_map(|line| [line, "\r\n"]).collect();
    let request = format!(
        "{method_and_path} HTTP/1.1\r\nHost: sandbox\r\nConnection: close\r\n{headers}\
         Content-Length: {}\r\n\r\n{body}",
        body.len()
    );
    let mut stream = TcpStream::connect(address(sandbox)).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    assert!(head.contains("content-type: application/json"), "{head}");
    Answer {
        status: head.split(' ').nth(1).unwrap().parse().unwrap(),
        body: serde_json::from_str(body).unwrap(),
    }
}

/// Sends a request with the key that may do everything.
pub(crate) async fn call(sandbox: &Sandbox, method_and_path: &str, body: &str) -> Answer {
    let key = format!("X-Api-Key: {}", Sandbox::API_KEY);
    send(sandbox, method_and_path, &[&key], body).await
}

pub(crate) async fn get(sandbox: &Sandbox, path: &str) -> Answer {
    call(sandbox, &format!("GET /v1/{path}"), "").await
}

/// Changes contact 71.
pub(crate) async fn patch(sandbox: &Sandbox, body: &Value) -> Answer {
    call(sandbox, "PATCH /v1/contacts/71", &body.to_string()).await
}
