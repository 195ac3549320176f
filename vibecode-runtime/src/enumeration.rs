//! Enums that stand for the options of a list.

use crate::Entity;

/// The options of one list field, made by the derive macro of the same name.
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
/// // Labels are known from the portal's schema, and there is none here.
/// assert_eq!(Loyalty::Gold.label(), None);
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an enum of options",
    note = "add `#[derive(Enumeration)]` and `#[vibecode(entity = \"…\", field = \"…\")]` to the enum"
)]
pub trait Enumeration: Sized {
    /// The entity that has the field.
    type Entity: Entity;

    /// The wire name of the field.
    const FIELD: &'static str;

    /// The id of the option, as the API writes it.
    fn option_id(&self) -> u64;

    /// The option with this id. `None` if the enum has no variant for it, and for 0, which is the id
    /// of no option.
    fn from_option_id(id: u64) -> Option<Self>;

    /// The label of the option. `None` if the portal's schema was not there when the enum was
    /// compiled, and for the variant that holds all other options.
    fn label(&self) -> Option<&'static str>;

    /// The option with this label. `None` if no option is known by it, or several are.
    fn from_label(label: &str) -> Option<Self>;
}

/// A list field, by its entity and its name.
#[doc(hidden)]
#[derive(Debug, Clone, Copy)]
pub struct List {
    /// The path of the entity.
    pub(crate) entity: &'static str,
    /// The wire name of the field.
    pub(crate) field: &'static str,
}

impl List {
    /// The list of an enum of options.
    #[must_use]
    pub const fn of<T: Enumeration>() -> Self {
        Self {
            entity: T::Entity::PATH,
            field: T::FIELD,
        }
    }

    /// Whether these are the same field.
    pub(crate) fn is(self, other: Self) -> bool {
        self.entity == other.entity && self.field == other.field
    }

    /// Refuses, while compiling, the options of one list in another.
    ///
    /// # Panics
    /// If the lists differ: that is the compile error.
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

#[expect(clippy::indexing_slicing, reason = "both places are below the length")]
const fn is_same(one: &str, other: &str) -> bool {
    let (one, other) = (one.as_bytes(), other.as_bytes());
    let mut place = 0;
    if one.len() != other.len() {
        return false;
    }
    while place < one.len() {
        if one[place] != other[place] {
            return false;
        }
        place += 1;
    }
    true
}

/// A text that is put together while compiling.
struct Text {
    bytes: [u8; Self::LENGTH],
    length: usize,
}

impl Text {
    const LENGTH: usize = 256;

    const fn new() -> Self {
        Self {
            bytes: [0; Self::LENGTH],
            length: 0,
        }
    }

    #[expect(clippy::indexing_slicing, reason = "both places are below the length")]
    const fn then(mut self, text: &str) -> Self {
        let text = text.as_bytes();
        let mut place = 0;
        while place < text.len() && self.length < Self::LENGTH {
            self.bytes[self.length] = text[place];
            self.length += 1;
            place += 1;
        }
        self
    }

    const fn as_str(&self) -> &str {
        let (text, _) = self.bytes.split_at(self.length);
        match std::str::from_utf8(text) {
            Ok(text) => text,
            Err(_) => "these are the options of another list",
        }
    }
}
