//! Who may send requests, and how many: the keys of the portal, their sessions and rights, and the
//! request limits.

mod key;
mod keyring;
mod limits;

pub use key::Key;
pub(crate) use keyring::Keyring;
pub(crate) use limits::{Limits, Quota};
pub use limits::{ResetUnit, Window};
