//! `umapish doctor`: the way to the service hop by hop; each line says that it is well, or what mends it.

use crate::client::request::{ApiAnswer, RawRequest};
use crate::client::settings::{ClientSettings, Credentials, SignInFlow};
use crate::error::{Error, ErrorKind, Result};
use crate::host::session::{Session, SessionSetup};
use crate::output::Output;
use crate::session::run_setup::RunSetup;
use crate::shell::exit_code::RunExit;
use crate::store::file_door;
use std::net::ToSocketAddrs;
use std::path::PathBuf;
use std::time::{Duration, Instant, SystemTime};

/// A clock that is further off spoils tokens and certificates.
const CLOCK_TOLERANCE: Duration = Duration::from_mins(2);
/// Nobody waits longer for a doctor.
const TIMEOUT: Duration = Duration::from_secs(30);
/// Asked for to see whether anything is answered: nobody has this address (RFC 2606).
const NOBODY: &str = "umapi-doctor@example.invalid";
/// The variables that name a proxy, as the HTTP library reads them.
const PROXIES: &[&str] = &["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"];

/// What is known before anything is sent.
pub struct DoctorChart {
    /// The configuration file; `None` for the sandbox, which needs none.
    pub file: Option<PathBuf>,
    /// What is wrong with it, if anything.
    pub finding: Option<Error>,
    /// What a session needs.
    pub setup: RunSetup,
}

/// A hop that was looked at.
struct CheckedHop {
    name: &'static str,
    finding: Result<String>,
}

impl CheckedHop {
    fn new(name: &'static str, finding: Result<String>) -> Self {
        Self { name, finding }
    }
}

/// Looks at every hop up to the first that fails.
pub fn run(chart: DoctorChart, output: &Output) -> RunExit {
    let DoctorChart { file, finding, setup } = chart;
    let mut doctor = Doctor { output, failed: None };
    doctor.tell(CheckedHop::new("file", finding.map_or_else(|| Ok(look_at_file(file.as_ref())), Err)));
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
    /// Tells of a hop; whether it is well.
    fn tell(&mut self, hop: CheckedHop) -> bool {
        let palette = self.output.data_palette();
        match hop.finding {
            Ok(finding) => {
                self.output.data(&format!("{}    {:<13} {finding}", palette.text("ok"), hop.name));
                true
            }
            Err(error) => {
                self.output.data(&format!("{}  {:<13} {error}", palette.error("FAIL"), hop.name));
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
                    self.tell(CheckedHop::new("settings", Err(error)));
                }
                return;
            }
        };
        self.tell(CheckedHop::new("settings", Ok(described(&settings))));
        self.tell(CheckedHop::new("proxy", Ok(proxy(&settings))));
        let session = RunSetup { setup: impatient(setup), settings: run }.start();
        let _reached = self.tell(CheckedHop::new("name", resolved(&settings)))
            && self.reaches(&session, &settings)
            && self.tell(CheckedHop::new("token", sign_in(&session, &settings)))
            && self.is_answered(&session);
    }

    fn reaches(&mut self, session: &Session, settings: &ClientSettings) -> bool {
        let begun = Instant::now();
        let name = if settings.service_url.starts_with("https:") { "TLS" } else { "connection" };
        match status(session) {
            Ok(answer) => {
                let took = begun.elapsed().as_millis();
                self.tell(CheckedHop::new(name, Ok(format!("the service answers in {took} ms"))));
                self.tell(CheckedHop::new("clock", clock(answer.header("date"), SystemTime::now())))
            }
            Err(error) => self.tell(CheckedHop::new(name, Err(error))),
        }
    }

    /// One cheap call: key, organization and the service's word in one.
    fn is_answered(&mut self, session: &Session) -> bool {
        let answer = session.client().and_then(|client| session.wait(client.get_user(NOBODY, None)));
        let error = match answer {
            Ok(_) => None,
            Err(error) if matches!(*error.kind, ErrorKind::NotFound { .. }) => None,
            Err(error) => Some(error),
        };
        let hops = ["API key", "organization", "call"];
        let well = ["the project may use the service", "it is the token's", "the service looks people up"];
        let bad = error.as_ref().map(guilty);
        for (name, finding) in hops.into_iter().zip(well) {
            match (&error, bad) {
                (Some(error), Some(guilty)) if guilty == name => {
                    return self.tell(CheckedHop::new(name, Err(error.clone())));
                }
                _ => self.tell(CheckedHop::new(name, Ok(finding.to_owned()))),
            };
        }
        true
    }
}

/// What mends it; nobody who runs the doctor is to be sent to the doctor.
fn remedy(error: &Error) -> Option<String> {
    match &*error.kind {
        ErrorKind::Unavailable { status: None, .. } => {
            Some("Check the network, the proxy, and that no firewall stands between.".to_owned())
        }
        ErrorKind::Unavailable { .. } => {
            Some("The service itself is in trouble; try again later.".to_owned())
        }
        _ => error.hint(),
    }
}

