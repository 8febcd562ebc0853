//! The interface through which queries read a list. Indexes start at 0.

use crate::error::{ErrorKind, Result};
use crate::host::binding::RhaiResultOf;
use crate::host::interrupt::Interrupt;
use crate::values::field_value::FieldValue;
use crate::values::key::ValueKey;
use crate::wire::user::User;
use arcstr::ArcStr;
use rhai::Dynamic;

/// The number of entries between two checks for an interrupt.
const STRIDE: usize = 4096;

/// A list that can be queried.
pub trait ListView {
    /// The number of entries.
    fn count(&self) -> usize;

    /// The index of the first entry in the complete list, of which this may be a part.
    fn first(&self) -> usize {
        0
    }

    /// The entry as scripts see it.
    fn value(&self, place: usize) -> Dynamic;

    /// Whether entries have such a field.
    ///
    /// # Errors
    /// `usage`: they have no such field; names the nearest.
    fn check(&self, field: &str) -> Result<()>;

    /// Whether some entries may lack a field that others have.
    fn has_any_field(&self) -> bool {
        false
    }

    /// The value of a field that passed `check`.
    ///
    /// # Errors
    /// Whatever the entry throws.
    fn cell(&self, place: usize, field: &str) -> RhaiResultOf<FieldValue<'_>>;

    /// The value of `entry.field` if reading it runs no code and cannot fail; otherwise `None`, and the interpreter
    /// reads it.
    fn property(&self, place: usize, field: &str) -> Option<FieldValue<'_>>;

    /// The documented values of a field that has a fixed set of them; empty for any other field.
    fn documented_values(&self, _field: &str) -> &'static [&'static str] {
        &[]
    }

    /// The entry as a user, if it is one of a list of users.
    fn user(&self, _place: usize) -> Option<&User> {
        None
    }

    /// The groups of the entry, if it is one of a list of users that was requested with groups.
    fn groups(&self, _place: usize) -> Option<&[ArcStr]> {
        None
    }

    /// The entry itself, if it is a string, a whole number, true, false or `()`.
    fn plain(&self, _place: usize) -> Option<FieldValue<'_>> {
        None
    }

    /// The identity of the entry, for comparisons.
    ///
    /// # Errors
    /// `usage`: it is not data, such as a function.
    fn key(&self, place: usize) -> Result<ValueKey>;

    /// A list of the same type with these entries appended to those picked from earlier parts.
    fn pick(&self, places: &[usize], before: Option<Dynamic>) -> Dynamic;

    /// The indexes in order; checks regularly for an interrupt.
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
