//! The target of a request, resolved from what a caller wrote so that a token is sent to the configured service only.

use crate::client::settings::ClientSettings;
use crate::error::{Error, Result};
use crate::wire::endpoint::{
    self, BASE_PATH, ENDPOINTS, Endpoint, EndpointId, HttpMethod, PUBLIC_HOST, PathBase,
};
use crate::wire::percent_encode;
use url::{Position, Url};

/// How the id of every organization ends, in lower case.
const ORGANIZATION_ENDING: &str = "@adobeorg";

/// The query parameter that makes an action request a rehearsal.
const TEST_ONLY: &str = "testOnly";

/// A request's method and URL.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct RequestTarget {
    /// In upper case.
    pub(crate) method: String,
    base: PathBase,
    /// Relative to the base, encoded.
    path: String,
    /// The pairs of the query, encoded.
    query: Vec<String>,
    endpoint: Option<&'static Endpoint>,
}

/// What a request does, according to its target.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RequestNature {
    /// It reads.
    Read,
    /// It is a list of commands.
    Action,
    /// It writes something else.
    Write,
}

impl RequestTarget {
    /// A known endpoint; `query` with its question mark, or empty.
    pub(crate) fn of(id: EndpointId, values: &[(&str, &str)], query: &str) -> Self {
        let endpoint = id.endpoint();
        Self {
            method: endpoint.method.as_str().to_owned(),
            base: endpoint.base,
            path: endpoint.fill(values),
            query: query_pairs(query.trim_start_matches('?')),
            endpoint: Some(endpoint),
        }
    }

    /// Parses a target as a caller writes it: a path relative to the service's base, a path with the base, or a
    /// full URL whose host is the configured one or Adobe's public one (which stands for the configured service).
    ///
    /// # Errors
    /// `usage`: another host, another organization, a path outside the service, or a path with `..`.
    pub(crate) fn parse(settings: &ClientSettings, method: &str, target: &str) -> Result<Self> {
        let method = method.trim().to_ascii_uppercase();
        if method.is_empty() || !method.bytes().all(|byte| byte.is_ascii_alphabetic()) {
            return Err(Error::usage(format!("`{method}` is not a valid HTTP method")));
        }
        let full = WrittenUrl::parse(target)?;
        if let Some(full) = &full {
            check_host(settings, target, full.authority)?;
        }
        let rest = full.as_ref().map_or(target, |full| full.rest);
        let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
        let path = canonical(path)?;
        let (base, path) = resolve_base(settings, &method, path, full.is_some())?;
        check_organization(&settings.organization, &path, query)?;
        let endpoint = endpoint::find(base, &method, &path);
        Ok(Self { method, base, path, query: query_pairs(query), endpoint })
    }

    /// The whole URL.
    pub(crate) fn url(&self, settings: &ClientSettings) -> String {
        let base = match self.base {
            PathBase::Service => settings.service_url.clone(),
            PathBase::SignIn => settings.sign_in_url.clone(),
            PathBase::ServiceHost => host_part(&settings.service_url),
        };
        let mark = if self.query.is_empty() { "" } else { "?" };
        format!("{base}{}{mark}{}", self.path, self.query.join("&"))
    }

    /// Method and path, for people.
    pub(crate) fn label(&self) -> String {
        format!("{} {}", self.method, self.path)
    }

    /// Method and the path of the endpoint as the documentation writes it, which names nobody.
    pub(crate) fn endpoint_label(&self) -> String {
        let path = self.endpoint.map_or("another path", |endpoint| endpoint.path);
        format!("{} {path}", self.method)
    }

    /// The endpoint whose limit it counts against.
    pub(crate) fn lane(&self) -> Option<EndpointId> {
        self.endpoint.map(|endpoint| endpoint.id)
    }

    /// Whether it needs a token: the service's status is public (contract 1.1).
    pub(crate) fn is_signed(&self) -> bool {
        self.base == PathBase::Service
    }

    /// Whether it asks for a token.
    pub(crate) fn is_sign_in(&self) -> bool {
        self.base == PathBase::SignIn
    }

    /// What it does. Every POST below the action path is a list of commands, however the path is spelled.
    pub(crate) fn nature(&self) -> RequestNature {
        let first = |path: &str| path.split('/').nth(1).unwrap_or_default().to_ascii_lowercase();
        let action = first(EndpointId::Action.endpoint().path);
        match self.method.as_str() {
            "GET" | "HEAD" | "OPTIONS" => RequestNature::Read,
            post if post == HttpMethod::Post.as_str() && first(&self.path) == action => RequestNature::Action,
            _ => RequestNature::Write,
        }
    }

