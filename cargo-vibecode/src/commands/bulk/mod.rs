//! Changes of many records by the rows of a file.
//!
//! A row of the file goes through `input`: `rows` reads it, `columns` finds the field of each cell,
//! `row_jobs` makes a job of it. This happens twice: `check` reads all rows and sends nothing; then
//! `send/plan` selects the rows of each batch, and `send` sends them. `journal` records each batch
//! before it is sent and after its outcomes are known. `failed` writes the failed rows to a file.

mod args;
mod backup;
mod bad;
mod check;
mod earlier;
mod failed;
mod input;
mod journal;
mod old_values;
mod preview;
mod records;
mod send;
mod spreadsheet_cell;

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use serde_json::json;
use vibecode_runtime::{Client, ClientBuilder, RetryPolicy, Throttle};
use vibecode_spec::{ExportHeaders, Schema};

pub(crate) use self::{
    args::{Args, HELP},
    input::{
        headers::{export_headers, means},
        numbers::is_unclear,
        private,
    },
};
use self::{
    check::{Checked, rows},
    input::{
        FileFormat, FileOptions, Input,
        cells::{self, CellStyle},
        columns::ColumnOptions,
        is_stdin,
        mapping::Mapping,
        numbers::Numbers,
        row_jobs::RowJobs,
    },
    journal::{
        Header, Journal, Reading,
        resume::{self, Past},
        row_set::RowSet,
    },
    preview::Preview,
    send::{
        FailureLimits, Mode, Sender, Stopped,
        plan::{Plan, Selection},
        progress::Progress,
    },
};
use crate::{
    ExitStatus,
    code_file::KnownCodes,
    failure::Failure,
    interrupts::Interrupts,
    output::Output,
    portal::{self, PortalArgs},
    portal_identity::Identity,
    rate_limit::WatchedThrottle,
    schema_file,
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
    let schema = schema_file::load(&args.entity)?;
    let codes = KnownCodes::load()?;
    let options = FileOptions {
        delimiter: args.delimiter,
        encoding: args.encoding,
        sheet: args.sheet.as_deref(),
    };
    let input = Input::open(&args.file, &options)?;
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
        schema: &schema,
        codes: &codes,
        throttle: throttle(args),
    };
    let ended = match job.read_style() {
        Ok(()) => job.run().await,
        Err(failure) => Err(failure),
    };
    // The copy of standard input is needed while there are open rows.
    if !input.journal().exists() || ended.is_ok() {
        input.remove_copy();
    }
    ended
}

fn throttle(args: &Args) -> WatchedThrottle {
    WatchedThrottle::new(match args.per_minute {
        _ if args.no_throttle => Throttle::unlimited(),
        Some(limit) => Throttle::per_minute(limit),
        None => Throttle::default(),
    })
}

/// How long a check waits for the API to report the portal.
const TIME_TO_IDENTIFY: Duration = Duration::from_secs(10);

/// A bulk job.
struct BulkJob<'a> {
    /// The columns of `--map`, `--ignore` and `--mapping`.
    mapping: Mapping,
    export: Option<ExportHeaders>,
    style: CellStyle,
    args: &'a Args,
    portal_args: &'a PortalArgs,
    output: &'a Output,
    input: &'a Input,
    schema: &'a Schema,
    codes: &'a KnownCodes,
    /// The limit of all requests of the job, also of those before rows are sent.
    throttle: WatchedThrottle,
}

