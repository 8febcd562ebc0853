//! From a request to a response, with the checks in the order of contract 4.9.

use super::action;
use super::credentials::{CLIENT_ID, ORGANIZATION};
use super::listener::Listener;
use super::listing;
use super::signing_key::SigningKey;
use crate::sandbox::action::PlantedFailure;
use crate::sandbox::faults::FaultQueue;
use crate::sandbox::listing_cache::SandboxListings;
use crate::sandbox::org::SandboxOrganization;
use crate::sandbox::query::QueryParameters;
use crate::sandbox::request_log::RequestLog;
use crate::sandbox::response::SandboxResponse;
use crate::sandbox::settings::CurrentRules;
use crate::sandbox::throttle::{RequestLimiter, ThrottledCall};
use crate::sandbox::token::TokenTable;
use crate::wire::endpoint::{self, BASE_PATH, ENDPOINTS, Endpoint, EndpointId, PathBase};
use crate::wire::error_code;
use serde_json::json;
use std::sync::Arc;
use std::time::Instant;

/// A request, read to its end.
#[derive(Debug, Default)]
pub(super) struct ServiceRequest {
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
type MatchedRoute = (&'static Endpoint, Vec<(&'static str, String)>);

impl ServiceRequest {
    /// Where it belongs.
    pub(super) fn route(&self) -> Option<MatchedRoute> {
        if let Some(path) = self.path.strip_prefix(BASE_PATH) {
            return self.route_from(PathBase::Service, path);
        }
        self.route_from(PathBase::ServiceHost, &self.path)
            .or_else(|| self.route_from(PathBase::SignIn, &self.path))
    }

    fn route_from(&self, base: PathBase, path: &str) -> Option<MatchedRoute> {
        let endpoint = endpoint::find(base, &self.method, path)?;
        Some((endpoint, endpoint.matches(path)?))
    }

    /// Whether the path belongs to an endpoint of another method.
    fn is_of_other_method(&self) -> bool {
        let path = self.path.strip_prefix(BASE_PATH).unwrap_or(&self.path);
        ENDPOINTS.iter().any(|endpoint| endpoint.matches(path).is_some())
    }

    /// The form of a token request: its body and the query of the URL.
    fn form(&self) -> QueryParameters {
        let body = String::from_utf8_lossy(&self.body);
        let form = QueryParameters::parse_multipart(&body).unwrap_or_else(|| QueryParameters::parse(&body));
        form.and(QueryParameters::parse(&self.query))
    }
}

/// All that changes while the sandbox runs.
#[derive(Default)]
pub(super) struct SandboxService {
    pub(super) org: SandboxOrganization,
    pub(super) listings: SandboxListings,
    pub(super) rules: CurrentRules,
    pub(super) tokens: TokenTable,
    pub(super) limiter: RequestLimiter,
    pub(super) faults: FaultQueue,
    pub(super) log: RequestLog,
    pub(super) key: Arc<SigningKey>,
    pub(super) listener: Listener,
}

impl SandboxService {
    /// The response to a request; its `planted` commands fail.
    pub(super) fn respond(
        &mut self,
        request: &ServiceRequest,
        planted: &[PlantedFailure],
        now: Instant,
    ) -> SandboxResponse {
        let Some((endpoint, values)) = request.route() else {
            return SandboxResponse::empty(if request.is_of_other_method() { 405 } else { 404 });
        };
        match endpoint.id {
            EndpointId::Status => SandboxResponse::json(
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
        request: &ServiceRequest,
        endpoint: &'static Endpoint,
        value: &impl Fn(&str) -> Option<&'v str>,
        now: Instant,
    ) -> Result<(), SandboxResponse> {
        if !self.tokens.accept(request.authorization.as_deref(), now) {
            return Err(SandboxResponse::unauthorized());
        }
        if request.api_key.as_deref() != Some(CLIENT_ID) {
            return Err(SandboxResponse::forbidden());
        }
        let organization = value("organization").unwrap_or_default();
        if !is_organization_id(organization) {
            return Err(SandboxResponse::refused(
                400,
                error_code::ORGANIZATION_INVALID_ID,
                "Bad organization Id",
            ));
        }
        if !organization.eq_ignore_ascii_case(ORGANIZATION) {
            return Err(SandboxResponse::unauthorized());
        }
        if !self.rules.throttle {
            return Ok(());
        }
        let request_id = request.request_id.as_deref();
        let call = ThrottledCall { endpoint, client: CLIENT_ID, page: value("page"), request_id };
        self.limiter.admit(call, now).map_err(SandboxResponse::throttled)
    }

    fn serve<'v>(
        &mut self,
        request: &ServiceRequest,
        endpoint: &'static Endpoint,
        value: &impl Fn(&str) -> Option<&'v str>,
        planted: &[PlantedFailure],
    ) -> SandboxResponse {
        let query = QueryParameters::parse(&request.query);
        let page = value("page").unwrap_or_default();
        match endpoint.id {
            EndpointId::Action => {
                let test = query.flag("testOnly");
                action::respond(&mut self.org, &self.rules, &request.body, test, planted)
            }
            EndpointId::User => listing::user(&self.org, value("user").unwrap_or_default(), &query),
            EndpointId::Users => listing::users(&self.org, &mut self.listings, &self.rules, page, &query),
            EndpointId::GroupUsers => {
                let place = (page, value("group").unwrap_or_default());
                listing::members(&self.org, &mut self.listings, &self.rules, place, &query)
            }
            EndpointId::Groups => listing::groups(&mut self.org, &self.rules, page),
            EndpointId::Status | EndpointId::OAuthToken | EndpointId::JwtExchange => {
                SandboxResponse::empty(404)
            }
        }
    }
}

/// Hex digits and `@AdobeOrg` (contract 1.1).
fn is_organization_id(text: &str) -> bool {
    let digits = text.strip_suffix("@AdobeOrg").unwrap_or_default();
    !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_hexdigit())
}
