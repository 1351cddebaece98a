//! Doing what a text says that follows "would fit if".

use hourglass_model::resources::{CPU, ResourceName};
use serde_json::{Value, json};

use super::case::{APPS, Case, TAINTS, without_overhead};
use crate::fixture::*;

/// How a text begins that names a field of the request.
const FIELDS: [&str; 4] = [
    "compute.",
    "nodeSelector does not",
    "nodeRules.hostnames",
    "required node affinity",
];

/// The changes that a text names: one, or two fields of the request.
fn changes(text: &str) -> Vec<&str> {
    let second = |at: &usize| {
        let rest = text.get(*at..).and_then(|rest| rest.strip_prefix(AND));
        rest.is_some_and(|rest| FIELDS.iter().any(|field| rest.starts_with(field)))
    };
    let both = text.match_indices(AND).map(|(at, _)| at).find(second);
    match both.and_then(|at| text.split_at_checked(at)) {
        Some((first, rest)) => vec![first, rest.strip_prefix(AND).expect("it begins so")],
        None => vec![text],
    }
}

const AND: &str = " and ";

impl Case {
    /// Does what a text says.
    pub(super) fn follow(&mut self, text: &str) {
        for change in changes(text) {
            self.follow_one(change);
        }
    }

    fn follow_one(&mut self, text: &str) {
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
            [field, "is", "at", "most", amount, ..] if field.starts_with("compute.requests[") => {
                let name = field
                    .trim_start_matches("compute.requests[")
                    .trim_end_matches(']');
                let asked = &mut self.spec["compute"]["requests"][name];
                assert!(!asked.is_null(), "{text}: it is asked for");
                *asked = json!(amount);
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
}

/// An amount as people write it, in the units of its resource.
fn amount_of(resource: &ResourceName, text: &str) -> i64 {
    let number = |digits: &str| digits.parse::<i64>().expect("a number");
    if let Some((whole, rest)) = text.split_once('.') {
        assert_eq!(*resource, *CPU, "{text}");
        return number(whole) * 1_000 + number(&format!("{rest:0<3}"));
    }
    for (unit, shift) in [("Ti", 40), ("Gi", 30), ("Mi", 20), ("Ki", 10)] {
        if let Some(digits) = text.strip_suffix(unit) {
            return number(digits) << shift;
        }
    }
    number(text) * if *resource == *CPU { 1_000 } else { 1 }
}
