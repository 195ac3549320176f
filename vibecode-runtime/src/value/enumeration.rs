//! Enums for the options of a list field.

use super::const_text::{Text, is_same};
use crate::Entity;

/// The options of one list field. Implemented with the derive macro of the same name.
///
/// ```
/// use vibecode_runtime::Enumeration;
///
/// #[derive(Enumeration, Clone, Copy, PartialEq, Debug)]
/// #[vibecode(entity = "contacts", field = "ufCrm_1721244707107")]
/// enum Loyalty {
///     #[vibecode(item = 79)]
///     Gold,
///     #[vibecode(item = 81)]
///     Silver,
/// }
///
/// assert_eq!(Loyalty::FIELD, "ufCrm_1721244707107");
/// assert_eq!(Loyalty::Gold.option_id(), 79);
/// assert_eq!(Loyalty::from_option_id(81), Some(Loyalty::Silver));
/// assert_eq!(Loyalty::from_option_id(99), None);
/// // Labels come from the portal's schema, which is not available here.
/// assert_eq!(Loyalty::Gold.label(), None);
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an enum of options",
    note = "add `#[derive(Enumeration)]` and `#[vibecode(entity = \"…\", field = \"…\")]` to the enum"
)]
pub trait Enumeration: Sized {
    /// The entity that the field belongs to.
    type Entity: Entity;

    /// The wire name of the field.
    const FIELD: &'static str;

    /// Returns the id of the option, as the API writes it.
    fn option_id(&self) -> u64;

    /// Returns the option with this id. Returns `None` if the enum has no variant for it, and for
    /// 0, which is not a valid id.
    fn from_option_id(id: u64) -> Option<Self>;

    /// Returns the label of the option. Returns `None` if the portal's schema was not available
    /// when the enum was compiled, and for the variant that holds all other options.
    fn label(&self) -> Option<&'static str>;

    /// Returns the option with this label, or `None` if no option or more than one has it.
    fn from_label(label: &str) -> Option<Self>;
}

/// A list field, identified by its entity and its name.
#[doc(hidden)]
#[derive(Debug, Clone, Copy)]
pub struct List {
    pub(crate) entity: &'static str,
    pub(crate) field: &'static str,
}

impl List {
    /// Returns the list field of an enum.
    #[must_use]
    pub const fn of<T: Enumeration>() -> Self {
        Self {
            entity: T::Entity::PATH,
            field: T::FIELD,
        }
    }

    pub(crate) fn is(self, other: Self) -> bool {
        self.entity == other.entity && self.field == other.field
    }

    /// Rejects, at compile time, options of one list field in another one.
    ///
    /// # Panics
    ///
    /// If the list fields differ: the panic is the compile error.
    #[expect(clippy::panic, reason = "a panic in a constant is a compile error")]
    #[track_caller]
    pub const fn must_be(list: Option<Self>, entity: &str, field: &str) {
        let Some(list) = list else {
            return;
        };
        if is_same(list.entity, entity) && is_same(list.field, field) {
            return;
        }
        let text = Text::new()
            .then("these are the options of `")
            .then(list.field)
            .then("` of ")
            .then(list.entity)
            .then(", not of `")
            .then(field)
            .then("` of ")
            .then(entity);
        panic!("{}", text.as_str())
    }
}
