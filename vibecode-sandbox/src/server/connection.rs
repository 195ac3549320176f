//! A connection: HTTP as long as the answers are normal, then the ending that a fault requires.

use std::{
    fmt,
    future::poll_fn,
    sync::{Arc, Mutex},
};

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{BodyExt, Full};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

use super::{
    Service,
    ending::{Delivery, Ending},
    exchange::exchange,
};
use crate::{lock::lock, page, wire};

/// Ends hyper's part of a connection without an answer.
#[derive(Debug)]
struct NoAnswer;

/// Serves one request after another until either side closes the connection.
pub(crate) async fn serve(stream: TcpStream, service: Arc<Service>) {
    let ending = Mutex::new(None);
    let respond = service_fn(|request| Box::pin(respond(request, &service, &ending)));
    let mut http = http1::Builder::new().serve_connection(TokioIo::new(stream), respond);
    // Without a shutdown: an ending needs the socket as it is.
    if poll_fn(|context| http.poll_without_shutdown(context))
        .await
        .is_ok()
    {
        let _ = http.await;
        return;
    }
    let stream = http.into_parts().io.into_inner();
    let ending: Option<Ending> = lock(&ending).take();
    if let Some(ending) = ending {
        ending.run(stream, &service).await;
    }
}

async fn respond(
    request: Request<Incoming>,
    service: &Service,
    ending: &Mutex<Option<Ending>>,
) -> Result<Response<Full<Bytes>>, NoAnswer> {
    let (head, body) = request.into_parts();
    // If the client disconnects before the end of the body, there was no request.
    let body = body.collect().await.map_err(|_| NoAnswer)?.to_bytes();
    let request = wire::Request::new(head, body);
    if service.has_page
        && let Some(answer) = page::answer(&request, &service.log, &service.portal).await
    {
        return Ok(answer.into_response());
    }
    match exchange(request, service).await {
        Delivery::Answer(answer) => Ok(answer.into_response()),
        Delivery::Ending(requested) => {
            *lock(ending) = Some(requested);
            Err(NoAnswer)
        }
    }
}

impl fmt::Display for NoAnswer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the connection ends without an answer")
    }
}

impl std::error::Error for NoAnswer {}
