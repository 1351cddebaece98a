//! Rules that contradict themselves: what no fleet could ever fulfil is refused at once; what this fleet cannot waits, and
//! says at once that nothing which becomes free will help.

use proto::placement::State;
use serde_json::{Value, json};

use super::*;

/// A request for one GPU each, with more rules.
fn ruled(id: &str, rules: &Value) -> proto::CreatePlacementRequest {
    let mut spec = json!({
        "performer": {"avsAddress": AVS, "image": "example.org/performer:1"}, "compute": {"gpu": {"count": 1}},
    });
    for (key, value) in rules.as_object().unwrap() {
        spec[key] = value.clone();
    }
    let mut request = request(id, 1);
    let placement = request.placement.as_mut().unwrap();
    placement.spec = Some(serde_json::from_value(spec).unwrap());
    placement.labels = [("app".to_owned(), "lonely".to_owned())].into();
    request
}

fn apart(topology: &str) -> Value {
    json!([{"selector": {"matchLabels": {"app": "lonely"}}, "topology": topology}])
}

#[tokio::test]
async fn what_no_fleet_can_fulfil_is_an_invalid_argument_that_names_both_fields() {
    let mut world = World::start().await;
    world.join("eu-1", 1).await;
    let cases = [
        (
            json!({"replicas": 3, "clusterRules": {"include": ["eu-1", "us-1"]},
                "spread": [{"maxSkew": 1, "topology": "CLUSTER", "minDomains": 3}]}),
            ("spec.spread[0].minDomains", "spec.clusterRules.include"),
        ),
        (
            json!({"replicas": 2, "gang": true, "clusterRules": {"include": ["eu-1"]}, "antiAffinity": apart("CLUSTER")}),
            ("spec.antiAffinity[0]", "spec.replicas"),
        ),
        (
            json!({"replicas": 2, "affinity": apart("ZONE"), "antiAffinity": apart("ZONE")}),
            ("spec.affinity[0]", "spec.antiAffinity[0]"),
        ),
        (
            json!({"replicas": 2, "pin": "CLUSTER", "antiAffinity": apart("NODE")}),
            ("spec.antiAffinity[0]", "spec.pin"),
        ),
    ];
    for (rules, (field, other)) in cases {
        let refused = world.create(ruled("never", &rules)).await.unwrap_err();
        assert_eq!(refused.code(), Code::InvalidArgument);
        let details = refused.get_error_details();
        let violations = &details.bad_request().unwrap().field_violations;
        let found = violations
            .iter()
            .find(|violation| violation.field.ends_with(field));
        assert!(
            found.is_some_and(|violation| violation.description.contains(other)),
            "{field}: {violations:?}"
        );
    }
    world.stop().await;
}

#[tokio::test]
async fn what_this_fleet_cannot_fulfil_waits_and_says_that_nothing_which_becomes_free_will_help() {
    let mut world = World::start().await;
    world.join("eu-1", 2).await;
    let cases = [
        (
            json!({"spread": [{"maxSkew": 1, "topology": "ZONE"}]}),
            "no node that could take it has a zone (label topology.kubernetes.io/zone)",
        ),
        (
            json!({"replicas": 3, "gang": true, "spread": [{"maxSkew": 1, "topology": "CLUSTER", "minDomains": 2}]}),
            "spread[0].minDomains is 2, and the nodes that it selects stand in 1 cluster only",
        ),
        (
            json!({"replicas": 9, "gang": true}),
            "the gang has 9 replicas, and the nodes that could take them hold 8 even when empty",
        ),
        (
            json!({"replicas": 3, "gang": true, "antiAffinity": apart("NODE")}),
            "antiAffinity[0] keeps each of 3 replicas in a node of its own, and only 2 nodes could take them",
        ),
    ];
    for (at, (rules, told)) in cases.into_iter().enumerate() {
        let id = format!("waits-{at}");
        let waiting = world.create(ruled(&id, &rules)).await.unwrap();
        assert_eq!(waiting.state(), State::Pending);
        let said = |text: &str| text.contains(told);
        assert!(
            waiting
                .conditions
                .iter()
                .any(|condition| said(&condition.message)),
            "{told}: {:?}",
            waiting.conditions
        );
        let full = world.get(&id, proto::PlacementView::Full).await.unwrap();
        let summary = full.explanation.unwrap().summary;
        assert!(said(&summary), "{told}: {summary}");
    }
    world.stop().await;
}
