//! The sessions of an app's users: fetched once, renewed once, and never shown.

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use tokio::{
    task::JoinSet,
    time::{Instant, sleep, timeout},
};
use vibecode_runtime::{
    Client, ClientBuilder, ContactId, Credentials, Error, ErrorCode, ErrorKind, Outcome, TokenError,
};
use vibecode_sandbox::Sandbox;

use crate::{
    caller::{Attempts, KEY, add, update},
    server::{Behaviour, Server},
    written::{ok, refusal},
};

pub(crate) const FIRST: &str = "vibe_session_first";
pub(crate) const SECOND: &str = "vibe_session_second";

/// What an app's session provider returns.
#[derive(Clone, Default)]
pub(crate) struct Sessions {
    token: Arc<Mutex<Option<String>>>,
    asked: Arc<AtomicUsize>,
}

impl Sessions {
    pub(crate) fn of(token: &str) -> Self {
        let sessions = Self::default();
        sessions.give(token);
        sessions
    }

    pub(crate) fn give(&self, token: &str) {
        *self.token.lock().unwrap() = Some(token.to_owned());
    }

    pub(crate) fn fail(&self) {
        *self.token.lock().unwrap() = None;
    }

    pub(crate) fn asked(&self) -> usize {
        self.asked.load(Ordering::Relaxed)
    }

    fn credentials(&self) -> Credentials {
        let sessions = self.clone();
        Credentials::app_with(Sandbox::APP_KEY, move || sessions.clone().answer())
    }

    /// It takes a while, as a request to a store does.
    async fn answer(self) -> Result<String, TokenError> {
        self.asked.fetch_add(1, Ordering::Relaxed);
        sleep(Duration::from_secs(1)).await;
        let token = self.token.lock().unwrap().clone();
        token.ok_or_else(|| format!("{FIRST} is of no use").into())
    }
}

pub(crate) fn builder(url: &str, sessions: &Sessions) -> ClientBuilder {
    Client::builder(sessions.credentials()).base_url(url)
}

/// A sandbox that accepts the first session, and a client with a provider that returns it.
async fn begin() -> (Sandbox, Client, Sessions) {
    let sandbox = Sandbox::start().await;
    sandbox.add_session(FIRST);
    let sessions = Sessions::of(FIRST);
    let client = builder(sandbox.url(), &sessions).build().unwrap();
    (sandbox, client, sessions)
}

/// Makes this many reads concurrently.
async fn reads(client: &Client, count: usize) -> Vec<Result<(), Error>> {
    let mut calls = JoinSet::new();
    for _ in 0..count {
        let read = client.get_raw(ContactId::from(71));
        calls.spawn(async move { read.await.map(drop) });
    }
    calls.join_all().await
}

fn assert_all_succeed(results: &[Result<(), Error>]) {
    assert!(results.iter().all(Result::is_ok), "{results:?}");
}

fn assert_shows_nothing(error: &Error) {
    crate::caller::assert_shows_nothing(error);
    let shown = format!("{error} {error:?}");
    assert!(!shown.contains("of no use"), "{shown}");
}

/// Returns the tokens that were received, in their order.
fn tokens(sandbox: &Sandbox) -> Vec<String> {
    let requests = sandbox.requests();
    let tokens = requests.iter().map(|it| it.header("authorization"));
    let tokens = tokens.map(|it| it.unwrap().trim_start_matches("Bearer ").to_owned());
    tokens.collect()
}

#[tokio::test(start_paused = true)]
async fn calls_at_once_ask_for_a_session_once() {
    let (sandbox, client, sessions) = begin().await;
    assert_eq!(sessions.asked(), 0);
    assert_all_succeed(&reads(&client, 20).await);
    assert_eq!(sessions.asked(), 1);
    assert_all_succeed(&reads(&client.clone(), 20).await);
    assert_eq!(sessions.asked(), 1);
    assert!(tokens(&sandbox).iter().all(|token| token == FIRST));
}

#[tokio::test(start_paused = true)]
async fn calls_at_once_renew_a_session_once() {
    let (sandbox, client, sessions) = begin().await;
    assert_all_succeed(&reads(&client, 1).await);
    sandbox.expire_session(FIRST);
    sandbox.add_session(SECOND);
    sessions.give(SECOND);
    assert_all_succeed(&reads(&client, 20).await);
    assert_eq!(sessions.asked(), 2);
    let tokens = tokens(&sandbox);
    let firsts = tokens.iter().filter(|token| *token == FIRST).count();
    assert_eq!((firsts, tokens.len()), (1 + 20, 1 + 20 + 20));
}

