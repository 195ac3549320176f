//! Changes one record from the command line.

use serde_json::{Value, json};

use crate::{
    ExitStatus,
    args::name_and_value,
    change::{self, Change, entries::EntryRules},
    code_file::KnownCodes,
    failure::Failure,
    output::Output,
    portal::{self, PortalArgs},
    schema_file,
};

const NO_COUNTRY: &str =
    "a phone has no country code: add it with --country, such as --country 7, or write it with `+`";

/// The arguments of `update`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The entity, such as `contacts`, `deals` or `tasks`, or a smart process such as `items/1040`.
    entity: String,

    /// The id of the record.
    id: u64,

    /// Set a field, given by its wire name or label. The option of a list may be given by its label, and
    /// the code of a status, a stage or a currency by its name. The name of a stage is looked up in all
    /// pipelines: if several have it, write the code, such as `C5:WON`.
    #[arg(long, value_name = "FIELD=VALUE", value_parser = name_and_value)]
    set: Vec<(String, String)>,

    /// Add a phone or an email.
    #[arg(long, value_name = "FIELD=VALUE[:TYPE]", value_parser = name_and_value)]
    add: Vec<(String, String)>,

    /// Clear a field.
    #[arg(long, value_name = "FIELD")]
    clear: Vec<String>,

    #[command(flatten)]
    rules: EntryRules,

    /// Read the record first, and send only what is missing.
    #[arg(long)]
    ensure: bool,

    /// Print the body of the request, and send nothing.
    #[arg(long)]
    dry_run: bool,
}

pub(crate) async fn run(
    args: &Args,
    portal_args: &PortalArgs,
    output: &Output,
) -> Result<ExitStatus, Failure> {
    let schema = schema_file::load(&args.entity)?;
    let codes = KnownCodes::load()?;
    let mut change = Change::new(&args.entity, &schema, &codes).with_rules(args.rules);
    let mut problems = Vec::new();
    let named = |name: &str| change::field(&schema, name).map(|field| &*field.name);
    for (name, text) in &args.set {
        problems.extend(named(name).and_then(|name| change.set(name, text)).err());
    }
    for (name, text) in &args.add {
        problems.extend(named(name).and_then(|name| change.add(name, text)).err());
    }
    for name in &args.clear {
        problems.extend(named(name).and_then(|name| change.clear(name)).err());
    }
    if !problems.is_empty() {
        return Err(Failure::new(problems.join("\nerror: ")));
    }
    if change.is_empty() {
        return Err(Failure::new(
            "there is nothing to change: use --set, --add or --clear",
        ));
    }
    let job = change.job(args.id)?;
    if change.lacking_country() > 0 {
        output.warn(NO_COUNTRY);
    }
    if args.dry_run {
        let patch = change.patch(args.id);
        let failed = |error: serde_json::Error| Failure::new(error.to_string());
        output.line(serde_json::to_string(&patch).map_err(failed)?);
        output.json(&serde_json::to_value(&patch).map_err(failed)?);
        return Ok(ExitStatus::Success);
    }
    let client = portal::client(portal_args, |builder| builder)?;
    let record = format!("{}/{}", args.entity, args.id);
    if args.ensure {
        let ensured = client.ensure_job(job).await?;
        let (added, present) = (ensured.added().len(), ensured.present().len());
        output.line(format!(
            "{record} has all values: {added} phones and emails were added, {present} were already there"
        ));
        output.json(&json!({ "record": record, "added": added, "present": present }));
    } else {
        let updated = client.update_job(job).await?;
        output.line(format!("{record}: changed"));
        output.json(&updated.raw().parse::<Value>()?);
    }
    Ok(ExitStatus::Success)
}
