//! What is known of values: enough to choose between forms of Rhai, never guessed.

use super::names::NameUse;
use super::syntax::{
    PyCall, PyComprehension, PyExpression, PyFunction, PyNode, PyOperator, PyStatement, PyStatementKind,
};
use super::translator::Translator;
use super::value_kind::ValueKind;
use std::collections::BTreeMap;

impl Translator<'_> {
    /// What is known of an expression.
    pub(super) fn kind_of(&self, node: &PyNode) -> ValueKind {
        use PyExpression as E;
        use ValueKind as K;
        match &node.kind {
            E::None => K::None,
            E::Bool(_) | E::Not(_) | E::Compare(..) => K::Bool,
            E::Int(_) => K::Int,
            E::Float(_) => K::Float,
            E::Text(_) | E::Format(_) => K::Text,
            E::Bytes(_) => K::Bytes,
            E::Name(name) => self.kind_of_name(name),
            E::Negative(inner) => self.kind_of(inner),
            E::List(items) => K::list(self.joined(items)),
            E::Tuple(items) => K::list(self.joined(items)),
            E::Set(_) => K::Set,
            E::Dict(entries) => {
                let kinds = entries.iter().map(|(_, value)| self.kind_of(value));
                K::map(kinds.reduce(|one, other| one.join(&other)).unwrap_or(K::Unknown))
            }
            E::Comprehension { kind, .. } => match kind {
                PyComprehension::Dict => K::map(K::Unknown),
                PyComprehension::Set => K::Set,
                _ => K::list(K::Unknown),
            },
            E::Conditional { then, otherwise, .. } => self.kind_of(then).join(&self.kind_of(otherwise)),
            E::Logic { values, .. } => self.joined(values),
            E::Binary(left, operator, right) => self.kind_of_operation(left, *operator, right),
            E::Slice { of, .. } => self.kind_of(of),
            E::Index(of, index) => self.kind_of_entry(of, index),
            E::Attribute(of, name) => self.kind_of_attribute(of, name),
            E::Call(call) => self.kind_of_call(call),
            E::Lambda { .. } => K::Function,
            _ => K::Unknown,
        }
    }

    fn joined(&self, nodes: &[PyNode]) -> ValueKind {
        let kinds = nodes.iter().map(|node| self.kind_of(node));
        kinds.reduce(|one, other| one.join(&other)).unwrap_or(ValueKind::Unknown)
    }

    fn kind_of_name(&self, name: &str) -> ValueKind {
        if self.functions.contains_key(name) {
            return ValueKind::Function;
        }
        let known = self
            .scope
            .kinds
            .get(name)
            .or_else(|| if self.scope.is_own(name) { None } else { self.module_kinds.get(name) });
        known.cloned().unwrap_or(ValueKind::Unknown)
    }

    fn kind_of_operation(&self, left: &PyNode, operator: PyOperator, right: &PyNode) -> ValueKind {
        use ValueKind as K;
        let (one, other) = (self.kind_of(left), self.kind_of(right));
        match (operator, &one, &other) {
            (PyOperator::Divide, K::Path, _) => K::Path,
            (PyOperator::Divide, one, other) if one.is_number() && other.is_number() => K::Float,
            (PyOperator::Modulo, K::Text, _) => K::Text,
            (PyOperator::Add, K::Text, _) | (PyOperator::Add, _, K::Text) => K::Text,
            (PyOperator::Multiply, K::Text, _) => K::Text,
            (PyOperator::Subtract, K::Moment(_), K::Moment(_)) => K::Seconds,
            (PyOperator::Subtract, K::Date, K::Date) => K::Days,
            (PyOperator::Add | PyOperator::Subtract, K::Moment(_), _) => one,
            (PyOperator::Add | PyOperator::Subtract, one, other) if one.is_span() && one == other => {
                one.clone()
            }
            (PyOperator::Multiply, span, K::Int) | (PyOperator::Multiply, K::Int, span) if span.is_span() => {
                span.clone()
            }
            (PyOperator::Add | PyOperator::Subtract, K::Date, _) => K::Date,
            (PyOperator::Add, K::List(_), K::List(_)) => one.join(&other),
            (PyOperator::Multiply, K::List(_), _) => one,
            (PyOperator::Subtract | PyOperator::Or | PyOperator::And | PyOperator::Xor, K::Set, _) => K::Set,
            (_, K::Float, other) if other.is_number() => K::Float,
            (_, one, K::Float) if one.is_number() => K::Float,
            (PyOperator::Power, K::Int, K::Int) => match &right.kind {
                PyExpression::Int(_) => K::Int,
                _ => K::Unknown,
            },
            (_, K::Int, K::Int) => K::Int,
            _ => K::Unknown,
        }
    }

    fn kind_of_entry(&self, of: &PyNode, index: &PyNode) -> ValueKind {
        match self.kind_of(of) {
            ValueKind::List(entry) | ValueKind::Map(entry) => *entry,
            ValueKind::Text => ValueKind::Text,
            ValueKind::Counter => ValueKind::Int,
            ValueKind::DefaultMap(value) => match value.as_str() {
                "0" => ValueKind::Int,
                "[]" => ValueKind::list(ValueKind::Unknown),
                "#{}" => ValueKind::map(ValueKind::Unknown),
                _ => ValueKind::Text,
            },
            // A group that takes no part is None.
            ValueKind::Match => ValueKind::Cell,
            _ if self.path_of(of).as_deref() == Some("os.environ") => ValueKind::Text,
            _ => {
                let _ = index;
                ValueKind::Unknown
            }
        }
    }

    fn kind_of_attribute(&self, of: &PyNode, name: &str) -> ValueKind {
        use ValueKind as K;
        match (self.kind_of(of), name) {
            (K::Response | K::TokenResponse, "status_code" | "status") => K::Int,
            (K::Response | K::TokenResponse, "text" | "reason" | "url") => K::Text,
            (K::Response | K::TokenResponse, "content") => K::Bytes,
            (K::Response | K::TokenResponse, "ok") => K::Bool,
            (K::Response | K::TokenResponse, "headers") => K::map(K::Text),
            (K::Object(class), name) => {
                let fields = self.classes.get(&class).map(|class| &class.fields);
                fields.and_then(|fields| fields.get(name)).cloned().unwrap_or(K::Unknown)
            }
            (K::Path, "name") => K::Text,
            (K::Options, name) => self.option_kinds.get(name).cloned().unwrap_or(K::Unknown),
            (K::Moment(_) | K::Date, "year" | "month" | "day" | "hour" | "minute" | "second") => K::Int,
            _ => match self.path_of_attribute(of, name).as_deref() {
                Some("sys.argv") => K::list(K::Text),
                Some("os.environ") => K::map(K::Text),
                Some(
                    "string.ascii_uppercase"
                    | "string.ascii_letters"
                    | "string.ascii_lowercase"
                    | "string.digits",
                ) => K::Text,
                _ => match of.name().and_then(|class| self.classes.get(class)) {
                    Some(class) => class.fields.get(name).cloned().unwrap_or(K::Unknown),
                    None => K::Unknown,
                },
            },
        }
    }

    fn kind_of_call(&self, call: &PyCall) -> ValueKind {
        use ValueKind as K;
        let first = || call.arguments.first().map_or(K::Unknown, |node| self.kind_of(node));
        if let Some(path) = self.path_of(&call.function)
            && let Some(kind) = self.kind_of_known(&path, call)
        {
            return kind;
        }
        if let Some(name) = call.function.name() {
            if let Some(function) = self.functions.get(name) {
                return function.returns.clone();
            }
            if self.classes.contains_key(name) {
                return K::Object(name.to_owned());
            }
        }
        let PyExpression::Attribute(of, method) = &call.function.kind else { return K::Unknown };
        let of_kind = self.kind_of(of);
        if let K::Object(class) = &of_kind {
            let known = self.classes.get(class).and_then(|class| class.methods.get(method));
            return known.map_or(K::Unknown, |method| method.returns.clone());
        }
        match (method.as_str(), &of_kind) {
            (_, K::Command(_)) => of_kind,
            ("split" | "rsplit" | "splitlines", K::Text) => K::list(K::Text),
            ("readlines", K::File) => K::list(K::Text),
            ("split" | "rsplit" | "splitlines", _) => K::list(K::Text),
            (
                "strip" | "lower" | "upper" | "title" | "capitalize" | "replace" | "join" | "format"
                | "lstrip" | "rstrip" | "zfill" | "ljust" | "rjust" | "center" | "isoformat" | "strftime"
                | "casefold" | "decode",
                _,
            ) => K::Text,
            ("group", K::Match) => K::Cell,
            ("read", K::File) => K::Text,
            ("joinpath", K::Path) => K::Path,
            ("read_text" | "as_posix", K::Path) => K::Text,
            ("exists" | "is_file" | "is_dir", K::Path) => K::Bool,
            ("open", K::Path) => K::File,
            ("text", K::Response) => K::Text,
            ("encode", _) => K::Bytes,
            ("startswith" | "endswith" | "isdigit" | "isalpha" | "isalnum" | "isnumeric" | "isspace", _) => {
                K::Bool
            }
            ("index" | "find" | "count" | "rfind", _) => K::Int,
            ("total_seconds", _) => K::Float,
            ("timestamp", K::Moment(_)) => K::Float,
            ("date", K::Moment(_)) => K::Date,
            ("weekday" | "isoweekday", K::Moment(_) | K::Date) => K::Int,
            ("keys", _) => K::list(K::Text),
            ("values", K::Map(value)) => K::list((**value).clone()),
            ("values", K::Counter) => K::list(K::Int),
            ("values" | "items" | "most_common", _) => K::list(K::Unknown),
            ("copy", _) => of_kind,
            ("get", K::Map(value)) if call.arguments.len() == 2 => {
                value.join(&self.kind_of(&call.arguments[1]))
            }
            ("pop", K::List(value)) => (**value).clone(),
            ("get" | "post" | "put" | "delete" | "request" | "patch", K::Session) => K::Response,
            ("get" | "getstring", K::Config) => K::Text,
            ("getint", K::Config) => K::Int,
            ("match" | "search" | "fullmatch", K::Pattern) => K::Match,
            ("findall", K::Pattern) => K::list(K::Unknown),
            ("sub", K::Pattern) => K::Text,
            ("parse_args", _) if self.is_parser(of) => K::Options,
            ("union" | "intersection" | "difference", _) => K::Set,
            _ => {
                let _ = first;
                K::Unknown
            }
        }
    }

    fn kind_of_known(&self, path: &str, call: &PyCall) -> Option<ValueKind> {
        use ValueKind as K;
        let first = || call.arguments.first().map_or(K::Unknown, |node| self.kind_of(node));
        Some(match path {
            "umapi_client.UserAction" => K::Command(Self::identity_of(call)),
            "umapi_client.UsersQuery" | "umapi_client.GroupsQuery" | "umapi_client.UserGroupsQuery" => {
                K::list(K::map(K::Unknown))
            }
            "str"
            | "repr"
            | "input"
            | "chr"
            | "json.dumps"
            | "os.getenv"
            | "getpass.getpass"
            | "uuid.uuid4"
            | "uuid.uuid1"
            | "time.strftime"
            | "os.path.join"
            | "os.path.basename"
            | "os.path.splitext"
            | "os.path.dirname"
            | "urllib.parse.quote"
            | "urllib.parse.urlencode"
            | "urllib.parse.quote_plus"
            | "re.sub"
            | "random.choice"
            | "os.environ.get"
            | "jwt.encode"
            | "type"
            | "pprint.pformat"
            | "urllib.parse.urljoin" => {
                if path == "os.path.splitext" {
                    K::list(K::Text)
                } else if path == "random.choice" && first() != K::Text {
                    first().entry()
                } else if path.starts_with("os.")
                    && path.contains("env")
                    && call.arguments.get(1).is_none_or(|other| matches!(other.kind, PyExpression::None))
                {
                    K::Unknown
                } else {
                    K::Text
                }
            }
            "int" | "len" | "ord" | "math.ceil" | "math.floor" | "random.randint" | "random.randrange"
            | "time.time_ns" => K::Int,
            "round" => {
                if call.arguments.len() == 1 || first() == K::Int {
                    K::Int
                } else {
                    K::Float
                }
            }
            "abs" | "max" | "min" if call.arguments.len() > 1 || path == "abs" => {
                self.joined(&call.arguments)
            }
            "max" | "min" => first().entry(),
            "sum" => match first() {
                K::List(entry) if entry.is_number() => *entry,
                _ => K::Unknown,
            },
            "float" | "time.time" | "random.random" | "random.uniform" | "time.perf_counter"
            | "time.monotonic" => K::Float,
            "bool" | "isinstance" | "any" | "all" | "callable" | "hasattr" | "os.path.exists"
            | "os.path.isfile" | "os.path.isdir" => K::Bool,
            "list" | "sorted" | "tuple" | "reversed" => match first() {
                K::List(entry) => K::List(entry),
                K::Text | K::File => K::list(K::Text),
                K::Map(_) | K::Counter => K::list(K::Text),
                _ => K::list(K::Unknown),
            },
            "random.sample" => match first() {
                K::List(entry) => K::List(entry),
                _ => K::list(K::Unknown),
            },
            "next" => first().entry(),
            "range" => K::list(K::Int),
            "filter" | "map" | "zip" | "enumerate" | "glob.glob" | "os.listdir" | "re.findall" => {
                K::list(K::Unknown)
            }
            "dict" | "vars" => K::map(K::Unknown),
            "set" | "frozenset" => K::Set,
            "json.load" | "json.loads" => return Some(K::Unknown),
            "collections.Counter" => K::Counter,
            "collections.defaultdict" => K::DefaultMap(match call.arguments.first().and_then(PyNode::name) {
                Some("int") => "0".to_owned(),
                Some("list") => "[]".to_owned(),
                Some("set") => "[]".to_owned(),
                Some("dict") => "#{}".to_owned(),
                Some("str") => "\"\"".to_owned(),
                _ => return Some(K::map(K::Unknown)),
            }),
            "collections.OrderedDict" => K::map(K::Unknown),
            "open" | "codecs.open" | "io.open" => K::File,
            "pathlib.Path" | "pathlib.PurePath" => K::Path,
            "csv.DictReader" => K::list(K::map(K::Cell)),
            "csv.reader" => K::list(K::list(K::Text)),
            "csv.DictWriter" | "csv.writer" => K::CsvWriter,
            "requests.Session" | "requests.session" | "aiohttp.ClientSession" => K::Session,
            "asyncio.Semaphore" | "asyncio.Lock" | "threading.Lock" => K::Lock,
            "re.match" | "re.search" | "re.fullmatch" => K::Match,
            "re.compile" => K::Pattern,
            "datetime.datetime"
            | "datetime.datetime.now"
            | "datetime.datetime.utcnow"
            | "datetime.datetime.strptime"
            | "datetime.datetime.fromisoformat"
            | "datetime.datetime.fromtimestamp"
            | "datetime.datetime.utcfromtimestamp"
            | "datetime.datetime.today" => K::Moment(self.zone_of(path, call)),
            "datetime.date.today" | "datetime.date.fromisoformat" | "datetime.date" => K::Date,
            "datetime.timedelta" => {
                let has_days_only = call.keywords.iter().all(|(name, _)| name.as_deref() == Some("days"));
                if has_days_only { K::Days } else { K::Seconds }
            }
            "logging.getLogger" => K::Logger,
            "configparser.ConfigParser"
            | "configparser.RawConfigParser"
            | "configparser.SafeConfigParser" => K::Config,
            "copy.copy" | "copy.deepcopy" => first(),
            _ if path.starts_with("requests.") => {
                if self.is_token_request(call) {
                    K::TokenResponse
                } else {
                    K::Response
                }
            }
            _ => return None,
        })
    }

    /// Notes what the variables of a body are: the same in all its assignments, or unknown.
    pub(super) fn infer_body(&mut self, body: &[PyStatement]) {
        let mut found: BTreeMap<String, ValueKind> = BTreeMap::new();
        for statement in body {
            statement.walk_own_statements(&mut |inner| match &inner.kind {
                PyStatementKind::Function(function) => self.infer_outer(function, &mut found),
                _ => self.infer_statement(inner, &mut found),
            });
        }
        for (name, kind) in found {
            if !self.scope.fixed.contains(&name) {
                self.scope.kinds.insert(name, kind);
            }
        }
    }

    /// Notes what a function assigns to the variables that it declares `global`.
    fn infer_outer(&self, function: &PyFunction, found: &mut BTreeMap<String, ValueKind>) {
        let outer = NameUse::of(&function.body).outer;
        if outer.is_empty() {
            return;
        }
        let mut inner_found = BTreeMap::new();
        for statement in &function.body {
            statement.walk_own_statements(&mut |inner| self.infer_statement(inner, &mut inner_found));
        }
        for (name, kind) in inner_found.into_iter().filter(|(name, _)| outer.contains(name)) {
            let kind = found.get(&name).map_or_else(|| kind.clone(), |known| known.join(&kind));
            found.insert(name, kind);
        }
    }

    fn infer_statement(&self, statement: &PyStatement, found: &mut BTreeMap<String, ValueKind>) {
        use PyStatementKind as S;
        // A variable of whose value nothing is known yet says nothing about the others.
        let is_open = |node: &PyNode| {
            let mut open = false;
            node.walk(&mut |inner| {
                open |= inner.name().is_some_and(|name| {
                    self.scope.uses.assigned.contains_key(name)
                        && !self.scope.kinds.contains_key(name)
                        && !self.scope.fixed.contains(name)
                        && !self.imports.contains_key(name)
                        && !self.functions.contains_key(name)
                        && !self.classes.contains_key(name)
                });
            });
            open
        };
        let mut note = |name: &str, kind: ValueKind| {
            let kind = match found.get(name) {
                Some(known) => known.join(&kind),
                None => kind,
            };
            found.insert(name.to_owned(), kind);
        };
        match &statement.kind {
            S::Assign { targets, value } => {
                for target in targets {
                    match &target.kind {
                        PyExpression::Name(_) if is_open(value) => {}
                        PyExpression::Name(name) => note(name, self.kind_of(value)),
                        PyExpression::Tuple(parts) | PyExpression::List(parts) => {
                            for (place, part) in parts.iter().enumerate() {
                                let kind = match &value.kind {
                                    _ if place == 0 && self.kind_of(value) == ValueKind::Options => {
                                        ValueKind::Options
                                    }
                                    PyExpression::Tuple(values) | PyExpression::List(values) => values
                                        .get(place)
                                        .map_or(ValueKind::Unknown, |value| self.kind_of(value)),
                                    _ => self.kind_of(value).entry(),
                                };
                                if let Some(name) = part.name() {
                                    note(name, kind);
                                }
                            }
                        }
                        _ => {}
                    }
                }
            }
            S::Annotated { target, value: Some(value), .. } => {
                if let Some(name) = target.name() {
                    note(name, self.kind_of(value));
                }
            }
            S::Augmented { target, operator, value } => {
                if let Some(name) = target.name()
                    && !is_open(target)
                    && !is_open(value)
                {
                    note(name, self.kind_of_operation(target, *operator, value));
                }
            }
            S::For { target, iterated, .. } => self.infer_target(target, iterated, &mut note),
            S::With { items, .. } => {
                for (value, name) in items {
                    if let Some(name) = name.as_ref().and_then(PyNode::name) {
                        note(name, self.kind_of(value));
                    }
                }
            }
            S::Try { handlers, .. } => {
                for handler in handlers {
                    if let Some(name) = &handler.name {
                        note(name, ValueKind::Error);
                    }
                }
            }
            _ => {}
        }
    }

    /// Notes what the variables of a loop are.
    pub(super) fn infer_target(
        &self,
        target: &PyNode,
        iterated: &PyNode,
        note: &mut dyn FnMut(&str, ValueKind),
    ) {
        let call = iterated.call();
        let path = call.and_then(|call| self.path_of(&call.function));
        match &target.kind {
            PyExpression::Name(name) => note(name, self.kind_of_iterated(iterated)),
            PyExpression::Tuple(parts) => {
                let names: Vec<_> = parts.iter().map(PyNode::name).collect();
                if path.as_deref() == Some("enumerate") {
                    if let Some(Some(index)) = names.first() {
                        note(index, ValueKind::Int);
                    }
                    if let (Some(entry), Some(list)) =
                        (parts.get(1), call.and_then(|call| call.arguments.first()))
                    {
                        self.infer_target(entry, list, note);
                    }
                    return;
                }
                let items = call.and_then(|call| match &call.function.kind {
                    PyExpression::Attribute(of, method) if method == "items" => Some(self.kind_of(of)),
                    _ => None,
                });
                for (place, name) in names.into_iter().enumerate() {
                    let Some(name) = name else { continue };
                    let kind = match (&items, place) {
                        (Some(_), 0) => ValueKind::Text,
                        (Some(ValueKind::Map(value)), _) => (**value).clone(),
                        (Some(ValueKind::Counter), _) => ValueKind::Int,
                        (Some(ValueKind::DefaultMap(value)), _) if value == "[]" => {
                            ValueKind::list(ValueKind::Unknown)
                        }
                        (Some(ValueKind::DefaultMap(value)), _) if value == "0" => ValueKind::Int,
                        _ => ValueKind::Unknown,
                    };
                    note(name, kind);
                }
            }
            _ => {}
        }
    }

    fn kind_of_iterated(&self, iterated: &PyNode) -> ValueKind {
        self.kind_of(iterated).entry()
    }
}
