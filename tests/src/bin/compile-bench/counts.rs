//! The instructions of the compiler, which decide the limits: they are the same on a busy machine.

use std::io;

use vibecode_tests::generated::{Workspace, succeed};

use crate::{
    contenders::Contender,
    fields::FIELDS,
    portal_file::PortalFile,
    rounds::write_source,
    source::{EDITS, Size},
};

/// Enough structs for the rest of a crate to be small, and few enough for valgrind.
pub(crate) const STRUCTS: u32 = 40;

/// Millions of instructions of `cargo check` on only a contender's crate.
#[derive(Clone, Copy)]
pub(crate) struct Count {
    pub(crate) cold: f64,
    pub(crate) edited: f64,
}

impl Count {
    /// Counts the check of this many structs.
    pub(crate) fn of(
        workspace: &Workspace,
        contender: &Contender,
        structs: u32,
    ) -> io::Result<Self> {
        let name = contender.crate_name();
        let size = Size {
            structs,
            fields: FIELDS,
        };
        let [first, second] = EDITS;
        let check = ["check", "--package", &name];
        write_source(workspace, contender, size, first)?;
        for incremental in [false, true] {
            succeed(&mut workspace.cargo_with_wrapper(&check, incremental)?)?;
        }
        write_source(workspace, contender, size, second)?;
        Ok(Self {
            cold: millions(workspace.instructions(&check, false)?),
            edited: millions(workspace.instructions(&check, true)?),
        })
    }

    pub(crate) fn over(self, other: Self) -> Self {
        Self {
            cold: self.cold - other.cold,
            edited: self.edited - other.edited,
        }
    }

    pub(crate) fn ratio_to(self, other: Self) -> Self {
        Self {
            cold: self.cold / other.cold,
            edited: self.edited / other.edited,
        }
    }
}

/// What was counted with a file of the portal, and without it.
pub(crate) struct WithAndWithout<T> {
    pub(crate) with: T,
    pub(crate) without: T,
}

/// Counts a contender's crate with a file of the portal, and without it.
pub(crate) fn with_and_without<T>(
    workspace: &Workspace,
    contender: &Contender,
    file: PortalFile,
    count: impl Fn() -> io::Result<T>,
) -> io::Result<WithAndWithout<T>> {
    let without = count()?;
    file.write(workspace, contender)?;
    let with = count()?;
    file.remove(workspace, contender)?;
    Ok(WithAndWithout { with, without })
}

/// Counts the first check of one struct with this many fields.
pub(crate) fn of_one_struct(
    workspace: &Workspace,
    contender: &Contender,
    fields: usize,
) -> io::Result<f64> {
    let name = contender.crate_name();
    let size = Size { structs: 1, fields };
    let [edited, _] = EDITS;
    write_source(workspace, contender, size, edited)?;
    let counted = workspace.instructions(&["check", "--package", &name], false)?;
    Ok(millions(counted))
}

#[expect(
    clippy::cast_precision_loss,
    reason = "a count of instructions is far below 2^52"
)]
fn millions(instructions: u64) -> f64 {
    instructions as f64 / 1e6
}
