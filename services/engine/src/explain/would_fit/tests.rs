//! What is told would help does help: it is done, and decided again.

use hourglass_model::node::{NodeFacts, RuntimeClassFacts};
use hourglass_model::request::CanonicalRequest;
use hourglass_model::resources::{CPU, ResourceName};
use serde_json::{Value, json};

use crate::fixture::rng::Rng;
use crate::fixture::*;
use crate::{ClusterSettings, FleetState, NamespaceFacts, QuotaHeadroom};

/// All that a history is made of, so that it can be made again with one thing changed.
#[derive(Clone)]
struct Case {
    clusters: Vec<(&'static str, Vec<NodeFacts>, Vec<&'static str>)>,
    /// Left of CPU, by ResourceQuota of cluster a.
    quotas: Vec<i64>,
    /// RuntimeClasses, with their cluster.
    classes: Vec<(String, RuntimeClassFacts)>,
    /// Apps that run, with the node.
    running: Vec<(&'static str, String)>,
    spec: Value,
}

const APPS: [&str; 3] = ["x", "y", "own"];
const TAINTS: [&str; 3] = ["t1", "t2", "t3"];

impl Case {
    fn one(nodes: Vec<NodeFacts>, spec: Value) -> Self {
        Self {
            clusters: vec![("a", nodes, Vec::new())],
            quotas: Vec::new(),
            classes: Vec::new(),
            running: Vec::new(),
            spec,
        }
    }

    fn state(&self) -> FleetState {
        let clusters: Vec<_> = self
            .clusters
            .iter()
            .map(|(name, nodes, _)| {
                let empty = nodes.iter().cloned().map(|mut node| {
                    node.used = vector(&[]);
                    node.unschedulable = false;
                    node
                });
                (*name, empty.collect())
            })
            .collect();
        let mut state = fleet(&clusters);
        for (at, (app, node)) in self.running.iter().enumerate() {
            let spec = json!({
                "nodeRules": {
                    "hostnames": [node], "tolerations": [{"operator": "Exists"}],
                },
            });
            place(&mut state, &format!("r{at}"), &labelled(&[("app", *app)], spec));
        }
        for (name, _, taints) in &self.clusters {
            let settings = ClusterSettings {
                taints: taints.iter().map(|key| taint(key)).collect(),
                ..ClusterSettings::default()
            };
            state.put_cluster(cluster(name), settings);
        }
        let mut facts = facts();
        let quota = self.quotas.iter().enumerate().map(|(at, left)| QuotaHeadroom {
            name: format!("q{at}"),
            headroom: vector(&[("cpu", *left)]),
            ..QuotaHeadroom::default()
        });
        let known = NamespaceFacts {
            quota: quota.collect(),
            ..NamespaceFacts::default()
        };
        facts.namespaces = facts
            .tenants
            .values()
            .flatten()
            .map(|name| (name.clone(), known.clone()))
            .collect();
        for (name, nodes, _) in &self.clusters {
            let mut facts = if *name == "a" {
                facts.clone()
            } else {
                crate::fixture::facts()
            };
            let classes = self.classes.iter().filter(|(of, _)| of == name);
            facts.runtime_classes = classes.map(|(_, class)| class.clone()).collect();
            let (name, next) = (cluster(name), sequence(9));
            state.snapshot_begin(&name, next).expect("known");
            state
                .snapshot_chunk(&name, nodes.clone(), Some(facts))
                .expect("begun");
            state.snapshot_end(&name, next, nodes.len()).expect("whole");
        }
        state
    }

    fn request(&self) -> CanonicalRequest {
        labelled(&[("app", "own")], self.spec.clone())
    }

    fn hint(&self) -> Option<String> {
        explain(&self.state(), &self.request()).would_fit_if
    }

    fn node(&mut self, name: &str) -> &mut NodeFacts {
        let mut nodes = self.clusters.iter_mut().flat_map(|(_, nodes, _)| nodes);
        nodes.find(|node| node.name.as_str() == name).expect("known")
    }

