//! One HTTP exchange, and the message for each way it can fail.

use super::proxy::ProxyChoice;
use crate::client::settings::ClientSettings;
use crate::error::{Error, ErrorKind, ErrorSource, Result};
use crate::store::text_file;
use bytes::{Bytes, BytesMut};
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use reqwest::{Certificate, ClientBuilder, Url, redirect};
use std::error::Error as _;
use std::io;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// The longest body that is accepted: ten times a full page of users in many groups.
const BODY_LIMIT: usize = 64 << 20;
/// The time limit for connecting. Nothing has been sent by then, so another attempt is safe.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(30);
/// How long an idle connection is kept. Short, because a gateway that closes a connection while a change is being
/// sent leaves the outcome of that change unknown.
const IDLE_TIMEOUT: Duration = Duration::from_secs(20);
/// Our name and version (contract 1.4).
const USER_AGENT: &str = concat!("umapi-shell/", env!("CARGO_PKG_VERSION"));

/// One request as it is sent.
pub(crate) struct HttpExchange<'a> {
    pub(crate) method: &'a str,
    pub(crate) url: String,
    pub(crate) headers: Vec<(&'static str, HeaderText<'a>)>,
    pub(crate) body: Option<Bytes>,
}

/// The value of a header; a secret one is kept out of all debug output.
pub(crate) enum HeaderText<'a> {
    Plain(&'a str),
    Secret(String),
}

/// A response with its whole body.
#[derive(Debug)]
pub(crate) struct HttpResponse {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

/// Why there is no response.
#[derive(Debug)]
pub(crate) enum TransportFault {
    /// Nothing reached the service.
    NotSent(String, ErrorSource),
    /// It may have reached the service.
    Lost(String, ErrorSource),
    /// The proxy could not be reached; with a hint.
    ProxyUnreachable(String, String, ErrorSource),
    /// Another attempt cannot help.
    Final(Error),
}

/// Which of the HTTP clients a URL needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum ClientRoute {
    /// Plain HTTP to this machine: no certificates, no proxy.
    Plain,
    /// TLS to this machine: no proxy.
    Local,
    /// Everything else.
    Remote,
}

/// The HTTP clients, each built when it is first needed, because a TLS stack takes 4 ms.
#[derive(Debug, Default)]
pub(crate) struct HttpTransport(Mutex<Vec<(ClientRoute, reqwest::Client)>>);

impl HttpResponse {
    /// The text of a header.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }
}

impl HttpTransport {
    /// Sends the request once and reads the whole response. Redirects are not followed: the token is for the
    /// configured host only.
    pub(crate) async fn exchange(
        &self,
        settings: &ClientSettings,
        request: HttpExchange<'_>,
    ) -> Result<HttpResponse, TransportFault> {
        let url = Url::parse(&request.url).map_err(|_| {
            TransportFault::Final(Error::config(
                "the service's URL is not a valid URL",
                "Check `url` and `ims_url`.",
            ))
        })?;
        let route = route(&url).map_err(TransportFault::Final)?;
        let host = url.host_str().unwrap_or_default().to_owned();
        let proxy = if route == ClientRoute::Remote {
            ProxyChoice::of(settings).map_err(TransportFault::Final)?.filter(|proxy| proxy.is_used_for(&host))
        } else {
            None
        };
        let label = format!("`{host}`");
        let http = self.http(settings, route).map_err(TransportFault::Final)?;
        let method = reqwest::Method::from_bytes(request.method.as_bytes()).map_err(|_| {
            TransportFault::Final(Error::usage(format!("`{}` is not a valid HTTP method", request.method)))
        })?;
        let mut builder = http.request(method, url);
        for (name, text) in &request.headers {
            builder = builder.header(HeaderName::from_static(name), header_value(name, text)?);
        }
        if let Some(body) = request.body {
            builder = builder.body(body);
        }
        let to_fault = |error: reqwest::Error| fault(error, &label, settings.timeout);
        let response = match builder.send().await {
            Ok(response) => response,
            Err(error) => {
                return Err(match &proxy {
                    Some(proxy) if is_proxy_fault(&error) => proxy_fault(error, proxy, &host).await,
                    _ => to_fault(error),
                });
            }
        };
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let body = read(response, &label).await.map_err(|error| match error {
            UnreadBody::Broken(error) => to_fault(error),
            UnreadBody::TooLong(error) => TransportFault::Final(error),
        })?;
        Ok(HttpResponse { status, headers, body })
    }

