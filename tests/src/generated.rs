//! Crates that a benchmark generates and builds: one workspace with one target folder, and with
//! the versions of our own Cargo.lock.

use std::{
    env, fs, io,
    os::unix::fs::PermissionsExt as _,
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

    /// Removes the file at this path in the workspace.
    ///
    /// # Errors
    /// If it cannot be removed.
    pub fn remove(&self, path: &str) -> io::Result<()> {
        fs::remove_file(self.path(path))
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

    /// Returns the instructions of the compiler in a cargo command, for the members of the workspace only, under
    /// valgrind. They do not depend on how busy the machine is. Before, cargo is run with the same wrapper and
    /// without valgrind by [`Self::cargo_with_wrapper`], so that only what changed is compiled.
    ///
    /// # Errors
    /// If valgrind is not installed, or cargo fails.
    pub fn instructions(&self, words: &[&str], incremental: bool) -> io::Result<u64> {
        let counts = self.path("counts");
        if counts.exists() {
            fs::remove_dir_all(&counts)?;
        }
        fs::create_dir_all(&counts)?;
        let mut cargo = self.cargo_with_wrapper(words, incremental)?;
        succeed(cargo.env("COUNT_INTO", &counts))?;
        let mut total = 0;
        for file in fs::read_dir(&counts)? {
            let counted = fs::read_to_string(file?.path())?;
            let summary = counted
                .lines()
                .find_map(|line| line.strip_prefix("summary: "));
            let summary = summary.and_then(|summary| summary.trim().parse::<u64>().ok());
            total += summary.ok_or_else(|| io::Error::other("valgrind did not count"))?;
        }
        Ok(total)
    }

    /// Returns a cargo command whose compiler can be counted: see [`Self::instructions`].
    ///
    /// # Errors
    /// If the wrapper cannot be written.
    pub fn cargo_with_wrapper(&self, words: &[&str], incremental: bool) -> io::Result<Command> {
        const WRAPPER: &str = "#!/bin/sh\n[ -n \"$COUNT_INTO\" ] || exec \"$@\"\nexec valgrind --quiet --trace-children=yes --tool=cachegrind --cache-sim=no --cachegrind-out-file=\"$COUNT_INTO/%p\" \"$@\"\n";
        self.write("wrapper.sh", WRAPPER)?;
        let wrapper = self.path("wrapper.sh");
        fs::set_permissions(&wrapper, fs::Permissions::from_mode(0o755))?;
        let mut cargo = self.cargo(words);
        cargo
            .env("RUSTC_WORKSPACE_WRAPPER", wrapper)
            .env("CARGO_INCREMENTAL", if incremental { "1" } else { "0" });
        Ok(cargo)
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
    /// If no member uses the package.
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
