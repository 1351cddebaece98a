//! Flags of `hourglass-placement`.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use clap::Parser;
use hourglass_runtime::args::{LogArgs, OtlpArgs, PrintConfigArgs};
use serde::Serialize;

/// The placement service: chooses clusters and nodes, and hands performers to the clusters' agents.
///
/// On its first start it makes its certificate authority, its server certificate and an administrator's token in
/// the state directory.
#[derive(Debug, Parser, Serialize)]
#[command(name = "hourglass-placement", version, max_term_width = 110)]
pub struct Args {
    /// Address of the gRPC API, for clients and agents alike; port 0 picks a free one
    #[arg(
        long,
        env = "HOURGLASS_LISTEN",
        default_value = "127.0.0.1:8443",
        value_name = "ADDRESS"
    )]
    pub listen: SocketAddr,

    /// Directory of everything that must survive: placements, certificate authority, administrator's token
    #[arg(long, env = "HOURGLASS_STATE_DIR", value_name = "DIR")]
    pub state_dir: PathBuf,

    /// DNS name or IP address that clients and agents use for this server, for its own certificate; repeatable
    /// (localhost and the listening address are always in it)
    #[arg(
        long = "tls-san",
        env = "HOURGLASS_TLS_SAN",
        value_delimiter = ',',
        value_name = "NAME"
    )]
    pub tls_sans: Vec<String>,

    /// Serve this PEM certificate chain instead of one from the server's own authority; read again when it changes
    #[arg(
        long,
        env = "HOURGLASS_TLS_CERT_FILE",
        value_name = "FILE",
        requires = "tls_key_file"
    )]
    pub tls_cert_file: Option<PathBuf>,

    /// Private key of --tls-cert-file
    #[arg(
        long,
        env = "HOURGLASS_TLS_KEY_FILE",
        value_name = "FILE",
        requires = "tls_cert_file"
    )]
    pub tls_key_file: Option<PathBuf>,

    /// CA certificates by which clients and agents trust --tls-cert-file; agents get them when they join
    #[arg(
        long,
        env = "HOURGLASS_TLS_CA_FILE",
        value_name = "FILE",
        requires = "tls_cert_file"
    )]
    pub tls_ca_file: Option<PathBuf>,

    /// Serve without TLS; only on a loopback address, and only for development
    #[arg(long, env = "HOURGLASS_INSECURE_PLAINTEXT")]
    pub insecure_plaintext: bool,

    /// How often agents give a sign of life
    #[arg(long, env = "HOURGLASS_HEARTBEAT_INTERVAL", default_value = "5s", value_parser = duration, value_name = "TIME")]
    #[serde(serialize_with = "seconds")]
    pub heartbeat_interval: Duration,

    /// A cluster that is silent for this long is SUSPECT
    #[arg(long, env = "HOURGLASS_SUSPECT_AFTER", default_value = "15s", value_parser = duration, value_name = "TIME")]
    #[serde(serialize_with = "seconds")]
    pub suspect_after: Duration,

    /// A cluster that is silent for this long is UNREACHABLE
    #[arg(long, env = "HOURGLASS_UNREACHABLE_AFTER", default_value = "60s", value_parser = duration, value_name = "TIME")]
    #[serde(serialize_with = "seconds")]
    pub unreachable_after: Duration,

    /// A gang whose replicas the clusters have not all admitted by then is taken back and waits again
    #[arg(long, env = "HOURGLASS_GANG_ADMISSION_TIMEOUT", default_value = "60s", value_parser = duration, value_name = "TIME")]
    #[serde(serialize_with = "seconds")]
    pub gang_admission_timeout: Duration,

    /// A gang, or another large placement, that has waited this long for room gets nodes kept free for it
    #[arg(long, env = "HOURGLASS_RESERVATION_AFTER", default_value = "5m", value_parser = duration, value_name = "TIME")]
    #[serde(serialize_with = "seconds")]
    pub reservation_after: Duration,

    /// Placements that have nodes kept free at the same time, at most; 0 keeps none free
    #[arg(
        long,
        env = "HOURGLASS_RESERVATIONS",
        default_value_t = 2,
        value_name = "NUMBER"
    )]
    pub reservations: usize,

    /// Nodes that are kept free for a placement are given back when nothing more has come free on them for this long; the next
    /// one in line gets its turn, and the same one again after a pause that doubles each time
    #[arg(long, env = "HOURGLASS_RESERVATION_HOLD", default_value = "15m", value_parser = duration, value_name = "TIME")]
    #[serde(serialize_with = "seconds")]
    pub reservation_hold: Duration,

    /// Lifetime of the certificates that agents get; they renew at two thirds of it
    #[arg(long, env = "HOURGLASS_AGENT_CERTIFICATE_LIFETIME", default_value = "24h", value_parser = duration, value_name = "TIME")]
    #[serde(serialize_with = "seconds")]
    pub agent_certificate_lifetime: Duration,

    /// Raise the incarnation of the store before serving, once: after the store was lost or restored from a backup, so that
    /// agents, which have obeyed later commands, obey again. It begins a recovery: performers that this server made and does
    /// not know any more are adopted as their clusters come back, and replicas that were not found are not started anew
    #[arg(long, env = "HOURGLASS_RAISE_INCARNATION")]
    pub raise_incarnation: bool,

    /// End the recovery, once: every cluster that will come back has come back, and replicas that were not found may be
    /// started anew. Nothing is adopted after that
    #[arg(long, env = "HOURGLASS_END_RECOVERY")]
    pub end_recovery: bool,

    /// How long a shutdown may take
    #[arg(long, env = "HOURGLASS_DRAIN_TIMEOUT", default_value = "25s", value_parser = duration, value_name = "TIME")]
    #[serde(serialize_with = "seconds")]
    pub drain_timeout: Duration,

    /// Address of the admin HTTP server (/livez, /readyz, /metrics, /version); port 0 picks a free one
    #[arg(
        long,
        env = "HOURGLASS_ADMIN_ADDRESS",
        default_value = "127.0.0.1:8444",
        value_name = "ADDRESS"
    )]
    pub admin_address: SocketAddr,

    #[allow(missing_docs)]
    #[command(flatten)]
    #[serde(flatten)]
    pub log: LogArgs,

    #[allow(missing_docs)]
    #[command(flatten)]
    #[serde(flatten)]
    pub otlp: OtlpArgs,

    #[allow(missing_docs)]
    #[command(flatten)]
    #[serde(skip)]
    pub print: PrintConfigArgs,
}

fn duration(text: &str) -> Result<Duration, String> {
    let span: jiff::SignedDuration = text
        .parse()
        .map_err(|error| format!("not a length of time such as 15s or 24h: {error}"))?;
    Duration::try_from(span).map_err(|_| "must not be negative".to_owned())
}

fn seconds<S: serde::Serializer>(length: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&format!("{}s", length.as_secs_f64()))
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_flags_fit_together() {
        Args::command().debug_assert();
    }

    #[test]
    fn lengths_of_time_are_written_with_units() {
        let args = Args::try_parse_from(["x", "--state-dir", "d", "--suspect-after", "1m30s"]).unwrap();
        assert_eq!(args.suspect_after, Duration::from_secs(90));
        assert!(Args::try_parse_from(["x", "--state-dir", "d", "--suspect-after", "soon"]).is_err());
        assert!(Args::try_parse_from(["x", "--state-dir", "d", "--suspect-after", "-5s"]).is_err());
    }
}
