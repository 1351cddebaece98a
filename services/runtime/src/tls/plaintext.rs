//! The one rule about unencrypted connections: only when asked for, and then only within this machine.

use std::net::{IpAddr, SocketAddr};

use http::Uri;

/// The flag by which plain text is asked for; every binary names it so.
pub const INSECURE_PLAINTEXT_FLAG: &str = "--insecure-plaintext";

/// Plain text is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PlaintextError {
    /// It was not asked for.
    #[error("plain text is off: use TLS, or on a loopback address {INSECURE_PLAINTEXT_FLAG}")]
    NotAllowed,
    /// Others could read along.
    #[error("{INSECURE_PLAINTEXT_FLAG} holds only for loopback addresses, and {0} is not one: use TLS")]
    NotLoopback(String),
}

/// May `address` be listened on without TLS? `allowed` says whether the flag was given.
pub fn check_plaintext(address: SocketAddr, allowed: bool) -> Result<(), PlaintextError> {
    check(is_loopback(address.ip()), allowed, || address.to_string())
}

/// May `target` be connected to? Other schemes than `http` are no plain text. A host name counts as
/// loopback only when it is `localhost`.
pub fn check_plaintext_target(target: &Uri, allowed: bool) -> Result<(), PlaintextError> {
    if target.scheme_str() != Some("http") {
        return Ok(());
    }
    let host = target.host().unwrap_or_default();
    let loopback = match host
        .trim_start_matches('[')
        .trim_end_matches(']')
        .parse::<IpAddr>()
    {
        Ok(address) => is_loopback(address),
        Err(_) => host == "localhost",
    };
    check(loopback, allowed, || host.to_owned())
}

fn check(loopback: bool, allowed: bool, place: impl FnOnce() -> String) -> Result<(), PlaintextError> {
    match (allowed, loopback) {
        (false, _) => Err(PlaintextError::NotAllowed),
        (true, false) => Err(PlaintextError::NotLoopback(place())),
        (true, true) => Ok(()),
    }
}

fn is_loopback(address: IpAddr) -> bool {
    address.to_canonical().is_loopback()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_text_needs_the_flag_and_a_loopback_address() {
        let loopback = [
            "127.0.0.1:0",
            "127.8.9.1:80",
            "[::1]:7443",
            "[::ffff:127.0.0.1]:1",
        ];
        for address in loopback.map(|text| text.parse().unwrap()) {
            assert_eq!(check_plaintext(address, true), Ok(()));
            assert_eq!(check_plaintext(address, false), Err(PlaintextError::NotAllowed));
        }
        for text in [
            "0.0.0.0:7443",
            "[::]:7443",
            "192.168.1.4:7443",
            "[::ffff:10.0.0.1]:1",
        ] {
            let error = check_plaintext(text.parse().unwrap(), true).unwrap_err();
            assert!(error.to_string().contains(INSECURE_PLAINTEXT_FLAG), "{error}");
            assert!(matches!(error, PlaintextError::NotLoopback(_)));
        }
    }

    #[test]
    fn a_client_follows_the_same_rule() {
        let check = |uri: &'static str, allowed| check_plaintext_target(&Uri::from_static(uri), allowed);
        assert_eq!(check("https://placement.example:443", false), Ok(()));
        assert_eq!(check("http://localhost:7443", true), Ok(()));
        assert_eq!(check("http://[::1]:7443", true), Ok(()));
        assert_eq!(
            check("http://127.0.0.1:7443", false),
            Err(PlaintextError::NotAllowed)
        );
        assert_eq!(
            check("http://localhost.evil.example:80", true),
            Err(PlaintextError::NotLoopback("localhost.evil.example".into()))
        );
    }
}
