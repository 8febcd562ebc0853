//! A copy of an organization, from its builder to the server.

use super::org::SandboxOrganization;

/// A copy of an organization, ready to be served.
#[derive(Debug)]
pub struct OrganizationCopy(pub(super) SandboxOrganization);

impl OrganizationCopy {
    /// Signs that the original changed while it was read.
    pub fn doubts(&self) -> &[String] {
        self.0.copy.as_ref().map(|copy| copy.doubts.as_slice()).unwrap_or_default()
    }
}
