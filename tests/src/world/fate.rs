//! What may happen to a request: which answer it gets, and whether it was applied.

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

/// What happens to a request.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Fate {
    /// It is done and answered.
    Fine,
    /// The API refuses it: never applied, whatever it holds.
    Refused(u16, &'static str),
    /// 429 `RATE_LIMITED`, which asks for so many seconds, if for any: never applied.
    Limited(Option<u64>),
    /// An error of the API that, of a request which adds, may stand for the second of the API's own
    /// tries; a request that only sets was not applied. The flag is `b24Code`.
    Behind(u16, &'static str, bool),
    /// An error of what is behind the API, or of the session, with any status: the request may have
    /// been applied, or will be.
    Failed(u16, &'static str),
    /// The connection closes without an answer.
    Lost,
    /// The same, and it is applied afterwards.
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
    /// 200 and the record as it was, though it is applied, or will be, or never.
    OldRecord,
    /// This status, and the record as it is to become: passed on, and applied, or later, or never.
    PassedOn(u16),
    /// 200 without a body; it may have been applied.
    Empty,
    /// 200 and JSON that is no envelope; it may have been applied.
    Bare,
}

impl Fate {
    /// Whether a request with this fate is applied, and when.
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

/// What happens to a call of a batch.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum CallFate {
    /// It is done and answered.
    Fine,
    /// The API refuses it: never applied.
    Refused(&'static str),
    /// `RATE_LIMITED` with so many seconds: never applied.
    Limited(Option<u64>),
    /// An error of the API that, of a call which adds, may stand for the second of the API's own tries.
    Behind(&'static str),
    /// An error of what is behind the API: it may have been applied.
    Failed(&'static str),
    /// Both in `results` and in `errors`: it may have been applied.
    Both(&'static str),
    /// In neither: it may have been applied.
    Neither,
    /// Done, with the record of another id as payload: it may have been applied.
    OtherRecord,
    /// Done, and not applied, or only later, with the old record as payload.
    OldRecord,
}

impl CallFate {
    /// Whether a call with this fate is applied, and when.
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
