//! What the setter of a list takes.

use std::{
    borrow::Cow,
    collections::{BinaryHeap, VecDeque},
};

/// What a setter takes for a list of the type `L`: the list itself, and for a `Vec` arrays and slices
/// of what its elements convert from.
///
/// Each length of an array has its own implementation. With one for all lengths, the compiler could not
/// infer the type of the elements of `[]`; in the one for length 0, it is that of the list's elements.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not convert into the list that the field holds, `{L}`",
    label = "not a list of what the field holds",
    note = "it takes `{L}`, an array of at most 32 values that convert into its elements, or a slice of them"
)]
pub trait IntoList<L> {
    /// The list.
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
