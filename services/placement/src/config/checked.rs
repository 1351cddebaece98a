//! Flags become a configuration that holds together, or a list of everything that does not.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use hourglass_runtime::config_errors::{ConfigErrors, InvalidConfig};
use hourglass_runtime::tls::{CertificateFiles, check_plaintext};

use super::args::Args;
use crate::scheduler::clusters::LivenessPolicy;
use crate::scheduler::reservations::ReservationPolicy;
use crate::scheduler::timers::QueuePolicy;

/// A sane certificate lasts at least this long: shorter ones are renewed all the time.
const SHORTEST_CERTIFICATE: Duration = Duration::from_secs(60);

/// No cluster makes the pods of a gang faster than this.
const SHORTEST_ADMISSION: Duration = Duration::from_secs(1);

/// Whoever waits less than this has not waited.
const SHORTEST_WAIT: Duration = Duration::from_secs(1);

/// Each may keep many nodes.
const MOST_RESERVATIONS: usize = 100;

/// What the server runs with.
#[derive(Debug, Clone)]
pub struct Config {
    /// Address of the API.
    pub listen: SocketAddr,
    /// Address of the admin pages.
    pub admin_address: SocketAddr,
    /// Everything durable.
    pub state_dir: PathBuf,
    /// How connections are protected.
    pub tls: TlsMode,
    /// When silence counts.
    pub liveness: LivenessPolicy,
    /// How long things may take.
    pub queue: QueuePolicy,
    /// How often agents give a sign of life.
    pub heartbeat_interval: Duration,
    /// Lifetime of agents' certificates.
    pub agent_certificate_lifetime: Duration,
    /// Raise the incarnation first.
    pub raise_incarnation: bool,
    /// End the recovery first.
    pub end_recovery: bool,
    /// Bound on a shutdown.
    pub drain_timeout: Duration,
}

/// How connections are protected.
#[derive(Debug, Clone)]
pub enum TlsMode {
    /// By a certificate of the server's own authority, for these names.
    Own {
        /// DNS names and IP addresses.
        names: Vec<String>,
    },
    /// By a certificate from files; the own authority still signs agents' certificates.
    Files {
        /// The server's certificate.
        files: CertificateFiles,
        /// By which agents trust it.
        trust: PathBuf,
    },
    /// Not at all.
    Plaintext,
}

impl Config {
    /// Checks the flags.
    ///
    /// # Errors
    /// Every violation at once.
    pub fn from_args(args: &Args, mut errors: ConfigErrors) -> Result<Self, InvalidConfig> {
        if args.insecure_plaintext {
            errors.check("--insecure-plaintext", check_plaintext(args.listen, true));
            let certificate = args.tls_cert_file.is_some() || !args.tls_sans.is_empty();
            errors.require(
                "--insecure-plaintext",
                !certificate,
                "cannot stand beside --tls-cert-file or --tls-san",
            );
        }
        errors.require(
            "--tls-ca-file",
            args.tls_cert_file.is_none() || args.tls_ca_file.is_some(),
            "goes with --tls-cert-file: agents trust the server by it from the moment they have joined",
        );
        errors.require(
            "--suspect-after",
            args.suspect_after > args.heartbeat_interval,
            "must be longer than --heartbeat-interval, else every cluster is SUSPECT between two signs of life",
        );
        errors.require(
            "--unreachable-after",
            args.unreachable_after > args.suspect_after,
            "must be longer than --suspect-after",
        );
        errors.require(
            "--heartbeat-interval",
            !args.heartbeat_interval.is_zero(),
            "must not be zero",
        );
        errors.require(
            "--gang-admission-timeout",
            args.gang_admission_timeout >= SHORTEST_ADMISSION,
            "must be at least 1s: a cluster needs a moment to make a pod",
        );
        errors.require(
            "--reservation-after",
            args.reservation_after >= SHORTEST_WAIT,
            "must be at least 1s: who has just come has not waited",
        );
        errors.require(
            "--reservations",
            args.reservations <= MOST_RESERVATIONS,
            "must be at most 100: what is kept free for some is kept from all others",
        );
        errors.require(
            "--reservation-hold",
            args.reservation_hold >= SHORTEST_WAIT,
            "must be at least 1s: nothing comes free in less",
        );
        errors.require(
            "--agent-certificate-lifetime",
            args.agent_certificate_lifetime >= SHORTEST_CERTIFICATE,
            "must be at least 60s",
        );
        errors.require(
            "--end-recovery",
            !(args.end_recovery && args.raise_incarnation),
            "cannot stand beside --raise-incarnation, which begins a recovery",
        );
        errors.into_result()?;
        Ok(Self {
            listen: args.listen,
            admin_address: args.admin_address,
            state_dir: args.state_dir.clone(),
            tls: tls_mode(args),
            liveness: LivenessPolicy {
                suspect_after: args.suspect_after,
                unreachable_after: args.unreachable_after,
            },
            queue: QueuePolicy {
                gang_admission: args.gang_admission_timeout,
                reservation: ReservationPolicy {
                    after: args.reservation_after,
                    most: args.reservations,
                    hold: args.reservation_hold,
                },
            },
            heartbeat_interval: args.heartbeat_interval,
            agent_certificate_lifetime: args.agent_certificate_lifetime,
            raise_incarnation: args.raise_incarnation,
            end_recovery: args.end_recovery,
            drain_timeout: args.drain_timeout,
        })
    }
}

