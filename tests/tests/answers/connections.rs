//! If no connection is made, nothing was applied, whatever the cause: everything is sent again.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use reqwest::{
    ClientBuilder, Proxy,
    dns::{Addrs, Name, Resolve, Resolving},
};
use tokio::{
    net::{TcpListener, TcpSocket, TcpStream},
    time::{Instant, timeout},
};
use vibecode_runtime::{Error, ErrorKind, Outcome, RetryPolicy};

use crate::{
    caller::{Attempts, add, assert_shows_nothing, builder, update},
    server::{Behaviour, Server},
    written::{SECRET, bytes, whole},
};

/// Checks that each of the attempts ends in this way, and returns the error and the time of one.
async fn assert_unconnected(url: &str, http: impl Fn() -> ClientBuilder) -> (Error, Duration) {
    let mut last = None;
    for (call, policy, attempts) in [
        (update as fn(&_) -> _, RetryPolicy::new(), 3),
        (add, RetryPolicy::new(), 3),
        (add, RetryPolicy::off(), 1),
    ] {
        let counted = Attempts::default();
        let client = builder(url).http(http()).retry(policy);
        let client = client.throttle(counted.throttle()).build().unwrap();
        let start = Instant::now();
        let error: Error = call(&client).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Connect, "{error:?}");
        assert_eq!(error.outcome(), Outcome::NotApplied);
        assert_eq!((error.status(), error.code()), (None, None));
        assert_eq!(counted.count(), attempts, "{error:?}");
        assert!(std::error::Error::source(&error).is_some());
        assert_shows_nothing(&error);
        last = Some((error, start.elapsed()));
    }
    last.unwrap()
}

/// Returns an address at which nobody listens.
async fn nowhere() -> SocketAddr {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    listener.local_addr().unwrap()
}

/// A resolver that resolves no name: it fails immediately, or never ends.
enum NoAddress {
    AtOnce,
    Ever,
}

impl Resolve for NoAddress {
    fn resolve(&self, _: Name) -> Resolving {
        match self {
            Self::AtOnce => Box::pin(async {
                let error = std::io::Error::other("there is no such name");
                Err::<Addrs, _>(error.into())
            }),
            Self::Ever => Box::pin(std::future::pending()),
        }
    }
}

fn resolved_by(resolver: NoAddress) -> ClientBuilder {
    let resolver = Arc::new(resolver);
    ClientBuilder::new().no_proxy().dns_resolver(resolver)
}

#[tokio::test(start_paused = true)]
async fn a_name_without_an_address_has_changed_nothing() {
    let url = "https://nonexistent.invalid/v1";
    assert_unconnected(url, || resolved_by(NoAddress::AtOnce)).await;
}

#[tokio::test(start_paused = true)]
async fn a_name_that_nobody_resolves_is_given_up_after_10_seconds() {
    let url = "https://nonexistent.invalid/v1";
    let (_, took) = assert_unconnected(url, || resolved_by(NoAddress::Ever)).await;
    assert_eq!(took.as_secs(), 10);
}

#[tokio::test(start_paused = true)]
async fn a_refused_connection_has_changed_nothing() {
    let url = format!("http://{}/v1", nowhere().await);
    assert_unconnected(&url, ClientBuilder::new).await;
}

#[tokio::test(start_paused = true)]
async fn a_connection_that_nobody_accepts_is_given_up_after_10_seconds() {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind(([127, 0, 0, 1], 0).into()).unwrap();
    let listener = socket.listen(1).unwrap();
    let address = listener.local_addr().unwrap();
    // Until the listener's queue is full.
    let mut queue = Vec::new();
    while let Ok(stream) = timeout(Duration::from_secs(1), TcpStream::connect(address)).await {
        queue.push(stream.unwrap());
    }
    let url = format!("http://{address}/v1");
    let (_, took) = assert_unconnected(&url, ClientBuilder::new).await;
    assert_eq!(took.as_secs(), 10);
}

