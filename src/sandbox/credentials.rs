//! What a client signs in with: the same for every sandbox.

/// The id of the organization.
pub const ORGANIZATION: &str = "5A4DB0C0FFEE5A4DB0C0FFEE@AdobeOrg";
/// The client id (API key) it accepts.
pub const CLIENT_ID: &str = "sandbox-client-id";
/// The client secret it accepts. It is valid for sandboxes only, so it need not be secret.
pub const CLIENT_SECRET: &str = "sandbox-client-secret";
/// The technical account a JWT must name.
pub const TECHNICAL_ACCOUNT_ID: &str = "5A4DB0C0FFEE5A4DB0C0FFED@techacct.adobe.com";