    /// Names of the nodes in a domain.
    fn nodes_of(&self, domain: &str, name: &str) -> Vec<String> {
        let all = self
            .clusters
            .iter()
            .flat_map(|(cluster, nodes, _)| nodes.iter().map(move |node| (*cluster, node)));
        let there = all.filter(|(cluster, node)| match domain {
            "node" => node.name.as_str() == name,
            "zone" => node.labels.get("topology.kubernetes.io/zone") == Some(name),
            "cluster" => *cluster == name,
            _ => panic!("nobody knows where that is: {domain} {name}"),
        });
        there.map(|(_, node)| node.name.to_string()).collect()
    }

    /// Does what a text says.
    fn follow(&mut self, text: &str) {
        let words: Vec<&str> = text.split([' ', ',']).filter(|word| !word.is_empty()).collect();
        let tolerations = || -> Vec<Value> {
            let named = TAINTS
                .iter()
                .filter(|key| words.contains(&format!("{key}:NoSchedule").as_str()));
            named
                .map(|key| json!({"key": key, "operator": "Equal", "value": "", "effect": "NoSchedule"}))
                .collect()
        };
        let add = |spec: &mut Value, part: &str| {
            let mut all = spec[part]["tolerations"].as_array().cloned().unwrap_or_default();
            all.extend(tolerations());
            spec[part]["tolerations"] = json!(all);
        };
        match words.as_slice() {
            ["nodeRules.tolerations", ..] => add(&mut self.spec, "nodeRules"),
            ["clusterRules.tolerations", ..] => add(&mut self.spec, "clusterRules"),
            ["node", name, .., "is", "uncordoned"] => self.node(name).unschedulable = false,
            ["ResourceQuota", rest @ ..] => {
                for (at, left) in self.quotas.iter_mut().enumerate() {
                    if rest.contains(&format!("q{at}").as_str()) {
                        *left = 1 << 40;
                    }
                }
            }
            ["cluster", name, "has", "RuntimeClass", class] => {
                // One that asks for nothing more: what it would add nobody knows before it is there.
                let class = without_overhead(class);
                self.classes.push(((*name).to_owned(), class));
            }
            [
                amount,
                "more",
                resource,
                "are" | "is",
                "free",
                "on",
                "node",
                name,
                ..,
            ] => {
                let name = (*name).to_owned();
                let resource = ResourceName::new(*resource).expect("valid");
                let amount = amount_of(&resource, amount);
                let node = self.node(&name);
                let used = node.used.get(&resource) - amount;
                node.used.set(resource, used);
            }
            [number, "more", _, "like", name, _, "cluster", cluster] => {
                let like = self.node(name).clone();
                let joining = (0..number.parse::<usize>().expect("a number")).map(|at| {
                    let mut new = like.clone();
                    new.name = node_name(&format!("new{at}"));
                    new.uid = new.name.to_string();
                    new.used = vector(&[]);
                    for (number, device) in new.devices.iter_mut().enumerate() {
                        device.id = device_id(&format!("new{at}-{number}"));
                        device.used_milli = 0;
                    }
                    new.unschedulable = false;
                    new
                });
                let mut clusters = self.clusters.iter_mut();
                let joined = clusters.find(|(name, ..)| name == cluster).expect("known");
                joined.1.extend(joining);
            }
            [spread, "is", number] if spread.starts_with("spread[") => {
                self.spec["spread"][0]["maxSkew"] = json!(number.parse::<u32>().expect("a number"));
            }
            ["a", "placement", "with", app, "runs", "in", domain, name, ..] => {
                let app = APPS
                    .iter()
                    .find(|known| **app == format!("app={known}"))
                    .expect("known");
                let there = self.nodes_of(domain, name);
                self.running
                    .push((app, there.first().expect("a node").to_owned()));
            }
            [
                "no",
                "placement",
                "with",
                app,
                "is",
                "left",
                "in",
                domain,
                name,
                ..,
            ] => {
                let there = self.nodes_of(domain, name);
                self.running
                    .retain(|(known, node)| format!("app={known}") != *app || !there.contains(node));
            }
            ["nodeSelector", "does", "not", "ask", "for", labels @ ..] => {
                let selector = self.spec["nodeRules"]["nodeSelector"].as_object_mut();
                let selector = selector.expect("a selector");
                for label in labels.iter().filter(|word| **word != "and") {
                    let (key, _) = label.split_once('=').expect("a label");
                    assert!(selector.remove(key).is_some(), "{label} is asked for");
                }
            }
            ["nodeRules.hostnames", "names", name, "too"] => {
                let names = self.spec["nodeRules"]["hostnames"].as_array_mut();
                names.expect("names").push(json!(name));
            }
            ["required", "node", "affinity", "is", "left", "out"] => {
                let rules = self.spec["nodeRules"].as_object_mut().expect("rules");
                assert!(rules.remove("requiredNodeAffinity").is_some());
            }
            ["compute.requests[cpu]", "is", "at", "most", amount, ..] => {
                self.spec["compute"]["requests"]["cpu"] = json!(amount);
            }
            ["compute.gpu.products", "names", product @ .., "too"] => {
                let product = product.join(" ");
                let products = self.spec["compute"]["gpu"]["products"].as_array_mut();
                products.expect("products").push(json!(product));
            }
            [
                "compute.gpu.count",
                "is",
                "1",
                "in",
                "the",
                "place",
                "of",
                "shareMilli",
            ] => {
                self.spec["compute"]["gpu"]["count"] = json!(1);
                let gpu = self.spec["compute"]["gpu"].as_object_mut();
                assert!(gpu.expect("GPUs").remove("shareMilli").is_some());
            }
            ["compute.gpu.confidential", "is", "not", "asked", "for"] => {
                self.spec["compute"]["gpu"]["confidential"] = json!(false);
            }
            ["compute.gpu.sameClique", "is", "not", "asked", "for"] => {
                self.spec["compute"]["gpu"]["sameClique"] = json!(false);
            }
            ["compute.gpu.migProfile", "is", profile] => {
                self.spec["compute"]["gpu"]["migProfile"] = json!(profile);
            }
            ["compute.gpu.minComputeCapability", "is", "at", "most", least] => {
                self.spec["compute"]["gpu"]["minComputeCapability"] = json!(least);
            }
            ["compute.tee.kinds", "names", kind, "too"] => {
                let kinds = self.spec["compute"]["tee"]["kinds"].as_array_mut();
                kinds.expect("kinds").push(json!(kind));
            }
            [field, "is", "at", "most", amount, ..] => {
                let (part, name) = field
                    .strip_prefix("compute.")
                    .and_then(|rest| rest.split_once('.'))
                    .expect("a field");
                let amount = amount.parse::<i64>().expect("a number");
                let field = &mut self.spec["compute"][part][name];
                assert!(!field.is_null(), "{text}: it is asked for");
                *field = json!(amount);
            }
            _ => panic!("nobody knows how to do this: {text}"),
        }
    }

