//! Lists of the portal that are only read.

/// A list that the portal keeps beside its records: the rows have ids of their own, which may be
/// text, and cannot be written here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Catalogue {
    Statuses,
    DealCategories,
    Currencies,
    Users,
}

/// What is read of a catalogue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lookup {
    /// `GET /v1/{catalogue}`
    List,
    /// `POST /v1/{catalogue}/search`
    Search,
    /// `GET /v1/{catalogue}/{id}`; the id is the last segment of the path. `users/me` is one too.
    One,
}

impl Catalogue {
    pub(crate) const ALL: &[Self] = &[
        Self::Statuses,
        Self::DealCategories,
        Self::Currencies,
        Self::Users,
    ];

    pub(crate) fn path(self) -> &'static str {
        match self {
            Self::Statuses => "statuses",
            Self::DealCategories => "deal-categories",
            Self::Currencies => "currencies",
            Self::Users => "users",
        }
    }

    pub(crate) fn from_path(path: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|each| each.path() == path)
    }
}
