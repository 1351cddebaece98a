//! Resident memory of processes.

use std::fs;

use anyhow::{Context, Result};
use hourglass_e2e::Fleet;

use crate::summary::ResidentMemory;

/// `VmRSS` of a process, MiB.
///
/// # Errors
/// When the process is gone.
pub fn resident_mib(pid: u32) -> Result<f64> {
    let path = format!("/proc/{pid}/status");
    let status = fs::read_to_string(&path).with_context(|| format!("cannot read {path}"))?;
    let kib: f64 = status
        .lines()
        .find_map(|line| {
            line.strip_prefix("VmRSS:")?
                .trim()
                .strip_suffix("kB")?
                .trim()
                .parse()
                .ok()
        })
        .with_context(|| format!("{path} says no VmRSS"))?;
    Ok((kib / 1024.0 * 10.0).round() / 10.0)
}

/// Of server and agents.
///
/// # Errors
/// When one does not run.
pub fn of_fleet(fleet: &Fleet) -> Result<ResidentMemory> {
    let mut resident = ResidentMemory {
        server: resident_mib(fleet.server().pid().context("the server does not run")?)?,
        ..Default::default()
    };
    for agent in fleet.agents() {
        let pid = agent
            .pid()
            .with_context(|| format!("the agent of {} does not run", agent.cluster()))?;
        resident
            .agents
            .insert(agent.cluster().to_owned(), resident_mib(pid)?);
    }
    Ok(resident)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn our_own_memory_is_read() {
        assert!(resident_mib(std::process::id()).unwrap() > 0.5);
    }
}
