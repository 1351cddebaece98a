//! Turns the errors of redb into those of the port, so that no type of redb leaves this module tree.

use std::any::Any;
use std::sync::Arc;

use crate::StoreError;

/// For `map_err`: names what was being done.
pub(super) fn storage<E: Into<redb::Error>>(doing: &'static str) -> impl Fn(E) -> StoreError {
    move |error| match error.into() {
        redb::Error::Corrupted(what) => damaged(format!("cannot {doing}: {what}")),
        other => StoreError::Storage {
            doing,
            source: Arc::new(other),
        },
    }
}

/// Something in the file that this store cannot have written.
pub(super) fn damaged(what: impl Into<Arc<str>>) -> StoreError {
    StoreError::Damaged { what: what.into() }
}

/// The text of a caught panic. redb promises errors instead of panics only for a file that was verified when
/// it was opened; damage that appears later, under a running process, may still make it panic.
pub(super) fn panic_text(payload: &(dyn Any + Send)) -> String {
    let text = payload
        .downcast_ref::<&'static str>()
        .map(|text| (*text).to_owned())
        .or_else(|| payload.downcast_ref::<String>().cloned());
    format!(
        "the storage engine panicked: {}",
        text.as_deref().unwrap_or("no message")
    )
}
