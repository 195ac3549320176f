//! What the derive costs at compile time: `cargo run -p vibecode-tests --bin compile-bench`.
//!
//! Also what a portal's schema of 500 and of 5,000 fields costs over `kind` in place.
//!
//! Generates one crate a contender, each with the same 200 structs of 20 user fields, and counts
//! the CPU time of `cargo check` on it, from cold and without incremental compilation, with its
//! dependencies built before. The rounds go through the contenders in turn, so that a busy machine
//! is busy for all of them; the least time of a contender counts.
#![allow(clippy::print_stdout, reason = "this prints a table")]

use std::{
    fmt::Write as _,
    fs, io,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

const STRUCTS: usize = 200;
const FIELDS: usize = 20;
const ROUNDS: usize = 5;
/// Linux counts CPU time in hundredths of a second.
const TICKS_PER_SECOND: f64 = 100.0;

/// The kinds of the user fields, in turn: `kind`, `multiple`, the Rust type.
const KINDS: &[(&str, bool, &str)] = &[
    ("string", false, "Option<String>"),
    ("integer", false, "Option<i64>"),
    ("double", true, "Vec<f64>"),
    ("string", false, "String"),
    ("boolean", false, "Option<bool>"),
    ("enumeration", false, "Option<u64>"),
    ("double", false, "Option<f64>"),
    ("string", true, "Vec<String>"),
];

struct Contender {
    name: &'static str,
    dependencies: &'static str,
    derives: &'static str,
    annotated: bool,
    /// So many fields are in the portal's schema, which then gives the kinds.
    schema: Option<usize>,
}

const OURS: Contender = Contender {
    name: "vibecode",
    dependencies: "vibecode-runtime = { path = \"RUNTIME\", default-features = false, features = [\"derive\"] }",
    derives: "#[derive(vibecode_runtime::Patch)]\n#[vibecode(entity = \"contacts\")]\n",
    annotated: true,
    schema: None,
};

const CONTENDERS: &[Contender] = &[
    Contender {
        name: "bare",
        dependencies: "",
        derives: "",
        annotated: false,
        schema: None,
    },
    OURS,
    Contender {
        name: "derive_builder + serde",
        dependencies: "derive_builder = \"0.20\"\nserde = { version = \"1\", features = [\"derive\"] }",
        derives: "#[derive(derive_builder::Builder, serde::Serialize)]\n",
        annotated: false,
        schema: None,
    },
    Contender {
        name: "vibecode, schema of 500",
        schema: Some(500),
        ..OURS
    },
    Contender {
        name: "vibecode, schema of 5000",
        schema: Some(5_000),
        ..OURS
    },
];

fn main() -> io::Result<()> {
    let root = target_folder().join("compile-bench");
    let mut crates = Vec::new();
    for contender in CONTENDERS {
        let folder = generate(&root, contender)?;
        check(&root, &folder)?;
        crates.push((contender, folder, f64::INFINITY));
    }
    for _ in 0..ROUNDS {
        for (_, folder, least) in &mut crates {
            *least = least.min(timed_check(&root, folder)?);
        }
    }
    let costs: Vec<_> = crates.iter().map(|(_, _, least)| *least).collect();
    let [bare, ours, theirs, ..] = costs.as_slice() else {
        return Ok(());
    };
    println!("| {STRUCTS} structs of {FIELDS} fields | CPU s | ms a struct over bare |");
    println!("|---|---|---|");
    for (contender, _, least) in &crates {
        let over = (least - bare) * 1000.0 / 200.0;
        println!("| {} | {least:.2} | {over:.2} |", contender.name);
    }
    for (contender, _, least) in crates.iter().filter(|(it, ..)| it.schema.is_some()) {
        let over = (least - ours) * 1000.0 / 200.0;
        println!(
            "{}: {over:+.2} ms a struct over `kind` in place",
            contender.name
        );
    }
    println!(
        "\nvibecode / (derive_builder + serde): {:.2}",
        (ours - bare) / (theirs - bare)
    );
    Ok(())
}

/// `target/` of the workspace.
fn target_folder() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../target"),
        PathBuf::from,
    )
}

