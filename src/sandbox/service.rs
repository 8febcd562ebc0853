//! Everything behind the HTTP server: a request in, an answer out, in the order of checks of contract 4.9.

use super::action::{self, Planted};
use super::credentials::{CLIENT_ID, ORGANIZATION};
use super::faults::Faults;
use super::listener::Listener;
use super::listing;
use super::listing_cache::Shelf;
use super::org::Org;
use super::query::Query;
use super::request_log::Log;
use super::response::Answer;
use super::settings::Rules;
use super::signing_key::SigningKey;
use super::throttle::{Call, Limiter};
use super::token::Tokens;
use crate::wire::endpoint::{self, BASE_PATH, Base, ENDPOINTS, Endpoint, EndpointId};
use crate::wire::error_code;
use serde_json::json;
use std::sync::Arc;
use std::time::Instant;

/// A request, read to its end.
#[derive(Debug, Default)]
#[expect(clippy::struct_field_names, reason = "the header's own name")]
pub(super) struct Request {
    pub(super) method: String,
    /// Still encoded.
    pub(super) path: String,
    /// Still encoded.
    pub(super) query: String,
    pub(super) authorization: Option<String>,
    pub(super) api_key: Option<String>,
    pub(super) request_id: Option<String>,
    pub(super) pragma: Option<String>,
    pub(super) user_agent: Option<String>,
    pub(super) body: Vec<u8>,
}

/// An endpoint and the values of the names in its path.
type Route = (&'static Endpoint, Vec<(&'static str, String)>);

impl Request {
    /// Where it belongs.
    pub(super) fn route(&self) -> Option<Route> {
        if let Some(path) = self.path.strip_prefix(BASE_PATH) {
            return self.route_from(Base::Service, path);
        }
        self.route_from(Base::ServiceHost, &self.path).or_else(|| self.route_from(Base::SignIn, &self.path))
    }

    fn route_from(&self, base: Base, path: &str) -> Option<Route> {
        let endpoint = endpoint::find(base, &self.method, path)?;
        Some((endpoint, endpoint.matches(path)?))
    }

    /// Whether the path belongs to an endpoint of another method.
    fn is_of_other_method(&self) -> bool {
        let path = self.path.strip_prefix(BASE_PATH).unwrap_or(&self.path);
        ENDPOINTS.iter().any(|endpoint| endpoint.matches(path).is_some())
    }

    /// The form of a token request: its body, and what stands in the URL.
    fn form(&self) -> Query {
        let body = String::from_utf8_lossy(&self.body);
        let form = Query::parse_multipart(&body).unwrap_or_else(|| Query::parse(&body));
        form.and(Query::parse(&self.query))
    }
}

/// All that changes while the sandbox runs.
#[derive(Default)]
pub(super) struct World {
    pub(super) org: Org,
    pub(super) shelf: Shelf,
    pub(super) rules: Rules,
    pub(super) tokens: Tokens,
    pub(super) limiter: Limiter,
    pub(super) faults: Faults,
    pub(super) log: Log,
    pub(super) key: Arc<SigningKey>,
    pub(super) trouble: Listener,
}

impl World {
    /// The answer to a request; `planted` commands of it fail.
    pub(super) fn answer(&mut self, request: &Request, planted: &[Planted], now: Instant) -> Answer {
        let Some((endpoint, values)) = request.route() else {
            return Answer::empty(if request.is_of_other_method() { 405 } else { 404 });
        };
        match endpoint.id {
            EndpointId::Status => Answer::json(
                200,
                &json!({ "build": "sandbox", "version": env!("CARGO_PKG_VERSION"), "state": "LIVE" }),
            ),
            EndpointId::OAuthToken => self.tokens.oauth(&request.form(), self.rules.token_lifetime, now),
            EndpointId::JwtExchange => {
                self.tokens.exchange(&self.key, &request.form(), self.rules.token_lifetime, now)
            }
            _ => {
                let value =
                    |name: &str| values.iter().find(|(key, _)| *key == name).map(|(_, value)| value.as_str());
                match self.admit(request, endpoint, &value, now) {
                    Err(answer) => answer,
                    Ok(()) => self.serve(request, endpoint, &value, planted),
                }
            }
        }
    }

    /// Token, API key, organization, limits: in this order.
    fn admit<'v>(
        &mut self,
        request: &Request,
        endpoint: &'static Endpoint,
        value: &impl Fn(&str) -> Option<&'v str>,
        now: Instant,
    ) -> Result<(), Answer> {
        if !self.tokens.accept(request.authorization.as_deref(), now) {
            return Err(Answer::unauthorized());
        }
        if request.api_key.as_deref() != Some(CLIENT_ID) {
            return Err(Answer::forbidden());
        }
        let organization = value("organization").unwrap_or_default();
        if !is_organization_id(organization) {
            return Err(Answer::refused(400, error_code::ORGANIZATION_INVALID_ID, "Bad organization Id"));
        }
        if !organization.eq_ignore_ascii_case(ORGANIZATION) {
            return Err(Answer::unauthorized());
        }
        if !self.rules.throttle {
            return Ok(());
        }
        let request_id = request.request_id.as_deref();
        let call = Call { endpoint, client: CLIENT_ID, page: value("page"), request_id };
        self.limiter.admit(call, now).map_err(Answer::throttled)
    }

    fn serve<'v>(
        &mut self,
        request: &Request,
        endpoint: &'static Endpoint,
        value: &impl Fn(&str) -> Option<&'v str>,
        planted: &[Planted],
    ) -> Answer {
        let query = Query::parse(&request.query);
        let page = value("page").unwrap_or_default();
        match endpoint.id {
            EndpointId::Action => {
                let test = query.flag("testOnly");
                action::answer(&mut self.org, &self.rules, &request.body, test, planted)
            }
            EndpointId::User => listing::user(&self.org, value("user").unwrap_or_default(), &query),
            EndpointId::Users => listing::users(&self.org, &mut self.shelf, &self.rules, page, &query),
            EndpointId::GroupUsers => {
                let place = (page, value("group").unwrap_or_default());
                listing::members(&self.org, &mut self.shelf, &self.rules, place, &query)
            }
            EndpointId::Groups => listing::groups(&mut self.org, &self.rules, page),
            EndpointId::Status | EndpointId::OAuthToken | EndpointId::JwtExchange => Answer::empty(404),
        }
    }
}

/// Hex digits and `@AdobeOrg` (contract 1.1).
fn is_organization_id(text: &str) -> bool {
    let digits = text.strip_suffix("@AdobeOrg").unwrap_or_default();
    !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_hexdigit())
}
