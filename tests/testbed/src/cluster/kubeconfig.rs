//! Kubeconfig files, self-contained so that they can be copied anywhere.

use std::path::Path;

use base64::{Engine, engine::general_purpose::STANDARD};
use kube::config::{KubeConfigOptions, Kubeconfig};
use serde_json::{Value, json};

use super::pki::{ClientCertificate, write_private};
use crate::error::{Error, Result};

/// Who the holder of a kubeconfig is.
pub(crate) enum Credential<'a> {
    Certificate(&'a ClientCertificate),
    Token(&'a str),
}

/// Writes a kubeconfig with one context, named like the cluster.
pub(crate) fn write(
    path: &Path,
    cluster: &str,
    server: &str,
    ca_pem: &str,
    user: &str,
    credential: &Credential<'_>,
) -> Result<()> {
    let user_data: Value = match credential {
        Credential::Certificate(certificate) => json!({
            "client-certificate-data": STANDARD.encode(&certificate.certificate_pem),
            "client-key-data": STANDARD.encode(&certificate.key_pem),
        }),
        Credential::Token(token) => json!({ "token": token }),
    };
    let document = json!({
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{
            "name": cluster,
            "cluster": {"server": server, "certificate-authority-data": STANDARD.encode(ca_pem)},
        }],
        "users": [{"name": user, "user": user_data}],
        "contexts": [{"name": cluster, "context": {"cluster": cluster, "user": user}}],
        "current-context": cluster,
    });
    let text = serde_saphyr::to_string(&document).map_err(|error| Error::Document {
        what: path.display().to_string(),
        reason: error.to_string(),
    })?;
    write_private(path, &text)
}

/// The client configuration of a kubeconfig file.
pub(crate) async fn load(path: &Path) -> Result<kube::Config> {
    crate::install_crypto_provider();
    let failed = |source| Error::Kubeconfig {
        path: path.to_owned(),
        source: Box::new(source),
    };
    let kubeconfig = Kubeconfig::read_from(path).map_err(failed)?;
    kube::Config::from_custom_kubeconfig(kubeconfig, &KubeConfigOptions::default())
        .await
        .map_err(failed)
}

/// A client for a kubeconfig file.
pub(crate) async fn client(path: &Path) -> Result<kube::Client> {
    kube::Client::try_from(load(path).await?)
        .map_err(Error::kube(format!("make a client for {}", path.display())))
}
