//! A bulk job, from its arguments to its last row.

use std::{
    env,
    path::{Path, PathBuf},
    time::Duration,
};

use vibecode_runtime::{Client, ClientBuilder, Throttle};
use vibecode_spec::{ExportHeaders, Schema};

use super::{
    args::{Args, Empty},
    backup::undone_job::UndoneJob,
    check::{self, Checked},
    ending::{bad_rows, exit_status},
    estimate::Estimate,
    input::{FileFormat, FileOptions, Input, columns::ColumnOptions, is_stdin, mapping::Mapping},
    journal::{
        Journal,
        header::{self, FileDigests, Header, Meaning, Reading},
        resume::{self, FinishedJob, Past},
    },
    reviewed::Reviewed,
    send::{
        FailureLimits, Mode, PortalCheck, RowChecks, Sender, Stopped,
        plan::{Plan, Selection},
        progress::Progress,
    },
};
use crate::{
    ExitStatus,
    cells::{self, CellStyle},
    code_file::KnownCodes,
    column_header::export_headers,
    failure::Failure,
    interrupts::{EndOnInterrupt, Interrupts},
    output::Output,
    portal::{self, PortalArgs},
    portal_files::{Drift, FetchedFile},
    portal_identity::Identity,
    rate_limit::WatchedThrottle,
    schema_file::{self, KnownFields},
};

pub(crate) async fn run(
    args: &Args,
    portal_args: &PortalArgs,
    output: &Output,
) -> Result<ExitStatus, Failure> {
    if args.resume && is_stdin(&args.file) {
        return Err(Failure::new(
            "standard input cannot be read again: resume with its copy, the file stdin-….rows",
        ));
    }
    let end_on_interrupt = EndOnInterrupt::new(interrupted_before_sending(args), output)?;
    let fields = schema_file::load_fields(&args.entity)?;
    let codes = KnownCodes::load()?;
    let files = codes.files().iter().chain(fields.file());
    let files = files.map(FetchedFile::name_and_digest);
    let options = FileOptions {
        delimiter: args.delimiter,
        encoding: args.encoding,
        sheet: args.sheet.as_deref(),
    };
    let input = Input::open(&args.file, &options)?;
    if input.is_copy {
        end_on_interrupt.remove(input.path.clone());
    }
    let mapping = Mapping::of(args)?;
    let export = export_headers(&args.entity);
    let style = CellStyle {
        timezone: args
            .timezone
            .as_deref()
            .map(cells::timezone)
            .transpose()
            .map_err(Failure::new)?,
        currency: args.currency.clone(),
        numbers: args.decimal.unwrap_or_default(),
    };
    let mut job = BulkJob {
        mapping,
        export,
        style,
        args,
        portal_args,
        output,
        input: &input,
        fields: &fields,
        schema: &fields.schema,
        codes: &codes,
        files: files.collect(),
        digest_of_numbers: None,
        undone: None,
        other_backups: Vec::new(),
        end_on_interrupt,
        identity: None,
        throttle: WatchedThrottle::per_minute(args.per_minute, args.no_throttle),
    };
    // It is large, and would make the futures of all commands as large.
    let ended = Box::pin(job.run()).await;
    if input.is_copy && has_no_rows_left(&input.journal()) {
        input.remove_copy();
    }
    ended
}

/// Returns what a command says that is interrupted before it sends anything.
fn interrupted_before_sending(args: &Args) -> &'static str {
    if args.resume {
        "interrupted before anything was sent by this command: the job can be resumed as before"
    } else {
        "interrupted: nothing was sent"
    }
}

/// Returns true if the job was not started, or if every row has been reported. Otherwise a copy of standard
/// input is needed to resume it.
fn has_no_rows_left(journal: &Path) -> bool {
    !journal.exists() || matches!(resume::finished(journal), Ok(Some(_)))
}

fn of_batches(settle: Duration) -> Duration {
    settle.saturating_mul(Client::BATCH_SETTLE_FACTOR)
}

pub(super) fn current_folder() -> Option<String> {
    let folder = env::current_dir().ok()?;
    Some(folder.display().to_string())
}

