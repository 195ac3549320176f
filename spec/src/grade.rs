//! How certain a fact about the API is.

use crate::json::Json;

/// How certain it is that a field exists.
///
/// ```
/// use vibecode_spec::{Entity, Grade};
///
/// let contacts = Entity::Contacts.schema();
/// let grade = |name| contacts.field(name).map(|field| field.grade);
/// assert_eq!(grade("post"), Some(Grade::Documented));
/// assert_eq!(grade("birthdate"), Some(Grade::Underneath));
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Grade {
    /// Grade D, or O for a field of a documented entity: the API documents the field, or an answer of the
    /// API was observed to contain it.
    #[default]
    Documented,
    /// Grade O: the field was observed on a portal, and the API documents none of the entity's fields. A
    /// struct may state another kind for it.
    Observed,
    /// Grade B: Bitrix24's REST layer underneath has the field. A portal's list of fields shows whether
    /// the API passes it on.
    Underneath,
}

impl Grade {
    /// Returns whether only a portal's list of fields shows that the API has the field.
    pub(crate) fn depends_on_portal(self) -> bool {
        match self {
            Self::Documented => false,
            Self::Observed | Self::Underneath => true,
        }
    }

    /// Reads the value of the key `grade` of a built-in description.
    pub(crate) fn read(grade: Option<&Json<'_>>) -> Self {
        match grade.and_then(Json::as_str) {
            Some("B") => Self::Underneath,
            Some("O") => Self::Observed,
            _ => Self::Documented,
        }
    }
}
