use std::time::Duration;

use serde_json::json;
use vibecode_sandbox::{Fault, LoggedRequest, Sandbox};

use crate::wire::{call_raw, get, patch};

#[tokio::test]
async fn a_watch_reports_requests_and_their_outcomes() {
    let sandbox = Sandbox::start().await;
    get(&sandbox, "contacts/71").await;
    let mut watch = sandbox.watch();
    sandbox.fault(Fault::drop_after());
    call_raw(&sandbox, "PATCH /v1/contacts/71", r#"{"post":"Director"}"#).await;
    let news = watch.next().await.unwrap();
    let [request] = &news[..] else {
        panic!("{news:?}");
    };
    assert_eq!((request.serial(), request.method().as_str()), (1, "PATCH"));
    assert!(request.is_over() && request.status().is_none());
    patch(&sandbox, &json!({"post": "Chief"})).await;
    let news = watch.next().await.unwrap();
    assert_eq!(news.last().unwrap().serial(), 2);
    drop(sandbox);
    assert!(watch.next().await.is_none());
}

#[tokio::test(start_paused = true)]
async fn a_late_write_is_news_of_a_request_that_is_over() {
    let sandbox = Sandbox::start().await;
    sandbox.fault(Fault::late(Duration::from_secs(5)));
    let mut watch = sandbox.watch();
    call_raw(&sandbox, "PATCH /v1/contacts/71", r#"{"post":"Director"}"#).await;
    let before = watch.next().await.unwrap();
    assert!(before[0].is_over() && !before[0].was_applied());
    let after = watch.next().await.unwrap();
    assert!(after[0].was_applied());
    assert_eq!(after[0].serial(), before[0].serial());
}

#[tokio::test]
async fn a_log_that_keeps_two_forgets_the_third() {
    let sandbox = Sandbox::builder().keep_requests(2).start().await;
    for id in [71, 72, 73] {
        get(&sandbox, &format!("contacts/{id}")).await;
    }
    let requests = sandbox.requests();
    let serials: Vec<_> = requests.iter().map(LoggedRequest::serial).collect();
    assert_eq!(serials, [1, 2]);
    assert_eq!(requests[1].path(), "/v1/contacts/73");
    assert_eq!(requests[1].status().unwrap(), 200);
}

#[tokio::test]
async fn a_sandbox_listens_on_the_given_port() {
    // Another test may be quicker to take the port.
    let (sandbox, port) = loop {
        let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let port = free.local_addr().unwrap().port();
        drop(free);
        if let Ok(sandbox) = Sandbox::builder().port(port).try_start().await {
            break (sandbox, port);
        }
    };
    assert_eq!(sandbox.url(), format!("http://127.0.0.1:{port}/v1"));
    let taken = Sandbox::builder().port(port).try_start().await;
    let message = taken.unwrap_err().to_string();
    assert!(
        message.contains(&port.to_string()) && message.contains("choose another"),
        "{message}"
    );
}
