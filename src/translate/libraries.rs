//! Python's modules: what their functions and constants are in Rhai.

use super::expressions::{RhaiCode, is_repeatable, level, quoted};
use super::syntax::{PyCall, PyExpression, PyNode, PyOperator};
use super::translator::{Translated, Translator, left};
use super::value_kind::ValueKind;

/// Functions whose arguments stand in a form of Rhai at their places, by their number of arguments.
const FORMS: &[(&[&str], usize, &str)] = &[
    (&["time.sleep", "asyncio.sleep"], 1, "sleep({0})"),
    (&["time.time", "time.perf_counter", "time.monotonic"], 0, "moment().seconds.to_float()"),
    (&["uuid.uuid4"], 0, "uuid()"),
    (&["random.random"], 0, "random()"),
    (&["random.randint"], 2, "random({0}, {1})"),
    (&["math.floor"], 1, "floor({0}).to_int()"),
    (&["os.environ.get", "os.getenv"], 1, "env({0})"),
    (&["os.path.isfile"], 1, "file_exists({0})"),
    (&["glob.glob"], 1, "files({0})"),
    (&["sys.stdin.read"], 0, "read_text(\"-\")"),
    (&["sys.stdout.flush", "sys.stderr.flush"], 0, "()"),
    (&["urllib.parse.quote_plus"], 1, "encode({0}).replace(\"%20\", \"+\")"),
    (&["collections.Counter", "collections.OrderedDict"], 0, "#{}"),
    (&["collections.deque"], 0, "[]"),
];

