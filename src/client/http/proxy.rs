//! The proxy between this machine and the service: chosen from the setting and the environment, and checked, so that a
//! malformed value is an error instead of a connection around the proxy.

use crate::client::settings::ClientSettings;
use crate::error::{Error, ErrorKind, Result};
use crate::secret::Secret;
use crate::wire::percent_encode;
use reqwest::{NoProxy, Proxy, Url};
use std::net::IpAddr;
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};

/// The variables for https, in the order in which they are used.
const FOR_HTTPS: [&str; 4] = ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"];
/// The variables for plain http, which never leaves this machine; they are checked only.
const FOR_HTTP: [&str; 2] = ["HTTP_PROXY", "http_proxy"];
/// The variables with hosts that are reached without the proxy.
const EXCEPTIONS: [&str; 2] = ["NO_PROXY", "no_proxy"];
/// The name of the setting in messages.
const SETTING: &str = "the setting `proxy`";
/// How long a proxy may take to repeat its refusal.
const PROBE_TIMEOUT: Duration = Duration::from_secs(10);
/// Bytes of a response that are searched for its status line.
const STATUS_LINE: u64 = 256;

/// A proxy, and where it was set.
#[derive(Clone)]
pub(crate) struct ProxyChoice {
    /// The variable, or the setting, as messages name it.
    pub(crate) source: &'static str,
    url: Url,
    exceptions: Vec<String>,
}

impl ProxyChoice {
    /// The proxy of the settings, or else of the environment.
    ///
    /// # Errors
    /// `config`: a malformed value. The message names its variable and does not repeat it, since it may contain a
    /// password.
    pub(crate) fn of(settings: &ClientSettings) -> Result<Option<Self>> {
        Self::choose(settings.proxy.as_deref(), |name| std::env::var(name).ok())
    }

    fn choose(setting: Option<&str>, variable: impl Fn(&str) -> Option<String>) -> Result<Option<Self>> {
        if let Some(text) = setting {
            return Ok(Some(Self { source: SETTING, url: parse(SETTING, text)?, exceptions: Vec::new() }));
        }
        let value = |name: &'static str| {
            let text = variable(name).filter(|text| !text.trim().is_empty())?;
            Some((name, text))
        };
        let urls = FOR_HTTPS.into_iter().chain(FOR_HTTP).filter_map(value);
        let urls: Vec<_> = urls.map(|(name, text)| Ok((name, parse(name, &text)?))).collect::<Result<_>>()?;
        let exceptions = EXCEPTIONS.into_iter().filter_map(value);
        let exceptions: Vec<_> =
            exceptions.map(|(name, text)| parse_exceptions(name, &text)).collect::<Result<_>>()?;
        let chosen = urls.into_iter().find(|(name, _)| FOR_HTTPS.contains(name));
        let exceptions = exceptions.into_iter().next().unwrap_or_default();
        Ok(chosen.map(|(source, url)| Self { source, url, exceptions }))
    }

    /// The proxy for the HTTP library.
    ///
    /// # Errors
    /// `config`: the library does not accept its URL.
    pub(crate) fn for_library(&self) -> Result<Proxy> {
        let proxy = Proxy::all(self.url.as_str()).map_err(|_| malformed(self.source))?;
        Ok(proxy.no_proxy(NoProxy::from_string(&self.exceptions.join(","))))
    }

    /// Whether requests to a host pass the proxy.
    pub(crate) fn is_used_for(&self, host: &str) -> bool {
        let host = host.to_ascii_lowercase();
        !self.exceptions.iter().any(|exception| {
            let domain = exception.trim_start_matches('.').to_ascii_lowercase();
            domain == "*"
                || host == domain
                || host.strip_suffix(&domain).is_some_and(|rest| rest.ends_with('.'))
        })
    }

    /// The proxy as messages name it: scheme, host and port, and where it was set.
    pub(crate) fn label(&self) -> String {
        let port = self.url.port_or_known_default().map(|port| format!(":{port}")).unwrap_or_default();
        let host = self.url.host_str().unwrap_or_default();
        format!("the proxy {}://{host}{port} (from {})", self.url.scheme(), self.source)
    }

    /// The error for a proxy that refused to connect to `host`. Its status is asked for once more, because the HTTP
    /// library does not report it.
    pub(crate) async fn refusal(&self, host: &str, needs_password: bool) -> Error {
        let status = if needs_password { Some(407) } else { self.probe(host).await };
        let label = self.label();
        let status_text = status.map(|status| format!(" (HTTP {status})")).unwrap_or_default();
        if status == Some(407) {
            let message = format!("{label} does not accept the user and password{status_text}");
            let hint = format!(
                "Write them into {} as {}://user:password@host:port.",
                self.source,
                self.url.scheme()
            );
            return Error::config(message, hint);
        }
        let message = format!("{label} refused to connect to `{host}`{status_text}");
        match status {
            Some(status @ 500..) => {
                ErrorKind::Unavailable { status: Some(status), code: None, message }.into()
            }
            _ => Error::config(message, self.hint(host)),
        }
    }

    /// What to do about a proxy that does not connect.
    pub(crate) fn hint(&self, host: &str) -> String {
        format!(
            "Check {}, ask for access to `{host}` through the proxy, or add the host to NO_PROXY.",
            self.source
        )
    }

    /// The status with which the proxy refuses to connect to `host`; `None` if it cannot be found out.
    async fn probe(&self, host: &str) -> Option<u16> {
        if self.url.scheme() != "http" {
            return None;
        }
        let address = (self.url.host_str()?.to_owned(), self.url.port_or_known_default()?);
        let head = format!("CONNECT {host}:443 HTTP/1.1\r\nHost: {host}:443\r\n{}\r\n", self.authorization());
        let exchange = async {
            let mut stream = tokio::net::TcpStream::connect(address).await.ok()?;
            stream.write_all(head.as_bytes()).await.ok()?;
            let mut line = Vec::new();
            BufReader::new(stream.take(STATUS_LINE)).read_until(b'\n', &mut line).await.ok()?;
            String::from_utf8_lossy(&line).split_whitespace().nth(1)?.parse().ok()
        };
        tokio::time::timeout(PROBE_TIMEOUT, exchange).await.ok()?
    }

    /// The header with user and password; empty without them.
    fn authorization(&self) -> String {
        if self.url.username().is_empty() {
            return String::new();
        }
        let decode = |text: &str| percent_encode::decode(text);
        let (user, password) = (decode(self.url.username()), self.url.password().map(decode));
        let request = reqwest::Client::new().get("http://localhost/").basic_auth(user, password).build();
        let header = request.ok().and_then(|request| request.headers().get("authorization").cloned());
        match header.as_ref().and_then(|value| value.to_str().ok()) {
            Some(value) => format!("Proxy-Authorization: {value}\r\n"),
            None => String::new(),
        }
    }
}

