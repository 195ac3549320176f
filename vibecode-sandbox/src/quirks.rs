//! What differs from portal to portal, or is not known.

/// How this portal behaves.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Quirks {
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
