//! Crates that a benchmark generates and builds: one workspace with one target folder, and with
//! the versions of our own Cargo.lock.

use std::{
    env, fs, io,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

/// A workspace below `target/` with generated members.
#[derive(Debug)]
pub struct Workspace {
    folder: PathBuf,
}

impl Workspace {
    /// Makes an empty workspace of this name, in place of that of the last run. Its build output is kept.
    ///
    /// # Errors
    /// If files cannot be written.
    pub fn new(name: &str) -> io::Result<Self> {
        let workspace = Self {
            folder: target_folder().join(name),
        };
        let crates = workspace.path("crates");
        if crates.exists() {
            fs::remove_dir_all(crates)?;
        }
        let manifest = "[workspace]\nresolver = \"3\"\nmembers = [\"crates/*\"]\n";
        workspace.write("Cargo.toml", manifest)?;
        fs::copy(repository("Cargo.lock"), workspace.path("Cargo.lock"))?;
        Ok(workspace)
    }

    /// Adds a crate with these lines below `[dependencies]`, in which `RUNTIME` is replaced with our
    /// runtime's folder.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn add(&self, name: &str, dependencies: &str) -> io::Result<()> {
        let runtime = repository("vibecode-runtime");
        let dependencies = dependencies.replace("RUNTIME", &runtime.to_string_lossy());
        let manifest = format!(
            "[package]\nname = \"{name}\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[dependencies]\n{dependencies}\n"
        );
        self.write(&format!("crates/{name}/Cargo.toml"), &manifest)
    }

    /// Writes a file at this path in the workspace.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn write(&self, path: &str, text: &str) -> io::Result<()> {
        let path = self.path(path);
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        fs::write(path, text)
    }

    /// Downloads everything that the members need. Nothing after this needs the network.
    ///
    /// # Errors
    /// If cargo fails.
    pub fn fetch(&self) -> io::Result<()> {
        succeed(self.command().args(["fetch", "--quiet"]))
    }

    /// Returns a cargo command with these arguments, without the network.
    #[must_use]
    pub fn cargo(&self, words: &[&str]) -> Command {
        let mut cargo = self.command();
        cargo.args(words).args(["--offline", "--quiet"]);
        cargo
    }

    fn command(&self) -> Command {
        let mut cargo = Command::new(env!("CARGO"));
        cargo
            .current_dir(&self.folder)
            .env("CARGO_TARGET_DIR", self.target())
            // The user's flags must not affect the comparison.
            .env_remove("RUSTFLAGS")
            .stdin(Stdio::null());
        cargo
    }

    /// Returns the folder that the members are built into.
    #[must_use]
    pub fn target(&self) -> PathBuf {
        self.path("target")
    }

    fn path(&self, path: &str) -> PathBuf {
        self.folder.join(path)
    }

    /// Returns the version of a package that the members use.
    ///
    /// # Errors
    /// If there is none.
    pub fn version(&self, package: &str) -> io::Result<String> {
        let lock = fs::read_to_string(self.path("Cargo.lock"))?;
        let name = format!("name = \"{package}\"");
        let mut versions = lock
            .split("[[package]]")
            .filter(|block| block.lines().any(|line| line == name))
            .filter_map(|block| block.lines().find_map(|it| it.strip_prefix("version = ")));
        match versions.next() {
            Some(version) => Ok(version.trim_matches('"').to_owned()),
            None => Err(io::Error::other(format!("{package} is not in Cargo.lock"))),
        }
    }
}

/// Runs a command that must succeed.
///
/// # Errors
/// If it does not.
pub fn succeed(command: &mut Command) -> io::Result<()> {
    if command.status()?.success() {
        Ok(())
    } else {
        Err(io::Error::other(format!("it failed: {command:?}")))
    }
}

fn repository(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(path)
}

/// Returns `target/` of our own workspace.
fn target_folder() -> PathBuf {
    env::var_os("CARGO_TARGET_DIR").map_or_else(|| repository("target"), PathBuf::from)
}