/// Parses a proxy as `scheme://user:password@host:port`; the scheme may be left out.
fn parse(source: &'static str, text: &str) -> Result<Url> {
    let text = text.trim();
    let full = if text.contains("://") { text.to_owned() } else { format!("http://{text}") };
    let url = Url::parse(&full).map_err(|_| malformed(source))?;
    if url.scheme().starts_with("socks") {
        let hint = "umapish supports http and https proxies; unset it or name one of those.";
        return Err(Error::config(format!("{source} names a SOCKS proxy, which is not supported"), hint));
    }
    let is_plain = matches!(url.path(), "" | "/") && url.query().is_none() && url.fragment().is_none();
    if matches!(url.scheme(), "http" | "https") && url.has_host() && is_plain {
        // It is masked from now on.
        drop(url.password().map(|password| Secret::from(percent_encode::decode(password))));
        return Ok(url);
    }
    Err(malformed(source))
}

fn malformed(source: &str) -> Error {
    Error::config(
        format!("{source} is not a valid proxy URL"),
        "Write it as http://host:port or http://user:password@host:port. In user and password, write `@` as %40, `#` as \
         %23, `/` as %2F and `:` as %3A.",
    )
}

/// Parses a list of hosts that are reached directly: names, `.domain`, `*.domain`, addresses, networks, or `*`.
fn parse_exceptions(source: &'static str, text: &str) -> Result<Vec<String>> {
    let entries = text.split([',', ' ', '\t']).map(str::trim).filter(|entry| !entry.is_empty());
    entries.map(|entry| parse_exception(source, entry)).collect()
}

