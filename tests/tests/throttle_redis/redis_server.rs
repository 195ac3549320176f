//! A Redis server for one test, which ends with the test.

use std::{
    env, fs,
    io::{self, BufRead, BufReader, Write},
    net::{TcpListener, TcpStream},
    path::PathBuf,
    process::{Child, Command, Stdio},
    sync::atomic::{AtomicU32, Ordering},
    thread,
    time::{Duration, Instant},
};

use vibecode_tests::skip;

use crate::SOON;

const A_MOMENT: Duration = Duration::from_millis(20);

pub(crate) struct RedisServer {
    process: Child,
    folder: PathBuf,
    port: u16,
}

impl RedisServer {
    /// Starts a server; `None` if `redis-server` is not installed.
    pub(crate) fn start() -> Option<Self> {
        static STARTED: AtomicU32 = AtomicU32::new(0);
        let number = STARTED.fetch_add(1, Ordering::Relaxed);
        let folder =
            env::temp_dir().join(format!("vibecode-redis-{}-{number}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        // Another program may take the port before the server does.
        for _ in 0..10 {
            let port = free_port();
            let process = match spawn(port, &folder) {
                Ok(process) => process,
                Err(error) if error.kind() == io::ErrorKind::NotFound => {
                    let _ignored = fs::remove_dir_all(&folder);
                    skip::because_of("redis-server").unwrap();
                    return None;
                }
                Err(error) => panic!("redis-server does not start: {error}"),
            };
            let mut server = Self {
                process,
                folder: folder.clone(),
                port,
            };
            if server.is_ready() {
                return Some(server);
            }
        }
        panic!("redis-server does not start on any port");
    }

    pub(crate) fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }

    pub(crate) fn stop(&mut self) {
        let _ignored = self.process.kill();
        let _ignored = self.process.wait();
    }

    /// Starts it again on the same port, without data.
    pub(crate) fn start_again(&mut self) {
        self.process = spawn(self.port, &self.folder).unwrap();
        assert!(self.is_ready(), "redis-server does not start again");
    }

    /// Returns the first line of the server's answer to a command.
    pub(crate) fn ask(&self, command: &str) -> String {
        self.try_ask(command).unwrap()
    }

    /// Waits until the state of the budget has this field.
    pub(crate) async fn wait_for_field(&self, name: &str, field: &str) {
        let command = format!("HEXISTS vibecode-throttle:{{{name}}}:state {field}");
        self.wait_for(&command, ":1").await;
    }

    /// Waits until this many slots are in use.
    pub(crate) async fn wait_for_slots(&self, name: &str, slots: u32) {
        let command = format!("ZCARD vibecode-throttle:{{{name}}}:slots");
        self.wait_for(&command, &format!(":{slots}")).await;
    }

    async fn wait_for(&self, command: &str, answer: &str) {
        let start = Instant::now();
        while self.ask(command) != answer {
            assert!(start.elapsed() < SOON, "{command}: {}", self.ask(command));
            tokio::time::sleep(A_MOMENT).await;
        }
    }

    fn try_ask(&self, command: &str) -> io::Result<String> {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port))?;
        stream.write_all(format!("{command}\r\n").as_bytes())?;
        let mut line = String::new();
        BufReader::new(stream).read_line(&mut line)?;
        Ok(line.trim_end().to_owned())
    }

    fn is_ready(&mut self) -> bool {
        let start = Instant::now();
        while start.elapsed() < SOON {
            let has_ended = !matches!(self.process.try_wait(), Ok(None));
            if has_ended {
                return false;
            }
            if self.try_ask("PING").is_ok_and(|answer| answer == "+PONG") {
                return true;
            }
            thread::sleep(A_MOMENT);
        }
        false
    }
}

impl Drop for RedisServer {
    fn drop(&mut self) {
        self.stop();
        let _ignored = fs::remove_dir_all(&self.folder);
    }
}

fn spawn(port: u16, folder: &PathBuf) -> io::Result<Child> {
    Command::new("redis-server")
        .args(["--port", &port.to_string(), "--bind", "127.0.0.1"])
        .args(["--save", "", "--appendonly", "no", "--dir"])
        .arg(folder)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
}

fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}
