//! The settings of the client: organization, sign-in, limits and waits.

use crate::client::call_ledger::CallLedger;
use crate::secret::Secret;
pub use crate::wire::mode::Mode;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

/// Whether calls keep to the service's documented limits (contract 5).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pace {
    /// They do: the calls allowed per minute are sent within this time.
    Within(Duration),
    /// Calls are not limited, for a server without limits.
    Off,
}

impl Pace {
    /// The documented limits.
    pub const DOCUMENTED: Self = Self::Within(Duration::from_mins(1));
}

/// The way to sign in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SignInFlow {
    /// Whichever the operator configured.
    Configured,
    /// OAuth server-to-server.
    OAuth,
    /// The exchange of a signed token (deprecated by Adobe).
    Jwt,
}

/// How to sign in.
#[derive(Debug, Clone)]
pub enum Credentials {
    /// OAuth server-to-server.
    OAuth {
        /// The project's client id.
        client_id: String,
        /// Its secret.
        client_secret: Secret,
    },
    /// An existing access token; it cannot be renewed.
    Token {
        /// The project's client id.
        client_id: String,
        /// The access token.
        token: Secret,
    },
    /// A signed token in exchange for an access token (deprecated by Adobe).
    Jwt {
        /// The project's client id.
        client_id: String,
        /// Its secret.
        client_secret: Secret,
        /// The technical account, ending in `@techacct.adobe.com`.
        technical_account_id: String,
        /// The private key in PEM form.
        private_key: Secret,
    },
}

impl Credentials {
    /// Whether this is the way to sign in.
    pub fn are_for(&self, flow: SignInFlow) -> bool {
        match flow {
            SignInFlow::Configured => true,
            SignInFlow::OAuth => matches!(self, Self::OAuth { .. }),
            SignInFlow::Jwt => matches!(self, Self::Jwt { .. }),
        }
    }

    /// What must never be shown.
    pub fn secrets(&self) -> Vec<&Secret> {
        match self {
            Self::OAuth { client_secret, .. } => vec![client_secret],
            Self::Token { token, .. } => vec![token],
            Self::Jwt { client_secret, private_key, .. } => vec![client_secret, private_key],
        }
    }

    /// The client id, sent as `x-api-key`.
    pub fn client_id(&self) -> &str {
        match self {
            Self::OAuth { client_id, .. } | Self::Token { client_id, .. } | Self::Jwt { client_id, .. } => {
                client_id
            }
        }
    }
}

/// The settings of a client.
#[derive(Debug, Clone)]
pub struct ClientSettings {
    /// The organization's id, ending in `@AdobeOrg`.
    pub organization: String,
    /// How to sign in.
    pub credentials: Credentials,
    /// The URL of the service, without a slash at the end.
    pub service_url: String,
    /// The URL of the sign-in service, without a slash at the end.
    pub sign_in_url: String,
    /// Whether changes are real.
    pub mode: Mode,
    /// Whether commands are checked before they are sent.
    pub checks: bool,
    /// When removals are read: the service reports success even where someone stays, and for people it does not know.
    pub verify: VerifyPolicy,
    /// The unit of the delays after which someone who remains is read again.
    pub verify_delay: Duration,
    /// How many people of a list are looked up before a live change, so that it can be undone.
    pub reads_before: usize,
    /// Whether calls keep to the documented limits.
    pub pace: Pace,
    /// Whether lists of user groups stand for commands about single people where that saves requests.
    pub pack: bool,
    /// The most action requests that wait for their responses at once.
    pub in_flight: usize,
    /// The calls of other processes that count towards the same limits.
    pub ledger: Option<Arc<dyn CallLedger>>,
    /// The number of attempts for one call.
    pub max_attempts: u32,
    /// The wait after the first failed attempt; doubled each time.
    pub first_delay: Duration,
    /// The longest random time added to a wait.
    pub jitter: Duration,
    /// The timeout of one attempt.
    pub timeout: Duration,
    /// The longest wait the service may ask for.
    pub max_wait: Duration,
    /// A file of certificates in PEM format to trust in addition to the system's.
    pub ca_bundle: Option<PathBuf>,
    /// The proxy to use; by default the system's.
    pub proxy: Option<String>,
}

/// A length of time as people write it: `1d`, `2h`, `90m`, `1h 30m`, or a number of seconds. `None` for anything else.
pub fn duration(text: &str) -> Option<Duration> {
    let text = text.trim();
    if let Ok(seconds) = text.parse::<f64>() {
        return Duration::try_from_secs_f64(seconds).ok();
    }
    let span = text.parse::<jiff::Span>().ok()?;
    let duration = span.to_duration(jiff::SpanRelativeTo::days_are_24_hours()).ok()?;
    Duration::try_from(duration).ok()
}

/// When removals are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum VerifyPolicy {
    /// Neither before nor after.
    Never,
    /// Before: the first people who lose everything and whom the run has not read.
    #[default]
    Auto,
    /// Everyone before and after.
    Always,
}

impl ClientSettings {
    /// Adobe's public service in test mode, with the waits of Adobe's samples (contract 5).
    pub fn new(organization: impl Into<String>, credentials: Credentials) -> Self {
        Self {
            organization: organization.into(),
            credentials,
            service_url: "https://usermanagement.adobe.io/v2/usermanagement".to_owned(),
            sign_in_url: "https://ims-na1.adobelogin.com".to_owned(),
            mode: Mode::Test,
            checks: true,
            verify: VerifyPolicy::Never,
            verify_delay: Duration::from_secs(1),
            reads_before: 0,
            pace: Pace::DOCUMENTED,
            pack: true,
            in_flight: 4,
            ledger: None,
            max_attempts: 4,
            first_delay: Duration::from_secs(3),
            jitter: Duration::from_secs(5),
            timeout: Duration::from_mins(2),
            max_wait: Duration::from_hours(1),
            ca_bundle: None,
            proxy: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_length_of_time_is_read_as_people_write_it() {
        let minutes = |text| duration(text).map(|duration| duration.as_secs_f64() / 60.0);
        assert_eq!(
            ["2h", "90m", "1h 30m", "120", "1d", "1d 2h"].map(minutes),
            [Some(120.0), Some(90.0), Some(90.0), Some(2.0), Some(1440.0), Some(1560.0)]
        );
        assert_eq!(["", "soon", "-1", "-2h", "2 moons"].map(minutes), [None; 5]);
    }
}
