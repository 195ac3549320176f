//! Writes the records of an entity to a file that `bulk` takes.
//!
//! `filter` reads the conditions, `columns` chooses the fields and reads a record into a `cell` each, `paging` decides
//! what is requested next, and `sheet` writes them. One page of records is in memory.

mod args;
mod cell;
mod columns;
mod filter;
mod paging;
mod sheet;

use std::io;

use serde_json::json;
use tokio::time::{MissedTickBehavior, interval};
use vibecode_runtime::{Client, Error, ErrorKind, Order, RawAnswer, UntypedQuery};

pub(crate) use self::args::{Args, HELP};
use self::{
    args::Form,
    columns::{Columns, ID, RecordProblem},
    filter::Filters,
    paging::Paging,
    sheet::Sheet,
};
use crate::{
    ExitStatus,
    change::{self, ItemTexts},
    code_file::KnownCodes,
    failure::Failure,
    interrupts::Interrupts,
    output::Output,
    plural::number_of,
    portal::{self, PortalArgs},
    portal_files::{self, Drift, FetchedFile, UsedCodes, means_another},
    portal_identity::Identity,
    progress::{ProgressMeter, TICK},
    rate_limit::WatchedThrottle,
    schema_file::{self, KnownFields},
};

/// The number of records that are requested at a time.
const PAGE: u64 = 500;
/// The number of problems that are shown one by one.
const MAX_SHOWN: usize = 20;

pub(crate) async fn run(
    args: &Args,
    portal_args: &PortalArgs,
    output: &Output,
) -> Result<ExitStatus, Failure> {
    if output.is_json() && args.output.is_none() {
        return Err(Failure::new(
            "with --format json standard output has the result, so the records need a file: name it with --output",
        ));
    }
    let fields = schema_file::load_fields(&args.entity)?;
    let schema = &fields.schema;
    let codes = KnownCodes::load()?;
    let is_csv = args.form() == Form::Csv;
    let columns = Columns::choose(
        &args.fields,
        &args.entity,
        schema,
        &codes,
        args.labels,
        is_csv,
    );
    let filters = Filters::read(&args.filter, schema, &codes);
    let (columns, filters) = match (columns, filters) {
        (Ok(columns), Ok(filters)) => (columns, filters),
        (columns, filters) => {
            let problems = columns.err().into_iter().chain(filters.err()).flatten();
            let problems: Vec<String> = problems.collect();
            return Err(Failure::new(problems.join("\nerror: ")));
        }
    };
    for warning in filters.old_codes(schema, &codes) {
        output.warn(warning);
    }
    let throttle = WatchedThrottle::per_minute(args.per_minute, args.no_throttle);
    let client = portal::client(portal_args, |builder| builder.throttle(throttle.throttle()))?;
    let files = codes.files().iter().chain(fields.file());
    let files: Vec<FetchedFile> = files.cloned().collect();
    if !files.is_empty() {
        let identity = Identity::of(&client, portal_args).await?;
        let portal = identity.portal.as_deref();
        portal_files::check_portal(&files, portal, output)?;
        if args.labels {
            check_labels(&client, &columns, &fields, &codes, portal, output).await?;
        }
    }
    let interrupts = Interrupts::listen()?;
    let last = last_id(&client, args, &filters).await?;
    let counted = count(&client, args, &filters, last, output).await?;
    let sheet = Sheet::create(args, &columns)?;
    let mut export = Export {
        args,
        client,
        filters,
        columns,
        sheet,
        throttle,
        interrupts,
        progress: ProgressMeter::new("exporting", "records", counted, output),
        last,
        written: 0,
        failed: 0,
        problems: Vec::new(),
    };
    export.progress.tick(None);
    let ended = export.run().await;
    export.progress.end();
    match ended {
        Ok(()) => {
            let created = export.count_created().await.unwrap_or_else(|error| {
                output.warn(format!(
                    "how many records were created after the export began is not known, since they could not be counted: {error}"
                ));
                None
            });
            Ok(export.report(counted, created, output))
        }
        // Whoever reads the rows has seen enough.
        Err(Stopped::Writing(error)) if error.kind() == io::ErrorKind::BrokenPipe => {
            Ok(ExitStatus::Success)
        }
        Err(Stopped::Writing(error)) => {
            let name = args.output.as_deref();
            let name = name.map_or("standard output".into(), |path| path.display().to_string());
            Err(Failure::new(format!("cannot write to {name}: {error}")))
        }
        Err(Stopped::Failed(failure)) => Err(failure),
    }
}

