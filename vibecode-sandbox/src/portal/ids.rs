//! Ids that the portal assigns.

/// The last assigned ids, each kind for the whole portal.
#[derive(Debug, Default)]
pub(crate) struct Ids {
    pub(crate) entry: u64,
    pub(crate) file: u64,
}

impl Ids {
    pub(crate) fn next_entry(&mut self) -> u64 {
        self.entry += 1;
        self.entry
    }

    pub(crate) fn next_file(&mut self) -> u64 {
        self.file += 1;
        self.file
    }
}
