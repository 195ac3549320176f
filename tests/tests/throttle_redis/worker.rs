//! Worker processes: this test program, started again.

use std::{
    env,
    process::{Child, Command, Stdio},
    time::Duration,
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};
use vibecode_runtime::{Feedback, Permit, RedisBudget, Throttle};

use crate::{
    NAME,
    api::{ACCEPTED, Api},
    redis_server::RedisServer,
};

const TASK: &str = "VIBECODE_THROTTLE_WORKER";
/// The number of requests under way in a process.
const AT_A_TIME: u32 = 4;
const IN_FLIGHT_AT_MOST: Duration = Duration::from_secs(30);

/// A process, killed when it is dropped.
pub(crate) struct Worker(Child);

impl Worker {
    /// Sends as fast as the budget allows.
    pub(crate) fn sending(redis: &RedisServer, api: &Api, limit: u32, window: Duration) -> Self {
        Self::start("send", redis, api, limit, (window, IN_FLIGHT_AT_MOST))
    }

    /// Sends as many requests as the limit, and never finishes one.
    pub(crate) fn holding(
        redis: &RedisServer,
        api: &Api,
        limit: u32,
        times: (Duration, Duration),
    ) -> Self {
        Self::start("hold", redis, api, limit, times)
    }

    fn start(
        task: &str,
        redis: &RedisServer,
        api: &Api,
        limit: u32,
        (window, in_flight): (Duration, Duration),
    ) -> Self {
        let (window, in_flight) = (window.as_millis(), in_flight.as_millis());
        let (url, address) = (redis.url(), api.address());
        let process = Command::new(env::current_exe().unwrap())
            .args(["worker::work", "--exact", "--ignored"])
            .env(
                TASK,
                format!("{task} {url} {address} {limit} {window} {in_flight}"),
            )
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        Self(process)
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        let _ignored = self.0.kill();
        let _ignored = self.0.wait();
    }
}

#[tokio::test]
#[ignore = "is what the other tests start as processes of their own"]
async fn work() {
    let Ok(task) = env::var(TASK) else { return };
    let words: Vec<_> = task.split(' ').collect();
    let [task, url, address, limit, window, in_flight] = words[..] else {
        panic!("{task}");
    };
    let limit = limit.parse().unwrap();
    let milliseconds = |text: &str| Duration::from_millis(text.parse().unwrap());
    let budget = RedisBudget::new(url, NAME, limit)
        .unwrap()
        .with_times(milliseconds(window), milliseconds(in_flight));
    let throttle = Throttle::shared(budget);
    if task == "hold" {
        let mut stream = TcpStream::connect(address).await.unwrap();
        let mut held = Vec::new();
        for _ in 0..limit {
            held.push(request(&throttle, &mut stream).await);
        }
        std::future::pending::<()>().await;
    }
    let senders: Vec<_> = (0..AT_A_TIME)
        .map(|_| tokio::spawn(send(throttle.clone(), address.to_owned())))
        .collect();
    for sender in senders {
        sender.await.unwrap();
    }
}

async fn send(throttle: Throttle, address: String) {
    let mut stream = TcpStream::connect(address).await.unwrap();
    loop {
        let permit = request(&throttle, &mut stream).await;
        permit.finish(Feedback::none());
    }
}

async fn request(throttle: &Throttle, stream: &mut TcpStream) -> Permit {
    let permit = throttle.acquire().await.unwrap();
    stream.write_all(b"?").await.unwrap();
    assert_eq!(stream.read_u8().await.unwrap(), ACCEPTED);
    permit
}
