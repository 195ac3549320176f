//! No error and no type's Debug shows a key, session token, phone or email, whatever fails and whatever a
//! server echoes.

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};
use vibecode_runtime::{
    Client, ContactId, Credentials, Email, Order, PatchJob, Phone, RetryPolicy, Throttle, field,
};
use vibecode_sandbox::{CallFault, Fault, Key, Sandbox};

use super::{
    every_fault::every_fault,
    person::{Misread, Person, patch},
    portal::{portal, seconds},
    shown::{APP_KEY, EMAIL, KEY, OTHER_TOKEN, PHONE, Shown, TOKEN},
};

/// A portal that accepts the secret keys.
async fn sandbox() -> Sandbox {
    let app = Key::app(APP_KEY)
        .session(TOKEN)
        .expired_session(OTHER_TOKEN);
    portal(3).key(Key::personal(KEY)).key(app).start().await
}

fn client(url: &str, credentials: Credentials) -> Client {
    let builder = Client::builder(credentials).base_url(url);
    let http = reqwest::Client::builder().tls_certs_only([]);
    let builder = builder.http(http).throttle(Throttle::unlimited());
    builder.retry(RetryPolicy::off()).build().unwrap()
}

fn personal() -> Credentials {
    Credentials::personal(KEY)
}

fn app() -> Credentials {
    Credentials::app(APP_KEY, TOKEN)
}

/// Makes every kind of call, and collects all their results.
async fn call_everything(client: &Client, place: &str, shown: &mut Shown) {
    shown.result(place, &client.update(1, &patch()).await);
    shown.result(place, &client.ensure(2, &patch()).await);
    shown.result(place, &client.create(&patch()).await);
    let listed = client
        .list::<Person>()
        .filter(field!(Person, phone).equal(PHONE))
        .limit(1);
    shown.debug(place, &listed);
    let mut rows = listed.stream();
    shown.debug(place, &rows);
    if let Some(Err(error)) = rows.next().await {
        shown.error(place, &error);
    }
    shown.result(place, &client.get_raw(ContactId::from(1)).await);
    if let Err(error) = client.get::<Misread>(1).await {
        shown.error(place, &error);
    }
    shown.result(place, &client.multifields(ContactId::from(1)).await);
    shown.result(place, &client.me().await);
    shown.result(place, &client.fields("contacts").await);
    let batch = client.batch().update(1, &patch()).get(ContactId::from(1));
    shown.debug(place, &batch);
    match batch.send().await {
        Ok(results) => shown.results(place, &results),
        Err(error) => shown.error(place, &error),
    }
    let mut outcomes = client.update_many([(1, patch()), (0, patch()), (404, patch())]);
    while let Some(outcome) = outcomes.next().await {
        shown.debug(place, &outcome);
        shown.result(place, &outcome.result);
    }
    let mut outcomes = client.ensure_many([(3, patch())]);
    shown.debug(place, &outcomes);
    while let Some(outcome) = outcomes.next().await {
        shown.debug(place, &outcome);
        shown.result(place, &outcome.result);
    }
    shown.result(place, &client.delete(ContactId::from(1)).await);
}

/// Every fault with every kind of call.
async fn show_everything() -> Shown {
    let mut shown = Shown::begin();
    for named in every_fault() {
        for method in ["PATCH", "POST", "GET"] {
            let sandbox = sandbox().await;
            // The first request of each kind of call, and the second of calls that read first.
            let fault = named.fault.clone().on(method);
            sandbox.faults((0..3).map(|_| fault.clone()));
            let client = client(
                sandbox.url(),
                if method == "GET" { app() } else { personal() },
            );
            let place = format!("{} on {method}", named.name);
            shown.result(&place, &client.update(1, &patch()).await);
            shown.result(&place, &client.ensure(2, &patch()).await);
            let mut outcomes = client.ensure_many([(3, patch())]);
            while let Some(outcome) = outcomes.next().await {
                shown.result(&place, &outcome.result);
            }
            let batch = client.batch().update(1, &patch()).get(ContactId::from(1));
            if let Ok(results) = batch.send().await {
                shown.results(&place, &results);
            }
        }
    }
    shown
}

#[tokio::test(start_paused = true)]
async fn no_error_of_any_fault_shows_a_secret() {
    let shown = show_everything().await;
    shown.assert_silent(200);
    shown.assert_traced(200);
}

