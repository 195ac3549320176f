//! What a bulk job costs: memory and the client's own time a row, against a server that answers immediately,
//! without a rate limit. `cargo bench -p cargo-vibecode --bench bulk` prints the table; with names of modes
//! after `--`, only theirs: `-- plain kept`.
//!
//! | mode | what it measures |
//! |---|---|
//! | `plain` | rows without verification and without a backup |
//! | `kept` | with both: the old values are read, and since no answer shows a field, so are the new ones |
//! | `ensure` | phones, so that every record is read first |
//! | `failing` | rows whose records do not exist |
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "this prints a table, and has no one to answer to"
)]

use std::{
    env, fmt, fs,
    io::{self, BufRead as _, BufReader, BufWriter, Read as _, Write as _},
    net::{TcpListener, TcpStream},
    path::Path,
    process::{Command, Stdio},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use serde::Deserialize;
use serde_json::value::RawValue;
use vibecode_tests::children::{self, cpu_seconds};

const SMALL: u64 = 10_000;
const LARGE: u64 = 1_000_000;
/// What the large file may take beyond the small one, and a row of it.
const MOST_MEGABYTES_MORE: f64 = 30.0;
const MOST_MICROSECONDS_A_ROW: f64 = 25.0;
/// The same with verification and a backup.
const MOST_MICROSECONDS_A_KEPT_ROW: f64 = 50.0;

/// What is done with the rows.
#[derive(Clone, Copy, PartialEq)]
enum Rows {
    Plain,
    Kept,
    Ensure,
    Failing,
}

struct Cost {
    rows: Rows,
    count: u64,
    peak_kilobytes: u64,
    cpu: Duration,
    wall: Duration,
}

fn main() {
    // `cargo test --benches` runs it too, and asks for nothing that takes minutes.
    if !env::args().any(|word| word == "--bench") {
        return;
    }
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("bulk-bench");
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    println!("rows       mode     peak MB  CPU µs/row  rows/s");
    let mut costs = Vec::new();
    let named: Vec<String> = env::args().collect();
    let is_named = |rows: &Rows| named.iter().any(|word| word == rows.name());
    let all = [Rows::Plain, Rows::Kept, Rows::Ensure, Rows::Failing];
    let mut chosen: Vec<Rows> = all.into_iter().filter(is_named).collect();
    if chosen.is_empty() {
        chosen.extend(all);
    }
    for rows in chosen {
        for count in [SMALL, LARGE] {
            let cost = measure(&folder, rows, count);
            println!("{cost}");
            costs.push(cost);
        }
    }
    fs::remove_dir_all(&folder).unwrap();
    for pair in costs.chunks(2) {
        let more = pair[1].megabytes() - pair[0].megabytes();
        assert!(more <= MOST_MEGABYTES_MORE, "{more:.1} MB more");
        let row = pair[1].microseconds();
        let most = match pair[1].rows {
            Rows::Plain => MOST_MICROSECONDS_A_ROW,
            Rows::Kept => MOST_MICROSECONDS_A_KEPT_ROW,
            Rows::Ensure | Rows::Failing => f64::INFINITY,
        };
        assert!(row <= most, "{row:.1} µs a row");
    }
}

/// Runs a job in a process of its own.
fn measure(folder: &Path, rows: Rows, count: u64) -> Cost {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let url = format!("http://{}/v1", listener.local_addr().unwrap());
    let portal = Arc::new(Portal::new(rows, count));
    thread::spawn(move || serve(&listener, &portal));
    write_rows(folder, rows, count);
    let start = Instant::now();
    let mut command = Command::new(env!("CARGO_BIN_EXE_cargo-vibecode"));
    command
        .args(["bulk", "contacts", "rows.csv", "--yes", "--no-throttle"])
        .args(rows.options())
        .args(["--base-url", &url])
        .current_dir(folder)
        .env("VIBECODE_API_KEY", "vibe_api_bench")
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    let mut peak_kilobytes = 0;
    let cpu = cpu_seconds(|| {
        peak_kilobytes = children::peak_kilobytes(&mut command.spawn()?)?;
        Ok(())
    });
    let wall = start.elapsed();
    let cpu = Duration::from_secs_f64(cpu.unwrap());
    let finished = "{\"finished\":";
    let journal = fs::read_to_string(folder.join("rows.csv.journal")).unwrap();
    assert!(journal.lines().last().unwrap().starts_with(finished));
    if rows == Rows::Kept {
        let backup = folder.join("rows.csv.backup.jsonl");
        let lines = BufReader::new(fs::File::open(backup).unwrap()).lines();
        // The first line is about the backup.
        assert_eq!(u64::try_from(lines.count()).unwrap(), count + 1);
    }
    for entry in fs::read_dir(folder).unwrap() {
        fs::remove_file(entry.unwrap().path()).unwrap();
    }
    Cost {
        rows,
        count,
        peak_kilobytes,
        cpu,
        wall,
    }
}

fn write_rows(folder: &Path, rows: Rows, count: u64) {
    let path = folder.join("rows.csv");
    let mut file = BufWriter::new(fs::File::create(path).unwrap());
    let phone = if rows == Rows::Ensure { ",phone" } else { "" };
    writeln!(file, "id,post,comments,companyId{phone}").unwrap();
    for id in 1..=count {
        write!(
            file,
            "{id},Director {id},\"Met at the fair, stand {id}\",{}",
            id % 1000 + 1
        )
        .unwrap();
        match rows {
            Rows::Ensure => writeln!(file, ",+7916{id:07}").unwrap(),
            _ => writeln!(file).unwrap(),
        }
    }
    file.into_inner().unwrap().sync_all().unwrap();
}

/// The portal of a measurement. It does not store the values: those of a record are known by its id.
struct Portal {
    rows: Rows,
    /// Whether a record has been changed.
    changed: Vec<AtomicBool>,
}

impl Portal {
    fn new(rows: Rows, count: u64) -> Self {
        let count = usize::try_from(count).unwrap() + 1;
        let changed = (0..count).map(|_| AtomicBool::new(false)).collect();
        Self { rows, changed }
    }
}

fn serve(listener: &TcpListener, portal: &Arc<Portal>) {
    for stream in listener.incoming() {
        let stream = stream.unwrap();
        let portal = Arc::clone(portal);
        thread::spawn(move || {
            let _ = talk(stream, &portal);
        });
    }
}

fn talk(stream: TcpStream, portal: &Portal) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let mut reader = BufReader::new(stream.try_clone()?);
    let mut stream = stream;
    let mut line = String::new();
    let mut body = Vec::new();
    loop {
        let mut length = 0;
        loop {
            line.clear();
            if reader.read_line(&mut line)? == 0 {
                return Ok(());
            }
            if line == "\r\n" {
                break;
            }
            if let Some(text) = line.to_ascii_lowercase().strip_prefix("content-length:") {
                length = text.trim().parse().unwrap();
            }
        }
        body.resize(length, 0);
        reader.read_exact(&mut body)?;
        let answer = answer(&body, portal);
        let head = format!(
            "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n",
            answer.len()
        );
        stream.write_all(format!("{head}{answer}").as_bytes())?;
    }
}

