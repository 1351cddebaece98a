//! Located nodes to messages, by the messages' own protobuf JSON mapping.

use std::collections::BTreeMap;

use serde::de::value::{MapDeserializer, SeqDeserializer};
use serde::de::{DeserializeOwned, Deserializer, IntoDeserializer, Visitor};
use serde::forward_to_deserialize_any;
use serde_path_to_error::{Path, Segment};

use super::Problem;
use super::fault::{Fault, OUT_OF_RANGE};
use super::tree::{Node, Value};

/// More problems than this help nobody.
const MAX_PROBLEMS: usize = 20;

/// Decodes a message. After a problem the field is left out and the rest is looked at, so that all problems
/// are told at once.
pub fn decode<T: DeserializeOwned>(mut node: Node) -> Result<T, Vec<Problem>> {
    let mut problems = Vec::new();
    refuse_doubles(&mut node, &mut Vec::new(), &mut problems);
    loop {
        let error = match serde_path_to_error::deserialize::<_, T>(&node) {
            Ok(message) if problems.is_empty() => return Ok(message),
            Ok(_) => return Err(problems),
            Err(error) => error,
        };
        let path: Vec<Step> = steps(error.path());
        let (line, value) = find(&node, &path);
        let message = match (how_written(&display(&path)), error.inner(), value) {
            (Some(how), ..) => how.to_owned(),
            // The library cannot tell one from the other.
            (None, Fault::NoWholeNumber, Value::Signed(_) | Value::Unsigned(_)) => OUT_OF_RANGE.to_owned(),
            (None, fault, _) => fault.to_string(),
        };
        problems.push(Problem::at(line, display(&path), message));
        if problems.len() >= MAX_PROBLEMS || !remove(&mut node, &path) {
            return Err(problems);
        }
    }
}

/// How a time or a duration is written, where the field is one: the libraries speak of their own types there.
fn how_written(path: &str) -> Option<&'static str> {
    const DURATIONS: [&str; 4] = [
        "spec.startdeadline",
        "spec.queuetimeout",
        "spec.update.progressdeadline",
        "spec.failover.toleration",
    ];
    // Both spellings of a field are read.
    let path = path.replace('_', "").to_ascii_lowercase();
    if path.ends_with("spec.expiretime") {
        Some("a time is expected here, for example 2030-01-31T12:00:00Z")
    } else if DURATIONS.iter().any(|field| path.ends_with(field)) {
        Some("a duration in seconds is expected here, for example 600s")
    } else {
        None
    }
}

/// Names every key that is given twice in one mapping; the first one stays.
fn refuse_doubles(node: &mut Node, path: &mut Vec<Step>, problems: &mut Vec<Problem>) {
    match &mut node.value {
        Value::Map(entries) => {
            let mut first_lines: BTreeMap<String, u64> = BTreeMap::new();
            entries.retain(|entry| {
                let Some(first) = first_lines.get(&entry.key) else {
                    first_lines.insert(entry.key.clone(), entry.line);
                    return true;
                };
                path.push(Step::Key(entry.key.clone()));
                problems.push(Problem::at(
                    Some(entry.line),
                    display(path),
                    format!("it is given twice, first in line {first}; only one of them can hold"),
                ));
                path.pop();
                false
            });
            for entry in entries {
                path.push(Step::Key(entry.key.clone()));
                refuse_doubles(&mut entry.node, path, problems);
                path.pop();
            }
        }
        Value::List(items) => {
            for (index, item) in items.iter_mut().enumerate() {
                path.push(Step::Index(index));
                refuse_doubles(item, path, problems);
                path.pop();
            }
        }
        Value::Null
        | Value::Bool(_)
        | Value::Signed(_)
        | Value::Unsigned(_)
        | Value::Float(_)
        | Value::Text(_) => {}
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Step {
    Key(String),
    Index(usize),
}

fn steps(path: &Path) -> Vec<Step> {
    path.iter()
        .filter_map(|segment| match segment {
            Segment::Map { key } => Some(Step::Key(key.clone())),
            Segment::Seq { index } => Some(Step::Index(*index)),
            Segment::Enum { .. } | Segment::Unknown => None,
        })
        .collect()
}

/// `spec.compute.requests["nvidia.com/gpu"]`, `spec.performer.imagePullSecrets[0].name`
fn display(path: &[Step]) -> String {
    let mut text = String::new();
    for step in path {
        match step {
            Step::Index(index) => text.push_str(&format!("[{index}]")),
            Step::Key(key) if key.contains(['.', '/', ' ']) => text.push_str(&format!("[{key:?}]")),
            Step::Key(key) => {
                if !text.is_empty() {
                    text.push('.');
                }
                text.push_str(key);
            }
        }
    }
    text
}

/// The line of the field, and its value; of what holds it when it is not there.
fn find<'a>(node: &'a Node, path: &[Step]) -> (Option<u64>, &'a Value) {
    let mut current = node;
    let mut line = node.line;
    for step in path {
        match (step, &current.value) {
            (Step::Key(key), Value::Map(entries)) => {
                let Some(entry) = entries.iter().find(|entry| entry.key == *key) else {
                    break;
                };
                line = entry.line;
                current = &entry.node;
            }
            (Step::Index(index), Value::List(items)) => {
                let Some(item) = items.get(*index) else { break };
                line = item.line;
                current = item;
            }
            _ => break,
        }
    }
    ((line > 0).then_some(line), &current.value)
}

/// Takes the field out. Says false when there is none: an item of a list stays, because the others' numbers
/// would shift.
fn remove(node: &mut Node, path: &[Step]) -> bool {
    let Some((Step::Key(last), parents)) = path.split_last() else {
        return false;
    };
    let mut current = node;
    for step in parents {
        let next = match (step, &mut current.value) {
            (Step::Key(key), Value::Map(entries)) => entries
                .iter_mut()
                .find(|entry| entry.key == *key)
                .map(|entry| &mut entry.node),
            (Step::Index(index), Value::List(items)) => items.get_mut(*index),
            _ => None,
        };
        let Some(next) = next else { return false };
        current = next;
    }
    current.take(last).is_some()
}

impl<'de> IntoDeserializer<'de, Fault> for &'de Node {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

impl<'de> Deserializer<'de> for &'de Node {
    type Error = Fault;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        match &self.value {
            Value::Null => visitor.visit_unit(),
            Value::Bool(value) => visitor.visit_bool(*value),
            Value::Signed(value) => visitor.visit_i64(*value),
            Value::Unsigned(value) => visitor.visit_u64(*value),
            Value::Float(value) => visitor.visit_f64(*value),
            Value::Text(value) => visitor.visit_borrowed_str(value),
            Value::List(items) => visitor.visit_seq(SeqDeserializer::new(items.iter())),
            Value::Map(entries) => visitor.visit_map(MapDeserializer::new(
                entries.iter().map(|entry| (entry.key.as_str(), &entry.node)),
            )),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        match &self.value {
            Value::Null => visitor.visit_none(),
            _ => visitor.visit_some(self),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Fault> {
        visitor.visit_newtype_struct(self)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct
        seq tuple tuple_struct map struct enum identifier ignored_any
    }
}
