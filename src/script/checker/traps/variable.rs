//! The variables of a script with the order of their changes and reads.

use rhai::{Array, Dynamic, Expr, Position};

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
    /// A list of anything else.
    List,
    /// A map.
    Map,
    /// A whole number, with its value if that is known.
    Whole(Option<i64>),
    /// A number with decimals.
    Float,
    /// True or false.
    Flag,
    /// `()`.
    Nothing,
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
    /// The variable outside of its block that it hides.
    pub(super) hides: Option<HiddenVariable>,
    /// Where it is a condition.
    pub(super) tested: Option<Position>,
    /// Whether the script calls a method of lists, strings or maps on it.
    pub(super) is_collection: bool,
    /// A `for` whose variable has its name.
    pub(super) hidden_by_loop: Option<Position>,
}

/// A declaration in a block with the name of a variable outside of it.
#[derive(Debug)]
pub(super) struct HiddenVariable {
    pub(super) position: Position,
    /// Whether it computes its value from the variable outside, in a loop.
    pub(super) continues: bool,
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
            hides: None,
            tested: None,
            is_collection: false,
            hidden_by_loop: None,
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

impl TrackedVariable {
    /// Where a list, string or map is a condition, if it is nothing else.
    pub(super) fn value_as_condition(&self) -> Option<Position> {
        self.tested.filter(|_| self.is_collection && !self.is_untracked)
    }

    /// A declaration in a block that was meant to change the variable outside: nothing reads it, or it counts up.
    pub(super) fn lost_declaration(&self) -> Option<Position> {
        let hides = self.hides.as_ref()?;
        (hides.continues || (self.reads.is_empty() && !self.is_untracked)).then_some(hides.position)
    }
}

impl KnownValue {
    /// What an initial value shows, apart from calls.
    pub(super) fn of(expression: &Expr) -> Self {
        match expression {
            Expr::StringConstant(..) | Expr::InterpolatedString(..) => Self::String,
            Expr::IntegerConstant(number, _) => Self::Whole(Some(*number)),
            Expr::FloatConstant(..) => Self::Float,
            Expr::BoolConstant(..) => Self::Flag,
            Expr::Unit(_) => Self::Nothing,
            Expr::Map(..) => Self::Map,
            Expr::Array(items, _) => {
                let is_numbers = items.iter().all(|item| matches!(item, Expr::IntegerConstant(..)));
                if is_numbers && !items.is_empty() { Self::Numbers } else { Self::List }
            }
            Expr::DynamicConstant(value, _) => Self::of_constant(value),
            _ => Self::Other,
        }
    }

    fn of_constant(value: &Dynamic) -> Self {
        if value.is_map() {
            return Self::Map;
        }
        match value.read_lock::<Array>() {
            Some(items) if !items.is_empty() && items.iter().all(Dynamic::is_int) => Self::Numbers,
            Some(_) => Self::List,
            None => Self::Other,
        }
    }

    /// Values of one kind have an order; `None` if the kind is not known.
    pub(super) fn kind(self) -> Option<&'static str> {
        match self {
            Self::String | Self::Cell | Self::Time => Some("a string"),
            Self::Whole(_) | Self::Float => Some("a number"),
            Self::Flag => Some("true or false"),
            Self::Nothing => Some("`()`"),
            Self::Numbers | Self::List => Some("a list"),
            Self::Map => Some("a map"),
            Self::Response | Self::Rows | Self::Row | Self::Other => None,
        }
    }
}
