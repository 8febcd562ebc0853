//! How our functions are bound to Rhai: their result type, and Rhai's internal names for accessors.

/// The result of a function that Rhai calls; the alias keeps definition files readable.
pub type RhaiResultOf<T> = std::result::Result<T, Box<rhai::EvalAltResult>>;

/// The name of the function that `x["name"]` calls in Rhai. A function registered by this name, and not as an indexer,
/// gets the position of the call.
pub const INDEXER: &str = "index$get$";

/// The name of the function that `x.name` calls in Rhai.
pub fn getter(name: &str) -> String {
    format!("get${name}")
}
