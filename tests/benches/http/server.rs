//! A bare server in a process of its own, which answers what it is asked for with canned records.

use std::{
    convert::Infallible,
    env,
    fmt::Write as _,
    io::{BufRead, BufReader},
    net::Ipv4Addr,
    process::{Child, Command, Stdio},
    sync::Arc,
};

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{BodyExt, Full};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;

use crate::{SERVE, runtime};

/// The server's process, which ends with this.
pub(crate) struct Server {
    process: Child,
    port: String,
}

impl Server {
    pub(crate) fn start() -> Self {
        let mut process = Command::new(env::current_exe().unwrap())
            .arg(SERVE)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut port = String::new();
        BufReader::new(process.stdout.take().unwrap())
            .read_line(&mut port)
            .unwrap();
        Self {
            process,
            port: port.trim().to_owned(),
        }
    }

    /// The base URL with this path: below `/lacking`, records that are read lack everything.
    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Serves until the process is killed.
pub(crate) fn serve() {
    runtime().block_on(async {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        println!("{}", listener.local_addr().unwrap().port());
        let canned = Arc::new(Canned::new());
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            stream.set_nodelay(true).unwrap();
            let canned = Arc::clone(&canned);
            let service = service_fn(move |request| answer(Arc::clone(&canned), request));
            tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), service));
        }
    });
}

/// A row of a list, without the id that it begins with.
const ROW: &str = r#","name":"Ivan","lastName":"Petrov","post":"Director","companyId":15,"assignedById":7,"opened":true,"updatedTime":"2026-04-15T12:00:00+03:00","ufCrm_1721244707107":81}"#;

/// Records of 60 keys, without the id that they begin with.
struct Canned {
    whole: String,
    /// It has the keys, and nothing of what a patch sets.
    lacking: String,
}

impl Canned {
    fn new() -> Self {
        let mut whole = String::from(
            r#","name":"Ivan","lastName":"Petrov","post":"Director","companyId":15,"assignedById":7,"opened":true,"updatedTime":"2026-04-15T12:00:00+03:00","ufCrm_1721244707107":81,"fm":[{"id":701,"typeId":"PHONE","valueType":"WORK","value":"+79161234567"},{"id":702,"typeId":"PHONE","valueType":"MOBILE","value":"+79161112233"}]"#,
        );
        for number in 0..50 {
            let values = ["null", "\"some text of a field\"", "12345", "[]", "false"];
            let value = values.get(number % values.len()).unwrap();
            write!(whole, ",\"ufCrm_27212447071{number:02}\":{value}").unwrap();
        }
        whole.push('}');
        let (before, rest) = whole.split_once(r#""fm":["#).unwrap();
        let (_, after) = rest.split_once(']').unwrap();
        let lacking = format!(r#"{before}"fm":[]{after}"#).replace("Director", "");
        Self { whole, lacking }
    }

    /// `PATCH /v1/contacts/{id}`
    fn update(&self, path: &str) -> String {
        let id = path.rsplit('/').next().unwrap();
        format!(r#"{{"success":true,"data":{{"id":{id}{}}}"#, self.whole)
    }

    /// `GET /v1/contacts`: as many rows as are asked for, with ids from the offset on. They have the selected
    /// keys of a record, as the API answers them.
    fn page(query: &str) -> String {
        let number = |name: &str| {
            let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
            let (_, number) = pairs.find(|(key, _)| *key == name).unwrap();
            number.parse::<u64>().unwrap()
        };
        let (limit, offset) = (number("limit"), number("offset"));
        let mut json = String::from(r#"{"success":true,"data":["#);
        for id in offset + 1..=offset + limit {
            let comma = if id > offset + 1 { "," } else { "" };
            write!(json, r#"{comma}{{"id":{id}{ROW}"#).unwrap();
        }
        write!(
            json,
            r#"],"meta":{{"total":{},"hasMore":true}}}}"#,
            u32::MAX
        )
        .unwrap();
        json
    }

    /// `POST /v1/batch`, whose calls have the ids c0, c1 and so on.
    fn batch(&self, path: &str, calls: &str) -> String {
        let count = calls.matches(r#""entityId":"#).count();
        let mut json = String::with_capacity(100 + count * (self.whole.len() + 40));
        json.push_str(r#"{"success":true,"data":{"results":{"#);
        for (index, call) in calls.split(r#""action":""#).skip(1).enumerate() {
            let is_read = call.starts_with("get");
            let (_, id) = call.split_once(r#""entityId":"#).unwrap();
            let end = id.find(|it: char| !it.is_ascii_digit()).unwrap();
            let id = id.get(..end).unwrap();
            let comma = if index > 0 { "," } else { "" };
            let record = if is_read && path.starts_with("/lacking") {
                &self.lacking
            } else {
                &self.whole
            };
            write!(json, r#"{comma}"c{index}":{{"id":{id}{record}"#).unwrap();
        }
        json.push_str(r#"},"errors":{}}}"#);
        json
    }
}

async fn answer(
    canned: Arc<Canned>,
    request: Request<Incoming>,
) -> Result<Response<Full<Bytes>>, Infallible> {
    let (head, body) = request.into_parts();
    let body = body.collect().await.unwrap().to_bytes();
    let path = head.uri.path();
    let json = if path.ends_with("/batch") {
        canned.batch(path, std::str::from_utf8(&body).unwrap())
    } else if let Some(query) = head.uri.query() {
        Canned::page(query)
    } else {
        canned.update(path)
    };
    let response = Response::builder()
        .header("content-type", "application/json; charset=utf-8")
        .header("x-ratelimit-limit", "300")
        .header("x-ratelimit-remaining", "299")
        .header("x-ratelimit-reset", "1776243660");
    Ok(response.body(Full::new(json.into())).unwrap())
}
