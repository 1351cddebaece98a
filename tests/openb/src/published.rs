//! Published results, where they stand beside a list of pods.

use std::path::Path;

use crate::table::{InputError, Table};

/// Name of the file.
const FILE: &str = "published_results.csv";
/// The policy to compare with: fragmentation gradient descent.
const POLICY: &str = "FGD";
/// What has arrived when allocation is measured, in percent of capacity.
const ARRIVED: i64 = 100;

/// The published mean of a list of pods (`openb_pod_list_NAME.csv`), in percent; `None` when there is none.
///
/// # Errors
/// When the file is there and is not what it should be.
pub fn mean(pods: &Path) -> Result<Option<f64>, InputError> {
    let stem = pods.file_stem().map(|stem| stem.to_string_lossy().into_owned());
    let list = stem
        .as_deref()
        .and_then(|stem| stem.strip_prefix("openb_pod_list_"));
    let path = pods.with_file_name(FILE);
    let Some(list) = list.filter(|_| path.exists()) else {
        return Ok(None);
    };
    let table = Table::read(&path)?;
    let [workload, policy, arrived, mean] = [
        table.column("workload")?,
        table.column("policy")?,
        table.column("arrival_pct")?,
        table.column("alloc_mean")?,
    ];
    for line in table.lines() {
        let same = line.text(workload) == list && line.text(policy) == POLICY;
        if same && line.amount(arrived)? == ARRIVED {
            return line.number(mean).map(Some);
        }
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mean_of_the_list_is_found_beside_it() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let pods = |name: &str| folder.path().join(name);
        assert!(matches!(mean(&pods("openb_pod_list_a.csv")), Ok(None)));
        let text = "workload,policy,arrival_pct,alloc_mean\na,FGD,95,1.5\na,Random,100,2.5\na,FGD,100,3.5\nb,FGD,100,x\n";
        std::fs::write(folder.path().join(FILE), text).expect("written");
        assert!(matches!(mean(&pods("openb_pod_list_a.csv")), Ok(Some(mean)) if (mean - 3.5).abs() < 1e-9));
        assert!(matches!(mean(&pods("openb_pod_list_c.csv")), Ok(None)));
        assert!(matches!(mean(&pods("a.csv")), Ok(None)));
        let error = mean(&pods("openb_pod_list_b.csv"))
            .err()
            .map(|error| error.to_string());
        assert!(error.is_some_and(|error| error.ends_with(":5: alloc_mean is \"x\": invalid float literal")));
    }
}
