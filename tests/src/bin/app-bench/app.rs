//! The two apps.

use std::{io, path::PathBuf};

use vibecode_tests::generated::Workspace;

#[derive(Clone, Copy)]
pub(crate) struct App {
    pub(crate) name: &'static str,
    dependencies: &'static str,
    source: &'static str,
}

/// The runtime as `cargo add vibecode-runtime` adds it.
pub(crate) const OURS: App = App {
    name: "with-vibecode",
    dependencies: r#"
tokio = { version = "1", features = ["macros", "rt-multi-thread"] }
vibecode-runtime = { path = "RUNTIME" }"#,
    source: include_str!("apps/vibecode.rs"),
};

/// The same TLS, and of reqwest's features only `json`, with which such an app writes its body and
/// reads the answer. With reqwest's default features it would be larger.
pub(crate) const RIVAL: App = App {
    name: "with-reqwest",
    dependencies: r#"
reqwest = { version = "0.13", default-features = false, features = ["json", "rustls"] }
serde = { version = "1", features = ["derive"] }
serde_json = "1"
tokio = { version = "1", features = ["macros", "rt-multi-thread"] }"#,
    source: include_str!("apps/reqwest.rs"),
};

impl App {
    pub(crate) fn generate(self, workspace: &Workspace) -> io::Result<()> {
        workspace.add(self.name, self.dependencies)?;
        workspace.write(&format!("crates/{}/src/main.rs", self.name), self.source)
    }

    /// Returns the path of the release binary.
    pub(crate) fn released(self, workspace: &Workspace) -> PathBuf {
        workspace.target().join("release").join(self.name)
    }
}
