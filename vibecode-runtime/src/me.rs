//! What the API says of a key.

use std::fmt;

use crate::{Raw, json};

/// What the API says of the key, from [`Client::me`](crate::Client::me): `GET /v1/me`, as it was
/// observed (grade O). What it leaves out is `None` here.
///
/// ```
/// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doctest/customer.rs"));
/// # #[tokio::main(flavor = "current_thread", start_paused = true)]
/// # async fn main() -> vibecode_runtime::Result<()> {
/// # let (_sandbox, client) = sandbox().await?;
/// let me = client.me().await?;
/// assert!(me.portal().is_some() && me.tariff().is_some());
/// assert!(me.scopes().is_some_and(|scopes| scopes.contains(&"crm".to_owned())));
/// assert_eq!(me.can_write(), Some(true));
/// assert!(me.raw().as_str().contains("READWRITE"));
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Me {
    raw: Raw,
}

impl Me {
    pub(crate) fn new(raw: Raw) -> Self {
        Self { raw }
    }

    /// The portal's host.
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doctest/customer.rs"));
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() -> vibecode_runtime::Result<()> {
    /// # let (_sandbox, client) = sandbox().await?;
    /// let portal = client.me().await?.portal();
    /// assert!(portal.is_some_and(|host| host.contains('.')));
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn portal(&self) -> Option<String> {
        self.text("portal")
    }

    /// The portal's tariff.
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doctest/customer.rs"));
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() -> vibecode_runtime::Result<()> {
    /// # let (_sandbox, client) = sandbox().await?;
    /// assert!(client.me().await?.tariff().is_some());
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn tariff(&self) -> Option<String> {
        self.text("tariff")
    }

    /// What the key may be used for; records of the CRM need `crm`.
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doctest/customer.rs"));
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() -> vibecode_runtime::Result<()> {
    /// # let (_sandbox, client) = sandbox().await?;
    /// let scopes = client.me().await?.scopes().unwrap_or_default();
    /// assert!(scopes.iter().any(|scope| scope == "crm"));
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn scopes(&self) -> Option<Vec<String>> {
        serde_json::from_str(self.raw.field("scopes")?.as_str()).ok()
    }

    /// Whether the key may write: `accessMode` is `READWRITE`, or else `READONLY`.
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doctest/customer.rs"));
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() -> vibecode_runtime::Result<()> {
    /// # let sandbox = Sandbox::start().await;
    /// let client = Client::builder(Credentials::personal(Sandbox::READ_ONLY_KEY))
    ///     .base_url(sandbox.url())
    ///     .build()?;
    /// assert_eq!(client.me().await?.can_write(), Some(false));
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn can_write(&self) -> Option<bool> {
        match self.text("accessMode")?.as_str() {
            "READWRITE" => Some(true),
            "READONLY" => Some(false),
            _ => None,
        }
    }

    /// All of it, as the API answered it.
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doctest/customer.rs"));
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() -> vibecode_runtime::Result<()> {
    /// # let (_sandbox, client) = sandbox().await?;
    /// let me: serde_json::Value = client.me().await?.raw().parse()?;
    /// assert!(me["api"]["entityApi"]["entities"].is_object());
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn raw(&self) -> &Raw {
        &self.raw
    }

    fn text(&self, name: &str) -> Option<String> {
        let value = json::pick(self.raw.as_str(), [name])?;
        let [value] = value;
        json::text(value?)
    }
}

impl fmt::Debug for Me {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Me")
            .field("can_write", &self.can_write())
            .field("scopes", &self.scopes())
            .finish_non_exhaustive()
    }
}
