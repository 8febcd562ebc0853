//! Requests to the service, which umapish signs and sends.

use super::expressions::{RhaiCode, level, quoted};
use super::syntax::{PyCall, PyExpression, PyFormatPart, PyNode, PyStatement, PyStatementKind};
use super::translator::{KnownFunction, Translated, Translator, left};
use super::value_kind::ValueKind;

/// Arguments of a request that umapish sets by itself.
const OWN_ARGUMENTS: &[&str] =
    &["headers", "auth", "timeout", "verify", "cert", "proxies", "allow_redirects", "stream"];

impl Translator<'_> {
    /// A function of `requests`.
    pub(super) fn request_call(&mut self, path: &str, node: &PyNode, call: &PyCall) -> Translated<RhaiCode> {
        match path {
            "requests.Session" | "requests.session" => return Ok(RhaiCode::atom("session()")),
            _ if super::calls::is_error_name(path) => {
                return Ok(RhaiCode::atom(self.error_map(path, &call.arguments)?));
            }
            _ => {}
        }
        let verb = path.rsplit('.').next().unwrap_or_default();
        self.request(verb, node, call)
    }

    /// A function of `aiohttp`.
    pub(super) fn aiohttp_call(&mut self, path: &str, call: &PyCall) -> Translated<RhaiCode> {
        match path {
            "aiohttp.ClientSession" => Ok(RhaiCode::atom("session()")),
            _ if super::calls::is_error_name(path) => {
                Ok(RhaiCode::atom(self.error_map(path, &call.arguments)?))
            }
            _ => left(format!("`{path}`")),
        }
    }

    /// A request by its verb: `get`, `post`, or `request` with the method as its first argument.
    pub(super) fn request(&mut self, verb: &str, _: &PyNode, call: &PyCall) -> Translated<RhaiCode> {
        if self.is_token_request(call) {
            return Ok(RhaiCode::atom(format!(
                "#{{status: 200, headers: #{{}}, body: {}}}",
                self.sign_in_function(call)
            )));
        }
        let mut arguments = call.arguments.iter();
        let method = match verb {
            "get" | "post" | "put" | "delete" | "patch" | "head" => quoted(&verb.to_uppercase()),
            "request" => match arguments.next().or_else(|| call.keyword("method")) {
                Some(method) => self.plain(method)?,
                None => return left("a request without a method"),
            },
            _ => return left(format!("`requests.{verb}`")),
        };
        let Some(url) = arguments.next().or_else(|| call.keyword("url")) else {
            return left("a request without a URL");
        };
        let mut url = self.plain(url)?;
        if let Some(query) = call.keyword("params") {
            let query = self.plain(query)?;
            url = format!("{}({url}, {query})", self.helper("with_query"));
        }
        let body = arguments
            .next()
            .filter(|_| verb != "get")
            .or_else(|| call.keyword("json"))
            .or_else(|| call.keyword("data"));
        let is_known = |name: &str| {
            OWN_ARGUMENTS.contains(&name) || ["params", "json", "data", "url", "method"].contains(&name)
        };
        if let Some((name, _)) =
            call.keywords.iter().find(|(name, _)| name.as_deref().is_none_or(|name| !is_known(name)))
        {
            return left(format!("the argument `{}` of a request", name.as_deref().unwrap_or("**")));
        }
        match body {
            Some(body) => Ok(RhaiCode::atom(format!("send({method}, {url}, {})", self.request_body(body)?))),
            None => Ok(RhaiCode::atom(format!("send({method}, {url})"))),
        }
    }

    /// The body of a request; `json.dumps(x)` is `x`.
    fn request_body(&mut self, body: &PyNode) -> Translated<String> {
        if let Some(call) = body.call()
            && self.path_of(&call.function).as_deref() == Some("json.dumps")
            && let [value] = call.arguments.as_slice()
        {
            return self.plain(value);
        }
        self.plain(body)
    }

    /// Whether a call signs in.
    pub(super) fn is_token_request(&self, call: &PyCall) -> bool {
        let keyword = call.keyword("url");
        call.arguments.iter().take(2).chain(keyword).any(|argument| self.is_sign_in_url(argument, 3))
    }

    /// Whether an expression is the URL of a sign-in; variables are looked up.
    fn is_sign_in_url(&self, node: &PyNode, depth: usize) -> bool {
        let is_sign_in = |text: &str| text.contains("/ims/") || text.contains("adobelogin");
        match &node.kind {
            PyExpression::Text(text) => is_sign_in(text),
            PyExpression::Format(parts) => parts.iter().any(|part| match part {
                PyFormatPart::Text(text) => is_sign_in(text),
                PyFormatPart::Value { value, .. } => self.is_sign_in_url(value, depth),
            }),
            PyExpression::Binary(first, _, second) => {
                self.is_sign_in_url(first, depth) || self.is_sign_in_url(second, depth)
            }
            PyExpression::Name(name) if depth > 0 => {
                let lower = name.to_lowercase();
                lower.starts_with("ims_")
                    || self
                        .assigned_before(name, node.line)
                        .is_some_and(|value| self.is_sign_in_url(value, depth - 1))
            }
            PyExpression::Call(call) => call
                .arguments
                .iter()
                .any(|argument| argument.text().is_some_and(|text| text.starts_with("ims_"))),
            _ => false,
        }
    }

    /// What a name was last assigned before a line: in the same function, or else outside of functions.
    pub(super) fn assigned_before(&self, name: &str, line: usize) -> Option<&PyNode> {
        let holds = |statement: &&PyStatement| {
            statement.first <= line
                && line <= statement.last
                && matches!(statement.kind, PyStatementKind::Function(_) | PyStatementKind::Class { .. })
        };
        let around = self.file.body.iter().find(holds);
        let own = around.and_then(|around| {
            let inner = around.blocks().into_iter().flatten().find(holds).unwrap_or(around);
            last_assigned(std::iter::once(inner), name, line)
        });
        let is_outside = |statement: &&PyStatement| {
            !matches!(statement.kind, PyStatementKind::Function(_) | PyStatementKind::Class { .. })
        };
        let until = if around.is_some() { usize::MAX } else { line };
        own.or_else(|| last_assigned(self.file.body.iter().filter(is_outside), name, until))
    }

    /// The function that signs in as the call does.
    fn sign_in_function(&self, call: &PyCall) -> &'static str {
        let mut is_jwt = false;
        let mut look = |node: &PyNode| {
            node.walk(&mut |inner| {
                let text = match &inner.kind {
                    PyExpression::Text(text) => text.clone(),
                    PyExpression::Name(name) => {
                        let value = self.assigned_before(name, inner.line);
                        format!("{name} {}", value.and_then(PyNode::text).unwrap_or_default())
                    }
                    _ => String::new(),
                };
                is_jwt |= text.contains("exchange/jwt")
                    || text.contains("jwt_token")
                    || text.contains("endpoint_jwt");
            });
        };
        call.arguments.iter().for_each(&mut look);
        call.keywords.iter().for_each(|(_, value)| look(value));
        let uses_jwt = self.imports.values().any(|path| path == "jwt" || path.starts_with("jwt."));
        if is_jwt || uses_jwt { "get_jwt_token()" } else { "get_oauth_token()" }
    }

    /// What a function that signs in returns.
    pub(super) fn sign_in_value(&mut self, function: &KnownFunction) -> String {
        let uses_jwt = self.imports.values().any(|path| path == "jwt" || path.starts_with("jwt."));
        let call = if uses_jwt { "get_jwt_token()" } else { "get_oauth_token()" };
        if function.returns == ValueKind::Text { format!("{call}.access_token") } else { call.to_owned() }
    }

    /// A field of a response.
    pub(super) fn response_field(
        &mut self,
        of: &PyNode,
        name: &str,
        kind: &ValueKind,
    ) -> Translated<Option<RhaiCode>> {
        let is_response = matches!(kind, ValueKind::Response | ValueKind::TokenResponse);
        let may_be = is_response || (*kind == ValueKind::Unknown && is_named_like_a_response(of));
        let code = match name {
            "status_code" if may_be || *kind == ValueKind::Unknown => {
                format!("{}.status", self.value(of, level::ATOM)?)
            }
            // A response of aiohttp.
            "status" if is_response => format!("{}.status", self.value(of, level::ATOM)?),
            "headers" if may_be => format!("{}.headers", self.value(of, level::ATOM)?),
            "text" | "content" if may_be => format!("{}({})", self.helper("body_text"), self.plain(of)?),
            "ok" if may_be => {
                return Ok(Some(RhaiCode::of(
                    format!("{}.status < 400", self.value(of, level::ATOM)?),
                    level::COMPARE,
                )));
            }
            "reason" | "url" | "elapsed" | "encoding" | "cookies" | "history" if is_response => {
                return left(format!("the field `{name}` of a response"));
            }
            _ => return Ok(None),
        };
        Ok(Some(RhaiCode::atom(code)))
    }

    /// The name of a header in lower case, as responses have them.
    pub(super) fn header_name(&self, of: &PyNode, name: &PyNode) -> Option<PyNode> {
        let of = match of.call() {
            Some(call) => match &call.function.kind {
                PyExpression::Attribute(inner, method) if method == "keys" => inner,
                _ => return None,
            },
            None => of,
        };
        let PyExpression::Attribute(response, field) = &of.kind else { return None };
        let is_response =
            matches!(self.kind_of(response), ValueKind::Response) || is_named_like_a_response(response);
        let text = name.text().filter(|_| field == "headers" && is_response)?;
        Some(PyNode { kind: PyExpression::Text(text.to_lowercase()), ..name.clone() })
    }

    /// A method of a response or of a session.
    pub(super) fn response_call(
        &mut self,
        of: &PyNode,
        method: &str,
        call: &PyCall,
    ) -> Translated<Option<RhaiCode>> {
        let kind = self.kind_of(of);
        if kind == ValueKind::Session {
            return match method {
                "close" => Ok(Some(RhaiCode::atom("()"))),
                _ => self.request(method, of, call).map(Some),
            };
        }
        let is_response = matches!(kind, ValueKind::Response | ValueKind::TokenResponse)
            || (kind == ValueKind::Unknown && call.arguments.is_empty());
        let code = match method {
            "json" if is_response => {
                if let Some(inner) = of.call()
                    && of.root().is_none()
                    && self.is_token_request(inner)
                {
                    return Ok(Some(RhaiCode::atom(self.sign_in_function(inner))));
                }
                format!("{}.body", self.value(of, level::ATOM)?)
            }
            "text" if kind == ValueKind::Response => {
                format!("{}({})", self.helper("body_text"), self.plain(of)?)
            }
            "raise_for_status" if is_response => {
                format!("{}({})", self.helper("raise_for_status"), self.plain(of)?)
            }
            "close" if kind == ValueKind::Response => "()".to_owned(),
            _ => return Ok(None),
        };
        Ok(Some(RhaiCode::atom(code)))
    }
}

fn is_named_like_a_response(node: &PyNode) -> bool {
    let name = match &node.kind {
        PyExpression::Name(name) | PyExpression::Attribute(_, name) => name.as_str(),
        _ => return false,
    };
    ["r", "res", "resp", "response", "rsp", "answer"].contains(&name)
        || name.ends_with("_response")
        || name.ends_with("_resp")
}

/// Whether a request ignores an argument of that name, because umapish sets it.
pub(super) fn is_own_argument(name: &str) -> bool {
    OWN_ARGUMENTS.contains(&name)
}

/// The last value that a name is assigned in statements up to a line.
fn last_assigned<'s>(
    statements: impl Iterator<Item = &'s PyStatement>,
    name: &str,
    until: usize,
) -> Option<&'s PyNode> {
    let mut found = None;
    for statement in statements {
        statement.walk_statements(&mut |inner| {
            if let PyStatementKind::Assign { targets, value } = &inner.kind
                && inner.first <= until
                && targets.iter().any(|target| target.name() == Some(name))
            {
                found = Some(value);
            }
        });
    }
    found
}
