//! How a connection ends without a proper answer.

use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::sleep,
};

use crate::{call::Call, call_fault::BatchFaults, respond, service::Service};

/// What still happens on a connection and after it is closed.
#[derive(Debug)]
pub(crate) struct Ending {
    bytes: Vec<Bytes>,
    pause: Duration,
    close: Close,
    late: Option<Late>,
}

/// Who closes the connection, and how.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Close {
    /// The server, in order (FIN).
    Properly,
    /// The server, by a reset (RST).
    ByReset,
    /// The client: the server stays silent.
    ByClient,
}

/// A request that is carried out after its connection was closed.
#[derive(Debug)]
pub(crate) struct Late {
    pub(crate) delay: Duration,
    pub(crate) call: Arc<Call>,
    /// Its serial number in the log.
    pub(crate) serial: usize,
}

impl Ending {
    pub(crate) fn closing(close: Close) -> Self {
        Self {
            bytes: Vec::new(),
            pause: Duration::ZERO,
            close,
            late: None,
        }
    }

    /// Creates an ending that sends these bytes, then closes in order.
    pub(crate) fn sending(bytes: Vec<Bytes>) -> Self {
        Self {
            bytes,
            ..Self::closing(Close::Properly)
        }
    }

    /// Pauses between the pieces.
    pub(crate) fn with_pause(self, pause: Duration) -> Self {
        Self { pause, ..self }
    }

    /// Carries the request out once the connection is closed.
    pub(crate) fn and_later(self, late: Late) -> Self {
        Self {
            late: Some(late),
            ..self
        }
    }

    pub(crate) async fn play(self, mut stream: TcpStream, service: &Service) {
        self.send(&mut stream).await;
        match self.close {
            Close::Properly => {}
            Close::ByReset => {
                let _ = stream.set_zero_linger();
            }
            Close::ByClient => until_closed(&mut stream).await,
        }
        drop(stream);
        if let Some(Late {
            delay,
            call,
            serial,
        }) = self.late
        {
            sleep(delay).await;
            respond::carry_out(&call, serial, service, &BatchFaults::default());
        }
    }

    async fn send(&self, stream: &mut TcpStream) {
        for (index, piece) in self.bytes.iter().enumerate() {
            if index > 0 && !self.pause.is_zero() {
                sleep(self.pause).await;
            }
            // The client has disconnected.
            if stream.write_all(piece).await.is_err() {
                return;
            }
        }
    }
}

async fn until_closed(stream: &mut TcpStream) {
    let mut ignored = [0; 1024];
    while stream.read(&mut ignored).await.is_ok_and(|read| read > 0) {}
}
