//! Parts of a GPU that NVIDIA's Multi-Instance GPU cuts in hardware.
//!
//! A profile names the slices of compute and the memory of one part: `1g.10gb`, `3g.40gb`, with media engines or other
//! attributes behind a plus sign: `1g.10gb+me`.
//! Source: <https://docs.nvidia.com/datacenter/tesla/mig-user-guide/>.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

/// A MIG profile, in lower case.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct MigProfile(Arc<str>);

/// A text that is no MIG profile.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{0:?} is not a MIG profile: write slices and memory in lower case, for example 1g.10gb, 3g.40gb or 1g.10gb+me"
)]
pub struct MigProfileError(pub String);

/// What the device plugin puts before the profile in the name of a resource.
const RESOURCE_PREFIX: &str = "nvidia.com/mig-";

impl MigProfile {
    /// Reads a profile; its form is checked, not whether any GPU has it.
    ///
    /// # Errors
    /// When it is not of the form `<slices>g.<memory>gb`, with an optional `+<attributes>`.
    pub fn parse(text: &str) -> Result<Self, MigProfileError> {
        if is_profile(text) {
            Ok(Self(Arc::from(text)))
        } else {
            Err(MigProfileError(text.chars().take(100).collect()))
        }
    }

    /// The profile of a resource as the device plugin names it (`nvidia.com/mig-1g.10gb.me`); `None` for others.
    #[must_use]
    pub fn of_resource(resource: &str) -> Option<Self> {
        let suffix = resource.strip_prefix(RESOURCE_PREFIX)?;
        let base = suffix.find("gb").map(|at| at + 2)?;
        let (profile, attributes) = suffix.split_at_checked(base)?;
        let text = match attributes.strip_prefix('.') {
            Some(attributes) => format!("{profile}+{attributes}"),
            None => suffix.to_owned(),
        };
        Self::parse(&text).ok()
    }

    /// The resource that counts it where the device plugin's strategy is `mixed`: a resource name takes no plus sign,
    /// so attributes stand behind a dot.
    #[must_use]
    pub fn resource(&self) -> String {
        format!("{RESOURCE_PREFIX}{}", self.0.replace('+', "."))
    }

    /// As it was written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn is_profile(text: &str) -> bool {
    let (profile, attributes) = match text.split_once('+') {
        Some((profile, attributes)) => (profile, Some(attributes)),
        None => (text, None),
    };
    let attributes_ok = attributes.is_none_or(|attributes| {
        (1..=32).contains(&attributes.len())
            && attributes
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte == b'.')
    });
    let Some((slices, memory)) = profile.split_once("g.") else {
        return false;
    };
    let Some(memory) = memory.strip_suffix("gb") else {
        return false;
    };
    let number = |part: &str, digits: usize| {
        (1..=digits).contains(&part.len())
            && part.bytes().all(|byte| byte.is_ascii_digit())
            && !part.starts_with('0')
    };
    attributes_ok && number(slices, 1) && number(memory, 4)
}

impl fmt::Display for MigProfile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for MigProfile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", &*self.0)
    }
}

impl TryFrom<String> for MigProfile {
    type Error = MigProfileError;
    fn try_from(text: String) -> Result<Self, MigProfileError> {
        Self::parse(&text)
    }
}

impl From<MigProfile> for String {
    fn from(profile: MigProfile) -> Self {
        profile.0.as_ref().to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn profiles_as_nvidia_names_them_are_read() {
        for text in [
            "1g.5gb",
            "1g.10gb",
            "3g.40gb",
            "7g.80gb",
            "1g.10gb+me",
            "1g.24gb+me.all",
            "2g.141gb",
        ] {
            assert_eq!(MigProfile::parse(text).expect("valid").as_str(), text);
        }
    }

    #[test]
    fn other_texts_are_refused() {
        for bad in [
            "",
            "1g",
            "10gb",
            "1g10gb",
            "1G.10GB",
            "0g.5gb",
            "12g.5gb",
            "1g.05gb",
            "1g.gb",
            "1g.5gb+",
            "1g.5gb+ME",
            "mig-1g.5gb",
            " 1g.5gb",
            "1c.3g.40gb",
            "1g.99999gb",
        ] {
            assert!(MigProfile::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn the_resource_of_a_profile_names_it_again() {
        for (text, resource) in [
            ("1g.10gb", "nvidia.com/mig-1g.10gb"),
            ("1g.10gb+me", "nvidia.com/mig-1g.10gb.me"),
        ] {
            let profile = MigProfile::parse(text).expect("valid");
            assert_eq!(profile.resource(), resource);
            assert_eq!(MigProfile::of_resource(resource), Some(profile));
        }
        assert_eq!(MigProfile::of_resource("nvidia.com/gpu"), None);
        assert_eq!(MigProfile::of_resource("nvidia.com/mig-all"), None);
    }
}
