//! From a request to a response, with the checks in the order of contract 4.9.

use super::action;
use super::copy_knowledge::INCOMPLETE_COPY;
use super::credentials::{CLIENT_ID, ORGANIZATION};
use super::listener::Listener;
use super::listing;
use super::odd_responses;
use super::routes::{self, MatchedRoute, PathValues, RequestRoute};
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
use crate::wire::endpoint::EndpointId;
use crate::wire::error_code;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Instant;

/// A request, read to the end.
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

impl ServiceRequest {
    /// Where it belongs.
    pub(super) fn route(&self) -> Option<MatchedRoute> {
        routes::find(&self.method, &self.path)
    }

    /// Its endpoint; `None` for a path that belongs to none.
    pub(super) fn endpoint(&self) -> Option<EndpointId> {
        match self.route()? {
            MatchedRoute { route: RequestRoute::Current(endpoint), .. } => Some(endpoint),
            MatchedRoute { route: RequestRoute::Deprecated, .. } => None,
        }
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
    /// The id of the organization that a copy has; that of every sandbox otherwise.
    pub(super) organization: Option<String>,
}

impl SandboxService {
    /// Reads what a request to a copy needs to know of its original.
    fn learn(
        &mut self,
        request: &ServiceRequest,
        endpoint: EndpointId,
        values: &PathValues,
    ) -> Result<(), String> {
        let query = QueryParameters::parse(&request.query);
        match endpoint {
            EndpointId::Action => {
                names_in(&request.body).iter().try_for_each(|name| self.org.learn_named(name))
            }
            EndpointId::GroupUsers => self.org.learn_named(&values.name),
            EndpointId::User if query.direct_only() => self.org.learn_person(&values.name),
            EndpointId::Users if query.direct_only() => self.org.learn_all(),
            _ => Ok(()),
        }
    }

    /// The response to a request; its `planted` commands fail.
    pub(super) fn respond(
        &mut self,
        request: &ServiceRequest,
        planted: &[PlantedFailure],
        now: Instant,
    ) -> SandboxResponse {
        let Some(MatchedRoute { route, values }) = request.route() else {
            return SandboxResponse::empty(if routes::is_of_other_method(&request.path) { 405 } else { 404 });
        };
        match route {
            RequestRoute::Current(EndpointId::Status) => SandboxResponse::json(
                200,
                &json!({ "build": "sandbox", "version": env!("CARGO_PKG_VERSION"), "state": "LIVE" }),
            ),
            RequestRoute::Current(EndpointId::OAuthToken) => {
                self.tokens.oauth(&request.form(), self.rules.token_lifetime, now)
            }
            RequestRoute::Current(EndpointId::JwtExchange) => {
                self.tokens.exchange(&self.key, &request.form(), self.rules.token_lifetime, now)
            }
            RequestRoute::Current(endpoint) => {
                let admitted = self
                    .authorize(request, &values, now)
                    .and_then(|()| self.admit(request, endpoint, &values, now));
                match admitted {
                    Err(refused) => refused,
                    Ok(()) => self.with_odd_fields(request, endpoint, &values, planted),
                }
            }
            RequestRoute::Deprecated => {
                self.authorize(request, &values, now).map_or_else(|refused| refused, |()| deprecated())
            }
        }
    }

    /// Token, API key, organization: in this order.
    fn authorize(
        &mut self,
        request: &ServiceRequest,
        values: &PathValues,
        now: Instant,
    ) -> Result<(), SandboxResponse> {
        if !self.tokens.accept(request.authorization.as_deref(), now) {
            return Err(SandboxResponse::unauthorized());
        }
        if request.api_key.as_deref() != Some(CLIENT_ID) {
            return Err(SandboxResponse::forbidden());
        }
        if !is_organization_id(&values.organization) {
            return Err(SandboxResponse::refused(
                400,
                error_code::ORGANIZATION_INVALID_ID,
                "Bad organization Id",
            ));
        }
        let organization = self.organization.as_deref().unwrap_or(ORGANIZATION);
        if !values.organization.eq_ignore_ascii_case(organization) {
            return Err(SandboxResponse::unauthorized());
        }
        Ok(())
    }

