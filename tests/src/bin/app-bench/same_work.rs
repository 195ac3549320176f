//! Checks that the apps send the same requests, and distinguish success from failure in the same way.

use std::{
    io::{self, BufRead as _, BufReader, Read as _, Write as _},
    net::{TcpListener, TcpStream},
    process::{Command, Stdio},
    thread,
};

use vibecode_tests::generated::Workspace;

use crate::app::{App, OURS, RIVAL};

/// What a server answers.
const TAKEN: (&str, &str) = ("200 OK", r#"{"success":true,"data":{"id":71}}"#);
const DENIED: (&str, &str) = (
    "403 Forbidden",
    r#"{"success":false,"error":{"code":"SCOPE_DENIED","message":"no scope"}}"#,
);

/// What an app did.
#[derive(PartialEq, Debug)]
struct Done {
    request_line: String,
    body: String,
    succeeded: bool,
}

/// # Errors
/// If the apps differ, or do not do what they are for.
pub(crate) fn check(workspace: &Workspace) -> io::Result<()> {
    for (answer, succeeds) in [(TAKEN, true), (DENIED, false)] {
        let done = [
            run(workspace, OURS, answer)?,
            run(workspace, RIVAL, answer)?,
        ];
        let expected = || Done {
            request_line: "PATCH /v1/contacts/71 HTTP/1.1".to_owned(),
            body: r#"{"post":"Director","phone":"+79161234567"}"#.to_owned(),
            succeeded: succeeds,
        };
        if done != [expected(), expected()] {
            return Err(io::Error::other(format!("the apps differ: {done:?}")));
        }
    }
    Ok(())
}

fn run(workspace: &Workspace, app: App, answer: (&'static str, &'static str)) -> io::Result<Done> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let address = listener.local_addr()?;
    let server = thread::spawn(move || serve(&listener.accept()?.0, answer));
    let status = Command::new(app.released(workspace))
        .args(["71", "Director", "+79161234567"])
        .env("VIBECODE_BASE_URL", format!("http://{address}/v1"))
        .env("VIBECODE_API_KEY", "vibe_api_benchmark")
        .env_remove("VIBECODE_SESSION_TOKEN")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()?;
    // If the app has not called, the server must not wait for ever.
    drop(TcpStream::connect(address));
    let request = server.join();
    let (request_line, body) = request.map_err(|_| io::Error::other("the server failed"))??;
    Ok(Done {
        request_line,
        body,
        succeeded: status.success(),
    })
}

/// Reads one request: its first line and its body.
fn serve(stream: &TcpStream, (status, json): (&str, &str)) -> io::Result<(String, String)> {
    let mut reader = BufReader::new(stream);
    let mut head = Vec::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line)?;
        let line = line.trim_end().to_owned();
        if line.is_empty() {
            break;
        }
        head.push(line);
    }
    let length = head.iter().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        let is_length = name.eq_ignore_ascii_case("content-length");
        is_length.then(|| value.trim().parse().ok())?
    });
    let mut body = vec![0; length.unwrap_or_default()];
    reader.read_exact(&mut body)?;
    let length = json.len();
    let mut stream = stream;
    write!(
        stream,
        "HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{json}"
    )?;
    let request_line = head.into_iter().next().unwrap_or_default();
    Ok((request_line, String::from_utf8_lossy(&body).into_owned()))
}
