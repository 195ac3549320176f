//! The progress of a long command: a bar if standard error is a terminal, otherwise a line every 10
//! seconds. In JSON format it is an event at the beginning, every 10 seconds, and at the end. All of it goes
//! to standard error.

mod rate;
mod requests;
mod shown_bar;
mod state;

use std::{
    io::{self, IsTerminal as _, Write as _},
    time::{Duration, Instant},
};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use terminal_size::{Width, terminal_size_of};

use self::{
    rate::{Done, Rate},
    state::ProgressState,
};
pub(crate) use self::{
    requests::RequestProgress,
    shown_bar::{beside_bar, end_bars},
};
use crate::output::Output;

/// The time between two lines or events.
const INTERVAL: Duration = Duration::from_secs(10);
/// How often `tick` should be called.
pub(crate) const TICK: Duration = Duration::from_secs(1);
/// How often the bar of a file is drawn.
const TICK_OF_FILE: Duration = Duration::from_millis(200);
/// The number of rows after which the clock is looked at.
const ROWS_PER_LOOK: u64 = 256;
/// A shorter wait is not shown.
const SHORTEST_WAIT: Duration = Duration::from_secs(2);

/// What precedes the line on a terminal of the usual width, and its width. A line that the terminal wraps cannot be
/// removed again, so what is too long of the line is cut off.
const BAR: (&str, usize) = ("{bar:20} {wide_msg}", 21);
/// The same on a narrow terminal, in which the numbers are needed more than the bar.
const NO_BAR: (&str, usize) = ("{wide_msg}", 0);
/// The same if it is not known how much there is.
const SPINNER: (&str, usize) = ("{spinner} {wide_msg}", 2);
const USUAL_WIDTH: usize = 80;

/// What is being waited for.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Wait {
    /// The rate limit lets no request through, for this long.
    RateLimit(Duration),
    /// Requests of an earlier process may still be applied, for this long at most.
    Settling(Duration),
}

impl Wait {
    fn what(&self) -> &'static str {
        match self {
            Self::RateLimit(_) => "the rate limit",
            Self::Settling(_) => "earlier requests to settle",
        }
    }

    /// Returns how long it has taken, or how long it still takes if that is known.
    fn time(&self) -> Duration {
        match self {
            Self::RateLimit(time) | Self::Settling(time) => *time,
        }
    }

    /// Returns how long it still takes, if that is known.
    fn left(&self) -> Option<Duration> {
        match self {
            Self::RateLimit(_) => None,
            Self::Settling(left) => Some(*left),
        }
    }
}

/// What is counted, how far it is, and how it is shown.
#[derive(Debug)]
pub(crate) struct ProgressMeter {
    state: ProgressState,
    form: Form,
    began: Instant,
    /// When the last line or event was printed.
    reported: Option<Instant>,
    drawn: Instant,
    has_ended: bool,
}

#[derive(Debug)]
enum Form {
    Bar(ProgressBar),
    Lines,
    Events,
    None,
}

impl ProgressMeter {
    /// Creates the progress of a known number of things, or of an unknown number. It is shown from the first
    /// `tick`.
    pub(crate) fn new(
        activity: &'static str,
        unit: &'static str,
        total: Option<u64>,
        output: &Output,
    ) -> Self {
        Self::with(activity, unit, total, None, output)
    }

    /// Creates the progress of reading a file with this many bytes.
    pub(crate) fn of_file(
        activity: &'static str,
        unit: &'static str,
        bytes: u64,
        output: &Output,
    ) -> Self {
        let mut meter = Self::with(activity, unit, None, Some((0, bytes)), output);
        // A bar that is gone in a moment would only flicker.
        if !matches!(meter.form, Form::Bar(_)) {
            meter.tick(None);
        }
        meter
    }

    fn with(
        activity: &'static str,
        unit: &'static str,
        total: Option<u64>,
        bytes: Option<(u64, u64)>,
        output: &Output,
    ) -> Self {
        let form = if output.is_quiet() {
            Form::None
        } else if output.is_json() {
            Form::Events
        } else if io::stderr().is_terminal() {
            Form::Bar(bar(total.or(bytes.map(|(_, all)| all))))
        } else {
            Form::Lines
        };
        let now = Instant::now();
        Self {
            state: ProgressState {
                activity,
                unit,
                done: 0,
                total,
                bytes,
                note: String::new(),
                wait: None,
                rate: Rate::beginning_at(Done::default()),
            },
            form,
            began: now,
            reported: None,
            drawn: now,
            has_ended: false,
        }
    }

