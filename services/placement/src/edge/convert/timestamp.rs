//! Points and lengths of time.

use std::time::{Duration, SystemTime};

use jiff::Timestamp;

/// A point in time as a message.
pub fn timestamp(time: Timestamp) -> pbjson_types::Timestamp {
    // jiff counts nanoseconds before 1970 downwards, protobuf always upwards.
    let nanos = time.subsec_nanosecond();
    let (seconds, nanos) = if nanos < 0 {
        (time.as_second() - 1, nanos + 1_000_000_000)
    } else {
        (time.as_second(), nanos)
    };
    pbjson_types::Timestamp { seconds, nanos }
}

/// A point in time from a message.
///
/// # Errors
/// What is wrong with it: not in normal form, or beyond what a calendar has.
pub fn timestamp_in(time: &pbjson_types::Timestamp) -> Result<Timestamp, &'static str> {
    if !(0..1_000_000_000).contains(&time.nanos) {
        return Err("must have 0 to 999999999 nanoseconds beside its seconds");
    }
    Timestamp::new(time.seconds, time.nanos).map_err(|_| "is a time that no calendar has")
}

/// A time of the system's clock as a message; `None` for one that no calendar has.
pub fn system_time(time: SystemTime) -> Option<pbjson_types::Timestamp> {
    Timestamp::try_from(time).ok().map(timestamp)
}

/// A length of time as a message.
pub fn duration(length: Duration) -> pbjson_types::Duration {
    pbjson_types::Duration {
        seconds: i64::try_from(length.as_secs()).unwrap_or(i64::MAX),
        nanos: i32::try_from(length.subsec_nanos()).unwrap_or(0),
    }
}

/// A length of time from a message.
///
/// # Errors
/// What is wrong with it: negative, or not in normal form.
pub fn duration_in(length: &pbjson_types::Duration) -> Result<Duration, &'static str> {
    let seconds = u64::try_from(length.seconds).map_err(|_| "must not be negative")?;
    let nanos = u32::try_from(length.nanos).map_err(|_| "must not be negative")?;
    if nanos >= 1_000_000_000 {
        return Err("must have less than 1000000000 nanoseconds beside its seconds");
    }
    Ok(Duration::new(seconds, nanos))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_before_and_after_1970_are_in_normal_form() {
        let before: Timestamp = "1969-12-31T23:59:58.25Z".parse().unwrap();
        assert_eq!(
            timestamp(before),
            pbjson_types::Timestamp {
                seconds: -2,
                nanos: 250_000_000
            }
        );
        let after: Timestamp = "1970-01-01T00:00:01.5Z".parse().unwrap();
        assert_eq!(
            timestamp(after),
            pbjson_types::Timestamp {
                seconds: 1,
                nanos: 500_000_000
            }
        );
    }

    #[test]
    fn times_come_back_and_bad_ones_are_refused() {
        for text in ["1969-12-31T23:59:58.25Z", "2030-01-02T03:04:05Z"] {
            let time: Timestamp = text.parse().unwrap();
            assert_eq!(timestamp_in(&timestamp(time)), Ok(time));
        }
        for (seconds, nanos) in [(0, -1), (0, 1_000_000_000), (i64::MAX, 0), (i64::MIN, 0)] {
            assert!(timestamp_in(&pbjson_types::Timestamp { seconds, nanos }).is_err());
        }
    }

    #[test]
    fn durations_come_back_and_bad_ones_are_refused() {
        let length = Duration::new(90, 5);
        assert_eq!(duration_in(&duration(length)), Ok(length));
        assert!(
            duration_in(&pbjson_types::Duration {
                seconds: -1,
                nanos: 0
            })
            .is_err()
        );
        assert!(
            duration_in(&pbjson_types::Duration {
                seconds: 0,
                nanos: -1
            })
            .is_err()
        );
        assert!(
            duration_in(&pbjson_types::Duration {
                seconds: 0,
                nanos: 1_000_000_000
            })
            .is_err()
        );
    }
}
