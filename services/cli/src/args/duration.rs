//! Durations as people write them: `500ms`, `30s`, `1h30m`, `7d`.

use std::time::Duration;

/// Parses a positive duration.
pub fn parse_duration(text: &str) -> Result<Duration, String> {
    let explain = || format!("{text:?} is no duration; write it like 30s, 5m, 1h30m or 7d");
    let span: jiff::Span = text.parse().map_err(|_| explain())?;
    let signed = span
        .to_duration(jiff::SpanRelativeTo::days_are_24_hours())
        .map_err(|_| explain())?;
    let duration = Duration::try_from(signed).map_err(|_| format!("{text:?} is negative"))?;
    if duration.is_zero() {
        return Err("a duration of zero leaves no time for anything".to_owned());
    }
    Ok(duration)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn common_spellings_are_understood() {
        for (text, seconds) in [("30s", 30), ("5m", 300), ("1h30m", 5_400), ("7d", 604_800)] {
            assert_eq!(parse_duration(text), Ok(Duration::from_secs(seconds)), "{text}");
        }
        assert_eq!(parse_duration("500ms"), Ok(Duration::from_millis(500)));
    }

    #[test]
    fn a_bare_number_zero_and_a_negative_are_refused() {
        for text in ["30", "0s", "-5s", "soon", ""] {
            assert!(parse_duration(text).is_err(), "{text:?} was accepted");
        }
    }
}
