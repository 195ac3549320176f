//! An answer as raw bytes, for a connection that breaks in the middle of it.

use bytes::{BufMut, Bytes, BytesMut};

use crate::wire::Answer;

const SMALL_PIECE: usize = 16;

const CHUNK: usize = 64 * 1024;

/// The number of chunks: 17 MiB in all, which is more than a client should accept.
const CHUNKS: usize = 272;

/// Returns the whole answer in pieces of a few bytes.
pub(crate) fn in_small_pieces(answer: &Answer) -> Vec<Bytes> {
    let mut whole = head(answer, &length_of(&answer.body));
    whole.put_slice(&answer.body);
    let mut whole = whole.freeze();
    let mut pieces = Vec::with_capacity(whole.len() / SMALL_PIECE + 1);
    while whole.len() > SMALL_PIECE {
        pieces.push(whole.split_to(SMALL_PIECE));
    }
    pieces.push(whole);
    pieces
}

/// Returns the head with the full length, and half of the body.
pub(crate) fn cut_off(answer: &Answer) -> Vec<Bytes> {
    let mut beginning = head(answer, &length_of(&answer.body));
    beginning.put_slice(&half(&answer.body));
    vec![beginning.freeze()]
}

/// Returns the head and half of the body as a chunk, without the last chunk that ends a body.
pub(crate) fn cut_off_chunked(answer: &Answer) -> Vec<Bytes> {
    vec![head(answer, CHUNKED).freeze(), chunk(&half(&answer.body))]
}

/// Returns the body after a lot of white space, which JSON allows.
pub(crate) fn oversized(answer: &Answer) -> Vec<Bytes> {
    let space = chunk(" ".repeat(CHUNK).as_bytes());
    let mut pieces = vec![head(answer, CHUNKED).freeze()];
    pieces.extend(std::iter::repeat_n(space, CHUNKS));
    pieces.push(chunk(&answer.body));
    pieces.push(chunk(&[]));
    pieces
}

const CHUNKED: &str = "transfer-encoding: chunked";

fn length_of(body: &[u8]) -> String {
    format!("content-length: {}", body.len())
}

/// Returns the status line and the headers, with this header for the framing of the body.
fn head(answer: &Answer, framing: &str) -> BytesMut {
    let mut head = BytesMut::new();
    let status = format!("HTTP/1.1 {}\r\n", answer.status);
    head.put_slice(status.as_bytes());
    for (name, value) in &answer.headers {
        head.put_slice(name.as_str().as_bytes());
        head.put_slice(b": ");
        head.put_slice(value.as_bytes());
        head.put_slice(b"\r\n");
    }
    head.put_slice(framing.as_bytes());
    head.put_slice(b"\r\nconnection: close\r\n\r\n");
    head
}

fn half(body: &Bytes) -> Bytes {
    body.slice(..body.len() / 2)
}

/// Returns one chunk; an empty one ends a body.
fn chunk(data: &[u8]) -> Bytes {
    let mut chunk = BytesMut::from(format!("{:x}\r\n", data.len()).as_bytes());
    chunk.put_slice(data);
    chunk.put_slice(b"\r\n");
    chunk.freeze()
}