    /// The documented limits of calls, where they are enforced.
    fn admit(
        &mut self,
        request: &ServiceRequest,
        endpoint: EndpointId,
        values: &PathValues,
        now: Instant,
    ) -> Result<(), SandboxResponse> {
        if !self.rules.throttle {
            return Ok(());
        }
        let request_id = request.request_id.as_deref();
        let call = ThrottledCall { endpoint, client: CLIENT_ID, page: values.page.as_deref(), request_id };
        self.limiter.admit(call, now).map_err(SandboxResponse::throttled)
    }

    /// The response, with the oddities that switches request (contract 7.45, 7.46).
    fn with_odd_fields(
        &mut self,
        request: &ServiceRequest,
        endpoint: EndpointId,
        values: &PathValues,
        planted: &[PlantedFailure],
    ) -> SandboxResponse {
        if self.org.copy.is_some()
            && let Err(problem) = self.learn(request, endpoint, values)
        {
            let message = format!("the copy cannot be completed: {problem}");
            return SandboxResponse::refused(400, INCOMPLETE_COPY, &message);
        }
        let mut response = self.serve(request, endpoint, values, planted);
        if self.rules.switches.null_error_labels {
            response = odd_responses::without_labels(response);
        }
        if self.rules.switches.odd_types {
            response = odd_responses::with_odd_types(response);
        }
        response
    }

    fn serve(
        &mut self,
        request: &ServiceRequest,
        endpoint: EndpointId,
        values: &PathValues,
        planted: &[PlantedFailure],
    ) -> SandboxResponse {
        let query = QueryParameters::parse(&request.query);
        let page = values.page.as_deref().unwrap_or_default();
        match endpoint {
            EndpointId::Action => {
                let test = query.flag("testOnly");
                action::respond(&mut self.org, &self.rules, &request.body, test, planted)
            }
            EndpointId::User => listing::user(&self.org, &values.name, &query),
            EndpointId::Users => listing::users(&self.org, &mut self.listings, &self.rules, page, &query),
            EndpointId::GroupUsers => {
                let group = (page, values.name.as_str());
                listing::members(&self.org, &mut self.listings, &self.rules, group, &query)
            }
            EndpointId::Groups => listing::groups(&mut self.org, &self.rules, page),
            EndpointId::Status | EndpointId::OAuthToken | EndpointId::JwtExchange => {
                SandboxResponse::empty(404)
            }
        }
    }
}

/// A deprecated endpoint, in its own style of errors. 404 would mean an empty list to some clients (contract 7.40).
fn deprecated() -> SandboxResponse {
    let message = "The sandbox does not have the deprecated endpoints; use users/{org}/{page}, \
                   users/{org}/{page}/{group}, groups/{org}/{page} or organizations/{org}/users/{user}";
    SandboxResponse::json(410, &json!({ "errorCode": "ENDPOINT_DEPRECATED", "errorMessage": message }))
}

/// The groups that commands name.
fn names_in(body: &[u8]) -> BTreeSet<String> {
    fn collect(value: &Value, names: &mut BTreeSet<String>) {
        match value {
            Value::Array(list) => list.iter().for_each(|entry| collect(entry, names)),
            Value::Object(fields) => {
                for (key, value) in fields {
                    if GROUP_KEYS.contains(&key.as_str()) {
                        let list = value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice);
                        names.extend(list.iter().filter_map(Value::as_str).map(str::to_owned));
                    } else {
                        collect(value, names);
                    }
                }
            }
            _ => {}
        }
    }
    let mut names = BTreeSet::new();
    collect(&serde_json::from_slice(body).unwrap_or_default(), &mut names);
    names
}

/// The keys of commands under which groups are named, old ones included.
const GROUP_KEYS: &[&str] = &["group", "usergroup", "product", "productConfiguration"];

/// Hex digits and `@AdobeOrg` (contract 1.1).
fn is_organization_id(text: &str) -> bool {
    let digits = text.strip_suffix("@AdobeOrg").unwrap_or_default();
    !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_hexdigit())
}