fn parse_exception(source: &'static str, entry: &str) -> Result<String> {
    let is_network = entry.split_once('/').is_some_and(|(address, bits)| {
        address.parse::<IpAddr>().is_ok() && bits.parse::<u8>().is_ok_and(|bits| bits <= 128)
    });
    if is_network || entry.trim_matches(['[', ']']).parse::<IpAddr>().is_ok() || entry == "*" {
        return Ok(entry.trim_matches(['[', ']']).to_owned());
    }
    let host = match entry.split_once(':') {
        Some((host, port)) if port.parse::<u16>().is_ok() => host,
        _ => entry,
    };
    let host = host.strip_prefix('*').unwrap_or(host);
    let is_name = host.chars().all(|letter| letter.is_alphanumeric() || "-_.".contains(letter));
    if is_name && host.contains(char::is_alphanumeric) {
        return Ok(host.to_owned());
    }
    Err(Error::config(
        format!("{source} has an entry that is not a host, a domain, an address or a network"),
        "Write it as a list with commas, such as localhost,.example.com,10.0.0.0/8, without `http://`.",
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn choose(setting: Option<&str>, variables: &[(&str, &str)]) -> Result<Option<ProxyChoice>> {
        ProxyChoice::choose(setting, |name| {
            variables.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())
        })
    }

    #[test]
    fn a_malformed_value_is_an_error_that_names_its_source_without_its_password() {
        let malformed = [
            "http://us@er:p#hunter2@127.0.0.1:1",
            "http://u:hunter2/x@h:1",
            "http://",
            "ftp://h:1",
            "socks5://hunter2@h:1",
            "http://h:99999",
            "http://h:1/hunter2",
            "http://[broken",
        ];
        let spellings = FOR_HTTPS.into_iter().chain(FOR_HTTP);
        for text in malformed {
            for name in spellings.clone() {
                let error = choose(None, &[(name, text)]).err().expect(text);
                assert_eq!(error.kind.name(), "config", "{name} {text}");
                let shown = format!("{error} {}", error.hint().unwrap_or_default());
                assert!(shown.contains(name) && !shown.contains("hunter2"), "{text}: {shown}");
            }
            let error = choose(Some(text), &[]).err().expect(text).to_string();
            assert!(error.contains("`proxy`") && !error.contains("hunter2"), "{error}");
        }
        for name in EXCEPTIONS {
            for text in ["http://localhost", "a,user@b", "a/b", ";"] {
                let error = choose(None, &[(name, text)]).err().expect(text).to_string();
                assert!(error.contains(name), "{text}: {error}");
            }
        }
    }

    #[test]
    fn the_setting_comes_before_https_proxy_and_that_before_all_proxy() {
        let source = |setting: Option<&str>, variables: &[(&str, &str)]| {
            choose(setting, variables).unwrap().map(|proxy| proxy.source)
        };
        let all = [("all_proxy", "a:1"), ("https_proxy", "b:1"), ("HTTP_PROXY", "c:1")];
        assert_eq!(source(Some("http://d:1"), &all), Some(SETTING));
        assert_eq!(source(None, &all), Some("https_proxy"));
        assert_eq!(source(None, &all[..1]), Some("all_proxy"));
        assert_eq!(source(None, &all[2..]), None);
        assert_eq!(source(None, &[("HTTPS_PROXY", " "), ("ALL_PROXY", "a:1")]), Some("ALL_PROXY"));
        assert_eq!(source(None, &[]), None);
    }

    #[test]
    fn exceptions_are_understood_as_other_programs_mean_them() {
        let used = |exceptions: &str, host: &str| {
            let variables = [("HTTPS_PROXY", "http://us%40er:p%23ss@proxy:3128"), ("NO_PROXY", exceptions)];
            choose(None, &variables).unwrap().unwrap().is_used_for(host)
        };
        for exceptions in
            ["adobe.io", ".adobe.io", "*.adobe.io", "x, usermanagement.ADOBE.io:443", "*", "::1 adobe.io"]
        {
            assert!(!used(exceptions, "usermanagement.adobe.io"), "{exceptions}");
        }
        for exceptions in ["notadobe.io", "10.0.0.0/8,localhost", "[::1]", "io.example"] {
            assert!(used(exceptions, "usermanagement.adobe.io"), "{exceptions}");
        }
    }

    #[test]
    fn a_label_has_scheme_host_and_port_and_no_password() {
        let proxy =
            choose(None, &[("HTTPS_PROXY", "http://user:hunter2@proxy.example.com")]).unwrap().unwrap();
        assert_eq!(proxy.label(), "the proxy http://proxy.example.com:80 (from HTTPS_PROXY)");
        assert!(proxy.authorization().starts_with("Proxy-Authorization: Basic "));
        assert!(proxy.for_library().is_ok());
    }
}
