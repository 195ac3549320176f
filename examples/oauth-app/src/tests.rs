//! What the app promises to its users.

use std::time::Duration;

use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};
use tokio::{task::JoinSet, time::sleep};
use vibecode_runtime::{RetryPolicy, Throttle};
use vibecode_sandbox::{Fault, Key, Sandbox, Storm};

use crate::{
    frame::{Answer, Running, with_form},
    session::{App, SESSION},
};

const APP_KEY: &str = "vibe_app_test";
const ANNA: &str = "vibe_session_anna";
const BORIS: &str = "vibe_session_boris";
const PHONE: &str = "+79161112233";
const CONTACT: &str = "/contacts/71";

/// By then no lost request can still arrive.
const LONG_AFTER: Duration = Duration::from_secs(120);

struct Stage {
    sandbox: Sandbox,
    app: Running,
}

impl Stage {
    async fn new() -> Self {
        let key = Key::app(APP_KEY).session(ANNA).session(BORIS);
        let sandbox = Sandbox::builder().contacts(100).key(key).start().await;
        let app = App::new(APP_KEY, |settings| {
            settings
                .base_url(sandbox.url())
                .retry(RetryPolicy::new().seed(7))
                .throttle(Throttle::unlimited())
        });
        let app = Running::start(app.unwrap()).await.unwrap();
        Self { sandbox, app }
    }

    fn show(&self, path: &str, session: &str) -> RequestBuilder {
        self.app.request(Method::GET, path).header(SESSION, session)
    }

    fn change(&self, form: &Value) -> RequestBuilder {
        let request = self.app.request(Method::PATCH, CONTACT);
        with_form(request, form).header(SESSION, ANNA)
    }

    fn add_phone(&self) -> RequestBuilder {
        self.change(&json!({ "addPhone": PHONE }))
    }

    fn phones(&self) -> usize {
        let contact = self.sandbox.contact(71).unwrap();
        let entries = contact["fm"].as_array().unwrap();
        entries.iter().filter(|one| one["value"] == PHONE).count()
    }
}

async fn answer(request: RequestBuilder) -> Answer {
    Answer::to(request).await.unwrap()
}

