use super::*;
use clap::Parser;

const REQUIRED: [&str; 5] = [
    "cluster-agent",
    "--server=https://fleet.example:7443",
    "--cluster=c1",
    "--state-dir=/var/lib/agent",
    "--namespace=default=performers",
];

fn with(flags: &[&str]) -> Result<Config, InvalidConfig> {
    check(Args::parse_from(REQUIRED.iter().chain(flags)))
}

#[test]
fn the_required_flags_suffice() {
    let config = with(&["--label=topology.kubernetes.io/region=eu", "--lease-identity=a"]).unwrap();
    assert_eq!(
        config.lease,
        LeaseConfig {
            namespace: None,
            identity: "a".into()
        }
    );
    let fleet = config.fleet.unwrap();
    assert_eq!(fleet.server, "https://fleet.example:7443");
    assert_eq!(fleet.tenants.resolve("default", ""), Ok("performers"));
    assert_eq!(fleet.labels["topology.kubernetes.io/region"], "eu");
    assert!(fleet.join_token.is_none());
}

#[test]
fn nothing_given_names_every_missing_flag_with_a_hint() {
    let error = check(Args::parse_from(["cluster-agent"]))
        .unwrap_err()
        .to_string();
    for flag in ["--server", "--cluster", "--identity-secret", "--namespace"] {
        assert!(error.contains(flag), "{flag} is missing in:\n{error}");
    }
    assert!(
        error.contains("--standalone") && error.contains("default=performers"),
        "{error}"
    );
}

#[test]
fn plain_text_needs_its_flag_and_a_loopback_address() {
    let plain = |server: &str, flags: &[&str]| {
        let mut all = vec!["--namespace=other=ns"];
        all.extend(flags);
        let server = format!("--server={server}");
        let mut args: Vec<&str> = REQUIRED
            .iter()
            .copied()
            .filter(|flag| !flag.starts_with("--server"))
            .collect();
        args.push(&server);
        args.extend(all);
        check(Args::parse_from(args)).map_err(|error| error.to_string())
    };
    assert!(
        plain("http://127.0.0.1:1", &["--insecure-plaintext"])
            .unwrap()
            .fleet
            .unwrap()
            .is_plaintext()
    );
    assert!(
        plain("http://127.0.0.1:1", &[])
            .unwrap_err()
            .contains("--insecure-plaintext")
    );
    assert!(
        plain("http://10.0.0.1:1", &["--insecure-plaintext"])
            .unwrap_err()
            .contains("loopback")
    );
}

#[test]
fn standalone_refuses_what_would_have_no_effect() {
    assert!(
        check(Args::parse_from(["cluster-agent", "--standalone"]))
            .unwrap()
            .fleet
            .is_none()
    );
    let error = with(&["--standalone"]).unwrap_err().to_string();
    for flag in ["--server", "--cluster", "--state-dir", "--namespace"] {
        assert!(error.contains(flag), "{flag} is missing in:\n{error}");
    }
}

#[test]
fn the_lease_is_beside_the_identity_secret_unless_told() {
    let args = |flags: &[&'static str]| {
        let base = REQUIRED
            .iter()
            .copied()
            .filter(|flag| !flag.starts_with("--state-dir"));
        let args: Vec<&str> = base
            .chain(["--identity-secret=fleet/agent"])
            .chain(flags.iter().copied())
            .collect();
        check(Args::parse_from(args)).unwrap().lease.namespace
    };
    assert_eq!(args(&[]).as_deref(), Some("fleet"));
    assert_eq!(args(&["--lease-namespace=other"]).as_deref(), Some("other"));
}

#[test]
fn flags_win_over_the_file_tenant_by_tenant() {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(
        file.path(),
        "tenants: {default: [from-file], acme: [blue]}\nlabels: {tier: silver}\n",
    )
    .unwrap();
    let path = format!("--config={}", file.path().display());
    let fleet = with(&[&path, "--label=tier=gold"]).unwrap().fleet.unwrap();
    assert_eq!(fleet.tenants.resolve("default", ""), Ok("performers"));
    assert_eq!(fleet.tenants.resolve("acme", ""), Ok("blue"));
    assert_eq!(fleet.labels["tier"], "gold");
}

#[test]
fn the_printed_configuration_has_no_secret() {
    let config = with(&["--join-token=hunter2"]).unwrap();
    let text = serde_json::to_string(&config).unwrap();
    assert!(!text.contains("hunter2") && text.contains("[redacted]"), "{text}");
    assert!(!format!("{config:?}").contains("hunter2"));
}

#[test]
fn malformed_values_are_told_with_their_flags() {
    let error = with(&[
        "--label=no-value",
        "--label=bad key=x",
        "--kubeconfig=/does/not/exist",
    ])
    .unwrap_err()
    .to_string();
    assert!(error.contains("--label: \"no-value\""), "{error}");
    assert!(
        error.contains("key \"bad key\"") && error.contains("--kubeconfig"),
        "{error}"
    );
}

#[test]
fn the_agent_watches_what_is_open_to_tenants_and_alone_what_it_is_told() {
    let config = with(&["--namespace=acme=blue,performers"]).unwrap();
    assert_eq!(config.watched_namespaces, ["blue", "performers"]);
    let alone = |flags: &[&str]| {
        let flags = ["cluster-agent", "--standalone"].iter().chain(flags);
        check(Args::parse_from(flags)).map(|config| config.watched_namespaces)
    };
    assert!(alone(&[]).unwrap().is_empty(), "every namespace");
    assert_eq!(
        alone(&[
            "--watch-namespace=b",
            "--watch-namespace=a",
            "--watch-namespace=a"
        ])
        .unwrap(),
        ["a", "b"]
    );
    let error = alone(&["--watch-namespace=A_b"]).unwrap_err().to_string();
    assert!(
        error.contains("--watch-namespace") && error.contains("A_b"),
        "{error}"
    );
    let error = with(&["--watch-namespace=blue"]).unwrap_err().to_string();
    assert!(
        error.contains("--watch-namespace") && error.contains("--namespace says"),
        "{error}"
    );
}

#[test]
fn secrets_are_declared_for_open_namespaces_only() {
    let fleet = with(&[
        "--declared-secret=performers/keys",
        "--declared-config-map=performers/settings",
    ])
    .unwrap()
    .fleet
    .unwrap();
    assert!(fleet.declared.of("performers").secrets.unwrap().contains("keys"));
    assert!(
        fleet
            .declared
            .of("performers")
            .config_maps
            .unwrap()
            .contains("settings")
    );
    let error = with(&["--declared-secret=kube-system/keys"])
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("--declared-secret") && error.contains("kube-system"),
        "{error}"
    );
}

#[test]
fn gpu_drivers_have_a_default_and_must_be_names() {
    let drivers = |flags: &[&str]| with(flags).map(|config| config.fleet.unwrap().gpu_drivers);
    assert!(drivers(&[]).unwrap().contains("gpu.nvidia.com"));
    assert!(
        drivers(&["--gpu-driver=gpu.mine.example"])
            .unwrap()
            .iter()
            .eq(["gpu.mine.example"])
    );
    assert!(
        drivers(&["--gpu-driver=a_b"])
            .unwrap_err()
            .to_string()
            .contains("--gpu-driver")
    );
}
