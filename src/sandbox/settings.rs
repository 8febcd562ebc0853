//! What can be chosen about a sandbox, at its start and while it runs.

use super::limits;
use serde::{Deserialize, Serialize};

/// Choices where the documentation is silent or the service was seen to do something else (contract 7). The defaults are
/// the choices of the contract.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[expect(clippy::struct_excessive_bools, reason = "independent switches, each with a name of its own")]
pub struct BehaviorSwitches {
    /// Whether the later steps of a command are carried out after one failed (contract 7.1); on by default.
    pub continue_after_failure: bool,
    /// Whether adding a member to a user group, or removing someone who is none, is an error (contract 7.10);
    /// off by default.
    pub strict_membership: bool,
    /// Whether the name of a group in a path is cut at its last dot, as the service was once seen to do
    /// (contract 2.2); off by default.
    pub cut_names_at_dots: bool,
    /// Whether the organization can have Adobe IDs (contract 4.3, `error.user.type_not_available`); on by default.
    pub adobe_ids: bool,
    /// Whether `remove: "all"` also removes the role of system administrator (contract 7.23); off by default.
    pub remove_all_includes_org_admin: bool,
    /// Whether the second `deleteUserGroup` of a request is refused with `error.internal.exceptionflys`
    /// (contract 7.38); off by default.
    pub one_group_deletion_per_request: bool,
    /// Whether the creation of a Federated ID succeeds and creates nothing if an Adobe ID has the e-mail
    /// (contract 7.44); off by default.
    pub adobe_id_hides_federated_create: bool,
    /// Whether adding an administrator of a profile passes in test mode and fails live with `error.internal.add`
    /// (contract 7.45); off by default.
    pub live_profile_admins_fail: bool,
    /// Whether a step after a create step fails in test mode with `error.user.not_found` (contract 7.45); off by
    /// default.
    pub test_mode_misses_created_users: bool,
    /// Whether `user` and `requestID` of errors and warnings are null (contract 7.45); off by default.
    pub null_error_labels: bool,
    /// Whether fields have other types than documented: see [`FaultEffect::OddTypes`] (contract 7.46); off by default.
    ///
    /// [`FaultEffect::OddTypes`]: crate::sandbox::FaultEffect::OddTypes
    pub odd_types: bool,
    /// Whether the name of a group in a path is refused with 400 if it holds `/`, `%`, `?` or `#` (contract 7.42); off
    /// by default.
    pub refuse_reserved_in_names: bool,
}

impl Default for BehaviorSwitches {
    fn default() -> Self {
        Self {
            continue_after_failure: true,
            strict_membership: false,
            cut_names_at_dots: false,
            adobe_ids: true,
            remove_all_includes_org_admin: false,
            one_group_deletion_per_request: false,
            adobe_id_hides_federated_create: false,
            live_profile_admins_fail: false,
            test_mode_misses_created_users: false,
            null_error_labels: false,
            odd_types: false,
            refuse_reserved_in_names: false,
        }
    }
}

/// A change of what can be chosen while the sandbox runs; what is left out stays as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SettingsChange {
    /// Entries in a page of any listing, in place of the documented size; 0 brings that back.
    pub page_size: Option<usize>,
    /// Seconds for which tokens issued from now on are good.
    pub token_lifetime: Option<u64>,
    /// Whether the documented limits of calls are enforced (contract 2.1).
    pub throttle: Option<bool>,
    /// How many members a user group may hold.
    pub group_members: Option<usize>,
    /// Every switch; those left out of the JSON get their defaults.
    pub switches: Option<BehaviorSwitches>,
}

/// One day, the lifetime of tokens of the service (contract 1.2).
const TOKEN_LIFETIME_SECONDS: u64 = 86_399;

/// The current settings.
#[derive(Debug, Clone, Copy)]
pub(super) struct CurrentRules {
    pub(super) page_size: Option<usize>,
    pub(super) token_lifetime: u64,
    pub(super) throttle: bool,
    pub(super) group_members: usize,
    pub(super) switches: BehaviorSwitches,
}

impl Default for CurrentRules {
    fn default() -> Self {
        Self {
            page_size: None,
            token_lifetime: TOKEN_LIFETIME_SECONDS,
            throttle: false,
            group_members: limits::GROUP_MEMBERS,
            switches: BehaviorSwitches::default(),
        }
    }
}

impl CurrentRules {
    /// Applies a change.
    pub(super) fn change(&mut self, settings: &SettingsChange) {
        if let Some(size) = settings.page_size {
            self.page_size = (size > 0).then_some(size);
        }
        self.token_lifetime = settings.token_lifetime.unwrap_or(self.token_lifetime);
        self.throttle = settings.throttle.unwrap_or(self.throttle);
        self.group_members = settings.group_members.unwrap_or(self.group_members);
        self.switches = settings.switches.unwrap_or(self.switches);
    }
}