#[tokio::test(start_paused = true)]
async fn without_a_session_the_api_is_asked_nothing() {
    let stage = Stage::new().await;
    let plain = || stage.app.request(Method::GET, CONTACT);
    for request in [
        plain(),
        plain().header(SESSION, ""),
        plain().header(SESSION, "Basic YW5uYQ=="),
        plain().header("authorization", format!("Bearer {ANNA}")),
        plain().header(SESSION, ANNA).header(SESSION, BORIS),
        with_form(stage.app.request(Method::PATCH, CONTACT), &json!({})),
    ] {
        let answer = answer(request).await;
        assert_eq!(
            (answer.status.as_u16(), stage.sandbox.requests().len()),
            (401, 0)
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_session_is_taken_with_and_without_bearer() {
    let stage = Stage::new().await;
    for session in [
        ANNA,
        "Bearer vibe_session_anna",
        "bearer  vibe_session_anna",
    ] {
        assert_eq!(
            answer(stage.show(CONTACT, session)).await.status,
            200,
            "{session}"
        );
    }
    let requests = stage.sandbox.requests();
    assert_eq!(requests.len(), 3);
    for request in requests {
        assert_eq!(
            request.header("authorization"),
            Some("Bearer vibe_session_anna")
        );
    }
}

#[tokio::test(start_paused = true)]
async fn no_request_is_made_with_another_users_session() {
    let stage = Stage::new().await;
    let session_of = |id: u64| if id.is_multiple_of(2) { ANNA } else { BORIS };
    let mut frames = JoinSet::new();
    for id in 1..=100 {
        frames.spawn(answer(
            stage.show(&format!("/contacts/{id}"), session_of(id)),
        ));
    }
    for answer in frames.join_all().await {
        assert_eq!(answer.status, 200);
    }
    let requests = stage.sandbox.requests();
    assert_eq!(requests.len(), 100);
    for request in requests {
        let id = request.path().rsplit('/').next().unwrap().parse().unwrap();
        let bearer = format!("Bearer {}", session_of(id));
        assert_eq!(request.header("authorization"), Some(bearer.as_str()));
    }
}

#[tokio::test(start_paused = true)]
async fn a_session_that_ends_is_401_and_ends_no_other() {
    let stage = Stage::new().await;
    stage.sandbox.expire_session(ANNA);
    assert_eq!(answer(stage.show(CONTACT, ANNA)).await.status, 401);
    assert_eq!(answer(stage.add_phone()).await.status, 401);
    assert_eq!(answer(stage.show(CONTACT, BORIS)).await.status, 200);
    assert_eq!(
        answer(stage.show(CONTACT, "vibe_session_eve")).await.status,
        401
    );
}

#[tokio::test(start_paused = true)]
async fn a_form_leaves_sets_and_clears() {
    let stage = Stage::new().await;
    for (form, post) in [
        (json!({ "post": "Director" }), json!("Director")),
        (json!({ "addPhone": PHONE }), json!("Director")),
        (json!({ "post": null }), Value::Null),
    ] {
        let answer = answer(stage.change(&form)).await;
        assert_eq!(
            (answer.status.as_u16(), &answer.body["post"]),
            (200, &post),
            "{form}"
        );
    }
    assert_eq!(stage.phones(), 1);
    for form in [
        json!({}),
        json!({ "addPhone": "" }),
        json!({ "psot": "Director" }),
        json!({ "post": 5 }),
    ] {
        stage.sandbox.clear_requests();
        assert_eq!(answer(stage.change(&form)).await.status, 422, "{form}");
        assert!(stage.sandbox.requests().is_empty(), "{form}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_refusal_of_the_api_is_returned_with_its_status() {
    for (code, status) in [
        ("TOKEN_EXPIRED", 401),
        ("ACCESS_DENIED", 403),
        ("ENTITY_NOT_FOUND", 404),
        ("KEY_INACTIVE", 500),
        ("SCOPE_DENIED", 500),
    ] {
        let stage = Stage::new().await;
        stage.sandbox.fault(Fault::error(code).on("PATCH"));
        let answer = answer(stage.add_phone()).await;
        assert_eq!(
            (answer.status.as_u16(), stage.phones()),
            (status, 0),
            "{code}"
        );
        assert_eq!(answer.body["applied"], "no");
    }
}

#[tokio::test(start_paused = true)]
async fn a_portal_that_requests_a_wait_passes_its_length_to_the_frame() {
    let stage = Stage::new().await;
    let wait = Duration::from_secs(600);
    stage.sandbox.fault(Fault::rate_limited(wait).on("GET"));
    let answer = answer(stage.show(CONTACT, ANNA)).await;
    assert_eq!(
        (answer.status.as_u16(), &answer.headers["retry-after"]),
        (503, &"600".parse().unwrap())
    );
    assert_eq!(answer.headers["cache-control"], "no-store");
}

#[tokio::test(start_paused = true)]
async fn a_lost_answer_is_made_good() {
    for fault in [
        Fault::drop_before(),
        Fault::drop_after(),
        Fault::late(Duration::from_secs(40)),
        Fault::hang_after(),
        Fault::bad_gateway_html().not_applied(),
    ] {
        let stage = Stage::new().await;
        stage.sandbox.fault(fault.on("PATCH"));
        assert_eq!(answer(stage.add_phone()).await.status, 200);
        sleep(LONG_AFTER).await;
        assert_eq!(stage.phones(), 1);
    }
}

/// In any storm: 200 is only answered if the change was applied, "no" only if it was not, and
/// pressing the button until the answer is 200 adds the phone once.
#[tokio::test(start_paused = true)]
async fn no_storm_makes_an_answer_untrue() {
    let mut reported = Vec::new();
    for seed in 0..30 {
        let stage = Stage::new().await;
        stage.sandbox.storm(Storm::seeded(seed).probability(0.7));
        let first = answer(stage.add_phone()).await;
        if first.body["applied"] == "no" {
            sleep(LONG_AFTER).await;
            assert_eq!(stage.phones(), 0, "{seed}: {first:?}");
        }
        reported.push(first.body["applied"].as_str().unwrap_or("yes").to_owned());
        let mut last = first;
        while last.status != 200 {
            assert!(
                last.status == 503 || last.body["applied"] == "no",
                "{last:?}"
            );
            last = answer(stage.add_phone()).await;
        }
        assert_eq!(stage.phones(), 1, "{seed}");
        sleep(LONG_AFTER).await;
        assert_eq!(stage.phones(), 1, "{seed}");
    }
    // The storms were strong enough to cause each of these.
    for kind in ["yes", "no", "unknown"] {
        assert!(
            reported.iter().any(|one| one == kind),
            "{kind}: {reported:?}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_frame_that_is_closed_does_not_break_off_what_was_begun() {
    let stage = Stage::new().await;
    stage.sandbox.fault(Fault::drop_before().on("PATCH"));
    let frame = tokio::spawn(answer(stage.add_phone()));
    sleep(Duration::from_secs(1)).await;
    frame.abort();
    sleep(LONG_AFTER).await;
    assert_eq!(stage.phones(), 1);
}

#[tokio::test(start_paused = true)]
async fn stopping_ends_what_is_under_way() {
    let stage = Stage::new().await;
    stage.sandbox.fault(Fault::drop_before().on("PATCH"));
    let frame = tokio::spawn(answer(stage.add_phone()));
    sleep(Duration::from_secs(1)).await;
    stage.app.stop().await.unwrap();
    assert_eq!(frame.await.unwrap().status, 200);
}
