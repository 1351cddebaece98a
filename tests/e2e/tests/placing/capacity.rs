//! How many more fit, counted on nodes of real clusters.

use hourglass_e2e::{Fleet, wait_until};
use serde_json::{Value, json};

use crate::common::{LIMIT, create_ready, delete};
use crate::{fleet, product};

/// What `hourglass capacity` says of GPUs that only this test asks for.
async fn count(fleet: &Fleet, limit: &str) -> Value {
    let path = fleet.dir().join("count.json");
    let manifest = json!({"spec": {
        "performer": {"avsAddress": hourglass_e2e::request::AVS_ADDRESS, "image": hourglass_e2e::request::IMAGE},
        "compute": {"gpu": {"count": 3, "products": ["CountX"]}}, "replicas": 50}});
    std::fs::write(&path, manifest.to_string()).unwrap();
    let words = [
        "capacity",
        "-f",
        path.to_str().unwrap(),
        "--limit",
        limit,
        "-o",
        "json",
    ];
    let answer = fleet.cli().run(&words).await.unwrap();
    assert_eq!(answer.code, 0, "{}", answer.stderr);
    serde_json::from_str(&answer.stdout).unwrap()
}

#[tokio::test]
async fn what_fits_is_counted_by_cluster_and_node_and_what_is_placed_is_not_counted_again() {
    let (fleet, api) = fleet().await;
    let cluster = fleet.cluster("gpu").unwrap();
    cluster.add_nodes(&product("CountX", 8), 2).await.unwrap();
    wait_until("both nodes are known", LIMIT, async || {
        let found = count(fleet, "100").await;
        if found["total"] == 4 {
            Ok(())
        } else {
            Err(found.to_string())
        }
    })
    .await
    .unwrap();
    let spec = json!({"compute": {"gpu": {"count": 3, "products": ["CountX"]}}});
    let ready = create_ready(&api, "counted", spec).await;
    let found = count(fleet, "100").await;
    assert_eq!(found["total"], 3, "{found}");
    assert_eq!(found["clusters"].as_array().unwrap().len(), 1, "{found}");
    assert_eq!(found["clusters"][0]["cluster"], "gpu");
    assert_eq!(found["clusters"][0]["nodes"][0]["replicas"], 2, "{found}");
    let why = found["explanation"]["summary"].as_str().unwrap();
    assert!(why.contains("needs 3 nvidia.com/gpu, 2 free"), "{why}");
    let limited = count(fleet, "1").await;
    assert_eq!(
        (&limited["total"], &limited["limited"]),
        (&json!(1), &json!(true))
    );
    delete(&api, &ready).await;
}
