//! The order of the house: which room may import which, no circles between files, one name for one type, a codemap
//! that names every room, no setting that nobody reads, no phrase that nobody would write.

mod circles;
mod client;
mod codemap;
mod files;
mod layers;
mod names;
mod settings;
mod sources;
mod words;