fn generate(root: &Path, contender: &Contender) -> io::Result<PathBuf> {
    let name = contender.name.replace([' ', '+', ','], "");
    let folder = root.join(&name);
    fs::create_dir_all(folder.join("src"))?;
    let runtime = Path::new(env!("CARGO_MANIFEST_DIR")).join("../vibecode-runtime");
    let dependencies = contender
        .dependencies
        .replace("RUNTIME", &runtime.to_string_lossy());
    let manifest = format!(
        "[package]\nname = \"bench-{name}\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[workspace]\n\n[dependencies]\n{dependencies}\n"
    );
    fs::write(folder.join("Cargo.toml"), manifest)?;
    fs::write(folder.join("src/lib.rs"), source(contender))?;
    if let Some(fields) = contender.schema {
        fs::create_dir_all(folder.join("vibecode"))?;
        fs::write(folder.join("vibecode/contacts.json"), schema(fields))?;
        // The search for the schema ends at the folder with this.
        fs::write(folder.join("Cargo.lock"), "version = 4\n")?;
    }
    Ok(folder)
}

/// The wire name of a user field.
fn wire_name(field: usize) -> String {
    format!("ufCrm_{}", 1_721_244_707_000_u64 + field as u64)
}

/// A portal's schema with so many fields, as `GET /v1/contacts/fields` answers it.
fn schema(fields: usize) -> String {
    let kinds = KINDS.iter().cycle().take(FIELDS).map(Some);
    let further = std::iter::repeat_n(None, fields.saturating_sub(FIELDS));
    let described = kinds.chain(further).enumerate().map(|(field, kind)| {
        let (kind, multiple) = kind.map_or(("string", false), |(kind, multiple, _)| (*kind, *multiple));
        let name = wire_name(field);
        let upper = name.replace("ufCrm", "UF_CRM");
        format!(
            "\"{name}\":{{\"type\":\"{kind}\",\"isRequired\":false,\"isReadOnly\":false,\"isImmutable\":false,\"isMultiple\":{multiple},\"isDynamic\":true,\"title\":\"{upper}\",\"upperName\":\"{upper}\",\"formLabel\":\"Field {field}\",\"listLabel\":\"Field {field}\",\"settings\":{{\"MIN_LENGTH\":0,\"MAX_LENGTH\":0,\"REGEXP\":null}}}}"
        )
    });
    let described: Vec<_> = described.collect();
    format!(
        "{{\"success\":true,\"data\":{{{}}}}}\n",
        described.join(",\n")
    )
}

fn source(contender: &Contender) -> String {
    let mut source = String::from("//! Generated.\n");
    for number in 0..STRUCTS {
        let _ = writeln!(source, "{}pub struct S{number} {{", contender.derives);
        for (field, (kind, multiple, ty)) in KINDS.iter().cycle().take(FIELDS).enumerate() {
            if contender.annotated {
                let wire = wire_name(field);
                let multiple = if *multiple { ", multiple" } else { "" };
                let kind = match contender.schema {
                    Some(_) => String::new(),
                    None => format!(", kind = \"{kind}\"{multiple}"),
                };
                let _ = writeln!(source, "    #[vibecode(field = \"{wire}\"{kind})]");
            }
            let _ = writeln!(source, "    pub field_{field}: {ty},");
        }
        source.push_str("}\n");
    }
    source
}

fn check(root: &Path, folder: &Path) -> io::Result<()> {
    let status = Command::new(env!("CARGO"))
        .args(["check", "--quiet"])
        .current_dir(folder)
        .env("CARGO_TARGET_DIR", root.join("target"))
        .env("CARGO_INCREMENTAL", "0")
        .stdin(Stdio::null())
        .status()?;
    if status.success() {
        Ok(())
    } else {
        Err(io::Error::other(format!(
            "{} does not compile",
            folder.display()
        )))
    }
}

/// The CPU seconds of a check of the crate alone.
fn timed_check(root: &Path, folder: &Path) -> io::Result<f64> {
    let source = folder.join("src/lib.rs");
    fs::write(&source, fs::read(&source)?)?;
    let before = cpu_of_children()?;
    check(root, folder)?;
    Ok(cpu_of_children()? - before)
}

/// User and system time of all children that have ended, from Linux's `/proc`.
fn cpu_of_children() -> io::Result<f64> {
    let stat = fs::read_to_string("/proc/self/stat")?;
    // The fields after the name in parentheses; cutime and cstime are the 14th and 15th of these.
    let after_name = stat.rsplit(')').next().unwrap_or_default();
    let ticks = after_name.split_whitespace().skip(13).take(2);
    let ticks: f64 = ticks.filter_map(|ticks| ticks.parse::<f64>().ok()).sum();
    Ok(ticks / TICKS_PER_SECOND)
}