#[tokio::test(start_paused = true)]
async fn a_session_that_the_api_does_not_know_is_renewed_too() {
    let (sandbox, client, sessions) = begin().await;
    sessions.give("vibe_session_unknown");
    let call = update(&client);
    sessions.give("vibe_session_unknown");
    let renewed = tokio::spawn(call);
    sleep(Duration::from_millis(1_500)).await;
    sessions.give(FIRST);
    renewed.await.unwrap().unwrap();
    assert_eq!(sessions.asked(), 2);
    let codes: Vec<_> = sandbox.requests();
    assert_eq!(codes[0].error_code(), Some("INVALID_SESSION"));
    assert!(codes[1].was_applied());
}

/// The refusal says that nothing was applied, so a phone is sent again too, and independently of the retry
/// policy.
#[tokio::test(start_paused = true)]
async fn a_renewed_session_adds_a_phone_once() {
    let (sandbox, _, sessions) = begin().await;
    let off = vibecode_runtime::RetryPolicy::off();
    let client = builder(sandbox.url(), &sessions)
        .retry(off)
        .build()
        .unwrap();
    assert_all_succeed(&reads(&client, 1).await);
    let phones = || sandbox.contact(71).unwrap()["fm"].as_array().unwrap().len();
    let before = phones();
    sandbox.expire_session(FIRST);
    sandbox.add_session(SECOND);
    sessions.give(SECOND);
    add(&client).await.unwrap();
    assert_eq!(phones(), before + 1);
}

