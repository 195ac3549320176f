//! The files that hold a portal's data.

use std::borrow::Cow;

use crate::{CodeSet, EntityPath};

/// A file in the folder `vibecode`, as `cargo vibecode pull` writes it.
///
/// ```
/// use vibecode_spec::{CodeFile, Entity, EntityPath, PortalFile};
///
/// let contacts = PortalFile::from(EntityPath::Entity(Entity::Contacts));
/// assert_eq!(contacts.file_name(), "contacts.json");
/// assert_eq!(PortalFile::from(CodeFile::Statuses).file_name(), "statuses.json");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum PortalFile {
    /// The fields of an entity.
    Schema(EntityPath),
    /// The codes of closed sets.
    Codes(CodeFile),
}

/// A file with the codes of closed sets. [`PortalCodes`](crate::PortalCodes) reads it.
///
/// ```
/// use vibecode_spec::{CodeFile, CodeSet};
///
/// let source = CodeSet::Statuses("SOURCE".to_owned());
/// assert_eq!(CodeFile::of(&source), CodeFile::Statuses);
/// assert_eq!(CodeFile::from_name("currencies"), Some(CodeFile::Currencies));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CodeFile {
    /// The status sets, with the pipelines.
    Statuses,
    /// The currencies.
    Currencies,
}

impl PortalFile {
    /// Returns the name of the file.
    #[must_use]
    pub fn file_name(self) -> Cow<'static, str> {
        match self {
            Self::Schema(entity) => Cow::Owned(entity.file_name()),
            Self::Codes(CodeFile::Statuses) => Cow::Borrowed("statuses.json"),
            Self::Codes(CodeFile::Currencies) => Cow::Borrowed("currencies.json"),
        }
    }
}

impl CodeFile {
    /// All files with codes.
    pub const ALL: [Self; 2] = [Self::Statuses, Self::Currencies];

    /// Returns the file that lists the codes of a set.
    #[must_use]
    pub fn of(set: &CodeSet) -> Self {
        match set {
            CodeSet::Statuses(_)
            | CodeSet::Stages(_)
            | CodeSet::Assumed(_)
            | CodeSet::ProcessStages(_) => Self::Statuses,
            CodeSet::Currencies => Self::Currencies,
        }
    }

    /// Returns the name in the paths of the API and on the command line.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Statuses => "statuses",
            Self::Currencies => "currencies",
        }
    }

    /// Returns the file with this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|each| each.name() == name)
    }
}

impl From<EntityPath> for PortalFile {
    fn from(entity: EntityPath) -> Self {
        Self::Schema(entity)
    }
}

impl From<CodeFile> for PortalFile {
    fn from(file: CodeFile) -> Self {
        Self::Codes(file)
    }
}
