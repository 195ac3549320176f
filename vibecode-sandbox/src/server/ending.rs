//! How an answer is delivered: by HTTP as usual, or by hand on a connection that then ends.

use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::sleep,
};

use super::Service;
use crate::{
    faults::{BatchFaults, Close},
    wire::{Answer, Request},
};

/// What a connection does next.
#[derive(Debug)]
pub(crate) enum Delivery {
    /// Sends an answer and stays open.
    Answer(Answer),
    Ending(Ending),
}

/// What still happens on a connection and after it is closed.
#[derive(Debug)]
pub(crate) struct Ending {
    pieces: Vec<Bytes>,
    pause: Duration,
    close: Close,
    late: Option<LateRequest>,
}

/// A request that is carried out after its connection was closed.
#[derive(Debug)]
pub(crate) struct LateRequest {
    pub(crate) delay: Duration,
    pub(crate) request: Arc<Request>,
    /// Its serial number in the log.
    pub(crate) serial: usize,
}

impl Ending {
    pub(crate) fn closing(close: Close) -> Self {
        Self {
            pieces: Vec::new(),
            pause: Duration::ZERO,
            close,
            late: None,
        }
    }

    /// Creates an ending that sends these bytes, with this pause in between, then closes in order.
    pub(crate) fn sending(pieces: Vec<Bytes>, pause: Duration) -> Self {
        Self {
            pieces,
            pause,
            ..Self::closing(Close::Properly)
        }
    }

    /// Carries the request out once the connection is closed.
    pub(crate) fn and_later(self, late: LateRequest) -> Self {
        Self {
            late: Some(late),
            ..self
        }
    }

    /// Ends the connection, and carries out the late request, if there is one.
    pub(crate) async fn run(self, mut stream: TcpStream, service: &Service) {
        self.send(&mut stream).await;
        match self.close {
            Close::Properly => {}
            Close::ByReset => {
                let _ = stream.set_zero_linger();
            }
            Close::ByClient => until_closed(&mut stream).await,
        }
        drop(stream);
        if let Some(late) = self.late {
            sleep(late.delay).await;
            service.carry_out(&late.request, late.serial, &BatchFaults::default());
        }
    }

    async fn send(&self, stream: &mut TcpStream) {
        for (index, piece) in self.pieces.iter().enumerate() {
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
