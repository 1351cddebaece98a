//! Points in time as ages and as dates.

use jiff::Timestamp;

fn timestamp(wire: Option<&pbjson_types::Timestamp>) -> Option<Timestamp> {
    let wire = wire?;
    Timestamp::new(wire.seconds, wire.nanos).ok()
}

/// How long ago, as in `45s`, `5m12s`, `3h`, `12d`; `-` when it never was. A time ahead (clocks differ) is `0s`.
pub fn age(wire: Option<&pbjson_types::Timestamp>, now: Timestamp) -> String {
    let Some(then) = timestamp(wire) else {
        return "-".to_owned();
    };
    span(now.as_second().saturating_sub(then.as_second()).max(0))
}

/// A number of seconds in at most two units.
pub fn span(seconds: i64) -> String {
    let (minutes, hours, days) = (seconds / 60, seconds / 3_600, seconds / 86_400);
    match seconds {
        0..120 => format!("{seconds}s"),
        120..600 if seconds % 60 != 0 => format!("{minutes}m{}s", seconds % 60),
        120..7_200 => format!("{minutes}m"),
        7_200..36_000 if minutes % 60 != 0 => format!("{hours}h{}m", minutes % 60),
        7_200..172_800 => format!("{hours}h"),
        _ => format!("{days}d"),
    }
}

/// How long until then, as in `in 3h`, or how long ago it was.
pub fn until(wire: Option<&pbjson_types::Timestamp>, now: Timestamp) -> String {
    let Some(then) = timestamp(wire) else {
        return "-".to_owned();
    };
    let seconds = then.as_second().saturating_sub(now.as_second());
    if seconds < 0 {
        format!("{} ago", span(-seconds))
    } else {
        format!("in {}", span(seconds))
    }
}

/// `2026-03-01T12:00:00Z`, or `-`.
pub fn exact(wire: Option<&pbjson_types::Timestamp>) -> String {
    timestamp(wire).map_or_else(
        || "-".to_owned(),
        |time| time.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ages_use_at_most_two_units() {
        for (seconds, text) in [
            (0, "0s"),
            (119, "119s"),
            (312, "5m12s"),
            (600, "10m"),
            (7_260, "2h1m"),
            (90_000, "25h"),
            (864_000, "10d"),
        ] {
            assert_eq!(span(seconds), text);
        }
    }

    #[test]
    fn a_time_ahead_is_no_negative_age() {
        let ahead = pbjson_types::Timestamp {
            seconds: 100,
            nanos: 0,
        };
        assert_eq!(age(Some(&ahead), Timestamp::UNIX_EPOCH), "0s");
        assert_eq!(until(Some(&ahead), Timestamp::UNIX_EPOCH), "in 100s");
        assert_eq!(age(None, Timestamp::UNIX_EPOCH), "-");
    }
}