#[tokio::test(start_paused = true)]
async fn no_error_of_a_key_or_a_session_that_is_refused_shows_it() {
    let mut shown = Shown::begin();
    let sandbox = sandbox().await;
    let provider = Credentials::app_with(APP_KEY, || async {
        Err(format!("the store of {TOKEN} is down").into())
    });
    for (place, credentials) in [
        ("unknown key", Credentials::personal("vibe_api_kq5wzsecret")),
        (
            "unknown token",
            Credentials::app(APP_KEY, "vibe_session_kq4wzsecret"),
        ),
        ("expired token", Credentials::app(APP_KEY, OTHER_TOKEN)),
        ("provider", provider),
        ("good key", personal()),
        ("good token", app()),
    ] {
        shown.debug(place, &credentials);
        call_everything(&client(sandbox.url(), credentials), place, &mut shown).await;
    }
    // Patches that are refused before anything is sent.
    for (place, credentials) in [
        (
            "management key",
            Credentials::personal("vibe_live_kq3wzsecret"),
        ),
        ("app as personal", Credentials::personal(APP_KEY)),
        ("personal as app", Credentials::app(KEY, TOKEN)),
        ("no header", Credentials::personal("vibe_api_\nwzsecret")),
        (
            "no token",
            Credentials::app(APP_KEY, "vibe_session_\nwzsecret"),
        ),
    ] {
        let builder = Client::builder(credentials).base_url(sandbox.url());
        shown.debug(place, &builder);
        shown.error(place, &builder.build().unwrap_err());
    }
    for url in [
        "https://kqwz:wzsecret@person.ru/v1",
        "http://person.ru/wzsecret",
        "wzsecret",
        "https://127.0.0.1/v1?key=wzsecret",
    ] {
        let error = Client::builder(personal())
            .base_url(url)
            .build()
            .unwrap_err();
        shown.error("base URL", &error);
    }
    let personal = client(sandbox.url(), personal());
    shown.result(
        "session beside a key",
        &personal.with_session(TOKEN).me().await,
    );
    let closed = client("http://127.0.0.1:1/v1", app());
    call_everything(&closed, "no server", &mut shown).await;
    shown.assert_silent(100);
}

/// Makes an answer from a request.
type Wrap = fn(&str) -> String;

/// Answers every request with its whole content: as the API's texts, or in place of its codes.
async fn echo(listener: TcpListener, status: &'static str, wrap: Wrap) {
    while let Ok((mut stream, _)) = listener.accept().await {
        let mut request = vec![0; 64 * 1024];
        let read = stream.read(&mut request).await.unwrap_or_default();
        let text = String::from_utf8_lossy(&request[..read]).into_owned();
        let body = wrap(&text);
        let head = format!(
            "HTTP/1.1 {status}\r\ncontent-length: {}\r\nx-echo: {KEY} {TOKEN} {PHONE}\r\nconnection: close\r\n\r\n",
            body.len()
        );
        let _ = stream.write_all(format!("{head}{body}").as_bytes()).await;
    }
}

/// The text in each free-text part of an error.
fn as_failure(text: &str) -> String {
    serde_json::json!({ "success": false, "error": {
        "code": "VALIDATION_ERROR",
        "message": text,
        "hint": text,
        "userMessage": text,
        "warning": text,
        "b24Code": text,
        "details": { "field": text },
    }})
    .to_string()
}

/// The text as the code of an error.
fn as_code(text: &str) -> String {
    serde_json::json!({ "success": false, "error": { "code": text } }).to_string()
}

/// A phone or an email as the code of an error, as a gateway may return it.
fn as_short_code(text: &str) -> String {
    let code = if text.starts_with("GET") {
        PHONE
    } else {
        EMAIL
    };
    serde_json::json!({ "success": false, "error": { "code": code } }).to_string()
}

/// The text where a record should be.
fn as_record(text: &str) -> String {
    serde_json::json!({ "success": true, "data": { "id": text, "post": text, "fm": text } })
        .to_string()
}

/// The text in every call that a batch may have.
fn as_calls(text: &str) -> String {
    let error = serde_json::json!({ "code": "VALIDATION_ERROR", "message": text, "hint": text });
    serde_json::json!({ "success": true, "data": {
        "results": { "c1": text },
        "errors": { "c0": error },
    }})
    .to_string()
}

