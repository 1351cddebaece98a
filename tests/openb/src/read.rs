//! Nodes and pods of the trace.

use std::collections::BTreeSet;
use std::path::Path;

use crate::table::{InputError, Line, Table};

/// A node.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Node {
    /// Its name.
    pub name: String,
    /// Milli-cores.
    pub cpu_milli: i64,
    /// MiB.
    pub memory_mib: i64,
    /// Number of GPUs.
    pub gpus: u16,
    /// Model of all of them; empty without GPUs.
    pub model: String,
}

/// What a pod asks for.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Pod {
    /// Milli-cores.
    pub cpu_milli: i64,
    /// MiB.
    pub memory_mib: i64,
    /// GPUs.
    pub gpus: Gpus,
    /// Allowed models; none means any.
    pub models: BTreeSet<String>,
}

/// GPUs of a pod.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Gpus {
    /// None.
    None,
    /// A share of one, thousandths.
    Share(u16),
    /// So many whole ones.
    Whole(u16),
}

impl Gpus {
    /// Thousandths of GPUs together.
    #[must_use]
    pub fn milli(self) -> i64 {
        match self {
            Self::None => 0,
            Self::Share(milli) => i64::from(milli),
            Self::Whole(count) => i64::from(count) * 1000,
        }
    }
}

/// Reads a list of nodes.
///
/// # Errors
/// When the file is not such a list, holds no GPUs, or two nodes have one name.
pub fn nodes(path: &Path) -> Result<Vec<Node>, InputError> {
    let table = Table::read(path)?;
    let [name, cpu, memory, gpus, model] = [
        table.column("sn")?,
        table.column("cpu_milli")?,
        table.column("memory_mib")?,
        table.column("gpu")?,
        table.column("model")?,
    ];
    let mut names = BTreeSet::new();
    let mut nodes = Vec::new();
    for line in table.lines() {
        let node = Node {
            name: line.text(name).to_owned(),
            cpu_milli: line.amount(cpu)?,
            memory_mib: line.amount(memory)?,
            gpus: line.number(gpus)?,
            model: line.text(model).to_owned(),
        };
        if node.gpus > 0 && node.model.is_empty() {
            return Err(line.wrong(format!("has {} GPUs and no model", node.gpus)));
        }
        if !names.insert(node.name.clone()) {
            return Err(line.wrong(format!("node {:?} is there twice", node.name)));
        }
        nodes.push(node);
    }
    if nodes.iter().all(|node| node.gpus == 0) {
        return Err(InputError::Line {
            path: path.to_owned(),
            line: 1,
            message: "no node has a GPU: there is nothing to measure".to_owned(),
        });
    }
    Ok(nodes)
}

/// Reads a list of pods that may name the models of these nodes.
///
/// # Errors
/// When the file is not such a list, asks for no GPUs, or names a model that no node has.
pub fn pods(path: &Path, nodes: &[Node]) -> Result<Vec<Pod>, InputError> {
    let known: BTreeSet<&str> = nodes
        .iter()
        .filter(|node| node.gpus > 0)
        .map(|node| node.model.as_str())
        .collect();
    let table = Table::read(path)?;
    let [cpu, memory, count, milli] = [
        table.column("cpu_milli")?,
        table.column("memory_mib")?,
        table.column("num_gpu")?,
        table.column("gpu_milli")?,
    ];
    let spec = table.optional_column("gpu_spec");
    let mut pods = Vec::new();
    for line in table.lines() {
        let models = spec.map(|spec| line.text(spec)).unwrap_or_default();
        let models: BTreeSet<String> = models
            .split('|')
            .filter(|model| !model.is_empty())
            .map(ToOwned::to_owned)
            .collect();
        if let Some(unknown) = models.iter().find(|model| !known.contains(model.as_str())) {
            let known: Vec<&str> = known.iter().copied().collect();
            return Err(line.wrong(format!(
                "gpu_spec names {unknown:?}, which no node has; known are {}",
                known.join(", ")
            )));
        }
        pods.push(Pod {
            cpu_milli: line.amount(cpu)?,
            memory_mib: line.amount(memory)?,
            gpus: gpus(&line, line.number(count)?, line.number(milli)?)?,
            models,
        });
    }
    if pods.iter().all(|pod| pod.gpus == Gpus::None) {
        return Err(InputError::Line {
            path: path.to_owned(),
            line: 1,
            message: "no pod asks for a GPU: there is nothing to measure".to_owned(),
        });
    }
    Ok(pods)
}

