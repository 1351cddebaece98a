//! What tests do to a cluster's etcd, over its JSON gateway
//! (<https://etcd.io/docs/v3.6/dev-guide/api_grpc_gateway/>).

use std::net::SocketAddr;

use http::Request;
use serde_json::{Value, json};

use crate::error::{Error, Result};

/// Base64 of `testbed`: outside `/registry`, where the API server keeps its objects.
const OWN_KEY: &str = "dGVzdGJlZA==";

/// Moves the revision on by one without touching an object; returns the new revision.
pub(crate) async fn advance(etcd: SocketAddr) -> Result<i64> {
    let answer = call(etcd, "/v3/kv/put", &json!({"key": OWN_KEY, "value": ""})).await?;
    // int64 is a string in protobuf's JSON.
    let revision = answer
        .pointer("/header/revision")
        .and_then(Value::as_str)
        .and_then(|text| text.parse().ok());
    revision.ok_or_else(|| Error::Document {
        what: "etcd's answer".into(),
        reason: format!("no revision: {answer}"),
    })
}

/// Forgets every revision before `revision`.
pub(crate) async fn compact(etcd: SocketAddr, revision: i64) -> Result<()> {
    call(
        etcd,
        "/v3/kv/compaction",
        &json!({"revision": revision, "physical": true}),
    )
    .await
    .map(drop)
}

async fn call(etcd: SocketAddr, path: &str, body: &Value) -> Result<Value> {
    crate::install_crypto_provider();
    let malformed = |error: &dyn std::fmt::Display| Error::Document {
        what: path.into(),
        reason: error.to_string(),
    };
    let url = format!("http://{etcd}")
        .parse()
        .map_err(|error| malformed(&error))?;
    // The Kubernetes client is an HTTP client as well, which saves a second one.
    let client =
        kube::Client::try_from(kube::Config::new(url)).map_err(Error::kube("make a client for etcd"))?;
    let request = Request::post(path)
        .header(http::header::CONTENT_TYPE, "application/json")
        .body(body.to_string().into_bytes())
        .map_err(|error| malformed(&error))?;
    client
        .request::<Value>(request)
        .await
        .map_err(Error::kube(format!("POST etcd {path}")))
}
