//! What an export and the check of a file cost: memory and the client's own time a row, against a server that answers at
//! once. `cargo bench -p cargo-vibecode --bench export` prints the table.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "this prints a table, and has no one to answer to"
)]

use std::{
    env,
    fmt::{self, Write as _},
    fs,
    io::{self, BufRead as _, BufReader, BufWriter, Read as _, Write as _},
    net::{TcpListener, TcpStream},
    path::Path,
    process::{Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use vibecode_tests::children::{self, cpu_seconds};

const SMALL: u64 = 10_000;
const LARGE: u64 = 1_000_000;
/// What the large run may take beyond the small one, and a row of it.
const MOST_MEGABYTES_MORE: f64 = 30.0;
const MOST_MICROSECONDS_A_RECORD: f64 = 10.0;
const MOST_MICROSECONDS_A_CHECKED_ROW: f64 = 12.0;
/// The records of a page.
const PAGE: u64 = 500;

#[derive(Clone, Copy, PartialEq)]
enum Mode {
    /// An export of fields with one value each.
    Fields,
    /// An export of phones and emails, which are read from the list of all of them.
    Phones,
    Lines,
    /// The check of a file.
    Check,
    CheckOfPhones,
}

const MODES: [Mode; 5] = [
    Mode::Fields,
    Mode::Phones,
    Mode::Lines,
    Mode::Check,
    Mode::CheckOfPhones,
];

struct Cost {
    mode: Mode,
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
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("export-bench");
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    println!("rows       mode          peak MB  CPU µs/row  rows/s");
    let mut costs = Vec::new();
    for mode in MODES {
        for count in [SMALL, LARGE] {
            let cost = measure(&folder, mode, count);
            println!("{cost}");
            costs.push(cost);
        }
    }
    fs::remove_dir_all(&folder).unwrap();
    for pair in costs.chunks(2) {
        let (small, large) = (&pair[0], &pair[1]);
        let more = large.megabytes() - small.megabytes();
        assert!(more <= MOST_MEGABYTES_MORE, "{more:.1} MB more");
        let most = if large.mode.is_check() {
            MOST_MICROSECONDS_A_CHECKED_ROW
        } else {
            MOST_MICROSECONDS_A_RECORD
        };
        let row = large.microseconds();
        assert!(row <= most, "{}: {row:.1} µs a row", large.mode.name());
    }
}

/// Runs a command in a process of its own.
fn measure(folder: &Path, mode: Mode, count: u64) -> Cost {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let url = format!("http://{}/v1", listener.local_addr().unwrap());
    thread::spawn(move || serve(&listener, count));
    if mode.is_check() {
        write_rows(folder, mode, count);
    }
    let start = Instant::now();
    let mut command = Command::new(env!("CARGO_BIN_EXE_cargo-vibecode"));
    command
        .args(mode.words())
        .args(["--base-url", &url])
        .current_dir(folder)
        .env("VIBECODE_API_KEY", "vibe_api_bench")
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    let mut peak_kilobytes = 0;
    let cpu = cpu_seconds(|| {
        let mut child = command.spawn()?;
        peak_kilobytes = children::peak_kilobytes(&mut child)?;
        assert!(child.wait()?.success());
        Ok(())
    });
    let wall = start.elapsed();
    let cpu = Duration::from_secs_f64(cpu.unwrap());
    for file in ["records.csv", "records.jsonl"] {
        if let Ok(text) = fs::read_to_string(folder.join(file)) {
            let lines = text.lines().count() as u64;
            let header = u64::from(mode != Mode::Lines);
            assert_eq!(lines, count + header);
            fs::remove_file(folder.join(file)).unwrap();
        }
    }
    Cost {
        mode,
        count,
        peak_kilobytes,
        cpu,
        wall,
    }
}

fn write_rows(folder: &Path, mode: Mode, count: u64) {
    let mut file = BufWriter::new(fs::File::create(folder.join("rows.csv")).unwrap());
    let has_phones = mode == Mode::CheckOfPhones;
    let phone = if has_phones { ",phone,email" } else { "" };
    writeln!(file, "id,post,comments,companyId{phone}").unwrap();
    for id in 1..=count {
        let company = id % 1000 + 1;
        write!(
            file,
            "{id},Director {id},\"Met at the fair, stand {id}\",{company}"
        )
        .unwrap();
        if has_phones {
            write!(file, ",+7916{id:07},contact-{id}@example.com").unwrap();
        }
        writeln!(file).unwrap();
    }
    file.flush().unwrap();
}

/// Answers each page with the records above an id.
fn serve(listener: &TcpListener, count: u64) {
    for stream in listener.incoming() {
        let stream = stream.unwrap();
        thread::spawn(move || {
            let _ = talk(stream, count);
        });
    }
}

fn talk(stream: TcpStream, count: u64) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let mut reader = BufReader::new(stream.try_clone()?);
    let mut stream = stream;
    let mut line = String::new();
    let mut body = Vec::new();
    loop {
        let (mut length, mut path) = (0, String::new());
        loop {
            line.clear();
            if reader.read_line(&mut line)? == 0 {
                return Ok(());
            }
            if path.is_empty() {
                path.clone_from(&line);
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
        let answer = answer(&path, &String::from_utf8_lossy(&body), count);
        let head = format!(
            "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n",
            answer.len()
        );
        stream.write_all(format!("{head}{answer}").as_bytes())?;
    }
}

fn answer(path: &str, body: &str, count: u64) -> String {
    if path.contains("/me ") {
        return r#"{"success":true,"data":{"portal":"bench.invalid"}}"#.to_owned();
    }
    if path.contains("/aggregate") && body.contains("$gt") {
        return r#"{"success":true,"data":{"count":0}}"#.to_owned();
    }
    if path.contains("/aggregate") {
        return format!(r#"{{"success":true,"data":{{"count":{count}}}}}"#);
    }
    if path.contains("desc") {
        // The first request asks for the last record.
        let before = count.saturating_sub(1);
        return format!(r#"{{"success":true,"data":[{{"id":{count}}},{{"id":{before}}}]}}"#);
    }
    let above = body.split_once(r#""$gt":"#);
    let above = above.map_or("0", |(_, above)| above.split('}').next().unwrap());
    let above: u64 = above.parse().unwrap();
    let is_with_phones = body.contains("fm") || path.contains("fm");
    let mut rows = String::new();
    for id in above + 1..=count.min(above + PAGE) {
        let comma = if id == above + 1 { "" } else { "," };
        let company = id % 1000 + 1;
        write!(
            rows,
            r#"{comma}{{"id":{id},"post":"Director {id}","comments":"Met at the fair, stand {id}","companyId":{company}"#
        )
        .unwrap();
        if is_with_phones {
            write!(
                rows,
                r#","hasPhone":true,"hasEmail":true,"fm":[{{"id":{id},"typeId":"PHONE","valueType":"WORK","value":"+7916{id:07}"}},{{"id":{id},"typeId":"EMAIL","valueType":"WORK","value":"contact-{id}@example.com"}}],"phone":"+7916{id:07}","email":"contact-{id}@example.com""#
            )
            .unwrap();
        }
        rows.push('}');
    }
    format!(r#"{{"success":true,"data":[{rows}]}}"#)
}

impl Mode {
    fn name(self) -> &'static str {
        match self {
            Self::Fields => "fields",
            Self::Phones => "phones",
            Self::Lines => "JSON Lines",
            Self::Check => "check",
            Self::CheckOfPhones => "check phones",
        }
    }

    fn is_check(self) -> bool {
        matches!(self, Self::Check | Self::CheckOfPhones)
    }

    fn words(self) -> Vec<&'static str> {
        let words = match self {
            Self::Fields => {
                "export contacts --no-throttle --fields post,comments,companyId --output records.csv"
            }
            Self::Phones => {
                "export contacts --no-throttle --fields post,comments,companyId,phone,email --output records.csv"
            }
            Self::Lines => {
                "export contacts --no-throttle --fields post,comments,companyId,phone,email --output records.jsonl"
            }
            Self::Check | Self::CheckOfPhones => "bulk contacts rows.csv",
        };
        words.split(' ').collect()
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
        write!(
            f,
            "{:<9}  {:<12}  {:>7.1}  {:>10.1}  {:>6.0}",
            self.count,
            self.mode.name(),
            self.megabytes(),
            self.microseconds(),
            self.count as f64 / self.wall.as_secs_f64()
        )
    }
}
