//! grpc.health.v1: does the server say that it serves?

use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_check_response::ServingStatus;

use super::Finding;
use crate::client::Session;

const CHECK: &str = "server health";

/// Asks for the health of the server as a whole.
pub async fn check(session: &Session) -> Finding {
    let answer = session
        .call(
            "ask the server for its health",
            HealthCheckRequest::default(),
            |mut clients, request| async move { clients.health.check(request).await },
        )
        .await;
    match answer {
        Ok(answer) if answer.status() == ServingStatus::Serving => Finding::ok(CHECK, "it serves"),
        Ok(answer) => Finding::fault(
            CHECK,
            format!("it says {}", answer.status().as_str_name()),
            "it is starting or shutting down; if that lasts, look into its log",
        ),
        Err(error) => Finding::failed(CHECK, &error),
    }
}
