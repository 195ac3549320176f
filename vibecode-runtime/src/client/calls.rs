//! The calls on one record, and about the portal.

use std::borrow::Borrow;

use http::{Method, StatusCode};

use super::{
    Answer, Call, Client, Me, Request,
    answers::{Done, New, Whole},
    locks::{Additions, Creation},
    request::Effect,
};
use crate::{
    Created, Entity, Error, ErrorCode, ErrorKind, HasMultifields, Id, IdFor, Multifields, Outcome,
    Patch, PatchJob, RawAnswer, Record, Result, Updated, patch::target::Target,
};

impl Client {
    /// Changes a record: `PATCH /v1/{entity}/{id}`.
    ///
    /// A patch that adds phones or emails, or contains an unchecked value, is not sent again once it
    /// may have been applied: see [`Client::ensure`].
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doctest/customer.rs"));
    /// # fn main() -> vibecode_runtime::Result<()> { run(async |sandbox, client| {
    /// let patch = Customer::patch().post("Director").clear_company();
    /// let updated = client.update(71, &patch).await?;
    /// assert!(updated.mismatches(&patch).is_empty());
    /// assert_eq!(sandbox.requests()[0].body_str(), r#"{"post":"Director","companyId":0}"#);
    /// # Ok(()) }) }
    /// ```
    ///
    /// # Errors
    /// - [`ErrorKind::EmptyPatch`](crate::ErrorKind::EmptyPatch) and
    ///   [`ErrorKind::InvalidPatch`](crate::ErrorKind::InvalidPatch): nothing was sent.
    /// - Those of [every call](Client#errors-of-every-call).
    pub fn update<P: Patch>(&self, id: impl IdFor<P>, patch: &P) -> Call<Updated> {
        self.write(Target::of::<P::Entity>(id.record_id()), patch.body())
    }

    /// Creates a record: `POST /v1/{entity}`. The request is not sent again once it may have been
    /// applied, since that would create a second record.
    ///
    /// After an error with the outcome [`Unknown`](crate::Outcome::Unknown), look the record up by a key of your
    /// own before you write to it or create it again.
    ///
    /// # Errors
    /// As [`Client::update`]; [`ErrorKind::OtherRecord`] if the answer shows another text in a field that was
    /// set, so that its id may be that of another record.
    pub fn create<P: Patch>(&self, patch: &P) -> Call<Created<P::Entity>> {
        let request = Request::create(P::Entity::PATH.into(), patch.body());
        let body = patch.body().clone();
        let client = self.clone();
        Call::write(request, |request, caller| async move {
            let additions = Additions::of(&body);
            let creation = Creation::new(&client.shared.locks, request.entity.clone(), additions);
            let created = client.send(&request, &caller).await;
            let created = created.and_then(|New(id, raw)| {
                if body.is_of_another(&raw) {
                    return Err(request.named(another_created()));
                }
                Ok(Created::new(id, raw))
            });
            creation.end(created.as_ref().map(|created| created.id().get()));
            created
        })
    }

    /// Sends a job as [`Client::update`] sends its patch.
    ///
    /// # Errors
    /// Those of [`Client::update`].
    pub fn update_job(&self, job: impl Borrow<PatchJob>) -> Call<Updated> {
        let job = job.borrow();
        self.write(job.target(), job.body())
    }

    /// Deletes a record: `DELETE /v1/{entity}/{id}`. The type of the id determines the entity.
    ///
    /// If an answer is lost and the next attempt finds no such record, the call succeeds: an earlier
    /// attempt may have deleted it.
    ///
    /// # Errors
    /// Those of [every call](Client#errors-of-every-call); [`ErrorCode::EntityNotFound`] if the record
    /// does not exist.
    pub fn delete<E: Entity>(&self, id: impl Into<Id<E>>) -> Call<()> {
        let id = id.into().get();
        let request = Request::delete::<E>(id);
        let record = self.shared.locks.hash(&Target::of::<E>(id));
        let client = self.clone();
        Call::write(request, |request, caller| async move {
            let _lock = client.lock(record, &caller).await?;
            let mut sending = client.begin(&caller);
            match sending.send::<Done>(&request, &mut []).await {
                // An earlier attempt may have deleted it. With another status, the code proves nothing.
                Err(error)
                    if sending.is_open()
                        && error.status() == Some(StatusCode::NOT_FOUND)
                        && error.code() == Some(&ErrorCode::EntityNotFound) =>
                {
                    Ok(())
                }
                result => result.map(|Done| ()),
            }
        })
    }

