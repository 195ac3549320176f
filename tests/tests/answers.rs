//! What the client makes of every answer that a server, a gateway or a broken connection can give:
//! the kind of the error, what may have been applied, and that nothing is sent twice.
#![cfg(test)]

use std::{
    fmt::Write as _,
    io,
    net::SocketAddr,
    process::Command,
    sync::{Arc, Mutex},
    time::Duration,
};

use http::StatusCode;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    task::JoinHandle,
    time::Instant,
};
use vibecode_runtime::{
    Call, Client, ClientBuilder, ContactId, Credentials, Error, ErrorCode, ErrorKind, Outcome,
    Patch, Raw, RetryPolicy, Throttle, Updated,
};

#[derive(Patch)]
#[vibecode(entity = "contacts")]
struct Customer {
    post: Option<String>,
}

/// What a server does to each connection.
#[derive(Clone)]
enum Behaviour {
    /// Reads the request, writes this and closes.
    Answer(Vec<u8>),
    /// Reads the request, writes this and keeps the connection open.
    AnswerAndHang(Vec<u8>),
    /// Closes before it reads anything.
    CloseAtOnce,
    /// Reads the request and closes.
    Close,
    /// Reads the request and resets the connection.
    Reset,
}

/// A server on the test's own runtime.
struct Server {
    address: SocketAddr,
    seen: Arc<Mutex<Seen>>,
    running: JoinHandle<()>,
}

#[derive(Default)]
struct Seen {
    connections: usize,
    /// Heads and bodies, as text.
    requests: Vec<String>,
}

impl Server {
    async fn start(behaviour: Behaviour) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let seen = Arc::<Mutex<Seen>>::default();
        let running = tokio::spawn(serve(listener, behaviour, Arc::clone(&seen)));
        Self {
            address,
            seen,
            running,
        }
    }

    fn url(&self) -> String {
        format!("http://{}/v1", self.address)
    }

    fn connections(&self) -> usize {
        self.seen.lock().unwrap().connections
    }

    fn requests(&self) -> Vec<String> {
        self.seen.lock().unwrap().requests.clone()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.running.abort();
    }
}

async fn serve(listener: TcpListener, behaviour: Behaviour, seen: Arc<Mutex<Seen>>) {
    while let Ok((stream, _)) = listener.accept().await {
        seen.lock().unwrap().connections += 1;
        tokio::spawn(answer(stream, behaviour.clone(), Arc::clone(&seen)));
    }
}

async fn answer(mut stream: TcpStream, behaviour: Behaviour, seen: Arc<Mutex<Seen>>) {
    if matches!(behaviour, Behaviour::CloseAtOnce) {
        return;
    }
    let Ok(request) = read_request(&mut stream).await else {
        return;
    };
    seen.lock().unwrap().requests.push(request);
    match behaviour {
        Behaviour::CloseAtOnce | Behaviour::Close => {}
        // The client may go away in the middle of an answer that is too long for it.
        Behaviour::Answer(bytes) => {
            let _ = stream.write_all(&bytes).await;
            let _ = stream.shutdown().await;
        }
        Behaviour::AnswerAndHang(bytes) => {
            let _ = stream.write_all(&bytes).await;
            std::future::pending::<()>().await;
        }
        Behaviour::Reset => stream.set_zero_linger().unwrap(),
    }
}

async fn read_request(stream: &mut TcpStream) -> io::Result<String> {
    let mut read = Vec::new();
    loop {
        if stream.read_buf(&mut read).await? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        let text = String::from_utf8_lossy(&read).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n")
            && body.len() >= content_length(head)
        {
            return Ok(text);
        }
    }
}

fn content_length(head: &str) -> usize {
    let mut lines = head.lines().filter_map(|line| line.split_once(": "));
    let length = lines.find(|(name, _)| name.eq_ignore_ascii_case("content-length"));
    length.map_or(0, |(_, length)| length.parse().unwrap())
}

/// An answer with its length.
fn whole(status: u16, headers: &str, body: &str) -> Behaviour {
    let length = body.len();
    let head = format!("HTTP/1.1 {status} X\r\n{headers}content-length: {length}\r\n");
    Behaviour::Answer(format!("{head}connection: close\r\n\r\n{body}").into())
}

