//! What is known of a copy besides its accounts and groups.

use crate::sandbox::groups::GroupId;
use crate::sandbox::ids::PersonId;
use crate::wire::user::User;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;

/// The code of a request to a copy that needs what could not be read from the original.
pub const INCOMPLETE_COPY: &str = "umapish.copy";

/// Reads the direct members of a group of the original.
pub trait MemberSource: Send {
    /// The direct members, whatever their status.
    ///
    /// # Errors
    /// Why they cannot be read.
    fn direct_members(&self, group: &str) -> Result<Vec<Arc<User>>, String>;
}

/// What is wrong with a copy: signs that the original changed while it was read.
pub type CopyDoubts = Vec<String>;

/// What uncertain commands left open about a person.
#[derive(Debug, Default)]
pub(crate) struct OpenQuestions {
    /// Whether there is such an account, and which.
    pub(crate) account: BTreeSet<&'static str>,
    /// Whether the person is in a group.
    pub(crate) memberships: BTreeMap<GroupId, BTreeSet<&'static str>>,
}

/// What is known of a copy besides its accounts and groups.
#[derive(Default)]
pub(crate) struct CopyKnowledge {
    /// The people whose membership of a profile may be direct or come with a user group.
    pub(crate) unsure: HashMap<GroupId, Vec<PersonId>>,
    /// The groups whose direct members were read.
    pub(crate) resolved: HashSet<GroupId>,
    /// Where direct members are read; none in a copy that was saved.
    pub(crate) source: Option<Box<dyn MemberSource>>,
    /// The number of each group at first, by its folded name.
    pub(crate) numbers: HashMap<String, i64>,
    /// What uncertain commands left open about a person: `p:` and a number, or `n:` and a name that nobody has.
    pub(crate) open: HashMap<String, OpenQuestions>,
    /// The user groups to which umapish has added people before, so that they are not read-only.
    pub(crate) writable: HashSet<GroupId>,
    /// The groups that had members among the listed people.
    pub(crate) populated: HashSet<GroupId>,
    /// What the state of a group rests on since an uncertain command.
    pub(crate) groups: HashMap<GroupId, BTreeSet<&'static str>>,
    /// The groups that were made since.
    pub(crate) made: HashSet<GroupId>,
    /// How many people the listing of users had; those with higher numbers came later.
    pub(crate) listed: u32,
    /// What is wrong with the copy.
    pub(crate) doubts: CopyDoubts,
}

impl std::fmt::Debug for CopyKnowledge {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("CopyKnowledge").field("doubts", &self.doubts).finish_non_exhaustive()
    }
}
