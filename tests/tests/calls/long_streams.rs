//! A long stream of calls costs as much at its end as at its beginning.
//!
//! The test measures the CPU time of the calling thread, and how often it polls the stream. Neither depends
//! on other programs, or on the server, which has its own thread.

use std::{convert::Infallible, future::poll_fn, net::Ipv4Addr, thread, time::Duration};

use bytes::Bytes;
use futures_util::{StreamExt, stream};
use http::{Request, Response};
use http_body_util::Full;
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use rustix::time::{ClockId, clock_gettime};
use tokio::{net::TcpListener, runtime::Builder, sync::oneshot};
use vibecode_runtime::{Client, ContactId, Credentials, Throttle};
use vibecode_tests::scale;

use crate::Customer;

/// How many writes are under way at a time.
const AT_A_TIME: usize = 64;
/// There is one other call for this many writes.
const OTHER_EVERY: u64 = 10;
/// How much more the last part may cost than the second. (The first makes the connections.)
const LIMIT: f64 = 1.5;
const PARTS: usize = 10;

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

/// The cost of a part of the stream.
#[derive(Debug, Default)]
struct Cost {
    cpu: Duration,
    polls: u32,
}

#[tokio::test]
async fn a_long_stream_of_calls_with_others_between_them_does_not_slow_down() {
    let calls: u64 = scale::count("STREAM_CALLS", 5_000);
    let client = Client::builder(Credentials::personal("vibe_api_1"))
        .base_url(&server().await)
        .throttle(Throttle::unlimited())
        .http(reqwest::Client::builder().tls_certs_only([]))
        .build()
        .unwrap();
    // Half of them add, and are open for longer than the stream takes.
    let adds = Customer::patch().add_phone("+79169876543");
    let sets = Customer::patch().post("Director");
    let updates = stream::iter(1..=calls).map(|id| match id % 2 {
        0 => client.update(id, &adds),
        _ => client.update(id, &sets),
    });
    let mut updates = updates.buffer_unordered(AT_A_TIME);
    let mut costs: [Cost; PARTS] = Default::default();
    let mut done = 0;
    for cost in &mut costs {
        let begin = cpu_time();
        for _ in 0..calls / PARTS as u64 {
            let next = poll_fn(|context| {
                cost.polls += 1;
                updates.poll_next_unpin(context)
            });
            next.await.unwrap().unwrap();
            done += 1;
            if done % OTHER_EVERY == 0 {
                client.get_raw(ContactId::from(done)).await.unwrap();
            }
        }
        cost.cpu = cpu_time().checked_sub(begin).unwrap();
    }
    let [_, second, .., last] = &costs;
    let cpu = last.cpu.as_secs_f64() / second.cpu.as_secs_f64();
    let polls = f64::from(last.polls) / f64::from(second.polls);
    assert!(cpu < LIMIT && polls < LIMIT, "{cpu} {polls} {costs:?}");
}