    /// Whether its query asks for a rehearsal (contract 7.31); `None` if it says nothing of it.
    ///
    /// # Errors
    /// `usage`: it does not say clearly which, as with `testOnly=1`, or with a name that only resembles `testOnly`. The
    /// service takes such a query for a real change.
    pub(crate) fn asks_for_rehearsal(&self) -> Result<Option<bool>> {
        let mut asked = None;
        for pair in self.query.iter().filter(|pair| resembles_test_only(pair)) {
            let (name, value) = parameter(pair);
            let wish = match value.to_ascii_lowercase().as_str() {
                "true" => true,
                "false" => false,
                _ => return Err(unclear(&name, &value)),
            };
            if !name.eq_ignore_ascii_case(TEST_ONLY) || asked.is_some_and(|earlier| earlier != wish) {
                return Err(unclear(&name, &value));
            }
            asked = Some(wish);
        }
        Ok(asked)
    }

    /// Makes it a rehearsal or a real change. The service gets one parameter in its own spelling, or none, whatever the
    /// caller wrote.
    pub(crate) fn set_rehearsal(&mut self, is_rehearsal: bool) {
        self.query.retain(|pair| !resembles_test_only(pair));
        if is_rehearsal {
            self.query.push(format!("{TEST_ONLY}=true"));
        }
    }
}

/// Name and value of a pair of a query, decoded.
fn parameter(pair: &str) -> (String, String) {
    let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
    (percent_encode::decode(name), percent_encode::decode(value))
}

/// Whether a pair of a query has `testOnly` in it in some spelling: in another case, with other characters around or
/// between.
fn resembles_test_only(pair: &str) -> bool {
    let decoded = percent_encode::decode(pair);
    let letters: String = decoded.chars().filter(char::is_ascii_alphabetic).collect();
    letters.to_ascii_lowercase().contains(&TEST_ONLY.to_ascii_lowercase())
}

fn unclear(name: &str, value: &str) -> Error {
    Error::usage_with_hint(
        format!("the query does not say clearly whether to rehearse: `{name}={value}`"),
        format!("Leave it out, since umapish sets it by its mode, or write `{TEST_ONLY}=true`."),
    )
}

/// A URL as the caller wrote it: its authority and the rest.
struct WrittenUrl<'t> {
    authority: &'t str,
    rest: &'t str,
}

impl<'t> WrittenUrl<'t> {
    /// `None` for a path. Anything that the URL standard parses as a URL with a host is not a path.
    ///
    /// # Errors
    /// `usage`: a URL that is not written as `https://host/path`.
    fn parse(text: &'t str) -> Result<Option<Self>> {
        let parsed = Url::parse(text);
        let is_url = parsed.as_ref().is_ok_and(Url::has_host);
        let Some(rest) = after_scheme(text) else {
            let refused = Error::usage("write a URL as `https://host/path`");
            return if is_url { Err(refused) } else { Ok(None) };
        };
        if !parsed.is_ok_and(|url| matches!(url.scheme(), "http" | "https")) {
            return Err(Error::usage("the URL of the request is not a valid http or https URL"));
        }
        let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
        Ok(Some(Self { authority: &rest[..end], rest: &rest[end..] }))
    }
}

/// What follows `scheme://`.
fn after_scheme(text: &str) -> Option<&str> {
    let (scheme, rest) = text.trim_start().split_once("://")?;
    let is_scheme = !scheme.is_empty() && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric());
    is_scheme.then_some(rest)
}

/// Checks that a URL names the service's host.
///
/// The URL standard accepts many spellings of one host: escapes, other alphabets, backslashes, tabs. Only the
/// plain spelling is accepted here, so that no two parsers can disagree about where a token is sent.
fn check_host(settings: &ClientSettings, target: &str, authority: &str) -> Result<()> {
    let plain = |authority: &str| {
        let authority = authority.to_ascii_lowercase();
        authority.strip_suffix(":443").map_or(authority.clone(), str::to_owned)
    };
    let parsed = Url::parse(target).ok();
    let host = parsed.as_ref().and_then(Url::host_str).unwrap_or_default();
    let is_plain = parsed.as_ref().is_some_and(|url| plain(host_and_port(url)) == plain(authority));
    let configured = Url::parse(&settings.service_url).map(|url| plain(host_and_port(&url))).ok();
    let given = plain(authority);
    if is_plain && (given == PUBLIC_HOST || Some(&given) == configured.as_ref()) {
        return Ok(());
    }
    Err(Error::usage_with_hint(
        format!(
            "`{host}`, as written here, is not the host of the service; umapish sends its token nowhere else"
        ),
        format!("Use a path, or a URL that begins with https://{PUBLIC_HOST}{BASE_PATH}."),
    ))
}

/// The host, and the port unless it is the scheme's default.
pub(super) fn host_and_port(url: &Url) -> &str {
    &url[Position::BeforeHost..Position::AfterPort]
}

