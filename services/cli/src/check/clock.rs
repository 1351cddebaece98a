//! The clocks: certificates, tokens and leases need them to agree.

use jiff::Timestamp;
use tonic_health::pb::HealthCheckRequest;

use super::Finding;
use crate::app::App;
use crate::client::Session;

const CHECK: &str = "clock";
const TOLERATED_SECONDS: i64 = 5;

/// Compares the `date` header of an answer, which has a resolution of one second, with the time here.
pub async fn check(session: &Session, app: &App) -> Finding {
    let asked = Timestamp::now();
    let answer = session
        .call_with_metadata("ask the server for its health", HealthCheckRequest::default(), {
            |mut clients, request| async move { clients.health.check(request).await }
        })
        .await;
    let answered = Timestamp::now();
    let Ok((_, metadata)) = answer else {
        return Finding::skipped(CHECK, "the server gave no answer to compare with");
    };
    let Some(there) = metadata
        .get("date")
        .and_then(|date| date.to_str().ok())
        .and_then(parse)
    else {
        return Finding::skipped(CHECK, "the server does not say what time it is");
    };
    if app.global.verbose {
        crate::console::note(&format!("the server's clock says {there}"));
    }
    judge(asked.as_second(), answered.as_second(), there.as_second())
}

fn parse(date: &str) -> Option<Timestamp> {
    jiff::fmt::rfc2822::parse(date).ok().map(|time| time.timestamp())
}

/// The time there may be any between question and answer, and up to a second older than it is said.
fn judge(asked: i64, answered: i64, there: i64) -> Finding {
    let skew = if there < asked - 1 {
        there - asked
    } else if there > answered + 1 {
        there - answered
    } else {
        0
    };
    if skew.abs() <= TOLERATED_SECONDS {
        return Finding::ok(
            CHECK,
            format!("agrees with the server's within {TOLERATED_SECONDS} s"),
        );
    }
    let direction = if skew > 0 { "ahead of" } else { "behind" };
    Finding::fault(
        CHECK,
        format!(
            "the server's clock is {} s {direction} this machine's",
            skew.abs()
        ),
        "run a time service (chrony, systemd-timesyncd) on both; certificates and tokens depend on the time",
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::Outcome;

    #[test]
    fn only_a_difference_beyond_the_call_itself_counts() {
        assert_eq!(judge(100, 130, 115).outcome, Outcome::Ok);
        assert_eq!(judge(100, 100, 103).outcome, Outcome::Ok);
        let ahead = judge(100, 101, 161);
        assert_eq!(ahead.outcome, Outcome::Fault);
        assert!(ahead.detail.contains("60 s ahead"), "{}", ahead.detail);
        assert!(judge(100, 101, 10).detail.contains("90 s behind"));
    }

    #[test]
    fn the_date_of_http_is_read() {
        assert_eq!(
            parse("Thu, 01 Jan 1970 00:01:40 GMT").map(Timestamp::as_second),
            Some(100)
        );
        assert_eq!(parse("yesterday"), None);
    }
}
