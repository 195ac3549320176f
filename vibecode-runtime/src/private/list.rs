//! The types that the setter of a list accepts.

use std::{
    borrow::Cow,
    collections::{BinaryHeap, VecDeque},
};

/// What a setter accepts for a list of the type `L`: the list itself, and for a `Vec` also arrays
/// and slices of values that convert into its elements.
///
/// Each array length has its own implementation. With one implementation for all lengths, the
/// compiler could not infer the element type of `[]`. The one for length 0 uses the element type of
/// the list.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not convert into the list that the field holds, `{L}`",
    label = "not a list of the field's values",
    note = "it takes `{L}`, an array of at most 32 values that convert into its elements, or a slice of them"
)]
pub trait IntoList<L> {
    /// Converts into the list.
    fn into_list(self) -> L;
}

#[diagnostic::do_not_recommend]
impl<L> IntoList<L> for L {
    #[inline]
    fn into_list(self) -> L {
        self
    }
}

#[diagnostic::do_not_recommend]
impl<T> IntoList<Vec<T>> for [T; 0] {
    fn into_list(self) -> Vec<T> {
        Vec::new()
    }
}

#[diagnostic::do_not_recommend]
impl<T> IntoList<Vec<T>> for &[T; 0] {
    fn into_list(self) -> Vec<T> {
        Vec::new()
    }
}

macro_rules! arrays {
    ($($length:literal)+) => {$(
        #[diagnostic::do_not_recommend]
        impl<T, V: Into<T>> IntoList<Vec<T>> for [V; $length] {
            fn into_list(self) -> Vec<T> {
                self.into_iter().map(Into::into).collect()
            }
        }

        #[diagnostic::do_not_recommend]
        impl<T, V: Into<T> + Clone> IntoList<Vec<T>> for &[V; $length] {
            fn into_list(self) -> Vec<T> {
                self.iter().cloned().map(Into::into).collect()
            }
        }
    )+};
}

arrays! { 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31 32 }

#[diagnostic::do_not_recommend]
impl<T, V: Into<T> + Clone> IntoList<Vec<T>> for &[V] {
    fn into_list(self) -> Vec<T> {
        self.iter().cloned().map(Into::into).collect()
    }
}

#[diagnostic::do_not_recommend]
impl<T, V: Into<T> + Clone> IntoList<Vec<T>> for &Vec<V> {
    fn into_list(self) -> Vec<T> {
        self.as_slice().into_list()
    }
}

macro_rules! collections {
    ($($Collection:ty where $($bound:path)?;)+) => {$(
        #[diagnostic::do_not_recommend]
        impl<T $(: $bound)?> IntoList<Vec<T>> for $Collection {
            fn into_list(self) -> Vec<T> {
                self.into()
            }
        }
    )+};
}

collections! {
    Box<[T]> where;
    Cow<'_, [T]> where Clone;
    VecDeque<T> where;
    BinaryHeap<T> where;
}
