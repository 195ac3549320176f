// The HTTP client of the examples in the documentation, which include this file in a hidden line.

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use vibecode_sandbox::*;

/// The status and the body of an answer, or `None` if the connection ended without an answer.
type Answer = Option<(u16, Value)>;

/// Sends a request with a key that has all rights.
async fn send(sandbox: &Sandbox, method_and_path: &str, body: Value) -> Answer {
    send_as(sandbox, Sandbox::API_KEY, method_and_path, body).await
}

/// Sends a request with a key. The key of an app is followed by a space and a session token.
async fn send_as(sandbox: &Sandbox, key: &str, method_and_path: &str, body: Value) -> Answer {
    let (method, path) = method_and_path.split_once(' ')?;
    let (key, session) = match key.split_once(' ') {
        Some((key, token)) => (key, format!("Authorization: Bearer {token}\r\n")),
        None => (key, String::new()),
    };
    let host = sandbox.url().strip_prefix("http://")?.strip_suffix("/v1")?;
    let body = body.to_string();
    let request = format!(
        "{method} /v1/{path} HTTP/1.1\r\nHost: {host}\r\nX-Api-Key: {key}\r\n{session}\
         Connection: close\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    let mut stream = tokio::net::TcpStream::connect(host).await.ok()?;
    stream.write_all(request.as_bytes()).await.ok()?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.ok()?;
    let (head, body) = answer.split_once("\r\n\r\n")?;
    let status = head.split(' ').nth(1)?.parse().ok()?;
    Some((status, serde_json::from_str(body).unwrap_or_default()))
}
