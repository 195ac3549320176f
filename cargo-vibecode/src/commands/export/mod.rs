//! Writes the records of an entity to a file that `bulk` takes.
//!
//! `filter` reads the conditions, `columns` chooses the fields and reads a record into a `cell` each, `paging` decides
//! what is requested next, `sheet` writes them, and `read_back` reads each row as `bulk` would. One page of records is in
//! memory.

mod args;
mod cell;
mod columns;
mod counts;
mod filter;
mod names;
mod paging;
mod read_back;
mod records;
mod report;
mod sheet;

use std::io;

use tokio::time::{MissedTickBehavior, interval};
use vibecode_runtime::{Client, Order, RawAnswer, UntypedQuery};

pub(crate) use self::args::{Args, HELP};
use self::{
    args::Form,
    columns::{Columns, ID, RecordProblem},
    counts::{count, last_id},
    filter::Filters,
    names::UsedNames,
    paging::Paging,
    read_back::{BulkDefaults, ReadBack, WrittenRecord},
    sheet::Sheet,
};
use crate::{
    ExitStatus,
    code_file::KnownCodes,
    commands::bulk::ColumnOptions,
    failure::Failure,
    interrupts::Interrupts,
    output::Output,
    plural::number_of,
    portal::{self, PortalArgs},
    portal_identity::Identity,
    progress::{ProgressMeter, TICK, Wait},
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
    args.check_name()?;
    let fields = schema_file::load_fields(&args.entity)?;
    let schema = &fields.schema;
    let codes = KnownCodes::load()?;
    let (columns, filters) = chosen(args, &fields, &codes)?;
    for warning in filters.old_codes(schema, &codes) {
        output.warn(warning);
    }
    let throttle = WatchedThrottle::per_minute(args.per_minute, args.no_throttle);
    let client = portal::client(portal_args, |builder| builder.throttle(throttle.throttle()))?;
    let identity = Identity::of(&client, portal_args).await?;
    output.line_to_stderr(identity.in_words());
    let names = UsedNames {
        args,
        columns: &columns,
        filters: &filters,
        fields: &fields,
        codes: &codes,
    };
    names
        .check(&client, identity.portal.as_deref(), output)
        .await?;
    let last = last_id(&client, args, &filters).await?;
    let counted = count(&client, args, &filters, last, output).await?;
    let sheet = Sheet::create(args)?;
    let bulk_defaults = BulkDefaults::of(&args.entity);
    let bulk_options = bulk_defaults.options(args, schema, &codes);
    let read_back = ReadBack::new(&bulk_options, args, &columns);
    let mut export = Export {
        args,
        client,
        identity,
        filters,
        columns,
        sheet,
        bulk_options: &bulk_options,
        read_back,
        throttle,
        interrupts: Interrupts::listen()?,
        progress: ProgressMeter::new("exporting", "records", counted, output),
        counted,
        last,
        written: 0,
        failed: 0,
        problems: Vec::new(),
    };
    export.progress.tick(None);
    let ended = export.run().await;
    export.progress.end();
    export.end(ended, output).await
}

/// Reads the names of fields and the filters.
///
/// # Errors
/// If any of them is not valid. The error has the problems of all.
fn chosen<'s>(
    args: &Args,
    fields: &'s KnownFields,
    codes: &'s KnownCodes,
) -> Result<(Columns<'s>, Filters), Failure> {
    let schema = &fields.schema;
    let is_csv = args.form() == Form::Csv;
    let columns = Columns::choose(
        &args.fields,
        &args.entity,
        schema,
        codes,
        args.labels,
        is_csv,
    );
    match (columns, Filters::read(&args.filter, schema, codes)) {
        (Ok(columns), Ok(filters)) => Ok((columns, filters)),
        (columns, filters) => {
            let problems = columns.err().into_iter().chain(filters.err()).flatten();
            let problems: Vec<String> = problems.collect();
            Err(Failure::new(problems.join("\nerror: ")))
        }
    }
}