/// Compares the labels that are written with those of the portal, by the rules of `bulk`, which would read them.
///
/// # Errors
/// If a label means something else now, or if the portal does not answer.
async fn check_labels(
    client: &Client,
    columns: &Columns<'_>,
    fields: &KnownFields,
    codes: &KnownCodes,
    portal: Option<&str>,
    output: &Output,
) -> Result<(), Failure> {
    let schema = &fields.schema;
    // Any label of a field may be written, so all of them are compared, and no single text.
    let texts = ItemTexts::default();
    let used = columns.wire_names();
    let used = used.filter_map(|name| schema.field(name));
    let used = UsedCodes::of(used, schema, codes, portal);
    used.check(client, (&texts, schema), codes, output).await?;
    let Some(of_file) = fields.fetched_from(portal) else {
        return Ok(());
    };
    let drift = Drift::fetch(client, fields.entity, of_file, output).await?;
    let mut renamed = Vec::new();
    for (header, name) in columns.headers().skip(1).zip(columns.wire_names()) {
        // A field that was removed is among the differences.
        let is_there = drift.schema.field(name).is_some();
        if is_there && !change::field(&drift.schema, header).is_ok_and(|now| now.name == name) {
            renamed.push(means_another(header, name));
        }
    }
    let used: Vec<String> = columns.wire_names().map(str::to_owned).collect();
    drift.check(&used, renamed, &texts, codes, output)
}

/// Returns the largest id of the records that match, 0 if no record matches, and `None` if the filter names one record.
///
/// # Errors
/// If the API does not answer, or ignores the order.
async fn last_id(client: &Client, args: &Args, filters: &Filters) -> Result<Option<u64>, Failure> {
    if filters.is_one_record() {
        return Ok(None);
    }
    let query = filters.apply(client.list_untyped(&args.entity).select([ID]));
    // The second one shows whether the API orders them.
    let query = query.order(ID, Order::Descending).limit(2);
    let rows = query.first_page().await?;
    let ids: Option<Vec<u64>> = rows.iter().map(columns::id_of).collect();
    match ids.as_deref() {
        Some([]) => Ok(Some(0)),
        Some([last]) => Ok(Some(*last)),
        Some([last, next, ..]) if last > next => Ok(Some(*last)),
        _ => Err(Failure::new(
            "the API does not answer the records by falling ids, so it is not known which is the last one, and nothing was exported",
        )),
    }
}

/// Counts the records that match, up to the last one: others may have been created since its id was requested. Returns
/// `None` if the API does not count them.
///
/// # Errors
/// If the API cannot be used at all.
async fn count(
    client: &Client,
    args: &Args,
    filters: &Filters,
    last: Option<u64>,
    output: &Output,
) -> Result<Option<u64>, Failure> {
    let query = client.list_untyped(&args.entity);
    let query = match last {
        Some(last) => filters.apply_up_to(query, last),
        None => filters.apply(query),
    };
    let counted = match query.count().await {
        Ok(counted) => counted,
        Err(error) if is_fatal(&error) => return Err(error.into()),
        Err(error) => {
            output.warn(format!(
                "the API does not count these records, so whether all were exported cannot be checked: {error}"
            ));
            return Ok(None);
        }
    };
    Ok(Some(args.limit.map_or(counted, |limit| limit.min(counted))))
}

