//! Changes one record from the command line.

use std::{borrow::Cow, cell::Cell, collections::HashMap, time::Duration};

use serde_json::{Value, json};
use vibecode_runtime::{Client, Error, PatchJob};
use vibecode_spec::{Field, Multifield, Schema};

use crate::{
    ExitStatus,
    api_words::ApiWords,
    args::{name_and_value, whole_number},
    cells::number_or_amount,
    change::{self, Change, ItemTexts, PIPELINE, SEPARATOR, entries::EntryRules},
    code_file::KnownCodes,
    failure::{self, Failure},
    interrupts::Interrupts,
    output::Output,
    plural::number_of,
    portal::{self, PortalArgs},
    portal_files::{self, Drift, FetchedFile, UsedCodes, means_another},
    portal_identity::Identity,
    record_batch::{self, NotRead},
    schema_file::{self, KnownFields},
    verify::{self, Answer, Difference, Shown, Unconfirmed},
};

/// The part of the help that does not belong to a single option.
pub(crate) const HELP: &str = "\
Examples:
  cargo vibecode update contacts 71 --set post=Director
  cargo vibecode update contacts 71 --ensure \\
    --add phone=+79161112233:MOBILE
  cargo vibecode update contacts 71 --clear companyId \\
    --dry-run

Exit codes: 0 the record was changed, 1 the record does not have all values as they were sent, 2 the command \
failed.";

const NO_COUNTRY: &str =
    "a phone has no country code: add it with --country, such as --country 7, or write it with `+`";

/// The arguments of `update`.
#[derive(Debug, clap::Args)]
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

    /// Do not read the record if the answer shows only some of the fields that were sent.
    #[arg(long)]
    no_verify: bool,

    /// How long a request without an answer may still be applied.
    #[arg(long, value_name = "SECONDS", value_parser = whole_number::<u64>(0..=u64::MAX), default_value_t = Client::SETTLE_TIME.as_secs())]
    settle: u64,

    /// Print the body of the request, and send nothing.
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
    let mut codes = KnownCodes::load()?;
    let mut client = None;
    match args.pipeline(schema, &codes) {
        Pipeline::Any => {}
        Pipeline::Cleared => {
            return Err(Failure::new(format!(
                "the stage cannot be checked, since `{PIPELINE}` is cleared, or set to what is no pipeline: set it to the number of one"
            )));
        }
        Pipeline::Given(number) => codes = codes.with_pipeline(Some(number)),
        Pipeline::OfRecord if args.dry_run => output.warn(
            "the pipeline of the record is not read in a dry run, so the stage is looked up in all pipelines",
        ),
        Pipeline::OfRecord => {
            let client = client.insert(args.client(portal_args)?);
            codes = codes.with_pipeline(args.pipeline_of_record(client).await?);
        }
    }
    let mut change = Change::new(&args.entity, schema, &codes).with_rules(args.rules);
    let mut problems = Vec::new();
    let named = |name: &str| change::field(schema, name).map(|field| &*field.name);
    let mut unchecked = Vec::new();
    for (name, text) in &args.set {
        let set = change::field(schema, name).and_then(|field| {
            unchecked.extend(change::unchecked(field, schema, &codes));
            change.set(&field.name, &normal(field, text))
        });
        problems.extend(set.err());
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
    for (name, _) in &args.set {
        if let Ok(field) = named(name)
            && change.sets_text_zero(field)
        {
            output.warn(format!(
                "`{field}` is set to the text `0`: the API takes it as empty, so it clears the field"
            ));
        }
    }
    let job = change.job(args.id)?;
    let mut texts = ItemTexts::default();
    change.move_item_texts(&mut texts);
    for warning in unchecked {
        output.warn(warning);
    }
    if change.lacking_country() > 0 {
        output.warn(NO_COUNTRY);
    }
    if change.perhaps_placeholders() > 0 {
        output.warn("an email looks like a placeholder, and cannot be removed once it is added");
    }
    if args.dry_run {
        let patch = change.patch(args.id);
        let failed = |error: serde_json::Error| Failure::new(error.to_string());
        output.line(serde_json::to_string(&patch).map_err(failed)?);
        let patch = serde_json::to_value(&patch).map_err(failed)?;
        let record = format!("{}/{}", args.entity, args.id);
        output.json(&json!({ "record": record, "request": patch }));
        return Ok(ExitStatus::Success);
    }
    let client = match client {
        Some(client) => client,
        None => args.client(portal_args)?,
    };
    args.check_files(&fields, &codes, &texts, &client, portal_args, output)
        .await?;
    let (job, is_ensured) = args.in_form_of_record(job, &mut change, &client).await?;
    let mut interrupts = Interrupts::listen()?;
    let sending = Sending {
        args,
        client: &client,
        is_ensured,
        job: &job,
        record: format!("{}/{}", args.entity, args.id),
    };
    let is_accepted = Cell::new(false);
    let sent = tokio::select! {
        sent = sending.send(&is_accepted) => sent?,
        () = interrupts.next() => return Err(sending.interrupted(is_accepted.get())),
    };
    Ok(sending.show(&sent, &args.names(schema), output))
}

