//! The client's end of a watch: a bounded channel, and one last word that does not wait for room in it.

use std::time::Duration;

use futures::StreamExt as _;
use hourglass_proto::fleet::v1 as proto;
use tokio::sync::{mpsc, oneshot};
use tokio_stream::wrappers::ReceiverStream;
use tonic::{Code, Status};

use super::{WatchLimits, WatchStream};
use crate::edge::errors::{Failure, Reason};

const RETRY: Duration = Duration::from_secs(1);

/// Why the feed ends.
#[derive(Debug)]
pub(super) enum End {
    /// The client has gone; nobody hears a reason.
    Gone,
    /// The client hears this.
    Status(Status),
}

/// Sends to one client.
#[derive(Debug)]
pub(super) struct Client {
    messages: mpsc::Sender<Result<proto::WatchPlacementsResponse, Status>>,
    last_word: oneshot::Sender<Status>,
    stall: Duration,
}

/// A client and the stream that it reads.
pub(super) fn channel(limits: WatchLimits) -> (Client, WatchStream) {
    let (messages, received) = mpsc::channel(limits.buffered_messages.max(1));
    let (last_word, heard) = oneshot::channel();
    // When the feed ends without a last word, the stream just ends.
    let end = futures::stream::once(heard).filter_map(|end| std::future::ready(end.ok().map(Err)));
    let stream = ReceiverStream::new(received).chain(end).boxed();
    (
        Client {
            messages,
            last_word,
            stall: limits.stall,
        },
        stream,
    )
}

impl Client {
    /// Sends one message, waiting for room for a while.
    pub(super) async fn send(&self, message: proto::WatchPlacementsResponse) -> Result<(), End> {
        match self.messages.send_timeout(Ok(message), self.stall).await {
            Ok(()) => Ok(()),
            Err(mpsc::error::SendTimeoutError::Closed(_)) => Err(End::Gone),
            Err(mpsc::error::SendTimeoutError::Timeout(_)) => {
                let message = format!(
                    "no message was read for {} s; watch again with the last resume token",
                    self.stall.as_secs_f64()
                );
                let failure =
                    Failure::new(Code::Unavailable, Reason::ClientTooSlow, message).retry_after(RETRY);
                Err(End::Status(failure.into()))
            }
        }
    }

    /// Returns when the client has gone.
    pub(super) async fn gone(&self) {
        self.messages.closed().await;
    }

    /// Ends the stream; the client hears why after what is still buffered.
    pub(super) fn end(self, end: End) {
        if let End::Status(status) = end {
            // The client may have gone meanwhile; then nobody misses the word.
            drop(self.last_word.send(status));
        }
    }
}
