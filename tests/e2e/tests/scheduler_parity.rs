//! Our rules and the real kube-scheduler say the same of the same nodes. `make verify-scheduler` asks far more.

use hourglass_e2e::parity::Parity;

#[tokio::test]
async fn the_feasible_nodes_are_those_that_the_real_scheduler_accepts() {
    let fleet = Parity::fleet().unwrap().start().await.unwrap();
    let parity = Parity::new(&fleet).await.unwrap();
    let (tally, differences) = parity.compare(100_000, 80, |_| ()).await.unwrap();
    assert!(differences.is_empty(), "{differences:#?}");
    assert_eq!(tally.cases, 80);
    assert!(
        tally.feasible > 20 && tally.rejected > 20,
        "both answers come up: {tally:?}"
    );
    let (tally, differences) = parity.compare_domains(100_000, 40, |_| ()).await.unwrap();
    assert!(differences.is_empty(), "{differences:#?}");
    assert!(
        tally.feasible > 10 && tally.rejected > 10,
        "both answers come up: {tally:?}"
    );
    fleet.stop().await;
}
