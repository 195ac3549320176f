//! The files that hold a portal's data.

use std::borrow::Cow;

use crate::{CodeSet, EntityPath};

/// A file in the folder `vibecode`, as `cargo vibecode pull` writes it.
///
/// ```
/// use vibecode_spec::{Entity, EntityPath, PortalFile};
///
/// let contacts = PortalFile::from(EntityPath::Entity(Entity::Contacts));
/// assert_eq!(contacts.file_name(), "contacts.json");
/// assert_eq!(PortalFile::Statuses.file_name(), "statuses.json");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum PortalFile {
    /// The fields of an entity.
    Schema(EntityPath),
    /// The status sets, with the pipelines.
    Statuses,
    /// The currencies.
    Currencies,
}

impl PortalFile {
    /// Returns the file that lists the codes of a set.
    #[must_use]
    pub fn of_codes(set: &CodeSet) -> Self {
        match set {
            CodeSet::Statuses(_) | CodeSet::Stages(_) => Self::Statuses,
            CodeSet::Currencies => Self::Currencies,
        }
    }

    /// Returns the name of the file.
    #[must_use]
    pub fn file_name(self) -> Cow<'static, str> {
        match self {
            Self::Schema(entity) => Cow::Owned(entity.file_name()),
            Self::Statuses => Cow::Borrowed("statuses.json"),
            Self::Currencies => Cow::Borrowed("currencies.json"),
        }
    }
}

impl From<EntityPath> for PortalFile {
    fn from(entity: EntityPath) -> Self {
        Self::Schema(entity)
    }
}
