use std::os::unix::fs::PermissionsExt;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use rcgen::{BasicConstraints, CertificateParams, DistinguishedName, DnType, IsCa, KeyPair, SanType};
use rustls_pki_types::CertificateDer;
use x509_parser::extensions::GeneralName;

use super::{DAY, UID, identity, new_authority, now};
use crate::tls::issue::IssueError;
use crate::tls::{Authority, AuthorityError, CaBundle, CsrError, new_csr, peer_identity, pem, x509};

fn leaf(chain_pem: &str) -> CertificateDer<'static> {
    pem::certificates(chain_pem.as_bytes()).unwrap().remove(0)
}

/// A request with any subject and names, as a dishonest client could make it.
fn csr(change: impl FnOnce(&mut CertificateParams)) -> String {
    let mut params = CertificateParams::default();
    params.distinguished_name = DistinguishedName::new();
    change(&mut params);
    params
        .serialize_request(&KeyPair::generate().unwrap())
        .unwrap()
        .pem()
        .unwrap()
}

#[test]
fn the_same_authority_is_there_after_a_restart_and_its_files_are_private() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("state/ca");
    let first = Authority::open_or_create(&path, now()).unwrap().bundle_pem();
    let second = Authority::open_or_create(&path, now()).unwrap().bundle_pem();
    assert_eq!(first, second);
    let mode = |name: &str| path.join(name).metadata().unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(""), mode("ca.key"), mode("ca.crt")), (0o700, 0o600, 0o600));
}

#[test]
fn a_first_start_that_stopped_half_way_is_finished() {
    let directory = tempfile::tempdir().unwrap();
    Authority::open_or_create(directory.path(), now()).unwrap();
    let key = std::fs::read(directory.path().join("ca.key")).unwrap();
    std::fs::remove_file(directory.path().join("ca.crt")).unwrap();
    Authority::open_or_create(directory.path(), now()).unwrap();
    assert_eq!(std::fs::read(directory.path().join("ca.key")).unwrap(), key);
}

#[test]
fn half_an_authority_is_refused_and_left_as_it_is() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path();
    Authority::open_or_create(path, now()).unwrap();
    let key = std::fs::read(path.join("ca.key")).unwrap();
    std::fs::remove_file(path.join("ca.key")).unwrap();
    let error = Authority::open_or_create(path, now()).unwrap_err();
    assert!(matches!(error, AuthorityError::KeyMissing(_)), "{error}");
    assert!(!path.join("ca.key").exists());

    std::fs::write(path.join("ca.key"), KeyPair::generate().unwrap().serialize_pem()).unwrap();
    let error = Authority::open_or_create(path, now()).unwrap_err();
    assert!(matches!(error, AuthorityError::KeyMismatch(_)), "{error}");

    std::fs::write(path.join("ca.key"), "no key").unwrap();
    let error = Authority::open_or_create(path, now()).unwrap_err();
    assert!(matches!(error, AuthorityError::Key { .. }), "{error}");

    std::fs::write(path.join("ca.key"), key).unwrap();
    std::fs::write(path.join("ca.crt"), "no certificate").unwrap();
    let error = Authority::open_or_create(path, now()).unwrap_err();
    assert!(error.to_string().contains("ca.crt"), "{error}");
}

#[test]
fn rotation_signs_with_a_new_key_and_still_trusts_the_old_one() {
    let (directory, authority) = new_authority();
    let old = authority.bundle();
    let old_key = std::fs::read(directory.path().join("ca/ca.key")).unwrap();
    authority.rotate(now() + DAY).unwrap();
    let bundle = authority.bundle();
    assert_eq!(bundle.certificates().len(), 2);
    assert_eq!(bundle.certificates()[1], old.certificates()[0]);
    let reopened = Authority::open_or_create(&directory.path().join("ca"), now()).unwrap();
    assert_eq!(reopened.bundle_pem(), authority.bundle_pem());

    // As if the process had stopped between the two writes: the old pair goes on.
    std::fs::write(directory.path().join("ca/ca.key"), old_key).unwrap();
    let half = Authority::open_or_create(&directory.path().join("ca"), now()).unwrap();
    let issued = half
        .issue_server_certificate(&["localhost".into()], DAY, now())
        .unwrap();
    let certificate = leaf(&issued.chain_pem);
    let issuer = x509::parse(&old.certificates()[0]).unwrap().subject().to_string();
    assert_eq!(x509::parse(&certificate).unwrap().issuer().to_string(), issuer);
}

