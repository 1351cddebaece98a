//! Whether a command counts: it must be of the current session and of its leader, and no newer leader may have been
//! obeyed. Who is obeyed is written down before the first command is carried out.

use std::sync::{Arc, Mutex, PoisonError};

use hourglass_proto::fleet::v1::CommandHeader;
use tokio::sync::OnceCell;

use super::SessionError;
use super::answer::Answer;
use crate::identity::{StateError, StateStore};
use crate::order::Order;

/// The highest order that was obeyed, as it is written down.
#[derive(Debug)]
pub struct Obeyed {
    store: StateStore,
    highest: Mutex<Order>,
}

impl Obeyed {
    /// `stored` is what was read from `store`.
    pub fn new(store: StateStore, stored: Order) -> Self {
        Self {
            store,
            highest: Mutex::new(stored),
        }
    }

    /// What is written down.
    pub fn highest(&self) -> Order {
        *self.highest.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn raise(&self, order: Order) -> Result<Order, StateError> {
        let stored = self.store.raise_obeyed(order).await?;
        let mut highest = self.highest.lock().unwrap_or_else(PoisonError::into_inner);
        *highest = stored.max(*highest);
        Ok(*highest)
    }
}

/// The leader of this session.
#[derive(Debug)]
pub(super) struct Standing {
    session_id: String,
    order: Order,
    obeyed: Arc<Obeyed>,
    written: OnceCell<()>,
}

impl Standing {
    /// Of a session that was welcomed with `order`.
    ///
    /// # Errors
    /// When a newer leader was obeyed before.
    pub fn new(session_id: String, order: Order, obeyed: Arc<Obeyed>) -> Result<Self, SessionError> {
        let highest = obeyed.highest();
        if order < highest {
            return Err(SessionError::Deposed {
                offered: order,
                obeyed: highest,
            });
        }
        Ok(Self {
            session_id,
            order,
            obeyed,
            written: OnceCell::new(),
        })
    }

    /// Whether the command is of this session and its leader.
    ///
    /// # Errors
    /// The answer to one that is not.
    pub fn check(&self, header: &CommandHeader) -> Result<(), Answer> {
        let order = Order::new(header.incarnation, header.term);
        if order < self.order {
            let message = format!("the command is of {order}, and {} is obeyed", self.order);
            return Err(Answer::stale("ORDER_OLDER", message));
        }
        if order > self.order {
            // Its leader has to welcome this agent first.
            let message = format!(
                "the command is of {order}, but this session is with {}",
                self.order
            );
            return Err(Answer::failed("ORDER_NOT_WELCOMED", message));
        }
        if header.session_id != self.session_id {
            return Err(Answer::stale(
                "OTHER_SESSION",
                "the command is of another session",
            ));
        }
        Ok(())
    }

    /// Writes down that this leader is obeyed; once per session, however many commands ask.
    ///
    /// # Errors
    /// The answer to a command that must not be carried out.
    pub async fn obey(&self) -> Result<(), Answer> {
        let write = || async {
            if self.obeyed.highest() == self.order {
                return Ok(());
            }
            match self.obeyed.raise(self.order).await {
                Ok(highest) if highest == self.order => Ok(()),
                Ok(highest) => Err(Answer::stale(
                    "ORDER_OLDER",
                    format!("{highest} was obeyed by another agent"),
                )),
                Err(error) => Err(Answer::failed("STATE_NOT_WRITTEN", error.to_string())),
            }
        };
        self.written.get_or_try_init(write).await.map(drop)
    }
}

#[cfg(test)]
mod tests {
    use hourglass_proto::fleet::v1::ack::Outcome;

    use super::*;
    use crate::config::StateLocation;

    async fn obeyed(directory: &std::path::Path, order: Order) -> Arc<Obeyed> {
        let location = StateLocation::Directory(directory.to_owned());
        let client = kube::Client::new(
            tower::service_fn(|_: http::Request<kube::client::Body>| async {
                Err::<http::Response<kube::client::Body>, _>(std::io::Error::other("no API server"))
            }),
            "default",
        );
        let store = StateStore::new(&location, &client);
        if order != Order::default() {
            store.raise_obeyed(order).await.unwrap();
        }
        Arc::new(Obeyed::new(store, order))
    }

    fn header(session: &str, incarnation: u64, term: u64) -> CommandHeader {
        CommandHeader {
            session_id: session.into(),
            incarnation,
            term,
            ..CommandHeader::default()
        }
    }

    #[tokio::test]
    async fn only_the_current_session_and_its_leader_are_obeyed() {
        let directory = tempfile::tempdir().unwrap();
        let obeyed = obeyed(directory.path(), Order::new(1, 5)).await;
        let standing = Standing::new("s".into(), Order::new(1, 6), obeyed).unwrap();
        standing.check(&header("s", 1, 6)).unwrap();
        let outcome = |header: CommandHeader| standing.check(&header).unwrap_err().outcome;
        assert_eq!(outcome(header("s", 1, 5)), Outcome::Stale);
        assert_eq!(outcome(header("s", 0, 99)), Outcome::Stale);
        assert_eq!(outcome(header("other", 1, 6)), Outcome::Stale);
        assert_eq!(outcome(header("s", 2, 1)), Outcome::Failed);
    }

    #[tokio::test]
    async fn a_deposed_leader_gets_no_session() {
        let directory = tempfile::tempdir().unwrap();
        let obeyed = obeyed(directory.path(), Order::new(2, 1)).await;
        assert!(matches!(
            Standing::new("s".into(), Order::new(1, 99), obeyed),
            Err(SessionError::Deposed { .. })
        ));
    }

    #[tokio::test]
    async fn who_is_obeyed_is_written_down_first() {
        let directory = tempfile::tempdir().unwrap();
        let obeyed = obeyed(directory.path(), Order::new(1, 5)).await;
        let standing = Standing::new("s".into(), Order::new(1, 6), Arc::clone(&obeyed)).unwrap();
        assert_eq!(
            obeyed.highest(),
            Order::new(1, 5),
            "a Welcome alone is not obeyed"
        );
        standing.obey().await.unwrap();
        assert_eq!(obeyed.highest(), Order::new(1, 6));
        assert_eq!(obeyed.store.load().await.unwrap().obeyed, Order::new(1, 6));
    }

    #[tokio::test]
    async fn nothing_is_carried_out_after_another_agent_obeyed_a_newer_leader() {
        let directory = tempfile::tempdir().unwrap();
        let obeyed = obeyed(directory.path(), Order::new(1, 5)).await;
        let standing = Standing::new("s".into(), Order::new(1, 6), Arc::clone(&obeyed)).unwrap();
        obeyed.store.raise_obeyed(Order::new(1, 7)).await.unwrap();
        assert_eq!(standing.obey().await.unwrap_err().outcome, Outcome::Stale);
    }

    #[tokio::test]
    async fn what_cannot_be_written_down_is_not_carried_out() {
        let directory = tempfile::tempdir().unwrap();
        let obeyed = obeyed(directory.path(), Order::new(1, 5)).await;
        std::fs::remove_dir_all(directory.path()).unwrap();
        std::fs::write(directory.path(), "in the way").unwrap();
        let standing = Standing::new("s".into(), Order::new(1, 6), obeyed).unwrap();
        assert_eq!(standing.obey().await.unwrap_err().outcome, Outcome::Failed);
        std::fs::remove_file(directory.path()).unwrap();
        standing.obey().await.unwrap();
    }
}
