//! What is read from values of `serde_json`, or written with them. The feature `serde_json` adds it: the macros need none of
//! it, and are built without.

mod answers;
mod descriptions;
mod export_headers;
mod file_text;
mod json;

pub use answers::label_of;
pub use descriptions::Descriptions;
pub use export_headers::{ExportColumn, ExportHeaders};
