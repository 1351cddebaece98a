//! The figures of the one line add up, and what it says of many nodes holds for all of them.

use serde_json::json;

use super::why_not;
use crate::fixture::*;

#[test]
fn nodes_of_rules_that_are_not_named_are_counted_together() {
    let mut cordoned = a100("cordoned", 8);
    cordoned.unschedulable = true;
    let mut tainted = a100("tainted", 8);
    tainted.taints = vec![taint("dedicated")];
    let mut full = a100("full", 8);
    full.used = vector(&[("nvidia.com/gpu", 8)]);
    let mut late = a100("late", 8);
    late.ready = false;
    let mut nodes = vec![full, cordoned, tainted];
    nodes.extend((0..2).map(|at| node(&format!("plain-{at}"), &[], &[])));
    let told = |nodes| {
        why_not(
            &fleet(&[("a", nodes)]),
            &request(json!({"compute": {"gpu": {"count": 1}}})),
        )
        .summary
    };
    let four = told(nodes.clone());
    assert!(four.ends_with("; 1 node by NodeUnschedulable"), "{four}");
    nodes.push(late);
    let five = told(nodes);
    assert!(five.ends_with("; 2 nodes by other rules"), "{five}");
}

#[test]
fn what_one_of_many_lacks_is_told_as_an_example() {
    let sized = |name: &str, gpus: i64, used: i64| {
        let mut node = a100(name, gpus);
        node.used = vector(&[("nvidia.com/gpu", used)]);
        node
    };
    let told = |nodes| {
        why_not(
            &fleet(&[("a", nodes)]),
            &request(json!({"compute": {"gpu": {"count": 8}}})),
        )
        .summary
    };
    assert_eq!(
        told(vec![sized("n1", 8, 8), sized("n2", 8, 8), sized("small", 4, 0)]),
        "no node has room: 3 nodes by GpuCount (for example small of a: needs 8 nvidia.com/gpu, 4 free (4 at most))"
    );
    assert_eq!(
        told(vec![sized("n1", 8, 4), sized("n2", 8, 4)]),
        "no node has room: 2 nodes by GpuCount (needs 8 nvidia.com/gpu, 4 free)"
    );
}
