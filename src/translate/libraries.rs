//! Python's modules: what their functions and constants are in Rhai.

use super::expressions::{RhaiCode, is_repeatable, level, quoted};
use super::syntax::{PyCall, PyExpression, PyLoop, PyNode, PyOperator};
use super::translator::{Translated, Translator, left};
use super::value_kind::ValueKind;

impl Translator<'_> {
    /// A constant of a module.
    pub(super) fn known_value(path: &str) -> Option<RhaiCode> {
        Some(match path {
            "sys.argv" => RhaiCode::of("[\"script\"] + args()", level::SUM),
            "string.ascii_uppercase" => RhaiCode::atom("\"ABCDEFGHIJKLMNOPQRSTUVWXYZ\""),
            "string.ascii_lowercase" => RhaiCode::atom("\"abcdefghijklmnopqrstuvwxyz\""),
            "string.ascii_letters" => {
                RhaiCode::atom("\"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ\"")
            }
            "string.digits" => RhaiCode::atom("\"0123456789\""),
            "os.linesep" | "os.sep" => RhaiCode::atom(if path == "os.sep" { "\"/\"" } else { "\"\\n\"" }),
            path if path.starts_with("umapi_client.IdentityType") => {
                RhaiCode::atom(quoted(path.rsplit('.').next().unwrap_or_default()))
            }
            "math.pi" => RhaiCode::atom("3.141592653589793"),
            "sys.maxsize" => RhaiCode::atom("9223372036854775807"),
            _ => return None,
        })
    }

    /// An entry of a value that a module has.
    pub(super) fn known_entry(&mut self, of: &PyNode, index: &PyNode) -> Translated<Option<RhaiCode>> {
        match self.path_of(of).as_deref() {
            Some("sys.argv") => match &index.kind {
                PyExpression::Int(digits) => match digits.parse::<i64>() {
                    Ok(0) => Ok(Some(RhaiCode::atom("\"script\""))),
                    Ok(place) => Ok(Some(RhaiCode::atom(format!("args()[{}]", place - 1)))),
                    Err(_) => Ok(None),
                },
                _ => left("a computed entry of `sys.argv`"),
            },
            Some("os.environ") => {
                let name = self.plain(index)?;
                Ok(Some(RhaiCode::atom(format!("env({name})"))))
            }
            _ => Ok(None),
        }
    }

    /// A function of a module.
    #[expect(clippy::too_many_lines, reason = "one arm for each function")]
    pub(super) fn library_call(
        &mut self,
        path: &str,
        node: &PyNode,
        call: &PyCall,
    ) -> Translated<Option<RhaiCode>> {
        if path.starts_with("umapi_client.") {
            return self.client_class(path, call).map(Some);
        }
        if path.starts_with("requests.") {
            return self.request_call(path, node, call).map(Some);
        }
        if path.starts_with("aiohttp.") {
            return self.aiohttp_call(path, call).map(Some);
        }
        let arguments = call.arguments.as_slice();
        let keyword = |name: &str| {
            call.keywords.iter().find(|(known, _)| known.as_deref() == Some(name)).map(|(_, value)| value)
        };
        let code = match (path, arguments) {
            ("json.loads", [text]) => return self.parsed_json(text).map(Some),
            ("json.dumps", [value]) => match keyword("indent") {
                Some(indent) => {
                    let (value, indent) = (self.plain(value)?, self.plain(indent)?);
                    RhaiCode::atom(format!("to_json({value}, #{{indent: {indent}}})"))
                }
                None => RhaiCode::atom(format!("to_json({})", self.plain(value)?)),
            },
            ("json.load", [file]) => RhaiCode::atom(format!("read_json({})", self.path_of_file(file)?)),
            ("json.dump", [value, file]) => {
                let value = match keyword("indent") {
                    Some(indent) => {
                        let (value, indent) = (self.plain(value)?, self.plain(indent)?);
                        format!("to_json({value}, #{{indent: {indent}}})")
                    }
                    None => format!("to_json({})", self.plain(value)?),
                };
                let text = self.text_of_file(file)?;
                RhaiCode::of(format!("{text} += {value}"), level::LOWEST)
            }
            ("csv.DictReader" | "csv.reader", [_, ..]) => {
                return self.csv_reader(path == "csv.DictReader", call).map(Some);
            }
            ("asyncio.run", [task]) => {
                self.awaited += 1;
                let code = self.expression(task);
                self.awaited -= 1;
                code?
            }
            ("asyncio.gather", tasks) if call.keywords.is_empty() => return self.gathered(tasks).map(Some),
            ("asyncio.Semaphore" | "asyncio.Lock" | "threading.Lock", _) => RhaiCode::atom("()"),
            ("time.sleep" | "asyncio.sleep", [seconds]) => {
                RhaiCode::atom(format!("sleep({})", self.plain(seconds)?))
            }
            ("time.time" | "time.perf_counter" | "time.monotonic", []) => {
                RhaiCode::atom("moment().seconds.to_float()")
            }
            ("time.strftime", [format]) => {
                RhaiCode::atom(format!("moment().format({})", self.plain(format)?))
            }
            ("uuid.uuid4", []) => RhaiCode::atom("uuid()"),
            ("uuid.uuid1", []) => {
                self.note_defect(node.line, "B22");
                RhaiCode::atom("uuid()")
            }
            ("random.randint", [low, high]) => {
                RhaiCode::atom(format!("random({}, {})", self.plain(low)?, self.plain(high)?))
            }
            ("random.random", []) => RhaiCode::atom("random()"),
            ("random.uniform", [low, high]) => {
                let (low, high) = (self.value(low, level::PRODUCT)?, self.value(high, level::PRODUCT)?);
                RhaiCode::of(format!("{low} + random() * ({high} - {low})"), level::SUM)
            }
            ("random.choice", [list]) if is_repeatable(list) => {
                let list = self.value(list, level::ATOM)?;
                RhaiCode::atom(format!("{list}[random(0, {list}.len() - 1)]"))
            }
            ("math.ceil", [value]) => return self.ceiling(value).map(Some),
            ("math.floor", [value]) => RhaiCode::atom(format!("floor({}).to_int()", self.plain(value)?)),
            ("math.sqrt", [value]) => {
                RhaiCode::atom(format!("({} * 1.0).sqrt()", self.value(value, level::PRODUCT)?))
            }
            ("os.environ.get" | "os.getenv", [name]) => RhaiCode::atom(format!("env({})", self.plain(name)?)),
            ("os.environ.get" | "os.getenv", [name, other]) => {
                let name = self.plain(name)?;
                match &other.kind {
                    PyExpression::None => RhaiCode::atom(format!("env({name})")),
                    _ if self.kind_of(other) == ValueKind::Text => {
                        RhaiCode::atom(format!("env({name}, {})", self.plain(other)?))
                    }
                    _ => RhaiCode::of(
                        format!("env({name}) ?? {}", self.value(other, level::SUM)?),
                        level::DEFAULT,
                    ),
                }
            }
            ("os.path.isfile", [path]) => RhaiCode::atom(format!("file_exists({})", self.plain(path)?)),
            ("os.path.exists", [path]) => {
                RhaiCode::atom(format!("{}({})", self.helper("path_exists"), self.plain(path)?))
            }
            ("os.path.isdir", [path]) => {
                RhaiCode::atom(format!("{}({})", self.helper("folder_exists"), self.plain(path)?))
            }
            ("pathlib.Path" | "pathlib.PurePath", parts) if call.keywords.is_empty() => {
                return self.new_path(parts).map(Some);
            }
            ("random.sample", [list, count]) => {
                let (list, count) = (self.plain_iterated(list)?.text, self.plain(count)?);
                RhaiCode::atom(format!("{}({list}, {count})", self.helper("sampled")))
            }
            ("os.path.join", [_, ..]) => {
                let parts: Translated<Vec<_>> =
                    arguments.iter().map(|part| self.value(part, level::SUM)).collect();
                RhaiCode::of(parts?.join(" + \"/\" + "), level::SUM)
            }
            ("os.path.basename", [path]) => {
                let path = self.value(path, level::ATOM)?;
                RhaiCode::atom(format!("{path}.split(\"/\")[-1]"))
            }
            ("glob.glob", [pattern]) => RhaiCode::atom(format!("files({})", self.plain(pattern)?)),
            ("getpass.getpass", _) => {
                let question = match arguments.first().or_else(|| keyword("prompt")) {
                    Some(question) => self.plain(question)?,
                    None => "\"Password: \"".to_owned(),
                };
                RhaiCode::atom(format!("ask({question})"))
            }
            ("sys.exit" | "os._exit", _) => return self.exit(arguments).map(Some),
            ("sys.stderr.write", [text]) => {
                let text = self.value(text, level::ATOM)?;
                RhaiCode::atom(format!("log({text}.trim_end(\"\\n\"))"))
            }
            ("sys.stdin.read", []) => RhaiCode::atom("read_text(\"-\")"),
            ("sys.stdout.flush" | "sys.stderr.flush", []) => RhaiCode::atom("()"),
            ("urllib.parse.quote" | "urllib.parse.quote_plus", [text, ..]) => {
                RhaiCode::atom(format!("encode({})", self.plain(text)?))
            }
            ("urllib.parse.urlencode", [fields]) => {
                let fields = self.plain(fields)?;
                RhaiCode::atom(format!("{}(\"\", {fields}).trim_start(\"?\")", self.helper("with_query")))
            }
            ("copy.copy" | "copy.deepcopy", [value]) => self.expression(value)?,
            ("collections.Counter", []) => RhaiCode::atom("#{}"),
            ("collections.Counter", [of]) => {
                let list = self.plain_iterated(of)?.text;
                RhaiCode::atom(format!("{}({list})", self.helper("counts_of")))
            }
            ("collections.defaultdict", _) if arguments.len() < 2 => match self.kind_of(node) {
                ValueKind::DefaultMap(_) => RhaiCode::atom("#{}"),
                _ => return left("a `defaultdict` of a function"),
            },
            ("collections.OrderedDict", []) => RhaiCode::atom("#{}"),
            ("collections.deque", []) => RhaiCode::atom("[]"),
            ("pprint.pprint", [value]) => {
                RhaiCode::atom(format!("print(to_json({}, #{{indent: 2}}))", self.plain(value)?))
            }
            ("re.findall", [pattern, text]) => self.pattern_call(pattern, text, "find_all", "")?,
            ("re.search", [pattern, text]) => self.pattern_call(pattern, text, "find_match", "")?,
            ("re.match", [pattern, text]) => self.pattern_call(pattern, text, "find_match", "^")?,
            ("re.fullmatch", [pattern, text]) => self.pattern_call(pattern, text, "find_match", "^$")?,
            ("re.sub", [pattern, with, text]) => {
                let (pattern, text) = (self.pattern(pattern, "")?, self.value(text, level::ATOM)?);
                let with = Self::replacement(with)?;
                RhaiCode::atom(format!("{text}.replace_all({pattern}, {with})"))
            }
            ("re.split", [pattern, text]) => {
                let (pattern, text) = (self.pattern(pattern, "")?, self.value(text, level::ATOM)?);
                RhaiCode::atom(format!("{text}.replace_all({pattern}, \"\\u0000\").split(\"\\u0000\")"))
            }
            ("re.compile", [pattern]) => RhaiCode::atom(self.pattern(pattern, "")?),
            ("re.escape", _) => return left("`re.escape`"),
            ("itertools.chain.from_iterable", [lists]) => {
                RhaiCode::atom(format!("{}({})", self.helper("flattened"), self.plain(lists)?))
            }
            ("itertools.chain", [_, ..]) => {
                let lists = self.plains(arguments)?;
                RhaiCode::atom(format!("{}([{}])", self.helper("flattened"), lists.join(", ")))
            }
            ("logging.debug" | "logging.info", [_, ..]) => {
                RhaiCode::atom(format!("log({})", self.logged(arguments)?))
            }
            (
                "logging.warning" | "logging.warn" | "logging.error" | "logging.critical"
                | "logging.exception",
                [_, ..],
            ) => RhaiCode::atom(format!("warn({})", self.logged(arguments)?)),
            ("logging.getLogger", _) => RhaiCode::atom("()"),
            _ if path.starts_with("datetime.") => return self.datetime_call(path, call),
            _ if is_module(path) => return left(format!("`{path}`")),
            _ => return Ok(None),
        };
        Ok(Some(code))
    }

    /// `asyncio.gather(...)`: one task after the other.
    fn gathered(&mut self, tasks: &[PyNode]) -> Translated<RhaiCode> {
        self.awaited += 1;
        let code = match tasks {
            [PyNode { kind: PyExpression::Starred(list), .. }] => self.expression(list),
            several => self.plains(several).map(|codes| RhaiCode::atom(format!("[{}]", codes.join(", ")))),
        };
        self.awaited -= 1;
        code
    }

    /// A message of a logger, with its `%` arguments.
    pub(super) fn logged(&mut self, arguments: &[PyNode]) -> Translated<String> {
        match arguments {
            [only] => {
                let kind = self.kind_of(only);
                self.shown(only, &kind)
            }
            [template, values @ ..] => {
                let values = PyNode {
                    line: template.line,
                    end: template.end,
                    kind: PyExpression::Tuple(values.to_vec()),
                };
                Ok(self.percent_format(template, &values)?.text)
            }
            [] => left("a log without a message"),
        }
    }

    fn ceiling(&mut self, value: &PyNode) -> Translated<RhaiCode> {
        // `math.ceil(len(x) / 10)`, the usual number of batches.
        if let PyExpression::Binary(whole, PyOperator::Divide, part) = &value.kind
            && self.kind_of(whole) == ValueKind::Int
            && let PyExpression::Int(digits) = &part.kind
            && let Ok(size) = digits.parse::<i64>()
        {
            let whole = self.value(whole, level::SUM)?;
            return Ok(RhaiCode::atom(format!("floor(({whole} + {}) / {size})", size - 1)));
        }
        Ok(RhaiCode::atom(format!("ceiling({}).to_int()", self.plain(value)?)))
    }

    /// A call that searches for a pattern.
    pub(super) fn pattern_call(
        &mut self,
        pattern: &PyNode,
        text: &PyNode,
        name: &str,
        anchors: &str,
    ) -> Translated<RhaiCode> {
        let (pattern, text) = (self.pattern(pattern, anchors)?, self.value(text, level::ATOM)?);
        Ok(RhaiCode::atom(format!("{text}.{name}({pattern})")))
    }

    /// A pattern, with anchors around it.
    pub(super) fn pattern(&mut self, pattern: &PyNode, anchors: &str) -> Translated<String> {
        let Some(text) = pattern.text() else {
            if anchors.is_empty() {
                return self.plain(pattern);
            }
            let pattern = self.value(pattern, level::SUM)?;
            return Ok(if anchors == "^" {
                format!("\"^(?:\" + {pattern} + \")\"")
            } else {
                format!("\"^(?:\" + {pattern} + \")$\"")
            });
        };
        if text.contains("(?=") || text.contains("(?!") || text.contains("(?<") || text.contains("\\1") {
            return left("a pattern with look-around or a back-reference");
        }
        let text = match anchors {
            "^" if !text.starts_with('^') => format!("^(?:{text})"),
            "^$" => format!("^(?:{text})$"),
            _ => text.to_owned(),
        };
        Ok(if text.contains('\\') && !text.contains("\"#") && !text.contains('\n') {
            format!("#\"{text}\"#")
        } else {
            quoted(&text)
        })
    }

    /// A replacement: `\1` is `$1`.
    fn replacement(with: &PyNode) -> Translated<String> {
        let Some(text) = with.text() else { return left("a replacement that is computed") };
        let mut written = text.replace('$', "$$");
        for group in 1..=9 {
            written = written.replace(&format!("\\{group}"), &format!("${{{group}}}"));
        }
        if written.contains('\\') { left("a replacement with a backslash") } else { Ok(quoted(&written)) }
    }

    /// `json.loads(text)`; of a response, its body.
    fn parsed_json(&mut self, text: &PyNode) -> Translated<RhaiCode> {
        if let PyExpression::Attribute(of, name) = &text.kind
            && (name == "text" || name == "content")
            && matches!(self.kind_of(of), ValueKind::Response | ValueKind::TokenResponse)
        {
            return Ok(RhaiCode::atom(format!("{}.body", self.value(of, level::ATOM)?)));
        }
        if let Some(call) = text.call()
            && let PyExpression::Attribute(of, method) = &call.function.kind
        {
            if method == "decode" {
                return self.parsed_json(of);
            }
            if method == "read"
                && let Ok(path) = self.path_of_file(of)
            {
                return Ok(RhaiCode::atom(format!("read_json({path})")));
            }
        }
        Ok(RhaiCode::atom(format!("parse_json({})", self.plain(text)?)))
    }

    /// `"".join(random.choice(letters) for _ in range(12))`.
    pub(super) fn random_join(&mut self, separator: &PyNode, list: &PyNode) -> Translated<Option<RhaiCode>> {
        if separator.text() != Some("") {
            return Ok(None);
        }
        if let PyExpression::Comprehension { value, loops, .. } = &list.kind {
            return self.random_string(value, loops);
        }
        if let Some(call) = list.call()
            && self.path_of(&call.function).as_deref() == Some("random.choices")
            && let [letters] = call.arguments.as_slice()
            && let Some((_, count)) = call.keywords.iter().find(|(name, _)| name.as_deref() == Some("k"))
        {
            let (count, letters) = (self.plain(count)?, self.plain(letters)?);
            return Ok(Some(RhaiCode::atom(format!("random({count}, {letters})"))));
        }
        Ok(None)
    }

    /// A string of random letters, if a comprehension is one.
    pub(super) fn random_string(&mut self, value: &PyNode, loops: &[PyLoop]) -> Translated<Option<RhaiCode>> {
        let ([only], Some(call)) = (loops, value.call()) else { return Ok(None) };
        let is_choice =
            matches!(self.path_of(&call.function).as_deref(), Some("random.choice" | "secrets.choice"));
        let count =
            only.iterated.call().filter(|range| self.path_of(&range.function).as_deref() == Some("range"));
        let (true, [letters], Some([count])) =
            (is_choice, call.arguments.as_slice(), count.map(|range| range.arguments.as_slice()))
        else {
            return Ok(None);
        };
        if !only.tests.is_empty() || self.kind_of(letters) != ValueKind::Text {
            return Ok(None);
        }
        let (count, letters) = (self.plain(count)?, self.plain(letters)?);
        Ok(Some(RhaiCode::atom(format!("random({count}, {letters})"))))
    }

    fn datetime_call(&mut self, path: &str, call: &PyCall) -> Translated<Option<RhaiCode>> {
        let arguments = call.arguments.as_slice();
        let code = match (path, arguments) {
            ("datetime.datetime.now" | "datetime.datetime.utcnow" | "datetime.datetime.today", _)
                if arguments.len() < 2 =>
            {
                "moment()".to_owned()
            }
            ("datetime.date.today", []) => "today()".to_owned(),
            ("datetime.date" | "datetime.datetime", [year, month, day]) => {
                let (year, month, day) = (self.plain(year)?, self.plain(month)?, self.plain(day)?);
                let code = format!("date(`${{{year}}}-${{{month}}}-${{{day}}}`, \"%Y-%m-%d\")");
                if path == "datetime.date" {
                    code
                } else {
                    format!("moment({code}.to_string() + \"T00:00:00Z\")")
                }
            }
            ("datetime.datetime.strptime", [text, format]) => {
                format!("moment({}, {})", self.plain(text)?, self.plain(format)?)
            }
            ("datetime.datetime.fromisoformat", [text]) => format!("moment({})", self.plain(text)?),
            ("datetime.datetime.fromtimestamp" | "datetime.datetime.utcfromtimestamp", [seconds, ..]) => {
                format!("moment(({}).to_int())", self.plain(seconds)?)
            }
            ("datetime.date.fromisoformat", [text]) => format!("date({})", self.plain(text)?),
            ("datetime.timedelta", []) => return self.timedelta(call).map(Some),
            ("datetime.timedelta", [days]) if call.keywords.is_empty() => {
                return self.expression(days).map(Some);
            }
            _ => return left(format!("`{path}`")),
        };
        Ok(Some(RhaiCode::atom(code)))
    }

    fn timedelta(&mut self, call: &PyCall) -> Translated<RhaiCode> {
        let [(Some(unit), value)] = call.keywords.as_slice() else {
            return left("a `timedelta` of several units");
        };
        let seconds = match unit.as_str() {
            "days" => return self.expression(value),
            "weeks" => 604_800,
            "hours" => 3600,
            "minutes" => 60,
            "seconds" => return self.expression(value),
            _ => return left(format!("a `timedelta` of {unit}")),
        };
        Ok(RhaiCode::of(format!("{} * {seconds}", self.value(value, level::PRODUCT)?), level::PRODUCT))
    }

    /// Sums and differences of moments and dates.
    pub(super) fn time_operation(
        &mut self,
        first: &PyNode,
        operator: PyOperator,
        second: &PyNode,
        one: &ValueKind,
        other: &ValueKind,
    ) -> Translated<Option<RhaiCode>> {
        let sign = match operator {
            PyOperator::Add => "+",
            PyOperator::Subtract => "-",
            _ => return Ok(None),
        };
        let is_time = |kind: &ValueKind| matches!(kind, ValueKind::Moment | ValueKind::Date);
        if !is_time(one) && !is_time(other) {
            return Ok(None);
        }
        let (first_code, second_code) = (self.value(first, level::SUM)?, self.value(second, level::PRODUCT)?);
        match (one, other) {
            // A timedelta of days moves a moment by seconds.
            (ValueKind::Moment, ValueKind::Days) => {
                let days = self.value(second, level::PRODUCT)?;
                Ok(Some(RhaiCode::of(format!("{first_code} {sign} {days} * 86400"), level::SUM)))
            }
            (ValueKind::Moment, ValueKind::Seconds | ValueKind::Moment)
            | (ValueKind::Date, ValueKind::Days | ValueKind::Date) => {
                Ok(Some(RhaiCode::of(format!("{first_code} {sign} {second_code}"), level::SUM)))
            }
            _ => left("this sum of times"),
        }
    }

    pub(super) fn time_method(
        &mut self,
        of: &PyNode,
        method: &str,
        call: &PyCall,
        kind: &ValueKind,
    ) -> Translated<Option<RhaiCode>> {
        let code = match (method, call.arguments.as_slice(), kind) {
            ("strftime", [format], _) => {
                let (object, format) = (self.value(of, level::ATOM)?, self.plain(format)?);
                format!("{object}.format({format})")
            }
            ("isoformat", _, ValueKind::Moment | ValueKind::Date) => {
                format!("{}.to_string()", self.value(of, level::ATOM)?)
            }
            ("date", [], ValueKind::Moment) => format!("{}.date", self.value(of, level::ATOM)?),
            ("timestamp", [], ValueKind::Moment) => {
                format!("{}.seconds.to_float()", self.value(of, level::ATOM)?)
            }
            ("total_seconds", [], _) => format!("({}).to_float()", self.plain(of)?),
            ("weekday", [], ValueKind::Date) => format!("({}.weekday - 1)", self.value(of, level::ATOM)?),
            ("match", [text], ValueKind::Pattern) => {
                return self.pattern_call(of, text, "find_match", "^").map(Some);
            }
            ("search", [text], ValueKind::Pattern) => {
                return self.pattern_call(of, text, "find_match", "").map(Some);
            }
            ("fullmatch", [text], ValueKind::Pattern) => {
                return self.pattern_call(of, text, "find_match", "^$").map(Some);
            }
            ("findall", [text], ValueKind::Pattern) => {
                return self.pattern_call(of, text, "find_all", "").map(Some);
            }
            ("sub", [with, text], ValueKind::Pattern) => {
                let (pattern, text) = (self.plain(of)?, self.value(text, level::ATOM)?);
                format!("{text}.replace_all({pattern}, {})", Self::replacement(with)?)
            }
            ("debug" | "info", arguments @ [_, ..], ValueKind::Logger) => {
                format!("log({})", self.logged(arguments)?)
            }
            (
                "warning" | "warn" | "error" | "critical" | "exception",
                arguments @ [_, ..],
                ValueKind::Logger,
            ) => {
                format!("warn({})", self.logged(arguments)?)
            }
            ("get", [section, name], ValueKind::Config) => {
                return self.config_entry(of, section, name).map(Some);
            }
            ("getint", [section, name], ValueKind::Config) => {
                format!("parse_int({})", self.config_entry(of, section, name)?.text)
            }
            _ => return Ok(None),
        };
        Ok(Some(RhaiCode::atom(code)))
    }

    /// `config.get("section", "name")`: a setting of umapish, or an entry of the file.
    fn config_entry(&mut self, of: &PyNode, section: &PyNode, name: &PyNode) -> Translated<RhaiCode> {
        if name.text() == Some("org_id") || name.text() == Some("orgid") {
            return Ok(RhaiCode::atom("session().organization"));
        }
        let config = self.value(of, level::ATOM)?;
        let (section, name) = (self.plain(section)?, self.plain(name)?);
        Ok(RhaiCode::atom(format!("{config}[{section}][{name}]")))
    }
}

/// Whether a path begins with a module of Python's that has no counterpart.
fn is_module(path: &str) -> bool {
    const MODULES: &[&str] = &[
        "argparse",
        "base64",
        "collections",
        "configparser",
        "copy",
        "csv",
        "functools",
        "glob",
        "hashlib",
        "itertools",
        "json",
        "jwt",
        "logging",
        "math",
        "multiprocessing",
        "openpyxl",
        "operator",
        "os",
        "pandas",
        "pathlib",
        "pprint",
        "random",
        "re",
        "shutil",
        "smtplib",
        "socket",
        "sqlite3",
        "string",
        "subprocess",
        "sys",
        "tempfile",
        "threading",
        "time",
        "traceback",
        "umapi_client",
        "urllib",
        "uuid",
        "yaml",
        "xml",
        "signal",
        "itertools",
        "secrets",
        "dotenv",
        "tabulate",
        "tqdm",
        "concurrent",
        "asyncio",
        "aiohttp",
        "httpx",
    ];
    path.split_once('.').is_some_and(|(module, _)| MODULES.contains(&module))
}