#[derive(Deserialize)]
struct Batch<'a> {
    #[serde(borrow)]
    calls: Vec<Call<'a>>,
}

#[derive(Deserialize)]
struct Call<'a> {
    id: &'a str,
    #[serde(rename = "entityId")]
    entity_id: u64,
    #[serde(borrow)]
    params: Option<&'a RawValue>,
}

fn answer(body: &[u8], portal: &Portal) -> String {
    if body.is_empty() {
        // The job asks which portal it is.
        return r#"{"success":true,"data":{"portal":"bench.invalid"}}"#.to_owned();
    }
    let batch: Batch<'_> = serde_json::from_slice(body).unwrap();
    let (mut results, mut errors) = (Vec::new(), Vec::new());
    for (index, call) in batch.calls.iter().enumerate() {
        let Call {
            id,
            entity_id,
            params,
        } = call;
        // One in a batch is there, or the run would take it that nothing is.
        if portal.rows == Rows::Failing && index > 0 {
            errors.push(format!(
                r#""{id}":{{"code":"ENTITY_NOT_FOUND","message":"There is no such record"}}"#
            ));
            continue;
        }
        let changed = &portal.changed[usize::try_from(*entity_id).unwrap()];
        let fields = match (portal.rows, params) {
            (Rows::Kept, Some(_)) => {
                changed.store(true, Ordering::Relaxed);
                String::new()
            }
            (Rows::Kept, None) if changed.load(Ordering::Relaxed) => format!(
                r#","post":"Director {entity_id}","comments":"Met at the fair, stand {entity_id}","companyId":{}"#,
                entity_id % 1000 + 1
            ),
            (Rows::Kept, None) => format!(
                r#","post":"Clerk {entity_id}","comments":"Met in the shop {entity_id}","companyId":{}"#,
                entity_id % 1000 + 2
            ),
            (_, Some(params)) => {
                let fields = &params.get()[1..];
                format!(",{}", &fields[..fields.len() - 1])
            }
            (_, None) => r#","fm":[]"#.to_owned(),
        };
        results.push(format!(r#""{id}":{{"id":{entity_id}{fields}}}"#));
    }
    format!(
        r#"{{"success":true,"data":{{"results":{{{}}},"errors":{{{}}}}}}}"#,
        results.join(","),
        errors.join(",")
    )
}

impl Rows {
    fn name(self) -> &'static str {
        match self {
            Self::Plain => "plain",
            Self::Kept => "kept",
            Self::Ensure => "ensure",
            Self::Failing => "failing",
        }
    }

    fn options(self) -> &'static [&'static str] {
        match self {
            Self::Plain => &["--no-backup", "--no-verify"],
            Self::Kept => &[],
            Self::Ensure => &["--no-backup"],
            Self::Failing => &["--no-backup", "--max-failed", "1000000"],
        }
    }
}

impl Cost {
    #[expect(clippy::cast_precision_loss, reason = "the numbers are small")]
    fn megabytes(&self) -> f64 {
        self.peak_kilobytes as f64 / 1024.0
    }

    #[expect(clippy::cast_precision_loss, reason = "the numbers are small")]
    fn microseconds(&self) -> f64 {
        self.cpu.as_secs_f64() * 1e6 / self.count as f64
    }
}

impl fmt::Display for Cost {
    #[expect(clippy::cast_precision_loss, reason = "the numbers are small")]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mode = self.rows.name();
        write!(
            f,
            "{:<9}  {mode:<7}  {:>7.1}  {:>10.1}  {:>6.0}",
            self.count,
            self.megabytes(),
            self.microseconds(),
            self.count as f64 / self.wall.as_secs_f64()
        )
    }
}
