//! Half an hour against simulated servers, in virtual time: what the rules are worth.

use std::{
    cell::{Cell, RefCell},
    collections::VecDeque,
    fmt::Write as _,
    rc::Rc,
    sync::{Arc, Mutex},
    time::Duration,
};

use http::StatusCode;
use tokio::{
    task::LocalSet,
    time::{Instant, sleep, sleep_until},
};

use super::{Acquiring, Budget, Feedback, Permit, Throttle};

const LIMIT: u32 = 300;
const MINUTES: u32 = 30;
/// So many requests are under way or wait at any time: always more than may leave.
const WORKERS: u64 = 100;

#[derive(Debug, Clone, Copy)]
enum Window {
    /// Counts the last 60 s.
    Sliding,
    /// Starts at 0 every 60 s.
    Fixed,
}

/// How long a request takes, there and back.
#[derive(Debug, Clone, Copy)]
enum Latency {
    Constant120Ms,
    ExponentialOfMean300Ms,
    /// A Pareto law from 80 ms on of mean 350 ms, cut off at 8 s.
    HeavyTailed,
}

impl Latency {
    fn draw(self, dice: &mut Dice) -> Duration {
        let seconds = match self {
            Self::Constant120Ms => 0.12,
            Self::ExponentialOfMean300Ms => -0.3 * dice.roll().ln(),
            Self::HeavyTailed => (0.08 * dice.roll().powf(-1.0 / 1.3)).min(8.0),
        };
        Duration::from_secs_f64(seconds)
    }
}

/// Random numbers that are the same in every run: xorshift.
struct Dice(u64);

impl Dice {
    fn new(seed: u64) -> Self {
        Self((seed + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15))
    }

    /// Above 0, and at most 1.
    #[expect(clippy::cast_precision_loss, reason = "53 bits fit")]
    fn roll(&mut self) -> f64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        ((self.0 >> 11) + 1) as f64 / (1_u64 << 53) as f64
    }
}

/// Counts requests on a clock of its own, and says in its headers what is left.
struct Server {
    window: Window,
    start: Instant,
    drift_ppm: f64,
    /// When it counted, by its own clock (seconds).
    counted: VecDeque<f64>,
    accepted: u32,
    refused: u32,
}

impl Server {
    fn new(window: Window, drift_ppm: f64) -> Rc<RefCell<Self>> {
        Rc::new(RefCell::new(Self {
            window,
            start: Instant::now(),
            drift_ppm,
            counted: VecDeque::new(),
            accepted: 0,
            refused: 0,
        }))
    }

    fn answer(&mut self) -> Feedback {
        // The first fixed window has begun 17 s before the first request.
        let now = 17.0 + self.start.elapsed().as_secs_f64() * (1.0 + self.drift_ppm / 1e6);
        let window_start = match self.window {
            Window::Sliding => now - 60.0,
            Window::Fixed => (now / 60.0).floor() * 60.0,
        };
        while self.counted.front().is_some_and(|at| *at < window_start) {
            self.counted.pop_front();
        }
        let counted = u32::try_from(self.counted.len()).unwrap();
        let is_accepted = counted < LIMIT;
        if is_accepted {
            self.counted.push_back(now);
            self.accepted += 1;
        } else {
            self.refused += 1;
        }
        let reset = match self.window {
            Window::Sliding => self.counted[0] + 60.0 - now,
            Window::Fixed => window_start + 60.0 - now,
        };
        Feedback {
            status: Some(if is_accepted {
                StatusCode::OK
            } else {
                StatusCode::TOO_MANY_REQUESTS
            }),
            limit: Some(LIMIT),
            remaining: Some(LIMIT - u32::try_from(self.counted.len()).unwrap()),
            reset: Some(Duration::from_secs_f64(reset)),
            retry_after: (!is_accepted).then(|| Duration::from_secs_f64(reset.ceil())),
            not_sent: false,
        }
    }
}

/// Sends as fast as the throttle lets it, for half an hour.
async fn saturate(throttles: Vec<Throttle>, server: &Rc<RefCell<Server>>, latency: Latency) {
    let tasks = LocalSet::new();
    for worker in 0..WORKERS {
        let throttle = throttles[usize::try_from(worker).unwrap() % throttles.len()].clone();
        let server = Rc::clone(server);
        let mut dice = Dice::new(worker);
        tasks.spawn_local(async move {
            loop {
                let permit = throttle.acquire().await.unwrap();
                let total = latency.draw(&mut dice);
                let before = total.mul_f64(dice.roll());
                sleep(before).await;
                let feedback = server.borrow_mut().answer();
                sleep(total.saturating_sub(before)).await;
                permit.finish(feedback);
            }
        });
    }
    tasks
        .run_until(sleep(Duration::from_secs(60) * MINUTES))
        .await;
}

