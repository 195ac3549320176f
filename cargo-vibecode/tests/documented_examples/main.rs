//! The examples of the API's own page on updating a contact, as it prints them, against the sandbox:
//! only the host and the keys are replaced.

#[cfg(test)]
mod update_contact;
