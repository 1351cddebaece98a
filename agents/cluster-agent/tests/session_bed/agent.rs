//! The agent process.

use std::path::PathBuf;

use hourglass_testbed::{Cluster, PortLease, Process, wait_until};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::LIMIT;
use super::peer::Peer;

/// Where the agent keeps its identity.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Home {
    /// The Secret that the chart makes.
    Secret,
    /// A directory of the test.
    Directory,
}

/// A started agent; dropping it kills it.
pub struct Agent {
    process: Process,
    admin: PortLease,
    dir: tempfile::TempDir,
}

/// How an agent is started.
pub struct Setup {
    pub cluster_name: &'static str,
    pub home: Home,
    pub namespaces: Vec<String>,
    pub lease_namespace: String,
    pub lease_identity: &'static str,
    pub token: String,
    pub server: String,
    pub ca_pem: String,
    pub kubeconfig: PathBuf,
    /// Further flags.
    pub flags: Vec<String>,
}

impl Setup {
    /// An agent of `cluster` that joins `peer`, with `namespace` open to the tenant `acme`.
    pub async fn new(cluster: &Cluster, peer: &Peer, namespace: &str) -> Self {
        Self {
            cluster_name: "c1",
            home: Home::Directory,
            namespaces: vec![format!("acme={namespace}")],
            lease_namespace: namespace.to_owned(),
            lease_identity: "agent-a",
            token: peer.token("c1"),
            server: peer.url(),
            ca_pem: peer.authority.bundle_pem(),
            kubeconfig: cluster
                .service_account_kubeconfig("hourglass-system", "hourglass-agent")
                .await
                .unwrap(),
            flags: Vec::new(),
        }
    }

    /// Starts it.
    pub fn start(self) -> Agent {
        let dir = tempfile::tempdir().unwrap();
        let (token, ca) = (dir.path().join("token"), dir.path().join("ca.pem"));
        std::fs::write(&token, &self.token).unwrap();
        std::fs::write(&ca, &self.ca_pem).unwrap();
        let admin = PortLease::take().unwrap();
        let mut args = vec![
            format!("--server={}", self.server),
            format!("--cluster={}", self.cluster_name),
            format!("--kubeconfig={}", self.kubeconfig.display()),
            format!("--ca-file={}", ca.display()),
            format!("--join-token-file={}", token.display()),
            format!("--lease-namespace={}", self.lease_namespace),
            format!("--lease-identity={}", self.lease_identity),
            format!("--admin-address={}", admin.address()),
            "--log-format=json".to_owned(),
            "--label=tier=test".to_owned(),
        ];
        args.push(match self.home {
            Home::Secret => "--identity-secret=hourglass-system/hourglass-agent-identity".to_owned(),
            Home::Directory => format!("--state-dir={}", dir.path().join("state").display()),
        });
        args.extend(self.namespaces.iter().map(|open| format!("--namespace={open}")));
        args.extend(self.flags);
        if self.server.starts_with("http://") {
            args.push("--insecure-plaintext".to_owned());
        }
        let program = env!("CARGO_BIN_EXE_cluster-agent").into();
        let process = Process::new("cluster-agent", program, args, dir.path().join("log"));
        process.spawn().unwrap();
        Agent { process, admin, dir }
    }
}

impl Agent {
    /// An agent that stands alone, with its Lease in `namespace`; it watches every namespace unless some are given.
    pub async fn alone(cluster: &Cluster, namespace: &str, watched: &[&str]) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let admin = PortLease::take().unwrap();
        let kubeconfig = cluster
            .service_account_kubeconfig("hourglass-system", "hourglass-agent")
            .await
            .unwrap();
        let mut args = vec![
            "--standalone".to_owned(),
            format!("--kubeconfig={}", kubeconfig.display()),
            format!("--lease-namespace={namespace}"),
            format!("--admin-address={}", admin.address()),
        ];
        args.extend(
            watched
                .iter()
                .map(|watched| format!("--watch-namespace={watched}")),
        );
        let program = env!("CARGO_BIN_EXE_cluster-agent").into();
        let process = Process::new("cluster-agent", program, args, dir.path().join("log"));
        process.spawn().unwrap();
        Self { process, admin, dir }
    }

    /// SIGKILL, then a new process with the same state.
    pub fn crash_and_restart(&self) {
        self.process.kill();
        self.process.spawn().unwrap();
    }

    /// SIGKILL.
    pub fn kill(&self) {
        self.process.kill();
    }

    /// SIGTERM.
    pub async fn stop(&self) {
        self.process.stop().await;
    }

    /// Starts it again.
    pub fn start_again(&self) {
        self.process.spawn().unwrap();
    }

    /// The join token is gone: only the stored identity is left.
    pub fn forget_token(&self) {
        std::fs::remove_file(self.dir.path().join("token")).unwrap();
    }

    /// Another join token.
    pub fn set_token(&self, token: &str) {
        std::fs::write(self.dir.path().join("token"), token).unwrap();
    }

    /// What it has logged.
    pub fn log(&self) -> String {
        std::fs::read_to_string(self.process.log()).unwrap_or_default()
    }

    /// Waits until it has logged `text`.
    pub async fn logged(&self, text: &str) {
        let look = async || {
            let log = self.log();
            if log.contains(text) { Ok(()) } else { Err(log) }
        };
        wait_until(&format!("the agent to log {text:?}"), LIMIT, look)
            .await
            .unwrap();
    }

    /// Waits until it has ended by itself, and returns what it said.
    pub async fn ended(&self) -> String {
        let look = async || match self.process.check() {
            Ok(()) => Err(self.log()),
            Err(error) => Ok(error.to_string()),
        };
        let said = wait_until("the agent to end", LIMIT, look).await.unwrap();
        assert!(
            !said.contains("were aborted"),
            "a part did not hear that it is to end: {said}"
        );
        said
    }

    /// Fails the test when the process has ended.
    pub fn check(&self) {
        self.process.check().unwrap();
    }

    /// Waits until `/readyz` says yes.
    pub async fn ready(&self) {
        let look = async || match self.get("/readyz?verbose").await {
            Ok(answer) if answer.starts_with("HTTP/1.1 200") => Ok(()),
            other => Err(format!("{other:?}\n{}", self.log())),
        };
        wait_until("the agent to be ready", LIMIT, look).await.unwrap();
    }

    /// The value of a metric, with its labels as written; 0 where there is none.
    pub async fn metric(&self, name: &str) -> f64 {
        let text = self.get("/metrics").await.unwrap_or_default();
        text.lines()
            .find_map(|line| line.strip_prefix(name)?.strip_prefix(' ')?.trim().parse().ok())
            .unwrap_or_default()
    }

    /// Resident memory, in bytes.
    pub fn resident_bytes(&self) -> u64 {
        let pid = self.process.pid().expect("it runs");
        let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
        let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap();
        line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() * 1024
    }

    async fn get(&self, path: &str) -> std::io::Result<String> {
        let mut stream = TcpStream::connect(self.admin.address()).await?;
        let request = format!("GET {path} HTTP/1.1\r\nhost: agent\r\nconnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).await?;
        let mut response = String::new();
        stream.read_to_string(&mut response).await?;
        Ok(response)
    }
}

impl Drop for Agent {
    /// What it said last is often what a failing test needs, and its directory goes with the test.
    #[expect(clippy::print_stderr, reason = "it goes with the failing test's own output")]
    fn drop(&mut self) {
        if std::thread::panicking() {
            let log = self.log();
            let last = log.lines().count().saturating_sub(30);
            for line in log.lines().skip(last) {
                eprintln!("agent: {line}");
            }
        }
    }
}
