//! Looks up a field of a struct at compile time, for [`field!`](crate::field).
//!
//! `#[derive(Record)]` lists the fields of the struct in one text, `id:Own post:Text scores:Double*
//! cached:-`: the name in Rust, and the name of the kind, with a star if the field is multiple. One text
//! costs no compile time worth measuring, while an item or an impl for each field would. `field!` finds
//! the wire name in it as a constant, and the kind as the number of a [`Tag`], since a constant can
//! select a type only through a number.

use std::marker::PhantomData;

use crate::{
    Companies, Contacts, Deals, EncodeError, Encoder, Entity, Leads, Quotes, Record, Tasks, Users,
    kind::{
        Address, Boolean, Crm, Date, DateOrDateTime, DateTime, Double, Email, Enumeration, File,
        FilterKind, Iblock, Integer, Money, Multiple, Number, OrderedKind, Phone, Reference,
        Status, Text, TextKind, Url,
    },
    value::{const_text::is_same_part, enumeration::FieldId},
};

/// The kind of a field, as a number.
#[derive(Debug)]
pub struct Tag<const TAG: u16>;

/// The type of the kind with a tag. `R` is the struct, whose own id is of its entity.
pub trait TagOf<R> {
    /// The kind.
    type Kind;
}

/// The kind of a field that the struct does not have, or that has a mistake. The mistake is reported
/// elsewhere.
#[derive(Debug)]
pub struct Mistaken(PhantomData<()>);

// No second error follows.
impl<F, V> FilterKind<F, V> for Mistaken {
    fn write(_: &V, _: &mut Encoder<'_>) -> Result<(), EncodeError> {
        Err(EncodeError::new("the field has a mistake"))
    }
}

impl<F> TextKind<F> for Mistaken {}

impl<F> OrderedKind<F> for Mistaken {}

const MISTAKEN: u16 = 0;
/// Added to the tag of a kind for a field with several values.
const MULTIPLE: u16 = 1_000;

macro_rules! tags {
    ($($tag:literal, $name:literal: $Kind:ty;)+) => {
        const NAMES: &[(&str, u16)] = &[$(($name, $tag)),+];

        impl<R> TagOf<R> for Tag<MISTAKEN> {
            type Kind = Mistaken;
        }

        impl<R: Record> TagOf<R> for Tag<1> {
            type Kind = Reference<R::Entity>;
        }

        $(
            impl<R> TagOf<R> for Tag<$tag> {
                type Kind = $Kind;
            }

            impl<R> TagOf<R> for Tag<{ $tag + MULTIPLE }> {
                type Kind = Multiple<$Kind>;
            }
        )+
    };
}

/// The name of the kind of the record's own id.
const OWN_ID: (&str, u16) = ("Own", 1);

// The names that `vibecode-derive/src/tokens/runtime.rs` gives the kinds.
tags! {
    2, "Text": Text;
    3, "Integer": Integer;
    4, "Number": Number;
    5, "Double": Double;
    6, "Boolean": Boolean;
    7, "Date": Date;
    8, "DateTime": DateTime;
    9, "DateOrDateTime": DateOrDateTime;
    10, "Enumeration": Enumeration;
    11, "Money": Money;
    12, "Url": Url;
    13, "Address": Address;
    14, "File": File;
    15, "Crm": Crm;
    16, "Status": Status;
    17, "Iblock": Iblock;
    18, "Phone": Phone;
    19, "Email": Email;
    20, "Contact": Reference<Contacts>;
    21, "Company": Reference<Companies>;
    22, "Lead": Reference<Leads>;
    23, "Deal": Reference<Deals>;
    24, "User": Reference<Users>;
    25, "Quote": Reference<Quotes>;
    26, "Task": Reference<Tasks>;
}

/// The fields of a struct. None, through [`NotRecord`], for a type that is not a record, which is
/// reported once, where its wire names are looked up.
#[derive(Debug)]
pub struct FieldsOf<R>(PhantomData<R>);

impl<R: Record> FieldsOf<R> {
    /// The fields.
    pub const FIELDS: &'static str = R::READ_FIELDS;
}

/// Fallback for types that are not records.
pub trait NotRecord {
    /// No fields.
    const FIELDS: &'static str = "";
}