/// Returns a text with its numbers and amounts in the form that the field takes.
fn normal<'t>(field: &Field, text: &'t str) -> Cow<'t, str> {
    if !field.multiple {
        return number_or_amount(&field.kind, text.trim());
    }
    let parts = text.split(SEPARATOR);
    let parts = parts.map(|part| number_or_amount(&field.kind, part.trim()));
    let parts: Vec<Cow<'t, str>> = parts.collect();
    parts.join(&SEPARATOR.to_string()).into()
}

/// The pipeline in which a stage is looked up.
enum Pipeline {
    /// There is no stage to look up, or the pipeline is refused when it is set.
    Any,
    /// The one that is set together with the stage.
    Given(u64),
    /// It is cleared together with the stage.
    Cleared,
    OfRecord,
}

/// A change that is being sent.
struct Sending<'a> {
    args: &'a Args,
    client: &'a Client,
    /// Whether the record is read first, and only what is missing is sent.
    is_ensured: bool,
    job: &'a PatchJob,
    record: String,
}

/// A change that the API has accepted.
struct Sent {
    /// How people are informed that all of it was taken.
    line: String,
    /// The numbers of phones and emails that were added and that were there before, if they are known.
    added: Option<usize>,
    present: Option<usize>,
    /// The answer of the API to a change that was sent as it is.
    answer: Option<Value>,
    differences: Vec<Difference>,
}

