//! Reads the records that jobs are about, up to [`Batch::MAX_CALLS`](vibecode_runtime::Batch::MAX_CALLS) in one
//! request.

use vibecode_runtime::{Client, Error, ErrorCode, ErrorKind, PatchJob, Updated};

use crate::api_words::ApiWords;

/// A record as it is now, or why it could not be read.
pub(crate) type ReadRecord = Result<Updated, NotRead>;

/// Why a record could not be read.
#[derive(Debug, Clone)]
pub(crate) enum NotRead {
    Failed(Error),
    /// The batch has ended without a result for this record.
    NoResult,
}

/// Returns whether the API has answered that there is no such record. A status is that of the whole request, which says
/// nothing of a record.
pub(crate) fn is_not_found(error: &Error) -> bool {
    error.status().is_none() && error.code() == Some(&ErrorCode::EntityNotFound)
}

impl NotRead {
    /// Returns what happened, without a value.
    pub(crate) fn explanation(&self) -> &str {
        match self {
            Self::Failed(error) => error.explanation(),
            Self::NoResult => "the client returned no result for it",
        }
    }

    /// Returns what the API itself says.
    pub(crate) fn words(&self) -> Option<ApiWords> {
        match self {
            Self::Failed(error) => ApiWords::of(error),
            Self::NoResult => None,
        }
    }

    /// Returns what the API itself says, as the end of a sentence. Empty if it says nothing.
    pub(crate) fn words_after(&self) -> String {
        self.words()
            .map_or_else(String::new, |words| format!("; {words}"))
    }

    pub(crate) fn is_not_found(&self) -> bool {
        match self {
            Self::Failed(error) => is_not_found(error),
            Self::NoResult => false,
        }
    }

    /// Returns whether the API has answered for this record alone, with an error or with what is not understood, so that it
    /// may show the others of the request. A single call of a batch has no status of its own.
    pub(crate) fn is_of_record_alone(&self) -> bool {
        let Self::Failed(error) = self else {
            return false;
        };
        let is_error = error.kind() == ErrorKind::Api && !error.refuses_the_key();
        error.status().is_none() && (is_error || self.is_not_understood())
    }

    /// Returns whether the API has answered for this record alone, and not with the record, such as with null or with
    /// another record.
    pub(crate) fn is_not_understood(&self) -> bool {
        let Self::Failed(error) = self else {
            return false;
        };
        let kinds = [ErrorKind::Unexpected, ErrorKind::OtherRecord];
        error.status().is_none() && kinds.contains(&error.kind())
    }

    /// Returns whether the API refuses to show this record, such as with `ACCESS_DENIED`, so that it works otherwise.
    pub(crate) fn is_refusal(&self) -> bool {
        let Self::Failed(error) = self else {
            return false;
        };
        let status = error.code().and_then(ErrorCode::usual_status);
        self.is_of_record_alone() && status.is_some_and(|it| (400..500).contains(&it) && it != 429)
    }
}

/// Reads the record of each job in one request, and returns one result for each job, in their order. At most
/// [`Batch::MAX_CALLS`](vibecode_runtime::Batch::MAX_CALLS) jobs.
pub(crate) fn read(
    client: &Client,
    jobs: &[&PatchJob],
) -> impl Future<Output = Vec<ReadRecord>> + Send + use<> {
    let calls = jobs.len();
    let batch = jobs
        .iter()
        .fold(client.batch(), |batch, job| batch.get_record_of(job));
    let sent = batch.send();
    async move { of_each_call(sent.await, calls) }
}

/// Returns one result for each call. A call without a result was not read: its record is never taken for
/// that of the next call, nor left out.
fn of_each_call(sent: Result<Vec<Result<Updated, Error>>, Error>, calls: usize) -> Vec<ReadRecord> {
    let results = match sent {
        Ok(results) => results,
        Err(error) => return vec![Err(NotRead::Failed(error)); calls],
    };
    // If there are fewer or more, nothing says which calls they belong to.
    if results.len() != calls {
        return vec![Err(NotRead::NoResult); calls];
    }
    let results = results.into_iter();
    results
        .map(|result| result.map_err(NotRead::Failed))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_batch_with_fewer_results_than_calls_has_read_no_record() {
        let read = of_each_call(Ok(Vec::new()), 2);
        assert_eq!(read.len(), 2);
        assert!(read.iter().all(|it| matches!(it, Err(NotRead::NoResult))));
    }
}
