//! The sandbox.

use std::{fmt, sync::Arc};

use serde_json::Value;
use tokio::{net::TcpListener, task::JoinSet};
use vibecode_spec::{Entity, EntityPath};

use crate::{
    faults::{Fault, Storm},
    keys::{Key, Keyring, Quota},
    log::{LoggedRequest, Watch},
    portal::{self, Portal},
    server::{self, Hosting, Service},
    start_error::StartError,
};

/// A running stand-in for the API. Dropping it stops the server, closes every connection, and
/// discards the writes that are still [late](Fault::late).
///
/// It always knows the keys below; [`SandboxBuilder::key`](crate::SandboxBuilder::key) adds others.
///
/// ```
/// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doctest/send.rs"));
/// # #[tokio::main(flavor = "current_thread", start_paused = true)]
/// # async fn main() {
/// # let sandbox = Sandbox::start().await;
/// // In this example `send` is the client of your app, with the base URL and a key.
/// let url = sandbox.url();
/// assert!(url.starts_with("http://127.0.0.1:"));
/// let change = json!({ "post": "Director", "pots": "Director" });
/// let (status, _) = send(&sandbox, "PATCH contacts/71", change).await.expect("an answer");
/// assert_eq!(status, 200);
///
/// // The record has changed:
/// assert_eq!(sandbox.contact(71).expect("is there")["post"], "Director");
/// // The request, and which of its keys the API dropped silently:
/// let request = &sandbox.requests()[0];
/// assert_eq!(request.path(), "/v1/contacts/71");
/// assert_eq!(request.dropped(), ["pots"]);
/// # }
/// ```
pub struct Sandbox {
    url: String,
    service: Arc<Service>,
    /// Dropping it stops the server.
    _server: JoinSet<()>,
}

impl Sandbox {
    /// The portal that every sandbox says it is (`GET /v1/me`). No host can have this name.
    pub const PORTAL: &str = portal::HOST;
    /// A personal key that may do everything.
    pub const API_KEY: &str = "vibe_api_sandbox";
    /// The key of an app. It requires [`Sandbox::SESSION_TOKEN`].
    pub const APP_KEY: &str = "vibe_app_sandbox";
    /// A session of [`Sandbox::APP_KEY`], sent as `Authorization: Bearer …`.
    pub const SESSION_TOKEN: &str = "vibe_session_sandbox";
    /// An expired session of [`Sandbox::APP_KEY`]: 401 `TOKEN_EXPIRED`.
    pub const EXPIRED_SESSION_TOKEN: &str = "vibe_session_sandbox_expired";
    /// A management key: 403 `MANAGEMENT_KEY_NO_ENTITY_ACCESS`.
    pub const MANAGEMENT_KEY: &str = "vibe_live_sandbox";
    /// A personal key that may only read: a write is 403 `WRITE_BLOCKED_READONLY_KEY`.
    pub const READ_ONLY_KEY: &str = "vibe_api_sandbox_read_only";
    /// A personal key without the scope `crm`: 403 `SCOPE_DENIED`.
    pub const UNSCOPED_KEY: &str = "vibe_api_sandbox_unscoped";
    /// A personal key that has no tokens: 401 `TOKEN_MISSING`.
    pub const TOKENLESS_KEY: &str = "vibe_api_sandbox_tokenless";
    /// A personal key whose user has no access: 403 `ACCESS_DENIED`.
    pub const DENIED_KEY: &str = "vibe_api_sandbox_denied";

    pub(crate) async fn serve(
        portal: Portal,
        keys: Keyring,
        quota: Quota,
        hosting: Hosting,
    ) -> Result<Self, StartError> {
        let no_port = |error| StartError::no_port(hosting.port, error);
        let listener = TcpListener::bind(("127.0.0.1", hosting.port)).await;
        let listener = listener.map_err(no_port)?;
        let address = listener.local_addr().map_err(no_port)?;
        let service = Arc::new(Service::new(portal, keys, quota, hosting));
        let mut server = JoinSet::new();
        server.spawn(server::run(listener, Arc::clone(&service)));
        Ok(Self {
            url: format!("http://{address}/v1"),
            service,
            _server: server,
        })
    }

