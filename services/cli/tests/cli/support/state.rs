//! What the test server remembers.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::{Mutex, MutexGuard};

use hourglass_proto::fleet::v1::watch_placements_response::Type;
use hourglass_proto::fleet::v1::{
    Cluster, CreatePlacementRequest, Fleet, JoinToken, Node, Orphan, Placement, WatchPlacementsResponse,
};
use tokio::sync::Notify;
use tonic::metadata::MetadataMap;
use tonic::{Request, Status};

/// One call as it came in.
#[derive(Debug, Clone)]
pub struct Call {
    pub method: &'static str,
    pub metadata: MetadataMap,
    /// Request id, page size or filter: what the test wants to see of the message.
    pub note: String,
}

impl Call {
    pub fn header(&self, name: &str) -> &str {
        self.metadata
            .get(name)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
    }
}

#[derive(Debug, Default)]
pub struct Memory {
    pub placements: BTreeMap<String, Placement>,
    pub clusters: Vec<Cluster>,
    /// What GetFleet says besides the nodes.
    pub fleet: Fleet,
    pub nodes: Vec<Node>,
    pub orphans: Vec<Orphan>,
    pub tokens: Vec<JoinToken>,
    pub calls: Vec<Call>,
    /// Calls of CreatePlacement and their answers by request id; they outlive a deletion.
    pub answers: HashMap<String, (CreatePlacementRequest, Placement)>,
    /// Every change, oldest first. A resume token is a position in it.
    pub changes: Vec<WatchPlacementsResponse>,
    /// Tokens below this position are too old.
    pub compacted: usize,
    /// Streams opened before this number of breaks are cut.
    pub breaks: usize,
    /// The next unary calls fail with these.
    pub failures: VecDeque<Status>,
    pub uids: usize,
}

#[derive(Debug, Default)]
pub struct State {
    memory: Mutex<Memory>,
    pub changed: Notify,
    pub token: Option<String>,
}

impl State {
    pub fn new(token: Option<String>) -> Self {
        Self {
            token,
            ..Self::default()
        }
    }

    pub fn lock(&self) -> MutexGuard<'_, Memory> {
        self.memory.lock().unwrap()
    }

    /// Records the call; refuses it when it has no right or when the test wants a failure.
    pub fn admit<M>(&self, request: &Request<M>, method: &'static str, note: String) -> Result<(), Status> {
        let mut memory = self.lock();
        memory.calls.push(Call {
            method,
            metadata: request.metadata().clone(),
            note,
        });
        if let Some(token) = &self.token {
            let given = request
                .metadata()
                .get("authorization")
                .and_then(|value| value.to_str().ok());
            if given != Some(format!("Bearer {token}").as_str()) {
                return Err(Status::unauthenticated("the credential is missing or not known"));
            }
        }
        match memory.failures.pop_front() {
            Some(failure) => Err(failure),
            None => Ok(()),
        }
    }

    /// Stores a placement and tells the watchers.
    pub fn put(&self, placement: Placement) {
        let mut memory = self.lock();
        let kind = if memory.placements.contains_key(&placement.name) {
            Type::Modified
        } else {
            Type::Added
        };
        memory
            .placements
            .insert(placement.name.clone(), placement.clone());
        record(&mut memory, kind, placement);
        drop(memory);
        self.changed.notify_waiters();
    }

    /// Removes a placement and tells the watchers.
    pub fn remove(&self, name: &str) {
        let mut memory = self.lock();
        if let Some(placement) = memory.placements.remove(name) {
            record(&mut memory, Type::Deleted, placement);
        }
        drop(memory);
        self.changed.notify_waiters();
    }
}

fn record(memory: &mut Memory, kind: Type, placement: Placement) {
    let position = memory.changes.len() + 1;
    memory.changes.push(WatchPlacementsResponse {
        r#type: kind.into(),
        placement: Some(placement),
        resume_token: position.to_string(),
    });
}

/// The little of AIP-160 that the program sends: `name = "x" OR name = "y"` and `labels.k = "v"`, with AND.
pub fn passes(filter: &str, name: &str, labels: &BTreeMap<String, String>) -> bool {
    filter
        .split(" AND ")
        .map(|part| part.trim_matches(['(', ')']))
        .filter(|part| !part.is_empty())
        .all(|part| {
            part.split(" OR ").any(|term| {
                let (field, value) = term
                    .split_once(" = ")
                    .unwrap_or_else(|| panic!("filter {filter:?}"));
                let value = value.trim_matches('"');
                match field.strip_prefix("labels.") {
                    Some(key) => labels.get(key).is_some_and(|label| label == value),
                    None => name == value,
                }
            })
        })
}

/// A page of items, and the token of the next one.
pub fn page<T: Clone>(items: &[T], size: i32, token: &str) -> (Vec<T>, String) {
    let start: usize = token.parse().unwrap_or(0);
    let size = usize::try_from(size).unwrap().clamp(1, 1_000);
    let end = (start + size).min(items.len());
    let next = if end < items.len() {
        end.to_string()
    } else {
        String::new()
    };
    (items[start..end].to_vec(), next)
}
