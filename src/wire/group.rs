//! A user group, product profile or admin group as the service lists it (contract 2.6).

use arcstr::ArcStr;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// The documented fields, by the service's own names and in its order (group.md).
pub const FIELDS: &[&str] = &[
    "groupId",
    "groupName",
    "type",
    "memberCount",
    "adminGroupName",
    "userGroupName",
    "productProfileName",
    "productName",
    "licenseQuota",
    "contractName",
];

/// The documented kinds of groups (group.md, index.md); other kinds are accepted.
pub const KINDS: &[&str] = &[
    "USER_GROUP",
    "PRODUCT_PROFILE",
    "SYSADMIN_GROUP",
    "DEPLOYMENT_ADMIN_GROUP",
    "SUPPORT_ADMIN_GROUP",
    "PRODUCT_ADMIN_GROUP",
    "PROFILE_ADMIN_GROUP",
    "USER_ADMIN_GROUP",
    "DEVELOPER_GROUP",
    "CONTRACT_ADMIN_GROUP",
];

/// One group. Fields the service adds later are kept in `extra`.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Group {
    /// The service's number; works in a path where a name does not (contract 2.2).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub group_id: Option<i64>,
    /// The name.
    pub group_name: ArcStr,
    /// One of [`KINDS`], sometimes missing before June 2025.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub kind: Option<ArcStr>,
    /// The number of members.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub member_count: Option<i64>,
    /// Name of its admin group, when it has admins.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub admin_group_name: Option<ArcStr>,
    /// The user group an admin group administers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_group_name: Option<ArcStr>,
    /// The profile an admin or developer group belongs to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub product_profile_name: Option<ArcStr>,
    /// The product of a profile.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub product_name: Option<ArcStr>,
    /// Licenses of a profile: a number as a string, or `UNLIMITED` (contract 2.6, X22).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub license_quota: Option<ArcStr>,
    /// The contract of a contract admin group.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub contract_name: Option<ArcStr>,
    /// Whatever else the service sent.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

impl Group {
    /// The licenses as a number; `None` for an unlimited profile and for groups that have none.
    pub fn quota(&self) -> Option<i64> {
        self.license_quota.as_deref()?.trim().parse().ok()
    }

    /// Licenses not yet assigned; `None` where there is no quota.
    pub fn free(&self) -> Option<i64> {
        Some(self.quota()? - self.member_count.unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn quota_is_a_number_or_nothing() {
        let group = |quota: Value| -> Group {
            serde_json::from_value(json!({"groupName": "P", "memberCount": 3, "licenseQuota": quota}))
                .expect("reads")
        };
        assert_eq!((group(json!("10")).quota(), group(json!("10")).free()), (Some(10), Some(7)));
        assert_eq!(group(json!("UNLIMITED")).quota(), None);
        assert_eq!(group(json!(null)).free(), None);
    }

    #[test]
    fn a_field_added_later_is_kept() {
        let sent = json!({"groupId": 7, "groupName": "P", "type": "NEW_KIND", "tier": "gold"});
        let group: Group = serde_json::from_value(sent.clone()).expect("reads");
        assert_eq!(serde_json::to_value(&group).expect("writes"), sent);
    }
}
