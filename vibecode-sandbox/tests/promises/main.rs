//! What the sandbox promises, asked over HTTP.

#[cfg(test)]
mod batch_faults;
#[cfg(test)]
mod batches;
#[cfg(test)]
mod catalogues;
#[cfg(test)]
mod creations;
#[cfg(test)]
mod entities;
#[cfg(test)]
mod faults;
#[cfg(test)]
mod keys;
#[cfg(test)]
mod limits;
#[cfg(test)]
mod lists;
#[cfg(test)]
mod many;
#[cfg(test)]
mod multifields;
#[cfg(test)]
mod page;
#[cfg(test)]
mod reads;
#[cfg(test)]
mod recorded;
#[cfg(test)]
mod request_log;
#[cfg(test)]
mod seeds;
#[cfg(test)]
mod server;
#[cfg(test)]
mod settings;
#[cfg(test)]
mod storms;
#[cfg(test)]
mod updates;
#[cfg(test)]
mod user_fields;
#[cfg(test)]
mod watching;
#[cfg(test)]
mod wire;