/// Scheme and authority of a URL.
fn host_part(url: &str) -> String {
    Url::parse(url).map_or_else(|_| url.to_owned(), |url| url[..Position::BeforePath].to_owned())
}

/// The base a path belongs to, and the path relative to it.
fn resolve_base(
    settings: &ClientSettings,
    method: &str,
    path: String,
    full: bool,
) -> Result<(PathBase, String)> {
    let service = Url::parse(&settings.service_url).ok();
    let configured = service.as_ref().map_or("", |url| url.path().trim_end_matches('/'));
    for base in [configured, BASE_PATH] {
        match path.strip_prefix(base) {
            Some(rest) if !base.is_empty() && rest.starts_with('/') => {
                return Ok((PathBase::Service, rest.to_owned()));
            }
            _ => {}
        }
    }
    if endpoint::find(PathBase::ServiceHost, method, &path).is_some() {
        return Ok((PathBase::ServiceHost, path));
    }
    if full && !configured.is_empty() {
        return Err(Error::usage(format!("the path `{path}` does not begin with `{BASE_PATH}`")));
    }
    Ok((PathBase::Service, path))
}

/// Checks that a path and its query name no other organization, in whatever encoding.
///
/// Where the service takes the id of an organization, it must be ours; elsewhere, nothing may look like that of
/// another one.
fn check_organization(organization: &str, path: &str, query: &str) -> Result<()> {
    let segments: Vec<_> = path.split('/').skip(1).map(decoded).collect();
    let takes_organization = |first: &String| {
        let templates = ENDPOINTS.iter().map(|endpoint| endpoint.path);
        let mut firsts = templates.filter_map(|path| path.strip_prefix('/')?.split_once("/{organization}"));
        firsts.any(|(known, _)| known.eq_ignore_ascii_case(first.trim()))
    };
    let is_ours = |text: &str| text.eq_ignore_ascii_case(organization);
    let expected = segments.first().filter(|first| takes_organization(first)).and_then(|_| segments.get(1));
    let values = query.split(['&', '=']).map(decoded);
    let is_foreign =
        |text: &String| text.to_ascii_lowercase().contains(ORGANIZATION_ENDING) && !is_ours(text);
    let foreign = expected.filter(|text| !is_ours(text)).cloned();
    match foreign.or_else(|| segments.iter().cloned().chain(values).find(is_foreign)) {
        None => Ok(()),
        Some(other) => Err(Error::usage_with_hint(
            format!("`{other}` is not the organization of this run, which is `{organization}`"),
            "A script can call the service for the organization of its profile only; choose another profile with -p.",
        )),
    }
}

/// A string without escapes, even if they were escaped again.
fn decoded(text: &str) -> String {
    let mut text = text.to_owned();
    loop {
        let next = percent_encode::decode(&text);
        if next == text {
            return text.trim().to_owned();
        }
        text = next;
    }
}

/// A path with each segment encoded once, without anything that a server could read as another path.
fn canonical(path: &str) -> Result<String> {
    let mut clean = String::new();
    for segment in path.trim().split('/').filter(|segment| !segment.is_empty()) {
        let segment = percent_encoded(segment, |byte| byte == b'@');
        if segment == "." || segment == ".." {
            return Err(Error::usage("a path must not contain `.` or `..`"));
        }
        clean.push('/');
        clean.push_str(&segment);
    }
    if clean.is_empty() {
        return Err(Error::usage("the request has no path"));
    }
    Ok(clean)
}

fn query_pairs(query: &str) -> Vec<String> {
    let stays = |byte: u8| b"!$'()*+,;:@/?=".contains(&byte);
    query.split('&').filter(|pair| !pair.is_empty()).map(|pair| percent_encoded(pair, stays)).collect()
}

/// Encodes each byte that is neither unreserved nor `is_allowed`. Escapes are kept, except those of unreserved
/// characters, which are decoded.
fn percent_encoded(text: &str, is_allowed: impl Fn(u8) -> bool) -> String {
    let unreserved = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    let bytes = text.as_bytes();
    let (mut clean, mut position) = (String::new(), 0);
    while position < bytes.len() {
        let escape = bytes.get(position + 1..position + 3).filter(|_| bytes[position] == b'%');
        let (byte, escaped) = match escape.and_then(hexadecimal) {
            Some(byte) => (byte, true),
            None => (bytes[position], false),
        };
        position += if escaped { 3 } else { 1 };
        if unreserved(byte) || (!escaped && is_allowed(byte)) {
            clean.push(char::from(byte));
        } else {
            clean.push_str(percent_encoding::percent_encode_byte(byte));
        }
    }
    clean
}

fn hexadecimal(digits: &[u8]) -> Option<u8> {
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    Some(digit(digits[0])? * 16 + digit(digits[1])?)
}

#[cfg(test)]
mod tests;
