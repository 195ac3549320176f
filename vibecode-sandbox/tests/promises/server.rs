use std::io::ErrorKind;

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};
use vibecode_sandbox::Sandbox;

use crate::wire::{address, get};

#[tokio::test]
async fn sandboxes_live_side_by_side() {
    let (one, other) = (Sandbox::start().await, Sandbox::start().await);
    assert_ne!(one.url(), other.url());
    get(&one, "me").await;
    assert!(other.requests().is_empty());
}

#[tokio::test]
async fn a_connection_serves_one_request_after_another() {
    let sandbox = Sandbox::start().await;
    let mut stream = TcpStream::connect(address(&sandbox)).await.unwrap();
    for _ in 0..2 {
        stream
            .write_all(b"GET /v1/me HTTP/1.1\r\nHost: sandbox\r\n\r\n")
            .await
            .unwrap();
        let mut answer = [0; 12];
        stream.read_exact(&mut answer).await.unwrap();
        assert_eq!(&answer, b"HTTP/1.1 401");
        let mut rest = [0; 1024];
        assert!(stream.read(&mut rest).await.unwrap() > 0);
    }
    assert_eq!(sandbox.requests().len(), 2);
}

#[tokio::test]
async fn what_is_not_http_is_400() {
    let sandbox = Sandbox::start().await;
    let mut stream = TcpStream::connect(address(&sandbox)).await.unwrap();
    stream.write_all(b"what is this?\r\n\r\n").await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 400 "), "{answer}");
    assert!(sandbox.requests().is_empty());
}

#[tokio::test]
async fn dropping_the_sandbox_stops_the_server_and_its_idle_connections() {
    let sandbox = Sandbox::start().await;
    let address = address(&sandbox).to_owned();
    let mut idle = TcpStream::connect(&address).await.unwrap();
    get(&sandbox, "me").await;
    drop(sandbox);
    let mut nothing = Vec::new();
    let ended = idle.read_to_end(&mut nothing).await;
    assert!(ended.is_ok_and(|read| read == 0) && nothing.is_empty());
    let refused = TcpStream::connect(&address).await;
    assert_eq!(refused.unwrap_err().kind(), ErrorKind::ConnectionRefused);
}
