//! Strings that must never be shown: no `Display`, a masked `Debug`, not serializable, and masked by value wherever
//! something leaves the program.

mod masker;
mod registry;
mod spelling;

pub use masker::{MASK, SHORTEST_MASKED};
pub use registry::{holds_secret, is_masked, mask, mask_json};
use secrecy::{ExposeSecret, SecretString};
use std::borrow::Cow;

/// A client secret, a token or a private key. Only [`Secret::expose`] returns it, and [`mask`] masks it from the moment
/// that it exists.
#[derive(Clone)]
pub struct Secret(SecretString);

impl Secret {
    /// The secret itself, for the one place that sends it.
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }

    /// Whether it is empty or whitespace; such a secret counts as missing.
    pub fn is_blank(&self) -> bool {
        self.expose().trim().is_empty()
    }
}

impl From<String> for Secret {
    fn from(text: String) -> Self {
        registry::register(&text);
        Self(SecretString::from(text))
    }
}

impl From<&str> for Secret {
    fn from(text: &str) -> Self {
        Self::from(text.to_owned())
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(MASK)
    }
}

/// A value of the environment without the user and password of a URL in it. The variables of proxies may leave the scheme
/// out, and their passwords may hold any letter.
pub fn mask_password_of_variable<'v>(name: &str, value: &'v str) -> Cow<'v, str> {
    let is_proxy = name.to_ascii_lowercase().ends_with("_proxy");
    let (start, authority) = match value.split_once("://") {
        Some((scheme, rest)) => (scheme.len() + 3, rest),
        None if is_proxy => (0, value),
        None => return Cow::Borrowed(value),
    };
    let length =
        if is_proxy { authority.len() } else { authority.find(['/', '?', '#']).unwrap_or(authority.len()) };
    match authority[..length].rfind('@') {
        Some(end) => Cow::Owned(format!("{}{MASK}{}", &value[..start], &authority[end..])),
        None => Cow::Borrowed(value),
    }
}

/// The text without what looks like a secret: tokens, client secrets, and passwords in URLs or assignments. The
/// errors of other libraries may quote their input, and they do not know which part of it is secret.
pub fn mask_secrets(text: &str) -> String {
    text.split_inclusive(ends_word).map(masked_word).collect()
}

fn ends_word(letter: char) -> bool {
    letter.is_whitespace() || "\"'`(),;".contains(letter)
}

fn masked_word(piece: &str) -> String {
    let word = piece.trim_end_matches(ends_word);
    let rest = &piece[word.len()..];
    let names_secret = |name: &str| {
        let name = name.to_lowercase();
        ["secret", "token", "password", "key"].iter().any(|part| name.contains(part))
    };
    match (word.split_once("://"), word.split_once('=')) {
        _ if word.starts_with("eyJ") || word.starts_with("p8e-") => format!("{MASK}{rest}"),
        (Some((scheme, address)), _) if address.contains('@') => {
            let host = address.rsplit('@').next().unwrap_or_default();
            format!("{scheme}://{MASK}@{host}{rest}")
        }
        (_, Some((name, value))) if !value.is_empty() && names_secret(name) => format!("{name}={MASK}{rest}"),
        _ => piece.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_looks_like_a_secret_is_masked_and_the_rest_kept() {
        for (text, masked) in [
            (
                "invalid type: string \"eyJhbGciOi.abc.def\", expected",
                "invalid type: string \"********\", expected",
            ),
            ("proxy http://ada:hunter2@proxy:80/ failed", "proxy http://********@proxy:80/ failed"),
            ("at `p8e-abc`", "at `********`"),
            ("client_secret=abc, x=1", "client_secret=********, x=1"),
            ("tcp connect error (os error 111)", "tcp connect error (os error 111)"),
        ] {
            assert_eq!(mask_secrets(text), masked);
        }
    }

    #[test]
    fn a_variable_is_read_without_the_password_of_its_url() {
        for (name, value, masked) in [
            ("HTTPS_PROXY", "http://ada:hunter2@proxy:80/", "http://********@proxy:80/"),
            ("https_proxy", "ada:h/@nter,2@proxy:80", "********@proxy:80"),
            ("ALL_PROXY", "proxy:80", "proxy:80"),
            ("NO_PROXY", "localhost", "localhost"),
            ("DATABASE", "postgres://ada:hunter2@db/people", "postgres://********@db/people"),
            ("PAGE", "https://example.com/@ada", "https://example.com/@ada"),
            ("MAIL", "ada@example.com", "ada@example.com"),
        ] {
            assert_eq!(mask_password_of_variable(name, value), masked);
        }
    }

    #[test]
    fn debug_output_is_masked() {
        let secret = Secret::from("p8e-very-secret");
        assert_eq!(format!("{secret:?}"), MASK);
        assert_eq!(secret.expose(), "p8e-very-secret");
    }
}