    /// Reads a record: `GET /v1/{entity}/{id}`.
    ///
    /// # Errors
    /// Those of [every call](Client#errors-of-every-call), and of [`RawAnswer::record`] if a field does not
    /// have the type that the struct requires.
    pub fn get<T: Record + Send + 'static>(&self, id: impl Into<Id<T::Entity>>) -> Call<T> {
        let raw = self.get_raw(id.into());
        Call::new(async move { raw.await?.record() })
    }

    /// Reads the phones and emails of a contact, a company or a lead: every entry with its id and the
    /// API's own type.
    ///
    /// # Errors
    /// Those of [every call](Client#errors-of-every-call), and of [`RawAnswer::multifields`] if the answer
    /// shows the phones and emails in no known form.
    pub fn multifields<E: HasMultifields>(&self, id: impl Into<Id<E>>) -> Call<Multifields> {
        let raw = self.get_raw(id.into());
        Call::new(async move { raw.await?.multifields() })
    }

    /// Reads a record without parsing it: `GET /v1/{entity}/{id}`. The type of the id determines the
    /// entity.
    ///
    /// # Errors
    /// Those of [every call](Client#errors-of-every-call).
    pub fn get_raw<E: Entity>(&self, id: impl Into<Id<E>>) -> Call<RawAnswer> {
        let request = Request::get(E::PATH.into(), id.into().get());
        self.read(request, |raw, _| Ok(raw))
    }

    /// Returns what the API reports about the key: `GET /v1/me`.
    ///
    /// # Errors
    /// [`ErrorKind::Unreadable`](crate::ErrorKind::Unreadable) if the description of the key has an
    /// unknown form, and those of [every call](Client#errors-of-every-call).
    pub fn me(&self) -> Call<Me> {
        let request = Request::new(Method::GET, "me", Effect::Reads);
        self.read(Ok(request), |Whole(raw), request| {
            Me::read(raw).map_err(|error| request.named(error))
        })
    }

    /// Returns the fields of an entity as the API describes them: `GET /v1/{entity}/fields`. The entity
    /// is its name in the paths, such as `contacts` or `items/1040`.
    ///
    /// # Errors
    /// Those of [every call](Client#errors-of-every-call).
    pub fn fields(&self, entity: &str) -> Call<RawAnswer> {
        let request = Request::new(Method::GET, entity.to_owned(), Effect::Reads);
        self.read(Ok(request.with_tail("fields")), |Whole(raw), _| Ok(raw))
    }

    /// Returns the definitions of an entity's user fields: `GET /v1/userfields/{entity}`.
    ///
    /// # Errors
    /// Those of [every call](Client#errors-of-every-call).
    pub fn user_fields(&self, entity: &str) -> Call<RawAnswer> {
        let path = format!("userfields/{entity}");
        let request = Request::new(Method::GET, path, Effect::Reads);
        self.read(Ok(request), |Whole(raw), _| Ok(raw))
    }

    /// Sends a read, and converts its answer.
    pub(crate) fn read<A, T>(
        &self,
        request: Result<Request>,
        convert: impl FnOnce(A, &Request) -> Result<T> + Send + 'static,
    ) -> Call<T>
    where
        A: Answer,
        T: Send + 'static,
    {
        let client = self.clone();
        Call::read(request, |request, caller| async move {
            let answer = client.send(&request, &caller).await?;
            convert(answer, &request)
        })
    }
}

/// The error if the answer to a creation is not about the new record.
fn another_created() -> Error {
    let problem = "the answer shows a record with another text than was sent, so its id may be that of another record";
    Error::new(ErrorKind::OtherRecord, Outcome::Unknown, problem)
}
