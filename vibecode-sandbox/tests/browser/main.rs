//! What the sandbox's page shows, in Chromium without a window.
//!
//! `SCREENSHOTS=folder` stores what it looks like.

#[cfg(test)]
mod browser;
#[cfg(test)]
mod layout;
#[cfg(test)]
mod records;
#[cfg(test)]
mod requests;
#[cfg(test)]
mod served;
#[path = "../../../tests/src/skip.rs"]
pub mod skip;
#[cfg(test)]
mod speed;
