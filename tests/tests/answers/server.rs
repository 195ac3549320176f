//! A server on the test's own runtime that follows a script, byte by byte.

use std::{
    io,
    net::SocketAddr,
    sync::{Arc, Mutex},
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    task::JoinHandle,
    time::Instant,
};

/// What a server does with one request.
#[derive(Clone)]
pub(crate) enum Behaviour {
    /// Reads the request, writes this and closes.
    Answer(Vec<u8>),
    /// Reads the request, writes this and waits for the next request on the same connection.
    AnswerAndStay(Vec<u8>),
    /// Reads the request, writes this and keeps the connection open without writing more.
    AnswerAndHang(Vec<u8>),
    /// Reads the request, writes this and resets the connection.
    AnswerAndReset(Vec<u8>),
    /// Reads the head of the request, writes this, shuts down its sending side, and reads the rest.
    AnswerEarly(Vec<u8>),
    /// Reads the head of the request, writes this and closes, which resets the connection if there is more to
    /// read.
    AnswerUnread(Vec<u8>),
    /// Reads the request, writes the first once and the second until the client has gone.
    AnswerWithoutEnd(Vec<u8>, Vec<u8>),
    /// Writes this whatever the request, and closes.
    Blurt(Vec<u8>),
    /// Closes before it reads anything.
    CloseAtOnce,
    /// Resets the connection before it reads anything.
    ResetAtOnce,
    /// Reads the request and closes.
    Close,
    /// Reads the request and resets the connection.
    Reset,
}

pub(crate) struct Server {
    address: SocketAddr,
    state: Arc<Mutex<State>>,
    running: JoinHandle<()>,
}

struct State {
    script: Vec<Behaviour>,
    /// How many behaviours have been used.
    shown: usize,
    connections: usize,
    requests: Vec<Request>,
}

#[derive(Clone)]
pub(crate) struct Request {
    /// The heads and bodies, as far as they were read.
    pub(crate) text: String,
    pub(crate) arrived: Instant,
}

impl Server {
    /// A server that does the same with every request.
    pub(crate) async fn start(behaviour: Behaviour) -> Self {
        Self::script([behaviour]).await
    }

    /// A server that does these in order, one per request, and then starts again.
    pub(crate) async fn script(script: impl IntoIterator<Item = Behaviour>) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let state = Arc::new(Mutex::new(State {
            script: script.into_iter().collect(),
            shown: 0,
            connections: 0,
            requests: Vec::new(),
        }));
        let running = tokio::spawn(serve(listener, Arc::clone(&state)));
        Self {
            address,
            state,
            running,
        }
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}/v1", self.address)
    }

    pub(crate) fn connections(&self) -> usize {
        self.state.lock().unwrap().connections
    }

    /// Returns how many of the requests that were read match.
    pub(crate) fn count(&self, is_such: impl Fn(&Request) -> bool) -> usize {
        let state = self.state.lock().unwrap();
        state.requests.iter().filter(|it| is_such(it)).count()
    }

    /// Returns the requests that were read.
    pub(crate) fn requests(&self) -> Vec<Request> {
        self.state.lock().unwrap().requests.clone()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.running.abort();
    }
}

impl Request {
    pub(crate) fn body(&self) -> &str {
        self.text.split_once("\r\n\r\n").map_or("", |it| it.1)
    }

    /// Returns the lines of the head, in lower case.
    pub(crate) fn head(&self) -> Vec<String> {
        let lines = self.text.lines().take_while(|line| !line.is_empty());
        lines.map(str::to_lowercase).collect()
    }
}

async fn serve(listener: TcpListener, state: Arc<Mutex<State>>) {
    while let Ok((stream, _)) = listener.accept().await {
        state.lock().unwrap().connections += 1;
        tokio::spawn(converse(stream, Arc::clone(&state)));
    }
}

async fn converse(mut stream: TcpStream, state: Arc<Mutex<State>>) {
    loop {
        let behaviour = next_behaviour(&state);
        // An error here means that the client has gone, or that it was not to be answered.
        let stays = behave(&mut stream, behaviour, &state).await;
        if !stays.unwrap_or(false) || !another_comes(&stream).await {
            return;
        }
    }
}

fn next_behaviour(state: &Mutex<State>) -> Behaviour {
    let mut state = state.lock().unwrap();
    let index = state.shown % state.script.len();
    state.shown += 1;
    state.script[index].clone()
}

async fn another_comes(stream: &TcpStream) -> bool {
    stream.peek(&mut [0]).await.is_ok_and(|read| read > 0)
}

/// Returns whether there may be another request.
async fn behave(
    stream: &mut TcpStream,
    behaviour: Behaviour,
    state: &Mutex<State>,
) -> io::Result<bool> {
    match &behaviour {
        Behaviour::CloseAtOnce => return Ok(false),
        Behaviour::ResetAtOnce => {
            stream.set_zero_linger()?;
            return Ok(false);
        }
        Behaviour::Blurt(bytes) => {
            stream.read_buf(&mut Vec::new()).await?;
            stream.write_all(bytes).await?;
            return Ok(false);
        }
        _ => {}
    }
    let is_early = matches!(
        behaviour,
        Behaviour::AnswerEarly(_) | Behaviour::AnswerUnread(_)
    );
    let text = read_request(stream, is_early).await?;
    let arrived = Instant::now();
    let request = Request { text, arrived };
    state.lock().unwrap().requests.push(request);
    match behaviour {
        Behaviour::Answer(bytes) => {
            stream.write_all(&bytes).await?;
            stream.shutdown().await?;
        }
        Behaviour::AnswerAndStay(bytes) => {
            stream.write_all(&bytes).await?;
            return Ok(true);
        }
        Behaviour::AnswerAndHang(bytes) => {
            stream.write_all(&bytes).await?;
            std::future::pending::<()>().await;
        }
        Behaviour::AnswerEarly(bytes) => {
            stream.write_all(&bytes).await?;
            stream.shutdown().await?;
            tokio::io::copy(stream, &mut tokio::io::sink()).await?;
        }
        Behaviour::AnswerUnread(bytes) => stream.write_all(&bytes).await?,
        Behaviour::AnswerWithoutEnd(first, then) => {
            stream.write_all(&first).await?;
            loop {
                stream.write_all(&then).await?;
            }
        }
        Behaviour::AnswerAndReset(bytes) => {
            stream.write_all(&bytes).await?;
            stream.set_zero_linger()?;
        }
        Behaviour::Reset => stream.set_zero_linger()?,
        Behaviour::Close
        | Behaviour::Blurt(_)
        | Behaviour::CloseAtOnce
        | Behaviour::ResetAtOnce => {}
    }
    Ok(false)
}

async fn read_request(stream: &mut TcpStream, head_only: bool) -> io::Result<String> {
    let mut read = Vec::new();
    loop {
        if stream.read_buf(&mut read).await? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        let text = String::from_utf8_lossy(&read).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n")
            && (head_only || body.len() >= content_length(head))
        {
            return Ok(text);
        }
    }
}

fn content_length(head: &str) -> usize {
    let mut lines = head.lines().filter_map(|line| line.split_once(": "));
    let length = lines.find(|(name, _)| name.eq_ignore_ascii_case("content-length"));
    length.map_or(0, |(_, length)| length.parse().unwrap())
}
