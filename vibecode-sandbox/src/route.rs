//! What a method and a path ask for.

use http::Method;
use vibecode_spec::Entity;

use crate::envelope::Failure;

/// What is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Route {
    /// `GET /v1/me`
    Me,
    /// `GET /v1/{entity}/fields`
    Fields(Entity),
    /// `GET /v1/{entity}/{id}`
    Get(Entity, u64),
    /// `PATCH /v1/{entity}/{id}`
    Update(Entity, u64),
}

impl Route {
    pub(crate) fn read(method: &Method, path: &str) -> Result<Self, Failure> {
        let path = path.strip_prefix("/v1/").ok_or_else(no_route)?;
        let (name, rest) = path.split_once('/').unwrap_or((path, ""));
        if (method, name, rest) == (&Method::GET, "me", "") {
            return Ok(Self::Me);
        }
        let entity = Entity::from_path(name).ok_or_else(|| no_entity(name))?;
        match (method, rest) {
            (&Method::GET, "fields") => Ok(Self::Fields(entity)),
            (_, "") => Err(no_route()),
            (_, rest) if rest.contains('/') => Err(no_route()),
            (&Method::GET, id) => Ok(Self::Get(entity, record_id(id)?)),
            (&Method::PATCH, id) => Ok(Self::Update(entity, record_id(id)?)),
            _ => Err(no_route()),
        }
    }

    /// Whether the route changes something.
    pub(crate) fn writes(self) -> bool {
        matches!(self, Self::Update(..))
    }

    /// Whether the route shows or changes what the portal holds, rather than the key itself.
    pub(crate) fn is_of_entity(self) -> bool {
        self != Self::Me
    }
}

/// What is no number is the id of no record.
fn record_id(id: &str) -> Result<u64, Failure> {
    id.parse().map_err(|_| Failure::entity_not_found())
}

fn no_route() -> Failure {
    Failure::new("ROUTE_NOT_FOUND", "There is no such route")
}

/// A singular name is no route either (graded O).
fn no_entity(name: &str) -> Failure {
    match Entity::suggest(name) {
        Some(meant) => no_route().hint(format!("Did you mean /v1/{}?", meant.path())),
        None => no_route(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_served_has_a_route_and_nothing_else_has() {
        let read = |method: Method, path| Route::read(&method, path).map_err(|error| error.code());
        assert_eq!(read(Method::GET, "/v1/me"), Ok(Route::Me));
        let fields = read(Method::GET, "/v1/deals/fields");
        assert_eq!(fields, Ok(Route::Fields(Entity::Deals)));
        let update = read(Method::PATCH, "/v1/contacts/71");
        assert_eq!(update, Ok(Route::Update(Entity::Contacts, 71)));
        for (method, path) in [
            (Method::GET, "/contacts/71"),
            (Method::GET, "/v1/contact/71"),
            (Method::GET, "/v1/contacts"),
            (Method::GET, "/v1/contacts/71/"),
            (Method::GET, "/v1/contacts/71/phones"),
            (Method::PUT, "/v1/contacts/71"),
            (Method::PATCH, "/v1/me"),
            (Method::GET, "/v1/"),
        ] {
            assert_eq!(read(method, path), Err("ROUTE_NOT_FOUND"), "{path}");
        }
        let letters = read(Method::GET, "/v1/contacts/x");
        assert_eq!(letters, Err("ENTITY_NOT_FOUND"));
    }
}
