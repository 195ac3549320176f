//! Lists: what they request, and that they end after the last record.

use serde_json::{Value, json};
use vibecode_runtime::{ErrorKind, Order, Record, field};
use vibecode_sandbox::{Fault, Sandbox, SandboxBuilder};

use crate::{Customer, client};

#[derive(Record, Debug)]
#[vibecode(entity = "contacts")]
struct Named {
    name: Option<String>,
}

async fn portal(contacts: usize) -> Sandbox {
    seeded(Sandbox::builder(), contacts).start().await
}

fn seeded(builder: SandboxBuilder, contacts: usize) -> SandboxBuilder {
    let contacts: Vec<Value> = (1..=contacts)
        .map(|id| json!({"id": id, "name": format!("Name {id}"), "post": format!("Post {}", id % 3)}))
        .collect();
    builder.seed(json!({ "contacts": contacts }))
}

#[tokio::test(start_paused = true)]
async fn every_record_is_listed_once_whatever_the_number() {
    for count in [0, 1, 49, 50, 51, 499, 500, 501, 1_000, 1_050] {
        let sandbox = portal(count).await;
        let rows = client(&sandbox).list::<Customer>().stream().all().await;
        let ids = rows.unwrap().into_iter().map(|row| row.id.get());
        assert!(ids.eq(1..=count as u64), "{count}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_list_ends_only_on_a_short_or_empty_page_whatever_the_api_says_of_more() {
    for count in [0, 50, 500, 501] {
        let sandbox = seeded(Sandbox::builder().untruthful_paging(), count);
        let sandbox = sandbox.start().await;
        let rows = client(&sandbox)
            .list::<Named>()
            .stream()
            .all()
            .await
            .unwrap();
        assert_eq!(rows.len(), count);
    }
}

#[tokio::test(start_paused = true)]
async fn a_limit_ends_a_list_and_asks_for_no_more() {
    let sandbox = portal(700).await;
    let rows = client(&sandbox).list::<Named>().limit(501).stream();
    assert_eq!(rows.all().await.unwrap().len(), 501);
    let requests = sandbox.requests();
    let last = requests.last().unwrap().query().unwrap().to_owned();
    assert!(last.contains("limit=1&offset=500"), "{last}");
    sandbox.clear_requests();
    let none = client(&sandbox).list::<Named>().limit(0).stream();
    assert!(none.all().await.unwrap().is_empty());
    assert!(sandbox.requests().is_empty());
}

#[tokio::test(start_paused = true)]
async fn only_the_fields_of_the_struct_are_asked_for() {
    let sandbox = Sandbox::start().await;
    let rows = client(&sandbox)
        .list::<Named>()
        .stream()
        .all()
        .await
        .unwrap();
    assert_eq!(rows[0].name.as_deref(), Some("Ivan"));
    let requests = sandbox.requests();
    let query = requests[0].query().unwrap();
    assert!(query.contains("select=id%2Cname&"), "{query}");
}

#[tokio::test(start_paused = true)]
async fn phones_and_emails_are_listed_with_their_types() {
    let sandbox = Sandbox::start().await;
    let client = client(&sandbox);
    let rows = client.list::<Customer>().stream().all().await.unwrap();
    for row in rows {
        let one: Customer = client.get(row.id).await.unwrap();
        assert_eq!(row, one);
    }
}

#[tokio::test(start_paused = true)]
async fn filters_and_orders_are_the_apis_to_apply() {
    let sandbox = portal(10).await;
    let client = client(&sandbox);
    let ids = async |query: vibecode_runtime::Query<Customer>| -> Vec<u64> {
        let rows = query.stream().all().await.unwrap();
        rows.into_iter().map(|row| row.id.get()).collect()
    };
    let list = || client.list::<Customer>();
    assert_eq!(
        ids(list().filter(field!(Customer, post).equal("Post 1"))).await,
        [1, 4, 7, 10]
    );
    let descending = list()
        .filter(field!(Customer, post).equal("Post 1"))
        .order(field!(Customer, id), Order::Descending);
    assert_eq!(ids(descending).await, [10, 7, 4, 1]);
    assert_eq!(
        ids(list().filter(field!(Customer, id).greater(8))).await,
        [9, 10]
    );
    let both = list()
        .filter(field!(Customer, id).any_of([2, 3, 4]))
        .filter(field!(Customer, post).not_equal("Post 0"));
    assert_eq!(ids(both).await, [2, 4]);
    assert_eq!(
        ids(list().filter(field!(Customer, name).contains("e 1"))).await,
        [1, 10]
    );
}

#[tokio::test(start_paused = true)]
async fn a_page_that_is_lost_is_asked_for_again() {
    let sandbox = portal(501).await;
    sandbox.faults([Fault::cut_off(), Fault::bad_gateway_html()]);
    let rows = client(&sandbox)
        .list::<Named>()
        .stream()
        .all()
        .await
        .unwrap();
    assert_eq!(rows.len(), 501);
}

#[tokio::test(start_paused = true)]
async fn a_list_that_is_refused_is_one_error_and_ends() {
    let sandbox = Sandbox::start().await;
    sandbox.fault(Fault::error("SCOPE_DENIED"));
    let mut rows = client(&sandbox).list::<Named>().stream();
    assert!(rows.next().await.unwrap().is_err());
    assert!(rows.next().await.is_none());
}

#[tokio::test(start_paused = true)]
async fn none_of_nothing_filters_nothing_and_any_of_nothing_answers_no_rows_without_a_request() {
    let sandbox = portal(60).await;
    let client = client(&sandbox);
    let list = || client.list::<Customer>();
    for query in [
        list().filter(field!(Customer, id).any_of([])),
        list()
            .filter(field!(Customer, id).any_of([]))
            .filter(field!(Customer, post).equal("Post 1")),
        list()
            .filter(field!(Customer, post).none_of([]))
            .filter(field!(Customer, id).any_of([]))
            .filter(field!(Customer, name).contains("e 1"))
            .limit(5),
    ] {
        assert_eq!(query.stream().all().await.unwrap(), []);
    }
    assert_eq!(sandbox.requests().len(), 0);
    let all = list().filter(field!(Customer, id).none_of([])).stream();
    assert_eq!(all.all().await.unwrap().len(), 60);
    let some = list()
        .filter(field!(Customer, id).none_of([]))
        .filter(field!(Customer, post).any_of(["Post 1"]));
    assert_eq!(some.stream().all().await.unwrap().len(), 20);
    let sent = sandbox.requests().last().unwrap().body_str().to_owned();
    assert!(!sent.contains("$nin"), "{sent}");
}

/// A third of the records have the same `post`, on several pages.
#[tokio::test(start_paused = true)]
async fn every_order_ends_in_the_id_so_that_pages_neither_overlap_nor_skip() {
    let sandbox = portal(1_600).await;
    let client = client(&sandbox);
    let list = || client.list::<Customer>();
    let search = || field!(Customer, name).none_of(["nobody"]);
    for (order, query) in [
        (
            r"order%5Bpost%5D=asc&order%5Bid%5D=asc",
            list().order(field!(Customer, post), Order::Ascending),
        ),
        (
            r#""order":{"post":"desc","id":"asc"}"#,
            list()
                .filter(search())
                .order(field!(Customer, post), Order::Descending),
        ),
        (
            r#""order":{"post":"asc","id":"desc"}"#,
            list()
                .filter(search())
                .order(field!(Customer, post), Order::Descending)
                .order(field!(Customer, post), Order::Ascending)
                .order(field!(Customer, id), Order::Descending),
        ),
        (
            r"order%5Bpost%5D=asc&order%5BlastName%5D=desc&order%5Bid%5D=asc",
            list()
                .order(field!(Customer, post), Order::Ascending)
                .order(field!(Customer, last_name), Order::Descending),
        ),
    ] {
        sandbox.clear_requests();
        let rows = query.stream().all().await.unwrap();
        for request in sandbox.requests() {
            let sent = format!("{:?} {}", request.query(), request.body_str());
            assert!(sent.contains(order), "{sent}");
        }
        let posts: Vec<_> = rows.iter().map(|row| row.post.clone()).collect();
        let is_ascending = order.contains("asc&") || order.contains(r#""post":"asc""#);
        assert!(posts.is_sorted_by(|one, other| if is_ascending {
            one <= other
        } else {
            one >= other
        }));
        let mut ids: Vec<_> = rows.into_iter().map(|row| row.id.get()).collect();
        ids.sort_unstable();
        assert!(ids.into_iter().eq(1..=1_600), "{order}");
    }
}

#[test]
fn outside_of_a_runtime_a_list_is_one_error_and_ends() {
    let client =
        vibecode_runtime::Client::new(vibecode_runtime::Credentials::personal("vibe_api_1"));
    let mut rows = client.unwrap().list::<Named>().stream();
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    let mut next = || match std::pin::pin!(rows.next()).as_mut().poll(&mut context) {
        std::task::Poll::Ready(row) => row,
        std::task::Poll::Pending => panic!("nothing can be waited for"),
    };
    assert_eq!(
        next().unwrap().unwrap_err().kind(),
        ErrorKind::Configuration
    );
    assert!(next().is_none());
}
