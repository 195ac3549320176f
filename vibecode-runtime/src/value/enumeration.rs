//! Enums for closed sets: the options of a list field, or the codes of a field.

use super::const_text::{Text, is_same};
use crate::Entity;

/// The values of one field with a closed set: the options of a list, or codes such as those of a status.
/// Implemented with the derive macro of the same name.
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
///
/// #[derive(Enumeration, Clone, PartialEq, Debug)]
/// #[vibecode(entity = "deals", field = "stageId", pipeline = 5)]
/// enum Stage {
///     #[vibecode(status = "WON")]
///     Won,
///     #[vibecode(other)]
///     Other(String),
/// }
///
/// assert_eq!(Stage::Won.status(), "C5:WON");
/// assert_eq!(Stage::from_status("C5:NEW"), Some(Stage::Other("C5:NEW".to_owned())));
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an enum of options or codes",
    note = "add `#[derive(Enumeration)]` and `#[vibecode(entity = \"…\", field = \"…\")]` to the enum"
)]
pub trait Enumeration: Sized {
    /// The entity that the field belongs to.
    type Entity: Entity;

    /// The wire name of the field.
    const FIELD: &'static str;

    /// Returns the id of the option, as the API writes it. Only for the options of a list.
    fn option_id(&self) -> u64
    where
        Self: OptionEnum,
    {
        self.wire_id()
    }

    /// Returns the option with this id. Returns `None` if the enum has no variant for it, and for
    /// 0, which is not a valid id. Only for the options of a list.
    #[must_use]
    fn from_option_id(id: u64) -> Option<Self>
    where
        Self: OptionEnum,
    {
        Self::of_wire_id(id)
    }

    /// Returns the code, as the API writes it: that of a stage has the prefix of its pipeline. Only for
    /// codes.
    fn status(&self) -> &str
    where
        Self: StatusEnum,
    {
        self.wire_code()
    }

    /// Returns the variant for a code, as the API writes it. Returns `None` if the enum has no variant
    /// for it, and for "" and "0", which are not codes. Only for codes.
    #[must_use]
    fn from_status(code: &str) -> Option<Self>
    where
        Self: StatusEnum,
    {
        if is_nothing_as_code(code) {
            return None;
        }
        Self::of_wire_code(code)
    }

    /// Returns the label of the option, or the name that belongs to the code. Returns `None` if the
    /// portal's data was not available when the enum was compiled, and if no variant is for this value
    /// alone.
    fn label(&self) -> Option<&'static str>;

    /// Returns the variant with this label, or `None` if no option or more than one has it.
    fn from_label(label: &str) -> Option<Self>;
}

/// An [`Enumeration`] of the options of a list field. Implemented by its derive macro.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no ids of options",
    label = "not an enum of the options of a list",
    note = "an enum of codes has `status` and `from_status`"
)]
pub trait OptionEnum: Enumeration {
    /// See [`labels`](crate::__private::labels).
    #[doc(hidden)]
    const LABELS: &'static str = "";

    #[doc(hidden)]
    fn wire_id(&self) -> u64;

    #[doc(hidden)]
    fn of_wire_id(id: u64) -> Option<Self>;
}

/// An [`Enumeration`] of codes: of a status, a stage or a currency. Implemented by its derive macro.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no codes",
    label = "not an enum of codes",
    note = "an enum of the options of a list has `option_id` and `from_option_id`"
)]
pub trait StatusEnum: Enumeration {
    /// See [`labels`](crate::__private::labels).
    #[doc(hidden)]
    const LABELS: &'static str = "";

    #[doc(hidden)]
    fn wire_code(&self) -> &str;

    #[doc(hidden)]
    fn of_wire_code(code: &str) -> Option<Self>;
}

/// Returns whether a text in place of a code clears the field (api.md, "Records").
pub(crate) fn is_nothing_as_code(code: &str) -> bool {
    matches!(code.trim(), "" | "0")
}

/// A field of an entity.
#[doc(hidden)]
#[derive(Debug, Clone, Copy)]
pub struct FieldId {
    pub(crate) entity: &'static str,
    pub(crate) name: &'static str,
}

/// What the values of a closed set are called in messages.
#[derive(Debug, Clone, Copy)]
enum ClosedValues {
    Options,
    Codes,
}

/// The field whose closed set an enum represents.
#[doc(hidden)]
#[derive(Debug, Clone, Copy)]
pub struct ClosedField {
    field: FieldId,
    values: ClosedValues,
}

impl ClosedField {
    /// Returns the list field of an enum of options.
    #[must_use]
    pub const fn of_options<T: OptionEnum>() -> Self {
        Self::of::<T>(ClosedValues::Options)
    }

    /// Returns the field of an enum of codes.
    #[must_use]
    pub const fn of_codes<T: StatusEnum>() -> Self {
        Self::of::<T>(ClosedValues::Codes)
    }

    const fn of<T: Enumeration>(values: ClosedValues) -> Self {
        let field = FieldId {
            entity: T::Entity::PATH,
            name: T::FIELD,
        };
        Self { field, values }
    }

    /// Returns what a value of this field is called, if `field` is another one.
    pub(crate) fn foreign_to(self, field: Option<FieldId>) -> Option<String> {
        let Self { field: own, values } = self;
        let field = field?;
        if field.entity == own.entity && field.name == own.name {
            return None;
        }
        let value = match values {
            ClosedValues::Options => "an option",
            ClosedValues::Codes => "a code",
        };
        Some(format!("{value} of `{}` of {}", own.name, own.entity))
    }

    /// Rejects, at compile time, options or codes of one field in another one.
    ///
    /// # Panics
    ///
    /// If the fields differ: the panic is the compile error.
    #[expect(clippy::panic, reason = "a panic in a constant is a compile error")]
    #[track_caller]
    pub const fn must_be(closed: Option<Self>, entity: &str, field: &str) {
        let Some(Self { field: own, values }) = closed else {
            return;
        };
        if is_same(own.entity, entity) && is_same(own.name, field) {
            return;
        }
        let values = match values {
            ClosedValues::Options => "options",
            ClosedValues::Codes => "codes",
        };
        let text = Text::new()
            .then("these are the ")
            .then(values)
            .then(" of `")
            .then(own.name)
            .then("` of ")
            .then(own.entity)
            .then(", not of `")
            .then(field)
            .then("` of ")
            .then(entity);
        panic!("{}", text.as_str())
    }
}
