//! The records that can be listed.

use crate::wire::group::Group;
use crate::wire::identity::{Identity, fold};
use crate::wire::person_fingerprint::PersonFingerprints;
use crate::wire::response::ListedEntry;
use crate::wire::user::User;
use std::sync::Arc;

/// A record that can be listed.
pub trait ListEntry: ListedEntry + Send + Sync + 'static {
    /// Passes what identifies the record to `digest`.
    fn identify(&self, digest: &mut dyn FnMut(&str));

    /// The fingerprints of the people; none for other records.
    fn people(_records: &[Arc<Self>]) -> Vec<PersonFingerprints> {
        Vec::new()
    }

    /// The records as users; `None` for other records.
    fn users(_records: &[Arc<Self>]) -> Option<&[Arc<User>]> {
        None
    }

    /// The records as groups; `None` for other records.
    fn groups(_records: &[Arc<Self>]) -> Option<&[Arc<Group>]> {
        None
    }
}

impl ListEntry for User {
    fn people(records: &[Arc<Self>]) -> Vec<PersonFingerprints> {
        records.iter().map(|user| PersonFingerprints::of(user)).collect()
    }

    fn users(records: &[Arc<Self>]) -> Option<&[Arc<User>]> {
        Some(records)
    }

    /// The service's id, or the person if it sent none.
    fn identify(&self, digest: &mut dyn FnMut(&str)) {
        if let Some(id) = &self.id {
            return digest(id);
        }
        let Identity { adobe_id, email, username, domain } = Identity::of(self);
        let kind = if adobe_id == Some(true) { "adobe" } else { "" };
        digest(&format!("{kind}\n{email}\n{username}\n{domain}"));
    }
}

impl ListEntry for Group {
    fn groups(records: &[Arc<Self>]) -> Option<&[Arc<Group>]> {
        Some(records)
    }

    fn identify(&self, digest: &mut dyn FnMut(&str)) {
        match self.group_id {
            Some(id) => digest(&id.to_string()),
            // Groups without a name are distinct unless they are equal.
            None if self.group_name.is_empty() => digest(&serde_json::to_string(self).unwrap_or_default()),
            None => digest(&fold(&self.group_name)),
        }
    }
}
