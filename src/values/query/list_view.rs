//! The one view of a list that every question is asked of; entries are numbered by their 0-based places.

use crate::error::{ErrorKind, Result};
use crate::host::binding::RhaiResultOf;
use crate::host::interrupt::Interrupt;
use crate::values::field_value::FieldValue;
use crate::values::key::ValueKey;
use crate::wire::user::User;
use rhai::Dynamic;

/// How many entries a loop of ours looks at between two looks at the interrupt.
const STRIDE: usize = 4096;

/// A list that can be asked.
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
    /// `usage`: they have not; names the nearest.
    fn check(&self, field: &str) -> Result<()>;

    /// Whether entries may lack a field that others have, so that to ask for its absence is no slip.
    fn has_any_field(&self) -> bool {
        false
    }

    /// What stands in a field that was checked.
    ///
    /// # Errors
    /// What the entry throws.
    fn cell(&self, place: usize, field: &str) -> RhaiResultOf<FieldValue<'_>>;

    /// What `entry.field` is, where reading it calls nothing and cannot fail; `None` where the interpreter knows more.
    fn property(&self, place: usize, field: &str) -> Option<FieldValue<'_>>;

    /// The entry as a user, if it is one of a list of users.
    fn user(&self, _place: usize) -> Option<&User> {
        None
    }

    /// What the entry is, for telling it from others.
    ///
    /// # Errors
    /// `usage`: it is no data.
    fn key(&self, place: usize) -> Result<ValueKey>;

    /// A list of the same kind of these entries, behind those that were picked from the parts before.
    fn pick(&self, places: &[usize], before: Option<Dynamic>) -> Dynamic;

    /// The places in their order, with an eye on the operator who may want to stop.
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
