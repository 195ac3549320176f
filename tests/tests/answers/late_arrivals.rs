//! Requests that arrive after their attempt has ended. Dropping a request does not cancel it: hyper flushes
//! the body that it buffers, and the kernel keeps what was written until the peer reads it.
//!
//! The servers here leave connections in the backlog of their listener, or accept them and read nothing,
//! until the attempt has ended. That fixes the order of events, whatever the duration of each step.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpSocket, TcpStream},
    time::{Instant, sleep_until},
};
use vibecode_runtime::{Error, ErrorKind, Outcome};

use crate::{
    caller::{Customer, add, single},
    written::SECRET,
};

/// Far more bytes than a kernel buffers for a peer that does not read.
const LONG: usize = 32 * 1024 * 1024;

fn listen() -> (TcpListener, String) {
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(16 * 1024).unwrap();
    socket.bind(([127, 0, 0, 1], 0).into()).unwrap();
    let listener = socket.listen(8).unwrap();
    let url = format!("http://{}/v1", listener.local_addr().unwrap());
    (listener, url)
}

/// A request as far as it arrived.
struct Arrived {
    method: String,
    announced: usize,
    body: Vec<u8>,
}

impl Arrived {
    fn is_whole(&self) -> bool {
        self.body.len() == self.announced
    }
}

/// Reads one request, or the part of it before the connection ended. `None` if nothing came.
async fn read(connection: &mut TcpStream) -> Option<Arrived> {
    let mut text = Vec::new();
    let mut chunk = vec![0; 64 * 1024];
    loop {
        let head = text
            .windows(4)
            .take(4096)
            .position(|end| end == b"\r\n\r\n");
        if let Some(head) = head {
            let (head, rest) = (&text[..head], &text[head + 4..]);
            let head = String::from_utf8(head.to_vec()).unwrap().to_lowercase();
            let announced = head
                .lines()
                .find_map(|line| line.strip_prefix("content-length: "));
            let announced = announced.map_or(0, |length| length.parse().unwrap());
            let mut body = rest.to_vec();
            while body.len() < announced {
                match connection.read(&mut chunk).await {
                    Ok(0) | Err(_) => break,
                    Ok(length) => body.extend_from_slice(&chunk[..length]),
                }
            }
            let method = head.split(' ').next().unwrap_or_default().to_owned();
            return Some(Arrived {
                method,
                announced,
                body,
            });
        }
        match connection.read(&mut chunk).await {
            Ok(0) | Err(_) => return None,
            Ok(length) => text.extend_from_slice(&chunk[..length]),
        }
    }
}

fn assert_given_up(error: &Error) {
    assert_eq!(error.kind(), ErrorKind::Timeout, "{error:?}");
    assert_eq!(error.outcome(), Outcome::Unknown);
}

#[tokio::test(start_paused = true)]
async fn a_long_body_whose_attempt_has_ended_does_not_arrive_complete() {
    let (listener, url) = listen();
    let client = single(&url)
        .timeout(Duration::from_secs(2))
        .build()
        .unwrap();
    let patch = Customer::patch().post("a".repeat(LONG));
    assert_given_up(&client.update(71, &patch).await.unwrap_err());
    let (mut connection, _) = listener.accept().await.unwrap();
    let arrived = read(&mut connection).await.unwrap();
    assert!(arrived.announced > LONG);
    assert!(!arrived.is_whole());
}

#[tokio::test]
async fn a_long_body_on_an_open_connection_does_not_arrive_complete_either() {
    let (listener, url) = listen();
    let client = single(&url)
        .timeout(Duration::from_secs(2))
        .build()
        .unwrap();
    let patch = Customer::patch().post("Director");
    let answered = async {
        let (mut connection, _) = listener.accept().await.unwrap();
        assert!(read(&mut connection).await.unwrap().is_whole());
        let body = r#"{"success":true,"data":{"id":71,"post":"Director"}}"#;
        let head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length";
        let answer = format!("{head}: {}\r\n\r\n{body}", body.len());
        connection.write_all(answer.as_bytes()).await.unwrap();
        connection
    };
    let (updated, mut connection) = tokio::join!(client.update(71, &patch), answered);
    updated.unwrap();
    // reqwest puts the connection back in a task.
    for _ in 0..100 {
        tokio::task::yield_now().await;
    }
    tokio::time::pause();
    let patch = Customer::patch().post("a".repeat(LONG));
    assert_given_up(&client.update(71, &patch).await.unwrap_err());
    let arrived = read(&mut connection).await.unwrap();
    assert!(arrived.announced > LONG);
    assert!(!arrived.is_whole());
}

/// This is why the client sends a long body in pieces.
#[tokio::test(start_paused = true)]
async fn a_long_body_that_reqwest_gave_up_arrives_complete() {
    let (listener, url) = listen();
    let http = reqwest::Client::builder().tls_certs_only([]).no_proxy();
    let http = http.timeout(Duration::from_secs(2)).build().unwrap();
    let sent = http.patch(&url).body("a".repeat(LONG)).send().await;
    assert!(sent.unwrap_err().is_timeout());
    let (mut connection, _) = listener.accept().await.unwrap();
    let arrived = read(&mut connection).await.unwrap();
    assert_eq!(arrived.announced, LONG);
    assert!(arrived.is_whole());
}