impl BulkJob<'_> {
    async fn run(&self) -> Result<ExitStatus, Failure> {
        let Self { args, output, .. } = *self;
        let path = self.input.journal();
        let earlier = self.earlier_job(&path)?;
        let is_sent = args.yes || args.resume;
        let identity = self.identity(is_sent).await?;
        let column_options = self.column_options();
        let checked = check::check(self.input, &column_options, output)?;
        if let Some(identity) = &identity {
            output.line(identity.in_words());
        }
        if let Some(described) = self.input.describe() {
            output.line(described);
        }
        checked.show(output);
        let is_bad = checked.bad > 0 && !args.skip_bad;
        if args.plan && !is_bad {
            return self.preview(&checked, &column_options).await;
        }
        if is_bad || (checked.to_send == 0 && checked.bad == 0) || !is_sent {
            checked.summarize(identity.as_ref(), output);
            self.advise(&checked);
            return Ok(exit_status(checked.bad));
        }
        let header = self.header(&checked, identity.as_ref())?;
        let client = self.client()?;
        self.set_aside(&path, earlier.as_deref(), &checked)?;
        let interrupts = Interrupts::listen()?;
        let (journal, past) = if args.resume {
            resume::resume(&path, &header)?
        } else {
            (Journal::create(&path, header.clone())?, Past::default())
        };
        if past.is_finished {
            let done = format!(
                "this job is already finished: {} done, {} failed{}. To send all rows again, delete {}",
                past.ok,
                past.failed,
                bad_rows(checked.bad),
                path.display()
            );
            output.line(done);
            return self.finished_before(journal, &past, &checked, &column_options);
        }
        let reported = past.ok + past.failed;
        let rows = match args.limit {
            Some(limit) => checked.to_send.min(reported + limit),
            None => checked.to_send,
        };
        let progress = Progress::new(rows, self.throttle.clone(), output);
        let limits = FailureLimits {
            max_failed: args.max_failed,
            rows,
        };
        let mut sender = Sender::new(
            client,
            journal,
            progress,
            interrupts,
            limits,
            output,
            !args.no_verify,
        );
        let sent = self
            .send(&mut sender, past, &header, &column_options, &checked)
            .await;
        sender.progress.end();
        match sent {
            Ok(()) => self.finish(&mut sender, &checked, &column_options, &path),
            Err(stopped) => Err(self.interrupted(&sender, stopped)),
        }
    }

    /// Reads how the numbers of the file are written, and writes the mapping if it does not exist yet.
    fn read_style(&mut self) -> Result<(), Failure> {
        let args = self.args;
        let options = self.column_options();
        if let Some(path) = &args.mapping
            && !path.exists()
        {
            Mapping::write(path, &RowJobs::columns_of(self.input, &options)?)?;
            self.output.line(format!(
                "the fields of the columns are in {}: correct them, and run the command again",
                path.display()
            ));
        }
        self.style.numbers = Numbers::of_file(self.input, &options)?;
        Ok(())
    }

    /// Returns the hash of the file of an earlier job that is finished.
    fn earlier_job(&self, journal: &Path) -> Result<Option<String>, Failure> {
        if !self.args.yes || self.args.resume || !journal.exists() {
            return Ok(None);
        }
        let finished = resume::finished(journal)?;
        finished
            .map(Some)
            .ok_or_else(|| journal::already_started(journal))
    }

    /// Sets the journal of an earlier file of the same name aside.
    fn set_aside(
        &self,
        journal: &Path,
        earlier: Option<&str>,
        checked: &Checked,
    ) -> Result<(), Failure> {
        let Some(earlier) = earlier else {
            return Ok(());
        };
        if earlier == checked.digest {
            return Err(journal::already_started(journal));
        }
        let aside = earlier::set_aside(journal);
        let aside = aside.map_err(|error| Failure::of_file(journal, &error))?;
        self.output.line(format!(
            "the journal of an earlier file of this name is now {}",
            aside.display()
        ));
        Ok(())
    }

    fn column_options(&self) -> ColumnOptions<'_> {
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
            empty: args.empty,
            rules: args.rules,
            cells_hold_lists: matches!(self.input.format, FileFormat::Csv { .. }),
        }
    }

    fn header(&self, checked: &Checked, identity: Option<&Identity>) -> Result<Header, Failure> {
        let Self { args, .. } = self;
        let base_url = portal::base_url(self.portal_args)?;
        Ok(Header {
            version: journal::VERSION,
            entity: args.entity.clone(),
            base_url: base_url.unwrap_or_else(|| "the documented one".to_owned()),
            portal: identity.and_then(|identity| identity.portal.clone()),
            input_sha256: checked.digest.clone(),
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
            },
            empty: args.empty,
            phones: args.rules.phones,
            country: args.rules.country,
            ensure: args.ensure || checked.adds,
            skip_bad: args.skip_bad,
            settle_seconds: args.settle,
        })
    }

    fn client(&self) -> Result<Client, Failure> {
        portal::client(self.portal_args, |builder| self.with_limits(builder))
    }

    fn with_limits(&self, builder: ClientBuilder) -> ClientBuilder {
        let builder = builder.settle_time(self.settle());
        if self.args.no_throttle {
            builder.throttle(Throttle::unlimited())
        } else {
            builder.throttle(self.throttle.throttle())
        }
    }

    /// Returns the portal and the rights of the key. A check needs neither a key nor the API, but
    /// shows them if it can.
    ///
    /// # Errors
    /// If rows are to be sent and the key cannot be used, or if it is for another portal than
    /// `--portal` names.
    async fn identity(&self, is_sent: bool) -> Result<Option<Identity>, Failure> {
        if is_sent {
            let identity = Identity::of(&self.client()?, self.portal_args).await?;
            identity.check_rights(&self.args.entity)?;
            return Ok(Some(identity));
        }
        let is_asserted = self.portal_args.portal.is_some();
        if !is_asserted && !portal::has_key(self.portal_args)? {
            return Ok(None);
        }
        let client = portal::client(self.portal_args, |builder| {
            let builder = self.with_limits(builder).retry(RetryPolicy::off());
            builder.deadline(TIME_TO_IDENTIFY)
        })?;
        match Identity::of(&client, self.portal_args).await {
            Ok(identity) => Ok(Some(identity)),
            Err(failure) if is_asserted => Err(failure),
            Err(failure) => {
                self.output.warn(failure.to_string());
                Ok(None)
            }
        }
    }

    fn settle(&self) -> Duration {
        Duration::from_secs(self.args.settle)
    }

    fn settle_of_batches(&self) -> Duration {
        self.settle().saturating_mul(Client::BATCH_SETTLE_FACTOR)
    }

    /// Prints what the rows would change.
    async fn preview(
        &self,
        checked: &Checked,
        column_options: &ColumnOptions<'_>,
    ) -> Result<ExitStatus, Failure> {
        let (client, all) = (self.client()?, RowSet::default());
        let all = Selection::AllBut(&all);
        let plan = Plan::new(self.input, column_options, &checked.fingerprints, all)?;
        let plan = plan.limited(self.args.limit);
        let preview = Preview::print(&client, plan, self.schema, self.output).await?;
        preview.summarize(self.output);
        Ok(exit_status(checked.bad + preview.not_found))
    }

    /// Writes the backup of the rows that this process is going to send for the first time.
    async fn keep_old_values(
        &self,
        sender: &mut Sender<'_>,
        past: &Past,
        column_options: &ColumnOptions<'_>,
        checked: &Checked,
    ) -> Result<(), Stopped> {
        let Self { args, output, .. } = *self;
        let mut kept = past.done.clone();
        kept.insert_all(&past.open);
        kept.insert_all(&past.backed_up);
        let left = checked.to_send.saturating_sub(kept.len());
        let rows = left.min(args.limit.unwrap_or(u64::MAX));
        let is_wanted = args.backup.is_some() || rows > backup::MOST_ROWS_WITHOUT;
        if args.no_backup || rows == 0 || !is_wanted {
            return Ok(());
        }
        let path = match &args.backup {
            Some(path) if backup::is_taken(path) => {
                let problem = "there is a file of this name: name another one for the backup";
                return Err(Failure::in_file(path, problem).into());
            }
            Some(path) => path.clone(),
            None => backup::next_path(self.input)?,
        };
        let plan = Plan::new(
            self.input,
            column_options,
            &checked.fingerprints,
            Selection::AllBut(&kept),
        )?;
        let plan = plan.limited(args.limit);
        let line = format!("reading the old values of {}", check::rows(rows));
        sender.progress.aside(|| output.line(line));
        let client = sender.client.clone();
        let written = tokio::select! {
            written = backup::write(&client, plan, self.schema, &path) => written,
            () = sender.interrupts.next() => return Err(Stopped::Interrupted),
        };
        let backup = written?;
        sender.journal.backed_up(backup.rows.clone())?;
        let undo = [
            "bulk",
            &args.entity,
            &backup.path().display().to_string(),
            "--empty",
            "clear",
            "--yes",
        ];
        let undo = command(&undo.map(str::to_owned));
        sender.progress.aside(|| backup.show(&undo, output));
        Ok(())
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
        self.keep_old_values(sender, &past, column_options, checked)
            .await?;
        sender.progress.begin_at(past.ok, past.failed);
        let why = "requests of the earlier process may still be running at the server";
        sender
            .wait(past.unsettled(self.settle_of_batches()), why)
            .await?;
        let mut behind = past.done;
        if !past.open.is_empty() {
            let open = Selection::Only(past.open.clone());
            let mut plan = Plan::new(self.input, column_options, &checked.fingerprints, open)?;
            sender.send(&mut plan, Mode::Ensure).await?;
            behind.insert_all(&past.open);
        }
        let others = Selection::AllBut(&behind);
        let plan = Plan::new(self.input, column_options, &checked.fingerprints, others)?;
        let mut plan = plan.limited(self.args.limit);
        let mode = if header.ensure {
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
        if sender.progress.failed > 0 && header.ensure {
            let why = "changes without an answer may still be applied; run the failed rows only after that";
            sender
                .wait(sender.unsettled(self.settle_of_batches()), why)
                .await?;
        }
        Ok(())
    }

    /// Called once every row has been reported. Writes the failed rows to a file; the journal is
    /// kept.
    fn finish(
        &self,
        sender: &mut Sender<'_>,
        checked: &Checked,
        column_options: &ColumnOptions<'_>,
        path: &Path,
    ) -> Result<ExitStatus, Failure> {
        let (ok, failed) = (sender.progress.ok, sender.progress.failed);
        let failed_rows = match failed + checked.bad {
            0 => None,
            _ => Some(failed::write(
                self.input,
                column_options,
                &mut sender.journal,
                failed,
            )?),
        };
        let left = checked.to_send.saturating_sub(ok + failed);
        if left == 0 {
            sender.journal.finish(ok, failed)?;
        }
        let bad = bad_rows(checked.bad);
        self.output
            .line(format!("{} done, {failed} failed{bad}", rows(ok)));
        let shown = self.show_failed_rows(failed_rows);
        if left > 0 {
            self.output.line(format!(
                "{} not sent yet because of --limit. To send: {}",
                match left {
                    1 => "1 row is".to_owned(),
                    left => format!("{left} rows are"),
                },
                command(&self.words_to_resume())
            ));
        }
        self.output.line(format!(
            "the journal is kept, so that the rows are not sent again by mistake: {}",
            path.display()
        ));
        self.summarize(ok, failed, checked.bad, shown.as_deref());
        Ok(exit_status(failed + checked.bad))
    }

    /// Called if an earlier process has reported every row. A file of failed rows that is there may have
    /// been corrected, and is left as it is.
    fn finished_before(
        &self,
        mut journal: Journal,
        past: &Past,
        checked: &Checked,
        column_options: &ColumnOptions<'_>,
    ) -> Result<ExitStatus, Failure> {
        let problems = past.failed + checked.bad;
        let path = self.input.failed();
        let failed_rows = match problems {
            0 => None,
            _ if path.exists() => Some((path, None)),
            _ => {
                let journal = &mut journal;
                Some(failed::write(
                    self.input,
                    column_options,
                    journal,
                    past.failed,
                )?)
            }
        };
        let shown = self.show_failed_rows(failed_rows);
        self.summarize(past.ok, past.failed, checked.bad, shown.as_deref());
        Ok(exit_status(problems))
    }

    /// Prints where the failed rows are, and the new name of an earlier file. Returns the path for
    /// programs.
    fn show_failed_rows(&self, written: Option<(PathBuf, Option<PathBuf>)>) -> Option<String> {
        let (path, earlier) = written?;
        if let Some(earlier) = earlier {
            self.output.line(format!(
                "an earlier file of failed rows is now {}",
                earlier.display()
            ));
        }
        let shown = path.display().to_string();
        self.output.line(format!(
            "the failed rows are in {shown}: correct them, and run that file"
        ));
        Some(shown)
    }

    fn summarize(&self, ok: u64, failed: u64, bad: u64, failed_rows: Option<&str>) {
        self.output.json(&json!({
            "ok": ok,
            "failed": failed,
            "bad": bad,
            "failed_rows": failed_rows,
            "journal": self.input.journal().display().to_string(),
        }));
    }

    fn interrupted(&self, sender: &Sender<'_>, stopped: Stopped) -> Failure {
        let reason = match stopped {
            Stopped::Interrupted => "interrupted".to_owned(),
            Stopped::Failed(failure) => failure.to_string(),
        };
        let (ok, failed) = (sender.progress.ok, sender.progress.failed);
        Failure::new(format!(
            "{reason}\n{} done, {failed} failed so far. To resume: {}",
            rows(ok),
            command(&self.words_to_resume())
        ))
    }

    /// Prints what to do after a check.
    fn advise(&self, checked: &Checked) {
        if checked.bad > 0 && !self.args.skip_bad {
            let others = match checked.to_send {
                0 => "",
                _ => ", or send only the valid rows with --skip-bad --yes",
            };
            self.output
                .line(format!("nothing was sent: correct the bad rows{others}"));
        } else if checked.to_send == 0 {
            self.output
                .line("nothing was sent: no row changes anything");
        } else {
            let mut words = self.words();
            words.push("--yes".to_owned());
            self.output
                .line(format!("nothing was sent. To send: {}", command(&words)));
        }
    }

    /// Returns the words of the command that resumes the job, with all of its rows.
    fn words_to_resume(&self) -> Vec<String> {
        let mut words = Vec::new();
        let mut given = self.words().into_iter();
        while let Some(word) = given.next() {
            match word.as_str() {
                "--yes" | "--resume" => {}
                "--limit" => {
                    given.next();
                }
                limit if limit.starts_with("--limit=") => {}
                _ => words.push(word),
            }
        }
        words.push("--resume".to_owned());
        words
    }

    /// Returns the words of the command line, with the name of the file that is to be read again.
    fn words(&self) -> Vec<String> {
        let words = std::env::args().skip(1);
        let mut words: Vec<String> = words.collect();
        if words.first().is_some_and(|word| word == "vibecode") {
            words.remove(0);
        }
        let path = self.input.path.display().to_string();
        let is_kept = self.args.yes && self.input.is_copy;
        let given = self.args.file.display().to_string();
        for word in words.iter_mut().filter(|word| is_kept && **word == given) {
            word.clone_from(&path);
        }
        words
    }
}

/// The end of a sentence about the rows of a job.
fn bad_rows(bad: u64) -> String {
    match bad {
        0 => String::new(),
        bad => format!(", {bad} bad (not sent)"),
    }
}

fn exit_status(problems: u64) -> ExitStatus {
    match problems {
        0 => ExitStatus::Success,
        _ => ExitStatus::Attention,
    }
}

/// Returns a command that a shell splits into these words.
fn command(words: &[String]) -> String {
    let plain = |letter: char| letter.is_alphanumeric() || "-_./:=,@%+".contains(letter);
    let words = words.iter().map(|word| {
        if word.chars().all(plain) && !word.is_empty() {
            word.clone()
        } else {
            format!("'{}'", word.replace('\'', "'\\''"))
        }
    });
    let words: Vec<String> = words.collect();
    format!("cargo vibecode {}", words.join(" "))
}
