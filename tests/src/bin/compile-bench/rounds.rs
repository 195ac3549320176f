//! The rounds, and the cost of each contender in them.

use std::io;

use vibecode_tests::{
    children::cpu_seconds,
    generated::{Workspace, succeed},
};

use crate::{
    contenders::{CONTENDERS, Codes, Contender, Kinds},
    fields::FIELDS,
    portal_file::PortalFile,
    source::{EDITS, Size, source},
};

const ROUNDS: usize = 5;

pub(crate) const STRUCTS: u32 = 200;

/// The least CPU seconds of `cargo check` on only a contender's crate, in some rounds.
#[derive(Clone, Copy)]
pub(crate) struct Cost {
    /// Without incremental compilation.
    pub(crate) cold: f64,
    /// With incremental compilation, after an edit of the type of one field of one struct.
    pub(crate) edited: f64,
}

/// A contender and its cost.
pub(crate) struct Row {
    pub(crate) contender: &'static Contender,
    pub(crate) cost: Cost,
}

impl Cost {
    pub(crate) const MOST: Self = Self {
        cold: f64::INFINITY,
        edited: f64::INFINITY,
    };

    fn least(self, other: Self) -> Self {
        Self {
            cold: self.cold.min(other.cold),
            edited: self.edited.min(other.edited),
        }
    }

    /// Returns how much more it costs than another (ms per struct).
    pub(crate) fn over(self, other: Self) -> Self {
        let over = |seconds: f64, other: f64| (seconds - other) * 1000.0 / f64::from(STRUCTS);
        Self {
            cold: over(self.cold, other.cold),
            edited: over(self.edited, other.edited),
        }
    }
}

/// Generates a crate for each contender.
pub(crate) fn generate_all(workspace: &Workspace) -> io::Result<()> {
    let [first, _] = EDITS;
    for contender in CONTENDERS {
        generate(workspace, contender)?;
        edit(workspace, contender, first)?;
    }
    workspace.fetch()
}

/// Returns the costs of the contenders, in their order. They alternate, so that load of the machine affects
/// all of them.
pub(crate) fn measure(workspace: &Workspace) -> io::Result<Vec<Row>> {
    let [first, second] = EDITS;
    // Builds the dependencies, and fills the cache of incremental compilation.
    for contender in CONTENDERS {
        round(workspace, contender)?;
    }
    let row = |contender| Row {
        contender,
        cost: Cost::MOST,
    };
    let mut rows: Vec<_> = CONTENDERS.iter().map(row).collect();
    let edits = [second, first].into_iter().cycle();
    for (number, edited) in (1..=ROUNDS).zip(edits) {
        eprintln!("round {number} of {ROUNDS}");
        for Row { contender, cost } in &mut rows {
            edit(workspace, contender, edited)?;
            *cost = cost.least(round(workspace, contender)?);
        }
    }
    Ok(rows)
}

fn generate(workspace: &Workspace, contender: &Contender) -> io::Result<()> {
    let name = contender.crate_name();
    workspace.add(&name, contender.dependencies)?;
    if let Kinds::InSchema { fields } = contender.kinds {
        PortalFile::Schema { fields }.write(workspace, contender)?;
    }
    if let Codes::InFile { codes } = contender.codes {
        PortalFile::Statuses { codes }.write(workspace, contender)?;
    }
    Ok(())
}

fn edit(workspace: &Workspace, contender: &Contender, edited: &str) -> io::Result<()> {
    let size = Size {
        structs: STRUCTS,
        fields: FIELDS,
    };
    write_source(workspace, contender, size, edited)
}

pub(crate) fn write_source(
    workspace: &Workspace,
    contender: &Contender,
    size: Size,
    edited: &str,
) -> io::Result<()> {
    let path = format!("crates/{}/src/lib.rs", contender.crate_name());
    workspace.write(&path, &source(contender, size, edited))
}

fn round(workspace: &Workspace, contender: &Contender) -> io::Result<Cost> {
    let name = contender.crate_name();
    let check = |incremental| {
        let mut cargo = workspace.cargo(&["check", "--package", &name]);
        cpu_seconds(|| succeed(cargo.env("CARGO_INCREMENTAL", incremental)))
    };
    Ok(Cost {
        cold: check("0")?,
        edited: check("1")?,
    })
}