    /// What it is about, for people.
    fn told(&self) -> String {
        let node = |node: &NodeFacts| {
            let taken = node.devices.iter().filter(|device| device.used_milli > 0).count();
            let devices = (!node.devices.is_empty()).then(|| format!(", {taken} devices taken"));
            format!(
                "{}: {:?}, used {:?}{}; ",
                node.name,
                node.labels.to_map(),
                node.used,
                devices.unwrap_or_default()
            )
        };
        let nodes = self.clusters.iter().flat_map(|(_, nodes, _)| nodes).map(node);
        let classes: Vec<String> = self
            .classes
            .iter()
            .map(|(name, class)| format!("{name}/{}", class.name))
            .collect();
        format!(
            "{}; quotas {:?}, running {:?}, classes {classes:?}; {}",
            self.spec,
            self.quotas,
            self.running,
            nodes.collect::<String>()
        )
    }

    fn check(mut self) -> Option<String> {
        let hint = self.hint()?;
        self.follow(&hint);
        let again = explain(&self.state(), &self.request());
        assert_eq!(
            again.reason,
            None,
            "{hint}; then: {}; {:?}; {}",
            again.summary,
            again.would_fit_if,
            self.told()
        );
        Some(hint)
    }
}

/// An amount as people write it, in the units of its resource.
fn amount_of(resource: &ResourceName, text: &str) -> i64 {
    let number = |digits: &str| digits.parse::<i64>().expect("a number");
    if let Some(milli) = text.strip_suffix('m') {
        return number(milli);
    }
    for (unit, shift) in [("Ti", 40), ("Gi", 30), ("Mi", 20), ("Ki", 10)] {
        if let Some(digits) = text.strip_suffix(unit) {
            return number(digits) << shift;
        }
    }
    number(text) * if *resource == *CPU { 1_000 } else { 1 }
}

fn without_overhead(name: &str) -> RuntimeClassFacts {
    RuntimeClassFacts {
        name: name.to_owned(),
        overhead: vector(&[]),
        node_selector: Default::default(),
        tolerations: Vec::new(),
    }
}

fn tainted(name: &str, taints: &[&str]) -> NodeFacts {
    let mut node = node(name, &[("kubernetes.io/hostname", name)], &[]);
    node.taints = taints.iter().map(|key| taint(key)).collect();
    node
}

fn full(name: &str) -> NodeFacts {
    let mut node = tainted(name, &[]);
    node.used = vector(&[("cpu", 32_000)]);
    node
}

#[test]
fn all_taints_in_the_way_are_named_together_and_only_those_of_one_node() {
    let both = Case::one(vec![tainted("n1", &["t1", "t2"])], json!({}));
    assert_eq!(
        both.check().as_deref(),
        Some("nodeRules.tolerations tolerates t1:NoSchedule and t2:NoSchedule, as on node n1 of cluster a")
    );
    let each = Case::one(
        vec![tainted("n1", &["t1"]), tainted("n2", &["t2"])],
        json!({"compute": {"requests": {"cpu": "20"}}, "replicas": 2}),
    );
    assert_eq!(each.check(), None, "one toleration lets in one of two");
    let mut clusters = Case::one(vec![tainted("n1", &[])], json!({}));
    clusters.clusters[0].2 = vec!["t1", "t3"];
    assert_eq!(
        clusters.check().as_deref(),
        Some("clusterRules.tolerations tolerates t1:NoSchedule and t3:NoSchedule of cluster a")
    );
}

#[test]
fn a_rule_with_two_reasons_about_others_has_no_single_change() {
    let near = |app: &str| json!({"selector": {"matchLabels": {"app": app}}, "topology": "NODE"});
    let one = Case::one(vec![tainted("n1", &[])], json!({"affinity": [near("x")]}));
    assert_eq!(
        one.check().as_deref(),
        Some("a placement with app=x runs in node n1 of cluster a")
    );
    let two = Case::one(
        vec![tainted("n1", &[])],
        json!({"affinity": [near("x"), near("y")]}),
    );
    assert_eq!(two.check(), None);
    let apart = |apps: &[&str]| {
        let rules: Vec<Value> = apps.iter().map(|app| near(app)).collect();
        let mut case = Case::one(
            vec![full("n0"), tainted("n1", &[])],
            json!({"compute": {"requests": {"cpu": "1"}}, "antiAffinity": rules}),
        );
        case.running = vec![("x", "n1".to_owned()), ("y", "n1".to_owned())];
        case
    };
    assert_eq!(
        apart(&["x"]).check().as_deref(),
        Some("no placement with app=x is left in node n1 of cluster a")
    );
    let both = apart(&["x", "y"]).check();
    assert!(both.is_none_or(|text| !text.starts_with("no placement")));
}

#[test]
fn what_others_do_in_a_zone_is_told_of_the_zone() {
    let zoned = |mut node: NodeFacts| {
        node.labels = node.labels.with("topology.kubernetes.io/zone", "z1");
        node
    };
    let term = json!({"selector": {"matchLabels": {"app": "x"}}, "topology": "ZONE"});
    let case = |rules| {
        let nodes = vec![
            zoned(full("n0")),
            zoned(tainted("n1", &[])),
            zoned(tainted("n2", &[])),
        ];
        Case::one(nodes, rules)
    };
    let near = case(json!({"affinity": [term]}));
    assert_eq!(
        near.check().as_deref(),
        Some("a placement with app=x runs in zone z1")
    );
    let mut apart = case(json!({"antiAffinity": [term]}));
    apart.running = vec![("x", "n1".to_owned()), ("x", "n2".to_owned())];
    assert_eq!(
        apart.check().as_deref(),
        Some("no placement with app=x is left in zone z1")
    );
}

#[test]
fn what_hardware_lacks_is_told_by_what_counts_it() {
    let gpus = |used: i64, spec: Value| {
        let mut node = a100("n1", 4);
        node.used = vector(&[("nvidia.com/gpu", used)]);
        Case::one(vec![node], spec)
    };
    let four = gpus(1, json!({"compute": {"gpu": {"count": 4}}}));
    assert_eq!(
        four.check().as_deref(),
        Some("1 more nvidia.com/gpu is free on node n1 of cluster a")
    );
    let twice = gpus(0, json!({"compute": {"gpu": {"count": 3}}, "replicas": 2}));
    assert_eq!(
        twice.check().as_deref(),
        Some("1 more node like n1 joins cluster a")
    );
    let tee = json!({"compute": {"tee": {"kinds": ["tdx"]}}});
    assert_eq!(
        Case::one(vec![tdx("n1", 3)], tee).check().as_deref(),
        Some("cluster a has RuntimeClass kata-qemu-tdx")
    );
}

#[test]
fn a_request_that_no_node_is_made_for_is_told_which_field_to_change() {
    let told = |node: NodeFacts, spec: Value| {
        let mut case = Case::one(vec![node], spec);
        let kata = facts().runtime_classes.into_iter();
        case.classes = kata.map(|class| ("a".to_owned(), class)).collect();
        case.check()
    };
    let gpu = |gpu: Value| json!({"compute": {"gpu": gpu}});
    let tee = |tee: Value| json!({"compute": {"tee": tee}});
    let disk = || node("n1", &[("disk", "hdd")], &[]);
    let mig = node(
        "n1",
        &[("nvidia.com/gpu.product", "NVIDIA-A100-SXM4-80GB")],
        &[("nvidia.com/mig-1g.10gb", 2)],
    );
    let some = json!({"key": "disk", "operator": "In", "values": ["ssd"]});
    let affinity = json!({"nodeSelectorTerms": [{"matchExpressions": [some]}]});
    for (node, spec, expected) in [
        (
            disk(),
            json!({"nodeRules": {"nodeSelector": {"disk": "ssd"}}}),
            "nodeSelector does not ask for disk=ssd",
        ),
        (
            disk(),
            json!({"nodeRules": {"hostnames": ["n2"]}}),
            "nodeRules.hostnames names n1 too",
        ),
        (
            disk(),
            json!({"nodeRules": {"requiredNodeAffinity": affinity}}),
            "required node affinity is left out",
        ),
        (
            disk(),
            json!({"compute": {"requests": {"cpu": "200"}}}),
            "compute.requests[cpu] is at most 32 (n1 of a)",
        ),
        (
            a100("n1", 8),
            gpu(json!({"count": 9})),
            "compute.gpu.count is at most 8 (n1 of a)",
        ),
        (
            a100("n1", 8),
            gpu(json!({"count": 1, "minMemoryMib": 81_921})),
            "compute.gpu.minMemoryMib is at most 81920",
        ),
        (
            a100("n1", 8),
            gpu(json!({"count": 1, "minComputeCapability": "10"})),
            "compute.gpu.minComputeCapability is at most 8.0",
        ),
        (
            a100("n1", 8),
            gpu(json!({"count": 1, "confidential": true})),
            "compute.gpu.confidential is not asked for",
        ),
        (
            a100("n1", 8),
            gpu(json!({"count": 1, "sameClique": true})),
            "compute.gpu.sameClique is not asked for",
        ),
        (
            a100("n1", 8),
            gpu(json!({"shareMilli": 500})),
            "compute.gpu.count is 1 in the place of shareMilli",
        ),
        (
            mig,
            gpu(json!({"count": 1, "migProfile": "2g.20gb"})),
            "compute.gpu.migProfile is 1g.10gb",
        ),
        (
            device_node("n1", vec![device("d0"), device("d1")]),
            gpu(json!({"count": 3})),
            "compute.gpu.count is at most 2 (n1 of a)",
        ),
        (
            tdx("n1", 3),
            tee(json!({"kinds": ["tdx"], "slots": 4})),
            "compute.tee.slots is at most 3 (n1 of a)",
        ),
        (
            tdx("n1", 3),
            tee(json!({"kinds": ["sev-snp"]})),
            "compute.tee.kinds names tdx too",
        ),
    ] {
        let shown = spec.to_string();
        assert_eq!(told(node, spec).as_deref(), Some(expected), "{shown}");
    }
    // A change of the fleet goes before one of the request, and one that would not do is not told.
    let mut cordoned = a100("n2", 16);
    cordoned.unschedulable = true;
    let both = Case::one(vec![a100("n1", 8), cordoned], gpu(json!({"count": 9})));
    assert_eq!(
        both.check().as_deref(),
        Some("node n2 of cluster a is uncordoned")
    );
    let mut twice = gpu(json!({"count": 9}));
    twice["replicas"] = json!(2);
    assert_eq!(told(a100("n1", 8), twice), None);
}

#[test]
fn room_that_the_placement_holds_itself_is_not_waited_for() {
    let eight = |replicas: u32| request(json!({"compute": {"gpu": {"count": 8}}, "replicas": replicas}));
    let mut state = fleet(&[("a", vec![a100("n1", 8)])]);
    place(&mut state, "own", &eight(1));
    let told = |uid: &str| {
        let no_fit = decide_as(&state, uid, &eight(1)).no_fit.expect("full");
        no_fit.explanation.expect("asked for").would_fit_if
    };
    assert_eq!(
        told("own").as_deref(),
        Some("1 more node like n1 joins cluster a")
    );
    assert_eq!(
        told("other").as_deref(),
        Some("8 more nvidia.com/gpu are free on node n1 of cluster a")
    );
}

#[test]
fn where_a_quota_is_short_no_more_nodes_are_asked_for() {
    let mut case = Case::one(
        vec![tainted("n1", &[])],
        json!({"compute": {"requests": {"cpu": "1"}}, "replicas": 4}),
    );
    case.quotas = vec![2_500, 9_000, 3_999];
    assert_eq!(
        case.check().as_deref(),
        Some("ResourceQuota q0 and q2 of cluster a leaves room for all of them")
    );
}

#[test]
fn no_more_nodes_help_whom_a_rule_binds_to_names() {
    let wants =
        |rules: Value| json!({"compute": {"requests": {"cpu": "32"}}, "nodeRules": rules, "replicas": 2});
    let case = |rules| Case::one(vec![tainted("n1", &[])], wants(rules));
    assert_eq!(
        case(json!({})).check().as_deref(),
        Some("1 more node like n1 joins cluster a")
    );
    let host = "kubernetes.io/hostname";
    assert_eq!(case(json!({"nodeSelector": {host: "n1"}})).check(), None);
    assert_eq!(case(json!({"hostnames": ["n1"]})).check(), None);
}

/// A node with GPUs, shares of GPUs, keys of confidential machines, or none of these; some are in use.
fn hardware(rng: &mut Rng, name: &str) -> NodeFacts {
    let mut small = |most: usize| i64::try_from(rng.below(most)).expect("small");
    let (kind, used) = (small(5), small(5));
    let (mut node, used) = match kind {
        0 => (a100(name, 4), vector(&[("nvidia.com/gpu", used)])),
        1 => (t4_shared(name, 8), vector(&[("nvidia.com/gpu", used * 2)])),
        2 => (tdx(name, 3), vector(&[("tdx.intel.com/keys", used.min(3))])),
        3 => {
            let taken = usize::try_from(used).expect("small");
            let devices = (0..4).map(|at| {
                let mut device = device(&format!("{name}-{at}"));
                device.used_milli = if at < taken { 1_000 } else { 0 };
                device
            });
            (device_node(name, devices.collect()), vector(&[]))
        }
        _ => (node(name, &[], &[]), vector(&[])),
    };
    node.labels = node.labels.with("kubernetes.io/hostname", name);
    node.used = used;
    node
}

/// A small fleet, and a request that often fits nowhere.
fn random(rng: &mut Rng) -> Case {
    let mut clusters = Vec::new();
    let mut names = Vec::new();
    for name in ["a", "b"].into_iter().take(1 + rng.below(2)) {
        let mut nodes = Vec::new();
        for at in 0..=rng.below(3) {
            let mut taints: Vec<&str> = TAINTS.to_vec();
            taints.retain(|_| rng.one_in(5));
            let mut node = hardware(rng, &format!("{name}{at}"));
            node.taints = taints.iter().map(|key| taint(key)).collect();
            node.labels = node
                .labels
                .with("topology.kubernetes.io/zone", rng.of(&["z1", "z2"]));
            node.unschedulable = rng.one_in(8);
            let used = i64::try_from(rng.below(5)).expect("small") * 8_000;
            node.used.set(CPU.clone(), used);
            names.push(node.name.to_string());
            nodes.push(node);
        }
        let taints = TAINTS.into_iter().filter(|_| rng.one_in(8)).collect();
        clusters.push((name, nodes, taints));
    }
    let running = (0..rng.below(4))
        .map(|_| (rng.of(&APPS), rng.of(&names)))
        .collect();
    let mut spec = json!({
        "compute": {"requests": {"cpu": rng.of(&["500m", "4", "12", "24"])}},
        "replicas": 1 + rng.below(4), "gang": rng.one_in(2),
    });
    match rng.below(5) {
        0 => spec["compute"]["gpu"] = json!({"count": 1 + rng.below(4)}),
        1 => {
            spec["compute"]["gpu"] =
                json!({"count": 1 + rng.below(2), "products": [rng.of(&["A100", "T4"])]});
        }
        2 => spec["compute"]["gpu"] = json!({"shareMilli": rng.of(&[250, 500])}),
        3 => spec["compute"]["tee"] = json!({"kinds": ["tdx"]}),
        _ => {}
    }
    if rng.one_in(8) {
        spec["performer"] = json!({"scheduling": {"runtimeClass": "gvisor"}});
        spec["compute"].as_object_mut().expect("an object").remove("tee");
    }
    let mut classes = Vec::new();
    for (name, ..) in &clusters {
        let kata = facts().runtime_classes;
        classes.extend(
            kata.into_iter()
                .chain([without_overhead("gvisor")])
                .map(|class| ((*name).to_owned(), class)),
        );
    }
    classes.retain(|_| !rng.one_in(3));
    let mut terms = |odds: usize| -> Vec<Value> {
        let topology = rng.of(&["NODE", "ZONE", "CLUSTER"]);
        let apps = APPS.iter().filter(|_| rng.one_in(odds));
        apps.map(|app| json!({"selector": {"matchLabels": {"app": app}}, "topology": topology}))
            .collect()
    };
    let (near, apart) = (terms(6), terms(5));
    spec["affinity"] = json!(near);
    if near.is_empty() {
        spec["antiAffinity"] = json!(apart);
    }
    if rng.one_in(3) {
        let topology = rng.of(&["NODE", "ZONE", "CLUSTER"]);
        spec["spread"] = json!([{"maxSkew": 1 + rng.below(2), "topology": topology, "whenUnsatisfiable": "DO_NOT_SCHEDULE"}]);
    }
    match rng.below(12) {
        0 | 1 => spec["nodeRules"]["nodeSelector"] = json!({"kubernetes.io/hostname": rng.of(&names)}),
        2 => spec["nodeRules"]["nodeSelector"] = json!({"disk": "ssd", "rack": "r1"}),
        3 => spec["nodeRules"]["hostnames"] = json!([rng.of(&names)]),
        4 => {
            let zone = json!({"key": "topology.kubernetes.io/zone", "operator": "In", "values": ["z3"]});
            spec["nodeRules"]["requiredNodeAffinity"] =
                json!({"nodeSelectorTerms": [{"matchExpressions": [zone]}]});
        }
        _ => {}
    }
    if rng.one_in(3) {
        match rng.below(6) {
            0 => spec["compute"]["requests"]["cpu"] = json!("40"),
            1 => spec["compute"]["gpu"] = json!({"count": 1, "minMemoryMib": 100_000}),
            2 => spec["compute"]["gpu"] = json!({"count": 1, "minComputeCapability": "10.0"}),
            3 => spec["compute"]["gpu"] = json!({"count": 1, "confidential": true}),
            4 => spec["compute"]["gpu"] = json!({"count": 9}),
            _ => {
                // A RuntimeClass of its own would contradict that of the kind.
                spec.as_object_mut().expect("an object").remove("performer");
                let kind = rng.of(&["tdx", "sev-snp"]);
                let slots = 1 + rng.below(4);
                spec["compute"]["tee"] = json!({"kinds": [kind], "slots": slots});
            }
        }
    }
    let quotas = if rng.one_in(3) {
        (0..=rng.below(2))
            .map(|_| i64::try_from(rng.below(40)).expect("small") * 1_000)
            .collect()
    } else {
        Vec::new()
    };
    Case {
        clusters,
        quotas,
        classes,
        running,
        spec,
    }
}

#[test]
fn whatever_is_told_would_help_does() {
    let cases = (0..5_000).map(|seed| random(&mut Rng::new(seed)));
    let told: Vec<String> = cases.filter_map(Case::check).collect();
    let mut parts = vec![
        "nodeRules.tolerations",
        "clusterRules.tolerations",
        "is uncordoned",
        "more cpu ",
        "more nvidia.com/gpu ",
        "more tdx.intel.com/keys ",
        "nodeSelector does not ask for",
        "nodeRules.hostnames names",
        "required node affinity is left out",
        "compute.requests[cpu] is at most",
        "compute.gpu.count is at most",
        "compute.gpu.count is 1 in the place of shareMilli",
        "compute.gpu.minMemoryMib is at most",
        "compute.gpu.minComputeCapability is at most",
        "compute.gpu.products names",
        "compute.gpu.confidential is not asked for",
        "has RuntimeClass",
        "more node like",
        "a placement with",
        "no placement with",
        "ResourceQuota",
    ];
    parts.retain(|part| !told.iter().any(|hint| hint.contains(part)));
    assert!(parts.is_empty(), "{parts:?} of {told:#?}");
}
