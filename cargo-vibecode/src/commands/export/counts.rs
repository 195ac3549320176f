//! Which record is the last one, and how many there are.

use vibecode_runtime::{Client, Error, ErrorKind, Order};

use super::{
    Export,
    args::Args,
    columns::{self, ID},
    filter::Filters,
};
use crate::{failure::Failure, output::Output};

/// Returns the largest id of the records that match, 0 if no record matches, and `None` if the filter names one record.
///
/// # Errors
/// If the API does not answer, or ignores the order.
pub(super) async fn last_id(
    client: &Client,
    args: &Args,
    filters: &Filters,
) -> Result<Option<u64>, Failure> {
    if filters.is_one_record() {
        return Ok(None);
    }
    let query = filters.apply(client.list_untyped(&args.entity).select([ID]));
    // The second one shows whether the API orders them.
    let query = query.order(ID, Order::Descending).limit(2);
    let rows = query.first_page().await?;
    let ids: Option<Vec<u64>> = rows.iter().map(columns::id_of).collect();
    match ids.as_deref() {
        Some([]) => Ok(Some(0)),
        Some([last]) => Ok(Some(*last)),
        Some([last, next, ..]) if last > next => Ok(Some(*last)),
        _ => Err(Failure::new(
            "the API does not answer the records by falling ids, so it is not known which is the last one, and nothing was exported",
        )),
    }
}

/// Counts the records that match, up to the last one: others may have been created since its id was requested. Returns
/// `None` if the API does not count them.
///
/// # Errors
/// If the API cannot be used at all.
pub(super) async fn count(
    client: &Client,
    args: &Args,
    filters: &Filters,
    last: Option<u64>,
    output: &Output,
) -> Result<Option<u64>, Failure> {
    let query = client.list_untyped(&args.entity);
    let query = match last {
        Some(last) => filters.apply_up_to(query, last),
        None => filters.apply(query),
    };
    let counted = match query.count().await {
        Ok(counted) => counted,
        Err(error) if is_fatal(&error) => return Err(error.into()),
        Err(error) => {
            output.warn(format!(
                "the API does not count these records, so whether all were exported cannot be checked: {error}"
            ));
            return Ok(None);
        }
    };
    Ok(Some(args.limit.map_or(counted, |limit| limit.min(counted))))
}

/// Returns whether the records could not be listed either. Of many records the API reports an incomplete count, which
/// is no reason not to list them.
fn is_fatal(error: &Error) -> bool {
    let is_incomplete = error.kind() == ErrorKind::Unexpected;
    error.refuses_the_key() || (error.code().is_none() && !is_incomplete)
}

impl Export<'_> {
    /// Counts the records that were created after the export began. Returns `None` if that is not known, if the filter
    /// names one record, or if `--limit` ended the export before. An interrupt ends the count only: the export is
    /// complete.
    pub(super) async fn created(&mut self, output: &Output) -> Option<u64> {
        let seen = self.written + self.failed;
        let is_limited = self.args.limit.is_some_and(|limit| seen >= limit);
        let last = self.last.filter(|_| !is_limited)?;
        let query = self.client.list_untyped(&self.args.entity);
        let counted = self.filters.apply_above(query, last).count();
        let problem = tokio::select! {
            biased;
            counted = counted => match counted {
                Ok(created) => return Some(created),
                Err(error) => error.to_string(),
            },
            () = self.interrupts.next() => "interrupted".to_owned(),
        };
        output.warn(format!(
            "how many records were created after the export began is not known, since they could not be counted: {problem}"
        ));
        None
    }
}
