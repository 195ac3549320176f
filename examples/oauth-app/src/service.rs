//! The routes.

use std::io;

use axum::{
    Json, Router,
    extract::Path,
    http::{HeaderValue, header::CACHE_CONTROL},
    middleware::map_response,
    response::Response,
    routing::get,
};
use tokio::net::TcpListener;

use crate::{
    contact::{Contact, ContactPatch, Form, Shown},
    failure::Failure,
    session::{App, User},
};

/// Serves until `stop`, then finishes the requests under way.
///
/// # Errors
/// If the listener fails.
pub(crate) async fn serve(
    listener: TcpListener,
    app: App,
    stop: impl Future<Output = ()> + Send + 'static,
) -> io::Result<()> {
    axum::serve(listener, router(app))
        .with_graceful_shutdown(stop)
        .await
}

fn router(app: App) -> Router {
    Router::new()
        .route("/contacts/{id}", get(show).patch(change))
        .layer(map_response(keep_out_of_caches))
        .with_state(app)
}

async fn show(User(client): User, Path(id): Path<u64>) -> Result<Json<Shown>, Failure> {
    let contact: Contact = client.get(id).await?;
    Ok(Json(contact.into()))
}

/// Saves with `ensure`, not with `update`: a user in doubt presses the button again, and whatever
/// is there by then is not added again.
async fn change(
    User(client): User,
    Path(id): Path<u64>,
    Json(form): Json<Form>,
) -> Result<Json<Shown>, Failure> {
    let patch = ContactPatch::from(form);
    // If the user closes the frame, this function is dropped. The task continues.
    let saving = tokio::spawn(client.ensure(id, &patch));
    let ensured = saving.await.map_err(|_| Failure::unknown())??;
    let contact: Contact = ensured.record()?;
    Ok(Json(contact.into()))
}

/// Data of one user must not be shown to others.
async fn keep_out_of_caches(mut response: Response) -> Response {
    let no_store = HeaderValue::from_static("no-store");
    response.headers_mut().insert(CACHE_CONTROL, no_store);
    response
}
