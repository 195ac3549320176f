//! The reply to a request.

use crate::{answer::Answer, ending::Ending};

/// What a connection does next.
#[derive(Debug)]
pub(crate) enum Reply {
    /// Sends an answer and stays open.
    Answer(Answer),
    /// Ends.
    Ending(Ending),
}
