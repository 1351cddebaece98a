//! Why no server answered: the causes told apart, each with its remedy.

use std::error::Error;
use std::fmt;
use std::io;

use rustls::CertificateError;

use crate::context::{Target, Trust};
use crate::exit_code::Exit;

/// What kind of failure it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FailureKind {
    /// The host name has no address.
    NameUnknown,
    /// Nothing listens there.
    Refused,
    /// No answer in time.
    TimedOut,
    /// The certificate is from an authority that is not trusted.
    UntrustedCertificate,
    /// The certificate has ended, or has not begun.
    CertificateTime,
    /// The certificate is for another name.
    WrongName,
    /// TLS failed for another reason.
    Tls,
    /// TLS was offered and something else answered.
    NotTls,
    /// The connection broke, or something that is no gRPC server answered.
    Broken,
}

/// No connection to the server.
#[derive(Debug)]
pub struct ConnectFailure {
    /// What kind.
    pub kind: FailureKind,
    /// `host:port`
    pub address: String,
    /// Where the address came from.
    pub origin: String,
    /// The causes, outermost first.
    pub chain: Vec<String>,
    plaintext: bool,
    system_trust: bool,
}

impl fmt::Display for ConnectFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match self.kind {
            FailureKind::NameUnknown => "the host name has no address",
            FailureKind::Refused => "nothing listens there (connection refused)",
            FailureKind::TimedOut => "no answer in time",
            FailureKind::UntrustedCertificate => "its certificate is not from a trusted authority",
            FailureKind::CertificateTime => "its certificate has expired or is not valid yet",
            FailureKind::WrongName => "its certificate is for another name",
            FailureKind::Tls => "the TLS handshake failed",
            FailureKind::NotTls => "what answers there does not speak TLS",
            FailureKind::Broken => "the connection broke, or what answers there is no gRPC server",
        };
        write!(
            f,
            "cannot reach the server at {} (from {}): {what}",
            self.address, self.origin
        )
    }
}

impl Error for ConnectFailure {}

impl ConnectFailure {
    /// Reads the cause out of a chain of errors.
    pub fn new(target: &Target, error: &(dyn Error + 'static)) -> Self {
        let mut chain = Vec::new();
        let kind = classify(error, &mut chain);
        Self {
            kind,
            address: format!("{}:{}", target.host(), target.port()),
            origin: target.server_origin.to_string(),
            chain,
            plaintext: target.trust == Trust::Plaintext,
            system_trust: target.trust == Trust::System,
        }
    }

    /// Whether another attempt may do better.
    pub fn may_pass(&self) -> bool {
        match self.kind {
            FailureKind::NameUnknown | FailureKind::Refused | FailureKind::TimedOut | FailureKind::Broken => {
                true
            }
            FailureKind::UntrustedCertificate
            | FailureKind::CertificateTime
            | FailureKind::WrongName
            | FailureKind::Tls
            | FailureKind::NotTls => false,
        }
    }

    /// The exit code: all of these mean that the server was not reached.
    pub fn exit(&self) -> Exit {
        Exit::Unreachable
    }

    /// Technical causes.
    pub fn details(&self) -> Vec<String> {
        self.chain
            .last()
            .map(|cause| format!("cause: {cause}"))
            .into_iter()
            .collect()
    }

    /// What to do.
    pub fn remedy(&self) -> String {
        let text = match self.kind {
            FailureKind::NameUnknown => {
                "check the host name in --server or the context, and the DNS of this machine"
            }
            FailureKind::Refused => {
                "check the port, and that the placement service runs: `hourglass check` goes step by step"
            }
            FailureKind::TimedOut => "check firewalls and routes to this address; --timeout gives it longer",
            FailureKind::UntrustedCertificate if self.system_trust => {
                "give the fleet's own certificate authority: --ca-file CA.pem, or `hourglass config set-context NAME --ca-file CA.pem`"
            }
            FailureKind::UntrustedCertificate => {
                "the CA given is not the one that signed the server's certificate: get the current CA bundle from the \
                 server's operator. If the CA is right, something else answers at this address"
            }
            FailureKind::CertificateTime => {
                "check the clock of this machine; if it is right, the server's certificate must be renewed"
            }
            FailureKind::WrongName => {
                "use a name that is in the certificate (see the cause), or --tls-server-name; the server's operator \
                 adds names with --tls-san"
            }
            FailureKind::Tls => "`hourglass check` shows what the server offers",
            FailureKind::NotTls => {
                "check the port; a server that was started with --insecure-plaintext is reached from its own machine \
                 only, as http:// and with --insecure-plaintext here as well"
            }
            FailureKind::Broken if self.plaintext => {
                "if the server speaks TLS, write https:// instead of http://"
            }
            FailureKind::Broken => {
                "check the port: it must be the gRPC port of the placement service, not its admin port"
            }
        };
        text.to_owned()
    }
}

/// Walks the chain; an `io::Error` hides the error inside it from `source`, so that one is looked into as well.
fn classify(error: &(dyn Error + 'static), chain: &mut Vec<String>) -> FailureKind {
    let mut kind = FailureKind::Broken;
    let mut next = Some(error);
    while let Some(current) = next {
        let text = current.to_string();
        if chain.last() != Some(&text) {
            chain.push(text);
        }
        if let Some(found) = kind_of(current) {
            kind = found;
        }
        next = match current.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
            Some(inner) => Some(inner),
            None => current.source(),
        };
    }
    kind
}

fn kind_of(error: &(dyn Error + 'static)) -> Option<FailureKind> {
    if let Some(tls) = error.downcast_ref::<rustls::Error>() {
        return Some(kind_of_tls(tls));
    }
    if let Some(io) = error.downcast_ref::<io::Error>() {
        return match io.kind() {
            io::ErrorKind::ConnectionRefused => Some(FailureKind::Refused),
            io::ErrorKind::TimedOut => Some(FailureKind::TimedOut),
            _ => None,
        };
    }
    if error.is::<tokio::time::error::Elapsed>() || error.is::<tonic::TimeoutExpired>() {
        return Some(FailureKind::TimedOut);
    }
    // The connector's error type is private to its crate, and a failed look-up has no io::ErrorKind of its own.
    let text = error.to_string();
    if text.starts_with("dns error") || text.contains("failed to lookup address") {
        return Some(FailureKind::NameUnknown);
    }
    None
}

fn kind_of_tls(error: &rustls::Error) -> FailureKind {
    match error {
        rustls::Error::InvalidCertificate(certificate) => match certificate {
            CertificateError::UnknownIssuer | CertificateError::BadSignature => {
                FailureKind::UntrustedCertificate
            }
            CertificateError::Expired
            | CertificateError::ExpiredContext { .. }
            | CertificateError::NotValidYet
            | CertificateError::NotValidYetContext { .. } => FailureKind::CertificateTime,
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
                FailureKind::WrongName
            }
            _ => FailureKind::UntrustedCertificate,
        },
        rustls::Error::InvalidMessage(_) => FailureKind::NotTls,
        _ => FailureKind::Tls,
    }
}