#[tokio::test(start_paused = true)]
async fn no_error_shows_what_a_server_echoes() {
    let mut shown = Shown::begin();
    let shapes: [(&str, Wrap); 6] = [
        ("code", as_code),
        ("short code", as_short_code),
        ("failure", as_failure),
        ("record", as_record),
        ("calls", as_calls),
        ("page", |text| format!("<html>{text}</html>")),
    ];
    for (place, wrap) in shapes {
        for status in [
            "200 OK",
            "302 Found",
            "401 X",
            "422 X",
            "429 X",
            "500 X",
            "503 X",
        ] {
            let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
            let url = format!("http://{}/v1", listener.local_addr().unwrap());
            let server = tokio::spawn(echo(listener, status, wrap));
            for credentials in [personal(), app()] {
                let client = client(&url, credentials);
                let place = format!("{place} under {status}");
                call_everything(&client, &place, &mut shown).await;
            }
            server.abort();
        }
    }
    shown.assert_silent(400);
}

#[tokio::test(start_paused = true)]
async fn no_error_of_a_call_in_a_batch_shows_a_secret() {
    let mut shown = Shown::begin();
    for fault in [
        CallFault::rate_limited(seconds(600)),
        CallFault::error("VALIDATION_ERROR"),
        CallFault::error("INTERNAL_ERROR"),
        CallFault::missing(),
    ] {
        let sandbox = sandbox().await;
        sandbox.fault(Fault::in_batch([(0, fault)]));
        let batch = client(sandbox.url(), personal())
            .batch()
            .update(1, &patch());
        shown.result("call", &batch.send().await.unwrap()[0]);
    }
    shown.assert_silent(4);
}

#[tokio::test(start_paused = true)]
async fn no_public_type_shows_a_secret() {
    let mut shown = Shown::begin();
    let sandbox = sandbox().await;
    for credentials in [personal(), app()] {
        shown.debug("Credentials", &credentials);
        let builder = Client::builder(credentials.clone()).base_url(sandbox.url());
        shown.debug("ClientBuilder", &builder);
        let client = client(sandbox.url(), credentials);
        shown.debug("Client", &client);
        shown.debug("Client", &client.with_session(OTHER_TOKEN));
        call_everything(&client, "call", &mut shown).await;
    }
    let client = client(sandbox.url(), personal());
    let updated = client.update(2, &patch()).await.unwrap();
    shown.debug("Updated", &updated);
    shown.debug("RawAnswer", updated.raw());
    let other = Person::patch().post(EMAIL).add_phone(PHONE).clear_ratio();
    shown.debug("Mismatch", &updated.mismatches(&other));
    let ensured = client.ensure(2, &patch()).await.unwrap();
    shown.debug("Ensured", &ensured);
    shown.debug("MultifieldEntry", &ensured.present());
    shown.debug(
        "Multifields",
        &client.multifields(ContactId::from(2)).await.unwrap(),
    );
    shown.debug("Call", &client.update(2, &patch()));
    shown.debug("patch", &patch());
    shown.debug(
        "patch that is invalid",
        &patch().ratio(f64::NAN).add_phone(""),
    );
    shown.debug("unchecked", &patch().set_unchecked("fmRaw", PHONE));
    let refused = patch().set_unchecked("post", PHONE);
    shown.error("refused", &client.update(2, &refused).await.unwrap_err());
    shown.error(
        "invalid",
        &client
            .update(2, &patch().ratio(f64::NAN))
            .await
            .unwrap_err(),
    );
    let job = PatchJob::new(2, &patch()).unwrap();
    shown.debug("PatchJob", &job);
    let broken = serde_json::to_string(&job)
        .unwrap()
        .replace("\"version\":4", "\"version\":9");
    let refusal = serde_json::from_str::<PatchJob>(&broken).unwrap_err();
    shown.debug("no PatchJob", &refusal);
    shown.text("no PatchJob", refusal.to_string());
    shown.debug("Phone", &Phone::mobile(PHONE));
    shown.debug("Email", &Email::work(EMAIL));
    let person = || Person {
        id: 2.into(),
        post: Some(PHONE.to_owned()),
        phone: vec![PHONE.into()],
        email: vec![EMAIL.into()],
        ratio: None,
    };
    let without = Person {
        phone: Vec::new(),
        ..person()
    };
    shown.debug("Diff", &person().diff(&without));
    shown.debug("Diff", &without.diff(&person()));
    shown.debug("to_patch", &person().to_patch());
    shown.debug("Condition", &field!(Person, phone).contains(PHONE));
    shown.debug("Condition", &field!(Person, email).equal(EMAIL));
    let query = client
        .list::<Person>()
        .filter(field!(Person, phone).any_of([PHONE]))
        .filter_unchecked("ufCrm_x", PHONE);
    shown.debug("Query", &query.order_unchecked("id", Order::Ascending));
    shown.debug("Batch", &client.batch().update(2, &patch()));
    shown.debug("Bulk", &client.update_many([(2, patch())]));
    shown.assert_silent(2);
}
