//! Reads of the catalogues: statuses, pipelines, currencies and users.

use super::{list_input::ListInput, operation::Success};
use crate::{
    portal::{Portal, list::query::Query},
    wire::{Catalogue, Failure},
};

/// The id of the user that the key acts for.
const ME: &str = "me";

pub(crate) fn one(catalogue: Catalogue, id: &str, portal: &Portal) -> Result<Success, Failure> {
    let catalogues = &portal.catalogues;
    if catalogue == Catalogue::Users && id == ME {
        let user = catalogues.rows(catalogue).first().cloned();
        let user = user.ok_or_else(Failure::entity_not_found)?;
        return Ok(Success::of_read(user.into()));
    }
    Ok(Success::of_read(catalogues.get(catalogue, id)?))
}

pub(crate) fn list(
    catalogue: Catalogue,
    input: &ListInput,
    portal: &Portal,
) -> Result<Success, Failure> {
    let query = Query::parse(&input.query, &input.order)?;
    let catalogues = &portal.catalogues;
    let (rows, meta) = catalogues.list(catalogue, &query, portal.quirks)?;
    Ok(Success::of_list(rows, meta, &input.unused))
}
