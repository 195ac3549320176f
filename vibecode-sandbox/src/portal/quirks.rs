//! Behaviour that differs between portals, or is not known.

#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Quirks {
    pub(crate) empty_maps: EmptyMaps,
    pub(crate) paging: Paging,
    pub(crate) fm: Fm,
    pub(crate) vocabulary: Vocabulary,
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

/// How `GET /v1/{entity}/fields` describes fields.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Vocabulary {
    /// `{"fields":{"id":{"type","label","readonly"}}}` (grade O).
    #[default]
    Api,
    /// A bare map, in the vocabulary of the layer underneath (grade B).
    Native,
}

/// Whether reads show `fm` beside its aliases.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Fm {
    #[default]
    Shown,
    LeftOut,
}
