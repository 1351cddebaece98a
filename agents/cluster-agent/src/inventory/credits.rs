//! How many messages the server is ready to take.

/// Granted and not yet used.
#[derive(Debug, Default)]
pub(super) struct Credits {
    available: u64,
}

impl Credits {
    /// No sensible server grants more at once; what is beyond is not remembered.
    const MAX: u64 = 1 << 20;

    /// The server takes so many more.
    pub fn grant(&mut self, messages: u32) {
        self.available = (self.available + u64::from(messages)).min(Self::MAX);
    }

    /// Whether one more may be sent.
    pub fn any(&self) -> bool {
        self.available > 0
    }

    /// One was sent.
    pub fn spend(&mut self) {
        self.available = self.available.saturating_sub(1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_may_be_sent_beyond_what_was_granted() {
        let mut credits = Credits::default();
        assert!(!credits.any());
        credits.grant(2);
        credits.grant(1);
        for _ in 0..3 {
            assert!(credits.any());
            credits.spend();
        }
        assert!(!credits.any());
    }

    #[test]
    fn grants_do_not_add_up_without_limit() {
        let mut credits = Credits::default();
        credits.grant(u32::MAX);
        credits.grant(u32::MAX);
        assert_eq!(credits.available, Credits::MAX);
    }
}
