//! The fields of an entity: which there are, which values they accept and store, and the two
//! answers that describe them.

pub(crate) mod definition;
pub(crate) mod description;
pub(crate) mod entity_fields;
pub(crate) mod new_definition;
pub(crate) mod seeded_value;
pub(crate) mod stored_file;
pub(crate) mod stored_value;

pub(crate) use entity_fields::Fields;
