//! Every endpoint, written once: client URLs and pacing are read from [`ENDPOINTS`].

use super::percent_encode;

/// An endpoint; the letters E1 to E5 are those of contract 2.1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum EndpointId {
    /// E1: a list of commands.
    Action,
    /// E2: one user.
    User,
    /// E3: every user, in pages.
    Users,
    /// E4: the members of one group or profile, in pages.
    GroupUsers,
    /// E5: every group and profile, in pages.
    Groups,
    /// The state of the service; needs no sign-in.
    Status,
    /// OAuth server-to-server token.
    OAuthToken,
    /// The deprecated exchange of a signed JWT for a token.
    JwtExchange,
}

/// The HTTP methods of the service.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HttpMethod {
    /// Reads.
    Get,
    /// Changes, and asks for tokens.
    Post,
}

impl HttpMethod {
    /// The method as in a request line.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
        }
    }
}

/// What a path is relative to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PathBase {
    /// The service's configured URL, host and base path.
    Service,
    /// The service's host, without its base path.
    ServiceHost,
    /// The sign-in host.
    SignIn,
}

/// Calls per minute: of one client, and of all clients together (contract 2.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RateLimit {
    /// Calls per minute allowed to one client.
    pub per_client: u32,
    /// Calls per minute allowed to all clients of the service.
    pub global: u32,
}

/// One endpoint of the service.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Endpoint {
    /// Its name here.
    pub id: EndpointId,
    /// Its method.
    pub method: HttpMethod,
    /// What `path` is relative to.
    pub base: PathBase,
    /// The path with `{organization}`, `{user}`, `{page}` and `{group}` as placeholders.
    pub path: &'static str,
    /// Its query parameters.
    pub query: &'static [&'static str],
    /// Entries in a full page; `None` where there are no pages. Pages count from 0.
    pub page_size: Option<usize>,
    /// Its documented limit; `None` where none is documented.
    pub limit: Option<RateLimit>,
    /// What it does, for people.
    pub summary: &'static str,
}

#[expect(clippy::unnecessary_wraps, reason = "written where an `Option` is declared")]
const fn limit(per_client: u32) -> Option<RateLimit> {
    Some(RateLimit { per_client, global: 100 })
}

/// All of them (contract 1.1, 2.1; limits from ActionsRef.md, getUser.md, getUsersWithPage.md,
/// getUsersByGroup.md and group.md; page sizes from index.md).
pub const ENDPOINTS: &[Endpoint] = &[
    Endpoint {
        id: EndpointId::Action,
        method: HttpMethod::Post,
        base: PathBase::Service,
        path: "/action/{organization}",
        query: &["testOnly"],
        page_size: None,
        limit: limit(10),
        summary: "Carries out up to ten commands on users and user groups.",
    },
    Endpoint {
        id: EndpointId::User,
        method: HttpMethod::Get,
        base: PathBase::Service,
        path: "/organizations/{organization}/users/{user}",
        query: &["domain"],
        page_size: None,
        limit: limit(25),
        summary: "Returns one user.",
    },
    Endpoint {
        id: EndpointId::Users,
        method: HttpMethod::Get,
        base: PathBase::Service,
        path: "/users/{organization}/{page}",
        query: &["domain", "directOnly"],
        page_size: Some(2000),
        limit: limit(25),
        summary: "Lists every user of the organization.",
    },
    Endpoint {
        id: EndpointId::GroupUsers,
        method: HttpMethod::Get,
        base: PathBase::Service,
        path: "/users/{organization}/{page}/{group}",
        query: &["directOnly", "status", "excludeGroups"],
        page_size: Some(2000),
        limit: limit(25),
        summary: "Lists the members of a user group, profile or admin group.",
    },
    Endpoint {
        id: EndpointId::Groups,
        method: HttpMethod::Get,
        base: PathBase::Service,
        path: "/groups/{organization}/{page}",
        query: &[],
        page_size: Some(400),
        limit: limit(5),
        summary: "Lists every user group, profile and admin group.",
    },
    Endpoint {
        id: EndpointId::Status,
        method: HttpMethod::Get,
        base: PathBase::ServiceHost,
        path: "/status",
        query: &[],
        page_size: None,
        limit: None,
        summary: "Returns the service's build, version and state.",
    },
    Endpoint {
        id: EndpointId::OAuthToken,
        method: HttpMethod::Post,
        base: PathBase::SignIn,
        path: "/ims/token/v2",
        query: &[],
        page_size: None,
        limit: None,
        summary: "Returns a token for OAuth server-to-server credentials.",
    },
    Endpoint {
        id: EndpointId::JwtExchange,
        method: HttpMethod::Post,
        base: PathBase::SignIn,
        path: "/ims/exchange/jwt",
        query: &[],
        page_size: None,
        limit: None,
        summary: "Exchanges a signed JWT for a token (deprecated by Adobe).",
    },
];