impl Sending<'_> {
    /// Sends the change, and compares the record with it.
    async fn send(&self, is_accepted: &Cell<bool>) -> Result<Sent, Failure> {
        let Self { client, job, .. } = *self;
        let record = &self.record;
        let mut sent = Sent {
            line: format!("{record}: changed"),
            added: None,
            present: None,
            answer: None,
            differences: Vec::new(),
        };
        let shown = if self.is_ensured {
            match client.ensure_job(job).await {
                Ok(ensured) => {
                    let (added, present) = (ensured.added().len(), ensured.present().len());
                    sent.line = format!(
                        "{record} has all values: {} added, {} already there",
                        number_of(added as u64, "phone or email was", "phones and emails were"),
                        number_of(present as u64, "was", "were"),
                    );
                    (sent.added, sent.present) = (Some(added), Some(present));
                    ensured.shown(job)
                }
                Err(error) if verify::is_not_taken(&error) && !self.args.no_verify => {
                    sent.line = format!("{record} has all values");
                    Shown::NotAll
                }
                Err(error) => return Err(of_request(&error)),
            }
        } else {
            let updated = client
                .update_job(job)
                .await
                .map_err(|error| of_request(&error))?;
            sent.answer = Some(updated.raw().parse()?);
            updated.shown(job)
        };
        is_accepted.set(true);
        sent.differences = match shown {
            Shown::NotAll if !self.args.no_verify => self.read_back().await?,
            Shown::Everything | Shown::NotAll => Vec::new(),
            Shown::Differences(differences) => differences,
        };
        Ok(sent)
    }

    async fn read_back(&self) -> Result<Vec<Difference>, Failure> {
        let unconfirmed = Unconfirmed {
            job: self.job,
            is_ensured: self.is_ensured,
        };
        let read = verify::read_back(self.client, &[unconfirmed], |_, _| false).await;
        let mut differences = Vec::new();
        for of_record in read {
            let of_record = of_record.map_err(|not_read| {
                let why = match &not_read {
                    NotRead::Failed(error) => of_request(error).to_string(),
                    NotRead::NoResult => not_read.explanation().to_owned(),
                };
                Failure::new(format!(
                    "{}: the API reported a success, but the record could not be read to check it: {why}",
                    self.record
                ))
            })?;
            differences.extend(of_record.differences);
        }
        Ok(differences)
    }

    fn interrupted(&self, is_accepted: bool) -> Failure {
        let Self { args, record, .. } = self;
        let state = if is_accepted {
            format!(
                "the API reported a success for the change of {record}, but it was not checked whether the record has all values"
            )
        } else {
            format!(
                "the change of {record} may have been applied, and may still be for {} s",
                args.settle
            )
        };
        let next = if args.add.is_empty() || self.is_ensured {
            "look at the record, or run the command again: it adds nothing twice"
        } else {
            "before adding the phones and emails again, look at the record, or use --ensure, which adds only what is missing"
        };
        Failure::new(format!("interrupted: {state}: {next}"))
    }

    /// Prints the result.
    fn show(&self, sent: &Sent, names: &Names<'_>, output: &Output) -> ExitStatus {
        let Self { args, record, .. } = self;
        let mut not_as_sent = Vec::new();
        for Difference { field, problem } in &sent.differences {
            let name = names.get(field.as_str()).copied().unwrap_or(field);
            let explanation = problem.explain(&args.entity);
            output.line(format!("{record}: {name}: {explanation}"));
            not_as_sent.push(json!({
                "name": name,
                "field": field,
                "problem": problem.name(),
                "message": explanation,
            }));
        }
        let is_done = not_as_sent.is_empty();
        if is_done {
            output.line(&sent.line);
        }
        output.json(&json!({
            "record": record,
            "added": sent.added,
            "present": sent.present,
            "not_as_sent": not_as_sent,
            "answer": sent.answer,
        }));
        if is_done {
            ExitStatus::Success
        } else {
            ExitStatus::Attention
        }
    }
}

fn adds_a_phone(job: &PatchJob) -> bool {
    let phone = Multifield::Phone.name();
    job.fields().any(|field| field.name() == phone)
}

/// The names of fields as they were given, by their wire names.
type Names<'a> = HashMap<&'a str, &'a str>;

impl Args {
    fn client(&self, portal_args: &PortalArgs) -> Result<Client, Failure> {
        let settle = Duration::from_secs(self.settle);
        portal::client(portal_args, |builder| builder.settle_time(settle))
    }

    /// Returns the job, and whether only what the record lacks is to be sent. With `--country`, `+7916…` and `8916…` are
    /// one number: the record is read, and a phone that it has in another form is written in that form, so that it is
    /// not added again.
    async fn in_form_of_record(
        &self,
        job: PatchJob,
        change: &mut Change<'_>,
        client: &Client,
    ) -> Result<(PatchJob, bool), Failure> {
        if !self.rules.knows_forms() || !adds_a_phone(&job) {
            return Ok((job, self.ensure));
        }
        let mut read = record_batch::read(client, &[&job]).await;
        let read = match read.pop().unwrap_or(Err(NotRead::NoResult)) {
            Ok(read) => read,
            Err(NotRead::Failed(error)) => return Err(of_request(&error)),
            Err(not_read) => return Err(Failure::new(not_read.explanation())),
        };
        // If it is not known which phones there are, `ensure` sends nothing and says so.
        let Ok(present) = read.raw().multifields() else {
            return Ok((job, true));
        };
        let form = |multifield, value: &str| self.rules.other_form(multifield, value, &present);
        if change.rewrite_additions(form) {
            return Ok((change.job(self.id)?, true));
        }
        Ok((job, true))
    }

