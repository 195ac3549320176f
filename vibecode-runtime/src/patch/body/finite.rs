//! Finds NaN and infinity in what serde serializes.
//!
//! `serde_json` writes them as null, which clears the field, and neither its `Value` nor a custom
//! `Formatter` can distinguish that null from any other. So this is a serializer that writes
//! nothing and only checks the numbers.

use std::fmt;

use serde::ser::{self, Serialize};

use crate::value::encode::NOT_FINITE;

/// Whether a value contains neither NaN nor infinity, at any depth.
pub(crate) fn is_finite(value: &(impl Serialize + ?Sized)) -> bool {
    !matches!(value.serialize(Finite), Err(Problem::NotFinite))
}

#[derive(Debug)]
enum Problem {
    NotFinite,
    /// The value cannot be serialized. Writing it reports the same error.
    NotSerializable,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotFinite => NOT_FINITE,
            Self::NotSerializable => "the value cannot be serialized",
        })
    }
}

impl std::error::Error for Problem {}

impl ser::Error for Problem {
    fn custom<T: fmt::Display>(_: T) -> Self {
        Self::NotSerializable
    }
}

struct Finite;

type Checked = Result<(), Problem>;

macro_rules! pass {
    ($($method:ident($($argument:ty),*);)+) => {$(
        fn $method(self, $(_: $argument),*) -> Checked {
            Ok(())
        }
    )+};
}

macro_rules! begin {
    ($($method:ident($($argument:ty),*);)+) => {$(
        fn $method(self, $(_: $argument),*) -> Result<Self, Problem> {
            Ok(self)
        }
    )+};
}

impl ser::Serializer for Finite {
    type Ok = ();
    type Error = Problem;
    type SerializeSeq = Self;
    type SerializeTuple = Self;
    type SerializeTupleStruct = Self;
    type SerializeTupleVariant = Self;
    type SerializeMap = Self;
    type SerializeStruct = Self;
    type SerializeStructVariant = Self;

    pass! {
        serialize_bool(bool);
        serialize_i8(i8);
        serialize_i16(i16);
        serialize_i32(i32);
        serialize_i64(i64);
        serialize_i128(i128);
        serialize_u8(u8);
        serialize_u16(u16);
        serialize_u32(u32);
        serialize_u64(u64);
        serialize_u128(u128);
        serialize_char(char);
        serialize_str(&str);
        serialize_bytes(&[u8]);
        serialize_none();
        serialize_unit();
        serialize_unit_struct(&'static str);
        serialize_unit_variant(&'static str, u32, &'static str);
    }

    fn serialize_f32(self, value: f32) -> Checked {
        self.serialize_f64(value.into())
    }

    fn serialize_f64(self, value: f64) -> Checked {
        if value.is_finite() {
            Ok(())
        } else {
            Err(Problem::NotFinite)
        }
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Checked {
        value.serialize(self)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        value: &T,
    ) -> Checked {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        value: &T,
    ) -> Checked {
        value.serialize(self)
    }

    begin! {
        serialize_seq(Option<usize>);
        serialize_tuple(usize);
        serialize_tuple_struct(&'static str, usize);
        serialize_tuple_variant(&'static str, u32, &'static str, usize);
        serialize_map(Option<usize>);
        serialize_struct(&'static str, usize);
        serialize_struct_variant(&'static str, u32, &'static str, usize);
    }
}

/// The parts of a value, each checked on its own. A name before a part needs no check.
macro_rules! each {
    ($($Trait:ident: $($method:ident($($name:ty)?)),+;)+) => {$(
        impl ser::$Trait for Finite {
            type Ok = ();
            type Error = Problem;

            $(
                fn $method<T: Serialize + ?Sized>(&mut self, $(_: $name,)? part: &T) -> Checked {
                    part.serialize(Finite)
                }
            )+

            fn end(self) -> Checked {
                Ok(())
            }
        }
    )+};
}

each! {
    SerializeSeq: serialize_element();
    SerializeTuple: serialize_element();
    SerializeTupleStruct: serialize_field();
    SerializeTupleVariant: serialize_field();
    SerializeMap: serialize_key(), serialize_value();
    SerializeStruct: serialize_field(&'static str);
    SerializeStructVariant: serialize_field(&'static str);
}