impl<R> NotRecord for FieldsOf<R> {}

/// Returns the tag of a field's kind, by the name of the field in Rust. An unknown name has the tag of
/// [`Mistaken`]: the compiler reports it where `field!` names the field.
///
/// # Panics
///
/// If the struct skips the field: the panic is the compile error.
#[must_use]
#[track_caller]
#[expect(clippy::panic, reason = "a panic in a constant is a compile error")]
pub const fn tag(fields: &str, name: &str) -> u16 {
    let Some(entry) = find(fields, name) else {
        return MISTAKEN;
    };
    match entry.kind(fields) {
        Some(tag) => tag,
        None => panic!(
            "the field has `#[vibecode(skip)]`: the API does not know it, so a list can be neither filtered nor ordered by it"
        ),
    }
}

/// Returns the field on the wire, by its name in Rust.
#[must_use]
#[expect(
    clippy::indexing_slicing,
    reason = "the macro lists the names in the order of `READ_NAMES`"
)]
pub const fn wire_field<R: Record>(name: &str) -> FieldId {
    let name = match find(R::READ_FIELDS, name) {
        Some(entry) => match entry.kind(R::READ_FIELDS) {
            Some(18) => "phone",
            Some(19) => "email",
            Some(MISTAKEN) | None => "",
            Some(_) => R::READ_NAMES[entry.index],
        },
        None => "",
    };
    FieldId {
        entity: <R::Entity as Entity>::PATH,
        name,
    }
}

/// A field in the text.
struct Entry {
    /// How many fields that are in `READ_NAMES` come before it.
    index: usize,
    /// The positions at which the name of its kind begins and ends.
    kind: (usize, usize),
}

impl Entry {
    /// Returns the tag of the kind, or `None` for a skipped field.
    #[expect(clippy::indexing_slicing, reason = "both indices are below the length")]
    const fn kind(&self, fields: &str) -> Option<u16> {
        let bytes = fields.as_bytes();
        let (begin, end) = self.kind;
        if is_same_part(bytes, begin, end, "-") {
            return None;
        }
        let is_multiple = end > begin && bytes[end - 1] == b'*';
        let (end, more) = if is_multiple {
            (end - 1, MULTIPLE)
        } else {
            (end, 0)
        };
        if is_same_part(bytes, begin, end, OWN_ID.0) {
            return Some(OWN_ID.1);
        }
        let mut index = 0;
        while index < NAMES.len() {
            let (name, tag) = NAMES[index];
            if is_same_part(bytes, begin, end, name) {
                return Some(tag + more);
            }
            index += 1;
        }
        Some(MISTAKEN)
    }
}

/// Finds a field. The name may be a raw identifier.
#[expect(clippy::indexing_slicing, reason = "the indices are below the length")]
const fn find(fields: &str, name: &str) -> Option<Entry> {
    let name = match name.as_bytes() {
        [b'r', b'#', ..] => name.split_at(2).1,
        _ => name,
    };
    let bytes = fields.as_bytes();
    let (mut position, mut index) = (0, 0);
    while position < bytes.len() {
        let begin = position;
        let colon = next(bytes, begin, b':');
        let end = next(bytes, colon, b' ');
        let entry = Entry {
            index,
            kind: (colon + 1, end),
        };
        if is_same_part(bytes, begin, colon, name) {
            return Some(entry);
        }
        if bytes[colon + 1].is_ascii_alphabetic() && !is_multifield(bytes, entry.kind) {
            index += 1;
        }
        position = end + 1;
    }
    None
}

/// Returns whether the kind is that of a multifield, which is not in `READ_NAMES`.
const fn is_multifield(bytes: &[u8], (begin, end): (usize, usize)) -> bool {
    is_same_part(bytes, begin, end, "Phone") || is_same_part(bytes, begin, end, "Email")
}

/// Returns the position of a character from `position` on, or the end of the text.
#[expect(clippy::indexing_slicing, reason = "the index is below the length")]
const fn next(bytes: &[u8], mut position: usize, character: u8) -> usize {
    while position < bytes.len() && bytes[position] != character {
        position += 1;
    }
    position
}
