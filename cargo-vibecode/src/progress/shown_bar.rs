//! The bar that is on the terminal. What else is printed must not be written into it.

use std::sync::{Mutex, MutexGuard, PoisonError};

use indicatif::ProgressBar;

static SHOWN: Mutex<Shown> = Mutex::new(Shown {
    bar: None,
    is_printing: false,
    is_over: false,
});

struct Shown {
    bar: Option<ProgressBar>,
    /// Whether something is being printed beside the bar. The bar's lock is not reentrant, so what is printed in turn
    /// does not touch the bar.
    is_printing: bool,
    /// Whether no bar is drawn any more.
    is_over: bool,
}

/// Prints something without disturbing the bar that is on the terminal.
pub(crate) fn beside_bar<T>(print: impl FnOnce() -> T) -> T {
    let mut shown = lock();
    let Some(bar) = shown.bar.clone().filter(|_| !shown.is_printing) else {
        drop(shown);
        return print();
    };
    shown.is_printing = true;
    drop(shown);
    let printed = bar.suspend(print);
    lock().is_printing = false;
    printed
}

/// Removes the bar for good, before a thread prints the last line of the command: the others would draw it again below.
pub(crate) fn end_bars() {
    let mut shown = lock();
    shown.is_over = true;
    let bar = shown.bar.take();
    drop(shown);
    // A bar that is cleared is not drawn again, also by a thread that is about to do so.
    if let Some(bar) = bar {
        bar.finish_and_clear();
    }
}

/// Notes that a bar is on the terminal. Returns false if it must not be drawn.
pub(super) fn show(bar: &ProgressBar) -> bool {
    let mut shown = lock();
    if !shown.is_over {
        shown.bar = Some(bar.clone());
    }
    !shown.is_over
}

/// Notes that the bar is about to be removed.
pub(super) fn hide() {
    lock().bar = None;
}

fn lock() -> MutexGuard<'static, Shown> {
    SHOWN.lock().unwrap_or_else(PoisonError::into_inner)
}
