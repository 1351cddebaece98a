use hourglass_model::ids::{Epoch, PlacementUid, Slot};
use hourglass_model::node::ObservedClaim;

use super::*;
use crate::Delta;
use crate::fixture::*;

fn claim(epoch: u64, pinned: bool) -> Claim {
    Claim {
        id: ClaimId {
            placement: PlacementUid::new("p").expect("valid"),
            slot: Slot(0),
            epoch: Epoch(epoch),
        },
        cluster: cluster("a"),
        node: node_name("n1"),
        pinned,
        vector: vector(&[("cpu", 1000), ("pods", 1)]),
        limits: vector(&[]),
        namespace: None,
        owner: crate::Owner::unknown(&tenant(), &uid_of("p")),
        waits_for: Default::default(),
        devices: Vec::new(),
        zone: None,
    }
}

fn state() -> FleetState {
    fleet(&[("a", vec![node("n1", &[], &[]), node("n2", &[], &[])])])
}

fn cpu(state: &FleetState, node: &str) -> i64 {
    let node = state
        .cluster(&cluster("a"))
        .and_then(|c| c.node(&node_name(node)))
        .expect("known");
    node.charge().get(&hourglass_model::resources::CPU)
}

/// Reports a node with pods of these claims.
fn show(state: &mut FleetState, node_name: &str, claims: &[&Claim]) -> Vec<ClaimId> {
    let mut facts = node(node_name, &[], &[]);
    for claim in claims {
        facts.used.add_saturating(&claim.vector);
        facts.claims.push(ObservedClaim {
            claim: claim.id.clone(),
            bound: claim.vector.clone(),
            devices: Vec::new(),
        });
    }
    let sequence = state
        .cluster(&cluster("a"))
        .and_then(crate::ClusterState::sequence)
        .expect("reported")
        .next();
    let delta = Delta {
        sequence,
        nodes: vec![facts],
        removed: vec![],
        facts: None,
    };
    state
        .apply_delta(&cluster("a"), delta)
        .expect("the next one")
        .ended
}

#[test]
fn a_claim_is_charged_from_the_decision_on_and_ends_early_only_when_the_commit_failed() {
    let mut state = state();
    state.claim(claim(1, true)).expect("new");
    assert_eq!(cpu(&state, "n1"), 1000);
    assert!(matches!(state.claim(claim(1, true)), Err(ClaimError::Exists(_))));
    state.commit_failed(&claim(1, true).id).expect("decided");
    assert_eq!(cpu(&state, "n1"), 0);
    state.claim(claim(2, true)).expect("new");
    state.committed(&claim(2, true).id).expect("decided");
    assert!(matches!(
        state.commit_failed(&claim(2, true).id),
        Err(ClaimError::Durable(_))
    ));
    assert!(matches!(
        state.commit_failed(&claim(9, true).id),
        Err(ClaimError::Unknown(_))
    ));
}

#[test]
fn a_released_claim_ends_when_acknowledged_caught_up_and_gone() {
    let (mut state, claim) = (state(), claim(1, true));
    state.restore_claim(claim.clone(), false).expect("new");
    show(&mut state, "n1", &[&claim]);
    assert!(matches!(
        state.removal_acknowledged(&claim.id, sequence(3)),
        Err(ClaimError::NotReleased(_))
    ));
    assert!(!state.release(&claim.id, Dispatch::Perhaps).expect("in force"));
    assert!(matches!(
        state.release(&claim.id, Dispatch::Never),
        Err(ClaimError::Released(_))
    ));
    // Acknowledged at 4; inventory is at 2 and shows the pod.
    assert!(
        !state
            .removal_acknowledged(&claim.id, sequence(4))
            .expect("released")
    );
    assert_eq!(show(&mut state, "n1", &[]), [], "sequence 3: gone, not caught up");
    assert_eq!(cpu(&state, "n1"), 1000);
    assert_eq!(show(&mut state, "n2", &[]), [claim.id], "sequence 4: caught up");
    assert_eq!(cpu(&state, "n1"), 0);
}

#[test]
fn a_pod_that_is_left_anywhere_keeps_a_released_claim() {
    let (mut state, claim) = (state(), claim(1, true));
    state.restore_claim(claim.clone(), true).expect("new");
    show(&mut state, "n2", &[&claim]);
    assert!(
        !state
            .removal_acknowledged(&claim.id, sequence(1))
            .expect("released")
    );
    assert_eq!(show(&mut state, "n2", &[]), [claim.id]);
}

#[test]
fn a_snapshot_of_a_later_session_is_newer_whatever_its_number() {
    let (mut state, claim) = (state(), claim(1, true));
    for _ in 0..5 {
        show(&mut state, "n1", &[]);
    }
    state.restore_claim(claim.clone(), true).expect("new");
    assert!(
        !state
            .removal_acknowledged(&claim.id, sequence(100))
            .expect("released")
    );
    let a = cluster("a");
    state.begin_session(&a).expect("known");
    state.snapshot_begin(&a, sequence(1)).expect("known");
    assert_eq!(
        state.snapshot_end(&a, sequence(1), 0).expect("whole").ended,
        [claim.id]
    );
}

#[test]
fn what_was_never_sent_ends_with_its_release() {
    let mut state = state();
    state.claim(claim(1, true)).expect("new");
    assert!(
        state
            .release(&claim(1, true).id, Dispatch::Never)
            .expect("in force")
    );
    assert_eq!((cpu(&state, "n1"), state.claims().len()), (0, 0));
}

#[test]
fn a_pod_bound_elsewhere_is_charged_at_both_nodes() {
    let (mut state, claim) = (state(), claim(1, true));
    state.claim(claim.clone()).expect("new");
    show(&mut state, "n2", &[&claim]);
    assert_eq!((cpu(&state, "n1"), cpu(&state, "n2")), (1000, 1000));
}

#[test]
fn a_claim_on_the_cluster_is_charged_to_one_node_until_its_pod_is_seen_on_any() {
    let (mut state, claim) = (state(), claim(1, false));
    state.claim(claim.clone()).expect("new");
    assert_eq!((cpu(&state, "n1"), cpu(&state, "n2")), (1000, 0));
    show(&mut state, "n2", &[&claim]);
    assert_eq!((cpu(&state, "n1"), cpu(&state, "n2")), (0, 1000));
    show(&mut state, "n2", &[]);
    assert_eq!(
        (cpu(&state, "n1"), cpu(&state, "n2")),
        (0, 1000),
        "the pod died and will come again; until then the node that it had is kept"
    );
    assert_eq!(crate::invariants::check(&state), []);
}
