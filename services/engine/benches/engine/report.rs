//! Rows, for people and as JSON.

use std::io::Write;
use std::path::PathBuf;

use serde_json::{Value, json};

/// Rows so far.
#[derive(Default)]
pub struct Report(Vec<Value>);

impl Report {
    /// A figure, and the same by going over all nodes.
    pub fn row(&mut self, name: &str, value: f64, unit: &str, baseline: Option<f64>) {
        self.put(name, value, unit, "all nodes", baseline);
    }

    /// What else the machine does: figures of a busy one are those of whoever came in between, too.
    pub fn machine(&mut self, when: &str) {
        let cores = std::thread::available_parallelism().map_or(0, std::num::NonZero::get);
        self.row(
            &format!("machine, {when}, cores"),
            f64::from(u32::try_from(cores).unwrap_or(u32::MAX)),
            "",
            None,
        );
        let load = std::fs::read_to_string("/proc/loadavg").ok();
        let load = load.and_then(|text| text.split_whitespace().next()?.parse().ok());
        if let Some(load) = load {
            self.row(
                &format!("machine, {when}, load of the last minute"),
                load,
                "",
                None,
            );
        }
    }

    /// A figure, and another one to compare it with.
    pub fn against(&mut self, name: &str, value: f64, unit: &str, other: &str, baseline: f64) {
        self.put(
            &format!("{name}, against {other}"),
            value,
            unit,
            other,
            Some(baseline),
        );
    }

    fn put(&mut self, name: &str, value: f64, unit: &str, other: &str, baseline: Option<f64>) {
        let faster = |baseline: f64| {
            if unit == "1/s" {
                value / baseline
            } else {
                baseline / value
            }
        };
        let ratio = baseline.map(faster).filter(|ratio| ratio.is_finite());
        let mut out = std::io::stdout().lock();
        let other = match (baseline, ratio) {
            (Some(baseline), Some(ratio)) => format!("   {other} {baseline:>12.1}   ratio {ratio:>9.1}"),
            _ => String::new(),
        };
        writeln!(out, "{name:<72} {value:>12.2} {unit:<12}{other}").expect("a terminal");
        self.0
            .push(json!({"name": name, "value": value, "unit": unit, "baseline": baseline, "ratio": ratio}));
    }

    /// Writes the JSON.
    pub fn write(&self) {
        let file = target_directory().join("bench/engine.json");
        std::fs::create_dir_all(file.parent().expect("a folder"))
            .expect("the target directory can be written");
        let text = serde_json::to_string_pretty(&self.0).expect("json");
        std::fs::write(&file, text).expect("the target directory can be written");
    }
}

/// Where cargo builds: this program is at `release/deps/NAME` in it.
fn target_directory() -> PathBuf {
    let program = std::env::current_exe().expect("the path of this program");
    program.ancestors().nth(3).expect("a target directory").to_owned()
}
