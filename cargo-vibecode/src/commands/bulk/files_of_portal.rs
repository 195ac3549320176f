//! Whether the files in the folder `vibecode` still describe the portal that the rows are sent to.

use vibecode_spec::Schema;

use super::{
    check::Checked,
    input::{
        columns::{ColumnOptions, Columns},
        target::Target,
    },
    job::BulkJob,
};
use crate::{
    failure::Failure,
    portal_files::{self, Drift, FetchedFile, UsedCodes},
};

impl BulkJob<'_> {
    /// Checks that the files are of the portal of the key, if it is known, and warns if no files were found.
    pub(super) fn check_files(&self) -> Result<(), Failure> {
        let Some(identity) = &self.identity else {
            return Ok(());
        };
        let files = self.codes.files().iter().chain(self.fields.file());
        let files: Vec<FetchedFile> = files.cloned().collect();
        portal_files::check_portal(&files, identity.portal.as_deref(), self.output)
    }

    /// Returns the schema that is compared with the portal, if there is one.
    pub(super) fn compared_schema(&self) -> Option<&Schema> {
        let identity = self.identity.as_ref()?;
        self.fields.fetched_from(identity.portal.as_deref())
    }

    /// Returns the codes that the rows use and that are compared with the portal.
    pub(super) fn used_codes(&self, checked: &Checked) -> UsedCodes<'_> {
        let Some(identity) = &self.identity else {
            return UsedCodes::default();
        };
        let options = self.column_options();
        let columns = Columns::of_names(&options, checked.column_names());
        let targets = columns.described().map(|(_, target)| target);
        let names = targets.filter_map(|target| target.as_ref().ok().and_then(Target::field));
        let fields = names.filter_map(|name| self.schema.field(name));
        UsedCodes::of(fields, self.schema, self.codes, identity.portal.as_deref())
    }

    /// Compares the codes that the rows use with the portal.
    ///
    /// # Errors
    /// If one of them has changed, or if the portal does not answer.
    pub(super) async fn check_codes(&self, checked: &Checked) -> Result<(), Failure> {
        let used = self.used_codes(checked);
        if used.requests() == 0 {
            return Ok(());
        }
        let texts = (&checked.item_texts, self.schema);
        used.check(&self.client()?, texts, self.codes, self.output)
            .await
    }

    /// Compares the schema with the portal, and checks that every column still means the same.
    ///
    /// # Errors
    /// If a column means something else now, or if rows are to be sent and the fields cannot be fetched.
    pub(super) async fn check_drift(
        &self,
        checked: &Checked,
        is_sent: bool,
    ) -> Result<(), Failure> {
        let Some(of_file) = self.compared_schema() else {
            return Ok(());
        };
        let client = self.client()?;
        let drift = match Drift::fetch(&client, self.fields.entity, of_file, self.output).await {
            Ok(drift) => drift,
            Err(failure) if is_sent => return Err(failure),
            Err(failure) => {
                self.output.warn(failure.to_string());
                return Ok(());
            }
        };
        let names = checked.column_names();
        let options = self.column_options();
        let options_now = ColumnOptions {
            schema: &drift.schema,
            ..self.column_options()
        };
        let before = Columns::of_names(&options, names.clone());
        let now = Columns::of_names(&options_now, names);
        let (mut used, mut renamed) = (Vec::new(), Vec::new());
        for ((name, before), (_, now)) in before.described().zip(now.described()) {
            let field = |target: &Result<Target, String>| {
                let target = target.as_ref().ok();
                target.and_then(Target::field).map(str::to_owned)
            };
            let Some(before) = field(before) else {
                continue;
            };
            renamed.extend(drift.renamed(name, &before, field(now).as_deref()));
            used.push(before);
        }
        let texts = &checked.item_texts;
        drift.check(&used, renamed, texts, self.codes, self.output)
    }
}
