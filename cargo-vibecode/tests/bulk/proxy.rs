//! A server between a command and the sandbox, which changes answers, and notices requests before they are carried out.

use std::{
    io::{self, BufRead as _, BufReader, Read as _, Write as _},
    net::{TcpListener, TcpStream},
    sync::{Arc, Mutex},
    thread,
};

use serde_json::Value;

use crate::support::Desk;

/// What is done with a batch.
pub(crate) trait Between: Send + 'static {
    /// Called before the request is passed on.
    fn before(&mut self, _batch: &Value) {}

    /// Changes the answer.
    fn after(&mut self, _batch: &Value, _answer: &mut Value) {}
}

/// Puts a server between the commands of a desk and its sandbox.
pub(crate) fn put_between(desk: &mut Desk, between: impl Between) {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let sandbox = desk.base_url.trim_start_matches("http://");
    let (host, path) = sandbox.split_once('/').unwrap();
    let (host, path) = (host.to_owned(), path.to_owned());
    desk.base_url = format!("http://{}/{path}", listener.local_addr().unwrap());
    let between = Arc::new(Mutex::new(between));
    thread::spawn(move || {
        for stream in listener.incoming() {
            let (host, between) = (host.clone(), Arc::clone(&between));
            thread::spawn(move || {
                // A command that is killed closes its connections.
                let _ = talk(&stream.unwrap(), &host, &between);
            });
        }
    });
}

fn talk(client: &TcpStream, host: &str, between: &Mutex<impl Between>) -> io::Result<()> {
    let mut requests = BufReader::new(client);
    let server = TcpStream::connect(host)?;
    let mut answers = BufReader::new(&server);
    loop {
        let Some((head, body)) = message(&mut requests)? else {
            return Ok(());
        };
        let batch =
            Some(&head).filter(|head| head.starts_with("POST ") && head.contains("/batch "));
        let batch: Option<Value> = batch.and_then(|_| serde_json::from_slice(&body).ok());
        if let Some(batch) = &batch {
            between.lock().unwrap().before(batch);
        }
        (&server).write_all(head.as_bytes())?;
        (&server).write_all(&body)?;
        let Some((head, mut body)) = message(&mut answers)? else {
            return Ok(());
        };
        let answer = serde_json::from_slice(&body).ok();
        if let Some((batch, mut answer)) = batch.zip(answer) {
            between.lock().unwrap().after(&batch, &mut answer);
            body = answer.to_string().into_bytes();
        }
        let lines = head
            .lines()
            .filter(|line| !is_length(line) && !line.is_empty());
        let lines: Vec<&str> = lines.collect();
        let head = format!(
            "{}\r\ncontent-length: {}\r\n\r\n",
            lines.join("\r\n"),
            body.len()
        );
        (&*client).write_all(head.as_bytes())?;
        (&*client).write_all(&body)?;
    }
}

fn is_length(line: &str) -> bool {
    line.to_ascii_lowercase().starts_with("content-length:")
}

/// Reads the head of a message and its body. `None` at the end of the connection.
fn message(from: &mut BufReader<&TcpStream>) -> io::Result<Option<(String, Vec<u8>)>> {
    let (mut head, mut length) = (String::new(), 0);
    loop {
        let start = head.len();
        if from.read_line(&mut head)? == 0 {
            return Ok(None);
        }
        let line = &head[start..];
        if is_length(line) {
            length = line.split_once(':').unwrap().1.trim().parse().unwrap();
        }
        if line == "\r\n" {
            break;
        }
    }
    let mut body = vec![0; length];
    from.read_exact(&mut body)?;
    Ok(Some((head, body)))
}
