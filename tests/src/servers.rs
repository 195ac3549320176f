//! Servers of tests: one that answers everything itself, and those before another server, such as a sandbox.

use std::{
    future::Future,
    io::{self, Read as _, Write as _},
    net::{self, Ipv4Addr},
    thread,
};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
};

/// The number of bytes that are read at once, which is more than the tests send in a request.
const BUFFER: usize = 64 * 1024;

/// Returns an HTTP answer with this status, such as `200 OK`, and this JSON, after which the connection is closed.
#[must_use]
pub fn json_answer(status: &str, json: &str) -> String {
    format!(
        "HTTP/1.1 {status}\r\ncontent-type: application/json\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{json}",
        json.len()
    )
}

/// Starts a server that answers each request with the JSON that is returned for its text. Returns its base URL.
///
/// # Errors
/// If the machine has no free port.
pub fn answering(mut json: impl FnMut(&str) -> String + Send + 'static) -> io::Result<String> {
    let listener = net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    let url = format!("http://{}/v1", listener.local_addr()?);
    thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let mut request = vec![0; BUFFER];
            let read = stream.read(&mut request).unwrap_or_default();
            let request = String::from_utf8_lossy(request.get(..read).unwrap_or_default());
            let answer = json_answer("200 OK", &json(&request));
            // A client that has gone needs no answer.
            let _ = stream.write_all(answer.as_bytes());
        }
    });
    Ok(url)
}

/// Starts a server before the one with this base URL. It sends the HTTP answer that is returned for the text of a
/// request, and passes the request on if that is `None`. Returns its base URL.
///
/// # Errors
/// If the machine has no free port.
pub async fn before<F>(
    base_url: &str,
    answer: impl Fn(String) -> F + Clone + Send + 'static,
) -> io::Result<String>
where
    F: Future<Output = Option<String>> + Send + 'static,
{
    passing_on(base_url, move |part| {
        let answer = answer(String::from_utf8_lossy(&part).into_owned());
        async move {
            match answer.await {
                Some(answer) => Handled::Answered(answer),
                None => Handled::PassedOn(part),
            }
        }
    })
    .await
}

/// Starts a server before the one with this base URL, which passes on what is returned for the text of a request. The
/// length must stay the same. Returns its base URL.
///
/// # Errors
/// If the machine has no free port.
pub async fn rewriting(
    base_url: &str,
    rewrite: impl Fn(&str) -> String + Clone + Send + 'static,
) -> io::Result<String> {
    passing_on(base_url, move |part| {
        let rewritten = rewrite(&String::from_utf8_lossy(&part));
        async move { Handled::PassedOn(rewritten.into_bytes()) }
    })
    .await
}

/// What a server before another one does with a part of a request.
enum Handled {
    Answered(String),
    PassedOn(Vec<u8>),
}

async fn passing_on<F>(
    base_url: &str,
    handle: impl Fn(Vec<u8>) -> F + Clone + Send + 'static,
) -> io::Result<String>
where
    F: Future<Output = Handled> + Send + 'static,
{
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    let url = format!("http://{}/v1", listener.local_addr()?);
    let address = base_url.trim_start_matches("http://");
    let address = address.trim_end_matches("/v1").to_owned();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(pass_on(stream, address.clone(), handle.clone()));
        }
    });
    Ok(url)
}

/// Passes a connection on until it ends or a request of it is answered.
async fn pass_on<F>(
    mut stream: TcpStream,
    address: String,
    handle: impl Fn(Vec<u8>) -> F + Send,
) -> io::Result<()>
where
    F: Future<Output = Handled> + Send,
{
    let mut behind = TcpStream::connect(address).await?;
    let (mut request, mut of_server) = (vec![0; BUFFER], vec![0; BUFFER]);
    loop {
        tokio::select! {
            read = stream.read(&mut request) => {
                let part = request.get(..read?).unwrap_or_default();
                if part.is_empty() {
                    return Ok(());
                }
                match handle(part.to_vec()).await {
                    Handled::Answered(answer) => return stream.write_all(answer.as_bytes()).await,
                    Handled::PassedOn(part) => behind.write_all(&part).await?,
                }
            }
            read = behind.read(&mut of_server) => {
                let part = of_server.get(..read?).unwrap_or_default();
                if part.is_empty() {
                    return Ok(());
                }
                stream.write_all(part).await?;
            }
        }
    }
}
