//! How many instructions an update executes, under valgrind.

use tokio::runtime::Runtime;
use vibecode_tests::instructions;

use crate::{COUNT, runtime, server::Server, sides, single, table::Table};

/// So much of what the rival executes at most.
const MOST: f64 = 1.0;

pub(crate) fn report(table: &mut Table) {
    let [ours, rival] = ["ours", "rival"].map(|side| {
        let updates = u64::from(single::UPDATES);
        instructions(&[COUNT, side], updates).unwrap()
    });
    table.executed("one at a time: instructions an update", [ours, rival], MOST);
}

/// In the process that is counted: updates of one side, after some that open the connection.
pub(crate) fn run(side: &str) {
    let server = Server::start();
    let runtime = runtime();
    let side = sides::side(side, &server);
    runtime.block_on(single::update(side.clone(), 1));
    measured(&runtime, single::update(side, 1));
}

/// What is in here counts. The server does not: it is another process.
#[inline(never)]
fn measured(runtime: &Runtime, updates: impl Future<Output = ()>) {
    runtime.block_on(updates);
}
