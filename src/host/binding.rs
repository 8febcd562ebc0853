//! How our functions are bound to Rhai: their results, and the names under which it keeps accessors.

/// The result of a function that Rhai calls; the alias keeps definition files readable.
pub type RhaiResultOf<T> = std::result::Result<T, Box<rhai::EvalAltResult>>;

/// The name under which Rhai keeps what `x["name"]` calls. Registered so, and not as an indexer, a function is told
/// where it was called.
pub const INDEXER: &str = "index$get$";

/// The name under which Rhai keeps what `x.name` calls.
pub fn getter(name: &str) -> String {
    format!("get${name}")
}