fn gpus(line: &Line<'_>, count: u16, milli: u16) -> Result<Gpus, InputError> {
    match (count, milli) {
        (0, _) => Ok(Gpus::None),
        (count, 1000) => Ok(Gpus::Whole(count)),
        (1, 1..1000) => Ok(Gpus::Share(milli)),
        _ => Err(line.wrong(format!(
            "asks for {milli}/1000 of each of {count} GPUs: it must be 1000 of each, or 1 to 999 of one"
        ))),
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn file(text: &str) -> tempfile::NamedTempFile {
        let mut file = tempfile::NamedTempFile::new().expect("a temporary file");
        file.write_all(text.as_bytes()).expect("written");
        file
    }

    const NODES: &str = "sn,cpu_milli,memory_mib,gpu,model\na,8000,1024,2,T4\nb,8000,1024,0,\n";

    fn error<T>(result: Result<T, InputError>) -> String {
        let error = result.err().map(|error| error.to_string()).unwrap_or_default();
        // The name of the file is the test's own.
        error
            .split_once(".tmp")
            .map_or(error.clone(), |(_, rest)| rest[6..].to_owned())
    }

    #[test]
    fn lists_are_read() {
        let read = nodes(file(NODES).path()).expect("valid");
        assert_eq!((read.len(), read[0].gpus, read[0].model.as_str()), (2, 2, "T4"));
        let list = "name,cpu_milli,memory_mib,num_gpu,gpu_milli,gpu_spec\np,1000,5,1,250,T4|T4\nq,1,2,0,0,\nr,1,2,2,1000,\n";
        let pods = pods(file(list).path(), &read).expect("valid");
        let gpus: Vec<Gpus> = pods.iter().map(|pod| pod.gpus).collect();
        assert_eq!(gpus, [Gpus::Share(250), Gpus::None, Gpus::Whole(2)]);
        assert_eq!(pods[0].models.len(), 1);
    }

    #[test]
    fn the_column_of_models_may_be_missing() {
        let read = nodes(file(NODES).path()).expect("valid");
        let pods = pods(
            file("cpu_milli,memory_mib,num_gpu,gpu_milli\n1,2,1,1000\n").path(),
            &read,
        );
        assert!(pods.expect("valid")[0].models.is_empty());
    }

    #[test]
    fn what_is_wrong_is_told_with_its_line() {
        let cases = [
            ("", ": is empty: the first line must name the columns"),
            (
                "sn,gpu\n",
                ":1: there is no column \"cpu_milli\"; there are sn, gpu",
            ),
            (
                "sn,cpu_milli,memory_mib,gpu,model\na,x,1,1,T4\n",
                ":2: cpu_milli is \"x\": invalid digit found in string",
            ),
            (
                "sn,cpu_milli,memory_mib,gpu,model\na,-1,1,1,T4\n",
                ":2: cpu_milli is -1: it must not be negative",
            ),
            (
                "sn,cpu_milli,memory_mib,gpu,model\na,1,1,1\n",
                ":2: has 4 fields where there are 5 columns",
            ),
            (
                "sn,cpu_milli,memory_mib,gpu,model\na,1,1,1,\n",
                ":2: has 1 GPUs and no model",
            ),
            (
                "sn,cpu_milli,memory_mib,gpu,model\na,1,1,1,T4\n\na,1,1,1,T4\n",
                ":4: node \"a\" is there twice",
            ),
            (
                "sn,cpu_milli,memory_mib,gpu,model\na,1,1,0,\n",
                ":1: no node has a GPU: there is nothing to measure",
            ),
        ];
        for (text, expected) in cases {
            assert_eq!(error(nodes(file(text).path())), expected, "{text:?}");
        }
        let read = nodes(file(NODES).path()).expect("valid");
        let cases = [
            (
                "cpu_milli,memory_mib,num_gpu\n",
                ":1: there is no column \"gpu_milli\"; there are cpu_milli, memory_mib, num_gpu",
            ),
            (
                "cpu_milli,memory_mib,num_gpu,gpu_milli,gpu_spec\n1,1,1,1000,T4\n1,1,1,1000,H9\n",
                ":3: gpu_spec names \"H9\", which no node has; known are T4",
            ),
            (
                "cpu_milli,memory_mib,num_gpu,gpu_milli\n1,1,2,500\n",
                ":2: asks for 500/1000 of each of 2 GPUs: it must be 1000 of each, or 1 to 999 of one",
            ),
            (
                "cpu_milli,memory_mib,num_gpu,gpu_milli\n1,1,0,0\n",
                ":1: no pod asks for a GPU: there is nothing to measure",
            ),
        ];
        for (text, expected) in cases {
            assert_eq!(error(pods(file(text).path(), &read)), expected, "{text:?}");
        }
        let missing = nodes(Path::new("/nowhere/nodes.csv"));
        assert!(missing.is_err_and(|error| {
            error
                .to_string()
                .starts_with("/nowhere/nodes.csv: cannot be read")
        }));
    }
}
