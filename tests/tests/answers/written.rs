//! The answers that a server writes.

use crate::server::Behaviour;

/// The text in the bodies. The client must treat it as personal data.
pub(crate) const SECRET: &str = "+79169876543";

/// An answer with its length.
pub(crate) fn whole(status: u16, headers: &str, body: &str) -> Behaviour {
    let headers = format!("{headers}connection: close\r\n");
    Behaviour::Answer(bytes(status, &headers, body))
}

pub(crate) fn bytes(status: u16, headers: &str, body: &str) -> Vec<u8> {
    let length = body.len();
    format!("HTTP/1.1 {status} X\r\n{headers}content-length: {length}\r\n\r\n{body}").into()
}

pub(crate) fn json(status: u16, body: &str) -> Behaviour {
    whole(status, "content-type: application/json\r\n", body)
}

pub(crate) fn html(status: u16) -> Behaviour {
    let body = format!("<html><body>{SECRET}</body></html>");
    whole(status, "content-type: text/html\r\n", &body)
}

/// An error of the API, with texts that no error may show.
pub(crate) fn refusal(status: u16, code: &str) -> Behaviour {
    json(status, &envelope(code))
}

pub(crate) fn envelope(code: &str) -> String {
    format!(
        r#"{{"success":false,"error":{{"code":"{code}","message":"{SECRET}","hint":"{SECRET}","details":"{SECRET}"}}}}"#
    )
}

/// A 429 with these headers, and with this text after the last key of its error.
pub(crate) fn limited(headers: &str, wait: &str) -> Behaviour {
    let body = format!(
        r#"{{"success":false,"error":{{"code":"RATE_LIMITED","message":"{SECRET}"{wait}}}}}"#
    );
    whole(429, headers, &body)
}

/// A success about the record.
pub(crate) fn ok() -> Behaviour {
    json(200, &success("71"))
}

/// The same, on a connection that is kept.
pub(crate) fn ok_and_stay() -> Behaviour {
    Behaviour::AnswerAndStay(bytes(200, "", &success("71")))
}

pub(crate) fn success(id: &str) -> String {
    format!(r#"{{"success":true,"data":{{"id":{id},"name":"{SECRET}"}}}}"#)
}

/// A chunked answer that ends properly, or breaks off.
pub(crate) fn chunked(status: u16, chunks: &[&[u8]], ends: bool) -> Behaviour {
    let head = format!("HTTP/1.1 {status} X\r\ntransfer-encoding: chunked\r\n\r\n");
    let mut bytes = head.into_bytes();
    for chunk in chunks {
        bytes.extend_from_slice(format!("{:x}\r\n", chunk.len()).as_bytes());
        bytes.extend_from_slice(chunk);
        bytes.extend_from_slice(b"\r\n");
    }
    if ends {
        bytes.extend_from_slice(b"0\r\n\r\n");
    }
    Behaviour::Answer(bytes)
}

pub(crate) fn raw(answer: &str) -> Behaviour {
    Behaviour::Answer(answer.into())
}
