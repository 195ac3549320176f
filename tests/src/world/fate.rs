//! What may happen to a request: which answer it receives, and whether it is applied.

use super::dice::Dice;

/// Whether a request is applied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ran {
    /// Never.
    Never,
    /// Before its answer.
    Before,
    /// After its answer, within the bound of a run.
    After,
}

impl Ran {
    /// Any of them.
    pub fn draw(dice: &mut Dice) -> Self {
        *dice.weighted(&[(2, Self::Never), (5, Self::Before), (3, Self::After)])
    }
}

/// The fate of a request.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Fate {
    /// It is applied and answered.
    Fine,
    /// The API refuses it: never applied, whatever its content.
    Refused(u16, &'static str),
    /// 429 `RATE_LIMITED`, with this `retryAfter` in seconds, if any: never applied.
    Limited(Option<u64>),
    /// An error of the API. If the request adds, the error may be about the API's own second attempt, and the
    /// first may have been applied. A request that only sets was not applied. The flag is `b24Code`.
    Behind(u16, &'static str, bool),
    /// An error of a layer behind the API, or of the session, with any status: the request may have been
    /// applied, or will be.
    Failed(u16, &'static str),
    /// The connection closes without an answer.
    Lost,
    /// The connection closes without an answer, and the request is applied afterwards.
    Late,
    /// The connection is reset.
    Reset,
    /// The answer breaks off.
    Cut,
    /// No answer ever comes.
    Stalled,
    /// The answer never ends.
    Oversized,
    /// A page of a gateway, with this status; it may have been applied.
    Page(u16),
    /// 200 and the record of another id; it may have been applied.
    OtherRecord,
    /// 200 and the record as it was before, whether the request is applied, will be, or never is.
    OldRecord,
    /// This status, and the record as it is to become: passed on, and applied, or later, or never.
    PassedOn(u16),
    /// 200 without a body; it may have been applied.
    Empty,
    /// 200 and JSON without the envelope; it may have been applied.
    Bare,
}

impl Fate {
    /// Returns whether a request with this fate is applied, and when.
    pub fn ran(self, adds: bool, dice: &mut Dice) -> Ran {
        match self {
            Self::Fine => Ran::Before,
            Self::Refused(..) | Self::Limited(_) => Ran::Never,
            Self::Late => Ran::After,
            Self::Behind(..) if !adds => Ran::Never,
            Self::Behind(..)
            | Self::Failed(..)
            | Self::Lost
            | Self::Reset
            | Self::Cut
            | Self::Stalled
            | Self::Oversized
            | Self::Page(_)
            | Self::OtherRecord
            | Self::OldRecord
            | Self::PassedOn(_)
            | Self::Empty
            | Self::Bare => Ran::draw(dice),
        }
    }
}

/// The fate of a call of a batch.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum CallFate {
    /// It is applied and answered.
    Fine,
    /// The API refuses it: never applied.
    Refused(&'static str),
    /// `RATE_LIMITED` with this number of seconds: never applied.
    Limited(Option<u64>),
    /// An error of the API. If the call adds, the error may be about the API's own second attempt.
    Behind(&'static str),
    /// An error of a layer behind the API: it may have been applied.
    Failed(&'static str),
    /// Both in `results` and in `errors`: it may have been applied.
    Both(&'static str),
    /// In neither: it may have been applied.
    Neither,
    /// A success with the record of another id as payload: it may have been applied.
    OtherRecord,
    /// A success with the old record as payload: not applied, or only later.
    OldRecord,
}

impl CallFate {
    /// Returns whether a call with this fate is applied, and when.
    pub fn ran(self, adds: bool, dice: &mut Dice) -> Ran {
        match self {
            Self::Fine => Ran::Before,
            Self::Refused(_) | Self::Limited(_) => Ran::Never,
            Self::Behind(_) if !adds => Ran::Never,
            Self::Behind(_)
            | Self::Failed(_)
            | Self::Both(_)
            | Self::Neither
            | Self::OtherRecord
            | Self::OldRecord => Ran::draw(dice),
        }
    }
}