#[tokio::test(start_paused = true)]
async fn the_time_of_connecting_can_be_set() {
    let http = resolved_by(NoAddress::Ever);
    let client = builder("https://nonexistent.invalid/v1").http(http);
    let client = client
        .connect_timeout(Duration::from_secs(2))
        .retry(RetryPolicy::off());
    let start = Instant::now();
    let error = add(&client.build().unwrap()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Connect, "{error:?}");
    assert_eq!(start.elapsed().as_secs(), 2);
}

/// It is unknown whether the request had been sent when the time-out of the attempt ended.
#[tokio::test(start_paused = true)]
async fn an_attempt_that_ends_while_it_connects_is_unknown() {
    let http = resolved_by(NoAddress::Ever);
    let client = builder("https://nonexistent.invalid/v1").http(http);
    let error = add(&client.timeout(Duration::from_secs(2)).build().unwrap()).await;
    let error = error.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout, "{error:?}");
    assert_eq!(error.outcome(), Outcome::Unknown);
}

#[tokio::test(start_paused = true)]
async fn a_server_without_tls_has_changed_nothing() {
    let plain = bytes(400, "", SECRET);
    for behaviour in [
        Behaviour::CloseAtOnce,
        Behaviour::ResetAtOnce,
        Behaviour::Blurt(plain),
    ] {
        let server = Server::start(behaviour).await;
        let url = format!("https://{}/v1", server.address());
        assert_unconnected(&url, || ClientBuilder::new().no_proxy()).await;
        assert_eq!(server.connections(), 7);
    }
}

#[tokio::test(start_paused = true)]
async fn a_server_that_is_silent_on_tls_is_given_up_after_10_seconds() {
    let server = Server::start(Behaviour::AnswerAndHang(Vec::new())).await;
    let url = format!("https://{}/v1", server.address());
    let (_, took) = assert_unconnected(&url, || ClientBuilder::new().no_proxy()).await;
    assert_eq!(took.as_secs(), 10);
    assert_eq!(server.requests().len(), 0);
}

fn through(proxy: SocketAddr) -> ClientBuilder {
    let proxy = Proxy::all(format!("http://{proxy}")).unwrap();
    ClientBuilder::new().no_proxy().proxy(proxy)
}

#[tokio::test(start_paused = true)]
async fn a_proxy_that_refuses_has_changed_nothing_and_sees_no_key() {
    for status in [403, 407, 502, 503] {
        let proxy = Server::start(whole(status, "", SECRET)).await;
        let address = proxy.address();
        assert_unconnected("https://api.invalid/v1", || through(address)).await;
        let requests = proxy.requests();
        assert_eq!(requests.len(), 7);
        for request in requests {
            let head = request.head();
            assert_eq!(head[0], "connect api.invalid:443 http/1.1");
            assert!(!head.iter().any(|line| line.starts_with("x-api-key")));
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_proxy_that_is_not_there_or_goes_away_has_changed_nothing() {
    let address = nowhere().await;
    assert_unconnected("https://api.invalid/v1", || through(address)).await;
    for behaviour in [Behaviour::Close, Behaviour::Reset, Behaviour::CloseAtOnce] {
        let proxy = Server::start(behaviour).await;
        let address = proxy.address();
        assert_unconnected("https://api.invalid/v1", || through(address)).await;
    }
}

#[tokio::test(start_paused = true)]
async fn the_password_of_a_proxy_is_not_shown() {
    let proxy = Server::start(whole(407, "proxy-authenticate: basic\r\n", SECRET)).await;
    let address = format!("http://admin:hunter2@{}", proxy.address());
    let (error, _) = assert_unconnected("https://api.invalid/v1", || {
        let proxy = Proxy::all(&address).unwrap();
        ClientBuilder::new().no_proxy().proxy(proxy)
    })
    .await;
    let cause = std::error::Error::source(&error).unwrap();
    let shown = format!("{error} {error:?} {cause} {cause:?}");
    assert!(
        !shown.contains("hunter2") && !shown.contains("admin"),
        "{shown}"
    );
}
