//! With `tracing`, an attempt is one span, with its request and its outcome and without values.

use std::{
    io,
    sync::{Arc, Mutex},
    time::Duration,
};

use tracing_subscriber::fmt::{MakeWriter, format::FmtSpan};
use vibecode_runtime::Phone;
use vibecode_sandbox::{Fault, Sandbox};

use crate::{Customer, client};

#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl io::Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for Lines {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        self.clone()
    }
}

#[tokio::test(start_paused = true)]
async fn every_attempt_is_a_span_without_a_value() {
    let lines = Lines::default();
    let subscriber = tracing_subscriber::fmt()
        .with_ansi(false)
        .with_max_level(tracing_subscriber::filter::LevelFilter::TRACE)
        .with_span_events(FmtSpan::CLOSE)
        .with_writer(lines.clone())
        .finish();
    let sandbox = Sandbox::start().await;
    let client = client(&sandbox);
    let guard = tracing_subscriber::util::SubscriberInitExt::set_default(subscriber);
    sandbox.faults([
        Fault::rate_limited(Duration::from_secs(1)),
        Fault::bad_gateway(),
    ]);
    let patch = Customer::patch()
        .post("Director")
        .add_phone(Phone::mobile("+79161112233"))
        .add_email("vera@company.ru");
    client.update(71, &patch).await.unwrap_err();
    client
        .update(71, &Customer::patch().post("Clerk"))
        .await
        .unwrap();
    drop(guard);

    let shown = String::from_utf8(lines.0.lock().unwrap().clone()).unwrap();
    let spans: Vec<&str> = shown
        .lines()
        .filter(|line| line.contains("vibecode.request") && line.contains("close"))
        .collect();
    assert_eq!(spans.len(), 3, "{shown}");
    for (span, fields) in spans.iter().zip([
        r#"method=PATCH entity=contacts id=71 attempt=1 status=429 outcome="not applied""#,
        r#"method=PATCH entity=contacts id=71 attempt=2 status=502 outcome="unknown""#,
        r#"method=PATCH entity=contacts id=71 attempt=1 status=200 outcome="done""#,
    ]) {
        assert!(span.contains(fields), "{span}");
    }
    for secret in [Sandbox::API_KEY, "7916", "vera", "Director", "Clerk"] {
        assert!(!shown.contains(secret), "{secret} in {shown}");
    }
}