/// A bulk job.
pub(super) struct BulkJob<'a> {
    /// The columns of `--map`, `--ignore` and `--mapping`.
    pub(super) mapping: Mapping,
    pub(super) export: Option<ExportHeaders>,
    pub(super) style: CellStyle,
    pub(super) args: &'a Args,
    pub(super) portal_args: &'a PortalArgs,
    pub(super) output: &'a Output,
    pub(super) input: &'a Input,
    pub(super) fields: &'a KnownFields,
    pub(super) schema: &'a Schema,
    pub(super) codes: &'a KnownCodes,
    /// The files in the folder `vibecode` that the schema and the codes were read from.
    pub(super) files: FileDigests,
    /// The digest of the file when its numbers were read, if all of it was.
    pub(super) digest_of_numbers: Option<String>,
    /// If the file is a backup and is sent: the job that it undoes.
    pub(super) undone: Option<UndoneJob>,
    /// If the file is a backup: the other backups of its job that are not undone, the newest first.
    pub(super) other_backups: Vec<PathBuf>,
    /// Until the first row can be sent.
    end_on_interrupt: EndOnInterrupt,
    /// The portal and the rights of the key, as far as they are known.
    pub(super) identity: Option<Identity>,
    /// The limit of all requests of the job, also of those before rows are sent.
    pub(super) throttle: WatchedThrottle,
}

