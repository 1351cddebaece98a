//! An identity as named texts: the keys of the Secret, and the content of the file in a state directory.

use std::collections::BTreeMap;
use std::time::SystemTime;

use hourglass_runtime::secret::Secret;
use hourglass_runtime::tls::{ClientCredential, ClusterIdentity};
use serde::{Deserialize, Serialize};

use super::Identity;

/// Name of the private key's text, as in Secrets of type `kubernetes.io/tls`.
const KEY: &str = "tls.key";
/// Name of the certificate chain's text.
const CHAIN: &str = "tls.crt";
/// Name of the CA bundle's text.
const CA: &str = "ca.crt";
/// Name of the text with everything else.
const FACTS: &str = "identity.json";

/// Texts by name. Holds the private key: no `Debug`.
pub(super) type Texts = BTreeMap<String, String>;

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Facts {
    cluster: String,
    cluster_uid: String,
    renew_after: jiff::Timestamp,
    not_after: jiff::Timestamp,
}

/// The stored texts are no identity.
#[derive(Debug, thiserror::Error)]
#[error("the stored identity is damaged ({0}); remove it and give a fresh join token")]
pub struct DamagedIdentity(String);

/// The texts to store.
pub(super) fn to_texts(identity: &Identity) -> Result<Texts, DamagedIdentity> {
    let damaged = |error: &dyn std::fmt::Display| DamagedIdentity(error.to_string());
    let time = |time: SystemTime| jiff::Timestamp::try_from(time).map_err(|error| damaged(&error));
    let facts = Facts {
        cluster: identity.cluster.cluster().to_owned(),
        cluster_uid: identity.cluster.cluster_uid().to_owned(),
        renew_after: time(identity.renew_after)?,
        not_after: time(identity.not_after)?,
    };
    let facts = serde_json::to_string(&facts).map_err(|error| damaged(&error))?;
    Ok([
        (KEY, identity.credential.key_pem.expose().clone()),
        (CHAIN, identity.credential.chain_pem.clone()),
        (CA, identity.ca_pem.clone()),
        (FACTS, facts),
    ]
    .map(|(name, text)| (name.to_owned(), text))
    .into())
}

/// The identity in the texts; `None` where nothing was stored yet.
pub(super) fn from_texts(texts: &Texts) -> Result<Option<Identity>, DamagedIdentity> {
    let Some(facts) = texts.get(FACTS) else {
        return Ok(None);
    };
    let text = |name: &str| {
        texts
            .get(name)
            .cloned()
            .ok_or_else(|| DamagedIdentity(format!("{name:?} is missing")))
    };
    let damaged = |error: &dyn std::fmt::Display| DamagedIdentity(error.to_string());
    let facts: Facts = serde_json::from_str(facts).map_err(|error| damaged(&error))?;
    let cluster = ClusterIdentity::new(facts.cluster, facts.cluster_uid).map_err(|error| damaged(&error))?;
    Ok(Some(Identity {
        cluster,
        credential: ClientCredential {
            chain_pem: text(CHAIN)?,
            key_pem: Secret::new(text(KEY)?),
        },
        ca_pem: text(CA)?,
        renew_after: facts.renew_after.into(),
        not_after: facts.not_after.into(),
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use hourglass_runtime::tls::Authority;

    #[test]
    fn an_identity_survives_being_stored() {
        let now = SystemTime::now();
        let directory = tempfile::tempdir().unwrap();
        let authority = Authority::open_or_create(directory.path(), now).unwrap();
        let identity = super::super::check::tests::identity(&authority, "c1", now);
        let texts = to_texts(&identity).unwrap();
        let read = from_texts(&texts).unwrap().unwrap();
        super::super::check(&read, now).unwrap();
        assert_eq!(read.cluster, identity.cluster);
        assert_eq!(read.not_after, identity.not_after);
    }

    #[test]
    fn nothing_stored_is_no_identity_and_half_of_one_is_damage() {
        assert!(from_texts(&Texts::new()).unwrap().is_none());
        let facts = r#"{"cluster":"c1","clusterUid":"u","renewAfter":"2026-01-01T00:00:00Z","notAfter":"2026-01-02T00:00:00Z"}"#;
        let half = Texts::from([(FACTS.to_owned(), facts.to_owned())]);
        assert!(from_texts(&half).unwrap_err().to_string().contains("tls.crt"));
    }
}
