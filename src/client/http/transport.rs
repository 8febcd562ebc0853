//! Exactly one HTTP exchange, and what a person can be told when it fails.

use crate::client::settings::ClientSettings;
use crate::error::{Error, ErrorKind, ErrorSource, Result};
use bytes::{Bytes, BytesMut};
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use reqwest::{Certificate, ClientBuilder, Proxy, Url, redirect};
use std::error::Error as _;
use std::io;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// The longest body taken: ten times a full page of users in many groups.
const BODY_LIMIT: usize = 64 << 20;
/// How long a connection may take to be made; nothing has left by then, so trying again is safe.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(30);
/// How long a connection is kept idle. Short, because a gateway that closes one just as a change is written
/// to it leaves the outcome of that change unknown.
const IDLE_TIMEOUT: Duration = Duration::from_secs(20);
/// Our own name and version, as contract 1.4 asks.
const USER_AGENT: &str = concat!("umapi-shell/", env!("CARGO_PKG_VERSION"));

/// One request as it goes over the wire.
pub(crate) struct HttpExchange<'a> {
    pub(crate) method: &'a str,
    pub(crate) url: String,
    pub(crate) headers: Vec<(&'static str, HeaderText<'a>)>,
    pub(crate) body: Option<Bytes>,
}

/// A header's text; a secret one is kept out of every debug output.
pub(crate) enum HeaderText<'a> {
    Plain(&'a str),
    Secret(String),
}

/// An answer, read to its end.
#[derive(Debug)]
pub(crate) struct HttpResponse {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

/// Why there is no answer.
#[derive(Debug)]
pub(crate) enum TransportFault {
    /// Nothing reached the service.
    NotSent(String, ErrorSource),
    /// It may have reached the service.
    Lost(String, ErrorSource),
    /// Trying again cannot help.
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

/// The HTTP clients, each built when it is first needed: a TLS stack takes 4 ms.
#[derive(Debug, Default)]
pub(crate) struct HttpTransport(Mutex<Vec<(ClientRoute, reqwest::Client)>>);

impl HttpResponse {
    /// The text of a header.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }
}

impl HttpTransport {
    /// Sends the request once and reads the whole answer. No redirect is followed: the token belongs to the
    /// configured host alone.
    pub(crate) async fn exchange(
        &self,
        settings: &ClientSettings,
        request: HttpExchange<'_>,
    ) -> Result<HttpResponse, TransportFault> {
        let url = Url::parse(&request.url).map_err(|_| {
            TransportFault::Final(Error::config("the service's URL is broken", "Check `url` and `ims_url`."))
        })?;
        let route = route(&url).map_err(TransportFault::Final)?;
        let host = host_label(&url, route == ClientRoute::Remote && settings.proxy.is_some());
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
        let to_fault = |error: reqwest::Error| fault(error, &host, settings.timeout);
        let response = builder.send().await.map_err(to_fault)?;
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let body = read(response, &host).await.map_err(|error| match error {
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

/// How messages name the other end.
fn host_label(url: &Url, through_proxy: bool) -> String {
    let host = url.host_str().unwrap_or_default();
    if through_proxy { format!("`{host}` through the proxy") } else { format!("`{host}`") }
}

fn header_value(name: &str, text: &HeaderText<'_>) -> Result<HeaderValue, TransportFault> {
    let (text, secret) = match text {
        HeaderText::Plain(text) => (*text, false),
        HeaderText::Secret(text) => (text.as_str(), true),
    };
    let mut value = HeaderValue::from_str(text).map_err(|_| {
        let message = format!("the value for the header `{name}` holds a character it must not");
        TransportFault::Final(Error::config(
            message,
            "Check the client id and the token for stray characters.",
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
            "plain http goes to this machine alone",
            "Give a URL that begins with https://.",
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
        // With no certificate to trust the system's store is not asked for: some machines have none.
        ClientRoute::Plain => builder.no_proxy().tls_certs_only([]),
        ClientRoute::Local => with_ca_bundle(builder.no_proxy(), settings.ca_bundle.as_deref())?,
        ClientRoute::Remote => {
            with_proxy(with_ca_bundle(builder, settings.ca_bundle.as_deref())?, settings.proxy.as_deref())?
        }
    };
    builder.build().map_err(|error| {
        let message = format!("TLS cannot be set up: {}", innermost(&error));
        Error::config(
            message,
            "Install the system's CA certificates, or name a file of them with `ca_bundle`.",
        )
        .caused_by(error)
    })
}

fn with_ca_bundle(builder: ClientBuilder, bundle: Option<&Path>) -> Result<ClientBuilder> {
    let Some(path) = bundle else { return Ok(builder) };
    let refuse = |cause: String| {
        let message = format!("cannot use {} (`ca_bundle`): {cause}", path.display());
        Error::config(message, "It must be a file of certificates in PEM form.")
    };
    let pem = std::fs::read(path).map_err(|error| refuse(error.to_string()))?;
    let certificates = Certificate::from_pem_bundle(&pem).map_err(|error| refuse(innermost(&error)))?;
    if certificates.is_empty() {
        return Err(refuse("there is no certificate in it".to_owned()));
    }
    Ok(builder.tls_certs_merge(certificates))
}

fn with_proxy(builder: ClientBuilder, proxy: Option<&str>) -> Result<ClientBuilder> {
    let Some(proxy) = proxy else { return Ok(builder) };
    // The text may hold a password, so it is not repeated.
    let proxy = Proxy::all(proxy).map_err(|_| {
        Error::config("the setting `proxy` is not a valid proxy URL", "Write it as http://host:port.")
    })?;
    Ok(builder.proxy(proxy))
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

/// Tells the failures apart. URLs stay out of the texts, since only hosts are sure to hold no secret.
fn fault(error: reqwest::Error, host: &str, timeout: Duration) -> TransportFault {
    let error = error.without_url();
    let cause = innermost(&error);
    if error.is_connect() && cause.to_lowercase().contains("certificate") {
        let message = format!("the TLS certificate of {host} is not trusted: {cause}");
        let hint =
            "Behind a proxy that inspects TLS, name its certificate with `ca_bundle` (UMAPI_CA_BUNDLE).";
        return TransportFault::Final(Error::config(message, hint).caused_by(error));
    }
    if error.is_builder() {
        let refused = Error::usage(format!("the request cannot be made: {cause}"));
        return TransportFault::Final(refused.caused_by(error));
    }
    if error.is_connect() {
        let message = match io_kind(&error) {
            _ if error.is_dns() => format!("the host {host} is not known (name resolution)"),
            Some(io::ErrorKind::ConnectionRefused) => format!("{host} refuses the connection"),
            _ if error.is_timeout() => format!("no connection to {host} in time"),
            _ => format!("no connection to {host}: {cause}"),
        };
        return TransportFault::NotSent(message, Arc::new(error));
    }
    let message = match io_kind(&error) {
        _ if error.is_timeout() => format!("no answer from {host} within {:.0} s", timeout.as_secs_f64()),
        Some(io::ErrorKind::ConnectionReset | io::ErrorKind::BrokenPipe) => {
            format!("the connection to {host} was reset")
        }
        _ if error.is_body() || error.is_decode() => format!("the answer of {host} was cut short: {cause}"),
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
        None => "the cause is not known".to_owned(),
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
        assert!(error.to_string().ends_with("there is no certificate in it"), "{error}");
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
