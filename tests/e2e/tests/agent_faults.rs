//! The agent crashes or falls silent, its API server restarts or forgets the past, a local pod is faster.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a panic is how a test reports its failure"
)]

mod common;

use common::{LIMIT, create, create_ready, delete};
use hourglass_e2e::{Api, Fleet, FleetBuilder, Profile, performers, request, shared::Shared, wait_until};
use hourglass_proto::fleet::v1::condition::Reason;
use hourglass_proto::fleet::v1::{ListJoinTokensRequest, Placement, assignment, cluster, placement::State};
use k8s_openapi::api::core::v1::{Node, Pod};
use kube::ResourceExt;
use kube::api::{DeleteParams, ListParams, PostParams};
use serde_json::json;

static FLEET: Shared = Shared::new();

fn describe() -> anyhow::Result<FleetBuilder> {
    Ok(Fleet::builder()
        .cluster("one", Profile::builtin("a100-pool")?.with_count("a100", 2))
        .server_flag("--heartbeat-interval=1s")
        .server_flag("--suspect-after=5s")
        .server_flag("--unreachable-after=9s"))
}

/// Where each replica is and since which epoch.
fn places(placement: &Placement) -> Vec<(i32, i64, String, String, String)> {
    let place = |assignment: &hourglass_proto::fleet::v1::Assignment| {
        let (cluster, node) = (assignment.cluster.clone(), assignment.node.clone());
        (
            assignment.slot,
            assignment.epoch,
            cluster,
            node,
            assignment.performer.clone(),
        )
    };
    placement.assignments.iter().map(place).collect()
}

async fn tokens_left(api: &Api) -> Vec<(String, i32)> {
    let listed = api
        .fleet
        .clone()
        .list_join_tokens(ListJoinTokensRequest::default())
        .await
        .unwrap()
        .into_inner();
    listed
        .join_tokens
        .into_iter()
        .map(|token| (token.name, token.uses_left))
        .collect()
}

#[tokio::test]
async fn an_agent_that_crashed_comes_back_as_the_same_without_joining_again() {
    let (fleet, _turn) = FLEET.exclusive(describe).await.unwrap();
    let (api, agent) = (fleet.api().unwrap(), fleet.agent("one").unwrap());
    let ready = create_ready(&api, "over-a-crash", request::small()).await;
    let before = api.cluster("one").await.unwrap();
    let left = tokens_left(&api).await;

    agent.kill();
    agent.start().await.unwrap();
    let connected = before.agent.as_ref().unwrap().connected_since;
    let after = wait_until("the agent is connected anew", LIMIT, async || {
        let found = api.cluster("one").await.map_err(|status| status.to_string())?;
        let anew = found
            .agent
            .as_ref()
            .is_some_and(|agent| agent.connected_since.is_some() && agent.connected_since != connected);
        if anew && found.state() == cluster::State::Ready {
            Ok(found)
        } else {
            Err(found.state().as_str_name().to_owned())
        }
    })
    .await
    .unwrap();
    let expires = |cluster: &hourglass_proto::fleet::v1::Cluster| {
        cluster.agent.as_ref().unwrap().certificate_expire_time
    };
    assert_eq!(
        expires(&after),
        expires(&before),
        "it has the certificate that it had"
    );
    assert_eq!((after.uid, tokens_left(&api).await), (before.uid, left));

    let found = api.in_state(&ready.name, State::Ready, LIMIT).await.unwrap();
    assert_eq!(places(&found), places(&ready), "nothing moved");
    let next = create_ready(&api, "after-the-crash", request::small()).await;
    delete(&api, &next).await;
    delete(&api, &ready).await;
}

#[tokio::test]
async fn an_agent_that_is_told_to_stop_gives_its_lease_back_and_ends() {
    let (fleet, _turn) = FLEET.exclusive(describe).await.unwrap();
    let agent = fleet.agent("one").unwrap();
    let given_back = || {
        std::fs::read_to_string(agent.log())
            .unwrap()
            .matches("gave the Lease back")
            .count()
    };
    for _ in 0..4 {
        let before = given_back();
        // It is killed when it does not end, and then has not said this.
        agent.stop().await;
        assert_eq!(given_back(), before + 1);
        agent.start().await.unwrap();
        fleet.joined().await.unwrap();
    }
}

