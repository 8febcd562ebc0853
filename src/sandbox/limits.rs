//! The limits of the service, read from its documentation a second time: the client has its own (contract 3.4).

/// Commands in one action request (ActionsRef.md).
pub(super) const COMMANDS_PER_REQUEST: usize = 10;
/// Steps in one command (contract 7.7).
pub(super) const STEPS_PER_COMMAND: usize = 10;
/// Names in one list of `add` or `remove` (ActionsCmds.md).
pub(super) const NAMES_PER_LIST: usize = 10;
/// Characters in `user`, `domain`, `requestID` and `username` (ErrorRef.md).
pub(super) const IDENTIFIER_LENGTH: usize = 250;
/// Characters in a first or last name (ActionsCmds.md).
pub(super) const PERSONAL_NAME_LENGTH: usize = 250;
/// Characters in an e-mail address (ErrorRef.md).
pub(super) const EMAIL_LENGTH: usize = 60;
/// Letters in a country code (ActionsCmds.md).
pub(super) const COUNTRY_LENGTH: usize = 2;
/// Characters in the name of a group (contract 4.4).
pub(super) const GROUP_NAME_LENGTH: usize = 255;
/// Members of a user group (usergroupActionCommands.md).
pub(super) const GROUP_MEMBERS: usize = 200_000;
/// Seconds between two full listings (throttling.md).
pub(super) const LISTING_INTERVAL_SECONDS: u64 = 7200;
