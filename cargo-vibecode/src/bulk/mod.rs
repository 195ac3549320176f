//! Changes of many records by the rows of a file.
//!
//! rows → columns → items, in two passes: check, then plan → send, with the journal beside it.

mod check;
mod columns;
mod failed;
mod input;
mod interrupts;
mod items;
mod journal;
mod outcome;
mod plan;
mod progress;
mod resume;
mod row_set;
mod rows;
mod send;
mod wanted;

use std::{path::Path, time::Duration};

use serde_json::json;
use vibecode_runtime::{Client, Throttle};
use vibecode_spec::Schema;

pub(crate) use self::wanted::{HELP, Wanted};
use self::{
    check::{Checked, rows},
    columns::Rules,
    input::{Form, Input, is_stdin},
    journal::{Header, Journal},
    plan::Plan,
    progress::Progress,
    resume::Past,
    send::{Mode, Sender, Stopped},
};
use crate::{
    Ended,
    failure::Failure,
    output::Output,
    portal::{self, PortalArgs},
    schema_file,
};

pub(crate) async fn run(
    wanted: &Wanted,
    args: &PortalArgs,
    output: &Output,
) -> Result<Ended, Failure> {
    if wanted.resume && is_stdin(&wanted.file) {
        return Err(Failure::new(
            "standard input cannot be read again: resume with its copy, the file stdin-….rows",
        ));
    }
    let schema = schema_file::load(&wanted.entity)?;
    let input = Input::open(&wanted.file, wanted.delimiter)?;
    let job = Job {
        wanted,
        args,
        output,
        input: &input,
        schema: &schema,
    };
    let ended = job.run().await;
    // The copy of standard input is needed while there are open rows.
    if !input.journal().exists() || ended.is_ok() {
        input.forget();
    }
    ended
}

/// A bulk job.
struct Job<'a> {
    wanted: &'a Wanted,
    args: &'a PortalArgs,
    output: &'a Output,
    input: &'a Input,
    schema: &'a Schema,
}

