//! What a value is, as far as it is known.

/// What a value is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum ValueKind {
    Unknown,
    None,
    Bool,
    Int,
    Float,
    Text,
    /// The bytes of a string, which are the string here.
    Bytes,
    /// A cell of a CSV file: a string, or nothing in a short row.
    Cell,
    List(Box<ValueKind>),
    Map(Box<ValueKind>),
    Set,
    /// A map of counts.
    Counter,
    /// A map whose missing entries are these: an expression of Rhai.
    DefaultMap(String),
    /// The response to a request.
    Response,
    /// The response of a sign-in.
    TokenResponse,
    /// An open file.
    File,
    /// A path of `pathlib`, which is a string here.
    Path,
    CsvWriter,
    Match,
    Pattern,
    /// A date with a time of day.
    Moment(MomentZone),
    Date,
    /// A number of seconds, or of days.
    Seconds,
    Days,
    Config,
    Options,
    Logger,
    Session,
    /// What lets a number of tasks run at once: here there is one.
    Lock,
    Error,
    /// An object of a class of the script.
    Object(String),
    Function,
    /// An action of `umapi_client`, with its type of identity.
    Command(String),
}

/// The time zone that a `datetime` of Python knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum MomentZone {
    /// None: it is what a clock shows, here as if the clock were in UTC.
    None,
    Utc,
    /// The text that it was read from decides.
    Unknown,
}

impl ValueKind {
    pub(super) fn list(of: ValueKind) -> Self {
        Self::List(Box::new(of))
    }

    pub(super) fn map(of: ValueKind) -> Self {
        Self::Map(Box::new(of))
    }

    /// What both are.
    pub(super) fn join(&self, other: &Self) -> Self {
        match (self, other) {
            (one, other) if one == other => one.clone(),
            (Self::List(one), Self::List(other)) => match (&**one, &**other) {
                (Self::Unknown, known) | (known, Self::Unknown) => Self::list(known.clone()),
                (one, other) => Self::list(one.join(other)),
            },
            (Self::Map(one), Self::Map(other)) => match (&**one, &**other) {
                (Self::Unknown, known) | (known, Self::Unknown) => Self::map(known.clone()),
                (one, other) => Self::map(one.join(other)),
            },
            // A session that is not open yet.
            (Self::None, Self::Session) | (Self::Session, Self::None) => Self::Session,
            (Self::Moment(_), Self::Moment(_)) => Self::Moment(MomentZone::Unknown),
            (Self::Int, Self::Float) | (Self::Float, Self::Int) => Self::Float,
            _ => Self::Unknown,
        }
    }

    /// Whether it is an object of a class of the script, or has such entries.
    pub(super) fn has_object(&self) -> bool {
        match self {
            Self::Object(_) => true,
            Self::List(entry) | Self::Map(entry) => entry.has_object(),
            _ => false,
        }
    }

    /// Whether it is a span of time, which is a number here.
    pub(super) fn is_span(&self) -> bool {
        matches!(self, Self::Seconds | Self::Days)
    }

    /// Whether it is a map, whose entries are found by strings.
    pub(super) fn is_map(&self) -> bool {
        matches!(self, Self::Map(_) | Self::Counter | Self::DefaultMap(_))
    }

    pub(super) fn is_number(&self) -> bool {
        matches!(self, Self::Int | Self::Float | Self::Seconds | Self::Days)
    }

    pub(super) fn entry(&self) -> Self {
        match self {
            Self::List(entry) => (**entry).clone(),
            Self::Text | Self::File | Self::Map(_) | Self::Counter | Self::DefaultMap(_) => Self::Text,
            _ => Self::Unknown,
        }
    }
}
