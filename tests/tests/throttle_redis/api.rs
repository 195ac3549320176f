//! Counts the requests of all processes in a sliding window, as the API would.

use std::{
    collections::VecDeque,
    io::{Read, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    sync::{Arc, Mutex},
    thread,
    time::{Duration, Instant},
};

/// The answers: one byte each.
pub(crate) const ACCEPTED: u8 = b'2';
const REFUSED: u8 = b'4';

pub(crate) struct Api {
    address: SocketAddr,
    counter: Arc<Mutex<Counter>>,
}

struct Counter {
    limit: u32,
    window: Duration,
    in_window: VecDeque<Instant>,
    counted: Counted,
}

#[derive(Debug, Clone, Default)]
pub(crate) struct Counted {
    pub(crate) all: u32,
    /// The largest number of requests in any window.
    pub(crate) most: u32,
    pub(crate) refused: u32,
    pub(crate) first: Option<Instant>,
}

impl Api {
    /// Starts to count, until the end of the process.
    pub(crate) fn start(limit: u32, window: Duration) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let counter = Arc::new(Mutex::new(Counter {
            limit,
            window,
            in_window: VecDeque::new(),
            counted: Counted::default(),
        }));
        let shared = Arc::clone(&counter);
        thread::spawn(move || {
            for stream in listener.incoming() {
                let counter = Arc::clone(&shared);
                thread::spawn(move || serve(stream.unwrap(), &counter));
            }
        });
        Self { address, counter }
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    pub(crate) fn counted(&self) -> Counted {
        self.counter.lock().unwrap().counted.clone()
    }

    /// Waits until it has counted this many requests.
    pub(crate) fn wait_for(&self, requests: u32, at_most: Duration) {
        let start = Instant::now();
        while self.counted().all < requests {
            assert!(start.elapsed() < at_most, "{:?}", self.counted());
            thread::sleep(Duration::from_millis(10));
        }
    }
}

/// Each byte that is received is a request.
fn serve(mut stream: TcpStream, counter: &Mutex<Counter>) {
    let mut request = [0];
    while stream.read_exact(&mut request).is_ok() {
        let answer = counter.lock().unwrap().count(Instant::now());
        if stream.write_all(&[answer]).is_err() {
            return;
        }
    }
}

impl Counter {
    fn count(&mut self, now: Instant) -> u8 {
        let window = self.window;
        self.in_window.retain(|at| now.duration_since(*at) < window);
        self.in_window.push_back(now);
        let in_window = u32::try_from(self.in_window.len()).unwrap();
        let counted = &mut self.counted;
        counted.all += 1;
        counted.most = counted.most.max(in_window);
        counted.first.get_or_insert(now);
        if in_window <= self.limit {
            ACCEPTED
        } else {
            counted.refused += 1;
            REFUSED
        }
    }
}
