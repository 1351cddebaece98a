//! Lengths of time as the protobuf JSON mapping writes them: seconds with an `s`, `600s` or `1.5s`.
//! Source: <https://protobuf.dev/programming-guides/json/>.

use std::time::Duration;

use serde::{Deserialize, Deserializer, Serializer, de};

/// Writes it; absent ones are skipped by the field.
pub(super) fn serialize<S: Serializer>(length: &Option<Duration>, out: S) -> Result<S::Ok, S::Error> {
    match length {
        Some(length) => out.serialize_str(&text(*length)),
        None => out.serialize_none(),
    }
}

/// Reads it.
pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Duration>, D::Error> {
    let Some(text) = Option::<String>::deserialize(from)? else {
        return Ok(None);
    };
    parse(&text).map(Some).ok_or_else(|| {
        let text: String = text.chars().take(100).collect();
        de::Error::custom(format!(
            "{text:?} is not a length of time: write seconds, for example 600s or 1.5s"
        ))
    })
}

/// `600s`; a fraction has 3, 6 or 9 digits, as few as say it exactly.
fn text(length: Duration) -> String {
    let (seconds, nanos) = (length.as_secs(), length.subsec_nanos());
    if nanos == 0 {
        format!("{seconds}s")
    } else if nanos.is_multiple_of(1_000_000) {
        format!("{seconds}.{:03}s", nanos / 1_000_000)
    } else if nanos.is_multiple_of(1_000) {
        format!("{seconds}.{:06}s", nanos / 1_000)
    } else {
        format!("{seconds}.{nanos:09}s")
    }
}

fn parse(text: &str) -> Option<Duration> {
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let number = text.strip_suffix('s')?;
    let (whole, fraction) = number.split_once('.').unwrap_or((number, "0"));
    if !digits(whole) || !digits(fraction) || fraction.len() > 9 {
        return None;
    }
    let nanos: u32 = format!("{fraction:0<9}").parse().ok()?;
    Some(Duration::new(whole.parse().ok()?, nanos))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_survive_their_text() {
        for (millis, expected) in [(0, "0s"), (600_000, "600s"), (1_500, "1.500s"), (1, "0.001s")] {
            let length = Duration::from_millis(millis);
            assert_eq!(text(length), expected);
            assert_eq!(parse(expected), Some(length));
        }
        for nanos in [1, 1_000, 999_999_999] {
            let length = Duration::new(7, nanos);
            assert_eq!(parse(&text(length)), Some(length));
        }
        assert_eq!(parse("1.5s"), Some(Duration::from_millis(1_500)));
    }

    #[test]
    fn other_texts_are_refused() {
        for bad in [
            "",
            "s",
            "10",
            "10m",
            "-1s",
            "+1s",
            "1.s",
            ".5s",
            "1.0000000001s",
            "1 s",
            "99999999999999999999s",
        ] {
            assert_eq!(parse(bad), None, "{bad}");
        }
    }
}
