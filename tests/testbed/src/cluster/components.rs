//! The command lines of a control plane.

use std::path::Path;

use super::{options::ClusterOptions, pki::Pki};
use crate::{assets::Assets, ports::PortLease, process::Process};

/// Controllers that matter to placements; the others cost memory and start time.
const CONTROLLERS: [&str; 19] = [
    "clusterrole-aggregation-controller",
    "daemonset-controller",
    "deployment-controller",
    "disruption-controller",
    "endpointslice-controller",
    "garbage-collector-controller",
    "horizontal-pod-autoscaler-controller",
    "job-controller",
    "namespace-controller",
    "node-lifecycle-controller",
    "pod-garbage-collector-controller",
    "replicaset-controller",
    "resourceclaim-controller",
    "resourcequota-controller",
    "root-ca-certificate-publisher-controller",
    "serviceaccount-controller",
    "serviceaccount-token-controller",
    "statefulset-controller",
    "taint-eviction-controller",
];

/// The defaults (20 to 50 requests/s) would make a Deployment of 3,000 pods take minutes.
const CLIENT_LIMITS: [&str; 2] = ["--kube-api-qps=500", "--kube-api-burst=1000"];

/// Ports of one cluster; held as long as it lives, so that a restart finds them free.
#[derive(Debug)]
pub(crate) struct Ports {
    pub(crate) etcd: PortLease,
    pub(crate) etcd_peer: PortLease,
    pub(crate) apiserver: PortLease,
}

impl Ports {
    pub(crate) fn take() -> crate::Result<Self> {
        Ok(Self {
            etcd: PortLease::take()?,
            etcd_peer: PortLease::take()?,
            apiserver: PortLease::take()?,
        })
    }
}

/// What every command line is made from.
pub(crate) struct Plan<'a> {
    pub(crate) assets: &'a Assets,
    pub(crate) dir: &'a Path,
    pub(crate) ports: &'a Ports,
    pub(crate) pki: &'a Pki,
    pub(crate) options: &'a ClusterOptions,
}

impl Plan<'_> {
    pub(crate) fn etcd(&self) -> Process {
        let client = format!("http://{}", self.ports.etcd.address());
        let peer = format!("http://{}", self.ports.etcd_peer.address());
        let mut args = vec![
            "--name=default".into(),
            format!("--data-dir={}", self.dir.join("etcd").display()),
            format!("--listen-client-urls={client}"),
            format!("--advertise-client-urls={client}"),
            format!("--listen-peer-urls={peer}"),
            format!("--initial-advertise-peer-urls={peer}"),
            format!("--initial-cluster=default={peer}"),
            "--log-level=warn".into(),
        ];
        if !self.options.durable_etcd {
            args.push("--unsafe-no-fsync".into());
        }
        self.process("etcd", args)
    }

    pub(crate) fn apiserver(&self) -> Process {
        let mut args = vec![
            format!("--etcd-servers=http://{}", self.ports.etcd.address()),
            "--bind-address=127.0.0.1".into(),
            format!("--secure-port={}", self.ports.apiserver.port()),
            // Loopback is no valid endpoint of the `kubernetes` Service, and no pod would reach it anyway.
            "--advertise-address=127.0.0.1".into(),
            "--endpoint-reconciler-type=none".into(),
            "--service-cluster-ip-range=10.96.0.0/16".into(),
            "--allow-privileged=true".into(),
            "--authorization-mode=RBAC".into(),
            format!("--client-ca-file={}", self.pki.file("ca.crt")),
            format!("--tls-cert-file={}", self.pki.file("apiserver.crt")),
            format!("--tls-private-key-file={}", self.pki.file("apiserver.key")),
            "--service-account-issuer=https://kubernetes.default.svc.cluster.local".into(),
            format!(
                "--service-account-signing-key-file={}",
                self.pki.file("service-accounts.key")
            ),
            format!(
                "--service-account-key-file={}",
                self.pki.file("service-accounts.pub")
            ),
            // Many agents and a benchmark share one small machine: fairness is kept, the total is raised.
            "--max-requests-inflight=3000".into(),
            "--max-mutating-requests-inflight=1000".into(),
            "--shutdown-delay-duration=0s".into(),
            // Without it a stop waits up to a minute for watches to end, with it two seconds.
            "--shutdown-send-retry-after=true".into(),
            "--profiling=false".into(),
        ];
        args.extend(self.options.apiserver_flags.iter().cloned());
        self.process("kube-apiserver", args)
    }

    pub(crate) fn controller_manager(&self) -> Process {
        let mut args = vec![
            format!(
                "--kubeconfig={}",
                self.component_kubeconfig("kube-controller-manager")
            ),
            format!("--controllers={}", CONTROLLERS.join(",")),
            "--leader-elect=false".into(),
            "--secure-port=0".into(),
            "--use-service-account-credentials=true".into(),
            format!(
                "--service-account-private-key-file={}",
                self.pki.file("service-accounts.key")
            ),
            format!("--root-ca-file={}", self.pki.file("ca.crt")),
            "--concurrent-deployment-syncs=20".into(),
            "--concurrent-replicaset-syncs=20".into(),
        ];
        args.extend(CLIENT_LIMITS.map(String::from));
        self.process("kube-controller-manager", args)
    }

    pub(crate) fn scheduler(&self) -> Process {
        let mut args = vec![
            format!("--kubeconfig={}", self.component_kubeconfig("kube-scheduler")),
            "--leader-elect=false".into(),
            "--secure-port=0".into(),
        ];
        args.extend(CLIENT_LIMITS.map(String::from));
        self.process("kube-scheduler", args)
    }

    pub(crate) fn kwok(&self) -> Process {
        let mut args = vec![
            format!("--kubeconfig={}", self.component_kubeconfig("kwok")),
            "--manage-all-nodes".into(),
            "--node-lease-duration-seconds=40".into(),
            "--cidr=10.244.0.1/16".into(),
            "--node-ip=10.240.0.1".into(),
            // No kubelet port: it would listen on every address.
            "--node-port=0".into(),
        ];
        let stages = self.assets.stages().chain([self.dir.join("outcomes.yaml")]);
        args.extend(stages.map(|stage| format!("--config={}", stage.display())));
        self.process("kwok", args)
    }

    /// Where the kubeconfig of a component is.
    pub(crate) fn component_kubeconfig(&self, component: &str) -> String {
        self.pki.file(&format!("{component}.kubeconfig"))
    }

    fn process(&self, name: &'static str, args: Vec<String>) -> Process {
        let log = self.dir.join(crate::run_dir::LOGS).join(format!("{name}.log"));
        Process::new(name, self.assets.program(name), args, log)
    }
}
