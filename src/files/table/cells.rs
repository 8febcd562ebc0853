//! The cells of a row, one after the other in one string.

/// The cells of a row. They share one string, so that a row takes two allocations however many cells it has.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct RowCells {
    text: String,
    /// Where each cell ends.
    ends: Vec<u32>,
}

impl RowCells {
    /// The number of cells.
    pub(crate) fn len(&self) -> usize {
        self.ends.len()
    }

    /// The text of a cell.
    pub(crate) fn get(&self, place: usize) -> Option<&str> {
        let end = *self.ends.get(place)?;
        let start = if place == 0 { 0 } else { self.ends[place - 1] };
        self.text.get(start as usize..end as usize)
    }

    /// The cells in their order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &str> {
        (0..self.len()).filter_map(|place| self.get(place))
    }

    /// Whether no cell has text.
    pub(crate) fn is_blank(&self) -> bool {
        self.text.is_empty()
    }

    /// Appends a cell.
    pub(crate) fn push(&mut self, cell: &str) {
        self.text.push_str(cell);
        // A row of 4 GiB is refused long before.
        self.ends.push(u32::try_from(self.text.len()).unwrap_or(u32::MAX));
    }

    /// Removes all cells and keeps their memory.
    pub(crate) fn clear(&mut self) {
        self.text.clear();
        self.ends.clear();
    }

    /// A copy of the first cells.
    pub(crate) fn first(&self, count: usize) -> Self {
        let ends = &self.ends[..count.min(self.len())];
        let length = ends.last().map_or(0, |end| *end as usize);
        Self { text: self.text[..length].to_owned(), ends: ends.to_vec() }
    }
}

impl<S: AsRef<str>> FromIterator<S> for RowCells {
    fn from_iter<I: IntoIterator<Item = S>>(cells: I) -> Self {
        let mut all = Self::default();
        cells.into_iter().for_each(|cell| all.push(cell.as_ref()));
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_found_by_their_place() {
        let cells: RowCells = ["a", "", "żó", ""].into_iter().collect();
        assert_eq!(
            (0..5).map(|place| cells.get(place)).collect::<Vec<_>>(),
            [Some("a"), Some(""), Some("żó"), Some(""), None]
        );
        assert_eq!(cells.first(3).iter().collect::<Vec<_>>(), ["a", "", "żó"]);
        assert_eq!(cells.first(9), cells);
        assert!(!cells.is_blank() && ["", ""].into_iter().collect::<RowCells>().is_blank());
    }
}
