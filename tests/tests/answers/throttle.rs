//! The throttle around every attempt: its permits, its pause, and the effect of a failing budget.

use std::{
    future::ready,
    sync::{Arc, Mutex},
    time::Duration,
};

use http::StatusCode;
use tokio::time::{Instant, sleep};
use vibecode_runtime::{
    Acquiring, Budget, BudgetError, Client, Credentials, ErrorKind, Outcome, Permit, RetryPolicy,
    Throttle,
};
use vibecode_sandbox::{Fault, Sandbox};

use crate::{
    caller::{Customer, add, assert_shows_nothing, builder, single, update},
    server::{Behaviour, Server},
    written::{limited, ok, refusal},
};

/// What a budget does when a permit is requested.
#[derive(Clone, Copy)]
enum Reply {
    Gives,
    GivesAfter(Duration),
    Fails,
}

/// Does these in order, the last for ever, and records the feedback of each permit.
#[derive(Clone)]
struct Scripted {
    answers: Arc<Mutex<Vec<Reply>>>,
    reported: Arc<Mutex<Vec<Option<StatusCode>>>>,
}

impl Scripted {
    fn new(answers: impl IntoIterator<Item = Reply>) -> Self {
        let mut answers: Vec<_> = answers.into_iter().collect();
        answers.reverse();
        Self {
            answers: Arc::new(Mutex::new(answers)),
            reported: Arc::default(),
        }
    }

    fn throttle(&self) -> Throttle {
        Throttle::shared(self.clone())
    }

    /// Returns the statuses of the permits that have ended.
    fn reported(&self) -> Vec<Option<u16>> {
        let reported = self.reported.lock().unwrap();
        let reported = reported.iter().map(|status| status.map(|it| it.as_u16()));
        reported.collect()
    }

    fn permit(&self) -> Permit {
        let reported = Arc::clone(&self.reported);
        Permit::new(move |feedback| reported.lock().unwrap().push(feedback.status))
    }
}

impl Budget for Scripted {
    fn acquire(&self) -> Acquiring<'_> {
        let answer = {
            let mut answers = self.answers.lock().unwrap();
            if answers.len() > 1 {
                answers.pop().unwrap()
            } else {
                answers[0]
            }
        };
        match answer {
            Reply::Gives => Box::pin(ready(Ok(self.permit()))),
            Reply::GivesAfter(time) => Box::pin(async move {
                sleep(time).await;
                Ok(self.permit())
            }),
            Reply::Fails => Box::pin(ready(Err(BudgetError::new("the store is away")))),
        }
    }
}

#[tokio::test(start_paused = true)]
async fn every_attempt_takes_a_permit_and_reports_its_answer_to_it() {
    let budget = Scripted::new([Reply::Gives]);
    let script = [Behaviour::Close, limited("retry-after: 1\r\n", ""), ok()];
    let server = Server::script(script).await;
    let client = builder(&server.url()).throttle(budget.throttle());
    update(&client.build().unwrap()).await.unwrap();
    assert_eq!(budget.reported(), [None, Some(429), Some(200)]);
}

#[tokio::test(start_paused = true)]
async fn an_attempt_with_a_renewed_session_takes_a_permit_too() {
    let budget = Scripted::new([Reply::Gives]);
    let server = Server::script([refusal(401, "TOKEN_EXPIRED"), ok()]).await;
    let credentials = Credentials::app_with("vibe_app_1", || async { Ok("1".to_owned()) });
    let client = Client::builder(credentials).base_url(&server.url());
    let client = client.throttle(budget.throttle()).build().unwrap();
    update(&client).await.unwrap();
    assert_eq!(budget.reported(), [Some(401), Some(200)]);
}

#[tokio::test(start_paused = true)]
async fn a_batch_takes_one_permit() {
    let budget = Scripted::new([Reply::Gives]);
    let sandbox = Sandbox::builder().contacts(120).start().await;
    let client = Client::builder(Credentials::personal(Sandbox::API_KEY)).base_url(sandbox.url());
    let client = client.throttle(budget.throttle()).build().unwrap();
    let mut outcomes = client.update_many((1..=120).map(|id| (id, Customer::patch().post("x"))));
    while let Some(outcome) = outcomes.next().await {
        outcome.result.unwrap();
    }
    assert_eq!(budget.reported(), [Some(200); 3]);
}

