//! The few facts about certificates that are needed here, and points in time as X.509 has them.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use rustls_pki_types::CertificateDer;
use x509_parser::certificate::X509Certificate;
use x509_parser::prelude::FromDer;
use x509_parser::time::ASN1Time;

/// Parses one certificate with nothing behind it.
pub(super) fn parse<'der>(der: &'der CertificateDer<'_>) -> Option<X509Certificate<'der>> {
    match X509Certificate::from_der(der) {
        Ok(([], certificate)) => Some(certificate),
        _ => None,
    }
}

/// The start of a certificate's validity.
pub(super) fn not_before(certificate: &X509Certificate<'_>) -> SystemTime {
    system_time(certificate.validity().not_before)
}

/// The end of a certificate's validity.
pub(super) fn not_after(certificate: &X509Certificate<'_>) -> SystemTime {
    system_time(certificate.validity().not_after)
}

fn system_time(time: ASN1Time) -> SystemTime {
    let seconds = time.timestamp();
    let distance = Duration::from_secs(seconds.unsigned_abs());
    let time = if seconds < 0 {
        UNIX_EPOCH.checked_sub(distance)
    } else {
        UNIX_EPOCH.checked_add(distance)
    };
    time.unwrap_or(UNIX_EPOCH)
}

/// Seconds since 1970, as text for messages; RFC 3339 in UTC.
pub(super) fn rfc3339(time: SystemTime) -> String {
    let seconds = time.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    let text = i64::try_from(seconds)
        .ok()
        .and_then(|seconds| ASN1Time::from_timestamp(seconds).ok());
    text.map_or_else(
        || format!("{seconds} s after 1970"),
        |time| time.to_datetime().to_string(),
    )
}
