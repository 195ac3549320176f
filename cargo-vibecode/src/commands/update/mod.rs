//! Changes one record from the command line.

mod files_of_portal;
mod form_of_record;
mod pipeline;
mod requested;
mod sending;

use std::{cell::Cell, collections::HashMap, time::Duration};

use serde_json::json;
use vibecode_runtime::{Client, Error};
use vibecode_spec::Schema;

use self::sending::Sending;
use crate::{
    ExitStatus,
    api_words::ApiWords,
    args::{name_and_value, whole_number},
    change::{self, Change, ItemTexts, entries::EntryRules},
    code_file::KnownCodes,
    failure::{self, Failure},
    interrupts::Interrupts,
    output::Output,
    portal::{self, PortalArgs},
    schema_file,
};

/// The part of the help that does not belong to a single option.
pub(crate) const HELP: &str = "\
Examples:
  cargo vibecode update contacts 71 --set post=Director
  cargo vibecode update contacts 71 \\
    --add phone=+79161112233:MOBILE
  cargo vibecode update contacts 71 --clear companyId \\
    --dry-run

Exit codes: 0 the record has all values as they were sent, 1 it does not, 2 the command \
failed.";

/// The arguments of `update`.
#[derive(Debug, clap::Args)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a flag of the command line"
)]
pub(crate) struct Args {
    /// The entity, such as `contacts`, `deals` or `tasks`, or a smart process such as `items/1040`.
    entity: String,

    /// The id of the record.
    #[arg(value_parser = whole_number::<u64>(1..=u64::MAX))]
    id: u64,

    /// Set a field, given by its wire name or label. The option of a list may be given by its label, and
    /// the code of a status, a stage or a currency by its name. A text that is the code or the id of one and
    /// the name of another is refused. A stage is looked up in the pipeline of the deal, which is read first.
    /// With --dry-run it is looked up in all pipelines.
    #[arg(long, value_name = "FIELD=VALUE", value_parser = name_and_value)]
    set: Vec<(String, String)>,

    /// Add a phone or an email. The record is read first, and what it has already, also in another spelling, is not
    /// added again.
    #[arg(long, value_name = "FIELD=VALUE[:TYPE]", value_parser = name_and_value)]
    add: Vec<(String, String)>,

    /// Clear a field.
    #[arg(long, value_name = "FIELD")]
    clear: Vec<String>,

    #[command(flatten)]
    rules: EntryRules,

    /// Send texts that look garbled by a wrong encoding, such as `????` or `Ð˜Ð²Ð°Ð½`, and invisible
    /// characters at their ends. Without this option the former are refused, and the latter are left out.
    #[arg(long)]
    allow_garbled: bool,

    /// Read the record first, and send only the fields that it lacks, also if no phone or email is added.
    #[arg(long)]
    ensure: bool,

    /// Do not read the record if the answer shows only some of the fields that were sent.
    #[arg(long)]
    no_verify: bool,

    /// How long a request without an answer may still be applied.
    #[arg(long, value_name = "SECONDS", value_parser = whole_number::<u64>(0..=u64::MAX), default_value_t = Client::SETTLE_TIME.as_secs())]
    settle: u64,

    /// Print the request, and send nothing: its method and path, and its body on the next line.
    #[arg(long)]
    dry_run: bool,
}

pub(crate) async fn run(
    args: &Args,
    portal_args: &PortalArgs,
    output: &Output,
) -> Result<ExitStatus, Failure> {
    let fields = schema_file::load_fields(&args.entity)?;
    let schema = &fields.schema;
    let (codes, client) = args
        .codes_of_pipeline(schema, KnownCodes::load()?, portal_args, output)
        .await?;
    let mut change = args.change(schema, &codes, output)?;
    let job = change.job(args.id)?;
    let mut texts = ItemTexts::default();
    change.move_item_texts(&mut texts);
    if args.dry_run {
        return args.show_request(&change, output);
    }
    let client = match client {
        Some(client) => client,
        None => args.client(portal_args)?,
    };
    args.check_files(&fields, &codes, &texts, &client, portal_args, output)
        .await?;
    let job = args.in_form_of_record(job, &mut change, &client).await?;
    let mut interrupts = Interrupts::listen()?;
    let sending = Sending {
        args,
        client: &client,
        job: &job,
        record: args.record(),
    };
    let is_accepted = Cell::new(false);
    let sent = tokio::select! {
        sent = sending.send(&is_accepted) => sent?,
        () = interrupts.next() => return Err(sending.interrupted(is_accepted.get())),
    };
    Ok(sending.show(&sent, &args.names(schema), output))
}

/// The names of fields as they were given, by their wire names.
type Names<'a> = HashMap<&'a str, &'a str>;

impl Args {
    /// Returns the record as the output names it.
    fn record(&self) -> String {
        format!("{}/{}", self.entity, self.id)
    }

    fn client(&self, portal_args: &PortalArgs) -> Result<Client, Failure> {
        let settle = Duration::from_secs(self.settle);
        portal::client(portal_args, |builder| {
            self.rules.with_similar_phones(builder.settle_time(settle))
        })
    }

    fn names<'a>(&'a self, schema: &'a Schema) -> Names<'a> {
        let pairs = self.set.iter().chain(&self.add);
        let names = pairs.map(|(name, _)| name).chain(&self.clear);
        let names = names.filter_map(|name| {
            let field = change::field(schema, name).ok()?;
            Some((field.name.as_str(), name.as_str()))
        });
        names.collect()
    }

    /// Prints the request that changes the record.
    fn show_request(&self, change: &Change<'_>, output: &Output) -> Result<ExitStatus, Failure> {
        let body = change.patch(self.id);
        let failed = |error: serde_json::Error| Failure::new(error.to_string());
        let (method, path) = ("PATCH", format!("/v1/{}", self.record()));
        output.line(format!("{method} {path}"));
        output.line(serde_json::to_string(&body).map_err(failed)?);
        output.json(&json!({
            "record": self.record(),
            "method": method,
            "path": path,
            "request": serde_json::to_value(&body).map_err(failed)?,
        }));
        Ok(ExitStatus::Success)
    }
}

/// Returns the error of a request, with the API's own words.
fn of_request(error: &Error) -> Failure {
    match ApiWords::of(error) {
        Some(words) => Failure::new(format!("{error}\n{words}")),
        None => Failure::new(failure::in_words(error)),
    }
}
