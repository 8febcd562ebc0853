//! `umapish doctor`: tests the connection to the service hop by hop; each line says `ok`, or how to fix it.

use crate::client::http::proxy::ProxyChoice;
use crate::client::request::{ApiResponse, RawRequest};
use crate::client::settings::{ClientSettings, Credentials, SignInFlow};
use crate::error::{Error, ErrorKind, Result};
use crate::host::session::{Session, SessionSetup};
use crate::output::Output;
use crate::session::run_setup::RunSetup;
use crate::shell::exit_code::RunExit;
use crate::store::file_door;
use crate::wire::invisible::defused;
use std::net::ToSocketAddrs;
use std::path::PathBuf;
use std::time::{Duration, Instant, SystemTime};

/// A larger clock difference breaks tokens and certificates.
const CLOCK_TOLERANCE: Duration = Duration::from_mins(2);
/// The longest wait for a response.
const TIMEOUT: Duration = Duration::from_secs(30);
/// Looked up to test the service: no user has this address (RFC 2606).
const NOBODY: &str = "umapi-doctor@example.invalid";

/// What is known before anything is sent.
pub(crate) struct DoctorChart {
    /// The configuration file; `None` for the sandbox, which needs none.
    pub file: Option<PathBuf>,
    /// What is wrong with it, if anything.
    pub finding: Option<Error>,
    /// What a session needs.
    pub setup: RunSetup,
}

/// A hop that was checked.
struct CheckedHop {
    name: &'static str,
    finding: Result<String>,
}

impl CheckedHop {
    fn new(name: &'static str, finding: Result<String>) -> Self {
        Self { name, finding }
    }
}

/// Checks every hop up to the first that fails.
pub(crate) fn run(chart: DoctorChart, output: &Output) -> RunExit {
    let DoctorChart { file, finding, setup } = chart;
    let mut doctor = Doctor { output, failed: None };
    doctor.report(CheckedHop::new("file", finding.map_or_else(|| Ok(look_at_file(file.as_ref())), Err)));
    doctor.examine(setup);
    match doctor.failed {
        None => RunExit::Done,
        Some(error) => match RunExit::of_kind(error.kind.name()) {
            exit @ (RunExit::Unavailable | RunExit::Interrupted) => exit,
            _ => RunExit::Config,
        },
    }
}

struct Doctor<'a> {
    output: &'a Output,
    failed: Option<Error>,
}

impl Doctor<'_> {
    /// Prints the result of a hop; returns whether it passed.
    fn report(&mut self, hop: CheckedHop) -> bool {
        let palette = self.output.data_palette();
        match hop.finding {
            Ok(finding) => {
                self.output.data(&format!("{}    {:<13} {finding}", palette.text("ok"), hop.name));
                true
            }
            Err(error) => {
                self.output.data(&format!(
                    "{}  {:<13} {}",
                    palette.error("FAIL"),
                    hop.name,
                    defused(&error.to_string())
                ));
                if let Some(hint) = remedy(&error) {
                    self.output.data(&format!("      {:<13} {}: {hint}", "", palette.hint("remedy")));
                }
                self.failed.get_or_insert(error);
                false
            }
        }
    }

    fn examine(&mut self, RunSetup { setup, settings: run }: RunSetup) {
        let settings = match (setup.connect)(SignInFlow::Configured) {
            Ok(settings) => settings,
            Err(error) => {
                let known = self.failed.as_ref().is_some_and(|known| known.to_string() == error.to_string());
                if !known {
                    self.report(CheckedHop::new("settings", Err(error)));
                }
                return;
            }
        };
        self.report(CheckedHop::new("settings", Ok(described(&settings))));
        if !self.report(CheckedHop::new("proxy", proxy(&settings))) {
            return;
        }
        let session = RunSetup { setup: impatient(setup), settings: run }.start();
        let _reached = self.report(CheckedHop::new("name", resolved(&settings)))
            && self.reaches(&session, &settings)
            && self.report(CheckedHop::new("token", sign_in(&session, &settings)))
            && self.is_answered(&session);
    }

    fn reaches(&mut self, session: &Session, settings: &ClientSettings) -> bool {
        let begun = Instant::now();
        let name = if settings.service_url.starts_with("https:") { "TLS" } else { "connection" };
        match status(session) {
            Ok(answer) => {
                let took = begun.elapsed().as_millis();
                self.report(CheckedHop::new(name, Ok(format!("the service responded in {took} ms"))));
                self.report(CheckedHop::new("clock", clock(answer.header("date"), SystemTime::now())))
            }
            Err(error) => {
                let is_proxy = matches!(&*error.kind, ErrorKind::Config { message, .. } if message.contains("the proxy "));
                self.report(CheckedHop::new(if is_proxy { "proxy" } else { name }, Err(error)))
            }
        }
    }

    /// One cheap call that checks the key, the organization and the service.
    fn is_answered(&mut self, session: &Session) -> bool {
        let answer = session.client().and_then(|client| session.wait(client.get_user(NOBODY, None)));
        let error = match answer {
            Ok(_) => None,
            Err(error) if matches!(*error.kind, ErrorKind::NotFound { .. }) => None,
            Err(error) => Some(error),
        };
        let hops = ["API key", "organization", "call"];
        let well = ["the project may use the service", "matches the token", "the service finds users"];
        let bad = error.as_ref().map(guilty);
        for (name, finding) in hops.into_iter().zip(well) {
            match (&error, bad) {
                (Some(error), Some(guilty)) if guilty == name => {
                    return self.report(CheckedHop::new(name, Err(error.clone())));
                }
                _ => self.report(CheckedHop::new(name, Ok(finding.to_owned()))),
            };
        }
        true
    }
}

