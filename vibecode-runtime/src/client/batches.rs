//! How this portal reads the calls of a batch, and whether that has been seen.

use std::sync::atomic::AtomicBool;

use tokio::sync::Mutex;

/// Where the values of an update stand in a call of a batch. The API does not document
/// it, so the first batch of a client is looked at closely:
/// [`ErrorKind::NotEchoed`](crate::ErrorKind::NotEchoed).
///
/// ```
/// use vibecode_runtime::{BatchParams, Client, Credentials};
///
/// let client = Client::builder(Credentials::personal("vibe_api_1"))
///     .batch_params(BatchParams::Fields)
///     .build()?;
/// # let _: Client = client;
/// # Ok::<(), vibecode_runtime::Error>(())
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum BatchParams {
    /// `"params":{"post":"Director"}`
    #[default]
    Flat,
    /// `"params":{"fields":{"post":"Director"}}`
    Fields,
}

impl BatchParams {
    /// What stands around the body of a patch.
    pub(crate) fn around(self) -> (&'static str, &'static str) {
        match self {
            Self::Flat => ("", ""),
            Self::Fields => (r#"{"fields":"#, "}"),
        }
    }
}

/// What is known of how this portal reads batches. The shape of a call inside one is not documented
/// to the letter, and the API drops what it does not know.
#[derive(Debug, Default)]
pub(crate) struct Echoes {
    pub(crate) are_known: AtomicBool,
    /// Held by the batch that is to show it.
    pub(crate) canary: Mutex<()>,
}