#[test]
fn a_bundle_file_may_be_extended_by_hand() {
    let (directory, authority) = new_authority();
    let (_other_directory, other) = new_authority();
    let path = directory.path().join("ca/ca.crt");
    std::fs::write(&path, format!("{}{}", other.bundle_pem(), authority.bundle_pem())).unwrap();
    let reopened = Authority::open_or_create(&directory.path().join("ca"), now()).unwrap();
    assert_eq!(reopened.bundle().certificates().len(), 2);
    reopened
        .issue_server_certificate(&["localhost".into()], DAY, now())
        .unwrap();
}

#[test]
fn a_server_certificate_has_its_names_and_begins_in_the_past() {
    let (_directory, authority) = new_authority();
    let names = ["placement.example", "10.1.2.3", "::1", "placement.example"].map(String::from);
    let at = now();
    let issued = authority.issue_server_certificate(&names, DAY * 30, at).unwrap();
    let der = leaf(&issued.chain_pem);
    let certificate = x509::parse(&der).unwrap();
    let names = certificate
        .subject_alternative_name()
        .unwrap()
        .unwrap()
        .value
        .general_names
        .clone();
    assert_eq!(names.len(), 3, "{names:?}");
    assert!(names.contains(&GeneralName::DNSName("placement.example")));
    assert!(names.contains(&GeneralName::IPAddress(&[10, 1, 2, 3])));
    assert!(!certificate.is_ca());
    let before = at.duration_since(x509::not_before(&certificate)).unwrap();
    assert!(
        before >= Duration::from_secs(60) && before < Duration::from_secs(3600),
        "{before:?}"
    );
    assert_eq!(x509::not_after(&certificate), issued.not_after);
    let lifetime = issued.not_after.duration_since(at).unwrap();
    assert!(
        lifetime <= DAY * 30 && lifetime > DAY * 30 - Duration::from_secs(2),
        "{lifetime:?}"
    );
    assert!(issued.renew_after > at + DAY * 19 && issued.renew_after < at + DAY * 21);
    assert!(!format!("{issued:?}").contains("PRIVATE KEY"));
}

#[test]
fn serials_are_random_and_positive() {
    let (_directory, authority) = new_authority();
    let mut serials = std::collections::HashSet::new();
    for _ in 0..16 {
        let issued = authority
            .issue_server_certificate(&["localhost".into()], DAY, now())
            .unwrap();
        let der = leaf(&issued.chain_pem);
        let serial = x509::parse(&der).unwrap().raw_serial().to_vec();
        assert!(serial.len() <= 20 && serial[0] & 0x80 == 0);
        assert!(serials.insert(serial));
    }
}

#[test]
fn names_that_no_client_can_verify_are_refused() {
    let (_directory, authority) = new_authority();
    let issue = |names: &[&str]| {
        let names: Vec<String> = names.iter().copied().map(String::from).collect();
        authority
            .issue_server_certificate(&names, DAY, now())
            .unwrap_err()
    };
    assert_eq!(issue(&[]), IssueError::NoNames);
    for bad in [
        "",
        "a b",
        "https://a",
        "placement.example:7443",
        "10.0.0.256.",
        "*",
    ] {
        assert_eq!(issue(&["localhost", bad]), IssueError::Name(bad.into()));
    }
}

#[test]
fn no_certificate_outlives_its_authority() {
    let (_directory, authority) = new_authority();
    let ten_years = DAY * 3650;
    let late = now() + ten_years - DAY;
    let issued = authority
        .issue_server_certificate(&["localhost".into()], DAY * 30, late)
        .unwrap();
    assert!(issued.not_after <= now() + ten_years);
    let endless = authority
        .issue_server_certificate(&["localhost".into()], Duration::MAX, now())
        .unwrap();
    assert!(endless.not_after <= now() + ten_years);
    let error = authority.issue_server_certificate(&["localhost".into()], DAY, now() + ten_years * 2);
    assert!(matches!(error, Err(IssueError::AuthorityExpired(_))));
}

#[test]
fn a_signed_request_becomes_the_identity_that_the_caller_decided() {
    let (_directory, authority) = new_authority();
    let identity = identity("eu-west-1");
    let at = now();
    let (request, key) = new_csr(&identity).unwrap();
    let signed = authority.sign_csr(&request, &identity, DAY * 7, at).unwrap();
    let chain = [leaf(&signed.chain_pem)];
    let peer = peer_identity(Some(&chain)).unwrap();
    assert_eq!(peer.identity, identity);
    assert_eq!(peer.not_after, signed.not_after);
    assert!(signed.renew_after > at && signed.renew_after < signed.not_after);
    let certificate = x509::parse(&chain[0]).unwrap();
    let usage = certificate.extended_key_usage().unwrap().unwrap().value;
    assert!(usage.client_auth && !usage.server_auth);
    let key = KeyPair::from_pem(key.expose()).unwrap();
    assert_eq!(
        certificate.public_key().raw,
        rcgen::PublicKeyData::subject_public_key_info(&key)
    );
}

