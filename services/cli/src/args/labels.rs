//! Labels on the command line: `key=value` sets, `key-` removes.

use std::str::FromStr;

/// `key=value`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LabelPair {
    /// Label key.
    pub key: String,
    /// Label value; may be empty.
    pub value: String,
}

impl FromStr for LabelPair {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.split_once('=') {
            Some((key, value)) if !key.is_empty() => Ok(Self {
                key: key.to_owned(),
                value: value.to_owned(),
            }),
            _ => Err(format!("{text:?} is not key=value")),
        }
    }
}

/// What happens to one label of a cluster.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LabelChange {
    /// `key=value`
    Set(LabelPair),
    /// `key-`
    Remove(String),
}

impl FromStr for LabelChange {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.strip_suffix('-') {
            Some(key) if !key.is_empty() && !key.contains('=') => Ok(Self::Remove(key.to_owned())),
            _ => text
                .parse()
                .map(Self::Set)
                .map_err(|_| format!("{text:?} is neither key=value nor key- (which removes the label)")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trailing_dash_removes_only_without_an_equals_sign() {
        assert_eq!("tier-".parse(), Ok(LabelChange::Remove("tier".to_owned())));
        assert_eq!(
            "tier=a-".parse(),
            Ok(LabelChange::Set(LabelPair {
                key: "tier".to_owned(),
                value: "a-".to_owned()
            }))
        );
        assert!("tier".parse::<LabelChange>().is_err());
        assert!("=x".parse::<LabelChange>().is_err());
    }
}