impl Config {
    /// An agent counts this server as gone after the time after which the server suspects a silent agent.
    #[must_use]
    pub fn suspect_after(&self) -> Duration {
        self.liveness.suspect_after
    }
}

fn tls_mode(args: &Args) -> TlsMode {
    if args.insecure_plaintext {
        return TlsMode::Plaintext;
    }
    if let (Some(chain), Some(key), Some(trust)) =
        (&args.tls_cert_file, &args.tls_key_file, &args.tls_ca_file)
    {
        let files = CertificateFiles {
            chain: chain.clone(),
            key: key.clone(),
            client_ca: None,
        };
        return TlsMode::Files {
            files,
            trust: trust.clone(),
        };
    }
    let mut names = vec!["localhost".to_owned(), "127.0.0.1".to_owned(), "::1".to_owned()];
    if !args.listen.ip().is_unspecified() {
        names.push(args.listen.ip().to_string());
    }
    names.extend(args.tls_sans.iter().cloned());
    names.sort();
    names.dedup();
    TlsMode::Own { names }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    fn config(flags: &[&str]) -> Result<Config, InvalidConfig> {
        let flags = ["hourglass-placement", "--state-dir", "state"]
            .iter()
            .chain(flags);
        Config::from_args(&Args::try_parse_from(flags).unwrap(), ConfigErrors::new())
    }

    #[test]
    fn the_defaults_are_valid_and_encrypted() {
        assert!(matches!(config(&[]).unwrap().tls, TlsMode::Own { .. }));
    }

    #[test]
    fn plain_text_is_refused_on_an_address_that_others_reach() {
        assert!(config(&["--insecure-plaintext", "--listen", "0.0.0.0:1"]).is_err());
        assert!(config(&["--insecure-plaintext", "--listen", "127.0.0.1:1"]).is_ok());
    }

    #[test]
    fn a_certificate_from_files_needs_what_agents_trust_it_by() {
        let files = ["--tls-cert-file", "a", "--tls-key-file", "b"];
        assert!(config(&files).unwrap_err().to_string().contains("--tls-ca-file"));
        let whole = [files.as_slice(), &["--tls-ca-file", "c"]].concat();
        assert!(matches!(config(&whole).unwrap().tls, TlsMode::Files { .. }));
    }

    #[test]
    fn every_violation_is_named_at_once() {
        let flags = [
            "--suspect-after",
            "1s",
            "--unreachable-after",
            "1s",
            "--gang-admission-timeout",
            "10ms",
            "--reservation-after",
            "0s",
            "--reservations",
            "101",
            "--reservation-hold",
            "0s",
            "--agent-certificate-lifetime",
            "1s",
        ];
        let text = config(&flags).unwrap_err().to_string();
        for flag in [
            "--suspect-after",
            "--unreachable-after",
            "--gang-admission-timeout",
            "--reservation-after",
            "--reservations",
            "--reservation-hold",
            "--agent-certificate-lifetime",
        ] {
            assert!(text.contains(flag), "{flag} is missing in {text}");
        }
    }
}