    /// Checks that the files of the portal are of the portal of the key, and that every name still means the same
    /// field, option or code.
    async fn check_files(
        &self,
        fields: &KnownFields,
        codes: &KnownCodes,
        texts: &ItemTexts,
        client: &Client,
        portal_args: &PortalArgs,
        output: &Output,
    ) -> Result<(), Failure> {
        let files = codes.files().iter().chain(fields.file());
        let files: Vec<FetchedFile> = files.cloned().collect();
        if files.is_empty() {
            return Ok(());
        }
        let identity = Identity::of(client, portal_args).await?;
        portal_files::check_portal(&files, identity.portal.as_deref(), output)?;
        let used = self.names(&fields.schema).into_keys();
        let used = used.filter_map(|name| fields.schema.field(name));
        let schema = &fields.schema;
        let used = UsedCodes::of(used, schema, codes, identity.portal.as_deref());
        used.check(client, (texts, schema), codes, output).await?;
        let Some(of_file) = fields.fetched_from(identity.portal.as_deref()) else {
            return Ok(());
        };
        let drift = Drift::fetch(client, fields.entity, of_file, output).await?;
        let (mut used, mut renamed) = (Vec::new(), Vec::new());
        for (wire_name, name) in self.names(&fields.schema) {
            let now = change::field(&drift.schema, name);
            // A field that was removed is among the differences.
            let is_there = drift.schema.field(wire_name).is_some();
            if is_there && !now.is_ok_and(|now| now.name == wire_name) {
                renamed.push(means_another(name, wire_name));
            }
            used.push(wire_name.to_owned());
        }
        drift.check(&used, renamed, texts, codes, output)
    }

    fn pipeline(&self, schema: &Schema, codes: &KnownCodes) -> Pipeline {
        let field = |name: &str| change::field(schema, name).ok();
        let mut set = self.set.iter();
        if !set.any(|(name, _)| field(name).is_some_and(change::is_by_pipeline)) {
            return Pipeline::Any;
        }
        let is_pipeline = |name: &str| field(name).is_some_and(|field| field.name == PIPELINE);
        if self.clear.iter().any(|name| is_pipeline(name)) {
            return Pipeline::Cleared;
        }
        if let Some((_, text)) = self.set.iter().find(|(name, _)| is_pipeline(name))
            && let Some(field) = schema.field(PIPELINE)
        {
            let Ok(value) = change::value(field, &normal(field, text), codes) else {
                return Pipeline::Any;
            };
            return change::pipeline_number(&value).map_or(Pipeline::Cleared, Pipeline::Given);
        }
        Pipeline::OfRecord
    }

    /// Reads the pipeline of the record. `None` if the record does not show it.
    async fn pipeline_of_record(&self, client: &Client) -> Result<Option<u64>, Failure> {
        // A record is addressed by a job, which is not sent.
        let record = PatchJob::untyped(&*self.entity, self.id).set(PIPELINE, 0);
        let mut answers = client
            .batch()
            .get_record_of(&record.job()?)
            .send()
            .await
            .map_err(|error| self.unread(&error))?;
        let Some(answer) = answers.pop() else {
            return Ok(None);
        };
        let answer = answer.map_err(|error| self.unread(&error))?;
        let record = answer.raw().parse::<Value>()?;
        Ok(change::pipeline_of(&record))
    }

    fn unread(&self, error: &Error) -> Failure {
        Failure::new(format!(
            "nothing is sent: the pipeline of {}/{} cannot be read: {}",
            self.entity,
            self.id,
            of_request(error)
        ))
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
}

/// Returns the error of a request, with the API's own words.
fn of_request(error: &Error) -> Failure {
    match ApiWords::of(error) {
        Some(words) => Failure::new(format!("{error}\n{words}")),
        None => Failure::new(failure::in_words(error)),
    }
}
