//! Taints on the command line, as `kubectl taint` has them: `key=value:Effect` and `key:Effect` set, `key:Effect-` and `key-`
//! remove.

use std::str::FromStr;

use hourglass_proto::fleet::v1::Taint;

/// What happens to taints of a cluster. A taint is known by its key and effect.
#[derive(Debug, Clone, PartialEq)]
pub enum TaintChange {
    /// `key=value:Effect` or `key:Effect`
    Set(Taint),
    /// `key:Effect-`, or `key-` for all effects.
    Remove {
        /// Of the taints.
        key: String,
        /// Only the one with this effect.
        effect: Option<String>,
    },
}

impl FromStr for TaintChange {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let wrong = || {
            format!(
                "{text:?} is neither key=value:Effect nor key:Effect, and neither key:Effect- nor key- (which remove)"
            )
        };
        if let Some(removed) = text.strip_suffix('-').filter(|removed| !removed.contains('=')) {
            let (key, effect) = match removed.split_once(':') {
                Some((key, effect)) => (key, Some(effect)),
                None => (removed, None),
            };
            if key.is_empty() || effect.is_some_and(str::is_empty) {
                return Err(wrong());
            }
            return Ok(Self::Remove {
                key: key.to_owned(),
                effect: effect.map(str::to_owned),
            });
        }
        let (pair, effect) = text.rsplit_once(':').ok_or_else(wrong)?;
        let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
        if key.is_empty() || effect.is_empty() {
            return Err(wrong());
        }
        Ok(Self::Set(Taint {
            key: key.to_owned(),
            value: value.to_owned(),
            effect: effect.to_owned(),
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(key: &str, value: &str, effect: &str) -> Result<TaintChange, String> {
        Ok(TaintChange::Set(Taint {
            key: key.to_owned(),
            value: value.to_owned(),
            effect: effect.to_owned(),
        }))
    }

    fn removed(key: &str, effect: Option<&str>) -> Result<TaintChange, String> {
        Ok(TaintChange::Remove {
            key: key.to_owned(),
            effect: effect.map(str::to_owned),
        })
    }

    #[test]
    fn what_kubectl_taint_takes_means_the_same() {
        assert_eq!(
            "dedicated=gold:NoSchedule".parse(),
            set("dedicated", "gold", "NoSchedule")
        );
        assert_eq!("dedicated:NoSchedule".parse(), set("dedicated", "", "NoSchedule"));
        assert_eq!(
            "dedicated=:NoSchedule".parse(),
            set("dedicated", "", "NoSchedule")
        );
        assert_eq!(
            "dedicated:NoSchedule-".parse(),
            removed("dedicated", Some("NoSchedule"))
        );
        assert_eq!("example.com/own-".parse(), removed("example.com/own", None));
    }

    #[test]
    fn what_is_incomplete_is_refused() {
        for text in [
            "",
            "-",
            "key",
            "key=value",
            ":NoSchedule",
            "key:",
            "=v:NoSchedule",
            ":NoSchedule-",
            "key:-",
        ] {
            assert!(text.parse::<TaintChange>().is_err(), "{text}");
        }
    }
}
