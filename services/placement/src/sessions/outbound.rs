//! The server's end of a stream that an agent reads: a bounded channel, and one last word that does not wait for room in it.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures::StreamExt as _;
use futures::stream::BoxStream;
use tokio::sync::{mpsc, oneshot};
use tokio_stream::wrappers::ReceiverStream;
use tonic::{Code, Status};

use crate::edge::errors::{Failure, Reason};

/// What the agent reads.
pub type AgentStream<T> = BoxStream<'static, Result<T, Status>>;

/// The agent did not read for as long as it may.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the agent does not read its stream")]
pub(super) struct NotReading;

/// Sends to one agent.
#[derive(Debug)]
pub(super) struct Outbound<T> {
    messages: mpsc::Sender<Result<T, Status>>,
    last_word: Arc<Mutex<Option<oneshot::Sender<Status>>>>,
}

impl<T> Clone for Outbound<T> {
    fn clone(&self) -> Self {
        Self {
            messages: self.messages.clone(),
            last_word: Arc::clone(&self.last_word),
        }
    }
}

/// The sender, and the stream that the agent reads, of which `buffered` messages may wait.
pub(super) fn channel<T: Send + 'static>(buffered: usize) -> (Outbound<T>, AgentStream<T>) {
    let (messages, received) = mpsc::channel(buffered.max(1));
    let (last_word, heard) = oneshot::channel();
    // Without a last word the stream just ends.
    let end = futures::stream::once(heard).filter_map(|end| std::future::ready(end.ok().map(Err)));
    let outbound = Outbound {
        messages,
        last_word: Arc::new(Mutex::new(Some(last_word))),
    };
    (outbound, ReceiverStream::new(received).chain(end).boxed())
}

impl<T> Outbound<T> {
    /// Sends one message, waiting for room for as long as `deadline` says.
    pub(super) async fn send(&self, message: T, deadline: Duration) -> Result<(), NotReading> {
        let sent = self.messages.send_timeout(Ok(message), deadline).await;
        sent.map_err(|_| NotReading)
    }

    /// What the agent hears when the stream has ended, after what is still buffered. The first word is the last one.
    pub(super) fn end(&self, status: Status) {
        let word = self
            .last_word
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        if let Some(word) = word {
            // The agent may have gone; then nobody misses the word.
            drop(word.send(status));
        }
    }
}

/// What an agent hears that does not read.
pub(super) fn too_slow(deadline: Duration) -> Status {
    let message = format!(
        "the agent did not read its stream for {} s; it is to connect again",
        deadline.as_secs_f64()
    );
    Failure::new(Code::Unavailable, Reason::AgentTooSlow, message).into()
}

/// What an agent hears whose message is none.
pub(super) fn message_invalid(why: &impl std::fmt::Display) -> Status {
    let message =
        format!("{why}; the agent and the server do not agree on the protocol: update the older one");
    Failure::new(Code::InvalidArgument, Reason::MessageInvalid, message).into()
}

/// What an agent hears when reading its stream failed: of a message over the limit, how large it was.
pub(super) fn reading_failed(status: &Status) -> Status {
    // tonic's decoder says so of a message over its limit.
    if status.code() == Code::OutOfRange {
        let message = format!(
            "{}; a message of an agent is bounded: this is a defect of the agent, or something else speaks to the server",
            status.message()
        );
        return Failure::new(Code::ResourceExhausted, Reason::MessageTooLarge, message).into();
    }
    status.clone()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHORT: Duration = Duration::from_millis(10);

    #[tokio::test]
    async fn who_does_not_read_hears_why_the_stream_ended_once_it_reads_again() {
        let (outbound, stream) = channel::<u32>(2);
        let other = outbound.clone();
        outbound.send(1, SHORT).await.unwrap();
        outbound.send(2, SHORT).await.unwrap();
        assert_eq!(other.send(3, SHORT).await, Err(NotReading));
        other.end(too_slow(SHORT));
        outbound.end(message_invalid(&"a later word"));
        drop((outbound, other));
        let heard: Vec<_> = stream.collect().await;
        assert_eq!(heard.len(), 3);
        let (last, before) = heard.split_last().unwrap();
        assert!(before.iter().all(Result::is_ok));
        let status = last.as_ref().unwrap_err();
        assert_eq!(status.code(), Code::Unavailable);
        assert_eq!(reason(status), "AGENT_TOO_SLOW");
    }

    #[tokio::test]
    async fn a_stream_without_a_last_word_just_ends() {
        let (outbound, stream) = channel::<u32>(2);
        outbound.send(1, SHORT).await.unwrap();
        drop(outbound);
        let heard: Vec<_> = stream.collect().await;
        assert_eq!(heard.len(), 1);
    }

    #[test]
    fn a_message_over_the_limit_has_its_own_reason() {
        let decoder = Status::out_of_range("decoded message length too large: found 9 bytes");
        let status = reading_failed(&decoder);
        assert_eq!(
            (status.code(), reason(&status).as_str()),
            (Code::ResourceExhausted, "MESSAGE_TOO_LARGE")
        );
        assert!(status.message().contains("found 9 bytes"));
        assert_eq!(reading_failed(&Status::cancelled("gone")).code(), Code::Cancelled);
    }

    fn reason(status: &Status) -> String {
        use tonic_types::StatusExt as _;
        status
            .get_details_error_info()
            .map(|info| info.reason)
            .unwrap_or_default()
    }
}