/// An export under way.
struct Export<'a> {
    args: &'a Args,
    client: Client,
    identity: Identity,
    filters: Filters,
    columns: Columns<'a>,
    sheet: Sheet,
    bulk_options: &'a ColumnOptions<'a>,
    read_back: ReadBack<'a>,
    throttle: WatchedThrottle,
    interrupts: Interrupts,
    progress: ProgressMeter,
    /// The number of records before the export, if it is known.
    counted: Option<u64>,
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
        let is_one_record = self.filters.is_one_record();
        let mut paging = Paging::new(self.args.limit, self.last, is_one_record);
        let mut has_begun = false;
        while let Some(wanted) = paging.wanted(PAGE) {
            let page = self.page(&paging, wanted).await?;
            if !std::mem::replace(&mut has_begun, true) {
                self.begin(&page)?;
            }
            paging.begin_page(page.len());
            for row in page.iter().take(paging.left()) {
                let id = self.write(row, &paging)?;
                paging.advance(id).map_err(Stopped::Failed)?;
            }
        }
        if !has_begun {
            self.begin(&[])?;
        }
        self.sheet.finish().map_err(Stopped::Writing)
    }

    /// Writes what comes before the rows. The first records show which fields the portal has, if none are named.
    fn begin(&mut self, first: &[RawAnswer]) -> Result<(), Stopped> {
        if self.args.fields.is_empty() && self.args.form() == Form::Csv {
            self.columns.leave_out_unshown(first);
            self.read_back = ReadBack::new(self.bulk_options, self.args, &self.columns);
        }
        let begun = self.sheet.begin(&self.columns, self.args.excel);
        begun.map_err(Stopped::Writing)
    }

    /// Reports how the export ended.
    async fn end(
        &mut self,
        ended: Result<(), Stopped>,
        output: &Output,
    ) -> Result<ExitStatus, Failure> {
        match ended {
            Ok(()) => {
                let created = self.created(output).await;
                Ok(self.report(created, output))
            }
            // Whoever reads the rows has seen enough.
            Err(Stopped::Writing(error)) if error.kind() == io::ErrorKind::BrokenPipe => {
                Ok(ExitStatus::Success)
            }
            Err(Stopped::Writing(error)) => {
                let name = self.args.output.as_deref();
                let name = name.map_or("standard output".into(), |path| path.display().to_string());
                Err(Failure::new(format!("cannot write to {name}: {error}")))
            }
            Err(Stopped::Failed(failure)) => Err(failure),
        }
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
                    return Err(Stopped::Failed(self.interrupted()));
                }
                _ = ticks.tick() => {
                    let wait = self.throttle.waiting();
                    self.progress.tick(wait.map(Wait::RateLimit));
                }
            }
        }
    }

    fn interrupted(&self) -> Failure {
        let rows = number_of(self.written, "record", "records");
        Failure::new(match &self.args.output {
            Some(file) => format!(
                "interrupted after {rows}: {} was not written",
                file.display()
            ),
            None => format!("interrupted after {rows}: the export is not complete"),
        })
    }

    fn query(&self, above: u64) -> UntypedQuery {
        let query = self.client.list_untyped(&self.args.entity);
        let query = query.select(self.columns.requested_names());
        let query = self.filters.apply_above(query, above);
        query.order(ID, Order::Ascending)
    }

    /// Writes a record, unless it was created after the export began, or notes why it cannot be written. Returns its id.
    fn write(&mut self, row: &RawAnswer, paging: &Paging) -> Result<u64, Stopped> {
        let (sheet, read_back) = (&mut self.sheet, &mut self.read_back);
        let read = self.columns.read(
            row,
            |id| !paging.is_new(id),
            |id, cells, notes| {
                sheet.write(id, cells)?;
                let written = WrittenRecord {
                    id,
                    answer: row,
                    cells,
                    notes,
                };
                read_back.check(sheet.row(), written);
                Ok(())
            },
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
}
