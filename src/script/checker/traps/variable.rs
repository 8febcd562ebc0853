//! The variables of a script with the order of their changes and reads.

use rhai::{Expr, Position};

/// Where the value of a variable comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum VariableOrigin {
    /// Each entry of what a `for` iterates over, as written.
    LoopEntry(String),
    /// An argument of a function.
    Parameter,
    /// A part of another value, as written: `rows[0]`.
    CopyOf(String),
    /// A new value.
    New,
}

/// What is known of the value of a variable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum KnownValue {
    /// A string.
    String,
    /// A list of whole numbers.
    Numbers,
    /// The length of a list or string.
    Length,
    /// The result of `now()`.
    Time,
    /// The result of `send(...)`.
    Response,
    /// The rows of `read_csv(path)`.
    Rows,
    /// One of these rows.
    Row,
    /// A cell of such a row.
    Cell,
    /// Anything else.
    Other,
}

/// A variable in scope.
#[derive(Debug)]
pub(super) struct TrackedVariable {
    pub(super) name: String,
    pub(super) origin: VariableOrigin,
    pub(super) value: KnownValue,
    /// The number of loops around its declaration.
    pub(super) loop_depth: usize,
    changes: Vec<VariableEvent>,
    reads: Vec<VariableEvent>,
    /// Whether it was captured or assigned again, after which nothing is known of it.
    pub(super) is_untracked: bool,
}

/// A change or a read: when, where, and in which loops within the scope of the variable.
#[derive(Debug)]
struct VariableEvent {
    order: usize,
    position: Position,
    loops: Vec<usize>,
}

impl TrackedVariable {
    pub(super) fn new(name: &str, origin: VariableOrigin, value: KnownValue, loop_depth: usize) -> Self {
        Self {
            name: name.to_owned(),
            origin,
            value,
            loop_depth,
            changes: Vec::new(),
            reads: Vec::new(),
            is_untracked: false,
        }
    }

    /// Records a change in place. `loops` are the loops around it, the outermost first.
    pub(super) fn change(&mut self, order: usize, position: Position, loops: &[usize]) {
        let loops = self.inner_loops(loops);
        self.changes.push(VariableEvent { order, position, loops });
    }

    /// Records a read.
    pub(super) fn read(&mut self, order: usize, position: Position, loops: &[usize]) {
        let loops = self.inner_loops(loops);
        self.reads.push(VariableEvent { order, position, loops });
    }

    fn inner_loops(&self, loops: &[usize]) -> Vec<usize> {
        loops.get(self.loop_depth..).unwrap_or_default().to_vec()
    }

    /// The first change in place that nothing reads, if the variable holds a copy.
    pub(super) fn lost_change(&self) -> Option<Position> {
        if self.is_untracked || self.origin == VariableOrigin::New {
            return None;
        }
        let is_read = |change: &VariableEvent| {
            self.reads.iter().any(|read| {
                read.order > change.order || read.loops.iter().any(|known| change.loops.contains(known))
            })
        };
        self.changes.iter().find(|change| !is_read(change)).map(|change| change.position)
    }
}

impl KnownValue {
    /// What an initial value shows, apart from calls.
    pub(super) fn of(expression: &Expr) -> Self {
        match expression {
            Expr::StringConstant(..) | Expr::InterpolatedString(..) => Self::String,
            Expr::Array(items, _)
                if !items.is_empty()
                    && items.iter().all(|item| matches!(item, Expr::IntegerConstant(..))) =>
            {
                Self::Numbers
            }
            Expr::DynamicConstant(value, _) => {
                let is_numbers = value
                    .read_lock::<rhai::Array>()
                    .is_some_and(|items| !items.is_empty() && items.iter().all(rhai::Dynamic::is_int));
                if is_numbers { Self::Numbers } else { Self::Other }
            }
            _ => Self::Other,
        }
    }
}
