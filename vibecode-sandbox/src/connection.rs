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

use crate::{
    call::Call, ending::Ending, exchange, lock::lock, page, reply::Reply, service::Service,
};

/// Ends hyper's part of a connection without an answer.
#[derive(Debug)]
struct Over;

/// Serves one request after another until either side closes the connection.
pub(crate) async fn serve(stream: TcpStream, service: Arc<Service>) {
    let wanted = Mutex::new(None);
    let respond = service_fn(|request| Box::pin(respond(request, &service, &wanted)));
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
    let ending: Option<Ending> = lock(&wanted).take();
    if let Some(ending) = ending {
        ending.play(stream, &service).await;
    }
}

async fn respond(
    request: Request<Incoming>,
    service: &Service,
    wanted: &Mutex<Option<Ending>>,
) -> Result<Response<Full<Bytes>>, Over> {
    let (head, body) = request.into_parts();
    // If the client disconnects before the end of the body, there was no request.
    let body = body.collect().await.map_err(|_| Over)?.to_bytes();
    let call = Call::new(head, body);
    if let Some(answer) = page::answer(&call, service).await {
        return Ok(answer.into_response());
    }
    match exchange::reply(call, service).await {
        Reply::Answer(answer) => Ok(answer.into_response()),
        Reply::Ending(ending) => {
            *lock(wanted) = Some(ending);
            Err(Over)
        }
    }
}

impl fmt::Display for Over {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the connection ends without an answer")
    }
}

impl std::error::Error for Over {}
