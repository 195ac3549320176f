//! `ensure` of records that are shown in odd forms, by a server that applies what is sent to it.

use std::sync::{Arc, Mutex};

use super::*;

/// A server with one contact, 7, that adds the phones that are sent to it and shows the record in a given
/// form.
struct Portal {
    client: Client,
    phones: Arc<Mutex<Vec<String>>>,
    bodies: Arc<Mutex<Vec<Value>>>,
}

impl Portal {
    async fn showing(show: fn(&[String]) -> String) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let client = client(&format!("http://{}/v1", listener.local_addr().unwrap()));
        let (phones, bodies) = <(Arc<Mutex<Vec<String>>>, Arc<Mutex<Vec<Value>>>)>::default();
        let portal = Self {
            client,
            phones: Arc::clone(&phones),
            bodies: Arc::clone(&bodies),
        };
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let mut request = vec![0; 64 * 1024];
                let length = stream.read(&mut request).await.unwrap();
                let request = String::from_utf8_lossy(&request[..length]).into_owned();
                let (head, body) = request.split_once("\r\n\r\n").unwrap();
                if head.starts_with("PATCH") {
                    let body: Value = serde_json::from_str(body).unwrap();
                    let phone = body["phone"].as_str().map(str::to_owned);
                    phones.lock().unwrap().extend(phone);
                    bodies.lock().unwrap().push(body);
                }
                let record = show(&phones.lock().unwrap());
                let body = format!(r#"{{"success":true,"data":{record}}}"#);
                let answer = format!(
                    "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
                    body.len()
                );
                stream.write_all(answer.as_bytes()).await.unwrap();
            }
        });
        portal
    }

    fn phones(&self) -> Vec<String> {
        self.phones.lock().unwrap().clone()
    }

    fn bodies(&self) -> Vec<Value> {
        self.bodies.lock().unwrap().clone()
    }
}

fn entries(phones: &[String]) -> Vec<Value> {
    let phones = phones.iter().zip(15..);
    phones
        .map(|(phone, id)| entry(id, "PHONE", "WORK", phone))
        .collect()
}

#[tokio::test]
async fn a_list_with_a_gap_shows_what_is_there() {
    let portal = Portal::showing(|phones| {
        let entries = entries(phones).into_iter();
        let by_id: serde_json::Map<_, _> = entries.map(|it| (it["id"].to_string(), it)).collect();
        json!({ "id": 7, "fm": by_id, "hasPhone": if phones.is_empty() { "N" } else { "Y" } })
            .to_string()
    })
    .await;
    let patch = Customer::patch().add_phone("+79161112233");
    for _ in 0..4 {
        portal.client.ensure(7, &patch).await.unwrap();
    }
    assert_eq!(portal.phones(), ["+79161112233"]);
}

#[tokio::test]
async fn nothing_is_added_to_a_record_whose_phones_are_not_understood() {
    const SHOWN: [fn(&[String]) -> String; 13] = [
        |phones| json!({ "id": 7, "fm": { "PHONE": entries(phones) } }).to_string(),
        |phones| json!({ "id": 7, "fm": phones }).to_string(),
        |phones| json!({ "id": 7, "fm": json!(entries(phones)).to_string() }).to_string(),
        |_| json!({ "id": 7, "fm": [{ "TYPE_ID": "PHONE", "VALUE": "+79161112233" }] }).to_string(),
        |_| {
            json!({ "id": 7, "fm": [{ "id": 1, "valueType": "WORK", "value": "+79161112233" }] })
                .to_string()
        },
        |_| {
            json!({ "id": 7, "fm": [{ "id": 1, "typeId": "PHONE", "valueType": "WORK" }] })
                .to_string()
        },
        |_| json!({ "id": 7, "fm": [], "phone": "+79161112233" }).to_string(),
        |_| json!({ "id": 7, "fm": false, "hasPhone": "Y" }).to_string(),
        |_| json!({ "id": 7, "phoneWork": "+79161112233" }).to_string(),
        |_| json!({ "id": 7, "name": "Vera" }).to_string(),
        |_| {
            r#"{"id":7,"fm":[{"id":1,"typeId":"PHONE","valueType":"WORK","value":"+7916\ud83d"}]}"#
                .to_owned()
        },
        |_| r#"{"id":7,"\ud83d":1,"fm":[]}"#.to_owned(),
        |_| r#"{"id":7,"fm":[],"\ud83d":1}"#.to_owned(),
    ];
    let patch = Customer::patch().add_phone("+79161112233");
    for (number, show) in SHOWN.into_iter().enumerate() {
        let portal = Portal::showing(show).await;
        portal
            .phones
            .lock()
            .unwrap()
            .push("+79161112233".to_owned());
        for _ in 0..2 {
            let error = portal.client.ensure(7, &patch).await.unwrap_err();
            assert_eq!(
                error.kind(),
                ErrorKind::MultifieldsUnknown,
                "{number}: {error}"
            );
            assert!(!format!("{error} {error:?}").contains("7916"), "{error}");
        }
        assert!(portal.bodies().is_empty(), "{number}");
    }
}

#[tokio::test]
async fn phones_with_letters_are_not_taken_for_one_another() {
    let portal =
        Portal::showing(|phones| json!({ "id": 7, "fm": entries(phones) }).to_string()).await;
    for phone in [
        "1-800-FLOWERS",
        "1-800-TAXICAB",
        "1-800-FLOWERS",
        "+7 916 1 доб. 5",
        "+7 916 15",
    ] {
        let patch = Customer::patch().add_phone(phone);
        portal.client.ensure(7, &patch).await.unwrap();
    }
    let there = [
        "1-800-FLOWERS",
        "1-800-TAXICAB",
        "+7 916 1 доб. 5",
        "+7 916 15",
    ];
    assert_eq!(portal.phones(), there);
}

#[tokio::test]
async fn a_field_that_a_read_does_not_show_is_cleared_all_the_same() {
    let portal = Portal::showing(|_| json!({ "id": 7, "name": "Vera" }).to_string()).await;
    let patch = Customer::patch().clear_company();
    // No answer shows the field, so the call cannot succeed.
    let error = portal.client.ensure(7, &patch).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotTaken, "{error}");
    // The record was read, so reading it is not the next step.
    assert!(!error.to_string().contains("may or may not"), "{error}");
    assert_eq!(portal.bodies()[0], json!({ "companyId": 0 }));
}

#[tokio::test]
async fn ensure_reports_whether_anything_was_sent() {
    let portal =
        Portal::showing(|phones| json!({ "id": 7, "fm": entries(phones) }).to_string()).await;
    let patch = Customer::patch().add_phone("+79161112233");
    for was_sent in [true, false] {
        let ensured = portal.client.ensure(7, &patch).await.unwrap();
        assert_eq!(ensured.was_sent(), was_sent);
    }
}
