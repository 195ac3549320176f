//! The table, and whether the limits are kept.

use std::{
    process::ExitCode,
    time::{Duration, Instant},
};

use rustix::time::{ClockId, clock_gettime};

/// What a side took for one part of a round.
#[derive(Clone, Copy)]
pub(crate) struct Cost {
    wall: Duration,
    /// Of this thread alone.
    cpu: Duration,
}

impl Cost {
    pub(crate) async fn of(work: impl Future<Output = ()>) -> Self {
        let (began, cpu) = (Instant::now(), cpu());
        work.await;
        Self {
            wall: began.elapsed(),
            cpu: self::cpu().saturating_sub(cpu),
        }
    }
}

/// The CPU time of this thread so far, user and system.
fn cpu() -> Duration {
    clock_gettime(ClockId::ThreadCPUTime).try_into().unwrap()
}

/// What both sides took for the same work, once a round: ours and the rival's.
pub(crate) type Rounds = Vec<(Cost, Cost)>;

/// A line a round, which [`read`] reads in another process.
pub(crate) fn print(rounds: &Rounds) {
    for (ours, rival) in rounds {
        let times = [ours.wall, ours.cpu, rival.wall, rival.cpu];
        println!("{}", times.map(|it| it.as_nanos().to_string()).join(" "));
    }
}

pub(crate) fn read(printed: &str) -> Rounds {
    let round = |line: &str| {
        let mut times = line.split(' ').map(|it| it.parse().unwrap());
        let mut next = || Duration::from_nanos(times.next().unwrap());
        let mut cost = || Cost {
            wall: next(),
            cpu: next(),
        };
        (cost(), cost())
    };
    printed.lines().map(round).collect()
}

#[derive(Default)]
pub(crate) struct Table {
    missed: u32,
}

impl Table {
    pub(crate) fn print_head() {
        println!(
            "{:44} {:>10} {:>10} {:>7}  limit",
            "measure", "ours", "rival", "ratio"
        );
    }

    /// At least so much of the rival's rate, and at most so much of its CPU time.
    pub(crate) fn compare(
        &mut self,
        what: &str,
        unit: &str,
        amount: u32,
        rounds: &Rounds,
        (least_rate, most_cpu): (f64, f64),
    ) {
        let rate = |cost: &Cost| f64::from(amount) / cost.wall.as_secs_f64();
        let (ours, theirs, ratio) = medians(rounds, rate);
        self.row(
            &format!("{what}: {unit}s a second"),
            [ours, theirs],
            ratio,
            (ratio >= least_rate, format!(">= {least_rate:.2}")),
        );
        let cpu = |cost: &Cost| cost.cpu.as_secs_f64() * 1e6 / f64::from(amount);
        let (ours, theirs, ratio) = medians(rounds, cpu);
        self.row(
            &format!("{what}: CPU µs a {unit}"),
            [ours, theirs],
            ratio,
            (ratio <= most_cpu, format!("<= {most_cpu:.2}")),
        );
    }

    /// At most so much of what the rival executes.
    pub(crate) fn executed(&mut self, what: &str, counts: [u64; 2], most: f64) {
        #[allow(
            clippy::cast_precision_loss,
            reason = "an update executes far fewer than 2^53 instructions"
        )]
        let [ours, theirs] = counts.map(|count| count as f64);
        let ratio = ours / theirs;
        self.row(
            what,
            [ours, theirs],
            ratio,
            (ratio <= most, format!("<= {most:.2}")),
        );
    }

    /// So much more memory at most.
    pub(crate) fn memory(&mut self, what: &str, many: f64, few: f64, most: f64) {
        let is_kept = many - few <= most;
        let limit = format!("within {most:.0} MB");
        self.row(what, [many, few], many / few, (is_kept, limit));
    }

    fn row(
        &mut self,
        what: &str,
        [ours, theirs]: [f64; 2],
        ratio: f64,
        (is_kept, limit): (bool, String),
    ) {
        let verdict = if is_kept { "" } else { "  missed" };
        self.missed += u32::from(!is_kept);
        println!("{what:44} {ours:10.1} {theirs:10.1} {ratio:7.3}  {limit}{verdict}");
    }

    pub(crate) fn verdict(self) -> ExitCode {
        if self.missed == 0 {
            ExitCode::SUCCESS
        } else {
            ExitCode::FAILURE
        }
    }
}

/// The median of our figures, of the rival's and of their ratios.
fn medians(rounds: &Rounds, figure: impl Fn(&Cost) -> f64) -> (f64, f64, f64) {
    let pairs: Vec<_> = rounds
        .iter()
        .map(|(ours, theirs)| (figure(ours), figure(theirs)))
        .collect();
    (
        median(pairs.iter().map(|(ours, _)| *ours)),
        median(pairs.iter().map(|(_, theirs)| *theirs)),
        median(pairs.iter().map(|(ours, theirs)| ours / theirs)),
    )
}

fn median(figures: impl Iterator<Item = f64>) -> f64 {
    let mut figures: Vec<_> = figures.collect();
    figures.sort_by(f64::total_cmp);
    *figures.get(figures.len() / 2).unwrap()
}
