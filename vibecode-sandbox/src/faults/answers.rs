//! Successful answers that are incomplete or wrong.

use http::StatusCode;

use super::{Effect, Fault};
use crate::wire::Failure;

impl Fault {
    /// Answers 204 without a body. The write is applied.
    pub fn no_content() -> Self {
        Self::new("no_content", Effect::NoContent).applied()
    }

    /// Sends the answer with its full length, cut off in the middle of the body. The write is
    /// applied.
    pub fn cut_off() -> Self {
        Self::new("cut_off", Effect::CutOff).applied()
    }

    /// Sends the answer in chunks, cut off before the last one. The write is applied.
    pub fn cut_off_chunked() -> Self {
        Self::new("cut_off_chunked", Effect::CutOffChunked).applied()
    }

    /// Sends the answer after 17 MiB of white space, in chunks: valid JSON for a client that reads
    /// that much. The write is applied.
    pub fn oversized() -> Self {
        Self::new("oversized", Effect::Oversized).applied()
    }

    /// Answers 200 with bytes that are not JSON. The write is applied.
    pub fn garbage() -> Self {
        Self::new("garbage", Effect::Garbage).applied()
    }

    /// Answers 200 with an HTML page. The write is applied.
    pub fn html() -> Self {
        Self::new("html", Effect::Html(StatusCode::OK)).applied()
    }

    /// Answers with the id of the next record (its own plus 1), in a batch in every result. A creation is
    /// answered with the record before the new one, if there is any. The write is applied.
    pub fn another_record() -> Self {
        Self::new("another_record", Effect::AnotherRecord).applied()
    }

    /// Answers 200 with `{"success":false,"error":{"code":"BITRIX_ERROR",…}}`. The write is not
    /// applied.
    pub fn success_false() -> Self {
        let failure = Failure::new("BITRIX_ERROR", "The portal refused the change");
        Self::new("success_false", Effect::FailUnder200(failure))
    }
}
