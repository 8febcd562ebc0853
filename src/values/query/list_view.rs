//! The interface that every query uses to read a list; entries are numbered from 0.

use crate::error::{ErrorKind, Result};
use crate::host::binding::RhaiResultOf;
use crate::host::interrupt::Interrupt;
use crate::values::field_value::FieldValue;
use crate::values::key::ValueKey;
use crate::wire::user::User;
use rhai::Dynamic;

/// How many entries a loop visits between two checks of the interrupt.
const STRIDE: usize = 4096;

/// A list that can be queried.
pub trait ListView {
    /// How many entries.
    fn count(&self) -> usize;

    /// The place of the first entry in the whole list, of which this may be a part.
    fn first(&self) -> usize {
        0
    }

    /// The entry as scripts see it.
    fn value(&self, place: usize) -> Dynamic;

    /// Whether entries have such a field.
    ///
    /// # Errors
    /// `usage`: they do not; names the nearest.
    fn check(&self, field: &str) -> Result<()>;

    /// Whether entries may lack a field that others have, so that asking for its absence is not a mistake.
    fn has_any_field(&self) -> bool {
        false
    }

    /// The value of a field that was checked.
    ///
    /// # Errors
    /// What the entry throws.
    fn cell(&self, place: usize, field: &str) -> RhaiResultOf<FieldValue<'_>>;

    /// What `entry.field` is, if reading it calls nothing and cannot fail; otherwise `None`, and the interpreter reads it.
    fn property(&self, place: usize, field: &str) -> Option<FieldValue<'_>>;

    /// The entry as a user, if it is one of a list of users.
    fn user(&self, _place: usize) -> Option<&User> {
        None
    }

    /// The identity of the entry, for comparing it with others.
    ///
    /// # Errors
    /// `usage`: it is not data, such as a function.
    fn key(&self, place: usize) -> Result<ValueKey>;

    /// A list of the same type with these entries, after those that were picked from earlier parts.
    fn pick(&self, places: &[usize], before: Option<Dynamic>) -> Dynamic;

    /// The places in order; checks the interrupt now and then.
    ///
    /// # Errors
    /// `interrupted`, as an item.
    fn places<'l>(&'l self, interrupt: &'l Interrupt) -> Box<dyn Iterator<Item = Result<usize>> + 'l> {
        Box::new((0..self.count()).map(move |place| {
            if place % STRIDE == 0 && interrupt.is_requested() {
                return Err(ErrorKind::Interrupted.into());
            }
            Ok(place)
        }))
    }
}
