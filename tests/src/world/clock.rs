//! Virtual time.
//!
//! A paused runtime of tokio jumps to its next timer only after it has looked at the sockets and found
//! that nothing became ready. So transfers over the loopback interface take no virtual time, however long
//! a step of the world takes.

use std::{future::Future, io};

use tokio::runtime;

/// Runs a future in virtual time, in a new runtime on this thread.
///
/// # Errors
/// If the runtime cannot be built.
pub fn run<F: Future>(future: F) -> io::Result<F::Output> {
    let runtime = runtime::Builder::new_current_thread()
        .enable_all()
        .start_paused(true)
        .build()?;
    let output = runtime.block_on(future);
    // Tasks that are still running are dropped, and nothing waits for threads.
    runtime.shutdown_background();
    Ok(output)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::{
        io::{AsyncReadExt, AsyncWriteExt},
        net::{TcpListener, TcpStream},
        time::{Instant, sleep},
    };

    use super::run;

    #[test]
    fn sleeping_takes_no_time_and_the_loopback_interface_takes_none_of_the_clock() {
        let (slept, travelled) = run(async {
            let began = Instant::now();
            sleep(Duration::from_secs(3_600)).await;
            let slept = began.elapsed();
            // A timer that would fire if the clock jumped during the transfer.
            tokio::spawn(sleep(Duration::from_secs(1)));
            let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
            let address = listener.local_addr().expect("an address");
            let echo = tokio::spawn(async move {
                let (mut stream, _) = listener.accept().await.expect("a connection");
                let mut byte = [0];
                while stream.read_exact(&mut byte).await.is_ok() {
                    stream.write_all(&byte).await.expect("an echo");
                }
            });
            let began = Instant::now();
            let mut stream = TcpStream::connect(address).await.expect("a connection");
            for byte in 0..100_u8 {
                stream.write_all(&[byte]).await.expect("a byte goes");
                let mut back = [0];
                stream.read_exact(&mut back).await.expect("a byte comes");
            }
            echo.abort();
            (slept, began.elapsed())
        })
        .expect("a runtime");
        assert_eq!(slept.as_secs(), 3_600);
        assert_eq!(travelled, Duration::ZERO);
    }
}
