//! From flags to a configuration: every mistake is told, not only the first.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use hourglass_model::dns;
use hourglass_model::ids::ClusterName;
use hourglass_runtime::config_errors::{ConfigErrors, InvalidConfig};
use hourglass_runtime::tls::{CaBundle, check_plaintext_target};
use http::Uri;

use super::file::ConfigFile;
use super::{
    Args, Config, Declared, FleetConfig, JoinTokenSource, KubernetesConfig, LeaseConfig, StateLocation,
    TenantNamespaces,
};

/// Checks the flags and reads the files that they name, except the join token's.
///
/// # Errors
/// Every mistake, each with its flag.
pub fn check(args: Args) -> Result<Config, InvalidConfig> {
    let mut errors = ConfigErrors::new();
    let fleet = if args.standalone {
        refuse_fleet_flags(&args, &mut errors);
        None
    } else {
        fleet(&args, &mut errors)
    };
    let watched_namespaces = watched_namespaces(&args, fleet.as_ref(), &mut errors);
    let lease = lease(&args, fleet.as_ref(), &mut errors);
    if let Some(kubeconfig) = &args.kubeconfig {
        errors.require(
            "--kubeconfig",
            kubeconfig.is_file(),
            format!("{} is no file", kubeconfig.display()),
        );
    }
    errors.into_result()?;
    Ok(Config {
        fleet,
        watched_namespaces,
        kubernetes: KubernetesConfig {
            kubeconfig: args.kubeconfig,
            context: args.kube_context,
        },
        lease,
        admin_address: args.admin.admin_address,
        log: args.log,
        otlp: args.otlp,
    })
}

/// Alone, these would be silently without effect.
fn refuse_fleet_flags(args: &Args, errors: &mut ConfigErrors) {
    let given = [
        ("--server", args.server.is_some()),
        ("--cluster", args.cluster.is_some()),
        ("--join-token", args.join_token.is_some()),
        ("--join-token-file", args.join_token_file.is_some()),
        ("--ca-file", args.ca_file.is_some()),
        ("--identity-secret", args.identity_secret.is_some()),
        ("--state-dir", args.state_dir.is_some()),
        ("--namespace", !args.namespace.is_empty()),
        ("--label", !args.label.is_empty()),
        ("--declared-secret", !args.declared_secret.is_empty()),
        ("--declared-config-map", !args.declared_config_map.is_empty()),
        ("--config", args.config.is_some()),
    ];
    for (flag, _) in given.into_iter().filter(|(_, given)| *given) {
        errors.push(flag, "has no effect with --standalone; leave one of them out");
    }
}

fn fleet(args: &Args, errors: &mut ConfigErrors) -> Option<FleetConfig> {
    let server = server(args, errors);
    let cluster = match &args.cluster {
        Some(name) => errors.check("--cluster", ClusterName::new(name)),
        None => {
            errors.push("--cluster", "is required: the name of this cluster in the fleet");
            None
        }
    };
    let state = state(args, errors);
    let enrolment_ca_pem = args
        .ca_file
        .as_deref()
        .and_then(|path| errors.check("--ca-file", read_ca(path)));
    let file = match &args.config {
        Some(path) => errors
            .check("--config", ConfigFile::read(path))
            .unwrap_or_default(),
        None => ConfigFile::default(),
    };
    let tenants = tenants(args, file.tenants, errors);
    let labels = labels(args, file.labels, errors);
    let open = tenants
        .as_ref()
        .map(TenantNamespaces::namespaces)
        .unwrap_or_default();
    let declared = Declared::new(
        file.declared,
        &args.declared_secret,
        &args.declared_config_map,
        &open,
    )
    .map_err(|mistakes| {
        for (flag, mistake) in mistakes {
            errors.push(flag, mistake);
        }
    })
    .unwrap_or_default();
    Some(FleetConfig {
        server: server?,
        cluster: cluster?,
        join_token: join_token(args),
        enrolment_ca_pem,
        state: state?,
        tenants: tenants?,
        declared,
        gpu_drivers: gpu_drivers(args, errors),
        labels,
    })
}

/// In a fleet nothing is read or written where no tenant may be: the agent's rights can end there.
fn watched_namespaces(args: &Args, fleet: Option<&FleetConfig>, errors: &mut ConfigErrors) -> Vec<String> {
    let given: BTreeSet<&str> = args
        .watch_namespace
        .iter()
        .map(String::as_str)
        .filter(|name| !name.is_empty())
        .collect();
    if !args.standalone {
        errors.require(
            "--watch-namespace",
            given.is_empty(),
            "has an effect with --standalone only; in a fleet --namespace says where the agent works",
        );
        let open = fleet.map(|fleet| fleet.tenants.namespaces()).unwrap_or_default();
        return open.into_iter().map(str::to_owned).collect();
    }
    for name in &given {
        let fits = dns::is_label(name);
        errors.require(
            "--watch-namespace",
            fits,
            format!("{name:?} must be {}", dns::LABEL_RULE),
        );
    }
    given.into_iter().map(str::to_owned).collect()
}

