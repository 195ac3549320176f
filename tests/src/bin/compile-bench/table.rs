//! The table, in Markdown.

use std::io;

use vibecode_tests::generated::Workspace;

use crate::{
    fields::FIELDS,
    rounds::{Row, STRUCTS},
};

pub(crate) fn print(workspace: &Workspace, rows: &[Row]) -> io::Result<()> {
    let [bare, ..] = rows else {
        return Ok(());
    };
    println!(
        "| {STRUCTS} structs of {FIELDS} fields | version | cold, CPU s | ms a struct over bare | after an edit, CPU s | ms a struct over bare |"
    );
    println!("|---|---|---|---|---|---|");
    for Row { contender, cost } in rows {
        let version = match contender.package {
            "" => String::new(),
            package => workspace.version(package)?,
        };
        let over = cost.over(bare.cost);
        println!(
            "| {} | {version} | {:.2} | {:.2} | {:.2} | {:.2} |",
            contender.name, cost.cold, over.cold, cost.edited, over.edited
        );
    }
    Ok(())
}
