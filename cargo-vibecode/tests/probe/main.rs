//! The results of `cargo vibecode probe` with a sandbox, which behaves as the API's documentation
//! says, and that the temporary record is deleted.

#[cfg(test)]
mod answers;
#[cfg(test)]
mod asked;
#[cfg(test)]
mod deletion;
#[cfg(test)]
mod hardening;
