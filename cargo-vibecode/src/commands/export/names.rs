//! Whether the names that an export uses mean on the portal what they were read as: the labels that are written, and the
//! fields, options and codes of `--filter`. The API may ignore a filter by a field that it does not have, and answer
//! every record.

use std::collections::BTreeSet;

use vibecode_runtime::Client;
use vibecode_spec::one_line;

use super::{args::Args, columns::Columns, filter::Filters};
use crate::{
    code_file::KnownCodes,
    failure::Failure,
    output::Output,
    portal_files::{self, Drift, FetchedFile, UsedCodes},
    schema_file::KnownFields,
};

/// The names, and what they were read as.
pub(super) struct UsedNames<'a> {
    pub(super) args: &'a Args,
    pub(super) columns: &'a Columns<'a>,
    pub(super) filters: &'a Filters,
    pub(super) fields: &'a KnownFields,
    pub(super) codes: &'a KnownCodes,
}

impl UsedNames<'_> {
    /// Checks that the files of the portal are of this one, and compares the names with it, by the rules of `bulk`, which
    /// would read the labels.
    ///
    /// # Errors
    /// If a file is of another portal, if a name means something else now, if the portal lacks the field of a filter, or if
    /// it does not answer.
    pub(super) async fn check(
        &self,
        client: &Client,
        portal: Option<&str>,
        output: &Output,
    ) -> Result<(), Failure> {
        let files = self.codes.files().iter().chain(self.fields.file());
        let files: Vec<FetchedFile> = files.cloned().collect();
        portal_files::check_portal(&files, portal, output)?;
        let used = self.wire_names();
        if used.is_empty() {
            return Ok(());
        }
        let schema = &self.fields.schema;
        let texts = self.filters.item_texts();
        let of_codes = used.iter().filter_map(|name| schema.field(name));
        let of_codes = UsedCodes::of(of_codes, schema, self.codes, portal);
        of_codes
            .check(client, (texts, schema), self.codes, output)
            .await?;
        let of_file = self.fields.fetched_from(portal);
        if of_file.is_none() && self.filters.fields().next().is_none() {
            return Ok(());
        }
        let entity = self.fields.entity;
        let drift = Drift::fetch(client, entity, of_file.unwrap_or(schema), output).await?;
        self.check_filters_are_there(&drift)?;
        if of_file.is_none() {
            return Ok(());
        }
        let used: Vec<String> = used.into_iter().map(str::to_owned).collect();
        drift.check(&used, self.renamed(&drift), texts, self.codes, output)
    }

    /// Returns the wire names of the fields that are used by a name. The id is the same everywhere.
    fn wire_names(&self) -> BTreeSet<&str> {
        let of_filters = self.filters.fields().map(|(name, _)| name);
        let of_labels = self.columns.wire_names();
        let of_labels = of_labels.filter(|_| self.args.labels);
        of_filters.chain(of_labels).collect()
    }

    fn check_filters_are_there(&self, drift: &Drift) -> Result<(), Failure> {
        let names = self.filters.fields().map(|(name, _)| name);
        let missing = names.filter(|name| drift.of_portal.field(name).is_none());
        let missing: Vec<String> = missing
            .map(|name| format!("`{}`", one_line(name)))
            .collect();
        if missing.is_empty() {
            return Ok(());
        }
        Err(Failure::new(format!(
            "--filter: the portal does not list the field {} of {}, and may answer every record: nothing was exported. Use a field that `cargo vibecode pull {2}` fetches",
            missing.join(", "),
            self.args.entity,
            self.fields.entity.path()
        )))
    }

    /// Returns a sentence for each name that means another field now.
    fn renamed(&self, drift: &Drift) -> Vec<String> {
        let headers = self.columns.headers().skip(1);
        let of_labels = self.columns.wire_names().zip(headers);
        let of_labels = of_labels.filter(|_| self.args.labels);
        let names = self.filters.fields().chain(of_labels);
        names
            .filter_map(|(wire_name, name)| drift.renamed(name, wire_name, drift.meaning_of(name)))
            .collect()
    }
}
