//! What comes of a request.

use crate::{answer::Answer, ending::Ending};

/// What a connection does next.
#[derive(Debug)]
pub(crate) enum Reply {
    /// It answers, and goes on.
    Answer(Answer),
    /// It ends.
    Ending(Ending),
}
