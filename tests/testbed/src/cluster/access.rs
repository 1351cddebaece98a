//! Credentials of ServiceAccounts.

use std::{fs, path::PathBuf};

use k8s_openapi::api::{
    authentication::v1::{TokenRequest, TokenRequestSpec},
    core::v1::ServiceAccount,
};
use kube::{Api, api::PostParams};

use super::{
    Cluster,
    kubeconfig::{self, Credential},
};
use crate::error::{Error, Result};

/// Longer than any test; kubeconfigs do not renew themselves.
const TOKEN_SECONDS: i64 = 24 * 60 * 60;

pub(super) async fn service_account_kubeconfig(
    cluster: &Cluster,
    namespace: &str,
    name: &str,
) -> Result<PathBuf> {
    let what = format!("request a token for ServiceAccount {namespace}/{name}");
    let accounts: Api<ServiceAccount> = Api::namespaced(cluster.client().await?, namespace);
    let request = TokenRequest {
        spec: Some(TokenRequestSpec {
            expiration_seconds: Some(TOKEN_SECONDS),
            ..TokenRequestSpec::default()
        }),
        ..TokenRequest::default()
    };
    let answer = accounts
        .create_token_request(name, &PostParams::default(), &request)
        .await
        .map_err(Error::kube(what.clone()))?;
    let Some(token) = answer.status.and_then(|status| status.token) else {
        return Err(Error::Document {
            what,
            reason: "the answer has no token".into(),
        });
    };
    let dir = cluster.dir.join("service-accounts");
    fs::create_dir_all(&dir).map_err(Error::io("create", &dir))?;
    let path = dir.join(format!("{namespace}-{name}.kubeconfig"));
    let user = format!("{namespace}-{name}");
    let credential = Credential::Token(&token);
    kubeconfig::write(
        &path,
        &cluster.name,
        &cluster.server_url(),
        &cluster.ca_pem,
        &user,
        &credential,
    )?;
    Ok(path)
}
