//! Rhai's operators for lists: `for`, `list[0]`, `==`, `+`, `in`, and printing.

use super::script_value::{self, ScriptValue};
use crate::error::Result;
use crate::host::binding::{INDEXER, RhaiResultOf};
use crate::host::session::session;
use crate::host::thrown::ThrowAt;
use crate::values::json_text;
use crate::values::record::ListItem;
use crate::values::record::Record;
use crate::values::record_list::RecordList;
use crate::wire::group::Group;
use crate::wire::identity::SoughtName;
use crate::wire::user::User;
use rhai::{Array, Dynamic, Engine, EvalAltResult, ImmutableString, NativeCallContext, Position};
use serde_json::Value;

/// Registers both types of list.
pub fn register(engine: &mut Engine) {
    engine.register_fn("contains", array_contains);
    register_list::<User>(engine);
    register_list::<Group>(engine);
}

impl<T: ListItem> ScriptValue for RecordList<T> {
    const NAME: &'static str = T::LIST;
    const IS_LIST: bool = true;

    fn to_json(&self) -> Result<Value> {
        RecordList::to_json(self)
    }

    fn entry(&self, place: usize) -> Option<Dynamic> {
        self.read().get(place).map(|entry| Dynamic::from(self.record(entry)))
    }
}

fn register_list<T: ListItem>(engine: &mut Engine) {
    script_value::register::<RecordList<T>>(engine);
    engine.register_iterator_result::<RecordList<T>, T::Record>();
    engine.register_fn(INDEXER, at::<T>);
    engine.register_fn("get$len", |context: NativeCallContext, list: &mut RecordList<T>| {
        list.len().at(&context)
    });
    engine.register_fn("get$is_empty", |context: NativeCallContext, list: &mut RecordList<T>| {
        list.is_empty().at(&context)
    });
    engine.register_fn("+", |context: NativeCallContext, one: &mut RecordList<T>, other: RecordList<T>| {
        one.joined(&other).at(&context)
    });
    engine.register_fn("==", |context: NativeCallContext, one: &mut RecordList<T>, other: RecordList<T>| {
        one.equals(&other).at(&context)
    });
    engine.register_fn("!=", |context: NativeCallContext, one: &mut RecordList<T>, other: RecordList<T>| {
        one.equals(&other).map(|equal| !equal).at(&context)
    });
    register_printing::<T>(engine);
}

/// Whether an array has a string, for `in`. An e-mail is found in any case.
#[expect(clippy::needless_pass_by_value, reason = "Rhai passes its context by value")]
fn array_contains(context: NativeCallContext, list: &mut Array, text: ImmutableString) -> bool {
    let sought = SoughtName::of(&text);
    for item in list.iter_mut() {
        if let Some(known) = item.read_lock::<ImmutableString>() {
            if sought.is(&known) {
                return true;
            }
            continue;
        }
        if item.is_int() || item.is_bool() || item.is_unit() || item.is_float() {
            continue;
        }
        let mut wanted = Dynamic::from(text.clone());
        let equal = context.call_native_fn_raw("==", true, &mut [item, &mut wanted]);
        if equal.is_ok_and(|equal| equal.as_bool().unwrap_or_default()) {
            return true;
        }
    }
    false
}

/// A list prints as its records, like an array. `to_string` cannot throw in Rhai, so if Rhai calls only that, the
/// string contains the error; `print` and `debug` throw it.
fn register_printing<T: ListItem>(engine: &mut Engine) {
    for name in ["print", "debug"] {
        engine.register_fn(name, |context: NativeCallContext, list: &mut RecordList<T>| {
            let session = session(&context).at(&context)?;
            json_text::write(&Dynamic::from(list.clone()), 0, session.interrupt()).at(&context)
        });
    }
    for name in ["to_string", "to_debug"] {
        engine.register_fn(name, |list: &mut RecordList<T>| match list.to_json() {
            Ok(list) => list.to_string(),
            Err(error) => format!("{}({error})", T::LIST),
        });
    }
}

