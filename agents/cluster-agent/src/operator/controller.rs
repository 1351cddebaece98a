//! Runs reconciliations: from what the watches touch to bounded, retried passes.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use futures::future::BoxFuture;
use futures::{FutureExt, Stream, StreamExt};
use hourglass_performer_api::Performer;
use kube::Client;
use kube::runtime::applier;
use kube::runtime::controller::{Action, Config, Error, ReconcileReason, ReconcileRequest};
use tokio::sync::watch;
use tokio_stream::wrappers::WatchStream;
use tokio_util::sync::CancellationToken;
use tracing::{debug, warn};

use hourglass_model::render::ClusterHardware;
use hourglass_runtime::error_chain;

use super::caches::{Caches, PerformerRef};
use super::config::OperatorConfig;
use super::context::Context;
use super::error::ReconcileError;
use super::reconcile::reconcile;

/// A pass makes a dozen calls at most; one that hangs must not hold its Performer up for ever.
const PASS_LIMIT: Duration = Duration::from_secs(60);

/// Reconciles one scope (a namespace, or all of them) until it is cancelled; running passes are finished then.
/// `synced` is called once, when all watches of the scope have listed.
pub(crate) async fn run_scope(
    client: Client,
    config: Arc<OperatorConfig>,
    namespace: Option<&str>,
    hardware: watch::Receiver<Option<ClusterHardware>>,
    synced: impl FnOnce(),
    cancel: &CancellationToken,
) {
    let (caches, touched) = Caches::open(&client, namespace);
    let settings = Config::default().concurrency(config.concurrency);
    let store = caches.performers.clone();
    let context = Arc::new(Context::new(client, config, caches.clone(), hardware));
    let queue = touched.map(request).map(Ok::<_, Infallible>);
    let queue = futures::stream::select(
        queue,
        concerned_by_hardware(Arc::clone(&context)).map(request).map(Ok),
    );
    let queue = queue.take_until(cancel.clone().cancelled_owned());
    let ending = cancel.clone();
    let pass = move |performer, context| pass(performer, context, ending.clone());
    let passes = applier(pass, retry, context, store, queue, settings).for_each(|result| {
        log(result);
        std::future::ready(())
    });
    let announce = async {
        // Cancelled before everything was listed, the passes have nothing to end by.
        if cancel.run_until_cancelled(caches.synced()).await.is_none() {
            return;
        }
        synced();
        // Only the passes end the scope.
        std::future::pending::<()>().await;
    };
    tokio::select! {
        () = passes => {}
        () = announce => {}
    }
}

/// One pass, owned, as the applier wants it. It may be dropped at any await: the next one finds what it has done.
fn pass(
    performer: Arc<Performer>,
    context: Arc<Context>,
    cancel: CancellationToken,
) -> BoxFuture<'static, Result<Action, ReconcileError>> {
    async move {
        // Before everything was listed once, absence means nothing. A shutdown does not wait for that.
        if cancel
            .run_until_cancelled(context.caches.synced())
            .await
            .is_none()
        {
            return Ok(Action::await_change());
        }
        match tokio::time::timeout(PASS_LIMIT, Box::pin(reconcile(&context, &performer))).await {
            Ok(result) => result,
            Err(_) => Err(ReconcileError::TimedOut(PASS_LIMIT)),
        }
    }
    .boxed()
}

#[expect(clippy::needless_pass_by_value, reason = "the signature is the applier's")]
fn retry(performer: Arc<Performer>, error: &ReconcileError, context: Arc<Context>) -> Action {
    if error.is_conflict() {
        // It changed under our hands. The event of that change usually comes first.
        return Action::requeue(context.config.retry_initial);
    }
    Action::requeue(context.retries.failed(&performer))
}

/// Performers whose pods depend on the cluster's hardware, each time that changes.
fn concerned_by_hardware(context: Arc<Context>) -> impl Stream<Item = PerformerRef> + Send {
    let changes = WatchStream::from_changes(context.hardware.clone());
    changes.flat_map(move |_| futures::stream::iter(context.waiting_for_hardware()))
}

fn request(performer: PerformerRef) -> ReconcileRequest<Performer> {
    ReconcileRequest {
        obj_ref: performer,
        reason: ReconcileReason::Unknown,
    }
}

fn log(result: Result<(PerformerRef, Action), Error<ReconcileError, Infallible>>) {
    match result {
        Ok((performer, _)) => debug!(%performer, "reconciled"),
        // A child outlived its Performer by a moment.
        Err(Error::ObjectNotFound(performer)) => debug!(%performer, "gone already"),
        Err(Error::ReconcilerFailed(error, performer)) if error.is_conflict() => {
            debug!(%performer, error = error_chain(&error), "changed meanwhile; tried again");
        }
        Err(Error::ReconcilerFailed(error, performer)) => {
            warn!(%performer, error = error_chain(&error), "cannot reconcile; tried again with backoff");
        }
        Err(error) => warn!(error = error_chain(&error), "the queue of reconciliations failed"),
    }
}
