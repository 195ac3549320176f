//! Without a key: the app in front of a sandbox, and two users in their frames.

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};
use vibecode_sandbox::{Fault, Key, Sandbox};

use crate::{
    AnyError,
    frame::{Answer, Running, with_form},
    session::{App, SESSION},
};

const APP_KEY: &str = "vibe_app_example";
const ANNA: User = User("anna", Some("vibe_session_anna"));
const BORIS: User = User("boris", Some("vibe_session_boris"));
const NOBODY: User = User("nobody", None);

/// How long a lost request may still be applied. On a portal that is `settle_time`, 120 s; in a sandbox
/// it is much shorter.
const SETTLE: Duration = Duration::from_millis(300);

/// A name for the output, and the session.
#[derive(Clone, Copy)]
struct User(&'static str, Option<&'static str>);

/// # Errors
/// If an answer is not what it should be.
pub(crate) async fn run() -> Result<(), AnyError> {
    println!("VIBECODE_API_KEY is not set: this uses a sandbox in this process.");
    let sessions = [ANNA, BORIS].into_iter().filter_map(|user| user.1);
    let key = sessions.fold(Key::app(APP_KEY), Key::session);
    let sandbox = Sandbox::builder().key(key).try_start().await?;
    let app = App::new(APP_KEY, |settings| {
        settings.base_url(sandbox.url()).settle_time(SETTLE)
    })?;
    let stage = Stage {
        running: Running::start(app).await?,
        sandbox,
    };
    stage.each_user_has_their_own_session().await?;
    stage.a_lost_answer_adds_nothing_twice().await?;
    stage.an_unknown_outcome_is_reported_as_unknown().await?;
    stage.a_session_that_ends_ends_no_other().await?;
    stage.running.stop().await?;
    println!("\nThe app has stopped, and every answer was what it should be.");
    Ok(())
}

struct Stage {
    sandbox: Sandbox,
    running: Running,
}

impl Stage {
    async fn each_user_has_their_own_session(&self) -> Result<(), AnyError> {
        println!("\nEach request is made with the session that came with it");
        self.show(ANNA, 200).await?;
        self.change(BORIS, json!({ "post": "Director" }), 200)
            .await?;
        self.show(NOBODY, 401).await?;
        let requests = self.sandbox.requests();
        let seen: Vec<_> = requests
            .iter()
            .map(|request| (request.method().as_str(), request.header("authorization")))
            .collect();
        let (anna, boris) = (
            Some("Bearer vibe_session_anna"),
            Some("Bearer vibe_session_boris"),
        );
        check(
            seen == [("GET", anna), ("GET", boris), ("PATCH", boris)],
            "the API saw anna's session with anna's request, and boris's with his",
        )
    }

    async fn a_lost_answer_adds_nothing_twice(&self) -> Result<(), AnyError> {
        println!("\nThe API adds a phone, and its answer is lost");
        self.sandbox.fault(Fault::drop_after().on("PATCH"));
        let form = json!({ "addPhone": "+79161112233" });
        self.change(ANNA, form, 200).await?;
        self.check_phone("+79161112233")
    }

    async fn an_unknown_outcome_is_reported_as_unknown(&self) -> Result<(), AnyError> {
        println!("\nThree tries in a row are lost, and the user saves once more");
        let form = json!({ "addPhone": "+74950000099", "post": null });
        let lost = || Fault::drop_before().on("PATCH");
        self.sandbox.faults([lost(), lost(), lost()]);
        self.change(BORIS, form.clone(), 503).await?;
        self.change(BORIS, form, 200).await?;
        self.check_phone("+74950000099")
    }

    async fn a_session_that_ends_ends_no_other(&self) -> Result<(), AnyError> {
        println!("\nAnna's session ends");
        self.sandbox.expire_session(ANNA.1.unwrap_or_default());
        self.show(ANNA, 401).await?;
        self.show(BORIS, 200).await
    }

    async fn show(&self, user: User, status: u16) -> Result<(), AnyError> {
        self.send(user, Method::GET, None, status).await
    }

    async fn change(&self, user: User, form: Value, status: u16) -> Result<(), AnyError> {
        self.send(user, Method::PATCH, Some(form), status).await
    }

    async fn send(
        &self,
        User(name, session): User,
        method: Method,
        form: Option<Value>,
        status: u16,
    ) -> Result<(), AnyError> {
        let shown = form.as_ref().map(|form| format!(" {form}"));
        let shown = shown.unwrap_or_default();
        println!("  {name:<6} {method} /contacts/71{shown}");
        let mut request = self.running.request(method, "/contacts/71");
        if let Some(form) = &form {
            request = with_form(request, form);
        }
        if let Some(session) = session {
            request = request.header(SESSION, format!("Bearer {session}"));
        }
        let answer = Answer::to(request).await?;
        println!("         {} {}", answer.status.as_u16(), answer.body);
        if answer.status == status {
            return Ok(());
        }
        Err(format!("the app answered {}, not {status}", answer.status).into())
    }

    fn check_phone(&self, phone: &str) -> Result<(), AnyError> {
        let contact = self.sandbox.contact(71).unwrap_or_default();
        let entries = contact.get("fm").and_then(Value::as_array);
        let values = entries
            .into_iter()
            .flatten()
            .filter_map(|entry| entry.get("value"));
        check(
            values.filter(|value| **value == phone).count() == 1,
            &format!("{phone} is there once"),
        )
    }
}

fn check(holds: bool, promise: &str) -> Result<(), AnyError> {
    if holds {
        println!("  so: {promise}");
        return Ok(());
    }
    Err(format!("not so: {promise}").into())
}
