//! The service's documented limits, each with its source.

/// Commands in one action request (contract 3.4; ActionsRef.md).
pub(crate) const COMMANDS_PER_REQUEST: usize = 10;
/// Names in one `add` or `remove` list (contract 3.4; ActionsCmds.md).
pub(crate) const NAMES_PER_LIST: usize = 10;
/// Steps in one command: undocumented, the Python client's figure (contract 3.4 and 7.7).
pub(crate) const STEPS_PER_COMMAND: usize = 10;
/// Characters in `user`, `domain` and `requestID` (contract 3.1; `error.command.string.too_long`).
pub(crate) const IDENTIFIER_LENGTH: usize = 250;
/// Characters in `firstname` and `lastname` (contract 3.2; ActionsCmds.md).
pub(crate) const NAME_LENGTH: usize = 250;
/// Characters in `email` (contract 3.2; ErrorRef.md).
pub(crate) const EMAIL_LENGTH: usize = 60;
/// Letters in `country`, an ISO 3166 code (contract 3.2; ActionsCmds.md).
pub(crate) const COUNTRY_LENGTH: usize = 2;
/// Characters in a group name (contract 4.4 and 6; the Python client's figure).
pub(crate) const GROUP_NAME_LENGTH: usize = 255;
/// Seconds between two full listings before the service throttles them (contract 2.1; throttling.md).
pub(crate) const LISTING_INTERVAL_SECONDS: u64 = 2 * 60 * 60;
