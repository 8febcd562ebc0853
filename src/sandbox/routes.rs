//! Which path belongs to which endpoint: the service's templates, read from its documentation a second time, since the
//! client builds its paths from a table of its own (contract 1.1, 2.1, 2.7).

use crate::wire::endpoint::EndpointId;

/// The path of the service's base URL.
pub(super) const BASE_PATH: &str = "/v2/usermanagement";

/// Where a request belongs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum RequestRoute {
    /// An endpoint of today.
    Current(EndpointId),
    /// One of the deprecated endpoints (contract 2.7).
    Deprecated,
}

/// The values in a path, decoded.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct PathValues {
    pub(super) organization: String,
    pub(super) page: Option<String>,
    /// A user or a group; empty where the path names neither.
    pub(super) name: String,
}

/// A route and the values in its path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct MatchedRoute {
    pub(super) route: RequestRoute,
    pub(super) values: PathValues,
}

/// One segment of a template.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum PathSegment {
    Literal(&'static str),
    Organization,
    Page,
    Name,
    /// The rest of the path, whatever slashes are in it (contract 7.41).
    Rest,
}

use PathSegment::{Literal, Name, Organization, Page, Rest};

/// Endpoint, method and template; below [`BASE_PATH`] for the first five, below the host for the others.
type EndpointRoute = (EndpointId, &'static str, &'static [PathSegment]);

/// All endpoints.
pub(super) const ENDPOINTS: &[EndpointRoute] = &[
    (EndpointId::Action, "POST", &[Literal("action"), Organization]),
    (EndpointId::User, "GET", &[Literal("organizations"), Organization, Literal("users"), Rest]),
    (EndpointId::Users, "GET", &[Literal("users"), Organization, Page]),
    (EndpointId::GroupUsers, "GET", &[Literal("users"), Organization, Page, Name]),
    (EndpointId::Groups, "GET", &[Literal("groups"), Organization, Page]),
    (EndpointId::Status, "GET", &[Literal("status")]),
    (EndpointId::OAuthToken, "POST", &[Literal("ims"), Literal("token"), Literal("v2")]),
    (EndpointId::OAuthToken, "POST", &[Literal("ims"), Literal("token"), Literal("v3")]),
    (EndpointId::JwtExchange, "POST", &[Literal("ims"), Literal("exchange"), Literal("jwt")]),
];

/// The first segments of the deprecated endpoints after the organization.
const DEPRECATED: [&str; 3] = ["users", "user-groups", "products"];

/// The route of a method and path; the path is still encoded.
pub(super) fn find(method: &str, path: &str) -> Option<MatchedRoute> {
    let is_asked = |wanted: &str| wanted.eq_ignore_ascii_case(method);
    matching(path)
        .find(|(wanted, _)| is_asked(wanted))
        .map(|(_, matched)| matched)
        .or_else(|| deprecated(path))
}

/// Whether the path belongs to an endpoint, whatever its method.
pub(super) fn is_of_other_method(path: &str) -> bool {
    matching(path).next().is_some()
}

