//! The Rhai host: functions over the client's public methods; no HTTP and no URLs here.
