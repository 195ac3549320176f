//! Actions on records, and the access that a key needs for each.

/// What a request does with records.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Access {
    Read,
    Write,
}

/// An action on the records of an entity (grade D).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Action {
    List,
    Get,
    Create,
    Update,
    Delete,
    Fields,
    Search,
}

impl Action {
    pub(crate) const ALL: &[Self] = &[
        Self::List,
        Self::Get,
        Self::Create,
        Self::Update,
        Self::Delete,
        Self::Fields,
        Self::Search,
    ];

    /// Returns the name of the action in a batch.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::List => "list",
            Self::Get => "get",
            Self::Create => "create",
            Self::Update => "update",
            Self::Delete => "delete",
            Self::Fields => "fields",
            Self::Search => "search",
        }
    }

    pub(crate) fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|each| each.name() == name)
    }

    pub(crate) fn access(self) -> Access {
        match self {
            Self::Create | Self::Update | Self::Delete => Access::Write,
            Self::List | Self::Get | Self::Fields | Self::Search => Access::Read,
        }
    }

    pub(crate) fn needs_id(self) -> bool {
        matches!(self, Self::Get | Self::Update | Self::Delete)
    }
}
