//! The one cryptography provider of the process.

use std::sync::Arc;

use rustls::crypto::{CryptoProvider, ring};

/// Makes ring the provider of the process. Call it first in `main`; calling it again does nothing.
pub fn install_crypto_provider() {
    // An error says that a provider is installed already, which is what is asked for.
    drop(ring::default_provider().install_default());
}

/// The installed provider, or ring where `main` installed none, as in tests.
pub(super) fn crypto_provider() -> Arc<CryptoProvider> {
    CryptoProvider::get_default()
        .cloned()
        .unwrap_or_else(|| Arc::new(ring::default_provider()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn installing_twice_is_fine() {
        install_crypto_provider();
        install_crypto_provider();
        assert!(CryptoProvider::get_default().is_some());
    }
}