/// This is why a write is open for a settle time after its end.
#[tokio::test(start_paused = true)]
async fn a_short_patch_arrives_complete_after_its_attempt_has_ended() {
    let (listener, url) = listen();
    let client = single(&url)
        .timeout(Duration::from_secs(2))
        .build()
        .unwrap();
    assert_given_up(&add(&client).await.unwrap_err());
    drop(client);
    let (mut connection, _) = listener.accept().await.unwrap();
    let arrived = read(&mut connection).await.unwrap();
    assert!(arrived.is_whole());
    assert_eq!(
        arrived.body,
        format!(r#"{{"phone":"{SECRET}"}}"#).as_bytes()
    );
}

/// A portal that reads its first connection only at a given moment, and all others immediately.
#[derive(Default)]
struct Portal {
    phones: usize,
    /// For each request after the first that was read: its method, and when it was read.
    log: Vec<(String, Instant)>,
}

impl Portal {
    fn answer(&mut self, request: &Arrived) -> String {
        if request.method == "patch" && request.is_whole() {
            self.phones += 1;
        }
        self.log.push((request.method.clone(), Instant::now()));
        let entry = format!(r#"{{"typeId":"PHONE","valueType":"WORK","value":"{SECRET}"}}"#);
        let fm = vec![entry; self.phones].join(",");
        let body = format!(r#"{{"success":true,"data":{{"id":71,"fm":[{fm}]}}}}"#);
        let length = body.len();
        format!("HTTP/1.1 200 OK\r\ncontent-length: {length}\r\n\r\n{body}")
    }

    async fn serve(portal: Arc<Mutex<Self>>, mut connection: TcpStream) {
        while let Some(request) = read(&mut connection).await {
            let answer = portal.lock().unwrap().answer(&request);
            // The client may have gone.
            let _ = connection.write_all(answer.as_bytes()).await;
        }
    }

    async fn run(portal: Arc<Mutex<Self>>, listener: TcpListener, first_at: Option<Instant>) {
        let (first, _) = listener.accept().await.unwrap();
        let mut unread = Some(first);
        if let Some(at) = first_at {
            let (portal, first) = (Arc::clone(&portal), unread.take());
            tokio::spawn(async move {
                sleep_until(at).await;
                Self::serve(portal, first.unwrap()).await;
            });
        }
        while let Ok((connection, _)) = listener.accept().await {
            tokio::spawn(Self::serve(Arc::clone(&portal), connection));
        }
    }
}

const TIMEOUT: Duration = Duration::from_secs(70);
const SETTLE: Duration = Duration::from_secs(120);

/// Sends an update that is given up, and immediately ensures the same values. Returns the time of the end.
async fn give_up_and_ensure(
    first_after_the_end: Option<Duration>,
) -> (Instant, Arc<Mutex<Portal>>) {
    let (listener, url) = listen();
    let end = Instant::now() + TIMEOUT;
    let portal = Arc::<Mutex<Portal>>::default();
    let first_at = first_after_the_end.map(|after| end + after);
    tokio::spawn(Portal::run(Arc::clone(&portal), listener, first_at));
    let client = single(&url).timeout(TIMEOUT).settle_time(SETTLE);
    let client = client.build().unwrap();
    assert_given_up(&add(&client).await.unwrap_err());
    let end = Instant::now();
    let patch = Customer::patch().add_phone(SECRET);
    client.ensure(71, &patch).await.unwrap();
    (end, portal)
}

#[tokio::test(start_paused = true)]
async fn a_patch_that_arrives_at_the_end_of_the_settle_time_is_not_doubled() {
    let just_in_time = SETTLE.checked_sub(Duration::from_secs(1)).unwrap();
    let (_, portal) = give_up_and_ensure(Some(just_in_time)).await;
    let portal = portal.lock().unwrap();
    assert_eq!(portal.phones, 1);
    let patches = portal.log.iter().filter(|(method, _)| method == "patch");
    assert_eq!(patches.count(), 1);
}

#[tokio::test(start_paused = true)]
async fn the_settle_time_is_counted_from_the_end_of_the_attempt() {
    let (end, portal) = give_up_and_ensure(None).await;
    let portal = portal.lock().unwrap();
    assert_eq!(portal.phones, 1);
    let log: Vec<_> = portal
        .log
        .iter()
        .map(|(method, at)| (method.as_str(), *at - end))
        .collect();
    let (before, patch) = match log.as_slice() {
        [.., ("get", read), ("patch", written)] => (*read, *written),
        other => panic!("{other:?}"),
    };
    assert!(before >= SETTLE && patch >= before, "{log:?}");
}
