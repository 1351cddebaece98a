//! A server without any cluster, for tests of the server's own edge.

use hourglass_e2e::binaries::Binaries;
use hourglass_e2e::server::{Server, ServerOptions};
use hourglass_e2e::{Api, Cli};
use tempfile::TempDir;

/// A running server with a folder of its own.
pub struct Solo {
    pub server: Server,
    pub cli: Cli,
    pub dir: TempDir,
}

impl Solo {
    pub async fn start(flags: &[&str]) -> Self {
        let binaries = Binaries::find().unwrap();
        let dir = tempfile::tempdir().unwrap();
        let flags = flags.iter().map(|flag| (*flag).to_owned()).collect();
        let server = Server::new(
            &binaries.server,
            dir.path(),
            &ServerOptions {
                flags,
                ..Default::default()
            },
        )
        .unwrap();
        server.start().await.unwrap();
        let cli = Cli::new(&binaries.cli, &dir.path().join("config.yaml"));
        cli.use_server("test", &server).await.unwrap();
        Self { server, cli, dir }
    }

    pub fn api(&self) -> Api {
        Api::of(&self.server).unwrap()
    }
}

impl Drop for Solo {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let log = std::fs::read_to_string(self.server.log()).unwrap_or_default();
            let last: Vec<&str> = log.lines().rev().take(20).collect();
            for line in last.iter().rev() {
                eprintln!("server: {line}");
            }
        }
    }
}