    fn http(&self, settings: &ClientSettings, route: ClientRoute) -> Result<reqwest::Client> {
        let mut clients = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, client)) = clients.iter().find(|(known, _)| *known == route) {
            return Ok(client.clone());
        }
        let client = build(settings, route)?;
        clients.push((route, client.clone()));
        Ok(client)
    }
}

fn header_value(name: &str, text: &HeaderText<'_>) -> Result<HeaderValue, TransportFault> {
    let (text, secret) = match text {
        HeaderText::Plain(text) => (*text, false),
        HeaderText::Secret(text) => (text.as_str(), true),
    };
    let mut value = HeaderValue::from_str(text).map_err(|_| {
        let message = format!("the value for the header `{name}` contains an invalid character");
        TransportFault::Final(Error::config(
            message,
            "Check the client id and the token for invalid characters.",
        ))
    })?;
    value.set_sensitive(secret);
    Ok(value)
}

fn route(url: &Url) -> Result<ClientRoute> {
    match (url.scheme() == "https", is_loopback(url)) {
        (true, true) => Ok(ClientRoute::Local),
        (true, false) => Ok(ClientRoute::Remote),
        (false, true) => Ok(ClientRoute::Plain),
        (false, false) => Err(Error::config(
            "plain http is allowed only to this machine",
            "Use a URL that begins with https://.",
        )),
    }
}

fn is_loopback(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    let address = host.trim_start_matches('[').trim_end_matches(']');
    let local = address.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback());
    local || host.eq_ignore_ascii_case("localhost")
}

fn build(settings: &ClientSettings, route: ClientRoute) -> Result<reqwest::Client> {
    let mut builder = ClientBuilder::new()
        .user_agent(USER_AGENT)
        .redirect(redirect::Policy::none())
        .retry(reqwest::retry::never())
        .timeout(settings.timeout)
        .connect_timeout(settings.timeout.min(CONNECT_TIMEOUT))
        .pool_idle_timeout(IDLE_TIMEOUT)
        .tcp_nodelay(true);
    builder = match route {
        // An empty set of certificates avoids reading the system's store, which some machines do not have.
        ClientRoute::Plain => builder.no_proxy().tls_certs_only([]),
        ClientRoute::Local => with_ca_bundle(builder.no_proxy(), settings.ca_bundle.as_deref())?,
        ClientRoute::Remote => {
            let builder = with_ca_bundle(builder, settings.ca_bundle.as_deref())?;
            match ProxyChoice::of(settings)? {
                Some(proxy) => builder.proxy(proxy.for_library()?),
                None => builder,
            }
        }
    };
    builder.build().map_err(|error| {
        let message = format!("cannot set up TLS: {}", innermost(&error));
        Error::config(
            message,
            "Install the system's CA certificates, or set `ca_bundle` to a file of certificates.",
        )
        .caused_by(error)
    })
}

fn with_ca_bundle(builder: ClientBuilder, bundle: Option<&Path>) -> Result<ClientBuilder> {
    let Some(path) = bundle else { return Ok(builder) };
    let refuse = |cause: String| {
        let message = format!("cannot use {} (`ca_bundle`): {cause}", path.display());
        Error::config(message, "It must be a file of certificates in PEM format.")
    };
    let pem = text_file::read(path).map_err(|error| refuse(error.message()))?;
    let certificates =
        Certificate::from_pem_bundle(pem.as_bytes()).map_err(|error| refuse(innermost(&error)))?;
    if certificates.is_empty() {
        return Err(refuse("it contains no certificate".to_owned()));
    }
    Ok(builder.tls_certs_merge(certificates))
}

enum UnreadBody {
    Broken(reqwest::Error),
    TooLong(Error),
}