/// Returns whether the records could not be listed either. Of many records the API reports an incomplete count, which
/// is no reason not to list them.
fn is_fatal(error: &Error) -> bool {
    let is_incomplete = error.kind() == ErrorKind::Unexpected;
    error.refuses_the_key() || (error.code().is_none() && !is_incomplete)
}

/// An export under way.
struct Export<'a> {
    args: &'a Args,
    client: Client,
    filters: Filters,
    columns: Columns<'a>,
    sheet: Sheet,
    throttle: WatchedThrottle,
    interrupts: Interrupts,
    progress: ProgressMeter,
    /// The largest id before the export, if it is known.
    last: Option<u64>,
    written: u64,
    failed: u64,
    problems: Vec<RecordProblem>,
}

/// Why an export stopped before its end.
enum Stopped {
    Writing(io::Error),
    Failed(Failure),
}

impl Export<'_> {
    async fn run(&mut self) -> Result<(), Stopped> {
        let has_mark = self.args.excel;
        self.sheet
            .begin(&self.columns, has_mark)
            .map_err(Stopped::Writing)?;
        let is_one_record = self.filters.is_one_record();
        let mut paging = Paging::new(self.args.limit, self.last, is_one_record);
        while let Some(wanted) = paging.wanted(PAGE) {
            let page = self.page(&paging, wanted).await?;
            paging.begin_page(page.len());
            for row in page.iter().take(paging.left()) {
                let id = self.write(row, &paging)?;
                paging.advance(id).map_err(Stopped::Failed)?;
            }
        }
        self.sheet.finish().map_err(Stopped::Writing)
    }

    /// Requests the next records.
    async fn page(&mut self, paging: &Paging, wanted: u64) -> Result<Vec<RawAnswer>, Stopped> {
        let page = self.query(paging.above()).limit(wanted).first_page();
        let mut page = std::pin::pin!(page);
        let mut ticks = interval(TICK);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                biased;
                page = &mut page => return page.map_err(|error| Stopped::Failed(error.into())),
                () = self.interrupts.next() => {
                    return Err(Stopped::Failed(Failure::new("interrupted: the export is not complete")));
                }
                _ = ticks.tick() => {
                    let wait = self.throttle.waiting();
                    self.progress.tick(wait.map(|time| ("the rate limit", time)));
                }
            }
        }
    }

    fn query(&self, above: u64) -> UntypedQuery {
        let query = self.client.list_untyped(&self.args.entity);
        let query = query.select(self.columns.wire_names());
        let query = self.filters.apply_above(query, above);
        query.order(ID, Order::Ascending)
    }

    /// Counts the records that were created after the export began. Returns `None` if the filter names one record, or if
    /// `--limit` ended the export before.
    async fn count_created(&self) -> Result<Option<u64>, Error> {
        let Some(last) = self.last else {
            return Ok(None);
        };
        let is_limited = self
            .args
            .limit
            .is_some_and(|limit| self.written + self.failed >= limit);
        if is_limited {
            return Ok(None);
        }
        let query = self.client.list_untyped(&self.args.entity);
        let created = self.filters.apply_above(query, last).count().await?;
        Ok(Some(created))
    }

    /// Writes a record, unless it was created after the export began, or notes why it cannot be written. Returns its id.
    fn write(&mut self, row: &RawAnswer, paging: &Paging) -> Result<u64, Stopped> {
        let sheet = &mut self.sheet;
        let read = self.columns.read(
            row,
            |id| !paging.is_new(id),
            |id, cells| sheet.write(id, cells),
        );
        match read {
            Ok((id, None)) => Ok(id),
            Ok((id, Some(written))) => {
                written.map_err(Stopped::Writing)?;
                self.progress.advance(1);
                self.written += 1;
                Ok(id)
            }
            Err(problem) => {
                self.failed += 1;
                self.progress.advance(1);
                let id = problem.id;
                if self.problems.len() < MAX_SHOWN {
                    self.problems.push(problem);
                }
                id.ok_or_else(|| {
                    let problem = "a record without a readable id was answered, so the records after it cannot be requested: the export is not complete";
                    Stopped::Failed(Failure::new(problem))
                })
            }
        }
    }

    /// Warns of the records that were not written.
    fn warn_of_records(&self, output: &Output) {
        for RecordProblem { id, field, problem } in &self.problems {
            let record = id.map_or_else(String::new, |id| format!("{}/{id}", self.args.entity));
            let field = field.as_ref().map(|field| format!(" `{field}`"));
            let field = field.unwrap_or_default();
            output.warn(format!("{record}{field} {problem}"));
        }
        if self.failed > 0 {
            output.warn(format!(
                "{} not written, because of a value that is not understood or has no form here",
                number_of(self.failed, "record was", "records were")
            ));
        }
    }

    /// Shows what was written.
    fn report(&self, counted: Option<u64>, created: Option<u64>, output: &Output) -> ExitStatus {
        let Self {
            args,
            columns,
            written,
            failed,
            problems,
            ..
        } = self;
        let file = args.output.as_ref().map(|path| path.display().to_string());
        self.warn_of_records(output);
        let seen = written + failed;
        let is_another_number = counted.is_some_and(|counted| counted != seen);
        if let Some(counted) = counted.filter(|_| is_another_number) {
            output.warn(format!(
                "the API counted {} before the export, and listed {seen}: if none of them was deleted or changed meanwhile, the export is not complete",
                records(counted)
            ));
        }
        if columns.as_other > 0 {
            output.warn(format!(
                "{} written as OTHER, since the API does not write their own type, such as FAX",
                number_of(
                    columns.as_other,
                    "phone or email was",
                    "phones and emails were"
                )
            ));
        }
        for (field, old) in columns.old_codes() {
            output.warn(format!(
                "`bulk` refuses {} of `{field}`, since the portal does not list the code: {}",
                number_of(old.count, "value", "values"),
                old.shown.join(", ")
            ));
        }
        if columns.without_list > 0 {
            output.warn(format!(
                "{} shown without `fm`, the list of all phones and emails, so some may be missing",
                number_of(columns.without_list, "record was", "records were")
            ));
        }
        let never_shown = columns.never_shown();
        if seen > 0 && !never_shown.is_empty() {
            output.warn(format!(
                "these columns are empty, since no record shows the field: {}",
                never_shown.join(", ")
            ));
        }
        let mut is_partly_shown = false;
        for (field, not_shown) in columns.partly_shown() {
            is_partly_shown = true;
            output.warn(format!(
                "{} not show `{field}`, so its value is not known there: the cell is empty",
                number_of(not_shown, "record does", "records do")
            ));
        }
        if self.sheet.formulas > 0 {
            output.warn(format!(
                "{} with =, +, - or @, which a spreadsheet may execute: import the columns as text",
                number_of(self.sheet.formulas, "cell begins", "cells begin")
            ));
        }
        if let Some(created) = created.filter(|created| *created > 0) {
            output.line(format!(
                "{} created after the export began, and not written: export those with --filter 'id>{}'",
                number_of(created, "record was", "records were"),
                self.last.unwrap_or_default()
            ));
        }
        if let Some(file) = &file {
            output.line(format!(
                "{} written to {file}",
                number_of(*written, "record was", "records were")
            ));
        }
        let problems = problems.iter().map(|RecordProblem { id, field, problem }| {
            json!({ "id": id, "field": field, "problem": problem })
        });
        output.json(&json!({
            "entity": args.entity,
            "file": file,
            "columns": columns.headers().collect::<Vec<_>>(),
            "counted": counted,
            "written": written,
            "failed": failed,
            "created_meanwhile": created,
            "problems": problems.collect::<Vec<_>>(),
            "never_shown": never_shown,
        }));
        if *failed > 0 || is_another_number || is_partly_shown {
            ExitStatus::Attention
        } else {
            ExitStatus::Success
        }
    }
}

/// `1 record`, `5 records`.
fn records(count: u64) -> String {
    number_of(count, "record", "records")
}
