//! The differences between two listings of users or of groups.

use crate::error::Result;
use crate::host::interrupt::Interrupt;
use crate::values::field_value::{FieldValue, shared_text};
use crate::values::key::ValueKey;
use crate::values::record::ListItem;
use crate::values::record::Record;
use crate::values::record_list::RecordList;
use arcstr::ArcStr;
use rhai::{Array, Dynamic, Map};
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// The entries that were added, removed and changed: `#{added, removed, changed}`.
///
/// # Errors
/// `incomplete`, naming the page. `interrupted`.
pub fn between<T: ListItem>(
    older: &RecordList<T>,
    newer: &RecordList<T>,
    interrupt: &Interrupt,
) -> Result<Map> {
    let (before, now) = (older.all()?, newer.all()?);
    let known: HashMap<ValueKey, &Arc<T>> = before.iter().map(|entry| (entry.key(), entry)).collect();
    let skips_groups = older.groups_left_out() || newer.groups_left_out();
    let (mut added, mut changed, mut kept) = (Vec::new(), Array::new(), HashSet::new());
    for entry in now.iter() {
        interrupt.check()?;
        let key = entry.key();
        let Some(former) = known.get(&key) else {
            added.push(Arc::clone(entry));
            continue;
        };
        kept.insert(key);
        let fields =
            if former == &entry { Vec::new() } else { differing(&***former, &**entry, skips_groups) };
        if !fields.is_empty() {
            let pair = [older.record(former), newer.record(entry)].map(Dynamic::from);
            changed.push(row(pair, &***former, &**entry, &fields));
        }
    }
    let removed = before.iter().filter(|entry| !kept.contains(&entry.key())).cloned().collect();
    let lists = [("added", newer.of(added)), ("removed", older.of(removed))];
    let lists = lists.map(|(name, list)| (name.into(), Dynamic::from(list)));
    Ok(lists.into_iter().chain([("changed".into(), changed.into())]).collect())
}

/// The documented fields that differ; the order of names in a list does not matter.
fn differing<T: ListItem>(former: &T, entry: &T, skips_groups: bool) -> Vec<&'static str> {
    let same = |field: &str| match (former.cell(field), entry.cell(field)) {
        (FieldValue::Texts(one), FieldValue::Texts(other)) => skips_groups || names(one) == names(other),
        (one, other) => one.key(false).ok() == other.key(false).ok(),
    };
    T::Record::FIELDS.iter().copied().filter(|field| !same(field)).collect()
}

fn names(list: &[ArcStr]) -> HashSet<&str> {
    list.iter().map(AsRef::as_ref).collect()
}

/// `#{older, newer, fields, joined, left}`; the last two are the names added to a list and removed from it.
fn row<T: ListItem>([older, newer]: [Dynamic; 2], former: &T, entry: &T, fields: &[&'static str]) -> Dynamic {
    let mut row = Map::from_iter([("older".into(), older), ("newer".into(), newer)]);
    let lists = fields.iter().find_map(|field| match (former.cell(field), entry.cell(field)) {
        (FieldValue::Texts(one), FieldValue::Texts(other)) => Some((one, other)),
        _ => None,
    });
    let (before, now) = lists.unwrap_or_default();
    row.insert("joined".into(), missing_in(before, now));
    row.insert("left".into(), missing_in(now, before));
    row.insert("fields".into(), fields.iter().map(|field| Dynamic::from(*field)).collect::<Array>().into());
    row.into()
}

/// The names of `list` that are not in `other`.
fn missing_in(other: &[ArcStr], list: &[ArcStr]) -> Dynamic {
    let known = names(other);
    list.iter().filter(|name| !known.contains(&***name)).map(shared_text).collect::<Array>().into()
}

#[cfg(test)]
mod tests {
    use crate::values::record_list::RecordList;
    use crate::values::record_list::tests::{ListTest, read, users};
    use crate::wire::user::User;
    use serde_json::{Value, json};

    fn changes(newer: &Value, code: &str) -> Value {
        let newer = RecordList::from_entries(read::<User>(newer));
        ListTest::new().with("newer", newer).json(&format!("let c = changes(users, newer); {code}"))
    }

    fn people() -> Value {
        serde_json::to_value(users()).unwrap()
    }

    #[test]
    fn equal_listings_differ_in_nothing_whatever_their_order() {
        let mut newer = people();
        newer.as_array_mut().unwrap().reverse();
        newer[3]["groups"] = json!(["Photoshop", "Designers"]);
        let code = "[c.added.len(), c.removed.len(), c.changed.len()]";
        assert_eq!(changes(&newer, code), json!([0, 0, 0]));
    }

    #[test]
    fn added_and_removed_people_are_listed() {
        let mut newer = people();
        newer[0] = json!({"email": "new@example.com", "id": "9"});
        let code = "[c.added.map(|user| user.email), c.removed.map(|user| user.lastname), c.changed.len()]";
        assert_eq!(changes(&newer, code), json!([["new@example.com"], ["Lee"], 0]));
    }

    #[test]
    fn a_change_has_both_records_and_the_groups_joined_and_left() {
        let mut newer = people();
        newer[0]["email"] = json!("kim.park@example.com");
        newer[0]["groups"] = json!(["Photoshop", "Stock"]);
        newer[1]["lastname"] = json!("Lund");
        let code =
            "c.changed.map(|row| [row.older.email, row.newer.email, row.fields, row.joined, row.left])";
        let expected = json!([
            ["Kim.Lee@example.com", "kim.park@example.com", ["email", "groups"], ["Stock"], ["Designers"]],
            ["ada.lind@example.com", "ada.lind@example.com", ["lastname"], [], []],
        ]);
        assert_eq!(changes(&newer, code), expected);
    }

    #[test]
    fn groups_that_a_listing_left_out_are_not_compared() {
        let bare: Vec<_> =
            users().iter().map(|user| User { groups: None, ..(**user).clone() }.into()).collect();
        let mut test = ListTest::new().with(
            "bare",
            RecordList::from_entries(bare).showing(crate::values::record::GroupsField::LeftOut),
        );
        assert_eq!(test.json("changes(users, bare).changed.len()"), 0);
    }

    #[test]
    fn arrays_of_records_and_of_maps_are_compared_like_listings() {
        let mut test = ListTest::new();
        for older in
            ["users.to_array()", "parse_json(users.to_json())", "[users[0], users[1], users[2], users[3]]"]
        {
            let code =
                format!("let c = changes({older}, users.extract(1)); [c.removed.len(), c.changed.len()]");
            assert_eq!(test.json(&code), json!([1, 0]), "{older}");
        }
        assert_eq!(test.json("changes([], groups).added.len()"), json!(3));
        assert_eq!(test.json("changes(groups.to_array(), []).removed[0].groupName"), json!("Designers"));
        assert!(test.message("changes([1], users)").contains("not an array of something else and users"));
    }

    #[test]
    fn two_kinds_of_list_cannot_be_compared() {
        let message = ListTest::new().message("changes(users, groups)");
        assert!(message.starts_with("`changes` compares two lists of users or two of groups"), "{message}");
    }
}