impl Job<'_> {
    async fn run(&self) -> Result<Ended, Failure> {
        let Self { wanted, output, .. } = *self;
        let path = self.input.journal();
        if wanted.yes && !wanted.resume && path.exists() {
            return Err(journal::there_is_one(&path));
        }
        let rules = self.rules();
        let checked = check::check(self.input, &rules, output)?;
        checked.show(output);
        let is_bad = checked.bad > 0 && !wanted.skip_bad;
        if is_bad || (checked.to_send == 0 && checked.bad == 0) || !(wanted.yes || wanted.resume) {
            checked.summarize(output);
            self.advise(&checked);
            return Ok(ended(checked.bad));
        }
        let header = self.header(&checked);
        // A key that cannot be used is reported before a journal is created.
        let client = self.client()?;
        let (journal, past) = if wanted.resume {
            resume::resume(&path, &header)?
        } else {
            (Journal::create(&path, header.clone())?, Past::default())
        };
        if past.is_finished {
            let done = format!(
                "this job is already finished: {} done, {} failed. To send all rows again, delete {}",
                past.ok,
                past.failed,
                path.display()
            );
            output.line(done);
            self.summarize(past.ok, past.failed, checked.bad, None);
            return Ok(Ended::Done);
        }
        let progress = Progress::new(checked.to_send, output);
        let mut sender = Sender::new(client, journal, progress, output);
        let sent = self.send(&mut sender, past, &header, &rules).await;
        sender.progress.end();
        match sent {
            Ok(()) => self.finish(&mut sender, &checked, &rules, &path),
            Err(stopped) => Err(self.interrupted(&sender, stopped)),
        }
    }

    fn rules(&self) -> Rules<'_> {
        let Self { wanted, .. } = self;
        Rules {
            entity: &wanted.entity,
            schema: self.schema,
            map: &wanted.map,
            ignore: &wanted.ignore,
            id_column: wanted.id_column.as_deref(),
            empty: wanted.empty,
            cells_hold_lists: matches!(self.input.form, Form::Csv { .. }),
        }
    }

    fn header(&self, checked: &Checked) -> Header {
        let Self { wanted, .. } = self;
        let base_url = portal::base_url(self.args);
        Header {
            version: journal::VERSION,
            entity: wanted.entity.clone(),
            base_url: base_url.unwrap_or_else(|| "the documented one".to_owned()),
            input_sha256: checked.digest.clone(),
            delimiter: match self.input.form {
                Form::Csv { delimiter } => Some(delimiter.into()),
                Form::JsonLines => None,
            },
            map: wanted.map.clone(),
            ignore: wanted.ignore.clone(),
            id_column: wanted.id_column.clone(),
            empty: wanted.empty.as_str().to_owned(),
            ensure: wanted.ensure || checked.adds,
            skip_bad: wanted.skip_bad,
            settle_seconds: wanted.settle,
        }
    }

    fn client(&self) -> Result<Client, Failure> {
        let Self { wanted, .. } = self;
        let throttle = if wanted.no_throttle {
            Throttle::unlimited()
        } else {
            Throttle::per_minute(wanted.per_minute)
        };
        portal::client(self.args, |builder| {
            builder.throttle(throttle).settle_time(self.settle())
        })
    }

    fn settle(&self) -> Duration {
        Duration::from_secs(self.wanted.settle)
    }

    /// The calls of a batch may run one after another.
    fn settle_of_batches(&self) -> Duration {
        self.settle().saturating_mul(2)
    }

    /// Sends the rows that an earlier process left open, and then those that have never been sent.
    async fn send(
        &self,
        sender: &mut Sender<'_>,
        past: Past,
        header: &Header,
        rules: &Rules<'_>,
    ) -> Result<(), Stopped> {
        sender.progress.begin_at(past.ok, past.failed);
        let why = "requests of the earlier process may still be running at the server";
        sender
            .wait(past.unsettled(self.settle_of_batches()), why)
            .await?;
        let mut behind = past.done;
        if !past.open.is_empty() {
            let open = plan::Wanted::Only(past.open.clone());
            let mut plan = Plan::new(self.input, rules, open)?;
            sender.send(&mut plan, Mode::Ensure).await?;
            behind.insert_all(&past.open);
        }
        let mut plan = Plan::new(self.input, rules, plan::Wanted::AllBut(&behind))?;
        let mode = if header.ensure {
            Mode::Ensure
        } else {
            Mode::Update
        };
        sender.send(&mut plan, mode).await?;
        if plan.digest() != header.input_sha256 {
            let problem =
                "the file has changed while its rows were being sent: compare it with the records";
            let path = self.input.path.display();
            return Err(Failure::new(format!("{path}: {problem}")).into());
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
        rules: &Rules<'_>,
        path: &Path,
    ) -> Result<Ended, Failure> {
        let (ok, failed) = (sender.progress.ok, sender.progress.failed);
        let of_failed = match failed + checked.bad {
            0 => None,
            _ => Some(failed::write(
                self.input,
                rules,
                &mut sender.journal,
                failed,
            )?),
        };
        sender.journal.finish(ok, failed)?;
        let bad = match checked.bad {
            0 => String::new(),
            bad => format!(", {bad} bad (not sent)"),
        };
        self.output
            .line(format!("{} done, {failed} failed{bad}", rows(ok)));
        let shown = of_failed.as_ref().map(|path| path.display().to_string());
        if let Some(shown) = &shown {
            self.output.line(format!(
                "the failed rows are in {shown}: correct them, and run that file"
            ));
        }
        self.output.line(format!(
            "the journal is kept, so that the rows are not sent again by mistake: {}",
            path.display()
        ));
        self.summarize(ok, failed, checked.bad, shown.as_deref());
        Ok(ended(failed + checked.bad))
    }

    fn summarize(&self, ok: u64, failed: u64, bad: u64, of_failed: Option<&str>) {
        self.output.json(&json!({
            "ok": ok,
            "failed": failed,
            "bad": bad,
            "failed_rows": of_failed,
            "journal": self.input.journal().display().to_string(),
        }));
    }

    fn interrupted(&self, sender: &Sender<'_>, stopped: Stopped) -> Failure {
        let reason = match stopped {
            Stopped::Interrupted => "interrupted".to_owned(),
            Stopped::Because(failure) => failure.to_string(),
        };
        let (ok, failed) = (sender.progress.ok, sender.progress.failed);
        let mut wanted = self.words();
        wanted.retain(|word| word != "--yes" && word != "--resume");
        wanted.push("--resume".to_owned());
        Failure::new(format!(
            "{reason}\n{} done, {failed} failed so far. To resume: {}",
            rows(ok),
            command(&wanted)
        ))
    }

    /// Prints what to do after a check.
    fn advise(&self, checked: &Checked) {
        if checked.bad > 0 && !self.wanted.skip_bad {
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
        let kept = self.input.path.display().to_string();
        let keeps = self.wanted.yes && self.input.is_spooled;
        for word in words.iter_mut().filter(|word| keeps && *word == "-") {
            word.clone_from(&kept);
        }
        words
    }
}

fn ended(wrong: u64) -> Ended {
    match wrong {
        0 => Ended::Done,
        _ => Ended::Found,
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
