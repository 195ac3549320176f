//! The ratio of two counts, in hundredths.

use std::fmt;

/// A ratio of two counts, such as `0.98`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Ratio {
    hundredths: u64,
}

impl Ratio {
    /// The ratio with this number of hundredths.
    #[must_use]
    pub const fn hundredths(hundredths: u64) -> Self {
        Self { hundredths }
    }

    /// The ratio of our count to the rival's.
    #[must_use]
    pub fn of(ours: u64, theirs: u64) -> Self {
        let theirs = theirs.max(1);
        Self::hundredths((ours * 100 + theirs / 2) / theirs)
    }
}

impl fmt::Display for Ratio {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (whole, part) = (self.hundredths / 100, self.hundredths % 100);
        write!(formatter, "{whole}.{part:02}")
    }
}
