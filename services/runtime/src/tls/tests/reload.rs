use std::path::Path;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::{DAY, new_authority, now};
use crate::tls::reload::{Reload, ReloadError};
use crate::tls::{Authority, CertificateFiles, CertificateReloader, CredentialError, ServerCredential};

fn files(directory: &Path) -> CertificateFiles {
    CertificateFiles {
        chain: directory.join("tls.crt"),
        key: directory.join("tls.key"),
        client_ca: Some(directory.join("ca.crt")),
    }
}

fn write(files: &CertificateFiles, authority: &Authority, lifetime: Duration) {
    let issued = authority
        .issue_server_certificate(&["localhost".into()], lifetime, now())
        .unwrap();
    std::fs::write(&files.chain, &issued.chain_pem).unwrap();
    std::fs::write(&files.key, issued.key_pem.expose()).unwrap();
    std::fs::write(files.client_ca.as_ref().unwrap(), authority.bundle_pem()).unwrap();
}

#[tokio::test]
async fn changed_files_are_published_and_unchanged_ones_are_not() {
    let (directory, authority) = new_authority();
    let files = files(directory.path());
    write(&files, &authority, DAY);
    let mut reloader = CertificateReloader::load(files.clone(), now()).await.unwrap();
    let first_end = reloader.acceptor().not_after();
    assert_eq!(reloader.check(now()).await.unwrap(), Reload::Unchanged);
    write(&files, &authority, DAY * 2);
    assert_eq!(reloader.check(now()).await.unwrap(), Reload::Published);
    assert!(reloader.acceptor().not_after() > first_end);
    assert_eq!(reloader.check(now()).await.unwrap(), Reload::Unchanged);
}

#[tokio::test]
async fn bad_files_leave_the_old_certificate_and_are_an_error_once() {
    let (directory, authority) = new_authority();
    let files = files(directory.path());
    write(&files, &authority, DAY);
    let mut reloader = CertificateReloader::load(files.clone(), now()).await.unwrap();
    let end = reloader.acceptor().not_after();

    // A key of another certificate, as between the two writes of a careless renewal.
    let other = authority
        .issue_server_certificate(&["localhost".into()], DAY * 2, now())
        .unwrap();
    std::fs::write(&files.chain, &other.chain_pem).unwrap();
    let error = reloader.check(now()).await.unwrap_err();
    assert!(
        matches!(
            &error,
            ReloadError::Credential {
                source: CredentialError::Mismatch(_),
                ..
            }
        ),
        "{error}"
    );
    assert_eq!(reloader.check(now()).await.unwrap(), Reload::Unchanged);
    assert_eq!(reloader.acceptor().not_after(), end);

    // The second write arrives: now they fit.
    std::fs::write(&files.key, other.key_pem.expose()).unwrap();
    assert_eq!(reloader.check(now()).await.unwrap(), Reload::Published);
    let end = reloader.acceptor().not_after();

    std::fs::write(files.client_ca.as_ref().unwrap(), "no certificate").unwrap();
    assert!(matches!(
        reloader.check(now()).await,
        Err(ReloadError::ClientCa { .. })
    ));
    std::fs::remove_file(&files.key).unwrap();
    let error = reloader.check(now()).await.unwrap_err();
    assert!(error.to_string().contains("tls.key"), "{error}");
    assert_eq!(reloader.acceptor().not_after(), end);
}

#[tokio::test]
async fn a_symlink_swap_as_in_a_mounted_secret_is_noticed() {
    let (directory, authority) = new_authority();
    let root = directory.path();
    for version in ["v1", "v2"] {
        std::fs::create_dir(root.join(version)).unwrap();
    }
    write(&files(&root.join("v1")), &authority, DAY);
    write(&files(&root.join("v2")), &authority, DAY * 2);
    std::os::unix::fs::symlink("v1", root.join("current")).unwrap();
    let reloader = CertificateReloader::load(files(&root.join("current")), now())
        .await
        .unwrap();
    let acceptor = reloader.acceptor();
    let first_end = acceptor.not_after();
    let stop = CancellationToken::new();
    let running = tokio::spawn(reloader.run(Duration::from_millis(20), stop.clone()));
    std::os::unix::fs::symlink("v2", root.join("next")).unwrap();
    std::fs::rename(root.join("next"), root.join("current")).unwrap();
    tokio::time::timeout(Duration::from_secs(20), async {
        while acceptor.not_after() <= first_end {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    })
    .await
    .unwrap();
    stop.cancel();
    running.await.unwrap();
}

#[tokio::test]
async fn the_first_load_needs_good_files() {
    let (directory, authority) = new_authority();
    let files = files(directory.path());
    let error = CertificateReloader::load(files.clone(), now()).await.unwrap_err();
    assert!(matches!(error, ReloadError::Read { .. }), "{error}");
    write(&files, &authority, DAY);
    let error = CertificateReloader::load(files.clone(), now() + DAY * 2)
        .await
        .unwrap_err();
    assert!(error.to_string().contains("the certificate ended at"), "{error}");
    let error = CertificateReloader::load(files, now() - DAY).await.unwrap_err();
    assert!(error.to_string().contains("check the clock"), "{error}");
}

#[test]
fn a_credential_never_shows_its_key() {
    let (_directory, authority) = new_authority();
    let issued = authority
        .issue_server_certificate(&["localhost".into()], DAY, now())
        .unwrap();
    let key = issued.key_pem.expose().as_bytes();
    let credential = ServerCredential::from_pem(issued.chain_pem.as_bytes(), key, now()).unwrap();
    assert!(!format!("{credential:?}").contains("key"), "{credential:?}");
    let error = ServerCredential::from_pem(issued.chain_pem.as_bytes(), b"-----BEGIN SECRET", now());
    assert!(!error.unwrap_err().to_string().contains("SECRET"));
    assert!(
        ServerCredential::from_pem(key, key, now())
            .unwrap_err()
            .to_string()
            .contains("chain")
    );
}
