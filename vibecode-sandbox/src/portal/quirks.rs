//! Behaviour that differs between portals, or is not known.

#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Quirks {
    pub(crate) empty_maps: EmptyMaps,
    pub(crate) paging: Paging,
    pub(crate) fm: Fm,
}

/// How a batch writes an empty map.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum EmptyMaps {
    #[default]
    AsMaps,
    /// `[]`, as PHP writes an empty array regardless of its intended contents.
    AsLists,
}

/// The contents of a list's `meta`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Paging {
    #[default]
    Truthful,
    /// `total` is 0, and `hasMore` only says whether the page is full (both grade O).
    Untruthful,
}

/// Whether reads show `fm` beside its aliases.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Fm {
    #[default]
    Shown,
    LeftOut,
}
