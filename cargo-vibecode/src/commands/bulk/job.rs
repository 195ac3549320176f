//! A bulk job, from its arguments to its last row.

use std::path::{Path, PathBuf};

use vibecode_spec::{ExportHeaders, Schema};

use super::{
    args::Args,
    backup::{unapplied::UnappliedRows, undone_job::UndoneJob},
    check::{self, Checked},
    ending::exit_status,
    input::{FileOptions, Input, is_stdin, mapping::Mapping},
    journal::{header::FileDigests, resume},
};
use crate::{
    ExitStatus,
    cells::{self, CellStyle},
    code_file::KnownCodes,
    column_header::export_headers,
    failure::Failure,
    interrupts::say_early,
    output::Output,
    part_file::remove_if_ended_early,
    portal::PortalArgs,
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
    say_early(interrupted_before_sending(args), output)?;
    let fields = schema_file::load_fields(&args.entity)?;
    let codes = KnownCodes::load()?;
    let files = codes.files().iter().chain(fields.file());
    let files = files.map(FetchedFile::name_and_digest);
    let options = FileOptions {
        delimiter: args.delimiter,
        encoding: args.encoding,
        sheet: args.sheet.as_deref(),
        hidden_rows: args.hidden_rows,
    };
    let input = Input::open(&args.file, &options)?;
    if input.is_copy {
        remove_if_ended_early(input.path.clone());
    }
    let mapping = Mapping::of(args)?;
    let export = export_headers(&args.entity);
    let style = style_of(args)?;
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
        unapplied: None,
        other_backups: Vec::new(),
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

/// Returns how the arguments say that cells are read.
fn style_of(args: &Args) -> Result<CellStyle, Failure> {
    let timezone = args.timezone.as_deref().map(cells::timezone).transpose();
    Ok(CellStyle {
        timezone: timezone.map_err(Failure::new)?,
        currency: args.currency.clone(),
        numbers: args.decimal.unwrap_or_default(),
    })
}

/// Returns what a command says that is interrupted before it sends anything.
pub(super) fn interrupted_before_sending(args: &Args) -> &'static str {
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
    /// If the file is a backup: the rows of the job that have changed nothing, as far as its journal shows.
    pub(super) unapplied: Option<UnappliedRows>,
    /// If the file is a backup: the other backups of its job that are not undone, the newest first.
    pub(super) other_backups: Vec<PathBuf>,
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
        self.find_undone_job(is_sent)?;
        let column_options = self.column_options();
        let mut checked = check::check(self.input, &column_options, output)?;
        self.check_numbers(&checked)?;
        self.show_check(&mut checked, is_sent).await?;
        let resumed = match interrupted {
            Some(interrupted) => {
                self.check_resumable(&interrupted, &self.header(&checked)?)?;
                Some(interrupted.resume(output)?)
            }
            None => None,
        };
        let is_bad = checked.bad > 0 && !args.skip_bad;
        if args.plan && !is_bad {
            return self.preview(&mut checked, &column_options).await;
        }
        if is_bad || (checked.to_send == 0 && checked.bad == 0) || !is_sent {
            self.show_not_undone();
            checked.summarize(self.input, args, self.identity.as_ref(), output);
            self.advise(&checked);
            return Ok(exit_status(checked.bad > 0));
        }
        self.start(&mut checked, resumed, &path, earlier.as_ref())
            .await
    }

    /// Finds the job that the file undoes, if it is a backup, and the other backups of that job.
    ///
    /// # Errors
    /// If the job runs, if its journal cannot be read, or if another backup has to be undone first.
    fn find_undone_job(&mut self, is_sent: bool) -> Result<(), Failure> {
        self.undone = UndoneJob::to_look_at(self.input, is_sent)?;
        let found =
            |undone: &UndoneJob| (undone.other_backups(&self.input.path), undone.unapplied());
        let found = if is_sent {
            if let Some(undone) = self.undone.as_ref().filter(|_| !self.args.resume) {
                self.check_order(undone)?;
            }
            self.undone.as_ref().map(found)
        } else {
            let shown = UndoneJob::to_show(self);
            if let Some(Err(failure)) = shown.as_ref().map(|it| self.check_order(it)) {
                self.output.warn(failure.to_string());
            }
            shown.as_ref().map(found)
        };
        (self.other_backups, self.unapplied) = found.unwrap_or_default();
        Ok(())
    }

    /// Shows what the check has found, and compares the files in the folder `vibecode` with the portal.
    async fn show_check(&self, checked: &mut Checked, is_sent: bool) -> Result<(), Failure> {
        let Self { args, output, .. } = *self;
        if let Some(identity) = &self.identity {
            output.line(identity.in_words());
        }
        if let Some(described) = self.input.describe() {
            output.line(described);
        }
        checked.requests_for_files = self.used_codes(checked).requests();
        if self.compared_schema().is_some() {
            checked.requests_for_files += Drift::REQUESTS;
        }
        checked.show(args, output);
        self.warn_of_old_backup();
        self.check_drift(checked, is_sent).await?;
        self.check_codes(checked).await?;
        for warning in checked.unchecked(self.schema, self.codes) {
            output.warn(warning);
        }
        Ok(())
    }
}