/// The endpoints of a path with their methods.
fn matching(path: &str) -> impl Iterator<Item = (&'static str, MatchedRoute)> + '_ {
    ENDPOINTS.iter().filter_map(move |(endpoint, method, template)| {
        let values = values(template, path_below(*endpoint, path)?)?;
        Some((*method, MatchedRoute { route: RequestRoute::Current(*endpoint), values }))
    })
}

/// The part of the path that the template of an endpoint describes.
fn path_below(endpoint: EndpointId, path: &str) -> Option<&str> {
    match endpoint {
        EndpointId::Status | EndpointId::OAuthToken | EndpointId::JwtExchange => path.strip_prefix('/'),
        _ => path.strip_prefix(BASE_PATH)?.strip_prefix('/'),
    }
}

fn values(template: &[PathSegment], path: &str) -> Option<PathValues> {
    let mut values = PathValues::default();
    let mut rest = Some(path.strip_suffix('/').unwrap_or(path));
    for segment in template {
        let given = rest?;
        let (first, after) = match given.split_once('/') {
            Some((first, after)) if *segment != Rest => (first, Some(after)),
            _ => (given, None),
        };
        match segment {
            Literal(expected) if *expected == first => {}
            Literal(_) => return None,
            _ if first.is_empty() => return None,
            Organization => values.organization = decode(first),
            Page => values.page = Some(decode(first)),
            Name | Rest => values.name = decode(first),
        }
        rest = after;
    }
    rest.is_none().then_some(values)
}

fn deprecated(path: &str) -> Option<MatchedRoute> {
    let mut segments = path.strip_prefix(BASE_PATH)?.strip_prefix('/')?.split('/');
    let organization = decode(segments.next()?);
    let is_deprecated = organization.contains('@') && DEPRECATED.contains(&segments.next()?);
    let values = PathValues { organization, ..PathValues::default() };
    is_deprecated.then_some(MatchedRoute { route: RequestRoute::Deprecated, values })
}

/// Decodes a segment or a value of a query; bytes that are not UTF-8 become the replacement character.
pub(super) fn decode(text: &str) -> String {
    percent_encoding::percent_decode_str(text).decode_utf8_lossy().into_owned()
}

/// Entries in a full page (index.md, April 2021 and February 2020).
pub(super) fn page_size(endpoint: EndpointId) -> Option<usize> {
    match endpoint {
        EndpointId::Users | EndpointId::GroupUsers => Some(2000),
        EndpointId::Groups => Some(400),
        _ => None,
    }
}

/// The documented calls per minute: of one client, and of all clients (contract 2.1).
pub(super) fn calls_per_minute(endpoint: EndpointId) -> Option<(u32, u32)> {
    match endpoint {
        EndpointId::Action => Some((10, 100)),
        EndpointId::User | EndpointId::Users | EndpointId::GroupUsers => Some((25, 100)),
        EndpointId::Groups => Some((5, 100)),
        EndpointId::Status | EndpointId::OAuthToken | EndpointId::JwtExchange => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(method: &str, path: &str) -> Option<(RequestRoute, PathValues)> {
        find(method, path).map(|matched| (matched.route, matched.values))
    }

    #[test]
    fn paths_of_the_documentation_reach_their_endpoints() {
        let cases = [
            ("POST", "/v2/usermanagement/action/A@AdobeOrg", EndpointId::Action, None, ""),
            ("GET", "/v2/usermanagement/users/A@AdobeOrg/4", EndpointId::Users, Some("4"), ""),
            (
                "GET",
                "/v2/usermanagement/users/A%40AdobeOrg/0/R%26D%20%2F",
                EndpointId::GroupUsers,
                Some("0"),
                "R&D /",
            ),
            ("GET", "/v2/usermanagement/groups/A@AdobeOrg/0/", EndpointId::Groups, Some("0"), ""),
            (
                "get",
                "/v2/usermanagement/organizations/A@AdobeOrg/users/a%2Fb/c@x",
                EndpointId::User,
                None,
                "a/b/c@x",
            ),
        ];
        for (method, path, endpoint, page, name) in cases {
            let page = page.map(str::to_owned);
            let values = PathValues { organization: "A@AdobeOrg".into(), page, name: name.into() };
            assert_eq!(found(method, path), Some((RequestRoute::Current(endpoint), values)), "{path}");
        }
        for path in ["/ims/token/v2", "/ims/token/v2/", "/ims/token/v3", "/ims/token/v3/"] {
            assert_eq!(
                found("POST", path).map(|(route, _)| route),
                Some(RequestRoute::Current(EndpointId::OAuthToken))
            );
        }
    }

    #[test]
    fn deprecated_paths_are_known_and_others_are_not() {
        for path in ["users", "user-groups", "user-groups/7/users", "products/1/configurations/2/users"] {
            let route =
                found("GET", &format!("/v2/usermanagement/A@AdobeOrg/{path}")).map(|(route, _)| route);
            assert_eq!(route, Some(RequestRoute::Deprecated), "{path}");
        }
        for path in [
            "",
            "/",
            "/v2/usermanagement",
            "/v2/usermanagement/users/A@AdobeOrg/0/X/Y",
            "/v2/status",
            "/v2/usermanagement/A@AdobeOrg/other",
            "/v2/usermanagement/users//0",
        ] {
            assert_eq!(found("GET", path), None, "{path}");
        }
    }
}