fn json(status: u16, body: &str) -> Behaviour {
    whole(status, "content-type: application/json\r\n", body)
}

fn html(status: u16) -> Behaviour {
    let body = format!("<html><body>{SECRET}</body></html>");
    whole(status, "content-type: text/html\r\n", &body)
}

/// An error of the API, with texts that no error may show.
fn refusal(status: u16, code: &str) -> Behaviour {
    json(status, &envelope(code))
}

fn envelope(code: &str) -> String {
    format!(
        r#"{{"success":false,"error":{{"code":"{code}","message":"{SECRET}","hint":"{SECRET}","details":"{SECRET}"}}}}"#
    )
}

fn success(id: &str) -> String {
    format!(r#"{{"success":true,"data":{{"id":{id},"name":"{SECRET}"}}}}"#)
}

/// An answer in chunks that ends as it should, or breaks off.
fn chunked(status: u16, chunks: &[&[u8]], ends: bool) -> Behaviour {
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

fn raw(answer: &str) -> Behaviour {
    Behaviour::Answer(answer.into())
}

/// What stands in the bodies: personal data, for all that the client knows.
const SECRET: &str = "+79169876543";
const KEY: &str = "vibe_api_secret";

/// One try and no waiting: what is sent again has tests of its own.
fn builder(url: &str) -> ClientBuilder {
    Client::builder(Credentials::personal(KEY))
        .base_url(url)
        .retry(RetryPolicy::off())
        .throttle(Throttle::unlimited())
}

fn client(url: &str) -> Client {
    builder(url).build().unwrap()
}

fn update(client: &Client) -> Call<Updated> {
    client.update(71, &Customer::patch().post("Director"))
}

/// What became of one update.
struct Tried {
    result: Result<Updated, Error>,
    connections: usize,
    requests: Vec<String>,
}

async fn try_against(behaviour: Behaviour) -> Tried {
    let server = Server::start(behaviour).await;
    let result = update(&client(&server.url())).await;
    // Whatever is sent a second time has its chance to arrive.
    tokio::time::sleep(Duration::from_millis(5)).await;
    Tried {
        result,
        connections: server.connections(),
        requests: server.requests(),
    }
}

impl Tried {
    fn error(self) -> Error {
        assert_eq!(self.requests.len(), 1, "sent once");
        assert_eq!(self.connections, 1, "sent once");
        assert_shows_nothing(self.result.as_ref().unwrap_err());
        self.result.unwrap_err()
    }
}

fn assert_shows_nothing(error: &Error) {
    let mut shown = format!("{error} {error:?} {error:#?}");
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        write!(shown, " {cause} {cause:?}").unwrap();
        source = cause.source();
    }
    for secret in [SECRET, KEY, "vibe_", "html", "Director", "/v1/"] {
        assert!(!shown.contains(secret), "{secret} in {shown}");
    }
}

/// What an error says of an answer with a status.
struct Case {
    name: &'static str,
    behaviour: Behaviour,
    kind: ErrorKind,
    outcome: Outcome,
    status: Option<u16>,
    code: Option<ErrorCode>,
    retry_after: Option<Duration>,
}

impl Case {
    fn unknown(name: &'static str, behaviour: Behaviour, kind: ErrorKind) -> Self {
        Self {
            name,
            behaviour,
            kind,
            outcome: Outcome::Unknown,
            status: None,
            code: None,
            retry_after: None,
        }
    }

    fn not_applied(name: &'static str, behaviour: Behaviour, kind: ErrorKind) -> Self {
        Self {
            outcome: Outcome::NotApplied,
            ..Self::unknown(name, behaviour, kind)
        }
    }

    fn status(self, status: u16) -> Self {
        Self {
            status: Some(status),
            ..self
        }
    }

    fn code(self, code: ErrorCode) -> Self {
        Self {
            code: Some(code),
            ..self
        }
    }

    fn retry_after(self, seconds: f64) -> Self {
        Self {
            retry_after: Some(Duration::from_secs_f64(seconds)),
            ..self
        }
    }

    async fn check(self) {
        let name = self.name;
        let error = try_against(self.behaviour).await.error();
        let status = self
            .status
            .map(|status| StatusCode::from_u16(status).unwrap());
        assert_eq!(error.kind(), self.kind, "{name}: {error:?}");
        assert_eq!(error.outcome(), self.outcome, "{name}: {error:?}");
        assert_eq!(error.status(), status, "{name}: {error:?}");
        assert_eq!(error.code(), self.code.as_ref(), "{name}: {error:?}");
        assert_eq!(error.retry_after(), self.retry_after, "{name}: {error:?}");
        let says_so = error
            .to_string()
            .contains("may or may not have been applied");
        assert_eq!(says_so, self.outcome == Outcome::Unknown, "{name}: {error}");
    }
}

async fn check(cases: impl IntoIterator<Item = Case>) {
    for case in cases {
        case.check().await;
    }
}

#[tokio::test]
async fn a_success_about_the_record_is_an_answer() {
    for body in [
        success("71"),
        // A number may arrive as text.
        success(r#""71""#),
        format!(" \r\n{}\n", success("71")),
        r#"{"data":{"name":"Ivan","id":71},"meta":{"x":[1]},"success":true}"#.to_owned(),
        // What says nothing of an id contradicts nothing.
        r#"{"success":true,"data":{"name":"Ivan"}}"#.to_owned(),
    ] {
        let tried = try_against(json(200, &body)).await;
        let updated = tried.result.unwrap();
        assert!(body.contains(updated.raw().as_str()), "{body}");
        assert_eq!((tried.connections, tried.requests.len()), (1, 1));
        let shown = format!("{updated:?}");
        assert!(!shown.contains(SECRET), "{shown}");
    }
}

#[tokio::test]
async fn an_answer_in_chunks_is_read_whole() {
    let body = success("71");
    let (one, other) = body.as_bytes().split_at(20);
    let updated = try_against(chunked(200, &[one, other], true)).await.result;
    let record = updated.unwrap();
    assert!(body.contains(record.raw().as_str()));
}

#[tokio::test]
async fn an_answer_that_is_not_the_apis_leaves_the_outcome_unknown() {
    use ErrorKind::{NotJson, Unexpected};
    check([
        Case::unknown("HTML in a 200", html(200), NotJson).status(200),
        Case::unknown("HTML in a 502", html(502), NotJson).status(502),
        Case::unknown("an empty 200", json(200, ""), NotJson).status(200),
        Case::unknown(
            "a 204",
            raw("HTTP/1.1 204 X\r\nconnection: close\r\n\r\n"),
            NotJson,
        )
        .status(204),
        Case::unknown("no envelope", json(200, r#"{"id":71}"#), Unexpected).status(200),
        Case::unknown("an array", json(200, "[1]"), Unexpected).status(200),
        Case::unknown("null", json(200, "null"), Unexpected).status(200),
        Case::unknown(
            "a success without data",
            json(200, r#"{"success":true}"#),
            Unexpected,
        )
        .status(200),
        Case::unknown(
            "a success without a record",
            json(200, r#"{"success":true,"data":null}"#),
            Unexpected,
        )
        .status(200),
        Case::unknown(
            "a list in place of a record",
            json(200, r#"{"success":true,"data":[{"id":71}]}"#),
            Unexpected,
        )
        .status(200),
        Case::unknown("a success in a 500", json(500, &success("71")), Unexpected).status(500),
        Case::unknown(
            "two documents",
            json(200, &format!("{0}{0}", success("71"))),
            NotJson,
        )
        .status(200),
        Case::unknown(
            "a half of a document",
            json(200, r#"{"success":true,"data":{"id":71"#),
            NotJson,
        )
        .status(200),
        Case::unknown(
            "bytes that are no text",
            Behaviour::Answer(b"HTTP/1.1 200 X\r\ncontent-length: 2\r\n\r\n\xff\xfe".to_vec()),
            NotJson,
        )
        .status(200),
    ])
    .await;
}

#[tokio::test]
async fn a_success_about_another_record_leaves_the_outcome_unknown() {
    for id in ["72", r#""72""#, "0", "-71", "71.5", r#""""#, "7100"] {
        Case::unknown(
            "another id",
            json(200, &success(id)),
            ErrorKind::OtherRecord,
        )
        .status(200)
        .check()
        .await;
    }
}

#[tokio::test]
async fn a_failure_in_a_200_leaves_the_outcome_unknown() {
    let answer = refusal(200, "ENTITY_NOT_FOUND");
    Case::unknown("a failure in a 200", answer, ErrorKind::Api)
        .status(200)
        .code(ErrorCode::EntityNotFound)
        .check()
        .await;
}

#[tokio::test]
async fn a_refusal_with_the_apis_envelope_has_changed_nothing() {
    let refused = |status, code: &'static str| {
        Case::not_applied(code, refusal(status, code), ErrorKind::Api)
            .status(status)
            .code(ErrorCode::from_wire(code))
    };
    check([
        refused(400, "INVALID_REQUEST"),
        refused(401, "TOKEN_MISSING"),
        refused(403, "ACCESS_DENIED"),
        refused(404, "ENTITY_NOT_FOUND"),
        refused(409, "BRAND_NEW"),
        refused(422, "BITRIX_ERROR"),
        refused(429, "RATE_LIMITED"),
        refused(503, "QUERY_LIMIT_EXCEEDED"),
        refused(503, "QUEUE_OVERFLOW"),
    ])
    .await;
}

#[tokio::test]
async fn a_4xx_that_is_not_the_apis_leaves_the_outcome_unknown() {
    check([
        Case::unknown("HTML in a 403", html(403), ErrorKind::NotJson).status(403),
        Case::unknown("an empty 404", json(404, ""), ErrorKind::NotJson).status(404),
        Case::unknown(
            "JSON in a 400",
            json(400, r#"{"error":"x"}"#),
            ErrorKind::Unexpected,
        )
        .status(400),
        Case::unknown(
            "no code in a 400",
            json(400, r#"{"success":false,"error":{"message":"x"}}"#),
            ErrorKind::Api,
        )
        .status(400),
    ])
    .await;
}

#[tokio::test]
async fn statuses_that_may_be_repeated_by_anyone_leave_the_outcome_unknown() {
    for status in [408, 421, 425] {
        check([
            Case::unknown(
                "with a code",
                refusal(status, "INVALID_REQUEST"),
                ErrorKind::Api,
            )
            .status(status)
            .code(ErrorCode::InvalidRequest),
            Case::unknown("as HTML", html(status), ErrorKind::NotJson).status(status),
        ])
        .await;
    }
}

#[tokio::test]
async fn a_5xx_leaves_the_outcome_unknown() {
    check([
        Case::unknown("500", refusal(500, "INTERNAL_ERROR"), ErrorKind::Api)
            .status(500)
            .code(ErrorCode::InternalError),
        Case::unknown("502", refusal(502, "BITRIX_UNAVAILABLE"), ErrorKind::Api)
            .status(502)
            .code(ErrorCode::BitrixUnavailable),
        Case::unknown("504", refusal(504, "QUEUE_TIMEOUT"), ErrorKind::Api)
            .status(504)
            .code(ErrorCode::QueueTimeout),
        // The codes that a 503 is believed for, elsewhere.
        Case::unknown("500 listed", refusal(500, "QUEUE_OVERFLOW"), ErrorKind::Api)
            .status(500)
            .code(ErrorCode::QueueOverflow),
        Case::unknown(
            "503 unlisted",
            refusal(503, "BITRIX_TIMEOUT"),
            ErrorKind::Api,
        )
        .status(503)
        .code(ErrorCode::BitrixTimeout),
        Case::unknown("503 HTML", html(503), ErrorKind::NotJson).status(503),
        Case::unknown("HTML in a 500", html(500), ErrorKind::NotJson).status(500),
        Case::unknown("HTML in a 504", html(504), ErrorKind::NotJson).status(504),
    ])
    .await;
}

#[tokio::test]
async fn a_429_tells_how_long_to_wait_and_has_changed_nothing() {
    let limited = |headers: &str, wait: &str| {
        let body = format!(
            r#"{{"success":false,"error":{{"code":"RATE_LIMITED","message":"{SECRET}"{wait}}}}}"#
        );
        whole(429, headers, &body)
    };
    let case = |name, answer| {
        Case::not_applied(name, answer, ErrorKind::Api)
            .status(429)
            .code(ErrorCode::RateLimited)
    };
    check([
        case("in the header", limited("retry-after: 7\r\n", "")).retry_after(7.0),
        case("in the body", limited("", r#","retryAfter":5"#)).retry_after(5.0),
        case("as text", limited("", r#","retryAfter":"5""#)).retry_after(5.0),
        case("a part of a second", limited("", r#","retryAfter":0.5"#)).retry_after(0.5),
        case("nowhere", limited("", "")),
        case("below zero", limited("retry-after: -1\r\n", "")),
        case("no number", limited("retry-after: soon\r\n", "")),
        case("endless", limited("", r#","retryAfter":"inf""#)),
    ])
    .await;
    Case::not_applied(
        "a gateway's",
        whole(429, "retry-after: 3\r\n", "<html></html>"),
        ErrorKind::NotJson,
    )
    .status(429)
    .retry_after(3.0)
    .check()
    .await;
}

#[tokio::test]
async fn a_503_tells_how_long_to_wait_too() {
    let body = envelope("QUERY_LIMIT_EXCEEDED");
    let answer = whole(503, "Retry-After: 2\r\n", &body);
    Case::not_applied("503", answer, ErrorKind::Api)
        .status(503)
        .code(ErrorCode::QueryLimitExceeded)
        .retry_after(2.0)
        .check()
        .await;
}

#[tokio::test]
async fn a_body_that_breaks_off_leaves_the_outcome_unknown() {
    let body = success("71");
    let cut = |status: u16| {
        raw(&format!(
            "HTTP/1.1 {status} X\r\ncontent-length: {}\r\n\r\n{body}",
            body.len() + 1
        ))
    };
    check([
        Case::unknown("by its length", cut(200), ErrorKind::CutOff).status(200),
        Case::unknown(
            "in chunks",
            chunked(200, &[body.as_bytes()], false),
            ErrorKind::CutOff,
        )
        .status(200),
        Case::unknown(
            "before its first byte",
            raw("HTTP/1.1 200 X\r\ncontent-length: 5\r\n\r\n"),
            ErrorKind::CutOff,
        )
        .status(200),
        // Not complete, so it refuses nothing.
        Case::unknown("a refusal", cut(400), ErrorKind::CutOff).status(400),
    ])
    .await;
}

const MOST: usize = 16 * 1024 * 1024;
const MOST_OF_A_FAILURE: usize = 64 * 1024;

#[tokio::test]
async fn an_answer_that_is_too_long_leaves_the_outcome_unknown() {
    let announced = |status: u16, length: usize| {
        raw(&format!(
            "HTTP/1.1 {status} X\r\ncontent-length: {length}\r\n\r\n{{"
        ))
    };
    let megabyte = vec![b' '; 1024 * 1024];
    let chunks = vec![megabyte.as_slice(); 17];
    let kilobytes = vec![b' '; MOST_OF_A_FAILURE + 1];
    check([
        Case::unknown("announced", announced(200, MOST + 1), ErrorKind::Oversized).status(200),
        Case::unknown(
            "announced beyond all memory",
            announced(200, 1 << 60),
            ErrorKind::Oversized,
        )
        .status(200),
        Case::unknown(
            "in chunks",
            chunked(200, &chunks, true),
            ErrorKind::Oversized,
        )
        .status(200),
        Case::unknown(
            "announced for a failure",
            announced(400, MOST_OF_A_FAILURE + 1),
            ErrorKind::Oversized,
        )
        .status(400),
        Case::unknown(
            "a failure in chunks",
            chunked(500, &[&kilobytes], true),
            ErrorKind::Oversized,
        )
        .status(500),
    ])
    .await;
}

#[tokio::test]
async fn an_answer_of_the_most_that_may_be_is_read() {
    let mut body = success("71");
    body.push_str(&" ".repeat(MOST - body.len()));
    assert!(try_against(json(200, &body)).await.result.is_ok());

    let mut body = envelope("INVALID_REQUEST");
    body.push_str(&" ".repeat(MOST_OF_A_FAILURE - body.len()));
    Case::not_applied("a failure", json(400, &body), ErrorKind::Api)
        .status(400)
        .code(ErrorCode::InvalidRequest)
        .check()
        .await;
}

#[tokio::test]
async fn a_lost_answer_is_unknown_and_not_repeated() {
    use ErrorKind::Interrupted;
    check([
        Case::unknown("closed after the request", Behaviour::Close, Interrupted),
        Case::unknown("reset after the request", Behaviour::Reset, Interrupted),
        Case::unknown("half a head", raw("HTTP/1.1 200 X\r\ncont"), Interrupted),
        Case::unknown("no HTTP", raw("220 smtp.example.org\r\n\r\n"), Interrupted),
    ])
    .await;
}

#[tokio::test]
async fn a_connection_that_is_closed_at_once_is_unknown_and_not_repeated() {
    let tried = try_against(Behaviour::CloseAtOnce).await;
    let error = tried.result.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Interrupted, "{error:?}");
    assert_eq!(error.outcome(), Outcome::Unknown);
    assert_eq!(error.status(), None);
    assert_eq!(tried.connections, 1);
    assert_shows_nothing(&error);
}

#[tokio::test]
async fn a_refused_connection_has_changed_nothing() {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let error = update(&client(&format!("http://{address}/v1"))).await;
    let error = error.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Connect, "{error:?}");
    assert_eq!(error.outcome(), Outcome::NotApplied);
    assert_eq!((error.status(), error.code()), (None, None));
    assert!(std::error::Error::source(&error).is_some());
    assert_shows_nothing(&error);
}

/// How long a call takes by the paused clock, and its error.
async fn timed<T: std::fmt::Debug>(call: Call<T>) -> (Duration, Error) {
    let start = Instant::now();
    let error = call.await.unwrap_err();
    (start.elapsed(), error)
}

/// The clock of tokio counts in milliseconds.
fn assert_takes(took: Duration, seconds: u64) {
    let expected = Duration::from_secs(seconds);
    let most = expected + Duration::from_millis(50);
    assert!(took >= expected && took < most, "{took:?}");
}

#[tokio::test(start_paused = true)]
async fn a_write_without_an_answer_is_unknown_after_70_seconds() {
    let server = Server::start(Behaviour::AnswerAndHang(Vec::new())).await;
    let (took, error) = timed(update(&client(&server.url()))).await;
    assert_takes(took, 70);
    assert_eq!(error.kind(), ErrorKind::Timeout, "{error:?}");
    assert_eq!(error.outcome(), Outcome::Unknown);
    assert_eq!(error.status(), None);
    assert_eq!((server.connections(), server.requests().len()), (1, 1));
    assert_shows_nothing(&error);
}

#[tokio::test(start_paused = true)]
async fn a_body_that_does_not_end_is_unknown_after_the_same_time() {
    let head = "HTTP/1.1 200 X\r\ncontent-length: 100\r\n\r\n{\"success\":true";
    let server = Server::start(Behaviour::AnswerAndHang(head.into())).await;
    let (took, error) = timed(update(&client(&server.url()))).await;
    assert_takes(took, 70);
    assert_eq!(error.kind(), ErrorKind::Timeout, "{error:?}");
    assert_eq!(error.outcome(), Outcome::Unknown);
    assert_eq!(error.status(), Some(StatusCode::OK));
    assert_eq!(server.requests().len(), 1);
    assert_shows_nothing(&error);
}

#[tokio::test(start_paused = true)]
async fn a_read_without_an_answer_ends_after_30_seconds_and_changes_nothing() {
    let server = Server::start(Behaviour::AnswerAndHang(Vec::new())).await;
    let read = client(&server.url()).get_raw(ContactId::from(71));
    let (took, error) = timed::<Raw>(read).await;
    assert_takes(took, 30);
    assert_eq!(error.kind(), ErrorKind::Timeout, "{error:?}");
    assert_eq!(error.outcome(), Outcome::NotApplied);
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn the_time_of_a_try_can_be_set() {
    let server = Server::start(Behaviour::AnswerAndHang(Vec::new())).await;
    let client = builder(&server.url()).timeout(Duration::from_secs(2));
    let (took, error) = timed(update(&client.build().unwrap())).await;
    assert_takes(took, 2);
    assert_eq!(error.kind(), ErrorKind::Timeout, "{error:?}");
    assert_eq!(error.outcome(), Outcome::Unknown);
}

/// A server that sends every request to another one, with this status.
async fn redirecting(status: u16, to: &Server) -> Server {
    let location = format!("location: {}/contacts/71\r\n", to.url());
    Server::start(whole(status, &location, SECRET)).await
}

#[tokio::test]
async fn a_redirect_is_not_followed_to_another_host() {
    for status in [301, 302, 303, 307, 308] {
        let other = Server::start(json(200, &success("71"))).await;
        let server = redirecting(status, &other).await;
        let error = update(&client(&server.url())).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unexpected, "{error:?}");
        assert_eq!(error.outcome(), Outcome::Unknown);
        assert_eq!(error.status().map(|it| it.as_u16()), Some(status));
        assert_eq!(server.requests().len(), 1);
        assert_eq!(other.connections(), 0);
        assert_shows_nothing(&error);
    }
}

#[tokio::test]
async fn a_redirect_policy_of_the_users_stays_off() {
    let other = Server::start(json(200, &success("71"))).await;
    let server = redirecting(307, &other).await;
    let http = reqwest::Client::builder().redirect(reqwest::redirect::Policy::limited(5));
    let client = builder(&server.url()).http(http).build().unwrap();
    let error = update(&client).await.unwrap_err();
    assert_eq!(error.status(), Some(StatusCode::TEMPORARY_REDIRECT));
    assert_eq!((server.requests().len(), other.connections()), (1, 0));
}

#[tokio::test]
async fn a_retry_policy_of_the_users_stays_off() {
    let server = Server::start(refusal(503, "QUEUE_OVERFLOW")).await;
    let host = server.address.ip().to_string();
    let again = reqwest::retry::for_host(host)
        .max_retries_per_request(3)
        .classify_fn(|attempt| match attempt.status() {
            Some(StatusCode::OK) => attempt.success(),
            _ => attempt.retryable(),
        });
    let http = reqwest::Client::builder().retry(again);
    let client = builder(&server.url()).http(http).build().unwrap();
    assert!(update(&client).await.is_err());
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn a_proxy_of_the_users_does_not_see_a_call_to_this_machine() {
    let proxy = Server::start(json(200, &success("71"))).await;
    let server = Server::start(json(200, &success("71"))).await;
    let through = reqwest::Proxy::all(format!("http://{}", proxy.address)).unwrap();
    let http = reqwest::Client::builder().proxy(through);
    let client = builder(&server.url()).http(http).build().unwrap();
    update(&client).await.unwrap();
    assert_eq!((server.requests().len(), proxy.connections()), (1, 0));
}

#[tokio::test]
async fn settings_of_the_users_own_for_the_http_client_are_kept() {
    let server = Server::start(json(200, &success("71"))).await;
    let mut headers = http::HeaderMap::new();
    headers.insert("x-request-source", "tests".parse().unwrap());
    let http = reqwest::Client::builder().default_headers(headers);
    let client = builder(&server.url()).http(http).user_agent("tests/1");
    update(&client.build().unwrap()).await.unwrap();
    let request = server.requests().remove(0).to_lowercase();
    assert!(request.contains("x-request-source: tests"), "{request}");
    assert!(request.contains("user-agent: tests/1"), "{request}");
}

/// Set for the process that the test below starts: the address of a server.
const CHILD: &str = "VIBECODE_TESTS_PROXIED_CHILD";

#[test]
fn a_proxy_of_the_environment_does_not_see_a_call_to_this_machine() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    if std::env::var_os(CHILD).is_some() {
        let tried = runtime.block_on(try_against(json(200, &success("71"))));
        tried.result.unwrap();
        return;
    }
    // Nobody listens there.
    let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let nowhere = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let name = "a_proxy_of_the_environment_does_not_see_a_call_to_this_machine";
    let child = Command::new(std::env::current_exe().unwrap())
        .args([name, "--exact"])
        .env(CHILD, "1")
        .envs(["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"].map(|it| (it, &nowhere)))
        .env_remove("NO_PROXY")
        .env_remove("no_proxy")
        .env_remove("REQUEST_METHOD")
        .output()
        .unwrap();
    let printed = String::from_utf8_lossy(&child.stdout);
    assert!(child.status.success(), "{printed}");
    assert!(printed.contains("1 passed"), "{printed}");
}

#[tokio::test]
async fn a_call_can_be_spawned_and_borrows_neither_client_nor_patch() {
    fn is_free<T: Send + 'static>(call: T) -> T {
        call
    }

    let server = Server::start(json(200, &success("71"))).await;
    let client = client(&server.url());
    let patch = Customer::patch().post("Director");
    let call = is_free(client.update(71, &patch));
    let spawned = tokio::spawn(client.update(71, &patch));
    let read = tokio::spawn(is_free(client.get_raw(ContactId::from(71))));
    drop(client);
    drop(patch);
    call.await.unwrap();
    spawned.await.unwrap().unwrap();
    read.await.unwrap().unwrap();
    assert_eq!(server.requests().len(), 3);
}

#[tokio::test]
async fn a_call_that_is_not_awaited_sends_nothing() {
    let server = Server::start(json(200, &success("71"))).await;
    let client = client(&server.url());
    drop(update(&client));
    tokio::time::sleep(Duration::from_millis(5)).await;
    assert_eq!(server.connections(), 0);
}

#[tokio::test]
async fn a_request_carries_the_key_and_says_what_it_takes_and_sends() {
    let server = Server::start(json(200, &success("71"))).await;
    update(&client(&server.url())).await.unwrap();
    let request = server.requests().remove(0);
    let (head, body) = request.split_once("\r\n\r\n").unwrap();
    let mut lines = head.lines();
    assert_eq!(lines.next(), Some("PATCH /v1/contacts/71 HTTP/1.1"));
    let mut lines: Vec<_> = lines.map(str::to_lowercase).collect();
    lines.sort_unstable();
    let expected = [
        "accept: application/json".to_owned(),
        "content-length: 19".to_owned(),
        "content-type: application/json".to_owned(),
        format!("host: {}", server.address),
        format!("user-agent: vibecode-runtime/{}", env!("CARGO_PKG_VERSION")),
        format!("x-api-key: {KEY}"),
    ];
    assert_eq!(lines, expected);
    assert_eq!(body, r#"{"post":"Director"}"#);
}

#[tokio::test]
async fn a_read_that_fails_has_never_changed_anything() {
    for behaviour in [
        html(502),
        Behaviour::Reset,
        json(200, &success("72")),
        refusal(500, "INTERNAL_ERROR"),
    ] {
        let server = Server::start(behaviour).await;
        let read = client(&server.url()).get_raw(ContactId::from(71));
        let error = read.await.unwrap_err();
        assert_eq!(error.outcome(), Outcome::NotApplied, "{error:?}");
        assert_eq!(server.requests().len(), 1);
        assert_shows_nothing(&error);
    }
}

#[tokio::test]
async fn the_apis_own_words_are_there_for_who_asks() {
    let body = r#"{"success":false,"error":{"code":"BITRIX_ERROR","message":"a","hint":"b","b24Code":"OVERLOAD_LIMIT","retryAfter":null}}"#;
    let error = try_against(json(422, body)).await.error();
    assert_eq!(error.message(), Some("a"));
    assert_eq!(error.hint(), Some("b"));
    assert_eq!(error.b24_code(), Some("OVERLOAD_LIMIT"));
    assert_eq!(error.retry_after(), None);
}