async fn read(mut response: reqwest::Response, host: &str) -> Result<Bytes, UnreadBody> {
    let status = response.status().as_u16();
    let announced = response.content_length().and_then(|length| usize::try_from(length).ok());
    let mut body = BytesMut::with_capacity(announced.unwrap_or_default().min(BODY_LIMIT));
    while let Some(chunk) = response.chunk().await.map_err(UnreadBody::Broken)? {
        if body.len() + chunk.len() > BODY_LIMIT {
            let message = format!("{host} sent more than {} MiB", BODY_LIMIT >> 20);
            return Err(UnreadBody::TooLong(ErrorKind::Decode { status, message }.into()));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body.freeze())
}

/// How the HTTP library words a proxy's refusal; it has no type for it.
const TUNNEL_ERROR: &str = "tunnel error";
/// The same for a proxy that wants a user and password.
const TUNNEL_NEEDS_PASSWORD: &str = "proxy authorization required";

/// Whether a request through a proxy failed before it reached the service: at the proxy.
fn is_proxy_fault(error: &reqwest::Error) -> bool {
    let is_tls = innermost(error).to_lowercase().contains("certificate");
    let in_tunnel = chain(error).any(|cause| cause.to_string().starts_with(TUNNEL_ERROR));
    error.is_connect()
        && !is_tls
        && (in_tunnel || error.is_dns() || error.is_timeout() || io_kind(error).is_some())
}

async fn proxy_fault(error: reqwest::Error, proxy: &ProxyChoice, host: &str) -> TransportFault {
    let error = error.without_url();
    let tunnel = chain(&error).map(ToString::to_string).find(|cause| cause.starts_with(TUNNEL_ERROR));
    let is_refusal = tunnel
        .as_ref()
        .is_some_and(|cause| cause.ends_with("unsuccessful") || cause.ends_with(TUNNEL_NEEDS_PASSWORD));
    if is_refusal {
        let refusal =
            proxy.refusal(host, tunnel.is_some_and(|cause| cause.ends_with(TUNNEL_NEEDS_PASSWORD))).await;
        return match &*refusal.kind {
            ErrorKind::Unavailable { .. } => TransportFault::NotSent(refusal.message(), Arc::new(error)),
            _ => TransportFault::Final(refusal.caused_by(error)),
        };
    }
    let label = proxy.label();
    let message = match io_kind(&error) {
        _ if error.is_dns() => format!("the host of {label} could not be resolved"),
        Some(io::ErrorKind::ConnectionRefused) => format!("{label} refused the connection"),
        _ if error.is_timeout() => format!("no connection to {label} within the time limit"),
        _ => format!("no connection through {label}: {}", innermost(&error)),
    };
    TransportFault::ProxyUnreachable(message, proxy.hint(host), Arc::new(error))
}

/// Classifies a failure. Messages contain hosts but no URLs, because a URL may contain a secret.
fn fault(error: reqwest::Error, host: &str, timeout: Duration) -> TransportFault {
    let error = error.without_url();
    let cause = innermost(&error);
    if error.is_connect() && cause.to_lowercase().contains("certificate") {
        let message = format!("the TLS certificate of {host} is not trusted: {cause}");
        let hint = "Behind a proxy that inspects TLS, set `ca_bundle` (UMAPI_CA_BUNDLE) to a file with its certificate.";
        return TransportFault::Final(Error::config(message, hint).caused_by(error));
    }
    if error.is_builder() {
        let refused = Error::usage(format!("cannot create the request: {cause}"));
        return TransportFault::Final(refused.caused_by(error));
    }
    if error.is_connect() {
        let message = match io_kind(&error) {
            _ if error.is_dns() => format!("the host {host} could not be resolved"),
            Some(io::ErrorKind::ConnectionRefused) => format!("{host} refused the connection"),
            _ if error.is_timeout() => format!("no connection to {host} within the time limit"),
            _ => format!("no connection to {host}: {cause}"),
        };
        return TransportFault::NotSent(message, Arc::new(error));
    }
    let message = match io_kind(&error) {
        _ if error.is_timeout() => format!("no response from {host} within {:.0} s", timeout.as_secs_f64()),
        Some(io::ErrorKind::ConnectionReset | io::ErrorKind::BrokenPipe) => {
            format!("the connection to {host} was reset")
        }
        _ if error.is_body() || error.is_decode() => format!("the response of {host} was cut short: {cause}"),
        _ => format!("the connection to {host} broke: {cause}"),
    };
    TransportFault::Lost(message, Arc::new(error))
}

/// The causes of an error, the nearest first.
fn chain(error: &reqwest::Error) -> impl Iterator<Item = &(dyn std::error::Error + 'static)> {
    let mut next = error.source();
    std::iter::from_fn(move || {
        let cause = next?;
        next = cause.source();
        Some(cause)
    })
}

fn innermost(error: &reqwest::Error) -> String {
    match chain(error).last() {
        Some(cause) => cause.to_string(),
        None => "unknown cause".to_owned(),
    }
}

fn io_kind(error: &reqwest::Error) -> Option<io::ErrorKind> {
    chain(error).filter_map(|cause| cause.downcast_ref::<io::Error>()).map(io::Error::kind).last()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::client::settings::Credentials;
    use crate::secret::Secret;

    fn settings() -> ClientSettings {
        let token = Credentials::Token { client_id: "id".into(), token: Secret::from("token") };
        ClientSettings::new("A@AdobeOrg", token)
    }

    fn url(text: &str) -> Url {
        Url::parse(text).unwrap()
    }

    #[test]
    fn each_url_has_its_route_and_plain_http_stays_on_this_machine() {
        for (text, expected) in [
            ("http://127.0.0.1:8080/x", ClientRoute::Plain),
            ("http://localhost/x", ClientRoute::Plain),
            ("http://[::1]:80/x", ClientRoute::Plain),
            ("https://localhost/x", ClientRoute::Local),
            ("https://usermanagement.adobe.io/x", ClientRoute::Remote),
        ] {
            assert_eq!(route(&url(text)).unwrap(), expected, "{text}");
        }
        for text in ["http://usermanagement.adobe.io/", "http://127.0.0.1.example.com/"] {
            assert_eq!(route(&url(text)).unwrap_err().kind.name(), "config", "{text}");
        }
    }

    #[test]
    fn plain_http_to_this_machine_reads_no_certificates() {
        let mut settings = settings();
        settings.ca_bundle = Some("/nowhere/bundle.pem".into());
        assert!(build(&settings, ClientRoute::Plain).is_ok());
    }

    #[test]
    fn a_bundle_that_cannot_be_used_is_named() {
        let mut settings = settings();
        settings.ca_bundle = Some("/nowhere/bundle.pem".into());
        let error = build(&settings, ClientRoute::Remote).unwrap_err();
        assert!(error.to_string().starts_with("cannot use /nowhere/bundle.pem (`ca_bundle`):"), "{error}");
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("bundle.pem");
        std::fs::write(&path, "no certificate").unwrap();
        settings.ca_bundle = Some(path);
        let error = build(&settings, ClientRoute::Remote).unwrap_err();
        assert!(error.to_string().ends_with("it contains no certificate"), "{error}");
    }

    #[test]
    fn a_bundle_is_read_however_it_was_saved() {
        let certificate = include_str!("../../../tests/data/certificate.pem");
        let windows = certificate.replace('\n', "\r\n");
        let wide = format!("\u{feff}{windows}").encode_utf16().flat_map(u16::to_le_bytes).collect();
        let mark = "\u{feff}".as_bytes();
        for bytes in [certificate.into(), windows.clone().into(), [mark, windows.as_bytes()].concat(), wide] {
            let bytes: Vec<u8> = bytes;
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("bundle.pem");
            std::fs::write(&path, bytes).unwrap();
            let settings = ClientSettings { ca_bundle: Some(path), ..settings() };
            assert!(build(&settings, ClientRoute::Local).is_ok());
        }
    }

    #[test]
    fn a_broken_proxy_is_refused_without_repeating_it() {
        let mut settings = settings();
        settings.proxy = Some("http://user:hunter2@[broken".into());
        let error = build(&settings, ClientRoute::Remote).unwrap_err();
        assert!(error.to_string().contains("`proxy`") && !error.to_string().contains("hunter2"), "{error}");
    }

    #[test]
    fn a_secret_header_does_not_show_and_a_broken_one_is_refused() {
        let value = header_value("authorization", &HeaderText::Secret("Bearer abc".into())).unwrap();
        assert!(value.is_sensitive() && !format!("{value:?}").contains("abc"));
        assert!(header_value("x-api-key", &HeaderText::Plain("a\nb")).is_err());
    }
}
