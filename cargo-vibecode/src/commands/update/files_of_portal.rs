//! Whether the files in the folder `vibecode` still describe the portal that the change is sent to.

use vibecode_runtime::Client;

use super::Args;
use crate::{
    change::ItemTexts,
    code_file::KnownCodes,
    failure::Failure,
    output::Output,
    portal::PortalArgs,
    portal_files::{self, Drift, FetchedFile, UsedCodes},
    portal_identity::Identity,
    schema_file::KnownFields,
};

impl Args {
    /// Checks that the files of the portal are of the portal of the key, and that every name still means the same
    /// field, option or code.
    pub(super) async fn check_files(
        &self,
        fields: &KnownFields,
        codes: &KnownCodes,
        texts: &ItemTexts,
        client: &Client,
        portal_args: &PortalArgs,
        output: &Output,
    ) -> Result<(), Failure> {
        let files = codes.files().iter().chain(fields.file());
        let files: Vec<FetchedFile> = files.cloned().collect();
        if files.is_empty() {
            // Nothing is compared, so the API is not asked which portal it is.
            return portal_files::check_portal(&files, None, output);
        }
        let identity = Identity::of(client, portal_args).await?;
        portal_files::check_portal(&files, identity.portal.as_deref(), output)?;
        let used = self.names(&fields.schema).into_keys();
        let used = used.filter_map(|name| fields.schema.field(name));
        let schema = &fields.schema;
        let used = UsedCodes::of(used, schema, codes, identity.portal.as_deref());
        used.check(client, (texts, schema), codes, output).await?;
        let Some(of_file) = fields.fetched_from(identity.portal.as_deref()) else {
            return Ok(());
        };
        let drift = Drift::fetch(client, fields.entity, of_file, output).await?;
        let (mut used, mut renamed) = (Vec::new(), Vec::new());
        for (wire_name, name) in self.names(&fields.schema) {
            renamed.extend(drift.renamed(name, wire_name, drift.meaning_of(name)));
            used.push(wire_name.to_owned());
        }
        drift.check(&used, renamed, texts, codes, output)
    }
}
