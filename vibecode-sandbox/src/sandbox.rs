//! The sandbox as a test holds it.

use std::{fmt, sync::Arc};

use serde_json::Value;
use tokio::{net::TcpListener, task::JoinSet};
use vibecode_spec::Entity;

use crate::{
    Fault, LoggedRequest, SandboxBuilder, StartError, Storm, Watch, hosting::Hosting,
    keyring::Keyring, limits::Quota, portal::Portal, server, service::Service,
};

/// A running stand-in for the API. Dropping it stops the server, every connection, and what was
/// still to be written [late](Fault::late).
///
/// It knows the keys below whatever it is built from; [`SandboxBuilder::key`] adds others.
pub struct Sandbox {
    url: String,
    service: Arc<Service>,
    /// Dropped along with the sandbox, which is what stops the server.
    _server: JoinSet<()>,
}

impl Sandbox {
    /// A personal key that may do everything.
    pub const API_KEY: &str = "vibe_api_sandbox";
    /// The key of an app, good together with [`Sandbox::SESSION_TOKEN`].
    pub const APP_KEY: &str = "vibe_app_sandbox";
    /// A session of [`Sandbox::APP_KEY`], sent as `Authorization: Bearer …`.
    pub const SESSION_TOKEN: &str = "vibe_session_sandbox";
    /// A session of [`Sandbox::APP_KEY`] that is over: 401 `TOKEN_EXPIRED`.
    pub const EXPIRED_SESSION_TOKEN: &str = "vibe_session_sandbox_expired";
    /// A management key: 403 `MANAGEMENT_KEY_NO_ENTITY_ACCESS`.
    pub const MANAGEMENT_KEY: &str = "vibe_live_sandbox";
    /// A personal key that reads only: a write is 403 `WRITE_BLOCKED_READONLY_KEY`.
    pub const READ_ONLY_KEY: &str = "vibe_api_sandbox_read_only";
    /// A personal key without the scope `crm`: 403 `SCOPE_DENIED`.
    pub const UNSCOPED_KEY: &str = "vibe_api_sandbox_unscoped";
    /// A personal key that has no tokens: 401 `TOKEN_MISSING`.
    pub const TOKENLESS_KEY: &str = "vibe_api_sandbox_tokenless";
    /// A personal key whose user has no access: 403 `ACCESS_DENIED`.
    pub const DENIED_KEY: &str = "vibe_api_sandbox_denied";

    /// Starts a sandbox with the default portal on the runtime of the caller: contacts 71 to 73
    /// with a user field of every type, company 15, lead 31 and deal 5.
    ///
    /// # Panics
    /// Where no port of the loopback interface is free.
    pub async fn start() -> Self {
        Self::builder().start().await
    }

    /// Begins a sandbox with other records, fields or keys.
    pub fn builder() -> SandboxBuilder {
        SandboxBuilder::default()
    }

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

    /// The base URL, such as `http://127.0.0.1:40123/v1`.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// A record as `GET /v1/{entity}/{id}` would answer it now; with `fm` also where reads
    /// [leave it out](SandboxBuilder::without_fm).
    #[must_use]
    pub fn record(&self, entity: Entity, id: u64) -> Option<Value> {
        self.service.portal().look_at(entity, id)
    }

    /// A contact, as [`Sandbox::record`] gives it.
    #[must_use]
    pub fn contact(&self, id: u64) -> Option<Value> {
        self.record(Entity::Contacts, id)
    }

    /// Lets this go wrong with the next request that it is for and that no fault waits for yet.
    ///
    /// Faults hit the routes of entities, `GET /v1/me` never.
    pub fn fault(&self, fault: Fault) {
        self.faults([fault]);
    }

    /// Lets these go wrong in their order, one a request.
    pub fn faults(&self, faults: impl IntoIterator<Item = Fault>) {
        self.service.plan().queue(faults);
    }

    /// Begins a storm, in place of one that goes on. Faults of [`Sandbox::fault`] go before it.
    pub fn storm(&self, storm: Storm) {
        self.service.plan().storm(storm);
    }

    /// Ends the storm, and forgets the faults that no request has met.
    pub fn calm(&self) {
        self.service.plan().calm();
    }

    /// Ends a session in mid-run: its token answers 401 `TOKEN_EXPIRED` from now on. A token that
    /// no app's key knows stays unknown.
    pub fn expire_session(&self, token: &str) {
        for key in self.service.keys().all_mut() {
            key.expire_session(token);
        }
    }

    /// Opens a session in mid-run, also one that is over: its token is good beside the key of every
    /// app.
    pub fn add_session(&self, token: &str) {
        for key in self.service.keys().all_mut() {
            key.open_session(token);
        }
    }

    /// Every request so far, in the order in which they came in. One that is not answered yet is
    /// among them.
    #[must_use]
    pub fn requests(&self) -> Vec<LoggedRequest> {
        self.service.log.all()
    }

    /// Begins to watch the requests, from now on.
    ///
    /// ```
    /// # use vibecode_sandbox::Sandbox;
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let sandbox = Sandbox::start().await;
    /// let mut watch = sandbox.watch();
    /// drop(sandbox);
    /// assert!(watch.next().await.is_none());
    /// # }
    /// ```
    #[must_use]
    pub fn watch(&self) -> Watch {
        Watch::new(&self.service)
    }

    /// Forgets the requests so far.
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