#[test]
fn a_request_without_a_name_gets_the_decided_one() {
    let (_directory, authority) = new_authority();
    let signed = authority
        .sign_csr(&csr(|_| {}), &identity("a"), DAY, now())
        .unwrap();
    assert_eq!(
        peer_identity(Some(&[leaf(&signed.chain_pem)])).unwrap().identity,
        identity("a")
    );
}

#[test]
fn a_request_for_another_name_is_refused() {
    let (_directory, authority) = new_authority();
    let sign = |csr: &str| authority.sign_csr(csr, &identity("a"), DAY, now()).unwrap_err();
    let other_names: [fn(&mut CertificateParams); 7] = [
        |params| params.distinguished_name.push(DnType::CommonName, "b"),
        |params| params.distinguished_name.push(DnType::OrganizationName, "a"),
        |params| {
            params.distinguished_name.push(DnType::CommonName, "a");
            params
                .distinguished_name
                .push(DnType::OrganizationName, "system:masters");
        },
        |params| params.subject_alt_names = vec![SanType::DnsName("a".try_into().unwrap())],
        |params| params.subject_alt_names = vec![SanType::IpAddress([127, 0, 0, 1].into())],
        |params| {
            let other = format!("hourglass://cluster/b/{UID}");
            params.subject_alt_names = vec![SanType::URI(other.try_into().unwrap())];
        },
        |params| {
            let own = identity("a").uri().try_into().unwrap();
            let other = "hourglass://cluster/a/other-uid".try_into().unwrap();
            params.subject_alt_names = vec![SanType::URI(own), SanType::URI(other)];
        },
    ];
    for (index, change) in other_names.into_iter().enumerate() {
        let error = sign(&csr(change));
        assert!(
            matches!(error, IssueError::Csr(CsrError::OtherName { .. })),
            "case {index}: {error}"
        );
    }
    let ca = csr(|params| params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained));
    assert_eq!(sign(&ca), IssueError::Csr(CsrError::Authority));
}

#[test]
fn a_request_that_is_broken_or_not_the_senders_is_refused() {
    let (_directory, authority) = new_authority();
    let sign = |csr: &str| match authority.sign_csr(csr, &identity("a"), DAY, now()).unwrap_err() {
        IssueError::Csr(error) => error,
        other => panic!("{other}"),
    };
    assert!(matches!(sign(""), CsrError::Pem(_)));
    assert!(matches!(
        sign("-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n"),
        CsrError::Pem(_)
    ));
    let empty = "-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n-----END CERTIFICATE REQUEST-----\n";
    assert_eq!(sign(empty), CsrError::Damaged);
    assert_eq!(sign(&"x".repeat(20_000)), CsrError::TooLong(20_000));

    let (request, _) = new_csr(&identity("a")).unwrap();
    let mut der = pem::signing_request(request.as_bytes()).unwrap().to_vec();
    *der.last_mut().unwrap() ^= 1;
    let tampered = encode_request(&der);
    assert_eq!(sign(&tampered), CsrError::Signature);
}

fn encode_request(der: &[u8]) -> String {
    pem::encode_certificate(&CertificateDer::from(der)).replace("CERTIFICATE", "CERTIFICATE REQUEST")
}

#[test]
fn a_bundle_takes_only_ca_certificates() {
    let (_directory, authority) = new_authority();
    let issued = authority
        .issue_server_certificate(&["localhost".into()], DAY, now())
        .unwrap();
    let mixed = format!("{}{}", authority.bundle_pem(), issued.chain_pem);
    let error = CaBundle::from_pem(mixed.as_bytes()).unwrap_err();
    assert!(
        error.to_string().starts_with("certificate 2 of the CA bundle"),
        "{error}"
    );
    assert!(CaBundle::from_pem(b"").is_err());
}

#[test]
fn a_clock_before_1970_makes_no_panic() {
    let directory = tempfile::tempdir().unwrap();
    let before: SystemTime = UNIX_EPOCH - Duration::from_secs(5);
    let authority = Authority::open_or_create(directory.path(), before).unwrap();
    assert!(
        authority
            .issue_server_certificate(&["localhost".into()], DAY, before)
            .is_ok()
    );
}