/// How to fix it, without the advice to run the doctor.
fn remedy(error: &Error) -> Option<String> {
    match &*error.kind {
        ErrorKind::Unavailable { status: None, .. } => {
            Some("Check the network, the proxy and the firewall.".to_owned())
        }
        ErrorKind::Unavailable { .. } => Some("The service is having problems; try again later.".to_owned()),
        _ => error.hint(),
    }
}

/// The hop at which a call was refused (contract 4.1).
fn guilty(error: &Error) -> &'static str {
    match &*error.kind {
        ErrorKind::Auth { status: Some(403), .. } => "API key",
        ErrorKind::Auth { .. } => "organization",
        _ if error.code().is_some_and(|code| code.starts_with("error.organization")) => "organization",
        _ => "call",
    }
}

fn look_at_file(file: Option<&PathBuf>) -> String {
    match file {
        None => "not needed for the sandbox".to_owned(),
        Some(path) if file_door::is_file(path) => {
            format!("{}: other users cannot change it or read its secrets", path.display())
        }
        Some(path) => format!("{} not found; using environment variables only", path.display()),
    }
}

fn described(settings: &ClientSettings) -> String {
    let way = match settings.credentials {
        Credentials::OAuth { .. } => "OAuth server-to-server",
        Credentials::Token { .. } => "an access token",
        Credentials::Jwt { .. } => "JWT (deprecated by Adobe)",
    };
    format!("organization {}, client id {}, {way}", settings.organization, settings.credentials.client_id())
}

/// Which proxy is used.
///
/// # Errors
/// `config`: a proxy variable or the setting is malformed.
fn proxy(settings: &ClientSettings) -> Result<String> {
    if is_local(&settings.service_url) {
        return Ok("none; the service runs on this machine".to_owned());
    }
    Ok(match ProxyChoice::of(settings)? {
        None => "none".to_owned(),
        Some(proxy) if !proxy.is_used_for(host(&settings.service_url)) => {
            "none; the service is in NO_PROXY".to_owned()
        }
        Some(proxy) => proxy.label(),
    })
}

/// Whether a host is reached through a proxy, which then resolves its name.
fn is_proxied(settings: &ClientSettings, host: &str) -> bool {
    ProxyChoice::of(settings).ok().flatten().is_some_and(|proxy| proxy.is_used_for(host))
}

