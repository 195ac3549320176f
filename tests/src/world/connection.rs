//! Connections: accepting them, reading requests from them, and writing answers, also in faulty ways.

use std::{fmt::Write as _, sync::Arc, time::Duration};

use tokio::{
    io::AsyncWriteExt,
    net::{TcpListener, TcpStream},
    sync::watch,
    task, time,
};

use super::{
    World,
    answer::{Answer, Manner},
    http::{Request, Wire},
    ledger::Seen,
    life,
};

/// Serves until the runtime ends.
pub(super) async fn accept(world: World, listener: TcpListener) {
    let mut number = 0;
    while let Ok((stream, _)) = listener.accept().await {
        number += 1;
        task::spawn(serve(world.clone(), stream, number));
    }
}

async fn serve(world: World, stream: TcpStream, number: u64) {
    let _ = stream.set_nodelay(true);
    let mut dice = world.dice(1_000_000 + number);
    if world.now() < world.rules().calm_after && dice.chance(world.rules().hangs_up) {
        let _ = stream.set_zero_linger();
        let now = world.now();
        world.state().ledger.hung_up.push(now);
        world.note(format!("connection {number} is reset unread"));
        return;
    }
    let mut wire = Wire::new(stream);
    while wire.first_byte().await {
        let index = arrived(&world);
        let Some(mut request) = wire.head().await else {
            return closed(&world, index, "broke off within the head");
        };
        met(&world, index, &request);
        let longest = Duration::from_secs(90);
        let Some(body) = wire.body(&request, world.rules().upload, longest).await else {
            return closed(&world, index, "broke off within the body");
        };
        request.body = serde_json::from_slice(&body).unwrap_or_default();
        if !answered(&world, &mut wire, index, request).await {
            return;
        }
    }
}

/// Processes a request and answers it. Returns false if the connection has ended.
async fn answered(world: &World, wire: &mut Wire, index: usize, request: Request) -> bool {
    let (close, is_closed) = watch::channel(None);
    let mut done = task::spawn(life::live(
        world.clone(),
        index,
        Arc::new(request),
        is_closed,
    ));
    let answer = tokio::select! {
        biased;
        answer = &mut done => answer,
        more = wire.more() => {
            // Nobody waits any more; the request goes on in its task.
            debug_assert!(!more, "a second request before the first was answered");
            let _ = close.send(Some(world.now()));
            closed(world, index, "is not waited for any more");
            return false;
        }
    };
    let Ok(Some(answer)) = answer else {
        return false;
    };
    let keeps = written(world, wire, index, &answer).await;
    if !keeps {
        let now = world.now();
        if let Some(seen) = world.state().ledger.seen.get_mut(index) {
            seen.closed.get_or_insert(now);
        }
    }
    keeps
}

fn arrived(world: &World) -> usize {
    let arrived = world.now();
    let mut state = world.state();
    state.ledger.seen.push(Seen {
        arrived,
        ..Seen::default()
    });
    state.ledger.seen.len() - 1
}

fn met(world: &World, index: usize, request: &Request) {
    let client = request.header("user-agent").unwrap_or("?").to_owned();
    world.note(format!(
        "#{index} {} {} {} arrives",
        client, request.method, request.path
    ));
    let mut state = world.state();
    if let Some(seen) = state.ledger.seen.get_mut(index) {
        seen.client = client;
        seen.method.clone_from(&request.method);
        seen.path.clone_from(&request.path);
    }
}

fn closed(world: &World, index: usize, how: &str) {
    let now = world.now();
    world.note(format!("#{index} {how}"));
    if let Some(seen) = world.state().ledger.seen.get_mut(index) {
        seen.closed = Some(now);
        if seen.fate.is_empty() {
            how.clone_into(&mut seen.fate);
        }
    }
}

fn head(answer: &Answer, length: usize) -> String {
    let mut head = format!("HTTP/1.1 {} Said\r\n", answer.status);
    for (name, value) in &answer.headers {
        let _ = write!(head, "{name}: {value}\r\n");
    }
    if answer.status != 204 {
        let _ = write!(head, "Content-Length: {length}\r\n");
    }
    head.push_str("\r\n");
    head
}

/// Writes an answer. Returns false if the connection has ended.
async fn written(world: &World, wire: &mut Wire, index: usize, answer: &Answer) -> bool {
    let length = match answer.manner {
        Manner::Endless => 1 << 40,
        _ => answer.body.len(),
    };
    let text = head(answer, length) + &answer.body;
    let (first, second) = text.as_bytes().split_at(text.len() - answer.body.len() / 2);
    let whole = match answer.manner {
        Manner::Whole => wire.stream.write_all(text.as_bytes()).await.is_ok(),
        Manner::Slow(pause) => {
            let begun = wire.stream.write_all(first).await.is_ok();
            begun && waited(wire, pause).await && wire.stream.write_all(second).await.is_ok()
        }
        Manner::Cut => {
            let _ = wire.stream.write_all(first).await;
            false
        }
        Manner::Lost => false,
        Manner::Reset => {
            let _ = wire.stream.set_zero_linger();
            false
        }
        Manner::Stalled => waited(wire, Duration::from_secs(100_000)).await,
        Manner::Endless => {
            let chunk = vec![b' '; 256 * 1024];
            for _ in 0..512 {
                if wire.stream.write_all(&chunk).await.is_err() {
                    break;
                }
            }
            false
        }
    };
    let now = world.now();
    if whole {
        world.note(format!("#{index} is answered {}", answer.status));
        if let Some(seen) = world.state().ledger.seen.get_mut(index) {
            seen.answered = Some(now);
        }
    } else {
        closed(
            world,
            index,
            &format!("ends without a whole answer: {:?}", answer.manner),
        );
    }
    whole
}

/// Waits. Returns false if the other side closes in the meantime.
async fn waited(wire: &mut Wire, pause: Duration) -> bool {
    tokio::select! {
        biased;
        more = wire.more() => more,
        () = time::sleep(pause) => true,
    }
}
