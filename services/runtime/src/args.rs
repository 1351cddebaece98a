//! Groups of command-line flags that every binary shares, to be used with `#[command(flatten)]`.
//! Each flag can also be set by the environment variable that its help names.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::Args;
use serde::Serialize;

use crate::print_config::ConfigFormat;
use crate::telemetry::LogFormat;

/// How the process logs. Logs go to stderr.
#[derive(Debug, Clone, Args, Serialize)]
pub struct LogArgs {
    /// Form of the log lines; `auto` is `human` on a terminal, else `json`
    #[arg(
        long,
        env = "HOURGLASS_LOG_FORMAT",
        value_enum,
        default_value = "auto",
        value_name = "FORMAT"
    )]
    pub log_format: LogFormat,

    /// Least level to log, also per module: `info`, `warn,hourglass_placement=debug`
    #[arg(
        long,
        env = "HOURGLASS_LOG_LEVEL",
        default_value = "info",
        value_name = "FILTER"
    )]
    pub log_level: String,
}

/// Where the process sends its traces. The other `OTEL_*` variables of the OpenTelemetry SDK
/// (sampler, batch sizes, headers) hold too.
#[derive(Debug, Clone, Default, Args, Serialize)]
pub struct OtlpArgs {
    /// OTLP/gRPC collector to send traces to, such as `http://127.0.0.1:4317`; none are sent without it
    #[arg(long, env = "OTEL_EXPORTER_OTLP_ENDPOINT", value_name = "URL")]
    pub otlp_endpoint: Option<String>,

    /// PEM file of the CA certificates that an `https` collector is verified against, instead of the system's
    #[arg(long, env = "OTEL_EXPORTER_OTLP_CERTIFICATE", value_name = "FILE")]
    pub otlp_ca_file: Option<PathBuf>,
}

/// The admin HTTP server: health, metrics, version.
#[derive(Debug, Clone, Args, Serialize)]
pub struct AdminArgs {
    /// Address of the admin HTTP server (/livez, /readyz, /metrics, /version); port 0 picks a free one
    #[arg(
        long,
        env = "HOURGLASS_ADMIN_ADDRESS",
        default_value = "127.0.0.1:0",
        value_name = "ADDRESS"
    )]
    pub admin_address: SocketAddr,
}

/// `--print-config`.
#[derive(Debug, Clone, Default, Args)]
pub struct PrintConfigArgs {
    /// Print the configuration in effect, without secrets, and exit
    #[arg(long, value_enum, num_args = 0..=1, require_equals = true, default_missing_value = "yaml",
          value_name = "FORMAT")]
    pub print_config: Option<ConfigFormat>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::{CommandFactory, Parser};

    #[derive(Debug, Parser)]
    struct Binary {
        #[command(flatten)]
        log: LogArgs,
        #[command(flatten)]
        otlp: OtlpArgs,
        #[command(flatten)]
        admin: AdminArgs,
        #[command(flatten)]
        print: PrintConfigArgs,
    }

    #[test]
    fn the_groups_fit_together() {
        Binary::command().debug_assert();
    }

    #[test]
    fn flags_are_read_and_print_config_needs_no_value() {
        let binary = Binary::try_parse_from([
            "binary",
            "--log-format=json",
            "--log-level=warn",
            "--admin-address=[::1]:9000",
            "--otlp-endpoint=http://127.0.0.1:4317",
            "--print-config",
        ])
        .unwrap();
        assert_eq!(binary.log.log_format, LogFormat::Json);
        assert_eq!(binary.log.log_level, "warn");
        assert_eq!(binary.admin.admin_address, "[::1]:9000".parse().unwrap());
        assert_eq!(
            binary.otlp.otlp_endpoint.as_deref(),
            Some("http://127.0.0.1:4317")
        );
        assert_eq!(binary.print.print_config, Some(ConfigFormat::Yaml));
    }

    #[test]
    fn every_flag_names_its_environment_variable_in_the_help() {
        let help = Binary::command().render_long_help().to_string();
        for variable in [
            "HOURGLASS_LOG_FORMAT",
            "HOURGLASS_LOG_LEVEL",
            "HOURGLASS_ADMIN_ADDRESS",
            "OTEL_EXPORTER_OTLP_ENDPOINT",
        ] {
            assert!(help.contains(variable), "{variable} is missing in:\n{help}");
        }
    }

    #[test]
    fn an_address_without_a_port_is_refused() {
        assert!(Binary::try_parse_from(["binary", "--admin-address=localhost"]).is_err());
    }
}
