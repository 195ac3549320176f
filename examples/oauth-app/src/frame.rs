//! The portal's side: frames in users' browsers, and the app that serves them.

use reqwest::{
    Method, RequestBuilder, StatusCode,
    header::{CONTENT_TYPE, HeaderMap},
};
use serde_json::Value;
use tokio::{net::TcpListener, sync::oneshot, task::JoinHandle};

use crate::{AnyError, service, session::App};

/// The app on a free port of the loopback interface.
pub(crate) struct Running {
    url: String,
    http: reqwest::Client,
    stop: oneshot::Sender<()>,
    service: JoinHandle<std::io::Result<()>>,
}

impl Running {
    pub(crate) async fn start(app: App) -> Result<Self, AnyError> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let url = format!("http://{}", listener.local_addr()?);
        let (stop, stopped) = oneshot::channel();
        let stop_asked = async {
            let _ = stopped.await;
        };
        Ok(Self {
            url,
            http: reqwest::Client::builder().no_proxy().build()?,
            stop,
            service: tokio::spawn(service::serve(listener, app, stop_asked)),
        })
    }

    /// Returns a request as a frame sends it; without a session if the portal has set none.
    pub(crate) fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.http.request(method, format!("{}{path}", self.url))
    }

    /// Asks the app to stop, and waits until it has answered the requests under way.
    pub(crate) async fn stop(self) -> Result<(), AnyError> {
        let _ = self.stop.send(());
        Ok(self.service.await??)
    }
}

/// An answer of the app.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    #[cfg_attr(not(test), expect(dead_code, reason = "only the tests look at them"))]
    pub(crate) headers: HeaderMap,
    /// Null if the body is not JSON.
    pub(crate) body: Value,
}

impl Answer {
    pub(crate) async fn to(request: RequestBuilder) -> Result<Self, AnyError> {
        let response = request.send().await?;
        Ok(Self {
            status: response.status(),
            headers: response.headers().clone(),
            body: serde_json::from_slice(&response.bytes().await?).unwrap_or_default(),
        })
    }
}

/// A body as the app's form sends it.
pub(crate) fn with_form(request: RequestBuilder, form: &Value) -> RequestBuilder {
    request
        .header(CONTENT_TYPE, "application/json")
        .body(form.to_string())
}
