//! A plain array as a list: maps, records, rows or plain values.

use crate::did_you_mean::nearest;
use crate::error::{Error, Result};
use crate::host::binding::{INDEXER, RhaiResultOf};
use crate::host::session::session;
use crate::host::thrown::ThrowAt;
use crate::values::dynamic::kind_of;
use crate::values::field_value::FieldValue;
use crate::values::key::ValueKey;
use crate::values::query::list_view::ListView;
use crate::values::record::{GroupRecord, Record, UserRecord};
use crate::values::script_value;
use rhai::{Array, Dynamic, Map, NativeCallContext};
use std::ops::Deref;

/// An array of a script.
pub struct ArrayView<'l, A> {
    items: A,
    context: &'l NativeCallContext<'l>,
}

impl<'l, A: Deref<Target = Array>> ArrayView<'l, A> {
    /// The view of an array.
    pub fn new(items: A, context: &'l NativeCallContext<'l>) -> Self {
        Self { items, context }
    }

    /// The field of an item that is not a map. Records and rows check the name themselves.
    fn indexed(&self, item: &Dynamic, field: &str) -> RhaiResultOf<Dynamic> {
        if is_plain(item) {
            let message = format!("{} has no field `{field}`", kind_of(item));
            return Err(Error::usage_with_hint(message, "Pass a function when the items are not records."))
                .at(self.context);
        }
        let (mut item, mut name) = (item.clone(), Dynamic::from(field.to_owned()));
        self.context.call_native_fn_raw(INDEXER, true, &mut [&mut item, &mut name])
    }
}

/// Whether it is one of Rhai's own values without fields.
fn is_plain(item: &Dynamic) -> bool {
    ["string", "char", "i64", "f64", "bool", "()", "array", "Fn"].contains(&item.type_name())
}

impl<A: Deref<Target = Array>> ListView for ArrayView<'_, A> {
    fn count(&self) -> usize {
        self.items.len()
    }

    fn value(&self, place: usize) -> Dynamic {
        self.items[place].clone()
    }

    /// Maps may have any field, but a field that no item has is an error.
    fn check(&self, field: &str) -> Result<()> {
        let maps = || self.items.iter().filter_map(Dynamic::read_lock::<Map>);
        let other = || self.items.iter().any(|item| item.read_lock::<Map>().is_none());
        if self.items.is_empty() || maps().any(|map| map.contains_key(field)) || other() {
            return Ok(());
        }
        let message = format!("no item of the list has a field `{field}`");
        let keys: Vec<_> = maps().next().map(|map| map.keys().cloned().collect()).unwrap_or_default();
        let hint = match nearest(field, keys.iter().map(AsRef::as_ref)) {
            Some(near) => format!("Did you mean `{near}`?"),
            None => format!("The first one has {}.", keys.join(", ")),
        };
        Err(Error::usage_with_hint(message, hint))
    }

    fn has_any_field(&self) -> bool {
        true
    }

    fn cell(&self, place: usize, field: &str) -> RhaiResultOf<FieldValue<'_>> {
        let item = &self.items[place];
        if let Some(map) = item.read_lock::<Map>() {
            return Ok(map.get(field).cloned().map_or(FieldValue::Nothing, FieldValue::value));
        }
        if let Some(value) = script_value::record_field(item, field) {
            return Ok(FieldValue::value(value));
        }
        self.indexed(item, field).map(FieldValue::value)
    }

    fn property(&self, place: usize, field: &str) -> Option<FieldValue<'_>> {
        let item = &self.items[place];
        let Some(map) = item.read_lock::<Map>() else {
            return script_value::record_field(item, field).map(FieldValue::value);
        };
        Some(map.get(field).map_or(FieldValue::Nothing, |value| FieldValue::value(value.flatten_clone())))
    }

    fn plain(&self, place: usize) -> Option<FieldValue<'_>> {
        let item = &self.items[place];
        let is_plain = item.is_string() || item.is_int() || item.is_bool() || item.is_unit();
        is_plain.then(|| FieldValue::value(item.flatten_clone()))
    }

    fn documented_values(&self, field: &str) -> &'static [&'static str] {
        match self.items.first() {
            Some(item) if item.is::<UserRecord>() => UserRecord::documented_values(field),
            Some(item) if item.is::<GroupRecord>() => GroupRecord::documented_values(field),
            _ => &[],
        }
    }

    fn key(&self, place: usize) -> Result<ValueKey> {
        ValueKey::of(&self.items[place], false)
    }

    /// Copying maps is slow, so it stops at an interruption; the incomplete copy is then not used.
    fn pick(&self, places: &[usize], before: Option<Dynamic>) -> Dynamic {
        let session = session(self.context).ok();
        let may_continue = || session.as_ref().is_none_or(|session| !session.interrupt().is_requested());
        let mut picked = before.and_then(Dynamic::try_cast::<Array>).unwrap_or_default();
        let places = places.iter().take_while(|_| may_continue());
        picked.extend(places.map(|place| self.items[*place].clone()));
        picked.into()
    }
}
