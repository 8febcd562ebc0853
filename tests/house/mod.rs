//! The order of the house: which room may import which, no circles between files, one name for one type, a codemap
//! that names every room.

mod circles;
mod client;
mod layers;
mod sources;