/// With a proxy, the proxy resolves names.
fn resolved(settings: &ClientSettings) -> Result<String> {
    let hosts = [host(&settings.sign_in_url), host(&settings.service_url)];
    let is_remote = !is_local(&settings.service_url);
    let direct: Vec<_> =
        hosts.into_iter().filter(|host| !(is_remote && is_proxied(settings, host))).collect();
    if direct.is_empty() {
        return Ok("resolved by the proxy".to_owned());
    }
    for host in direct {
        let known = (host, 443).to_socket_addrs().is_ok_and(|mut addresses| addresses.next().is_some());
        if !known {
            let message = format!("unknown host `{host}`");
            return Err(ErrorKind::Unavailable { status: None, code: None, message }.into());
        }
    }
    Ok(hosts.join(", "))
}

fn is_local(url: &str) -> bool {
    matches!(host(url), "127.0.0.1" | "localhost" | "[::1]")
}

/// The host of a URL that was validated before.
fn host(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let authority = rest.split('/').next().unwrap_or_default();
    match authority.rsplit_once(':') {
        Some((host, port)) if port.chars().all(|letter| letter.is_ascii_digit()) => host,
        _ => authority,
    }
}

/// Needs no sign-in (contract 1.1).
fn status(session: &Session) -> Result<ApiResponse> {
    let request = RawRequest { method: "GET".to_owned(), target: "/status".to_owned(), body: None };
    let client = session.client()?;
    session.wait(async { client.send(&request).await.response })
}

fn clock(date: Option<&str>, now: SystemTime) -> Result<String> {
    let Some(there) = date.and_then(|date| httpdate::parse_http_date(date).ok()) else {
        return Ok("the service did not send its time".to_owned());
    };
    let off = now.duration_since(there).unwrap_or_else(|error| error.duration());
    if off > CLOCK_TOLERANCE {
        let message = format!("this machine's clock is {} s off", off.as_secs());
        return Err(Error::config(
            message,
            "Set the clock, preferably with NTP: tokens and certificates depend on it.",
        ));
    }
    Ok("matches the clock of the service".to_owned())
}

fn sign_in(session: &Session, settings: &ClientSettings) -> Result<String> {
    if matches!(settings.credentials, Credentials::Token { .. }) {
        return Ok("using the given access token".to_owned());
    }
    let answer = session.client().and_then(|client| session.wait(client.sign_in()))?;
    Ok(format!("issued, valid for {} min", answer.expires_in.as_secs() / 60))
}

/// One attempt without long waits, since this is only a check.
fn impatient(setup: SessionSetup) -> SessionSetup {
    let connect = setup.connect;
    let once = move |flow| {
        let mut settings: ClientSettings = connect(flow)?;
        settings.max_attempts = 1;
        settings.timeout = settings.timeout.min(TIMEOUT);
        settings.max_wait = TIMEOUT;
        Ok(settings)
    };
    SessionSetup { connect: Box::new(once), ..setup }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_host_of_an_address_is_reported_without_its_port() {
        assert_eq!(host("https://usermanagement.adobe.io/v2/usermanagement"), "usermanagement.adobe.io");
        assert_eq!(host("http://127.0.0.1:8080"), "127.0.0.1");
        assert!(is_local("http://[::1]:8080/x"));
    }

    #[test]
    fn a_clock_that_is_off_is_reported_and_a_silent_service_is_not_blamed() {
        let now = SystemTime::now();
        let at = |time| httpdate::fmt_http_date(time);
        assert!(clock(Some(&at(now)), now).is_ok());
        for wrong in [now - Duration::from_mins(10), now + Duration::from_mins(10)] {
            assert!(clock(Some(&at(wrong)), now).is_err());
        }
        assert!(clock(None, now).is_ok());
    }

    #[test]
    fn what_turned_a_call_away_is_reported_by_its_answer() {
        let auth = |status| {
            Error::from(ErrorKind::Auth { status: Some(status), code: None, message: String::new() })
        };
        assert_eq!((guilty(&auth(403)), guilty(&auth(401))), ("API key", "organization"));
        let lost = ErrorKind::Unavailable { status: Some(503), code: None, message: String::new() };
        assert_eq!(guilty(&lost.into()), "call");
    }
}
