//! One document to placements: headers, lists, quantities written as numbers, fields that only the server fills.

use hourglass_proto::fleet::v1::Placement;

use super::Problem;
use super::decode::decode;
use super::tree::{Entry, Node, Value};
use crate::names::PlacementName;

const API_VERSION: &str = "hourglass.fleet.v1";
/// Stands for whichever tenant the command is for.
const DEFAULT_TENANT: &str = "default";

/// The placements of a document: itself, or the items of a list as `get -o yaml` prints it.
pub fn placements(mut document: Node) -> Result<Vec<Placement>, Vec<Problem>> {
    let mut problems = Vec::new();
    if matches!(document.value, Value::Map(_)) {
        problems.extend(check_header(&mut document, "apiVersion", &[API_VERSION]).err());
        problems.extend(check_header(&mut document, "kind", &["Placement", "PlacementList", "List"]).err());
    }
    if !problems.is_empty() {
        return Err(problems);
    }
    let items = match list_items(&mut document) {
        Some(items) => items?,
        None => return placement(document).map(|placement| vec![placement]),
    };
    let mut placements = Vec::new();
    for item in items {
        match self::placements(item) {
            Ok(mut found) => placements.append(&mut found),
            Err(mut found) => problems.append(&mut found),
        }
    }
    if problems.is_empty() {
        Ok(placements)
    } else {
        Err(problems)
    }
}

fn check_header(document: &mut Node, key: &str, allowed: &[&str]) -> Result<(), Problem> {
    let Some(entry) = document.take(key) else {
        return Ok(());
    };
    let expected = || allowed.join(" or ");
    match &entry.node.value {
        Value::Text(text) if allowed.contains(&text.as_str()) => Ok(()),
        Value::Text(text) => Err(Problem::at(
            Some(entry.line),
            key,
            format!("{text:?} is not known here; it must be {}", expected()),
        )),
        _ => Err(Problem::at(
            Some(entry.line),
            key,
            format!("it must be {}", expected()),
        )),
    }
}

/// The items of a list document, when the document is one.
fn list_items(document: &mut Node) -> Option<Result<Vec<Node>, Vec<Problem>>> {
    if let Value::List(items) = &mut document.value {
        return Some(Ok(std::mem::take(items)));
    }
    let key = ["placements", "items"]
        .into_iter()
        .find(|key| document.get(key).is_some())?;
    let Entry { line, node, .. } = document.take(key)?;
    Some(match node.value {
        Value::List(items) => Ok(items),
        _ => Err(vec![Problem::at(
            Some(line),
            key,
            "a list of placements is expected here",
        )]),
    })
}

fn placement(mut document: Node) -> Result<Placement, Vec<Problem>> {
    if !matches!(document.value, Value::Map(_)) {
        let line = (document.line > 0).then_some(document.line);
        return Err(vec![Problem::at(
            line,
            "",
            "a placement is a mapping with name and spec",
        )]);
    }
    for path in [
        ["spec", "compute", "requests"].as_slice(),
        &["spec", "performer", "resources", "limits"],
        &["spec", "performer", "resources", "requests"],
    ] {
        quantities_to_text(&mut document, path);
    }
    if let Some(least) = document
        .get_mut("spec")
        .and_then(|spec| spec.get_mut("disruption"))
        .and_then(|disruption| disruption.get_mut("minAvailable"))
    {
        number_to_text(least);
    }
    let line = (document.line > 0).then_some(document.line);
    let misnamed = check_name(&document);
    let placement: Placement = match (decode(document), misnamed) {
        (Ok(placement), None) => placement,
        (Ok(_), Some(problem)) => return Err(vec![problem]),
        (Err(problems), misnamed) => return Err(misnamed.into_iter().chain(problems).collect()),
    };
    if placement.spec.is_none() {
        return Err(vec![Problem::at(
            line,
            "spec",
            "it is missing: a placement says what to run and what it needs",
        )]);
    }
    // Fields that only the server fills are not sent back to it.
    Ok(Placement {
        name: placement.name,
        labels: placement.labels,
        annotations: placement.annotations,
        spec: placement.spec,
        ..Placement::default()
    })
}

/// A name is short or full; which tenant a short one belongs to does not matter for its form.
fn check_name(document: &Node) -> Option<Problem> {
    let Value::Map(entries) = &document.value else {
        return None;
    };
    let entry = entries.iter().find(|entry| entry.key == "name")?;
    match &entry.node.value {
        Value::Text(name) if !name.is_empty() => {
            let problem = PlacementName::parse(name, DEFAULT_TENANT).err()?;
            Some(Problem::at(Some(entry.line), "name", problem))
        }
        // An empty one counts as absent; another type is for the decoder to refuse.
        _ => None,
    }
}

/// Kubernetes takes `cpu: 4` and `cpu: "4"` alike for a quantity, and so does a manifest.
fn quantities_to_text(document: &mut Node, path: &[&str]) {
    let mut current = document;
    for key in path {
        let Some(next) = current.get_mut(key) else { return };
        current = next;
    }
    let Value::Map(entries) = &mut current.value else {
        return;
    };
    for entry in entries {
        number_to_text(&mut entry.node);
    }
}

fn number_to_text(node: &mut Node) {
    let text = match &node.value {
        Value::Signed(number) => number.to_string(),
        Value::Unsigned(number) => number.to_string(),
        Value::Float(number) if number.is_finite() => number.to_string(),
        _ => return,
    };
    node.value = Value::Text(text);
}
