//! What a careful user would write with `reqwest` and serde alone: one attempt, its status checked, the
//! envelope read in one pass, the record kept as it came.

use std::{collections::HashMap, time::Duration};

use http::{HeaderMap, HeaderValue, header};
use reqwest::{Response, redirect};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::value::RawValue;

use crate::patch::ByHand;

#[derive(Clone)]
pub(crate) struct Rival {
    http: reqwest::Client,
    base_url: String,
}

#[derive(Deserialize)]
struct Envelope<D> {
    success: bool,
    data: D,
}

#[derive(Serialize)]
struct Batch<'a> {
    calls: &'a [Call],
}

/// One call of a batch.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Call {
    id: String,
    entity: &'static str,
    action: &'static str,
    entity_id: u64,
    params: ByHand,
}

impl Call {
    pub(crate) fn update(index: usize, id: u64, patch: ByHand) -> Self {
        Self {
            id: format!("c{index}"),
            entity: "contacts",
            action: "update",
            entity_id: id,
            params: patch,
        }
    }
}

/// What became of the calls, by their ids.
#[derive(Deserialize)]
struct Answers {
    results: HashMap<String, Box<RawValue>>,
    #[serde(default)]
    errors: HashMap<String, Box<RawValue>>,
}

/// A record's id, and the record as it came.
pub(crate) type Kept = (u64, Result<Box<RawValue>, Option<Box<RawValue>>>);

impl Rival {
    /// With the settings that our client has, and the headers that it sends.
    pub(crate) fn new(base_url: &str, key: &str) -> Self {
        let mut headers = HeaderMap::new();
        headers.insert("x-api-key", key.parse().unwrap());
        let json = HeaderValue::from_static("application/json");
        headers.insert(header::ACCEPT, json);
        let http = reqwest::Client::builder()
            .default_headers(headers)
            .user_agent("vibecode-runtime/0.1.0")
            .timeout(Duration::from_secs(70))
            .connect_timeout(Duration::from_secs(10))
            .pool_idle_timeout(Duration::from_secs(4))
            .retry(reqwest::retry::never())
            .redirect(redirect::Policy::none())
            .referer(false)
            .http1_only()
            .no_proxy();
        Self {
            http: http.build().unwrap(),
            base_url: base_url.to_owned(),
        }
    }

    pub(crate) async fn update(&self, id: u64, patch: &ByHand) -> Box<RawValue> {
        let url = format!("{}/contacts/{id}", self.base_url);
        let body = serde_json::to_vec(patch).unwrap();
        let sent = self.http.patch(url).header(header::CONTENT_TYPE, JSON);
        read(sent.body(body).send().await.unwrap()).await
    }

    /// A page of a list, with the query that our client sends.
    pub(crate) async fn page<D: DeserializeOwned>(&self, offset: u64) -> Vec<D> {
        let url = format!(
            "{}/contacts?order%5Bid%5D=asc&select={SELECT}&limit={PAGE}&offset={offset}",
            self.base_url
        );
        read(self.http.get(url).send().await.unwrap()).await
    }

    pub(crate) async fn batch(&self, calls: &[Call]) -> Vec<Kept> {
        let url = format!("{}/batch", self.base_url);
        let body = serde_json::to_vec(&Batch { calls }).unwrap();
        let sent = self.http.post(url).header(header::CONTENT_TYPE, JSON);
        let mut answers: Answers = read(sent.body(body).send().await.unwrap()).await;
        let mut kept = |call: &Call| match answers.results.remove(&call.id) {
            Some(record) => (call.entity_id, Ok(record)),
            None => (call.entity_id, Err(answers.errors.remove(&call.id))),
        };
        calls.iter().map(&mut kept).collect()
    }
}

const JSON: &str = "application/json";
const PAGE: u64 = 500;
const SELECT: &str = "id%2Cname%2ClastName%2Cpost%2CcompanyId%2CassignedById%2Copened%2CupdatedTime%2CufCrm_1721244707107";

async fn read<D: DeserializeOwned>(response: Response) -> D {
    assert!(response.status().is_success());
    let bytes = response.bytes().await.unwrap();
    let envelope: Envelope<D> = serde_json::from_slice(&bytes).unwrap();
    assert!(envelope.success);
    envelope.data
}
