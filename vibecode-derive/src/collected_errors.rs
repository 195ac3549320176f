//! Collects the errors of one struct, to report them together.

use std::{cell::RefCell, fmt::Display, thread};

use proc_macro2::TokenStream;
use quote::ToTokens;

/// A collection of errors. [`into_tokens`](Self::into_tokens) must be called in the end: dropping the
/// collection without it is a bug in this crate, and panics in debug builds.
pub(crate) struct Errors {
    found: RefCell<Vec<syn::Error>>,
    is_read: bool,
}

impl Errors {
    pub(crate) fn new() -> Self {
        Self {
            found: RefCell::default(),
            is_read: false,
        }
    }

    /// Adds an error at these tokens.
    pub(crate) fn at(&self, tokens: impl ToTokens, message: impl Display) {
        self.push(syn::Error::new_spanned(tokens, message));
    }

    pub(crate) fn push(&self, error: syn::Error) {
        self.found.borrow_mut().push(error);
    }

    /// Returns the number of errors so far.
    pub(crate) fn count(&self) -> usize {
        self.found.borrow().len()
    }

    /// Drops the errors, which follow from one that is reported elsewhere.
    pub(crate) fn discard(mut self) {
        self.is_read = true;
    }

    /// Returns the errors as tokens that make the compiler print them.
    pub(crate) fn into_tokens(mut self) -> TokenStream {
        self.is_read = true;
        let found = self.found.take();
        found.iter().map(syn::Error::to_compile_error).collect()
    }
}

impl Drop for Errors {
    fn drop(&mut self) {
        debug_assert!(
            self.is_read || thread::panicking(),
            "errors were collected and not read"
        );
    }
}
