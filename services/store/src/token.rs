//! Where a watch stands, and the opaque text in which a client carries that.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};

use crate::{Incarnation, Revision};

/// First byte of every token: says how to read the rest.
const TOKEN_VERSION: u8 = 1;
const BODY_BYTES: usize = 1 + 8 + 8 + 4;
const CHECK_BYTES: usize = 4;

/// The index that stands for "all changes of the revision".
const WHOLE_REVISION: u32 = u32::MAX;

/// A place between two changes: everything before it was taken, everything after it was not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position {
    revision: Revision,
    index: u32,
}

impl Position {
    /// Behind every change of this revision. With [`Revision::ZERO`], before everything.
    pub const fn after(revision: Revision) -> Self {
        Self {
            revision,
            index: WHOLE_REVISION,
        }
    }

    /// Behind the change with this index, in the middle of its revision.
    pub const fn after_change(revision: Revision, index: u32) -> Self {
        Self { revision, index }
    }

    /// The revision that was taken last, wholly or in part.
    pub const fn revision(self) -> Revision {
        self.revision
    }

    /// The index of the change that was taken last; `None` when the whole revision was.
    pub const fn index(self) -> Option<u32> {
        match self.index {
            WHOLE_REVISION => None,
            index => Some(index),
        }
    }

    pub(crate) const fn sort_key(self) -> (u64, u32) {
        (self.revision.get(), self.index)
    }
}

/// Where a client's watch stands. Clients get it as text and give it back as they got it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct WatchToken {
    /// The life of the data that the position belongs to.
    pub incarnation: Incarnation,
    /// Where the watch stands.
    pub position: Position,
}

/// Why a token cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// Not the text of a token.
    #[error("the token is not base64url text of the right length")]
    Malformed,
    /// Changed or cut on the way.
    #[error("the token is damaged")]
    CheckFailed,
    /// Made by another release.
    #[error("the token has format {found}, and this release reads {TOKEN_VERSION}")]
    UnknownVersion {
        /// The format that it says it has.
        found: u8,
    },
    /// Made before the data was restored or moved: list again.
    #[error("the token is of incarnation {found} and the store is of incarnation {current}: list again")]
    OtherIncarnation {
        /// The incarnation that the token names.
        found: Incarnation,
        /// The incarnation of the store.
        current: Incarnation,
    },
}

impl WatchToken {
    /// The token as text: base64url without padding.
    pub fn encode(self) -> String {
        let mut bytes = Vec::with_capacity(BODY_BYTES + CHECK_BYTES);
        bytes.push(TOKEN_VERSION);
        bytes.extend_from_slice(&self.incarnation.get().to_be_bytes());
        bytes.extend_from_slice(&self.position.revision.get().to_be_bytes());
        bytes.extend_from_slice(&self.position.index.to_be_bytes());
        let check = check_of(&bytes);
        bytes.extend_from_slice(&check);
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// Reads a token back. The check finds accidents, not malice: whoever forges a token only moves their own
    /// watch.
    pub fn decode(text: &str) -> Result<Self, TokenError> {
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| TokenError::Malformed)?;
        let (body, check) = bytes
            .split_last_chunk::<CHECK_BYTES>()
            .ok_or(TokenError::Malformed)?;
        if *check != check_of(body) {
            return Err(TokenError::CheckFailed);
        }
        // The version comes before the length, because another version may well have another length.
        let (&version, body) = body.split_first().ok_or(TokenError::Malformed)?;
        if version != TOKEN_VERSION {
            return Err(TokenError::UnknownVersion { found: version });
        }
        let (incarnation, body) = body.split_first_chunk::<8>().ok_or(TokenError::Malformed)?;
        let (revision, body) = body.split_first_chunk::<8>().ok_or(TokenError::Malformed)?;
        let index: [u8; 4] = body.try_into().map_err(|_| TokenError::Malformed)?;
        Ok(Self {
            incarnation: Incarnation::new(u64::from_be_bytes(*incarnation)),
            position: Position {
                revision: Revision::new(u64::from_be_bytes(*revision)),
                index: u32::from_be_bytes(index),
            },
        })
    }

    /// The position, if the token is of this life of the data.
    pub fn position_in(self, current: Incarnation) -> Result<Position, TokenError> {
        if self.incarnation == current {
            Ok(self.position)
        } else {
            Err(TokenError::OtherIncarnation {
                found: self.incarnation,
                current,
            })
        }
    }
}

fn check_of(bytes: &[u8]) -> [u8; CHECK_BYTES] {
    let digest = Sha256::digest(bytes);
    [digest[0], digest[1], digest[2], digest[3]]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token() -> WatchToken {
        WatchToken {
            incarnation: Incarnation::new(3),
            position: Position::after_change(Revision::new(1 << 40), 17),
        }
    }

    #[test]
    fn a_token_reads_back_as_it_was_written() {
        for position in [
            Position::after(Revision::ZERO),
            Position::after(Revision::new(9)),
            token().position,
        ] {
            let token = WatchToken { position, ..token() };
            assert_eq!(WatchToken::decode(&token.encode()), Ok(token));
        }
    }

    #[test]
    fn the_text_of_a_token_is_stable() {
        // Clients hold tokens over upgrades: a change of this text needs a new version byte.
        assert_eq!(token().encode(), "AQAAAAAAAAADAAABAAAAAAAAAAARks_DSQ");
    }

    #[test]
    fn any_changed_bit_is_noticed() {
        let bytes = URL_SAFE_NO_PAD.decode(token().encode()).unwrap();
        for bit in 0..bytes.len() * 8 {
            let mut damaged = bytes.clone();
            damaged[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(
                WatchToken::decode(&URL_SAFE_NO_PAD.encode(damaged)),
                Err(TokenError::CheckFailed)
            );
        }
    }

    #[test]
    fn what_is_no_token_is_refused() {
        for text in ["", "AQ", "not base64!", "AQAAAAAAAAADAAABAAAAAAAAAAARks_DSQ=="] {
            assert_eq!(WatchToken::decode(text), Err(TokenError::Malformed), "{text:?}");
        }
        let mut newer = vec![TOKEN_VERSION + 1, 1, 2, 3];
        newer.extend_from_slice(&check_of(&newer.clone()));
        assert_eq!(
            WatchToken::decode(&URL_SAFE_NO_PAD.encode(newer)),
            Err(TokenError::UnknownVersion {
                found: TOKEN_VERSION + 1
            })
        );
        let mut short = vec![TOKEN_VERSION, 1, 2, 3];
        short.extend_from_slice(&check_of(&short.clone()));
        assert_eq!(
            WatchToken::decode(&URL_SAFE_NO_PAD.encode(short)),
            Err(TokenError::Malformed)
        );
    }

    #[test]
    fn a_token_of_another_incarnation_is_refused() {
        assert_eq!(token().position_in(Incarnation::new(3)), Ok(token().position));
        assert_eq!(
            token().position_in(Incarnation::new(4)),
            Err(TokenError::OtherIncarnation {
                found: Incarnation::new(3),
                current: Incarnation::new(4)
            })
        );
    }

    #[test]
    fn a_position_behind_a_revision_is_behind_each_of_its_changes() {
        let revision = Revision::new(5);
        assert!(Position::after_change(revision, 1000) < Position::after(revision));
        assert!(Position::after(revision) < Position::after_change(revision.next(), 0));
        assert_eq!(Position::after(revision).index(), None);
        assert_eq!(Position::after_change(revision, 2).index(), Some(2));
    }
}
