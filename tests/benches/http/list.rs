//! A list of many records: `Client::list`.

use std::hint::black_box;

use serde::Deserialize;
use vibecode_runtime::{CompanyId, ContactId, Record, UserId};

use crate::{server::Server, sides, sides::Side, table::Table};

const ROUNDS: usize = 12;
/// Rows of one side in a round.
const ROWS: u32 = 100_000;
const LIMITS: (f64, f64) = (0.95, 1.5);

#[derive(Record)]
#[vibecode(entity = "contacts")]
struct Customer {
    #[vibecode(id)]
    id: ContactId,
    name: Option<String>,
    last_name: Option<String>,
    post: Option<String>,
    company_id: Option<CompanyId>,
    assigned_by_id: UserId,
    opened: bool,
    updated_time: String,
    #[vibecode(field = "ufCrm_1721244707107", kind = "enumeration")]
    loyalty: Option<u64>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ByHand {
    id: u64,
    name: Option<String>,
    last_name: Option<String>,
    post: Option<String>,
    company_id: Option<u64>,
    assigned_by_id: u64,
    opened: bool,
    updated_time: String,
    #[serde(rename = "ufCrm_1721244707107")]
    loyalty: Option<u64>,
}

pub(crate) async fn report(server: &Server, table: &mut Table) {
    let rounds = sides::rounds(server, ROUNDS, |side| list(side, ROWS.into())).await;
    table.compare("list", "row", ROWS, &rounds, LIMITS);
}

/// Reads this number of rows, page by page.
pub(crate) async fn list(side: Side, rows: u64) {
    let mut count = 0;
    match side {
        Side::Ours(client) => {
            let mut customers = client.list::<Customer>().limit(rows).stream();
            while let Some(customer) = customers.next().await {
                let customer = customer.unwrap();
                count += 1;
                assert_eq!(customer.id.get(), count);
                let Customer {
                    name,
                    last_name,
                    post,
                    company_id,
                    assigned_by_id,
                    opened,
                    updated_time,
                    loyalty,
                    ..
                } = customer;
                black_box((name, last_name, post, updated_time));
                black_box((company_id, assigned_by_id, opened, loyalty));
            }
        }
        Side::Rival(rival) => {
            while count < rows {
                for customer in rival.page::<ByHand>(count).await {
                    count += 1;
                    assert_eq!(customer.id, count);
                    let ByHand {
                        name,
                        last_name,
                        post,
                        company_id,
                        assigned_by_id,
                        opened,
                        updated_time,
                        loyalty,
                        ..
                    } = customer;
                    black_box((name, last_name, post, updated_time));
                    black_box((company_id, assigned_by_id, opened, loyalty));
                }
            }
        }
    }
    assert_eq!(count, rows);
}
