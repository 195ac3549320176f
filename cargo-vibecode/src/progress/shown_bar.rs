//! The bar that is on the terminal. What else is printed must not be written into it.

use std::sync::{Mutex, PoisonError};

use indicatif::ProgressBar;

static SHOWN_BAR: Mutex<Option<ProgressBar>> = Mutex::new(None);

/// Prints something without disturbing the bar that is on the terminal.
pub(crate) fn beside_bar<T>(print: impl FnOnce() -> T) -> T {
    // It is taken out, so that something that is printed in turn finds none: the bar's lock is not reentrant.
    let Some(bar) = replace_shown_bar(None) else {
        return print();
    };
    let printed = bar.suspend(print);
    replace_shown_bar(Some(bar));
    printed
}

pub(super) fn replace_shown_bar(bar: Option<ProgressBar>) -> Option<ProgressBar> {
    let mut shown = SHOWN_BAR.lock().unwrap_or_else(PoisonError::into_inner);
    std::mem::replace(&mut *shown, bar)
}
