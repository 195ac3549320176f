//! Tests on a portal what the API's documentation leaves open, with a temporary record.

mod bench;
mod door;
mod finding;
mod questions;
mod record;
mod report;

use std::io::{self, BufRead, IsTerminal, Write};

use indicatif::{ProgressBar, ProgressStyle};
use vibecode_spec::Entity;

use self::{
    bench::Bench,
    door::{Door, Silence},
    finding::Finding,
    questions::QUESTIONS,
    record::TemporaryRecord,
    report::Report,
};
use crate::{
    Ended,
    failure::Failure,
    output::Output,
    portal::{self, PortalArgs},
    stop::Stop,
};

/// The arguments of `probe`.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Creates a record called `VIBECODE PROBE - delete me …`, changes it about a hundred times, and deletes it, also \
after an error and on Ctrl-C. Automation rules and webhooks of the portal are triggered by that record, and a \
recycle bin may keep it.

With --format json the result is a report that can be shared: it contains no key and no data, and names neither \
the portal nor its fields.")]
pub(crate) struct Wanted {
    /// The entity to test with: `contacts`, `companies`, `leads` or `deals`.
    #[arg(default_value = "contacts", value_parser = entity)]
    entity: Entity,

    /// Start without asking for confirmation.
    #[arg(long)]
    yes: bool,
}

fn entity(name: &str) -> Result<Entity, String> {
    Entity::from_path(name).ok_or_else(|| {
        let names: Vec<&str> = Entity::ALL.iter().map(|entity| entity.path()).collect();
        let meant = Entity::suggest(name).map_or(String::new(), |meant| {
            format!(": did you mean `{}`?", meant.path())
        });
        format!("there is no entity `{name}`{meant} ({})", names.join(", "))
    })
}

pub(crate) async fn run(
    wanted: &Wanted,
    args: &PortalArgs,
    output: &Output,
) -> Result<Ended, Failure> {
    let entity = wanted.entity;
    let door = Door::new(args)?;
    if !wanted.yes {
        check_terminal(entity)?;
        let me = portal::client(args, |builder| builder)?.me().await?;
        consent(entity, me.portal().as_deref())?;
    }
    // From here on, Ctrl-C waits until the record is deleted.
    let mut stop = Stop::listen()?;
    let record = TemporaryRecord::create(&door, entity).await?;
    let report = tokio::select! {
        report = ask_all(&door, entity, record.id) => Some(report),
        () = stop.requested() => None,
    };
    if report.is_none() {
        output.warn("interrupted: deleting the temporary record");
    }
    let deleted = record.delete().await;
    let Some(report) = report else {
        deleted?;
        return Err(Failure::new(
            "interrupted before all tests were done. The temporary record is deleted",
        ));
    };
    report.print(entity, output);
    deleted?;
    Ok(if report.has_differences() {
        Ended::Found
    } else {
        Ended::Done
    })
}

fn check_terminal(entity: Entity) -> Result<(), Failure> {
    if io::stdin().is_terminal() {
        return Ok(());
    }
    let entity = entity.singular();
    Err(Failure::new(format!(
        "this creates a temporary {entity} on the portal, changes it and deletes it. Confirmation requires a terminal: to start without it, add --yes"
    )))
}

/// Asks for confirmation, since the key may belong to another portal.
fn consent(entity: Entity, portal: Option<&str>) -> Result<(), Failure> {
    let (entity, portal) = (entity.singular(), portal.unwrap_or("the portal"));
    let mut terminal = io::stderr().lock();
    let question = format!(
        "This creates a temporary {entity} on {portal}, changes it about a hundred times and deletes it.\n\
         Automation rules and webhooks of the portal are triggered by it. Continue? [y/N] "
    );
    let shown = terminal.write_all(question.as_bytes());
    let mut answer = String::new();
    let read = shown.and_then(|()| io::stdin().lock().read_line(&mut answer));
    let is_yes = matches!(answer.trim().to_lowercase().as_str(), "y" | "yes");
    match read {
        Ok(_) if is_yes => Ok(()),
        _ => Err(Failure::new("cancelled: nothing on the portal was changed")),
    }
}

/// Asks one question after another, and continues if one is not answered.
async fn ask_all(door: &Door, entity: Entity, id: u64) -> Report {
    let mut report = Report::default();
    let progress = progress();
    let bench = Bench::prepare(door, entity, id).await;
    for question in QUESTIONS {
        progress.set_message(question.text);
        let findings = match &bench {
            Ok(bench) => question.ask(bench).await,
            Err(silence) => Err(*silence),
        };
        report.add(question, findings.unwrap_or_else(unanswered));
        progress.inc(1);
    }
    progress.finish_and_clear();
    report
}

fn unanswered(silence: Silence) -> Vec<Finding> {
    vec![Finding::not_testable("all of it", silence.to_string(), "")]
}

/// It is hidden if there is no terminal.
fn progress() -> ProgressBar {
    let count = u64::try_from(QUESTIONS.len()).unwrap_or_default();
    let style = ProgressStyle::with_template("{pos:>2} of {len}  {msg}");
    let style = style.unwrap_or_else(|_| ProgressStyle::default_bar());
    ProgressBar::new(count).with_style(style)
}
