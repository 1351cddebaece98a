//! Stable content hashes: the same on every machine and in every version that writes the same JSON.

use serde::Serialize;
use sha2::{Digest, Sha256};

/// SHA-256 of `bytes` as 64 lower-case hex digits.
#[must_use]
pub fn hex_digest(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}

/// SHA-256 over the compact JSON of `value`, as 64 lower-case hex digits. Stable as long as the value's maps are
/// sorted, which holds for every type of this crate.
///
/// # Errors
/// When the value has no JSON form (a map with keys that are not strings).
pub fn hash_json<T: Serialize + ?Sized>(value: &T) -> Result<String, serde_json::Error> {
    Ok(hex_digest(&serde_json::to_vec(value)?))
}

/// The first eight bytes of the SHA-256 of `bytes` as a number.
#[must_use]
pub fn short_digest(bytes: &[u8]) -> u64 {
    Sha256::digest(bytes)
        .iter()
        .take(8)
        .fold(0, |sum, byte| (sum << 8) | u64::from(*byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digests_are_the_published_ones() {
        assert_eq!(
            hex_digest(b"abc"),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
        assert_eq!(short_digest(b"abc"), 0xba78_16bf_8f01_cfea);
    }
}
