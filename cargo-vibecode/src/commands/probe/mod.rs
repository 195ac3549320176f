//! Tests on a portal what the API's documentation leaves open, with a temporary record.

mod bench;
mod finding;
mod questions;
mod raw_client;
mod record;
mod report;

use std::io::{self, BufRead, IsTerminal, Write};

use indicatif::{ProgressBar, ProgressStyle};
use vibecode_spec::Entity;

use self::{
    bench::Bench,
    finding::Finding,
    questions::QUESTIONS,
    raw_client::{NoAnswer, RawClient},
    record::TemporaryRecord,
    report::Report,
};
use crate::{
    ExitStatus,
    failure::Failure,
    interrupts::Interrupts,
    output::Output,
    portal::{self, PortalArgs},
};

/// The part of the help that does not belong to a single option.
pub(crate) const HELP: &str = "\
Creates a record called `VIBECODE PROBE - delete me …`, changes it about a hundred times, and deletes it, also \
after an error and on Ctrl-C. Automation rules and webhooks of the portal are triggered by that record, and a \
recycle bin may keep it.

With --format json the result is a report that can be shared: it contains no key and no data, and names neither \
the portal nor its fields.

Examples:
  cargo vibecode probe
  cargo vibecode probe --yes --format json > probe.json

Exit codes: 0 the portal behaves as these crates assume, 1 it differs, 2 the command failed.";

/// The arguments of `probe`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The entity to test with: `contacts`, `companies`, `leads` or `deals`.
    #[arg(default_value = "contacts", value_parser = entity)]
    entity: Entity,

    /// Start without asking for confirmation.
    #[arg(long)]
    yes: bool,
}

/// The entities with which the questions can be asked.
const PROBED: [Entity; 4] = [
    Entity::Contacts,
    Entity::Companies,
    Entity::Leads,
    Entity::Deals,
];

fn entity(name: &str) -> Result<Entity, String> {
    let meant = Entity::from_path(name).or_else(|| Entity::suggest(name));
    let meant = meant.filter(|entity| PROBED.contains(entity));
    match meant {
        Some(entity) if entity.path() == name => Ok(entity),
        Some(entity) => Err(format!("did you mean `{}`?", entity.path())),
        None => {
            let names = PROBED.map(Entity::path).join("`, `");
            Err(format!("expected one of `{names}`"))
        }
    }
}

pub(crate) async fn run(
    args: &Args,
    portal_args: &PortalArgs,
    output: &Output,
) -> Result<ExitStatus, Failure> {
    let entity = args.entity;
    let client = RawClient::new(portal_args)?;
    if !args.yes {
        check_terminal(entity)?;
        let me = portal::client(portal_args, |builder| builder)?.me().await?;
        consent(entity, me.portal().as_deref())?;
    }
    // From here on, Ctrl-C waits until the record is deleted.
    let mut interrupts = Interrupts::listen()?;
    let record = TemporaryRecord::create(&client, entity).await?;
    let report = tokio::select! {
        report = ask_all(&client, entity, record.id) => Some(report),
        () = interrupts.next() => None,
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
        ExitStatus::Attention
    } else {
        ExitStatus::Success
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
async fn ask_all(client: &RawClient, entity: Entity, id: u64) -> Report {
    let mut report = Report::default();
    let progress = progress();
    let bench = Bench::prepare(client, entity, id).await;
    for question in QUESTIONS {
        progress.set_message(question.text);
        let findings = match &bench {
            Ok(bench) => question.ask(bench).await,
            Err(no_answer) => Err(*no_answer),
        };
        report.add(question, findings.unwrap_or_else(unanswered));
        progress.inc(1);
    }
    progress.finish_and_clear();
    report
}

fn unanswered(no_answer: NoAnswer) -> Vec<Finding> {
    vec![Finding::not_testable(
        "all of it",
        no_answer.to_string(),
        "",
    )]
}

/// It is hidden if there is no terminal.
fn progress() -> ProgressBar {
    let count = u64::try_from(QUESTIONS.len()).unwrap_or_default();
    let style = ProgressStyle::with_template("{pos:>2} of {len}  {msg}");
    let style = style.unwrap_or_else(|_| ProgressStyle::default_bar());
    ProgressBar::new(count).with_style(style)
}