/// The hop at which a call was turned away (contract 4.1).
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
        None => "the sandbox needs none".to_owned(),
        Some(path) if file_door::is_file(path) => {
            format!("{}, closed to others where it must be", path.display())
        }
        Some(path) => format!("{} is not there; the environment has to do", path.display()),
    }
}

fn described(settings: &ClientSettings) -> String {
    let way = match settings.credentials {
        Credentials::OAuth { .. } => "OAuth server-to-server",
        Credentials::Token { .. } => "a ready token",
        Credentials::Jwt { .. } => "JWT (deprecated by Adobe)",
    };
    format!("organization {}, client id {}, {way}", settings.organization, settings.credentials.client_id())
}

fn proxy(settings: &ClientSettings) -> String {
    let variable =
        || PROXIES.iter().find(|name| std::env::var_os(name).is_some_and(|value| !value.is_empty()));
    match (&settings.proxy, variable()) {
        _ if is_local(&settings.service_url) => "none; the service is on this machine".to_owned(),
        (Some(_), _) => "the one of the profile".to_owned(),
        (None, Some(name)) => format!("the one of {name}, unless NO_PROXY says otherwise"),
        (None, None) => "none".to_owned(),
    }
}

/// Behind a proxy names are its business.
fn resolved(settings: &ClientSettings) -> Result<String> {
    let proxied = proxy(settings) != "none" && !is_local(&settings.service_url);
    let hosts = [host(&settings.sign_in_url), host(&settings.service_url)];
    if proxied {
        return Ok("left to the proxy".to_owned());
    }
    for host in hosts {
        let known = (host, 443).to_socket_addrs().is_ok_and(|mut addresses| addresses.next().is_some());
        if !known {
            let message = format!("the host `{host}` is not known");
            return Err(ErrorKind::Unavailable { status: None, code: None, message }.into());
        }
    }
    Ok(hosts.join(", "))
}

fn is_local(url: &str) -> bool {
    matches!(host(url), "127.0.0.1" | "localhost" | "[::1]")
}

/// The host of an address that was checked when it was read.
fn host(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let authority = rest.split('/').next().unwrap_or_default();
    match authority.rsplit_once(':') {
        Some((host, port)) if port.chars().all(|letter| letter.is_ascii_digit()) => host,
        _ => authority,
    }
}

/// Needs no sign-in (contract 1.1).
fn status(session: &Session) -> Result<ApiAnswer> {
    let request = RawRequest { method: "GET".to_owned(), target: "/status".to_owned(), body: None };
    let client = session.client()?;
    session.wait(async { client.send(&request).await.answer })
}

fn clock(date: Option<&str>, now: SystemTime) -> Result<String> {
    let Some(there) = date.and_then(|date| httpdate::parse_http_date(date).ok()) else {
        return Ok("the service does not tell the time".to_owned());
    };
    let off = now.duration_since(there).unwrap_or_else(|error| error.duration());
    if off > CLOCK_TOLERANCE {
        let message = format!("this machine's clock is {} s off", off.as_secs());
        return Err(Error::config(message, "Set it, best by NTP: tokens and certificates depend on it."));
    }
    Ok("agrees with the service's".to_owned())
}

fn sign_in(session: &Session, settings: &ClientSettings) -> Result<String> {
    if matches!(settings.credentials, Credentials::Token { .. }) {
        return Ok("a ready one is used as it is".to_owned());
    }
    let answer = session.client().and_then(|client| session.wait(client.sign_in()))?;
    Ok(format!("given, good for {} min", answer.expires_in.as_secs() / 60))
}

/// One attempt and no long wait: this is a look, not work.
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
    fn the_host_of_an_address_is_told_without_its_port() {
        assert_eq!(host("https://usermanagement.adobe.io/v2/usermanagement"), "usermanagement.adobe.io");
        assert_eq!(host("http://127.0.0.1:8080"), "127.0.0.1");
        assert!(is_local("http://[::1]:8080/x"));
    }

    #[test]
    fn a_clock_that_is_off_is_told_and_a_silent_service_is_not_blamed() {
        let now = SystemTime::now();
        let at = |time| httpdate::fmt_http_date(time);
        assert!(clock(Some(&at(now)), now).is_ok());
        for wrong in [now - Duration::from_mins(10), now + Duration::from_mins(10)] {
            assert!(clock(Some(&at(wrong)), now).is_err());
        }
        assert!(clock(None, now).is_ok());
    }

    #[test]
    fn what_turned_a_call_away_is_told_by_its_answer() {
        let auth = |status| {
            Error::from(ErrorKind::Auth { status: Some(status), code: None, message: String::new() })
        };
        assert_eq!((guilty(&auth(403)), guilty(&auth(401))), ("API key", "organization"));
        let lost = ErrorKind::Unavailable { status: Some(503), code: None, message: String::new() };
        assert_eq!(guilty(&lost.into()), "call");
    }
}
