//! Signs what agents keep beside each Performer, so that after the loss of a store adoption goes by something real.
//!
//! HMAC-SHA256 with a key of its own, kept beside the certificate authority (and so in the same backup, apart from the
//! store): only the server makes and checks seals, nobody else needs a public key.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use hourglass_runtime::state_file::{StateFileError, create_private_dir, read_optional, write_private_file};
use rand::RngExt;
use ring::hmac;

/// Name of the key file.
pub const SEAL_KEY_FILE: &str = "placement-seal.key";
const KEY_BYTES: usize = 32;
const TAG_BYTES: usize = 32;

/// Why there is no key.
#[derive(Debug, thiserror::Error)]
pub enum SealError {
    /// The file cannot be read or written.
    #[error(transparent)]
    File(#[from] StateFileError),
    /// The file does not hold a key.
    #[error("{} holds no key of {KEY_BYTES} bytes: restore it from the backup of the pki directory", .0.display())]
    BadKey(PathBuf),
}

/// The key; clones share it.
#[derive(Clone)]
pub struct PlacementSeal(Arc<hmac::Key>);

impl std::fmt::Debug for PlacementSeal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PlacementSeal(…)")
    }
}

impl PlacementSeal {
    /// Reads the key, or makes one.
    ///
    /// # Errors
    /// [`SealError`].
    pub fn load_or_create(directory: &Path) -> Result<Self, SealError> {
        create_private_dir(directory)?;
        let path = directory.join(SEAL_KEY_FILE);
        let key = match read_optional(&path)? {
            Some(key) if key.len() == KEY_BYTES => key,
            Some(_) => return Err(SealError::BadKey(path)),
            None => {
                let key: [u8; KEY_BYTES] = rand::rng().random();
                write_private_file(&path, &key)?;
                key.to_vec()
            }
        };
        Ok(Self(Arc::new(hmac::Key::new(hmac::HMAC_SHA256, &key))))
    }

    /// `content` with its tag in front.
    #[must_use]
    pub fn seal(&self, content: &[u8]) -> Vec<u8> {
        let mut sealed = hmac::sign(&self.0, content).as_ref().to_vec();
        sealed.extend_from_slice(content);
        sealed
    }

    /// 32 bytes that only this key gives for `purpose` and `input`: a secret that a repeated call gets again without its
    /// being kept anywhere.
    #[must_use]
    pub fn derive(&self, purpose: &str, input: &str) -> [u8; TAG_BYTES] {
        let text = format!("{}:{purpose}:{input}", purpose.len());
        let tag = hmac::sign(&self.0, text.as_bytes());
        let mut bytes = [0; TAG_BYTES];
        bytes.copy_from_slice(tag.as_ref());
        bytes
    }

    /// The content of `sealed`, when this key made the tag.
    #[must_use]
    pub fn open<'a>(&self, sealed: &'a [u8]) -> Option<&'a [u8]> {
        let (tag, content) = sealed.split_at_checked(TAG_BYTES)?;
        hmac::verify(&self.0, content, tag).is_ok().then_some(content)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_derived_depends_on_key_purpose_and_input() {
        let dir = tempfile::tempdir().unwrap();
        let seal = PlacementSeal::load_or_create(dir.path()).unwrap();
        assert_eq!(seal.derive("a", "x"), seal.derive("a", "x"));
        assert_ne!(seal.derive("a", "x"), seal.derive("b", "x"));
        assert_ne!(seal.derive("a", "x"), seal.derive("a", "y"));
        let other = tempfile::tempdir().unwrap();
        let other = PlacementSeal::load_or_create(other.path()).unwrap();
        assert_ne!(seal.derive("a", "x"), other.derive("a", "x"));
    }

    #[test]
    fn a_seal_opens_with_the_kept_key_and_only_unchanged() {
        let dir = tempfile::tempdir().unwrap();
        let sealed = PlacementSeal::load_or_create(dir.path())
            .unwrap()
            .seal(b"placement");
        let again = PlacementSeal::load_or_create(dir.path()).unwrap();
        assert_eq!(again.open(&sealed), Some(b"placement".as_slice()));
        let mut changed = sealed.clone();
        *changed.last_mut().unwrap() ^= 1;
        assert_eq!(again.open(&changed), None);
        assert_eq!(again.open(b"short"), None);
        let other = tempfile::tempdir().unwrap();
        assert_eq!(
            PlacementSeal::load_or_create(other.path()).unwrap().open(&sealed),
            None
        );
    }
}