#[tokio::test]
async fn what_was_decided_while_the_agent_was_away_happens_when_it_is_back() {
    let (fleet, _turn) = FLEET.exclusive(describe).await.unwrap();
    let (api, agent) = (fleet.api().unwrap(), fleet.agent("one").unwrap());
    let goes = create_ready(&api, "goes-meanwhile", request::small()).await;
    agent.kill();
    api.delete(&goes.name).await.unwrap();
    let waits = create(&api, "asked-meanwhile", request::small()).await;
    assert!(
        matches!(waits.state(), State::Pending | State::Assigned),
        "{}",
        waits.state().as_str_name()
    );
    assert_eq!(api.get(&goes.name).await.unwrap().state(), State::Deleting);
    agent.start().await.unwrap();
    api.gone(&goes.name, LIMIT).await.unwrap();
    let ready = api.in_state(&waits.name, State::Ready, LIMIT).await.unwrap();
    delete(&api, &ready).await;
    api.cluster_in_state("one", cluster::State::Ready, LIMIT)
        .await
        .unwrap();
}

#[tokio::test]
async fn a_silent_agent_makes_its_cluster_suspect_then_unreachable_and_moves_nothing() {
    let (fleet, _turn) = FLEET.exclusive(describe).await.unwrap();
    let (api, agent) = (fleet.api().unwrap(), fleet.agent("one").unwrap());
    let client = fleet.cluster("one").unwrap().client().await.unwrap();
    let ready = create_ready(&api, "in-silence", request::small()).await;
    let objects = |found: Vec<hourglass_performer_api::Performer>| -> Vec<Option<String>> {
        found.iter().map(ResourceExt::uid).collect()
    };
    let before = objects(performers::managed(&client).await.unwrap());

    agent.pause().unwrap();
    api.cluster_in_state("one", cluster::State::Suspect, LIMIT)
        .await
        .unwrap();
    let unknown = api
        .until("the phase is unknown", &ready.name, LIMIT, |found| {
            found
                .assignments
                .iter()
                .all(|assignment| assignment.phase() == assignment::Phase::Unknown && !assignment.ready)
        })
        .await
        .unwrap();
    assert_eq!(places(&unknown), places(&ready));
    assert_ne!(unknown.state(), State::Ready, "nobody knows whether it serves");
    api.cluster_in_state("one", cluster::State::Unreachable, LIMIT)
        .await
        .unwrap();
    let shown = fleet.cli().run(&["get", "clusters"]).await.unwrap();
    assert!(shown.stdout.contains("UNREACHABLE"), "{}", shown.stdout);
    assert_eq!(
        places(&api.get(&ready.name).await.unwrap()),
        places(&ready),
        "nothing moved"
    );
    let waits = create(&api, "asked-in-silence", request::small()).await;
    assert_eq!(waits.state(), State::Pending, "a silent cluster gets nothing new");

    agent.resume().unwrap();
    api.cluster_in_state("one", cluster::State::Ready, LIMIT)
        .await
        .unwrap();
    let back = api.in_state(&ready.name, State::Ready, LIMIT).await.unwrap();
    assert_eq!(places(&back), places(&ready));
    let placed = api.in_state(&waits.name, State::Ready, LIMIT).await.unwrap();
    delete(&api, &placed).await;
    assert_eq!(objects(performers::managed(&client).await.unwrap()), before);
    delete(&api, &ready).await;
}

#[tokio::test]
async fn an_api_server_that_restarts_is_followed_again() {
    let (fleet, _turn) = FLEET.exclusive(describe).await.unwrap();
    let (api, agent) = (fleet.api().unwrap(), fleet.agent("one").unwrap());
    let cluster = fleet.cluster("one").unwrap();
    let ready = create_ready(&api, "over-a-restart", request::small()).await;
    let pid = agent.pid();
    cluster.kube_apiserver().restart().await.unwrap();
    let next = create_ready(&api, "after-the-restart", request::small()).await;
    assert_eq!(agent.pid(), pid, "the agent lived through it");
    assert_eq!(
        places(&api.in_state(&ready.name, State::Ready, LIMIT).await.unwrap()),
        places(&ready)
    );
    delete(&api, &next).await;
    delete(&api, &ready).await;
}

#[tokio::test]
async fn a_past_that_etcd_forgot_costs_a_new_list_and_nothing_else() {
    let (fleet, _turn) = FLEET.exclusive(describe).await.unwrap();
    let (api, agent) = (fleet.api().unwrap(), fleet.agent("one").unwrap());
    let cluster = fleet.cluster("one").unwrap();
    let ready = create_ready(&api, "over-a-compaction", request::small()).await;
    let pid = agent.pid();
    cluster.expire_history().await.unwrap();
    // A node that the old watches never told of.
    let sgx = Profile::builtin("sgx").unwrap();
    cluster.add_nodes(&sgx, 1).await.unwrap();
    let spec = json!({"compute": {"tee": {"kinds": ["sgx"]}}});
    let next = create_ready(&api, "after-the-compaction", spec).await;
    assert!(
        next.assignments[0].node.starts_with("sgx-"),
        "{}",
        next.assignments[0].node
    );
    assert_eq!(agent.pid(), pid, "the agent lived through it");
    delete(&api, &next).await;
    delete(&api, &ready).await;
}

