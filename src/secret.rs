//! Text that must never be shown: no `Display`, a masked `Debug`, not serializable.

use secrecy::{ExposeSecret, SecretString};

/// What stands wherever a secret would have been printed.
pub const MASK: &str = "********";

/// A client secret, a token or a private key. Its text leaves only through [`Secret::expose`].
#[derive(Clone)]
pub struct Secret(SecretString);

impl Secret {
    /// The text itself, for the one place that sends it.
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }

    /// Whether there is any text at all; a blank secret is a missing one.
    pub fn is_blank(&self) -> bool {
        self.expose().trim().is_empty()
    }
}

impl From<String> for Secret {
    fn from(text: String) -> Self {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_shows_only_the_mask() {
        let secret = Secret::from("p8e-very-secret");
        assert_eq!(format!("{secret:?}"), MASK);
        assert_eq!(secret.expose(), "p8e-very-secret");
    }
}
