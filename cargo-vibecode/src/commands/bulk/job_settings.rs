//! What the arguments of a job mean: how its cells are read, what its journal begins with, its client and its limits.

use std::{env, time::Duration};

use vibecode_runtime::{Client, ClientBuilder, Throttle};

use super::{
    args::Empty,
    check::Checked,
    input::{FileFormat, columns::ColumnOptions},
    job::BulkJob,
    journal::header::{self, Header, Meaning, Reading},
    send::RowChecks,
};
use crate::{failure::Failure, portal, portal_identity::Identity};

pub(super) fn current_folder() -> Option<String> {
    let folder = env::current_dir().ok()?;
    Some(folder.display().to_string())
}

fn of_batches(settle: Duration) -> Duration {
    settle.saturating_mul(Client::BATCH_SETTLE_FACTOR)
}

impl BulkJob<'_> {
    /// Returns what an empty cell means. A backup clears what was empty, whatever was given.
    fn empty(&self) -> Empty {
        match self.input.origin {
            Some(_) => Empty::Clear,
            None => self.args.empty,
        }
    }

    /// Returns whether texts are sent as they are given, also garbled ones. A backup restores what was there.
    fn sends_as_given(&self) -> bool {
        self.args.allow_garbled || self.input.origin.is_some()
    }

    pub(super) fn column_options(&self) -> ColumnOptions<'_> {
        let Self { args, .. } = self;
        ColumnOptions {
            map: &self.mapping.map,
            ignore: &self.mapping.ignore,
            ignore_unknown: args.ignore_unknown,
            export: self.export.as_ref(),
            id_column: args.id_column.as_deref(),
            empty: self.empty(),
            sends_as_given: self.sends_as_given(),
            rules: args.rules,
            cells_hold_lists: matches!(self.input.format, FileFormat::Csv { .. }),
            unapplied: self.unapplied.as_ref(),
            ..ColumnOptions::new(&args.entity, self.schema, self.codes, &self.style)
        }
    }

    pub(super) fn header(&self, checked: &Checked) -> Result<Header, Failure> {
        let meaning = Meaning {
            changes_sha256: checked.changes.in_hex(),
            tool: env!("CARGO_PKG_VERSION").to_owned(),
            files: self.files.clone(),
        };
        let is_ensured = self.args.ensure || checked.adds;
        self.header_of(checked.digest.clone(), Some(meaning), is_ensured)
    }

    /// Returns what the journal of the job begins with, if the file has this digest.
    pub(super) fn header_of(
        &self,
        input_sha256: String,
        meaning: Option<Meaning>,
        is_ensured: bool,
    ) -> Result<Header, Failure> {
        let Self { args, identity, .. } = self;
        let base_url = portal::base_url(self.portal_args)?;
        let base_url = base_url.filter(|url| url != Client::BASE_URL);
        Ok(Header {
            version: header::VERSION,
            id: None,
            entity: args.entity.clone(),
            base_url: base_url.unwrap_or_else(|| header::DOCUMENTED_URL.to_owned()),
            portal: identity.as_ref().and_then(|it| it.portal.clone()),
            key: identity.as_ref().map(Identity::key_in_words),
            folder: current_folder(),
            input_sha256,
            meaning,
            delimiter: match self.input.format {
                FileFormat::Csv { delimiter } => Some(delimiter.into()),
                FileFormat::JsonLines => None,
            },
            map: self.mapping.map.clone(),
            ignore: self.mapping.ignore.clone(),
            id_column: args.id_column.clone(),
            reading: Reading {
                encoding: args.encoding.map(|encoding| encoding.name().to_owned()),
                sheet: args.sheet.clone(),
                hidden_rows: args.hidden_rows,
                timezone: args.timezone.clone(),
                currency: args.currency.clone(),
                decimal: args.decimal,
                ignore_unknown: args.ignore_unknown,
                sends_as_given: Some(self.sends_as_given()),
            },
            empty: self.empty(),
            phones: args.rules.phones,
            country: args.rules.country,
            ensure: is_ensured,
            skip_bad: args.skip_bad,
            settle_seconds: self.settle().as_secs(),
            reviewed: None,
        })
    }

    pub(super) fn client(&self) -> Result<Client, Failure> {
        portal::client(self.portal_args, |builder| self.with_limits(builder))
    }

    pub(super) fn with_limits(&self, builder: ClientBuilder) -> ClientBuilder {
        let builder = builder.settle_time(self.settle());
        let builder = self.args.rules.with_similar_phones(builder);
        if self.args.no_throttle {
            builder.throttle(Throttle::unlimited())
        } else {
            builder.throttle(self.throttle.throttle())
        }
    }

    pub(super) fn row_checks(&self) -> RowChecks {
        RowChecks {
            verify: !self.args.no_verify,
            overwrites_newer: self.args.overwrite_newer,
            rules: self.args.rules,
        }
    }

    pub(super) fn settle(&self) -> Duration {
        let given = self.args.settle.map(Duration::from_secs);
        given.unwrap_or(Client::SETTLE_TIME)
    }

    pub(super) fn settle_of_batches(&self) -> Duration {
        of_batches(self.settle())
    }

    /// Returns how long batches of another job take to settle. The settle time of that job counts if it was longer,
    /// unless one is given now.
    pub(super) fn settle_of_batches_of(&self, other: &Header) -> Duration {
        let of_other = Duration::from_secs(other.settle_seconds);
        of_batches(match self.args.settle {
            Some(_) => self.settle(),
            None => self.settle().max(of_other),
        })
    }
}