/// The path of the service's base URL, which real URLs and the sandbox share (contract 1.1).
pub const BASE_PATH: &str = "/v2/usermanagement";
/// The public host of the service (contract 1.1).
pub const PUBLIC_HOST: &str = "usermanagement.adobe.io";
/// The public sign-in host (contract 1.1).
pub const PUBLIC_SIGN_IN_HOST: &str = "ims-na1.adobelogin.com";

impl EndpointId {
    /// Its declaration in [`ENDPOINTS`].
    pub fn endpoint(self) -> &'static Endpoint {
        let position = ENDPOINTS.iter().position(|endpoint| endpoint.id == self);
        &ENDPOINTS[position.unwrap_or_default()]
    }
}

impl Endpoint {
    /// The path with `values` in place of the names in braces, encoded as contract 2.2 says. A name without
    /// a value stays as it is, so the mistake shows in the URL.
    pub fn fill(&self, values: &[(&str, &str)]) -> String {
        let segments = self.path.split('/').map(|segment| match placeholder(segment) {
            Some(name) => match values.iter().find(|(key, _)| *key == name) {
                Some((_, text)) if name == "group" => percent_encode::value(text),
                Some((_, text)) => percent_encode::keeping_at(text),
                None => segment.to_owned(),
            },
            None => segment.to_owned(),
        });
        segments.collect::<Vec<_>>().join("/")
    }

    /// The decoded values of the names in braces when `path` (relative to this endpoint's base, still
    /// encoded, with or without a final slash) is one of this endpoint's.
    pub fn matches(&self, path: &str) -> Option<Vec<(&'static str, String)>> {
        let path = path.strip_suffix('/').unwrap_or(path);
        let (mut pattern, mut given) = (self.path.split('/'), path.split('/'));
        let mut values = Vec::new();
        loop {
            match (pattern.next(), given.next()) {
                (None, None) => return Some(values),
                (Some(expected), Some(segment)) => match placeholder(expected) {
                    Some(name) if !segment.is_empty() => values.push((name, percent_encode::decode(segment))),
                    None if expected == segment => {}
                    _ => return None,
                },
                _ => return None,
            }
        }
    }
}

fn placeholder(segment: &'static str) -> Option<&'static str> {
    segment.strip_prefix('{')?.strip_suffix('}')
}

/// The endpoint a request belongs to, by method and path relative to `base`.
pub fn find(base: PathBase, method: &str, path: &str) -> Option<&'static Endpoint> {
    ENDPOINTS.iter().find(|endpoint| {
        endpoint.base == base
            && endpoint.method.as_str().eq_ignore_ascii_case(method)
            && endpoint.matches(path).is_some()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn each_id_and_each_route_is_declared_once() {
        let ids: HashSet<_> = ENDPOINTS.iter().map(|endpoint| endpoint.id).collect();
        let routes: HashSet<_> =
            ENDPOINTS.iter().map(|endpoint| (endpoint.method.as_str(), endpoint.path)).collect();
        assert_eq!((ids.len(), routes.len()), (ENDPOINTS.len(), ENDPOINTS.len()));
        for endpoint in ENDPOINTS {
            assert_eq!(endpoint.id.endpoint(), endpoint);
            assert!(endpoint.summary.ends_with('.'), "{}", endpoint.path);
        }
    }

    #[test]
    fn a_filled_path_matches_its_endpoint_and_no_other() {
        let values =
            [("organization", "AB@AdobeOrg"), ("page", "0"), ("group", "A/B #1"), ("user", "a+b@x.y")];
        for endpoint in ENDPOINTS {
            let path = endpoint.fill(&values);
            let found = find(endpoint.base, endpoint.method.as_str(), &path).expect("matches");
            assert_eq!(found.id, endpoint.id, "{path}");
            for (name, value) in endpoint.matches(&path).expect("matches") {
                assert!(values.contains(&(name, value.as_str())), "{name}={value}");
            }
        }
    }

    #[test]
    fn names_are_encoded_as_the_contract_says() {
        let path = EndpointId::GroupUsers.endpoint().fill(&[
            ("organization", "AB@AdobeOrg"),
            ("page", "3"),
            ("group", "Acrobat/Pro@x #1"),
        ]);
        assert_eq!(path, "/users/AB@AdobeOrg/3/Acrobat%2FPro%40x%20%231");
    }

    #[test]
    fn a_final_slash_is_accepted() {
        assert!(find(PathBase::SignIn, "post", "/ims/token/v2/").is_some());
        assert!(find(PathBase::Service, "GET", "/users/X@AdobeOrg").is_none());
    }
}
