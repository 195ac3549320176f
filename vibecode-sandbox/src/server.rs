//! The HTTP server: hands every request over, logs it, and sends the answer.

use std::{convert::Infallible, sync::Arc};

use axum::{
    Router,
    body::{Body, to_bytes},
    extract::{Request, State},
    response::Response,
    serve::ListenerExt,
};
use http::{HeaderValue, StatusCode, header::CONTENT_TYPE};
use tokio::{net::TcpListener, sync::oneshot};

use crate::{
    answer::Answer,
    log::LoggedRequest,
    service::{Call, Service},
};

/// Serves on the caller's runtime until the sender is dropped: then the port is closed, and every
/// connection as soon as it is idle.
pub(crate) fn spawn(listener: TcpListener, service: Arc<Service>) -> oneshot::Sender<Infallible> {
    let (running, stopped) = oneshot::channel();
    let router = Router::new().fallback(handle).with_state(service);
    // An answer is one small segment: waiting to fill it would cost 40 ms.
    let listener = listener.tap_io(|stream| {
        let _ = stream.set_nodelay(true);
    });
    let server = axum::serve(listener, router).with_graceful_shutdown(async {
        let _ = stopped.await;
    });
    tokio::spawn(async {
        let _ = server.await;
    });
    running
}

async fn handle(State(service): State<Arc<Service>>, request: Request) -> Response {
    let (head, body) = request.into_parts();
    let Ok(body) = to_bytes(body, usize::MAX).await else {
        // The client went away in the middle: nothing was asked, and no one reads this.
        return response(StatusCode::BAD_REQUEST, Body::empty());
    };
    let call = Call {
        method: head.method,
        uri: head.uri,
        headers: head.headers,
        body,
    };
    let answer = Answer::to(&call, &service);
    let answered = response(answer.status, answer.body.to_string().into());
    service.log.push(LoggedRequest {
        method: call.method,
        uri: call.uri,
        headers: call.headers,
        body: call.body,
        status: Some(answer.status),
        error_code: answer.error_code,
        dropped: answer.dropped,
    });
    answered
}

fn response(status: StatusCode, body: Body) -> Response {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    let json = HeaderValue::from_static("application/json; charset=utf-8");
    response.headers_mut().insert(CONTENT_TYPE, json);
    response
}
