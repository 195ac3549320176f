//! Writes the records of an entity to a file that `bulk` takes.
//!
//! `filter` reads the conditions, `columns` chooses the fields and reads a record into a `cell` each, `paging` decides
//! what is requested next, and `sheet` writes them. One page of records is in memory.

mod args;
mod cell;
mod columns;
mod counts;
mod filter;
mod labels;
mod paging;
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
    labels::check_labels,
    paging::Paging,
    sheet::Sheet,
};
use crate::{
    ExitStatus,
    code_file::KnownCodes,
    failure::Failure,
    interrupts::Interrupts,
    output::Output,
    portal::{self, PortalArgs},
    portal_files::{self, FetchedFile},
    portal_identity::Identity,
    progress::{ProgressMeter, TICK},
    rate_limit::WatchedThrottle,
    schema_file,
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
}
