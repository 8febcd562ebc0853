//! Inspects a value for completion. Runs no code, reads no page, sends no request.

use crate::language::type_names::display_name;
use crate::values::record::ListItem;
use crate::values::script_value;
use crate::wire::group::Group;
use crate::wire::user::User;
use rhai::{Array, Dynamic, Map};

/// The value of a field or key; `None` when there is none, or it would have to be computed.
pub(super) fn field(value: &Dynamic, name: &str) -> Option<Dynamic> {
    script_value::field(value, name).or_else(|| value.read_lock::<Map>()?.get(name).cloned())
}

/// The entry at a 0-based index, among those read so far.
pub(super) fn entry(value: &Dynamic, place: usize) -> Option<Dynamic> {
    script_value::entry(value, place).or_else(|| value.read_lock::<Array>()?.get(place).cloned())
}

/// The names of the fields or keys of a value.
pub(super) fn fields(value: &Dynamic) -> Vec<String> {
    let keys = || Some(value.read_lock::<Map>()?.keys().map(ToString::to_string).collect());
    script_value::field_names(value).or_else(keys).unwrap_or_default()
}

/// The type of a value as the reference writes it: `string`, `list`, `Users`.
pub(super) fn type_label(value: &Dynamic) -> String {
    script_value::name(value).map_or_else(|| display_name(value.type_name()), str::to_owned)
}

/// Whether values of this type are lists, which a parameter named `list` takes.
pub(super) fn is_list(kind: &str) -> bool {
    kind == display_name("array") || kind == <User as ListItem>::LIST || kind == <Group as ListItem>::LIST
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::values::record_list::RecordList;
    use std::sync::Arc;

    fn users() -> Dynamic {
        let user = User { email: Some("a@example.com".into()), ..User::default() };
        Dynamic::from(RecordList::from_entries(vec![Arc::new(user)]))
    }

    #[test]
    fn records_and_maps_are_inspected_alike() {
        let user = entry(&users(), 0).unwrap();
        assert_eq!(field(&user, "email").unwrap().to_string(), "a@example.com");
        assert!(fields(&user).contains(&"groups".to_owned()));
        assert!(entry(&users(), 1).is_none() && field(&user, "emial").is_none());
        let map: Dynamic = rhai::Engine::new().eval("#{a: [#{b: 1}]}").unwrap();
        assert_eq!(fields(&entry(&field(&map, "a").unwrap(), 0).unwrap()), ["b"]);
    }

    #[test]
    fn types_have_the_names_of_the_reference() {
        assert_eq!(type_label(&users()), "Users");
        assert!(is_list(&type_label(&users())) && is_list(&type_label(&Dynamic::from_array(Vec::new()))));
        assert!(!is_list(&type_label(&"x".into())) && !is_list("User"));
        assert_eq!(type_label(&"x".into()), display_name("string"));
        assert_eq!(type_label(&entry(&users(), 0).unwrap()), "User");
    }
}