#[expect(clippy::needless_pass_by_value, reason = "Rhai passes its context so")]
fn at<T: ListItem>(
    context: NativeCallContext,
    list: &mut RecordList<T>,
    index: i64,
) -> RhaiResultOf<T::Record> {
    let record = list.get(index).at(&context)?;
    record.ok_or_else(|| {
        let length = list.all().map_or(0, |entries| entries.len());
        EvalAltResult::ErrorArrayBounds(length, index, Position::NONE).into()
    })
}

impl<T: ListItem> RecordList<T> {
    /// The number of entries; reads to the end.
    ///
    /// # Errors
    /// `incomplete`, naming the page.
    pub fn len(&self) -> Result<i64> {
        self.all().map(|entries| i64::try_from(entries.len()).unwrap_or(i64::MAX))
    }

    /// Whether there are no entries; reads at most one page.
    ///
    /// # Errors
    /// `incomplete`, naming the page.
    pub fn is_empty(&self) -> Result<bool> {
        self.at(0).map(|first| first.is_none())
    }

    /// The entry at an index, counted from the end if negative; `None` if there is no such entry.
    ///
    /// # Errors
    /// `incomplete`, naming the page.
    pub fn get(&self, index: i64) -> Result<Option<T::Record>> {
        if let Ok(place) = usize::try_from(index) {
            return self.at(place);
        }
        let entries = self.all()?;
        let back = usize::try_from(index.unsigned_abs()).unwrap_or(usize::MAX);
        let place = entries.len().checked_sub(back);
        Ok(place.and_then(|place| entries.get(place)).map(|entry| self.record(entry)))
    }

    /// A part of the list, as Rhai's `extract` defines it: a negative `start` counts from the end, and indexes outside
    /// of the list are ignored.
    ///
    /// # Errors
    /// `incomplete`, naming the page.
    pub fn part(&self, start: i64, count: i64) -> Result<Self> {
        let entries = self.all()?;
        let length = i64::try_from(entries.len()).unwrap_or(i64::MAX);
        let start = if start < 0 { length.saturating_add(start).max(0) } else { start.min(length) };
        let end = start.saturating_add(count.max(0)).min(length);
        let place = |index: i64| usize::try_from(index).unwrap_or_default();
        Ok(self.of(entries[place(start)..place(end)].to_vec()))
    }

    /// The entries of both lists, in order.
    fn joined(&self, other: &Self) -> Result<Self> {
        let entries = self.all()?.iter().chain(other.all()?.iter()).cloned().collect();
        Ok(Self::from_entries(entries).showing(self.groups().joined(other.groups())))
    }

    /// Whether both hold equal records in the same order.
    fn equals(&self, other: &Self) -> Result<bool> {
        Ok(self.all()? == other.all()?)
    }

    /// Whether an entry has this name, ignoring case: the e-mail or username of a user, the name of a group.
    ///
    /// # Errors
    /// `incomplete`, naming the page.
    pub fn contains_name(&self, name: &str) -> Result<bool> {
        let name = crate::wire::identity::fold_name(name);
        Ok(self.all()?.iter().any(|entry| entry.is_named(&name)))
    }

    /// Whether an entry is this account or group.
    ///
    /// # Errors
    /// `incomplete`, naming the page.
    pub fn contains_entry(&self, wanted: &T) -> Result<bool> {
        let key = wanted.key();
        Ok(self.all()?.iter().any(|entry| entry.key() == key))
    }

    /// The records as the service sent them.
    ///
    /// # Errors
    /// `incomplete`, naming the page.
    pub fn to_json(&self) -> Result<Value> {
        let entries = self.all()?;
        entries
            .iter()
            .map(|entry| Record::to_json(&self.record(entry)))
            .collect::<Result<_>>()
            .map(Value::Array)
    }
}
