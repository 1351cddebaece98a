//! Clock and chance: read here, at the edge, and given to everything behind it.

use std::time::SystemTime;

use jiff::Timestamp;
use rand::RngExt as _;

use super::convert::token::JoinToken;
use crate::pki::placement_seal::PlacementSeal;

/// Now, for records.
pub fn now() -> Timestamp {
    Timestamp::now()
}

/// Now, for certificates.
pub fn system_now() -> SystemTime {
    SystemTime::now()
}

/// A join token that nobody can guess: 256 random bits.
pub fn join_token() -> JoinToken {
    let mut random = rand::rng();
    JoinToken::new(random.random(), random.random())
}

/// The join token of a call with a `request_id`: a repeated call gets the same one, and nobody without the server's
/// key can tell it.
pub fn join_token_for(seal: &PlacementSeal, request_id: &str) -> JoinToken {
    let mut id = [0; 8];
    id.copy_from_slice(&seal.derive("join-token-id", request_id)[..8]);
    JoinToken::new(id, seal.derive("join-token-secret", request_id))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_tokens_are_the_same() {
        let (one, other) = (join_token(), join_token());
        assert_ne!(one.id, other.id);
        assert_ne!(one.secret_sha256(), other.secret_sha256());
    }
}
