//! A user group, product profile or admin group as the service lists it (contract 2.6).

use super::{bounded_value, lenient};
use arcstr::ArcStr;
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize};
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

/// One group. Fields the service adds later are kept in `extra`, and so are values that are not of the documented type.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Group {
    /// The service's number; works in a path where a name does not (contract 2.2).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub group_id: Option<i64>,
    /// The name; empty if the service sent none.
    #[serde(skip_serializing_if = "arcstr::ArcStr::is_empty")]
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

/// Takes a field out of a group's object: the value as `read` understands it. Other values, except null, stay there.
fn take<T>(fields: &mut Map<String, Value>, name: &str, read: impl Fn(&Value) -> Option<T>) -> Option<T> {
    let value = fields.get(name)?;
    let taken = read(value);
    if taken.is_some() || value.is_null() {
        fields.remove(name);
    }
    taken
}

impl<'de> Deserialize<'de> for Group {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Value::Object(mut fields) = bounded_value::read(deserializer)? else {
            return Err(D::Error::custom("a group that is not an object"));
        };
        let mut number = |name| take(&mut fields, name, lenient::number_of);
        let (group_id, member_count) = (number("groupId"), number("memberCount"));
        let mut text = |name| take(&mut fields, name, lenient::text_of).map(ArcStr::from);
        Ok(Self {
            group_id,
            group_name: text("groupName").unwrap_or_default(),
            kind: text("type"),
            member_count,
            admin_group_name: text("adminGroupName"),
            user_group_name: text("userGroupName"),
            product_profile_name: text("productProfileName"),
            product_name: text("productName"),
            license_quota: text("licenseQuota"),
            contract_name: text("contractName"),
            extra: fields,
        })
    }
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
        assert_eq!((group(json!(10)).quota(), group(json!(10)).free()), (Some(10), Some(7)));
        assert_eq!(group(json!("UNLIMITED")).quota(), None);
        assert_eq!(group(json!(null)).free(), None);
    }

    #[test]
    fn a_field_of_another_type_costs_no_group_and_is_kept() {
        let odd =
            [json!(7), json!("7"), json!(true), json!(null), json!([1]), json!({"value": 1}), json!("text")];
        for field in FIELDS {
            for value in &odd {
                let mut sent = json!({"groupId": 1, "groupName": "P"});
                sent[field] = value.clone();
                let group: Group = serde_json::from_value(sent.clone()).expect("reads");
                let written = serde_json::to_value(&group).expect("writes");
                let is_number = ["groupId", "memberCount"].contains(field);
                match value {
                    Value::Null => assert_eq!(written.get(field), None, "{sent}"),
                    _ if is_number && (*value == json!(7) || *value == json!("7")) => {
                        assert_eq!(written[field], 7);
                    }
                    Value::Number(_) | Value::Bool(_) if !is_number => {
                        assert_eq!(written[field], value.to_string(), "{sent}");
                    }
                    _ => assert_eq!(written[field], *value, "{sent}"),
                }
            }
        }
    }

    #[test]
    fn a_field_added_later_is_kept() {
        let sent = json!({"groupId": 7, "groupName": "P", "type": "NEW_KIND", "tier": "gold"});
        let group: Group = serde_json::from_value(sent.clone()).expect("reads");
        assert_eq!(serde_json::to_value(&group).expect("writes"), sent);
    }
}