fn server(args: &Args, errors: &mut ConfigErrors) -> Option<String> {
    let Some(server) = &args.server else {
        errors.push(
            "--server",
            "is required (https://host:port of the placement service), or --standalone",
        );
        return None;
    };
    let uri: Uri = errors.check(
        "--server",
        server.parse().map_err(|error| format!("{server:?}: {error}")),
    )?;
    if !matches!(uri.scheme_str(), Some("https" | "http")) || uri.host().is_none_or(str::is_empty) {
        errors.push(
            "--server",
            format!("{server:?} is not of the form https://host:port"),
        );
        return None;
    }
    if !matches!(uri.path(), "" | "/") || uri.query().is_some() {
        errors.push(
            "--server",
            format!("{server:?} has a path, which gRPC servers do not have"),
        );
        return None;
    }
    errors.check("--server", check_plaintext_target(&uri, args.insecure_plaintext))?;
    Some(server.trim_end_matches('/').to_owned())
}

fn state(args: &Args, errors: &mut ConfigErrors) -> Option<StateLocation> {
    match (&args.identity_secret, &args.state_dir) {
        (Some(secret), _) => match secret.split_once('/') {
            Some((namespace, name)) if dns::is_label(namespace) && dns::is_subdomain(name) => {
                Some(StateLocation::Secret {
                    namespace: namespace.to_owned(),
                    name: name.to_owned(),
                })
            }
            _ => {
                errors.push("--identity-secret", format!("{secret:?} is not NAMESPACE/NAME"));
                None
            }
        },
        (None, Some(directory)) => Some(StateLocation::Directory(directory.clone())),
        (None, None) => {
            errors.push(
                "--identity-secret",
                "or --state-dir is required: where the agent keeps its identity",
            );
            None
        }
    }
}

fn read_ca(path: &Path) -> Result<String, String> {
    let pem =
        std::fs::read_to_string(path).map_err(|error| format!("cannot read {}: {error}", path.display()))?;
    CaBundle::from_pem(pem.as_bytes()).map_err(|error| format!("{}: {error}", path.display()))?;
    Ok(pem)
}

fn join_token(args: &Args) -> Option<JoinTokenSource> {
    let given = args.join_token.clone().filter(|token| !token.expose().is_empty());
    given
        .map(JoinTokenSource::Given)
        .or_else(|| args.join_token_file.clone().map(JoinTokenSource::File))
}

fn tenants(
    args: &Args,
    mut tenants: BTreeMap<String, Vec<String>>,
    errors: &mut ConfigErrors,
) -> Option<TenantNamespaces> {
    for flag in args.namespace.iter().filter(|flag| !flag.is_empty()) {
        if let Some((tenant, namespaces)) = errors.check("--namespace", TenantNamespaces::parse_flag(flag)) {
            tenants.insert(tenant, namespaces);
        }
    }
    match TenantNamespaces::new(&tenants) {
        Ok(tenants) if tenants.is_empty() => {
            errors.push(
                "--namespace",
                "is required: without it no tenant may use this cluster; for example --namespace default=performers",
            );
            None
        }
        Ok(tenants) => Some(tenants),
        Err(mistakes) => {
            mistakes
                .into_iter()
                .for_each(|mistake| errors.push("--namespace", mistake));
            None
        }
    }
}

fn labels(
    args: &Args,
    mut labels: BTreeMap<String, String>,
    errors: &mut ConfigErrors,
) -> BTreeMap<String, String> {
    for flag in args.label.iter().filter(|flag| !flag.is_empty()) {
        match flag.split_once('=') {
            Some((key, value)) => drop(labels.insert(key.to_owned(), value.to_owned())),
            None => errors.push("--label", format!("{flag:?} is not KEY=VALUE")),
        }
    }
    for (key, value) in &labels {
        let key_fits = dns::is_qualified_name(key);
        errors.require(
            "--label",
            key_fits,
            format!("key {key:?} must be {}", dns::QUALIFIED_NAME_RULE),
        );
        let value_fits = dns::is_label_value(value);
        errors.require(
            "--label",
            value_fits,
            format!("value {value:?} must be {}", dns::LABEL_VALUE_RULE),
        );
    }
    labels
}

fn gpu_drivers(args: &Args, errors: &mut ConfigErrors) -> BTreeSet<String> {
    let given = args.gpu_driver.iter().filter(|name| !name.is_empty());
    given
        .inspect(|name| {
            let fits = dns::is_subdomain(name);
            errors.require(
                "--gpu-driver",
                fits,
                format!("{name:?} must be {}", dns::SUBDOMAIN_RULE),
            );
        })
        .cloned()
        .collect()
}

fn lease(args: &Args, fleet: Option<&FleetConfig>, errors: &mut ConfigErrors) -> LeaseConfig {
    let beside_the_secret = match fleet.map(|fleet| &fleet.state) {
        Some(StateLocation::Secret { namespace, .. }) => Some(namespace.clone()),
        _ => None,
    };
    let namespace = args.lease_namespace.clone().or(beside_the_secret);
    let fits = namespace.as_deref().is_none_or(dns::is_label);
    errors.require("--lease-namespace", fits, format!("must be {}", dns::LABEL_RULE));
    let identity = args
        .lease_identity
        .clone()
        .filter(|name| !name.is_empty())
        .unwrap_or_else(host_name);
    LeaseConfig { namespace, identity }
}

fn host_name() -> String {
    std::fs::read_to_string("/proc/sys/kernel/hostname")
        .ok()
        .map(|name| name.trim().to_owned())
        .filter(|name| !name.is_empty())
        .unwrap_or_else(|| "cluster-agent".to_owned())
}

#[cfg(test)]
mod tests;
