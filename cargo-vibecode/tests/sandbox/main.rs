//! What `cargo vibecode sandbox` promises: a server of its own, and its page.

#[cfg(test)]
mod command;
#[cfg(test)]
mod page;
#[cfg(test)]
mod served;
