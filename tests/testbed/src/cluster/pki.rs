//! A cluster's certificate authority, the certificates of its components, and the key that signs ServiceAccount tokens.

use std::{
    fs,
    io::Write,
    path::{Path, PathBuf},
};

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DistinguishedName, DnType, ExtendedKeyUsagePurpose,
    IsCa, KeyPair, KeyUsagePurpose,
};

use crate::error::{Error, Result};

/// The first address of the service range: the `kubernetes` Service.
const KUBERNETES_SERVICE_IP: &str = "10.96.0.1";

/// Files of one cluster's public key infrastructure.
pub(crate) struct Pki {
    dir: PathBuf,
    ca: CertifiedIssuer<'static, KeyPair>,
}

/// A client certificate with its key, PEM.
pub(crate) struct ClientCertificate {
    pub(crate) certificate_pem: String,
    pub(crate) key_pem: String,
}

impl Pki {
    /// Makes the CA, the API server's certificate and the ServiceAccount key in `dir`.
    pub(crate) fn create(dir: PathBuf) -> Result<Self> {
        fs::create_dir_all(&dir).map_err(Error::io("create", &dir))?;
        let failed = |source| Error::Certificate {
            subject: "kubernetes-ca".into(),
            source,
        };
        let mut params = CertificateParams::default();
        params.distinguished_name = name("kubernetes-ca", None);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![
            KeyUsagePurpose::KeyCertSign,
            KeyUsagePurpose::CrlSign,
            KeyUsagePurpose::DigitalSignature,
        ];
        let key = KeyPair::generate().map_err(failed)?;
        let pki = Self {
            dir,
            ca: CertifiedIssuer::self_signed(params, key).map_err(failed)?,
        };
        pki.write("ca.crt", &pki.ca_pem())?;
        pki.serving_certificate()?;
        let service_accounts = KeyPair::generate().map_err(failed)?;
        pki.write("service-accounts.key", &service_accounts.serialize_pem())?;
        pki.write("service-accounts.pub", &service_accounts.public_key_pem())?;
        Ok(pki)
    }

    /// The path of one of its files as a flag's value.
    pub(crate) fn file(&self, name: &str) -> String {
        self.dir.join(name).display().to_string()
    }

    pub(crate) fn ca_pem(&self) -> String {
        self.ca.pem()
    }

    /// A certificate for a user of the API server and, with a group, what RBAC grants that group.
    pub(crate) fn client_certificate(&self, user: &str, group: Option<&str>) -> Result<ClientCertificate> {
        let failed = |source| Error::Certificate {
            subject: user.to_owned(),
            source,
        };
        let mut params = CertificateParams::default();
        params.distinguished_name = name(user, group);
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
        let key = KeyPair::generate().map_err(failed)?;
        let certificate = params.signed_by(&key, &self.ca).map_err(failed)?;
        Ok(ClientCertificate {
            certificate_pem: certificate.pem(),
            key_pem: key.serialize_pem(),
        })
    }

    fn serving_certificate(&self) -> Result<()> {
        let failed = |source| Error::Certificate {
            subject: "kube-apiserver".into(),
            source,
        };
        let names = [
            "localhost",
            "127.0.0.1",
            KUBERNETES_SERVICE_IP,
            "kubernetes",
            "kubernetes.default",
            "kubernetes.default.svc",
            "kubernetes.default.svc.cluster.local",
        ];
        let mut params = CertificateParams::new(names.map(String::from)).map_err(failed)?;
        params.distinguished_name = name("kube-apiserver", None);
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        let key = KeyPair::generate().map_err(failed)?;
        let certificate = params.signed_by(&key, &self.ca).map_err(failed)?;
        self.write("apiserver.crt", &certificate.pem())?;
        self.write("apiserver.key", &key.serialize_pem())
    }

    fn write(&self, name: &str, text: &str) -> Result<()> {
        write_private(&self.dir.join(name), text)
    }
}

fn name(common_name: &str, organization: Option<&str>) -> DistinguishedName {
    let mut name = DistinguishedName::new();
    name.push(DnType::CommonName, common_name);
    if let Some(organization) = organization {
        name.push(DnType::OrganizationName, organization);
    }
    name
}

/// Writes a file that only its owner reads, or replaces it at once: a program that starts meanwhile and reads it finds
/// it whole. Tests that share a cluster ask for the kubeconfig of one ServiceAccount side by side.
pub(crate) fn write_private(path: &Path, text: &str) -> Result<()> {
    let directory = path.parent().unwrap_or(Path::new("."));
    tempfile::NamedTempFile::new_in(directory)
        .and_then(|mut file| {
            file.write_all(text.as_bytes())?;
            file.persist(path).map_err(|error| error.error)
        })
        .map(drop)
        .map_err(Error::io("write", path))
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;
    use std::thread;

    use super::*;

    #[test]
    fn who_reads_a_file_while_it_is_replaced_finds_it_whole() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("kubeconfig");
        let text = "a line of it\n".repeat(200);
        write_private(&path, &text).unwrap();
        thread::scope(|scope| {
            let writer = scope.spawn(|| {
                for _ in 0..1_000 {
                    write_private(&path, &text).unwrap();
                }
            });
            while !writer.is_finished() {
                assert!(
                    fs::read_to_string(&path).unwrap() == text,
                    "a part of it was seen"
                );
            }
        });
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(
            fs::read_dir(dir.path()).unwrap().count(),
            1,
            "nothing else is left"
        );
    }
}
