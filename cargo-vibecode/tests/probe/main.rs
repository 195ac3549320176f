//! What `cargo vibecode probe` finds out, asked of a sandbox: what the sandbox chose where the API
//! is silent is what its documentation says. And that nothing is left behind.

#[cfg(test)]
mod answers;
#[cfg(test)]
mod asked;
#[cfg(test)]
mod deletion;
#[cfg(test)]
mod hardening;