#[tokio::test(start_paused = true)]
async fn what_is_not_sent_takes_no_permit() {
    let budget = Scripted::new([Reply::Gives]);
    let server = Server::start(ok()).await;
    let client = builder(&server.url()).throttle(budget.throttle());
    let client = client.build().unwrap();
    assert!(client.update(71, &Customer::patch()).await.is_err());
    assert!(
        client
            .update(71, &Customer::patch().add_phone(""))
            .await
            .is_err()
    );
    assert!(
        client
            .update(0, &Customer::patch().post("x"))
            .await
            .is_err()
    );
    drop(update(&client));
    assert_eq!((budget.reported().len(), server.connections()), (0, 0));
}

#[tokio::test(start_paused = true)]
async fn a_write_that_is_dropped_under_way_runs_to_its_end_and_then_ends_its_permit() {
    let budget = Scripted::new([Reply::Gives]);
    let server = Server::start(Behaviour::AnswerAndHang(Vec::new())).await;
    let client = builder(&server.url()).throttle(budget.throttle());
    let client = client.build().unwrap();
    let second = Duration::from_secs(1);
    assert!(tokio::time::timeout(second, update(&client)).await.is_err());
    assert_eq!(server.requests().len(), 1);
    assert_eq!(budget.reported(), []);
    tokio::time::sleep(70 * second).await;
    assert_eq!(server.requests().len(), 1);
    assert_eq!(budget.reported(), [None]);
}

#[tokio::test(start_paused = true)]
async fn a_budget_that_fails_sends_nothing() {
    let server = Server::start(ok()).await;
    let budget = Scripted::new([Reply::Fails]);
    for client in [
        builder(&server.url()).throttle(budget.throttle()),
        builder(&server.url()).throttle(Throttle::per_minute(0)),
    ] {
        let client = client.build().unwrap();
        for call in [update, add] {
            let error = call(&client).await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Throttle, "{error:?}");
            assert_eq!(error.outcome(), Outcome::NotApplied);
            assert!(std::error::Error::source(&error).is_some());
            assert_shows_nothing(&error);
        }
    }
    assert_eq!(server.connections(), 0);
    assert_eq!(budget.reported(), []);
}

#[tokio::test(start_paused = true)]
async fn a_budget_that_fails_later_leaves_an_earlier_attempt_unknown() {
    for (first, outcome) in [
        (Behaviour::Close, Outcome::Unknown),
        (refusal(503, "QUEUE_OVERFLOW"), Outcome::NotApplied),
    ] {
        let server = Server::script([first, ok()]).await;
        let budget = Scripted::new([Reply::Gives, Reply::Fails]);
        let client = builder(&server.url()).throttle(budget.throttle());
        let error = update(&client.build().unwrap()).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Throttle, "{error:?}");
        assert_eq!(error.outcome(), outcome);
        assert_eq!(server.requests().len(), 1);
    }
}

/// Returns when each request of a server arrived, relative to the first.
fn arrivals(server: &Server) -> Vec<Duration> {
    let requests = server.requests();
    let first = requests[0].arrived;
    requests.iter().map(|it| it.arrived - first).collect()
}

