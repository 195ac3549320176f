use vibecode_sandbox::{Fault, Sandbox, Storm};

use crate::wire::call_raw;

/// Which faults hit 60 updates in this storm.
async fn faults_of(storm: Storm) -> Vec<Option<&'static str>> {
    let sandbox = Sandbox::start().await;
    sandbox.storm(storm);
    for _ in 0..60 {
        call_raw(&sandbox, "PATCH /v1/contacts/71", r#"{"phone":"+7"}"#).await;
    }
    let requests = sandbox.requests();
    let phones = sandbox.contact(71).unwrap()["fm"].as_array().unwrap().len() - 2;
    let applied = requests.iter().filter(|request| request.was_applied());
    assert_eq!(applied.count(), phones);
    let faults = requests
        .iter()
        .map(|request| request.fault().map(Fault::name));
    faults.collect()
}

#[tokio::test(start_paused = true)]
async fn a_storm_of_one_seed_is_the_same_storm() {
    let one = faults_of(Storm::seeded(7)).await;
    assert_eq!(one, faults_of(Storm::seeded(7)).await);
    let hit = one.iter().flatten().count();
    assert!((8..30).contains(&hit), "{hit}");
    assert_ne!(one, faults_of(Storm::seeded(8)).await);
}

#[tokio::test]
async fn the_probability_of_a_storm_is_kept() {
    let drops = || Storm::seeded(1).faults([Fault::drop_before()]);
    assert_eq!(faults_of(drops().probability(0.0)).await, [None; 60]);
    assert_eq!(
        faults_of(drops().probability(1.0)).await,
        [Some("drop_before"); 60]
    );
    assert_eq!(
        faults_of(drops().faults([]).probability(1.0)).await,
        [None; 60]
    );
}

#[tokio::test]
async fn a_storm_spares_what_its_faults_are_not_for_and_ends_in_a_calm() {
    let sandbox = Sandbox::start().await;
    let storm = Storm::seeded(1).probability(1.0);
    sandbox.storm(storm.faults([Fault::server_error().on("PATCH")]));
    sandbox.fault(Fault::bad_gateway());
    let mut statuses = Vec::new();
    for request in [
        "PATCH /v1/contacts/71",
        "PATCH /v1/contacts/71",
        "GET /v1/contacts/71",
    ] {
        statuses.push(call_raw(&sandbox, request, "{}").await.status());
    }
    sandbox.calm();
    statuses.push(
        call_raw(&sandbox, "PATCH /v1/contacts/71", "{}")
            .await
            .status(),
    );
    assert_eq!(statuses, [502, 500, 200, 200]);
}
