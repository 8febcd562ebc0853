//! The key pair that signs JWTs for this sandbox; generated at its first use, since that takes a moment.

use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
use aws_lc_rs::rsa::{KeyPair, KeySize};
use aws_lc_rs::signature::KeyPair as _;
use std::sync::OnceLock;

/// The system returned no random bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("could not generate a key pair")]
pub struct KeyError;

/// The key pair, once it is generated.
#[derive(Default)]
pub(super) struct SigningKey(OnceLock<Result<SigningKeys, KeyError>>);

pub(super) struct SigningKeys {
    pub(super) private_pem: String,
    /// The public half, as PKCS #1.
    pub(super) public_der: Vec<u8>,
}

impl SigningKey {
    /// The pair.
    pub(super) fn pair(&self) -> Result<&SigningKeys, KeyError> {
        self.0.get_or_init(|| generate().map_err(|_| KeyError)).as_ref().map_err(|error| *error)
    }
}

fn generate() -> Result<SigningKeys, aws_lc_rs::error::Unspecified> {
    let pair = KeyPair::generate(KeySize::Rsa2048)?;
    let private: Pkcs8V1Der<'_> = pair.as_der()?;
    let private_pem = pem::encode(&pem::Pem::new("PRIVATE KEY", private.as_ref()));
    Ok(SigningKeys { private_pem, public_der: pair.public_key().as_ref().to_vec() })
}
