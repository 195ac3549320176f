//! Changes of many records by the rows of a file.
//!
//! A row of the file goes through `input`: `rows` reads it, `columns` finds the field of each cell,
//! `row_jobs` makes a job of it. This happens twice: `check` reads all rows and sends nothing; then
//! `send/plan` selects the rows of each batch, and `send` sends them. `journal` records each batch
//! before it is sent and after its outcomes are known. `failed` writes the failed rows to a file.

mod args;
mod check;
mod failed;
mod input;
mod journal;
mod send;

use std::{path::Path, time::Duration};

use serde_json::json;
use vibecode_runtime::{Client, Throttle};
use vibecode_spec::Schema;

pub(crate) use self::args::{Args, HELP};
use self::{
    check::{Checked, rows},
    input::{FileFormat, Input, columns::ColumnOptions, is_stdin},
    journal::{
        Header, Journal,
        resume::{self, Past},
    },
    send::{
        Mode, Sender, Stopped,
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
    let input = Input::open(&args.file, args.delimiter)?;
    let job = BulkJob {
        args,
        portal_args,
        output,
        input: &input,
        schema: &schema,
        codes: &codes,
    };
    let ended = job.run().await;
    // The copy of standard input is needed while there are open rows.
    if !input.journal().exists() || ended.is_ok() {
        input.remove_copy();
    }
    ended
}

/// A bulk job.
struct BulkJob<'a> {
    args: &'a Args,
    portal_args: &'a PortalArgs,
    output: &'a Output,
    input: &'a Input,
    schema: &'a Schema,
    codes: &'a KnownCodes,
}

impl BulkJob<'_> {
    async fn run(&self) -> Result<ExitStatus, Failure> {
        let Self { args, output, .. } = *self;
        let path = self.input.journal();
        if args.yes && !args.resume && path.exists() {
            return Err(journal::already_started(&path));
        }
        let column_options = self.column_options();
        let checked = check::check(self.input, &column_options, output)?;
        checked.show(output);
        let is_bad = checked.bad > 0 && !args.skip_bad;
        if is_bad || (checked.to_send == 0 && checked.bad == 0) || !(args.yes || args.resume) {
            checked.summarize(output);
            self.advise(&checked);
            return Ok(exit_status(checked.bad));
        }
        let header = self.header(&checked)?;
        // A key that cannot be used is reported before a journal is created.
        let client = self.client()?;
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
        let progress = Progress::new(checked.to_send, output);
        let mut sender = Sender::new(
            client,
            journal,
            progress,
            interrupts,
            output,
            !args.no_verify,
        );
        let sent = self.send(&mut sender, past, &header, &column_options).await;
        sender.progress.end();
        match sent {
            Ok(()) => self.finish(&mut sender, &checked, &column_options, &path),
            Err(stopped) => Err(self.interrupted(&sender, stopped)),
        }
    }

    fn column_options(&self) -> ColumnOptions<'_> {
        let Self { args, .. } = self;
        ColumnOptions {
            entity: &args.entity,
            schema: self.schema,
            codes: self.codes,
            map: &args.map,
            ignore: &args.ignore,
            id_column: args.id_column.as_deref(),
            empty: args.empty,
            cells_hold_lists: matches!(self.input.format, FileFormat::Csv { .. }),
        }
    }

    fn header(&self, checked: &Checked) -> Result<Header, Failure> {
        let Self { args, .. } = self;
        let base_url = portal::base_url(self.portal_args)?;
        Ok(Header {
            version: journal::VERSION,
            entity: args.entity.clone(),
            base_url: base_url.unwrap_or_else(|| "the documented one".to_owned()),
            input_sha256: checked.digest.clone(),
            delimiter: match self.input.format {
                FileFormat::Csv { delimiter } => Some(delimiter.into()),
                FileFormat::JsonLines => None,
            },
            map: args.map.clone(),
            ignore: args.ignore.clone(),
            id_column: args.id_column.clone(),
            empty: args.empty,
            ensure: args.ensure || checked.adds,
            skip_bad: args.skip_bad,
            settle_seconds: args.settle,
        })
    }

    fn client(&self) -> Result<Client, Failure> {
        let Self { args, .. } = self;
        portal::client(self.portal_args, |builder| {
            let builder = builder.settle_time(self.settle());
            match args.per_minute {
                _ if args.no_throttle => builder.throttle(Throttle::unlimited()),
                Some(limit) => builder.throttle(Throttle::per_minute(limit)),
                None => builder,
            }
        })
    }

    fn settle(&self) -> Duration {
        Duration::from_secs(self.args.settle)
    }

    fn settle_of_batches(&self) -> Duration {
        self.settle().saturating_mul(Client::BATCH_SETTLE_FACTOR)
    }

    /// Sends the rows that an earlier process left open, and then those that have never been sent.
    async fn send(
        &self,
        sender: &mut Sender<'_>,
        past: Past,
        header: &Header,
        column_options: &ColumnOptions<'_>,
    ) -> Result<(), Stopped> {
        sender.progress.begin_at(past.ok, past.failed);
        let why = "requests of the earlier process may still be running at the server";
        sender
            .wait(past.unsettled(self.settle_of_batches()), why)
            .await?;
        let mut behind = past.done;
        if !past.open.is_empty() {
            let open = Selection::Only(past.open.clone());
            let mut plan = Plan::new(self.input, column_options, open)?;
            sender.send(&mut plan, Mode::Ensure).await?;
            behind.insert_all(&past.open);
        }
        let mut plan = Plan::new(self.input, column_options, Selection::AllBut(&behind))?;
        let mode = if header.ensure {
            Mode::Ensure
        } else {
            Mode::Update
        };
        sender.send(&mut plan, mode).await?;
        if plan.digest() != header.input_sha256 {
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
        sender.journal.finish(ok, failed)?;
        let bad = bad_rows(checked.bad);
        self.output
            .line(format!("{} done, {failed} failed{bad}", rows(ok)));
        let shown = self.show_failed_rows(failed_rows.as_deref());
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
            _ if path.exists() => Some(path),
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
        let shown = self.show_failed_rows(failed_rows.as_deref());
        self.summarize(past.ok, past.failed, checked.bad, shown.as_deref());
        Ok(exit_status(problems))
    }

    /// Prints where the failed rows are, and returns the path for programs.
    fn show_failed_rows(&self, path: Option<&Path>) -> Option<String> {
        let shown = path?.display().to_string();
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
        let mut words = self.words();
        words.retain(|word| word != "--yes" && word != "--resume");
        words.push("--resume".to_owned());
        Failure::new(format!(
            "{reason}\n{} done, {failed} failed so far. To resume: {}",
            rows(ok),
            command(&words)
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

    /// Returns the words of the command line, with the name of the file that is to be read again.
    fn words(&self) -> Vec<String> {
        let words = std::env::args().skip(1);
        let mut words: Vec<String> = words.collect();
        if words.first().is_some_and(|word| word == "vibecode") {
            words.remove(0);
        }
        let path = self.input.path.display().to_string();
        let is_kept = self.args.yes && self.input.is_copy;
        for word in words.iter_mut().filter(|word| is_kept && *word == "-") {
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