#[tokio::test(start_paused = true)]
async fn a_session_is_renewed_once_a_call() {
    for token in [Sandbox::EXPIRED_SESSION_TOKEN, "vibe_session_unknown"] {
        let sandbox = Sandbox::start().await;
        let sessions = Sessions::of(token);
        let client = builder(sandbox.url(), &sessions).build().unwrap();
        for call in 1..=3 {
            let error = add(&client).await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Api, "{error:?}");
            assert_eq!(error.outcome(), Outcome::NotApplied);
            assert_eq!(error.status().map(|it| it.as_u16()), Some(401));
            assert_shows_nothing(&error);
            assert_eq!(sandbox.requests().len(), 2 * call);
            assert_eq!(sessions.asked(), 1 + call);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_renewed_session_is_not_a_reason_to_wait_beyond_the_deadline_for_another_call_of_the_batch()
 {
    let errors = r#"{"c0":{"code":"TOKEN_EXPIRED"},"c1":{"code":"RATE_LIMITED","retryAfter":50}}"#;
    let answer = format!(r#"{{"success":true,"data":{{"results":{{}},"errors":{errors}}}}}"#);
    let server = Server::start(crate::written::json(200, &answer)).await;
    let sessions = Sessions::of(FIRST);
    let builder = builder(&server.url(), &sessions);
    let client = builder.deadline(Duration::from_secs(70)).build().unwrap();
    let read = |batch: vibecode_runtime::Batch, id| batch.get(ContactId::from(id));
    let batch = read(read(client.batch(), 71), 72);
    let results = batch.send().await.unwrap();
    let codes: Vec<_> = results
        .iter()
        .map(|it| it.as_ref().unwrap_err().code())
        .collect();
    let expected = [&ErrorCode::TokenExpired, &ErrorCode::RateLimited];
    assert_eq!(codes, expected.map(Some));
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn no_other_refusal_asks_for_a_session() {
    for (status, code) in [
        (401, "TOKEN_MISSING"),
        (401, "INVALID_API_KEY"),
        (401, "INVALID_APP_KEY"),
        (401, "KEY_EXPIRED"),
        (401, "KEY_INACTIVE"),
        (401, "BRAND_NEW"),
        (403, "ACCESS_DENIED"),
        (403, "OAUTH_REQUIRED"),
        (404, "ENTITY_NOT_FOUND"),
    ] {
        let server = Server::start(refusal(status, code)).await;
        let sessions = Sessions::of(FIRST);
        let client = builder(&server.url(), &sessions).build().unwrap();
        let error = update(&client).await.unwrap_err();
        assert_eq!(error.code(), Some(&ErrorCode::from_wire(code)));
        assert_shows_nothing(&error);
        assert_eq!(
            (server.requests().len(), sessions.asked()),
            (1, 1),
            "{code}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_session_that_is_fixed_is_not_renewed() {
    let server = Server::start(refusal(401, "TOKEN_EXPIRED")).await;
    let client = Client::builder(Credentials::app(Sandbox::APP_KEY, FIRST));
    let client = client.base_url(&server.url()).build().unwrap();
    let error = update(&client).await.unwrap_err();
    assert_eq!(error.code(), Some(&ErrorCode::TokenExpired));
    assert_eq!(error.outcome(), Outcome::NotApplied);
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn without_a_session_nothing_is_sent_and_nothing_is_shown() {
    let (sandbox, client, sessions) = begin().await;
    sessions.fail();
    for call in [update, add] {
        let error = call(&client).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Session, "{error:?}");
        assert_eq!(error.outcome(), Outcome::NotApplied);
        assert_shows_nothing(&error);
    }
    assert_eq!(sandbox.requests().len(), 0);
    assert_eq!(sessions.asked(), 2);
    // The next call calls the provider again.
    sessions.give(FIRST);
    update(&client).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn calls_at_once_that_are_given_no_session_fail_together() {
    let (sandbox, client, sessions) = begin().await;
    sessions.fail();
    let start = Instant::now();
    for result in reads(&client, 20).await {
        let error = result.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Session, "{error:?}");
        assert_shows_nothing(&error);
    }
    assert_eq!((sessions.asked(), start.elapsed().as_secs()), (1, 1));
    assert_eq!(sandbox.requests().len(), 0);
    sessions.give(FIRST);
    assert_all_succeed(&reads(&client, 20).await);
    assert_eq!(sessions.asked(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_call_that_is_dropped_while_it_asks_holds_up_nobody() {
    let (_sandbox, client, sessions) = begin().await;
    let start = Instant::now();
    let asking = timeout(Duration::from_millis(500), update(&client)).await;
    assert!(asking.is_err());
    update(&client).await.unwrap();
    // The session of the first also serves the second.
    assert_eq!((sessions.asked(), start.elapsed().as_secs()), (1, 1));
}

#[tokio::test(start_paused = true)]
async fn a_call_that_nobody_polls_while_it_asks_holds_up_nobody() {
    let (_sandbox, client, sessions) = begin().await;
    let mut neglected = client.get_raw(ContactId::from(71));
    assert!(timeout(Duration::ZERO, &mut neglected).await.is_err());
    let other = client.get_raw(ContactId::from(72));
    timeout(Duration::from_secs(5), other)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(sessions.asked(), 1);
    neglected.await.unwrap();
}

/// A client with a provider that does this at its first call, and with a time-out of 20 s.
fn with_first_answer<F, T>(url: &str, first: F) -> Client
where
    F: Fn() -> T + Send + Sync + 'static,
    T: Future<Output = Result<String, TokenError>> + Send + 'static,
{
    let asked = AtomicUsize::new(0);
    let credentials = Credentials::app_with(Sandbox::APP_KEY, move || {
        let is_first = asked.fetch_add(1, Ordering::Relaxed) == 0;
        let answer = is_first.then(&first);
        async move {
            match answer {
                Some(answer) => answer.await,
                None => Ok(FIRST.to_owned()),
            }
        }
    });
    let client = Client::builder(credentials).base_url(url);
    client.timeout(Duration::from_secs(20)).build().unwrap()
}

#[tokio::test(start_paused = true)]
async fn a_provider_that_hangs_is_waited_for_as_long_as_the_time_out_and_then_asked_again() {
    let sandbox = Sandbox::start().await;
    sandbox.add_session(FIRST);
    let client = with_first_answer(sandbox.url(), std::future::pending);
    let start = Instant::now();
    for result in reads(&client, 5).await {
        let error = result.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Session, "{error:?}");
        assert_eq!(error.outcome(), Outcome::NotApplied);
        assert!(error.to_string().contains("within 20s"), "{error}");
    }
    assert_eq!(start.elapsed().as_secs(), 20);
    assert_eq!(sandbox.requests().len(), 0);
    assert_all_succeed(&reads(&client, 5).await);
}

#[tokio::test(start_paused = true)]
async fn a_provider_that_panics_fails_the_calls_that_wait_for_it_and_no_later_one() {
    let sandbox = Sandbox::start().await;
    sandbox.add_session(FIRST);
    let client = with_first_answer(sandbox.url(), || async { panic!("no store") });
    for result in reads(&client, 5).await {
        assert_eq!(result.unwrap_err().kind(), ErrorKind::Session);
    }
    assert_all_succeed(&reads(&client, 5).await);
}

/// The first runtime is alive but no longer running.
#[test]
fn a_provider_in_a_runtime_that_stands_still_holds_up_no_other_runtime_for_long() {
    const A_MOMENT: Duration = Duration::from_millis(1);
    let runtime = || {
        let mut builder = tokio::runtime::Builder::new_current_thread();
        builder.enable_all().start_paused(true).build().unwrap()
    };
    let (idle, other) = (runtime(), runtime());
    other.block_on(async {
        let sandbox = Sandbox::start().await;
        sandbox.add_session(FIRST);
        let client = with_first_answer(sandbox.url(), std::future::pending);
        let mut neglected = client.get_raw(ContactId::from(71));
        let in_idle = std::thread::scope(|scope| {
            let poll = || idle.block_on(async { timeout(A_MOMENT, &mut neglected).await });
            scope.spawn(poll).join().unwrap()
        });
        assert!(in_idle.is_err());
        let read = || client.get_raw(ContactId::from(71));
        assert_eq!(read().await.unwrap_err().kind(), ErrorKind::Session);
        sleep(Duration::from_secs(1)).await;
        read().await.unwrap();
    });
}

#[tokio::test(start_paused = true)]
async fn a_session_that_is_not_renewed_leaves_an_earlier_attempt_unknown() {
    let over = refusal(401, "TOKEN_EXPIRED");
    let server = Server::script([Behaviour::Close, over, ok()]).await;
    let sessions = Sessions::of(FIRST);
    let client = builder(&server.url(), &sessions).build().unwrap();
    let call = tokio::spawn(update(&client));
    sleep(Duration::from_millis(1_001)).await;
    sessions.fail();
    let error = call.await.unwrap().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Session, "{error:?}");
    assert_eq!(error.outcome(), Outcome::Unknown);
    assert_eq!(server.requests().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_client_with_a_session_acts_for_that_user_on_the_same_throttle() {
    let sandbox = Sandbox::start().await;
    sandbox.add_session(FIRST);
    sandbox.add_session(SECOND);
    let (sessions, attempts) = (Sessions::of(FIRST), Attempts::default());
    let client = builder(sandbox.url(), &sessions).throttle(attempts.throttle());
    let client = client.build().unwrap();
    let other = client.with_session(SECOND);
    update(&client).await.unwrap();
    update(&other).await.unwrap();
    update(&client).await.unwrap();
    assert_eq!(tokens(&sandbox), [FIRST, SECOND, FIRST]);
    for request in sandbox.requests() {
        assert_eq!(request.header("x-api-key"), Some(Sandbox::APP_KEY));
    }
    // The provider is not called for a user who is given.
    assert_eq!((attempts.count(), sessions.asked()), (3, 1));
}

#[tokio::test(start_paused = true)]
async fn a_token_that_no_header_can_carry_is_an_error_of_every_call() {
    let (sandbox, client, sessions) = begin().await;
    let unusable = [
        "vibe_session_1\n",
        "vibe_session_1\r\nx-evil: 1",
        "\u{0}",
        "",
    ];
    for token in unusable {
        let client = client.with_session(token);
        for call in [update, add, update] {
            assert_unusable(&call(&client).await.unwrap_err());
        }
        sessions.give(token);
        let given = builder(sandbox.url(), &sessions).build().unwrap();
        for call in [update, add, update] {
            assert_unusable(&call(&given).await.unwrap_err());
        }
    }
    assert_eq!(sandbox.requests().len(), 0);
}

fn assert_unusable(error: &Error) {
    assert_eq!(error.kind(), ErrorKind::Configuration, "{error:?}");
    assert_eq!(error.outcome(), Outcome::NotApplied);
    assert_shows_nothing(error);
}

#[tokio::test(start_paused = true)]
async fn a_personal_key_takes_no_session() {
    let server = Server::start(ok()).await;
    let client = Client::builder(Credentials::personal(KEY)).base_url(&server.url());
    let client = client.build().unwrap().with_session(FIRST);
    let error = update(&client).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Configuration, "{error:?}");
    let shown = format!("{error} {error:?}");
    assert!(!shown.contains(FIRST) && !shown.contains(KEY), "{shown}");
    assert_eq!(server.connections(), 0);
}
