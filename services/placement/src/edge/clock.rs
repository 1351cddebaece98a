//! Clock and chance: read here, at the edge, and given to everything behind it.

use std::time::SystemTime;

use jiff::Timestamp;
use rand::RngExt as _;

use super::convert::token::JoinToken;

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
