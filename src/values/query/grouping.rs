//! Counts, groups, indexes, sorts and deduplicates entries by a field or by the result of a function.

use super::sort::sort_interruptibly;
use crate::error::{Error, Result};
use crate::host::binding::RhaiResultOf;
use crate::host::interrupt::Interrupt;
use crate::host::session::Session;
use crate::host::thrown::ThrowAt;
use crate::values::dynamic::kind_of;
use crate::values::field_value::FieldValue;
use crate::values::key::{ValueKey, is_folded, mark_folded};
use crate::values::query::callback::ListCallback;
use crate::values::query::index::{Index, IndexKeys};
use crate::values::query::key_table::KeyTable;
use crate::values::query::list_source::ListParts;
use crate::values::query::list_view::ListView;
use ahash::RandomState;
use rhai::{Array, Dynamic, FnPtr, ImmutableString, Map, NativeCallContext};
use std::cmp::Reverse;
use std::collections::HashSet;

/// The key by which entries are compared.
pub enum GroupBy<'l> {
    /// The whole entry.
    Entry,
    /// The value of a field.
    Field(ImmutableString),
    /// The result of a function.
    Function(ListCallback<'l>),
}

impl<'l> GroupBy<'l> {
    /// Reads the argument of `caller`: the name of a field or a function.
    ///
    /// # Errors
    /// `usage`: it is neither.
    pub fn of(key: &Dynamic, caller: &'static str, context: &'l NativeCallContext<'l>) -> Result<Self> {
        if let Some(field) = key.read_lock::<ImmutableString>() {
            return Ok(Self::Field(field.clone()));
        }
        match key.clone().try_cast::<FnPtr>() {
            Some(function) => Ok(Self::Function(ListCallback::new(context, function, caller))),
            None => Err(Error::usage(format!(
                "`{caller}` takes the name of a field or a function, not {}",
                kind_of(key)
            ))),
        }
    }

    /// Whether case is ignored.
    pub fn is_folded(&self) -> bool {
        matches!(self, Self::Field(field) if is_folded(field))
    }

    /// Checks that the entries have the field.
    ///
    /// # Errors
    /// `usage`: they have no such field; names the nearest.
    pub fn check(&self, list: &dyn ListView) -> Result<()> {
        match self {
            Self::Field(field) => list.check(field),
            Self::Entry | Self::Function(_) => Ok(()),
        }
    }

    /// The value of an entry.
    ///
    /// # Errors
    /// Whatever the entry or the function throws.
    pub fn cell<'e>(&self, list: &'e dyn ListView, place: usize) -> RhaiResultOf<FieldValue<'e>> {
        match self {
            Self::Entry => Ok(FieldValue::value(list.value(place))),
            Self::Field(field) => list.cell(place, field),
            Self::Function(function) => function.cell(list, place),
        }
    }
}

/// A query that groups the entries of a list.
pub struct GroupQuery<'l> {
    by: GroupBy<'l>,
    interrupt: &'l Interrupt,
    context: &'l NativeCallContext<'l>,
}

impl<'l> GroupQuery<'l> {
    /// The query of one call.
    pub fn of(by: GroupBy<'l>, session: &'l Session, context: &'l NativeCallContext<'l>) -> Self {
        Self { by, interrupt: session.interrupt(), context }
    }

    /// Rows `#{key, count}`, the highest count first, equal counts by key.
    ///
    /// # Errors
    /// `usage`: an unknown field or a key that is not data; whatever the function throws; `incomplete`.
    pub fn count(&self, mut list: ListParts) -> RhaiResultOf<Array> {
        let mut table = KeyTable::new(self.by.is_folded());
        let mut counts: Vec<KeyCount> = Vec::new();
        while let Some(part) = list.next_part().at(self.context)? {
            self.number(&*part, &mut table, |number, place| {
                if number == counts.len() {
                    counts.push(KeyCount { last: usize::MAX, entries: 0 });
                }
                counts[number].add(part.first() + place);
            })?;
        }
        let rows = self.marked(table).into_iter().zip(counts);
        let rows = rows.map(|((key, shown), count)| (key, shown, count.entries, None));
        ranked(rows.collect(), self.interrupt).at(self.context)
    }

    /// Rows `#{key, count, items}`, ordered as those of `count`.
    ///
    /// # Errors
    /// As `count`.
    pub fn group(&self, list: &dyn ListView) -> RhaiResultOf<Array> {
        let (table, members) = self.members(list)?;
        let rows = self.marked(table).into_iter().zip(members).map(|((key, shown), members)| {
            self.interrupt.check()?;
            Ok((key, shown, members.len(), Some(list.pick(&members, None))))
        });
        let rows: Result<_> = rows.collect();
        rows.and_then(|rows| ranked(rows, self.interrupt)).at(self.context)
    }