#[tokio::test]
async fn a_node_that_a_local_pod_took_first_is_rejected_and_the_replica_goes_elsewhere() {
    let (fleet, _turn) = FLEET.exclusive(describe).await.unwrap();
    let (api, agent) = (fleet.api().unwrap(), fleet.agent("one").unwrap());
    let client = fleet.cluster("one").unwrap().client().await.unwrap();
    let spec = json!({"compute": {"gpu": {"count": 8, "products": ["A100"]}}});
    let mut rehearsal = request::create("raced", spec.clone()).unwrap();
    rehearsal.validate_only = true;
    let chosen = api.create(rehearsal).await.unwrap().assignments[0].node.clone();

    // While the agent stands still, the server does not hear of the pod that takes the node.
    agent.pause().unwrap();
    let pods: kube::Api<Pod> = kube::Api::namespaced(client.clone(), "default");
    let local: Pod = serde_json::from_value(json!({
        "metadata": {"name": "local"},
        "spec": {"nodeName": chosen, "containers": [{
            "name": "local", "image": "local/job",
            "resources": {"requests": {"nvidia.com/gpu": "8"}, "limits": {"nvidia.com/gpu": "8"}},
        }]},
    }))
    .unwrap();
    pods.create(&PostParams::default(), &local).await.unwrap();
    let raced = create(&api, "raced", spec).await;
    assert_eq!(
        (raced.assignments[0].node.as_str(), raced.assignments[0].epoch),
        (chosen.as_str(), 1)
    );
    agent.resume().unwrap();

    let ready = api.in_state(&raced.name, State::Ready, LIMIT).await.unwrap();
    let assignment = &ready.assignments[0];
    assert_eq!(assignment.epoch, 2, "decided once more");
    assert_ne!(assignment.node, chosen);
    let [attempt] = assignment.attempts.as_slice() else {
        panic!("one earlier attempt: {:?}", assignment.attempts)
    };
    assert_eq!(
        (attempt.epoch, attempt.node.as_str(), attempt.reason()),
        (1, chosen.as_str(), Reason::NodeRejected)
    );
    wait_until("the first object is gone", LIMIT, async || {
        let objects = performers::of_placement(&client, &ready.uid)
            .await
            .map_err(|error| error.to_string())?;
        if objects.len() == 1 {
            Ok(())
        } else {
            Err(format!("{} objects", objects.len()))
        }
    })
    .await
    .unwrap();
    let told = fleet
        .cli()
        .run(&["describe", "placement", "raced"])
        .await
        .unwrap()
        .stdout;
    assert!(told.contains("NODE_REJECTED") && told.contains(&chosen), "{told}");
    pods.delete("local", &DeleteParams::default().grace_period(0))
        .await
        .unwrap();
    delete(&api, &ready).await;
}

#[tokio::test]
async fn a_cordoned_node_gets_nothing_until_it_is_free_again() {
    let (fleet, _turn) = FLEET.exclusive(describe).await.unwrap();
    let api = fleet.api().unwrap();
    let client = fleet.cluster("one").unwrap().client().await.unwrap();
    let nodes: kube::Api<Node> = kube::Api::all(client);
    let names: Vec<String> = nodes
        .list(&ListParams::default().labels("nvidia.com/gpu.present=true"))
        .await
        .unwrap()
        .iter()
        .map(ResourceExt::name_any)
        .collect();
    for name in &names {
        nodes.cordon(name).await.unwrap();
    }
    let spec = json!({"compute": {"gpu": {"count": 1, "products": ["A100"]}}});
    wait_until(
        "the server knows that the nodes are cordoned",
        LIMIT,
        async || {
            let mut call = request::create("probe", spec.clone()).unwrap();
            call.validate_only = true;
            let would_be = api.create(call).await.map_err(|status| status.to_string());
            match would_be {
                Ok(placement) if placement.assignments.is_empty() => Ok(()),
                Ok(placement) => Err(format!("it would go to {}", placement.assignments[0].node)),
                Err(told) if told.contains("FailedPrecondition") || told.contains("fit") => Ok(()),
                Err(told) => Err(told),
            }
        },
    )
    .await
    .unwrap();
    let waits = create(&api, "cordoned", spec).await;
    assert_eq!(waits.state(), State::Pending);
    nodes.uncordon(&names[0]).await.unwrap();
    let ready = api.in_state(&waits.name, State::Ready, LIMIT).await.unwrap();
    assert_eq!(ready.assignments[0].node, names[0]);
    for name in &names[1..] {
        nodes.uncordon(name).await.unwrap();
    }
    delete(&api, &ready).await;
}