    /// Returns the base URL, such as `http://127.0.0.1:40123/v1`.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Returns a record as `GET /v1/{entity}/{id}` would answer it now. It includes `fm` even if
    /// reads [leave it out](crate::SandboxBuilder::without_fm).
    #[must_use]
    pub fn record(&self, entity: impl Into<EntityPath>, id: u64) -> Option<Value> {
        self.service.portal().record(entity.into(), id)
    }

    /// Returns all records of an entity in the order of their ids, each as [`Sandbox::record`] returns
    /// it. A test can check that no record was created twice:
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doctest/send.rs"));
    /// use vibecode_sandbox::Entity;
    ///
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() {
    /// # let sandbox = Sandbox::builder().seed(json!({ "contacts": [] })).start().await;
    /// let key = json!({ "originatorId": "shop", "originId": "17" });
    /// send(&sandbox, "POST contacts", key).await.expect("an answer");
    /// let contacts = sandbox.records(Entity::Contacts);
    /// assert_eq!(contacts.iter().filter(|one| one["originId"] == "17").count(), 1);
    /// # }
    /// ```
    #[must_use]
    pub fn records(&self, entity: impl Into<EntityPath>) -> Vec<Value> {
        self.service.portal().records(entity.into())
    }

    /// Returns a contact, as [`Sandbox::record`] does.
    #[must_use]
    pub fn contact(&self, id: u64) -> Option<Value> {
        self.record(Entity::Contacts, id)
    }

    /// Queues a fault. It hits the next request that it applies to and that no earlier fault hits.
    ///
    /// Faults hit the routes of entities, never `GET /v1/me`.
    pub fn fault(&self, fault: Fault) {
        self.faults([fault]);
    }

    /// Queues these faults in order, one for each request.
    pub fn faults(&self, faults: impl IntoIterator<Item = Fault>) {
        self.service.plan().queue(faults);
    }

    /// Starts a storm, replacing the current one. Faults of [`Sandbox::fault`] take precedence.
    pub fn storm(&self, storm: Storm) {
        self.service.plan().storm(storm);
    }

    /// Ends the storm and discards the queued faults.
    pub fn calm(&self) {
        self.service.plan().calm();
    }

    /// Expires a session during a run: from now on its token answers 401 `TOKEN_EXPIRED`. A token
    /// that no app's key knows stays unknown.
    pub fn expire_session(&self, token: &str) {
        for key in self.service.keys().all_mut() {
            key.expire_session(token);
        }
    }

    /// Opens a session during a run, also an expired one: its token is valid with the key of every
    /// app.
    pub fn add_session(&self, token: &str) {
        for key in self.service.keys().all_mut() {
            key.open_session(token);
        }
    }

    /// Returns every request so far, in the order of arrival, including those that have not been
    /// answered yet.
    #[must_use]
    pub fn requests(&self) -> Vec<LoggedRequest> {
        self.service.log.all()
    }

    /// Starts watching the requests that arrive from now on.
    #[must_use]
    pub fn watch(&self) -> Watch {
        Watch::new(&self.service.log)
    }

    /// Removes the requests so far from the log.
    pub fn clear_requests(&self) {
        self.service.log.clear();
    }
}

impl fmt::Debug for Sandbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sandbox")
            .field("url", &self.url)
            .finish_non_exhaustive()
    }
}

/// Returns the keys that every sandbox knows.
pub(crate) fn standard_keys() -> [Key; 7] {
    [
        Key::personal(Sandbox::API_KEY),
        Key::app(Sandbox::APP_KEY)
            .session(Sandbox::SESSION_TOKEN)
            .expired_session(Sandbox::EXPIRED_SESSION_TOKEN),
        Key::management(Sandbox::MANAGEMENT_KEY),
        Key::personal(Sandbox::READ_ONLY_KEY).read_only(),
        Key::personal(Sandbox::UNSCOPED_KEY).without_scope(),
        Key::personal(Sandbox::TOKENLESS_KEY).without_tokens(),
        Key::personal(Sandbox::DENIED_KEY).denied(),
    ]
}