    /// The lists of entries by their keys. Entries without a key are left out.
    ///
    /// # Errors
    /// As those of `count`; `usage` for a key that is neither a string nor a number.
    pub fn index(&self, list: &dyn ListView) -> RhaiResultOf<Index> {
        let mut keys = IndexKeys::new(self.by.is_folded());
        self.by.check(list).at(self.context)?;
        for place in list.places(self.interrupt) {
            let place = place.at(self.context)?;
            let cell = self.by.cell(list, place)?;
            keys.add_cell(cell, place).at(self.context)?;
        }
        let places: Vec<_> = (0..list.count()).collect();
        let entries = list.pick(&places, None);
        self.interrupt.check().at(self.context)?;
        Index::new(entries, keys).at(self.context)
    }

    /// The first entry of each key.
    ///
    /// # Errors
    /// As `count`.
    pub fn first_of_each(&self, mut list: ListParts) -> RhaiResultOf<Dynamic> {
        let mut keys_found = HashSet::with_hasher(RandomState::new());
        let mut first = None;
        while let Some(part) = list.next_part().at(self.context)? {
            let mut places = Vec::new();
            self.keys(&*part, |key, place| {
                if keys_found.insert(key) {
                    places.push(place);
                }
            })?;
            first = Some(part.pick(&places, first));
        }
        Ok(first.unwrap_or_default())
    }

    /// The entries sorted by their keys, ascending; the sort is stable.
    ///
    /// # Errors
    /// As `count`.
    pub fn sort(&self, list: &dyn ListView) -> RhaiResultOf<Dynamic> {
        let mut keys = Vec::with_capacity(list.count());
        self.keys(list, |key, place| keys.push((key, place)))?;
        let keys = sort_interruptibly(keys, |(one, _), (other, _)| one.cmp(other), self.interrupt);
        let keys = keys.at(self.context)?;
        let places: Vec<_> = keys.into_iter().map(|(_, place)| place).collect();
        Ok(list.pick(&places, None))
    }

    /// Calls `found` with the key of each entry; a list is one key.
    fn keys(&self, list: &dyn ListView, mut found: impl FnMut(ValueKey, usize)) -> RhaiResultOf<()> {
        self.by.check(list).at(self.context)?;
        let folded = self.by.is_folded();
        for place in list.places(self.interrupt) {
            let place = place.at(self.context)?;
            let key = match self.by {
                GroupBy::Entry => list.key(place),
                _ => self.by.cell(list, place)?.key(folded),
            };
            found(key.at(self.context)?, place);
        }
        Ok(())
    }

    /// The keys of a table, marked if they ignore case, so that a query of the rows ignores it too.
    fn marked(&self, table: KeyTable) -> Vec<(ValueKey, Dynamic)> {
        let mut keys = table.into_keys();
        if self.by.is_folded() {
            for (_, shown) in &mut keys {
                mark_folded(shown);
            }
        }
        keys
    }

    fn members(&self, list: &dyn ListView) -> RhaiResultOf<(KeyTable, Vec<Vec<usize>>)> {
        let mut table = KeyTable::new(self.by.is_folded());
        let mut members: Vec<Vec<usize>> = Vec::new();
        self.number(list, &mut table, |number, place| {
            if number == members.len() {
                members.push(Vec::new());
            }
            if members[number].last() != Some(&place) {
                members[number].push(place);
            }
        })?;
        Ok((table, members))
    }

    /// Calls `found` with the numbers of the keys of each entry; each entry of a list is a key.
    fn number(
        &self,
        list: &dyn ListView,
        table: &mut KeyTable,
        mut found: impl FnMut(usize, usize),
    ) -> RhaiResultOf<()> {
        self.by.check(list).at(self.context)?;
        for place in list.places(self.interrupt) {
            let place = place.at(self.context)?;
            let cell = self.by.cell(list, place)?;
            table.number(cell, |number| found(number, place)).at(self.context)?;
        }
        Ok(())
    }
}

/// The number of entries with a key; an entry that has it twice counts once.
struct KeyCount {
    last: usize,
    entries: usize,
}

impl KeyCount {
    fn add(&mut self, place: usize) {
        self.entries += usize::from(self.last != place);
        self.last = place;
    }
}

/// The key, its first spelling, the number of entries, and the entries.
pub(crate) type GroupedRow = (ValueKey, Dynamic, usize, Option<Dynamic>);

pub(crate) fn ranked(rows: Vec<GroupedRow>, interrupt: &Interrupt) -> Result<Array> {
    let order =
        |one: &GroupedRow, other: &GroupedRow| (Reverse(one.2), &one.0).cmp(&(Reverse(other.2), &other.0));
    let rows = sort_interruptibly(rows, order, interrupt)?;
    rows.into_iter().map(|entry| interrupt.check().map(|()| row(entry))).collect()
}

fn row((_, key, count, items): GroupedRow) -> Dynamic {
    let count = Dynamic::from_int(i64::try_from(count).unwrap_or(i64::MAX));
    let entries = [Some(("key", key)), Some(("count", count)), items.map(|items| ("items", items))];
    entries.into_iter().flatten().map(|(name, value)| (name.into(), value)).collect::<Map>().into()
}
