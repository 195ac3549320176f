//! Nothing is sent to anyone else: not by a redirect, not by a proxy, not over HTTP/2.

use std::{io, process::Command};

use http::StatusCode;
use tokio::{io::AsyncReadExt, net::TcpListener};
use vibecode_runtime::{ErrorKind, Outcome};

use crate::{
    caller::{add, assert_shows_nothing, builder, client, single, update},
    server::{Behaviour, Server},
    written::{SECRET, ok, refusal, whole},
};

/// A server that redirects every request to another one, with this status.
async fn redirecting(status: u16, to: &Server) -> Server {
    let location = format!("location: {}/contacts/71\r\n", to.url());
    Server::start(whole(status, &location, SECRET)).await
}

#[tokio::test(start_paused = true)]
async fn a_redirect_is_not_followed_to_another_host() {
    for status in [300, 301, 302, 303, 304, 305, 307, 308] {
        for call in [update, add] {
            let other = Server::start(ok()).await;
            let server = redirecting(status, &other).await;
            let client = builder(&server.url()).build().unwrap();
            let error = call(&client).await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Unexpected, "{error:?}");
            assert_eq!(error.outcome(), Outcome::Unknown);
            assert_eq!(error.status().map(|it| it.as_u16()), Some(status));
            assert_eq!((server.connections(), server.requests().len()), (1, 1));
            assert_eq!(other.connections(), 0);
            assert_shows_nothing(&error);
        }
    }
}

#[tokio::test]
async fn a_redirect_policy_of_the_users_stays_off() {
    let other = Server::start(ok()).await;
    let server = redirecting(307, &other).await;
    let http = reqwest::Client::builder().redirect(reqwest::redirect::Policy::limited(5));
    let client = single(&server.url()).http(http).build().unwrap();
    let error = update(&client).await.unwrap_err();
    assert_eq!(error.status(), Some(StatusCode::TEMPORARY_REDIRECT));
    assert_eq!((server.requests().len(), other.connections()), (1, 0));
}

#[tokio::test]
async fn a_retry_policy_of_the_users_stays_off() {
    let server = Server::start(refusal(503, "QUEUE_OVERFLOW")).await;
    let host = server.address().ip().to_string();
    let again = reqwest::retry::for_host(host)
        .max_retries_per_request(3)
        .classify_fn(|attempt| match attempt.status() {
            Some(StatusCode::OK) => attempt.success(),
            _ => attempt.retryable(),
        });
    let http = reqwest::Client::builder().retry(again);
    let client = single(&server.url()).http(http).build().unwrap();
    assert!(update(&client).await.is_err());
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn a_proxy_of_the_users_does_not_see_a_call_to_this_machine() {
    let proxy = Server::start(ok()).await;
    let server = Server::start(ok()).await;
    let through = reqwest::Proxy::all(format!("http://{}", proxy.address())).unwrap();
    let http = reqwest::Client::builder().proxy(through);
    let client = single(&server.url()).http(http).build().unwrap();
    update(&client).await.unwrap();
    assert_eq!((server.requests().len(), proxy.connections()), (1, 0));
}

/// Does what the client must not do, to show that the tests below would detect it.
#[tokio::test]
async fn reqwest_by_itself_speaks_http_2_here() {
    let server = Server::start(ok()).await;
    let http = reqwest::Client::builder()
        .http2_prior_knowledge()
        .no_proxy();
    let answer = http.build().unwrap().get(server.url()).send().await;
    assert!(answer.is_err());
    assert!(server.requests()[0].text.starts_with("PRI * HTTP/2.0"));
}

#[tokio::test]
async fn http_2_of_the_users_stays_off() {
    let server = Server::script([ok(), Behaviour::Close]).await;
    let http = reqwest::Client::builder().http2_prior_knowledge();
    let client = single(&server.url()).http(http).build().unwrap();
    update(&client).await.unwrap();
    let error = update(&client).await.unwrap_err();
    assert_eq!(error.outcome(), Outcome::Unknown);
    let requests = server.requests();
    assert_eq!(requests.len(), 2);
    for request in requests {
        assert_eq!(request.head()[0], "patch /v1/contacts/71 http/1.1");
    }
}

/// The client does not offer HTTP/2 over TLS. The list of protocols that a client offers is sent in clear
/// text.
#[tokio::test]
async fn no_http_2_is_offered_over_tls() {
    const BOTH: &[u8] = b"\x00\x10\x00\x0e\x00\x0c\x02h2\x08http/1.1";
    const ONLY_HTTP_1: &[u8] = b"\x00\x10\x00\x0b\x00\x09\x08http/1.1";
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let url = format!("https://{}/v1", listener.local_addr().unwrap());

    // What reqwest does by default, to show that the test would detect it.
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let asked = tokio::spawn(http.get(&url).send());
    assert_eq!(offered(&listener, [BOTH, ONLY_HTTP_1]).await, BOTH);
    assert!(asked.await.unwrap().is_err());

    for http in [
        reqwest::Client::builder().no_proxy(),
        reqwest::Client::builder()
            .no_proxy()
            .http2_prior_knowledge(),
    ] {
        let client = single(&url).http(http).build().unwrap();
        let asked = tokio::spawn(update(&client));
        assert_eq!(offered(&listener, [BOTH, ONLY_HTTP_1]).await, ONLY_HTTP_1);
        let error = asked.await.unwrap().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Connect, "{error:?}");
    }
}

/// Returns which of these occurs in the beginning of the next connection.
async fn offered<'a>(listener: &TcpListener, lists: [&'a [u8]; 2]) -> &'a [u8] {
    let (mut stream, _) = listener.accept().await.unwrap();
    let mut hello = Vec::new();
    loop {
        assert!(stream.read_buf(&mut hello).await.unwrap() > 0, "none");
        let is_there = |list: &&[u8]| hello.windows(list.len()).any(|it| it == *list);
        if let Some(list) = lists.into_iter().find(is_there) {
            return list;
        }
    }
}

/// Set for the process that the test below starts.
const CHILD: &str = "VIBECODE_TESTS_PROXIED_CHILD";

#[test]
fn a_proxy_of_the_environment_does_not_see_a_call_to_this_machine() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    if std::env::var_os(CHILD).is_some() {
        runtime.block_on(async {
            let server = Server::start(ok()).await;
            update(&client(&server.url())).await.unwrap();
        });
        return;
    }
    // A client that connects waits in the queue of the listener.
    let proxy = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let address = format!("http://{}", proxy.local_addr().unwrap());
    let name = "elsewhere::a_proxy_of_the_environment_does_not_see_a_call_to_this_machine";
    let child = Command::new(std::env::current_exe().unwrap())
        .args([name, "--exact"])
        .env(CHILD, "1")
        .envs(
            [
                "HTTP_PROXY",
                "http_proxy",
                "HTTPS_PROXY",
                "https_proxy",
                "ALL_PROXY",
                "all_proxy",
            ]
            .map(|it| (it, &address)),
        )
        .env_remove("NO_PROXY")
        .env_remove("no_proxy")
        .env_remove("REQUEST_METHOD")
        .output()
        .unwrap();
    let printed = String::from_utf8_lossy(&child.stdout);
    assert!(child.status.success(), "{printed}");
    assert!(printed.contains("1 passed"), "{printed}");
    proxy.set_nonblocking(true).unwrap();
    let nobody = proxy.accept().unwrap_err();
    assert_eq!(nobody.kind(), io::ErrorKind::WouldBlock);
}