    /// Shows it, and measures the rate from now on: neither what was done so far nor the time so far counts.
    pub(crate) fn begin(&mut self) {
        self.began = Instant::now();
        self.state.begin_rate();
        self.tick(None);
    }

    pub(crate) fn advance(&mut self, count: u64) {
        self.state.done += count;
    }

    /// Counts a row of a file, of which this many bytes have been read, and shows it from time to time.
    pub(crate) fn advance_to(&mut self, bytes_read: u64) {
        self.state.done += 1;
        if !self.state.done.is_multiple_of(ROWS_PER_LOOK) {
            return;
        }
        if let Some((read, _)) = &mut self.state.bytes {
            *read = bytes_read;
        }
        if self.drawn.elapsed() >= TICK_OF_FILE {
            self.tick(None);
        }
    }

    /// Sets the further numbers, such as `3 failed`.
    pub(crate) fn note(&mut self, note: String) {
        self.state.note = note;
    }

    /// Shows the current state: call it every [`TICK`], with what is being waited for.
    pub(crate) fn tick(&mut self, wait: Option<Wait>) {
        self.state.record(self.began.elapsed(), wait.as_ref());
        self.state.wait = wait.filter(|wait| wait.time() >= SHORTEST_WAIT);
        self.draw();
        let is_first_event = self.reported.is_none() && matches!(self.form, Form::Events);
        let last = self.reported.unwrap_or(self.began);
        if is_first_event || last.elapsed() >= INTERVAL {
            self.reported = Some(Instant::now());
            self.report();
        }
    }

    /// Prints a line or an event.
    fn report(&self) {
        let text = match self.form {
            Form::Lines => self.state.line(self.began.elapsed()),
            Form::Events => self.state.event(self.began.elapsed()).to_string(),
            Form::Bar(_) | Form::None => return,
        };
        // Progress that cannot be shown is no reason to stop.
        let _ = writeln!(io::stderr().lock(), "{text}");
    }

    fn draw(&mut self) {
        self.drawn = Instant::now();
        if let Form::Bar(bar) = &self.form
            && shown_bar::show(bar)
        {
            let room = width_for_bar().saturating_sub(template_of(bar.length()).1);
            bar.set_message(self.state.line_within(self.began.elapsed(), room));
            bar.set_position(self.state.part().map_or(self.state.done, |(done, _)| done));
            bar.tick();
        }
    }

    /// Prints something else without disturbing the bar.
    #[expect(
        clippy::unused_self,
        reason = "only a command with a bar can disturb it"
    )]
    pub(crate) fn aside(&self, print: impl FnOnce()) {
        beside_bar(print);
    }

    /// Removes the bar, or prints the last event.
    pub(crate) fn end(&mut self) {
        if std::mem::replace(&mut self.has_ended, true) {
            return;
        }
        if let Some((read, all)) = &mut self.state.bytes {
            *read = *all;
        }
        self.state.wait = None;
        match &self.form {
            Form::Bar(bar) => {
                shown_bar::hide();
                bar.finish_and_clear();
            }
            Form::Events if self.reported.is_some() => self.report(),
            Form::Events | Form::Lines | Form::None => {}
        }
    }
}

impl Drop for ProgressMeter {
    fn drop(&mut self) {
        self.end();
    }
}

fn bar(total: Option<u64>) -> ProgressBar {
    let bar = ProgressBar::with_draw_target(total, ProgressDrawTarget::stderr());
    // Without the style the bar is plain.
    match ProgressStyle::with_template(template_of(total).0) {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}

/// Returns how a bar looks, and the width of what precedes its line.
fn template_of(total: Option<u64>) -> (&'static str, usize) {
    match total {
        None => SPINNER,
        Some(_) if width_for_bar() < USUAL_WIDTH => NO_BAR,
        Some(_) => BAR,
    }
}

fn width_for_bar() -> usize {
    terminal_size_of(io::stderr()).map_or(USUAL_WIDTH, |(Width(width), _)| width.into())
}
