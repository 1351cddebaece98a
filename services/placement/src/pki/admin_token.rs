//! The administrator's bearer token: made on the first start, readable by the owner of the state directory only.

use std::path::{Path, PathBuf};

use hourglass_runtime::secret::Secret;
use hourglass_runtime::state_file::{StateFileError, read_optional, write_private_file};
use rand::RngExt;
use sha2::{Digest, Sha256};

/// Name of the file under the state directory.
pub const ADMIN_TOKEN_FILE: &str = "admin.token";

/// Why there is no token.
#[derive(Debug, thiserror::Error)]
pub enum AdminTokenError {
    /// The file cannot be read or written.
    #[error(transparent)]
    File(#[from] StateFileError),
    /// The file holds no token.
    #[error("{} holds no token; remove it to have a new one made", .0.display())]
    Empty(PathBuf),
}

/// Reads the token, or makes one.
///
/// # Errors
/// [`AdminTokenError`].
pub fn load_or_create(state_dir: &Path) -> Result<Secret<String>, AdminTokenError> {
    let path = state_dir.join(ADMIN_TOKEN_FILE);
    if let Some(bytes) = read_optional(&path)? {
        let token = String::from_utf8_lossy(&bytes).trim().to_owned();
        return if token.len() < 32 {
            Err(AdminTokenError::Empty(path))
        } else {
            Ok(Secret::new(token))
        };
    }
    let token = format!("hga_{}", random_hex());
    write_private_file(&path, format!("{token}\n").as_bytes())?;
    Ok(Secret::new(token))
}

/// 32 random bytes, hex.
#[must_use]
pub fn random_hex() -> String {
    let bytes: [u8; 32] = rand::rng().random();
    hex::encode(bytes)
}

/// What is compared and stored instead of a secret.
#[must_use]
pub fn sha256_hex(secret: &str) -> String {
    hex::encode(Sha256::digest(secret.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_token_is_made_once_and_kept() {
        let dir = tempfile::tempdir().unwrap();
        let first = load_or_create(dir.path()).unwrap();
        let again = load_or_create(dir.path()).unwrap();
        assert_eq!(first.expose(), again.expose());
        assert!(first.expose().len() > 60);
    }

    #[test]
    fn an_empty_file_is_refused_rather_than_a_password_of_nothing() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join(ADMIN_TOKEN_FILE), "\n").unwrap();
        assert!(matches!(
            load_or_create(dir.path()),
            Err(AdminTokenError::Empty(_))
        ));
    }
}
