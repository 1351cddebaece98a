//! Mean and spread over seeds, and the line that a run ends with.

use std::time::Duration;

use serde_json::{Value, json};

use crate::run::Outcome;

/// The outcomes of all seeds as one JSON object: mean and standard deviation of the allocated share of GPU capacity in
/// percent, the published mean to compare with, decisions per second.
#[must_use]
pub fn summary(outcomes: &[Outcome], published: Option<f64>) -> Value {
    let percents: Vec<f64> = outcomes.iter().map(Outcome::percent).collect();
    let (mean, deviation) = mean_and_deviation(&percents);
    let decisions: u32 = outcomes.iter().map(|outcome| outcome.decisions).sum();
    let time: Duration = outcomes.iter().map(|outcome| outcome.deciding).sum();
    let rate = f64::from(decisions) / time.as_secs_f64().max(1e-9);
    json!({
        "gpu_alloc_pct_mean": rounded(mean),
        "gpu_alloc_pct_sd": rounded(deviation),
        "published_fgd": published,
        "decisions_per_s": rate.round(),
        "seeds": outcomes.len(),
    })
}

fn rounded(number: f64) -> f64 {
    (number * 1000.0).round() / 1000.0
}

/// Mean and sample standard deviation; the latter is 0 of a single number.
fn mean_and_deviation(numbers: &[f64]) -> (f64, f64) {
    let count = f64::from(u32::try_from(numbers.len().max(1)).unwrap_or(u32::MAX));
    let mean = numbers.iter().sum::<f64>() / count;
    let squares: f64 = numbers.iter().map(|number| (number - mean).powi(2)).sum();
    (mean, (squares / (count - 1.0).max(1.0)).sqrt())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_line_holds_the_documented_keys() {
        let outcome = |allocated_milli| Outcome {
            capacity_milli: 1000,
            allocated_milli,
            decisions: 50,
            deciding: Duration::from_secs(1),
        };
        let line = summary(&[outcome(900), outcome(920)], None).to_string();
        let expected = r#"{"gpu_alloc_pct_mean":91.0,"gpu_alloc_pct_sd":1.414,"published_fgd":null,"decisions_per_s":50.0,"seeds":2}"#;
        assert_eq!(line, expected);
    }
}
