//! Whom a probe gives the key to.

use std::{
    io::{ErrorKind, Read, Write},
    net::{TcpListener, TcpStream},
    process::{Command, Output, Stdio},
};

const KEY: &str = "vibe_api_secret";

fn probe(base_url: &str, key: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cargo-vibecode"));
    command
        .args(["probe", "--yes", "--base-url", base_url])
        .env("VIBECODE_API_KEY", key)
        .env_remove("VIBECODE_SESSION_TOKEN")
        .stdin(Stdio::null());
    command
}

fn stderr(output: &Output) -> &str {
    assert_eq!(output.status.code(), Some(2));
    str::from_utf8(&output.stderr).unwrap()
}

fn answer(mut stream: TcpStream, answer: &str) {
    let mut request = [0; 4096];
    assert!(stream.read(&mut request).unwrap() > 0);
    stream.write_all(answer.as_bytes()).unwrap();
}

#[test]
fn a_redirect_does_not_carry_the_key_to_another_host() {
    let (first, other) = (listener(), listener());
    let location = format!(
        "HTTP/1.1 307 Temporary Redirect\r\nLocation: {}\r\nContent-Length: 0\r\n\
         Connection: close\r\n\r\n",
        url(&other)
    );
    let mut running = probe(&url(&first), KEY).spawn().unwrap();
    // The making of the record, and the look for it: the first redirect was not followed by then.
    for _ in 0..2 {
        let (stream, _) = first.accept().unwrap();
        answer(stream, &location);
    }
    running.kill().unwrap();
    running.wait().unwrap();
    other.set_nonblocking(true).unwrap();
    assert_eq!(other.accept().unwrap_err().kind(), ErrorKind::WouldBlock);
}

#[test]
fn a_key_is_not_sent_unencrypted_over_a_network_and_a_management_key_not_at_all() {
    let output = probe("http://vibecode.example/v1", KEY).output().unwrap();
    assert!(stderr(&output).contains("https:"), "{}", stderr(&output));
    let here = listener();
    let output = probe(&url(&here), "vibe_live_secret").output().unwrap();
    assert!(!stderr(&output).contains("secret"), "{}", stderr(&output));
    here.set_nonblocking(true).unwrap();
    assert_eq!(here.accept().unwrap_err().kind(), ErrorKind::WouldBlock);
}

fn listener() -> TcpListener {
    TcpListener::bind("127.0.0.1:0").unwrap()
}

fn url(listener: &TcpListener) -> String {
    format!("http://{}/v1", listener.local_addr().unwrap())
}