/// The refused, and the part of the quota that was used (per cent).
fn result(server: &RefCell<Server>) -> (u32, f64) {
    let server = server.borrow();
    let quota = f64::from(LIMIT * MINUTES);
    (server.refused, 100.0 * f64::from(server.accepted) / quota)
}

#[tokio::test(start_paused = true)]
async fn under_saturation_no_429_comes_and_97_per_cent_of_the_quota_are_used() {
    let mut table = String::from("window  | drift ppm | latency                | 429s | % used\n");
    let mut all_good = true;
    for window in [Window::Sliding, Window::Fixed] {
        for drift_ppm in [300.0, -300.0] {
            for latency in [
                Latency::Constant120Ms,
                Latency::ExponentialOfMean300Ms,
                Latency::HeavyTailed,
            ] {
                let server = Server::new(window, drift_ppm);
                saturate(vec![Throttle::per_minute(LIMIT)], &server, latency).await;
                let (refused, used) = result(&server);
                let (window, latency) = (format!("{window:?}"), format!("{latency:?}"));
                writeln!(
                    table,
                    "{window:7} | {drift_ppm:9} | {latency:22} | {refused:4} | {used:6.2}"
                )
                .unwrap();
                all_good &= refused == 0 && used >= 97.0;
            }
        }
    }
    println!("{table}");
    assert!(all_good, "\n{table}");
}

#[tokio::test(start_paused = true)]
async fn clients_that_share_a_throttle_share_the_quota() {
    let throttle = Throttle::per_minute(LIMIT);
    let server = Server::new(Window::Sliding, 300.0);
    let clients = vec![throttle.clone(), throttle.clone(), throttle];
    saturate(clients, &server, Latency::ExponentialOfMean300Ms).await;
    let (refused, used) = result(&server);
    assert!(refused == 0 && used >= 97.0, "{refused} 429s, {used} %");
}

/// Somebody else sends 100 a minute with the same key and never waits: then 429s cannot be
/// avoided, but they must stay few: below a minute's worth in half an hour.
#[tokio::test(start_paused = true)]
async fn beside_somebody_who_does_not_throttle_few_requests_are_refused() {
    for window in [Window::Sliding, Window::Fixed] {
        let server = Server::new(window, 300.0);
        let refused_to_them = Cell::new(0);
        let somebody = async {
            loop {
                sleep(Duration::from_millis(600)).await;
                let is_refused = server.borrow_mut().answer().is_rate_limited();
                refused_to_them.set(refused_to_them.get() + u32::from(is_refused));
            }
        };
        let throttle = vec![Throttle::per_minute(LIMIT)];
        let us = saturate(throttle, &server, Latency::ExponentialOfMean300Ms);
        tokio::select! {
            () = us => {}
            () = somebody => {}
        }
        let (refused, used) = result(&server);
        let figures = format!(
            "{window:?}: {} 429s of ours, {} of theirs, {used:.2} % used",
            refused - refused_to_them.get(),
            refused_to_them.get(),
        );
        println!("{figures}");
        assert!(
            refused - refused_to_them.get() < LIMIT && used >= 97.0,
            "{figures}"
        );
    }
}

/// As most clients throttle. The simulation is worth something only if it catches this one.
struct TokenBucket {
    /// How many may leave at once, and when that was.
    tokens: Arc<Mutex<(f64, Instant)>>,
}

impl Budget for TokenBucket {
    fn acquire(&self) -> Acquiring<'_> {
        Box::pin(async {
            loop {
                let now = Instant::now();
                {
                    let mut bucket = self.tokens.lock().unwrap();
                    let (tokens, then) = *bucket;
                    let tokens = tokens + (now - then).as_secs_f64() * f64::from(LIMIT) / 60.0;
                    *bucket = (tokens.min(f64::from(LIMIT)), now);
                    if bucket.0 >= 1.0 {
                        bucket.0 -= 1.0;
                        return Ok(Permit::new(|_| {}));
                    }
                }
                sleep_until(now + Duration::from_millis(100)).await;
            }
        })
    }
}

#[tokio::test(start_paused = true)]
async fn a_token_bucket_would_be_refused_hundreds_of_times() {
    let server = Server::new(Window::Sliding, 300.0);
    let bucket = Throttle::shared(TokenBucket {
        tokens: Arc::new(Mutex::new((f64::from(LIMIT), Instant::now()))),
    });
    saturate(vec![bucket], &server, Latency::ExponentialOfMean300Ms).await;
    let (refused, used) = result(&server);
    println!("token bucket: {refused} 429s, {used:.2} % used");
    assert!(refused >= 200, "{refused} 429s");
}