/// Functions that a helper stands for, with the number of their arguments.
const HELPER_FORMS: &[(&str, usize, &str)] = &[
    ("os.path.exists", 1, "path_exists"),
    ("os.path.isdir", 1, "folder_exists"),
    ("itertools.chain.from_iterable", 1, "flattened"),
];

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
                Ok(Some(RhaiCode::atom(format!("{}({name})", self.helper("required_env")))))
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
        super::keywords::check_keywords(path, call)?;
        if let Some(code) = self.form_of(path, call)? {
            return Ok(Some(code));
        }
        let arguments = call.arguments.as_slice();
        let code = match (path, arguments) {
            ("json.loads", [text]) => return self.parsed_json(text).map(Some),
            ("json.dumps", [value]) => RhaiCode::atom(self.json_text(value, call)?),
            ("json.load", [file]) => RhaiCode::atom(format!("read_json({})", self.path_of_file(file)?)),
            ("json.dump", [value, file]) => {
                let value = self.json_text(value, call)?;
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
            ("uuid.uuid1", []) => {
                self.note_defect(node.line, "B22");
                RhaiCode::atom("uuid()")
            }
            ("random.uniform", [low, high]) => {
                let (low, high) = (self.value(low, level::PRODUCT)?, self.value(high, level::PRODUCT)?);
                RhaiCode::of(format!("{low} + random() * ({high} - {low})"), level::SUM)
            }
            ("random.choice", [list]) if is_repeatable(list) => {
                let list = self.value(list, level::ATOM)?;
                RhaiCode::atom(format!("{list}[random(0, {list}.len() - 1)]"))
            }
            ("math.ceil", [value]) => return self.ceiling(value).map(Some),
            ("math.sqrt", [value]) => {
                RhaiCode::atom(format!("({} * 1.0).sqrt()", self.value(value, level::PRODUCT)?))
            }
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
            ("pathlib.Path" | "pathlib.PurePath", parts) if call.keywords.is_empty() => {
                return self.new_path(parts).map(Some);
            }
            ("random.sample", [list, count]) => {
                let (list, count) = (self.plain_iterated(list)?.text, self.plain(count)?);
                RhaiCode::atom(format!("{}({list}, {count})", self.helper("sampled")))
            }
            ("os.path.join", [_, ..]) => {
                let parts = self.plains(arguments)?;
                RhaiCode::atom(format!("{}([{}])", self.helper("joined_path"), parts.join(", ")))
            }
            ("os.path.basename", [path]) => {
                let path = self.value(path, level::ATOM)?;
                RhaiCode::atom(format!("{path}.split(\"/\")[-1]"))
            }
            ("getpass.getpass", _) => {
                let question = match arguments.first().or_else(|| call.keyword("prompt")) {
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
            ("urllib.parse.quote", [text]) => {
                let text = self.plain(text)?;
                match call.keyword("safe").map(PyNode::text) {
                    None => RhaiCode::atom(format!("encode({text}).replace(\"%2F\", \"/\")")),
                    Some(Some("")) => RhaiCode::atom(format!("encode({text})")),
                    Some(_) => return left("characters that `quote` keeps"),
                }
            }
            ("urllib.parse.urlencode", [fields]) => {
                let fields = self.plain(fields)?;
                let helper = self.helper("with_query");
                RhaiCode::atom(format!("{helper}(\"\", {fields}).trim_start(\"?\").replace(\"%20\", \"+\")"))
            }
            ("copy.copy" | "copy.deepcopy", [value]) => self.expression(value)?,
            ("collections.Counter", [of]) => {
                let list = self.plain_iterated(of)?.text;
                RhaiCode::atom(format!("{}({list})", self.helper("counts_of")))
            }
            ("collections.defaultdict", _) if arguments.len() < 2 => match self.kind_of(node) {
                ValueKind::DefaultMap(_) => RhaiCode::atom("#{}"),
                _ => return left("a `defaultdict` of a function"),
            },
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
                if pattern.text().is_none_or(|pattern| pattern.replace("(?:", "").contains('(')) {
                    return left("`re.split` with groups");
                }
                let (pattern, text) = (self.pattern(pattern, "")?, self.value(text, level::ATOM)?);
                RhaiCode::atom(format!("{text}.replace_all({pattern}, \"\\u0000\").split(\"\\u0000\")"))
            }
            ("re.compile", [pattern]) => RhaiCode::atom(self.pattern(pattern, "")?),
            ("re.escape", _) => return left("`re.escape`"),
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
            ("time.strftime", [format, rest @ ..]) => return self.clock_format(format, rest).map(Some),
            _ if path.starts_with("datetime.") => return self.datetime_call(path, call),
            _ if super::modules::is_module(path) => return left(format!("`{path}`")),
            _ => return Ok(None),
        };
        Ok(Some(code))
    }

    /// A function that a form or a helper stands for.
    fn form_of(&mut self, path: &str, call: &PyCall) -> Translated<Option<RhaiCode>> {
        let count = call.arguments.len();
        if let Some((_, _, form)) =
            FORMS.iter().find(|(paths, needed, _)| paths.contains(&path) && *needed == count)
        {
            let arguments = self.plains(&call.arguments)?;
            let mut code = String::new();
            let mut rest = *form;
            for (place, argument) in arguments.iter().enumerate() {
                let Some((before, after)) = rest.split_once(&format!("{{{place}}}")) else { break };
                code.extend([before, argument]);
                rest = after;
            }
            return Ok(Some(RhaiCode::atom(code + rest)));
        }
        let known = HELPER_FORMS.iter().find(|(known, needed, _)| *known == path && *needed == count);
        let Some((_, _, helper)) = known else { return Ok(None) };
        let arguments = self.plains(&call.arguments)?;
        Ok(Some(RhaiCode::atom(format!("{}({})", self.helper(helper), arguments.join(", ")))))
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

    /// `config.get("section", "name")`: a setting of umapish, or an entry of the file.
    pub(super) fn config_entry(
        &mut self,
        of: &PyNode,
        section: &PyNode,
        name: &PyNode,
    ) -> Translated<RhaiCode> {
        if name.text() == Some("org_id") || name.text() == Some("orgid") {
            return Ok(RhaiCode::atom("session().organization"));
        }
        let config = self.value(of, level::ATOM)?;
        let (section, name) = (self.plain(section)?, self.plain(name)?);
        Ok(RhaiCode::atom(format!("{config}[{section}][{name}]")))
    }
}
