//! A minimal HTTP/1.1 server, which can break off at any step.

use std::time::Duration;

use serde_json::Value;
use tokio::{io::AsyncReadExt, net::TcpStream, time};

/// A complete request.
#[derive(Clone, Debug, Default)]
pub struct Request {
    /// GET, POST, PATCH or DELETE.
    pub method: String,
    /// The path without `/v1` and without its query.
    pub path: String,
    /// The query's pairs, decoded.
    pub query: Vec<(String, String)>,
    /// The headers, with names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body as JSON; null without a body.
    pub body: Value,
}

impl Request {
    /// Returns the value of a header.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(of, _)| of == name);
        found.map(|(_, value)| value.as_str())
    }
}

/// The result of reading a request.
#[derive(Debug)]
pub enum Reading {
    /// A request.
    Whole(Request),
    /// The connection closed before a first byte.
    Nothing,
    /// It closed within the request.
    Broken,
}

/// A connection, and the bytes that were read from it and not used yet.
#[derive(Debug)]
pub struct Wire {
    /// The connection.
    pub stream: TcpStream,
    buffer: Vec<u8>,
}

impl Wire {
    /// Makes one for a new connection.
    #[must_use]
    pub fn new(stream: TcpStream) -> Self {
        Self {
            stream,
            buffer: Vec::new(),
        }
    }

    /// Reads more bytes. Returns false at the end of the connection.
    pub async fn more(&mut self) -> bool {
        self.buffer.reserve(16 * 1024);
        matches!(self.stream.read_buf(&mut self.buffer).await, Ok(read) if read > 0)
    }

    /// Waits for the first byte of a request. Returns false if there will be none.
    pub async fn first_byte(&mut self) -> bool {
        !self.buffer.is_empty() || self.more().await
    }

    /// Reads a head: method, target, headers.
    pub async fn head(&mut self) -> Option<Request> {
        let end = loop {
            if let Some(end) = self.buffer.windows(4).position(|four| four == b"\r\n\r\n") {
                break end;
            }
            if !self.more().await {
                return None;
            }
        };
        let head: Vec<u8> = self.buffer.drain(..end + 4).collect();
        parsed(&String::from_utf8_lossy(&head))
    }

    /// Reads the body that belongs to a head. If it is long and a speed is given, it is read at this speed in
    /// bytes per second, for at most the given time.
    pub async fn body(
        &mut self,
        head: &Request,
        speed: Option<u64>,
        longest: Duration,
    ) -> Option<Vec<u8>> {
        if head
            .header("transfer-encoding")
            .is_some_and(|coding| coding.contains("chunked"))
        {
            return self.chunks().await;
        }
        let length = head
            .header("content-length")
            .and_then(|text| text.parse().ok())
            .unwrap_or(0);
        let slow = speed.filter(|_| length > 64 * 1024);
        let until = time::Instant::now() + longest;
        while self.buffer.len() < length {
            let before = self.buffer.len();
            if time::Instant::now() > until || !self.more().await {
                return None;
            }
            if let Some(speed) = slow {
                let read = u32::try_from(self.buffer.len() - before).unwrap_or(u32::MAX);
                time::sleep(
                    Duration::from_secs(u64::from(read)) / u32::try_from(speed).unwrap_or(1).max(1),
                )
                .await;
            }
        }
        Some(self.buffer.drain(..length).collect())
    }

    async fn chunks(&mut self) -> Option<Vec<u8>> {
        let mut body = Vec::new();
        loop {
            let end = loop {
                if let Some(end) = self.buffer.windows(2).position(|two| two == b"\r\n") {
                    break end;
                }
                if !self.more().await {
                    return None;
                }
            };
            let line: Vec<u8> = self.buffer.drain(..end + 2).collect();
            let size = usize::from_str_radix(String::from_utf8_lossy(&line).trim(), 16).ok()?;
            while self.buffer.len() < size + 2 {
                if !self.more().await {
                    return None;
                }
            }
            let chunk: Vec<u8> = self.buffer.drain(..size + 2).collect();
            if size == 0 {
                return Some(body);
            }
            body.extend_from_slice(&chunk[..size]);
        }
    }
}

fn parsed(head: &str) -> Option<Request> {
    let mut lines = head.split("\r\n");
    let mut words = lines.next()?.split(' ');
    let method = words.next()?.to_owned();
    let target = words.next()?;
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let query = query
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
        .map(|(name, value)| (decoded(name), decoded(value)))
        .collect();
    let headers = lines
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.trim().to_lowercase(), value.trim().to_owned()))
        .collect();
    let path = path
        .strip_prefix("/v1")
        .unwrap_or(path)
        .trim_start_matches('/');
    Some(Request {
        method,
        path: decoded(path),
        query,
        headers,
        body: Value::Null,
    })
}

/// Undoes `%2B` and `+`.
#[must_use]
pub fn decoded(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        rest = tail;
        match (first, tail) {
            (b'+', _) => bytes.push(b' '),
            (b'%', [high, low, after @ ..]) => {
                let code = String::from_utf8_lossy(&[*high, *low]).into_owned();
                bytes.push(u8::from_str_radix(&code, 16).unwrap_or(b'?'));
                rest = after;
            }
            (byte, _) => bytes.push(*byte),
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}
