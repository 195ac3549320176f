//! What a request contains, and when it is sent.

use std::time::Duration;

use vibecode_runtime::ContactId;

use crate::{
    caller::{Customer, KEY, client, single, update},
    server::Server,
    written::ok,
};

#[tokio::test]
async fn settings_of_the_users_own_for_the_http_client_are_kept() {
    let server = Server::start(ok()).await;
    let mut headers = http::HeaderMap::new();
    headers.insert("x-request-source", "tests".parse().unwrap());
    let http = reqwest::Client::builder().default_headers(headers);
    let client = single(&server.url()).http(http).user_agent("tests/1");
    update(&client.build().unwrap()).await.unwrap();
    let request = server.requests().remove(0).text.to_lowercase();
    assert!(request.contains("x-request-source: tests"), "{request}");
    assert!(request.contains("user-agent: tests/1"), "{request}");
}

#[tokio::test]
async fn a_request_without_a_body_has_no_content_type() {
    let server = Server::start(ok()).await;
    let client = client(&server.url());
    client.get_raw(ContactId::from(71)).await.unwrap();
    let request = server.requests().remove(0).text.to_lowercase();
    assert!(request.contains("accept: application/json"), "{request}");
    assert!(!request.contains("content-"), "{request}");
}

#[tokio::test]
async fn no_header_of_the_users_own_replaces_the_key() {
    let server = Server::start(ok()).await;
    let mut headers = http::HeaderMap::new();
    for name in ["x-api-key", "accept", "content-type"] {
        headers.insert(name, "of-the-users-own".parse().unwrap());
    }
    let http = reqwest::Client::builder().default_headers(headers);
    let client = single(&server.url()).http(http);
    update(&client.build().unwrap()).await.unwrap();
    let request = server.requests().remove(0).text.to_lowercase();
    assert!(
        request.contains(&format!("x-api-key: {KEY}\r\n")),
        "{request}"
    );
    assert!(!request.contains("of-the-users-own"), "{request}");
}

#[tokio::test]
async fn a_call_can_be_spawned_and_borrows_neither_client_nor_patch() {
    fn is_free<T: Send + 'static>(call: T) -> T {
        call
    }

    let server = Server::start(ok()).await;
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
    let server = Server::start(ok()).await;
    let client = client(&server.url());
    drop(update(&client));
    tokio::time::sleep(Duration::from_millis(5)).await;
    assert_eq!(server.connections(), 0);
}

#[tokio::test]
async fn a_request_carries_the_key_and_says_what_it_takes_and_sends() {
    let server = Server::start(ok()).await;
    update(&client(&server.url())).await.unwrap();
    let request = server.requests().remove(0);
    assert!(
        request
            .text
            .starts_with("PATCH /v1/contacts/71 HTTP/1.1\r\n")
    );
    let mut lines = request.head();
    lines.remove(0);
    lines.sort_unstable();
    let expected = [
        "accept: application/json".to_owned(),
        "content-length: 19".to_owned(),
        "content-type: application/json".to_owned(),
        format!("host: {}", server.address()),
        format!("user-agent: vibecode-runtime/{}", env!("CARGO_PKG_VERSION")),
        format!("x-api-key: {KEY}"),
    ];
    assert_eq!(lines, expected);
    assert_eq!(request.body(), r#"{"post":"Director"}"#);
}
