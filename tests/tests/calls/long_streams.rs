//! A long stream of calls costs as much at its end as at its beginning.
//!
//! The test measures the CPU time of the calling thread, and how often it polls the stream. The server has its own
//! thread. Other programs can double the CPU time of the same work, for seconds, since they share the core and its
//! caches. Therefore the end of the stream is compared with a new stream of a new client, a few calls of the one and a
//! few of the other in turn, so that both have the same neighbours.

use std::{convert::Infallible, future::poll_fn, net::Ipv4Addr, thread, time::Duration};

use bytes::Bytes;
use futures_util::{Stream, StreamExt, stream};
use http::{Request, Response};
use http_body_util::Full;
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use rustix::time::{ClockId, clock_gettime};
use tokio::{net::TcpListener, runtime::Builder, sync::oneshot};
use vibecode_runtime::{Client, ContactId, Credentials, Result, Throttle, Updated};
use vibecode_tests::scale;

use crate::Customer;

/// How many writes are under way at a time.
const AT_A_TIME: usize = 64;
/// There is one other call for this many writes.
const OTHER_EVERY: u64 = 10;
/// How much more the end of the long stream may cost than the new one.
const LIMIT: f64 = 1.5;
/// The end is one of this many parts.
const PARTS: u64 = 10;
/// The number of pieces of the end, each of which is compared.
const PIECES: u64 = 5;

/// Answers every request with the record of the id at the end of the path.
async fn serve(listener: TcpListener) {
    let answer = async |request: Request<Incoming>| {
        let id = request.uri().path().rsplit('/').next().unwrap_or_default();
        let body = format!(r#"{{"success":true,"data":{{"id":{id},"fm":[]}}}}"#);
        Ok::<_, Infallible>(Response::new(Full::<Bytes>::from(body)))
    };
    while let Ok((connection, _)) = listener.accept().await {
        let _ = connection.set_nodelay(true);
        let served =
            http1::Builder::new().serve_connection(TokioIo::new(connection), service_fn(answer));
        tokio::task::spawn_local(served);
    }
}

/// Starts a server in a separate thread, which ends with the process, and returns its base URL.
async fn server() -> String {
    let (sender, address) = oneshot::channel();
    thread::spawn(move || {
        let runtime = Builder::new_current_thread().enable_all().build().unwrap();
        tokio::task::LocalSet::new().block_on(&runtime, async {
            let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
            sender.send(listener.local_addr().unwrap()).unwrap();
            serve(listener).await;
        });
    });
    format!("http://{}/v1", address.await.unwrap())
}

fn cpu_time() -> Duration {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    Duration::try_from(time).unwrap()
}

/// An endless stream of updates, and other calls of the same client.
struct Calls<S> {
    client: Client,
    updates: S,
    done: u64,
    cpu: Duration,
    polls: u32,
}

/// Half of the updates add, and are open for longer than the stream takes.
fn calls(base_url: &str) -> Calls<impl Stream<Item = Result<Updated>> + Unpin> {
    let client = Client::builder(Credentials::personal("vibe_api_1"))
        .base_url(base_url)
        .throttle(Throttle::unlimited())
        .http(reqwest::Client::builder().tls_certs_only([]))
        .build()
        .unwrap();
    let adds = Customer::patch().add_phone("+79169876543");
    let sets = Customer::patch().post("Director");
    let of_stream = client.clone();
    let updates = stream::iter(1_u64..).map(move |id| match id % 2 {
        0 => of_stream.update(id, &adds),
        _ => of_stream.update(id, &sets),
    });
    Calls {
        client,
        updates: updates.buffer_unordered(AT_A_TIME),
        done: 0,
        cpu: Duration::ZERO,
        polls: 0,
    }
}

impl<S: Stream<Item = Result<Updated>> + Unpin> Calls<S> {
    /// Makes this number of updates, and adds up what they cost.
    async fn make(&mut self, count: u64) {
        let begin = cpu_time();
        for _ in 0..count {
            let next = poll_fn(|context| {
                self.polls += 1;
                self.updates.poll_next_unpin(context)
            });
            next.await.unwrap().unwrap();
            self.done += 1;
            if self.done.is_multiple_of(OTHER_EVERY) {
                let id = ContactId::from(self.done);
                self.client.get_raw(id).await.unwrap();
            }
        }
        self.cpu += cpu_time().checked_sub(begin).unwrap();
    }

    fn forget_costs(&mut self) {
        self.cpu = Duration::ZERO;
        self.polls = 0;
    }
}

#[tokio::test]
async fn a_long_stream_of_calls_with_others_between_them_does_not_slow_down() {
    let count: u64 = scale::count("STREAM_CALLS", 5_000);
    let server = server().await;
    let part = count / PARTS;
    let (mut long, mut new) = (calls(&server), calls(&server));
    long.make(count - part).await;
    // The first part makes the connections.
    new.make(part.min(1_000)).await;
    long.forget_costs();
    new.forget_costs();
    for _ in 0..PIECES {
        long.make(part / PIECES).await;
        new.make(part / PIECES).await;
    }
    let cpu = long.cpu.as_secs_f64() / new.cpu.as_secs_f64();
    let polls = f64::from(long.polls) / f64::from(new.polls);
    assert!(
        cpu < LIMIT && polls < LIMIT,
        "{cpu} {polls}: {:?} and {:?}, {} and {} polls",
        long.cpu,
        new.cpu,
        long.polls,
        new.polls
    );
}
