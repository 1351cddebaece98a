//! TLS: what certificate the server shows, whether it is trusted, and when it ends.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::CryptoProvider;
use rustls::{ClientConfig, DigitallySignedStruct, SignatureScheme};
use rustls_pki_types::{CertificateDer, ServerName, UnixTime};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use x509_parser::prelude::{FromDer, GeneralName, X509Certificate};

use super::Finding;
use crate::client::{ConnectFailure, endpoint};
use crate::context::{Target, Trust};

const DEADLINE: Duration = Duration::from_secs(5);
/// Servers renew long before this; what is closer to its end is not being renewed.
const SOON_DAYS: i64 = 7;

/// Looks at the certificate first, without judging it, so that a certificate that is refused can be described.
pub async fn check(target: &Target, address: SocketAddr) -> Vec<Finding> {
    if target.trust == Trust::Plaintext {
        return vec![Finding::warning(
            "TLS",
            "plain text on a loopback address",
            "use https:// for anything but a trial on one machine",
        )];
    }
    let shown = timeout(DEADLINE, shown_certificate(target, address))
        .await
        .unwrap_or_default();
    let mut findings = vec![trust(target, shown.as_deref()).await];
    findings.extend(shown.as_deref().and_then(expiry));
    findings
}

async fn trust(target: &Target, shown: Option<&[u8]>) -> Finding {
    let names = shown
        .map(describe)
        .map(|text| format!(" (it shows {text})"))
        .unwrap_or_default();
    let connected = match endpoint(target) {
        Ok(endpoint) => endpoint
            .connect()
            .await
            .map_err(|error| Box::new(ConnectFailure::new(target, &error))),
        Err(failure) => Err(failure),
    };
    match connected {
        Ok(_) => {
            let by = match &target.trust {
                Trust::Authorities { origin, .. } => format!("the CA from {origin}"),
                Trust::System | Trust::Plaintext => "the authorities of the system".to_owned(),
            };
            Finding::ok(
                "TLS",
                format!("the server's certificate is trusted by {by}{names}"),
            )
        }
        Err(failure) => {
            let cause = failure
                .chain
                .last()
                .map(|cause| format!(": {cause}"))
                .unwrap_or_default();
            Finding::fault("TLS", format!("{failure}{cause}{names}"), failure.remedy())
        }
    }
}

fn describe(der: &[u8]) -> String {
    let Ok((_, certificate)) = X509Certificate::from_der(der) else {
        return "no X.509 certificate".to_owned();
    };
    let names: Vec<String> = match certificate.subject_alternative_name() {
        Ok(Some(extension)) => extension.value.general_names.iter().filter_map(name).collect(),
        Ok(None) | Err(_) => Vec::new(),
    };
    let names = if names.is_empty() {
        "no names".to_owned()
    } else {
        names.join(", ")
    };
    format!("a certificate for {names}, issued by {}", certificate.issuer())
}

fn name(name: &GeneralName<'_>) -> Option<String> {
    match name {
        GeneralName::DNSName(name) => Some((*name).to_owned()),
        GeneralName::IPAddress(bytes) => match <[u8; 4]>::try_from(*bytes) {
            Ok(v4) => Some(std::net::Ipv4Addr::from(v4).to_string()),
            Err(_) => <[u8; 16]>::try_from(*bytes)
                .ok()
                .map(|v6| std::net::Ipv6Addr::from(v6).to_string()),
        },
        _ => None,
    }
}

fn expiry(der: &[u8]) -> Option<Finding> {
    let (_, certificate) = X509Certificate::from_der(der).ok()?;
    let seconds = certificate.validity().not_after.timestamp();
    let end = jiff::Timestamp::from_second(seconds).ok()?;
    let days = (seconds - jiff::Timestamp::now().as_second()).div_euclid(86_400);
    let remedy = "the server renews its certificate by itself: look into its log why it did not";
    Some(match days {
        i64::MIN..0 => Finding::fault("certificate", format!("it ended {end}"), remedy),
        0..SOON_DAYS => Finding::warning("certificate", format!("it ends {end}, in {days} days"), remedy),
        _ => Finding::ok("certificate", format!("it ends {end}, in {days} days")),
    })
}

/// The certificate that the server shows. Nothing is sent over this connection but the handshake.
async fn shown_certificate(target: &Target, address: SocketAddr) -> Option<Vec<u8>> {
    let recorder = Arc::new(Recorder {
        provider: Arc::new(rustls::crypto::ring::default_provider()),
        seen: Mutex::default(),
    });
    let provider = Arc::clone(&recorder.provider);
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .ok()?
        .dangerous()
        .with_custom_certificate_verifier(Arc::clone(&recorder) as Arc<dyn ServerCertVerifier>)
        .with_no_client_auth();
    config.alpn_protocols = vec![b"h2".to_vec()];
    let name = target
        .tls_server_name
        .clone()
        .unwrap_or_else(|| target.host().to_owned());
    let name = ServerName::try_from(name).ok()?;
    let stream = TcpStream::connect(address).await.ok()?;
    // Whether the handshake goes through is judged elsewhere; the certificate comes early in it.
    drop(TlsConnector::from(Arc::new(config)).connect(name, stream).await);
    recorder.seen.lock().ok()?.take()
}

/// Takes any certificate and remembers it. Only for describing what a server shows; never for a connection
/// that carries anything.
#[derive(Debug)]
struct Recorder {
    provider: Arc<CryptoProvider>,
    seen: Mutex<Option<Vec<u8>>>,
}

impl ServerCertVerifier for Recorder {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        if let Ok(mut seen) = self.seen.lock() {
            *seen = Some(end_entity.to_vec());
        }
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        rustls::crypto::verify_tls12_signature(message, certificate, signature, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        rustls::crypto::verify_tls13_signature(message, certificate, signature, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider
            .signature_verification_algorithms
            .supported_schemes()
    }
}
