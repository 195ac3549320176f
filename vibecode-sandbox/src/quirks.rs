//! What differs from portal to portal, or is not known.

/// Where the fields of a create or an update stand inside a batch: under `params`, in one of two
/// ways. Which one the API reads is not documented.
///
/// In the other shape the fields are unknown keys, and are dropped without a word.
///
/// ```
/// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doctest/send.rs"));
/// # #[tokio::main(flavor = "current_thread", start_paused = true)]
/// # async fn main() {
/// let sandbox = Sandbox::builder().batch_params(BatchParams::UnderFields).start().await;
/// let flat = json!({ "id": "a", "entity": "contacts", "action": "update", "entityId": 71,
///     "params": { "post": "Director" } });
/// send(&sandbox, "POST batch", json!({ "calls": [flat] })).await;
/// assert_eq!(sandbox.requests()[0].dropped(), ["a.post"]);
/// # }
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum BatchParams {
    /// `"params":{"post":"Director"}`
    #[default]
    Flat,
    /// `"params":{"fields":{"post":"Director"}}`
    UnderFields,
}

/// How this portal behaves.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Quirks {
    pub(crate) batch_params: BatchParams,
    pub(crate) empty_maps: EmptyMaps,
    pub(crate) paging: Paging,
    pub(crate) fm: Fm,
}

/// How a batch writes a map that holds nothing.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum EmptyMaps {
    #[default]
    AsMaps,
    /// `[]`, as PHP writes an empty array whatever was meant to be in it.
    AsLists,
}

/// What `meta` says of a list.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Paging {
    #[default]
    Truthful,
    /// `total` is 0, and `hasMore` only tells whether the page is full (both graded O).
    Untruthful,
}

/// Whether reads show `fm` beside its aliases.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Fm {
    #[default]
    Shown,
    LeftOut,
}
