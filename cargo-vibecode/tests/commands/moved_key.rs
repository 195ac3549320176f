//! A server before a sandbox, for which the key is moved to another portal after the first `GET /v1/me`. Everything else it
//! passes on.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
};
use vibecode_sandbox::Sandbox;

const OTHER: &str = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nconnection: close\r\ncontent-length: 79\r\n\r\n{\"success\":true,\"data\":{\"portal\":\"other.bitrix24.ru\",\"accessMode\":\"READWRITE\"}}";

/// Returns the base URL of the server.
pub(crate) async fn before(sandbox: &Sandbox) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/v1", listener.local_addr().unwrap());
    let (_, address) = sandbox.url().split_once("://").unwrap();
    let address = address.trim_end_matches("/v1").to_owned();
    let is_moved = Arc::new(AtomicBool::new(false));
    tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            tokio::spawn(pass_on(stream, address.clone(), Arc::clone(&is_moved)));
        }
    });
    url
}

async fn pass_on(mut stream: TcpStream, address: String, is_moved: Arc<AtomicBool>) -> Option<()> {
    let mut behind = TcpStream::connect(address).await.unwrap();
    let (mut request, mut answer) = (vec![0; 64 * 1024], vec![0; 64 * 1024]);
    loop {
        tokio::select! {
            read = stream.read(&mut request) => {
                let part = request.get(..read.ok().filter(|it| *it > 0)?)?;
                let is_me = part.starts_with(b"GET /v1/me ");
                if is_me && is_moved.swap(true, Ordering::Relaxed) {
                    return stream.write_all(OTHER.as_bytes()).await.ok();
                }
                behind.write_all(part).await.ok()?;
            }
            read = behind.read(&mut answer) => {
                let part = answer.get(..read.ok().filter(|it| *it > 0)?)?;
                stream.write_all(part).await.ok()?;
            }
        }
    }
}