#[tokio::test(start_paused = true)]
async fn a_429_pauses_every_clone() {
    let asked = Duration::from_secs(7);
    let answers = [limited("retry-after: 7\r\n", ""), ok(), ok(), ok()];
    let server = Server::script(answers).await;
    let client = Client::builder(Credentials::app("vibe_app_1", "1"))
        .base_url(&server.url())
        .retry(RetryPolicy::off())
        .build()
        .unwrap();
    update(&client).await.unwrap_err();
    let (one, other) = (client.clone(), client.with_session("2"));
    let (one, other, again) = tokio::join!(update(&one), update(&other), add(&client));
    for result in [one, other, again] {
        result.unwrap();
    }
    let arrivals = arrivals(&server);
    assert_eq!(arrivals.len(), 4);
    for arrival in &arrivals[1..] {
        assert!(*arrival >= asked, "{arrivals:?}");
        assert!(*arrival < asked + Duration::from_secs(2), "{arrivals:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_429_pauses_every_client_of_the_throttle() {
    let refusing = Server::start(limited("", r#","retryAfter":7"#)).await;
    let server = Server::start(ok()).await;
    let throttle = Throttle::per_minute(300);
    let [one, other] = [&refusing, &server].map(|server| {
        let client = single(&server.url()).throttle(throttle.clone());
        client.build().unwrap()
    });
    let start = Instant::now();
    update(&one).await.unwrap_err();
    update(&other).await.unwrap();
    assert_eq!(start.elapsed().as_secs(), 7);
}

/// The wait for the throttle counts too: an attempt that is admitted after the deadline is not begun.
#[tokio::test(start_paused = true)]
async fn no_attempt_is_sent_after_the_deadline_however_long_the_throttle_takes() {
    let late = Reply::GivesAfter(Duration::from_secs(400));
    for (first, kind, outcome) in [
        (Behaviour::Close, ErrorKind::Interrupted, Outcome::Unknown),
        (
            refusal(503, "QUEUE_OVERFLOW"),
            ErrorKind::Api,
            Outcome::NotApplied,
        ),
    ] {
        let server = Server::script([first, ok()]).await;
        let budget = Scripted::new([Reply::Gives, late]);
        let client = builder(&server.url()).throttle(budget.throttle());
        let start = Instant::now();
        let error = update(&client.build().unwrap()).await.unwrap_err();
        // The error of the first attempt, at the time when the second could no longer run its full time.
        assert_eq!(start.elapsed().as_secs(), 300 - 70);
        assert_eq!((error.kind(), error.outcome()), (kind, outcome));
        assert_eq!(server.connections(), 1);
    }
}

/// The deadline counts from the sending of the first attempt.
#[tokio::test(start_paused = true)]
async fn the_first_attempt_waits_for_the_throttle_a_quarter_of_an_hour_at_most() {
    for (minutes, is_sent) in [(14, true), (16, false)] {
        let server = Server::start(ok()).await;
        let budget = Scripted::new([Reply::GivesAfter(Duration::from_secs(minutes * 60))]);
        let client = builder(&server.url()).throttle(budget.throttle());
        let result = update(&client.build().unwrap()).await;
        assert_eq!(server.requests().len(), usize::from(is_sent));
        if let Err(error) = result {
            assert!(!is_sent, "{error:?}");
            assert_eq!(error.outcome(), Outcome::NotApplied);
        }
    }
}

/// The call that receives the 429 fails immediately, and so does every other until the pause is nearly over.
#[tokio::test(start_paused = true)]
async fn after_a_429_that_asks_for_a_day_every_call_fails_at_once_and_says_until_when() {
    const ASKED: Duration = Duration::from_secs(100_000);
    let server = Server::script([limited("retry-after: 100000\r\n", ""), ok()]).await;
    let client = builder(&server.url()).throttle(Throttle::default());
    let client = client.build().unwrap();
    let start = Instant::now();
    let error = update(&client).await.unwrap_err();
    assert_eq!(
        (error.kind(), error.retry_after()),
        (ErrorKind::Api, Some(ASKED))
    );
    for call in [update, add] {
        let error = call(&client).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Throttle, "{error:?}");
        assert_eq!(error.outcome(), Outcome::NotApplied);
        assert!(error.retry_after().unwrap() + Duration::from_secs(1) > ASKED);
        assert_shows_nothing(&error);
    }
    assert!(start.elapsed() < Duration::from_secs(1));
    assert_eq!(server.requests().len(), 1);
    // An absurd pause does not stop requests for ever.
    sleep(Duration::from_secs(3_600)).await;
    update(&client).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn calls_at_once_leave_at_an_even_pace() {
    let sandbox = Sandbox::builder().contacts(60).start().await;
    let client = Client::builder(Credentials::personal(Sandbox::API_KEY)).base_url(sandbox.url());
    let client = client.build().unwrap();
    let start = Instant::now();
    let mut calls = tokio::task::JoinSet::new();
    for id in 1..=60 {
        calls.spawn(client.update(id, &Customer::patch().post("x")));
    }
    assert!(calls.join_all().await.iter().all(Result::is_ok));
    // A burst of 10, and 200 ms a request after that.
    let took = start.elapsed().as_secs_f64();
    assert!((10.0..10.5).contains(&took), "{took}");
}

#[tokio::test(start_paused = true)]
async fn a_429_between_ends_with_every_call_answered() {
    let sandbox = Sandbox::builder().contacts(40).start().await;
    for _ in 0..3 {
        sandbox.fault(Fault::rate_limited(Duration::from_secs(5)));
    }
    let client = Client::builder(Credentials::personal(Sandbox::API_KEY)).base_url(sandbox.url());
    let client = client.build().unwrap();
    let mut calls = tokio::task::JoinSet::new();
    for id in 1..=40 {
        calls.spawn(client.update(id, &Customer::patch().add_phone("+70000000000")));
    }
    assert!(calls.join_all().await.iter().all(Result::is_ok));
    for id in 1..=40 {
        let contact = sandbox.contact(id).unwrap();
        assert_eq!(contact["fm"].as_array().unwrap().len(), 1, "{id}");
    }
    assert_eq!(sandbox.requests().len(), 43);
}
