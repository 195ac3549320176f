//! Whether the rows of a backup, or of a file of failed rows, are for this entity and this portal.

use vibecode_spec::one_line;

use super::{
    input::{columns::SENT_TO, origin::Origin},
    job::BulkJob,
    sent_to,
};
use crate::{failure::Failure, portal_identity::same_portal};

impl BulkJob<'_> {
    /// Checks that the rows are for this entity and, as far as it is known, for this portal, if the file is a
    /// backup or has failed rows.
    pub(super) fn check_origin(&self, is_sent: bool) -> Result<(), Failure> {
        if let Some(Origin { entity, portal, .. }) = &self.input.origin {
            self.check_portal("a backup", portal.as_deref(), entity, is_sent)?;
        }
        let options = self.column_options();
        let cells = sent_to::of_file(self.input, &options)?;
        for cell in &cells {
            let (portal, entity) = sent_to::parts(cell);
            self.check_portal("a file of failed rows", portal, entity, is_sent)?;
        }
        if let (Some(first), Some(last)) = (cells.first(), cells.last())
            && first != last
        {
            let problem = format!(
                "its rows have failed for different portals (`{}` and `{}` in the column `{SENT_TO}`): nothing was sent. Make a file of the rows of each portal",
                one_line(first),
                one_line(last)
            );
            return Err(Failure::in_file(&self.input.path, problem));
        }
        Ok(())
    }

    /// Checks that a file of this portal and entity may be sent.
    fn check_portal(
        &self,
        file: &str,
        portal: Option<&str>,
        entity: &str,
        is_sent: bool,
    ) -> Result<(), Failure> {
        let refused = |problem: String| Err(Failure::in_file(&self.input.path, problem));
        if entity != self.args.entity {
            return refused(format!(
                "this is {file} of {}, and the command is about {}: nothing was sent. Name the entity of the file",
                one_line(entity),
                self.args.entity
            ));
        }
        let now = self.identity.as_ref().and_then(|it| it.portal.as_deref());
        match (portal, now) {
            (Some(portal), Some(now)) if !same_portal(portal, now) => refused(format!(
                "this is {file} of the portal {}, and the key is for {now}: nothing was sent. Use the key of that portal",
                one_line(portal)
            )),
            (Some(portal), None) if is_sent => refused(format!(
                "this is {file} of the portal {}, and the API does not report which portal the key is for: nothing was sent",
                one_line(portal)
            )),
            _ => Ok(()),
        }
    }

    /// Warns of a backup that does not say what the job wrote.
    pub(super) fn warn_of_old_backup(&self) {
        if let Some(origin) = &self.input.origin
            && !origin.has_written
        {
            self.output.warn(
                "an earlier version of cargo-vibecode wrote this backup, which does not say what the job has written: what somebody else has changed since is replaced too. Look at it with --plan first",
            );
        }
    }
}