impl BulkJob<'_> {
    async fn run(&mut self) -> Result<ExitStatus, Failure> {
        let Self { args, output, .. } = *self;
        let path = self.input.journal();
        let earlier = self.earlier_job(&path)?;
        let interrupted = self.interrupted_job(&path)?;
        self.read_style()?;
        let is_sent = args.yes || args.resume;
        self.identity = self.identify(is_sent).await?;
        self.check_origin(is_sent)?;
        self.check_files()?;
        self.undone = UndoneJob::to_look_at(self.input, is_sent)?;
        let others = |undone: &UndoneJob| undone.other_backups(&self.input.path);
        let others = if is_sent {
            self.undone.as_ref().map(others)
        } else {
            let shown = UndoneJob::to_show(self);
            shown.as_ref().map(others)
        };
        self.other_backups = others.unwrap_or_default();
        let column_options = self.column_options();
        let mut checked = check::check(self.input, &column_options, output)?;
        self.check_numbers(&checked)?;
        if let Some(identity) = &self.identity {
            output.line(identity.in_words());
        }
        if let Some(described) = self.input.describe() {
            output.line(described);
        }
        checked.requests_for_files = self.used_codes(&checked).requests();
        if self.compared_schema().is_some() {
            checked.requests_for_files += Drift::REQUESTS;
        }
        checked.show(args, output);
        self.warn_of_old_backup();
        self.check_drift(&checked, is_sent).await?;
        self.check_codes(&checked).await?;
        for warning in checked.unchecked(self.schema, self.codes) {
            output.warn(warning);
        }
        let resumed = match interrupted {
            Some(interrupted) => Some(interrupted.resume(&self.header(&checked)?, output)?),
            None => None,
        };
        let is_bad = checked.bad > 0 && !args.skip_bad;
        if args.plan && !is_bad {
            let past = Past::default();
            let forms = self.find_other_forms(&checked, &column_options, &past);
            checked.other_forms = forms.await?;
            return self.preview(&checked, &column_options).await;
        }
        if is_bad || (checked.to_send == 0 && checked.bad == 0) || !is_sent {
            self.show_not_undone();
            checked.summarize(args, self.identity.as_ref(), output);
            self.advise(&checked);
            return Ok(exit_status(checked.bad));
        }
        let none = Past::default();
        let past = resumed.as_ref().map_or(&none, |(_, past)| past);
        let forms = self.find_other_forms(&checked, &column_options, past);
        checked.other_forms = forms.await?;
        self.start(&checked, resumed, &path, earlier.as_ref()).await
    }

    /// Starts or resumes the job, and sends its rows.
    async fn start(
        &self,
        checked: &Checked,
        resumed: Option<(Journal, Past)>,
        path: &Path,
        earlier: Option<&FinishedJob>,
    ) -> Result<ExitStatus, Failure> {
        let Self { args, output, .. } = *self;
        self.check_earlier_copies(checked)?;
        if let Some(earlier) = earlier {
            self.wait_for_earlier_job(path, earlier, checked).await?;
        }
        let column_options = self.column_options();
        let none = Past::default();
        let past = resumed.as_ref().map_or(&none, |(_, past)| past);
        let reviewed = self.check_reviewed(checked, &column_options, past);
        let reviewed = reviewed.await?;
        let mut header = self.header(checked)?;
        let client = self.client()?;
        self.check_pipelines(&client, past, &column_options, checked)
            .await?;
        if earlier.is_some() {
            self.set_aside(path)?;
        }
        let interrupts = Interrupts::listen()?;
        self.end_on_interrupt.stop();
        let (journal, past) = if let Some((mut journal, past)) = resumed {
            if let Some(Reviewed { review, rows }) = reviewed {
                journal.reviewed(review, &rows)?;
            }
            (journal, past)
        } else {
            let (review, rows) = reviewed.map(|it| (it.review, it.rows)).unzip();
            header.reviewed = review;
            let journal = Journal::create(path, header.clone(), &rows.unwrap_or_default())?;
            (journal, Past::default())
        };
        if past.is_finished {
            let done = past.finished_in_words(&bad_rows(checked.bad));
            let left = past.unsettled_with_lost(self.settle_of_batches());
            output.line(self.after_the_end(&done, path, left));
            return self.finished_before(journal, &past, checked, &column_options);
        }
        // The rows that an earlier process left open are sent whatever the limit is.
        let before = past.ok + past.failed + past.open.len();
        let rows = match args.limit {
            Some(limit) => checked.to_send.min(before + limit),
            None => checked.to_send,
        };
        Estimate::of(args, checked, rows.saturating_sub(past.ok + past.failed)).announce(output);
        let progress = Progress::new(rows, self.throttle.clone(), output);
        let limits = FailureLimits {
            max_failed: args.max_failed,
            rows,
        };
        let identity = self.identity.clone();
        let portal_check = identity.map(|it| PortalCheck::new(it, self.settle()));
        let mut sender = Sender::new(
            client,
            journal,
            progress,
            interrupts,
            limits,
            output,
            self.row_checks(),
        )
        .continuing(&past)
        .with_portal_check(portal_check);
        let sent = self
            .send(&mut sender, past, &header, &column_options, checked)
            .await;
        sender.progress.end();
        match sent {
            Ok(()) => self.finish(&mut sender, checked, &column_options, path),
            Err(stopped) => Err(self.interrupted(&sender, checked, stopped)),
        }
    }

    /// Returns what an empty cell means. A backup clears what was empty, whatever was given.
    fn empty(&self) -> Empty {
        match self.input.origin {
            Some(_) => Empty::Clear,
            None => self.args.empty,
        }
    }

    /// Returns whether texts that a wrong encoding has broken are sent. A backup restores what was there.
    fn allows_garbled(&self) -> bool {
        self.args.allow_garbled || self.input.origin.is_some()
    }

    pub(super) fn column_options(&self) -> ColumnOptions<'_> {
        let Self { args, .. } = self;
        ColumnOptions {
            entity: &args.entity,
            schema: self.schema,
            codes: self.codes,
            map: &self.mapping.map,
            ignore: &self.mapping.ignore,
            ignore_unknown: args.ignore_unknown,
            export: self.export.as_ref(),
            style: &self.style,
            id_column: args.id_column.as_deref(),
            empty: self.empty(),
            allows_garbled: self.allows_garbled(),
            rules: args.rules,
            cells_hold_lists: matches!(self.input.format, FileFormat::Csv { .. }),
        }
    }

    pub(super) fn header(&self, checked: &Checked) -> Result<Header, Failure> {
        let Self { args, identity, .. } = self;
        let base_url = portal::base_url(self.portal_args)?;
        Ok(Header {
            version: header::VERSION,
            id: None,
            entity: args.entity.clone(),
            base_url: base_url.unwrap_or_else(|| "the documented one".to_owned()),
            portal: identity.as_ref().and_then(|it| it.portal.clone()),
            key: identity.as_ref().map(Identity::key_in_words),
            folder: current_folder(),
            input_sha256: checked.digest.clone(),
            meaning: Some(Meaning {
                changes_sha256: checked.changes.in_hex(),
                tool: env!("CARGO_PKG_VERSION").to_owned(),
                files: self.files.clone(),
            }),
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
                timezone: args.timezone.clone(),
                currency: args.currency.clone(),
                decimal: args.decimal,
                ignore_unknown: args.ignore_unknown,
                allow_garbled: Some(self.allows_garbled()),
            },
            empty: self.empty(),
            phones: args.rules.phones,
            country: args.rules.country,
            ensure: args.ensure || checked.adds,
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
        if self.args.no_throttle {
            builder.throttle(Throttle::unlimited())
        } else {
            builder.throttle(self.throttle.throttle())
        }
    }

    fn row_checks(&self) -> RowChecks {
        RowChecks {
            verify: !self.args.no_verify,
            overwrites_newer: self.args.overwrite_newer,
        }
    }

    fn settle(&self) -> Duration {
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

    /// Sends the rows that an earlier process left open, and then those that have never been sent.
    async fn send(
        &self,
        sender: &mut Sender<'_>,
        past: Past,
        header: &Header,
        column_options: &ColumnOptions<'_>,
        checked: &Checked,
    ) -> Result<(), Stopped> {
        let settle = self.settle_of_batches();
        let prepared = async {
            self.wait_for_undone_job(sender).await?;
            self.keep_old_values(sender, &past, column_options, checked)
                .await
        };
        let prepared = prepared.await.map_err(|stopped| match stopped {
            Stopped::Interrupted => {
                Stopped::Failed(Failure::new(interrupted_before_sending(self.args)))
            }
            Stopped::Failed(failure) => Stopped::Failed(failure),
        });
        if prepared.is_err() && past.may_be_applied(settle).1.is_zero() {
            sender.journal.end()?;
        }
        prepared?;
        sender.progress.begin_at(past.ok, past.failed);
        let earlier = past.may_be_applied(settle);
        sender.continue_from(earlier, settle);
        sender.wait(earlier.1, past.why_unsettled()).await?;
        let may_lack_rows = past.may_lack_rows();
        let mut behind = past.done;
        if !past.open.is_empty() {
            let open = Selection::Only(past.open.clone());
            let mut plan = Plan::new(self.input, column_options, checked, open)?;
            sender.send(&mut plan, Mode::EnsureAgain).await?;
            behind.insert_all(&past.open);
        }
        let others = Selection::AllBut(&behind);
        let plan = Plan::new(self.input, column_options, checked, others)?;
        let mut plan = plan.limited(self.args.limit);
        let mode = if may_lack_rows {
            Mode::EnsureAgain
        } else if header.ensure {
            Mode::Ensure
        } else {
            Mode::Update
        };
        sender.send(&mut plan, mode).await?;
        if plan.is_over() && plan.digest() != header.input_sha256 {
            let problem =
                "the file has changed while its rows were being sent: compare it with the records";
            return Err(Failure::in_file(&self.input.path, problem).into());
        }
        if sender.progress.ok + sender.progress.failed >= checked.to_send {
            self.compare_overtaken(sender, column_options, checked)
                .await?;
        }
        if sender.progress.failed > 0 && header.ensure && !sender.is_interrupted {
            let why = "changes without an answer may still be applied; run the failed rows only after that";
            // Every row was sent: an interrupt only ends the wait, and the end of the job says how long it would be.
            match sender.wait(sender.may_be_applied(settle).1, why).await {
                Ok(()) | Err(Stopped::Interrupted) => {}
                Err(Stopped::Failed(failure)) => return Err(failure.into()),
            }
        }
        Ok(())
    }
}
