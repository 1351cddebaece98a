//! The stream of changes of placements, held over reconnections.

use std::error::Error;
use std::ops::ControlFlow;
use std::time::Duration;

use hourglass_proto::fleet::v1::watch_placements_response::Type;
use hourglass_proto::fleet::v1::{Placement, WatchPlacementsRequest, WatchPlacementsResponse};
use hourglass_runtime::backoff::Backoff;
use tokio::time::Instant;
use tonic::{Code, Status, Streaming};

use super::{RETRY_DELAYS, Session};
use crate::errors::CliError;

/// A server that is alive sends at least a bookmark every 60 s.
const SILENCE_LIMIT: Duration = Duration::from_secs(150);

/// What happened.
#[derive(Debug)]
pub enum Followed {
    /// Is there, or is new.
    Added(WatchPlacementsResponse),
    /// Changed.
    Modified(WatchPlacementsResponse),
    /// Is gone, or left the filter.
    Deleted(WatchPlacementsResponse),
    /// All that there was has been sent.
    UpToDate,
    /// The history was too old to go on from: everything there is comes again as `Added`.
    Restarted,
}

impl Followed {
    /// The placement, when the event is about one.
    pub fn placement(&self) -> Option<&Placement> {
        match self {
            Self::Added(event) | Self::Modified(event) | Self::Deleted(event) => event.placement.as_ref(),
            Self::UpToDate | Self::Restarted => None,
        }
    }
}

/// Hands every change to `on_event` until that breaks off. After a lost connection it goes on from the last
/// token; it gives up when the server stays away for longer than one call may take.
pub async fn follow_placements<T>(
    session: &Session,
    parent: &str,
    filter: &str,
    mut on_event: impl FnMut(Followed) -> Result<ControlFlow<T>, CliError>,
) -> Result<T, CliError> {
    let mut resume_token = String::new();
    let mut delays = Backoff::new(RETRY_DELAYS);
    let mut last_alive = Instant::now();
    loop {
        let status = match open(session, parent, filter, &resume_token).await {
            Ok(mut stream) => loop {
                match next(&mut stream).await {
                    Ok(event) => {
                        last_alive = Instant::now();
                        delays.reset();
                        resume_token.clone_from(&event.resume_token);
                        if let Some(event) = followed(event)
                            && let ControlFlow::Break(result) = on_event(event)?
                        {
                            return Ok(result);
                        }
                    }
                    Err(status) => break status,
                }
            },
            Err(status) => status,
        };
        if status.code() == Code::OutOfRange && !resume_token.is_empty() {
            resume_token.clear();
            if let ControlFlow::Break(result) = on_event(Followed::Restarted)? {
                return Ok(result);
            }
            continue;
        }
        let again = Instant::now() + delays.next_delay();
        if !may_pass(&status) || again.saturating_duration_since(last_alive) >= session.timeout() {
            return Err(session.refused("watch placements", status));
        }
        tokio::time::sleep_until(again).await;
    }
}

async fn open(
    session: &Session,
    parent: &str,
    filter: &str,
    resume_token: &str,
) -> Result<Streaming<WatchPlacementsResponse>, Status> {
    let request = session.request(WatchPlacementsRequest {
        parent: parent.to_owned(),
        filter: filter.to_owned(),
        resume_token: resume_token.to_owned(),
    });
    let mut clients = session.clients();
    let opened = tokio::time::timeout(session.timeout(), clients.placements.watch_placements(request)).await;
    let response =
        opened.map_err(|_| Status::unavailable("the server did not open the stream in time"))??;
    session.note_metadata(response.metadata());
    Ok(response.into_inner())
}

async fn next(stream: &mut Streaming<WatchPlacementsResponse>) -> Result<WatchPlacementsResponse, Status> {
    match tokio::time::timeout(SILENCE_LIMIT, stream.message()).await {
        Ok(Ok(Some(event))) => Ok(event),
        Ok(Ok(None)) => Err(Status::unavailable("the server ended the stream")),
        Ok(Err(status)) => Err(status),
        Err(_) => Err(Status::unavailable(
            "the server sent nothing, not even a bookmark",
        )),
    }
}

/// Server-side unavailability, and every failure that arose on this side of the wire (it has a source).
fn may_pass(status: &Status) -> bool {
    matches!(status.code(), Code::Unavailable | Code::Cancelled) || status.source().is_some()
}

fn followed(event: WatchPlacementsResponse) -> Option<Followed> {
    match event.r#type() {
        Type::Added => Some(Followed::Added(event)),
        Type::Modified => Some(Followed::Modified(event)),
        Type::Deleted => Some(Followed::Deleted(event)),
        Type::Bookmark => Some(Followed::UpToDate),
        // A kind of event that a newer server may have, and that this program knows nothing about.
        Type::Unspecified => None,
    }
}
