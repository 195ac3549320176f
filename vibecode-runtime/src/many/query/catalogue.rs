//! Catalogues: the lists that a portal keeps beside its records, such as its statuses.

use http::Method;

use super::{
    page::{PAGE, Page},
    seen_pages::{self, SeenPages},
};
use crate::{
    Client, Outcome, RawAnswer,
    client::{Call, Request, request::Effect},
};

impl Client {
    /// Returns every row of a catalogue, a list that the portal keeps beside its records: `GET /v1/{name}`,
    /// page by page. The name is the one in the path, such as `statuses`, `deal-categories` or `currencies`.
    ///
    /// # Errors
    /// - [`ErrorKind::Unexpected`](crate::ErrorKind::Unexpected): a page repeats an earlier one.
    /// - Those of [every call](Client#errors-of-every-call).
    pub fn catalogue(&self, name: &str) -> Call<Vec<RawAnswer>> {
        let client = self.clone();
        let name = name.to_owned();
        Call::new(async move {
            let mut seen = SeenPages::default();
            let mut rows = Vec::new();
            loop {
                let offset = rows.len() as u64;
                let mut request = Request::new(Method::GET, name.clone(), Effect::Reads);
                request.query = vec![
                    ("limit".to_owned(), PAGE.to_string()),
                    ("offset".to_owned(), offset.to_string()),
                ];
                let client = client.clone();
                let page: Page =
                    Call::read(|caller| async move { client.send(&request, &caller).await })
                        .await?;
                if seen.repeats(&page.rows) {
                    let request = Request::new(Method::GET, name, Effect::Reads);
                    return Err(request.named(seen_pages::repeated(offset)));
                }
                let may_have_more = page.may_be_followed(PAGE);
                let read = page.rows.into_iter();
                rows.extend(
                    read.map(|row| RawAnswer::new(name.clone().into(), row, Outcome::NotApplied)),
                );
                if !may_have_more {
                    return Ok(rows);
                }
            }
        })
    }
}
