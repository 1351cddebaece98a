//! Keys: short, printable paths with one canonical spelling.

use std::borrow::Borrow;
use std::fmt;
use std::sync::Arc;

/// Longest key and longest prefix, in bytes of UTF-8.
pub const MAX_KEY_BYTES: usize = 512;

/// Why a text is no key or no prefix. The text itself is left out on purpose: it may come from a caller.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// A key names something.
    #[error("a key must not be empty")]
    Empty,
    /// Longer than [`MAX_KEY_BYTES`].
    #[error("a key of {bytes} bytes is longer than {MAX_KEY_BYTES} bytes")]
    TooLong {
        /// Length of the text, in bytes.
        bytes: usize,
    },
    /// A slash at the start or the end, or two in a row: two spellings of one path would be two keys.
    #[error("a key must not have an empty segment (at byte {at})")]
    EmptySegment {
        /// Byte offset at which a segment should begin.
        at: usize,
    },
    /// Control characters make keys that cannot be shown.
    #[error("a key must not have a control character (at byte {at})")]
    ControlCharacter {
        /// Byte offset of the character.
        at: usize,
    },
}

/// A key: 1 to [`MAX_KEY_BYTES`] bytes of UTF-8, segments joined by `/`, none of them empty, no control
/// characters. Keys order by their bytes. Cheap to clone.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key(Arc<str>);

impl Key {
    /// Checks a text and makes it a key.
    pub fn new(text: &str) -> Result<Self, KeyError> {
        check_characters(text)?;
        if text.is_empty() {
            return Err(KeyError::Empty);
        }
        let mut at = 0;
        for segment in text.split('/') {
            if segment.is_empty() {
                return Err(KeyError::EmptySegment { at });
            }
            at += segment.len() + 1;
        }
        Ok(Self(Arc::from(text)))
    }

    /// Joins segments with `/`. A segment that itself holds a `/` makes more than one segment.
    pub fn from_segments<S: AsRef<str>>(segments: impl IntoIterator<Item = S>) -> Result<Self, KeyError> {
        let mut text = String::new();
        for (index, segment) in segments.into_iter().enumerate() {
            if index > 0 {
                text.push('/');
            }
            text.push_str(segment.as_ref());
        }
        Self::new(&text)
    }

    /// The key as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The segments between the slashes.
    pub fn segments(&self) -> impl Iterator<Item = &str> {
        self.0.split('/')
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&*self.0, f)
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl AsRef<str> for Key {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

// Lets maps by key be asked with a plain text; `Key` orders, compares and hashes as its text does.
impl Borrow<str> for Key {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl TryFrom<&str> for Key {
    type Error = KeyError;

    fn try_from(text: &str) -> Result<Self, KeyError> {
        Self::new(text)
    }
}

/// The start that a family of keys has in common, compared byte by byte: `placements/a` also covers
/// `placements/ab`, so a prefix for a folder ends in `/`. The empty prefix covers every key.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyPrefix(Arc<str>);

impl KeyPrefix {
    /// Checks a text and makes it a prefix: at most [`MAX_KEY_BYTES`] bytes, no control characters.
    pub fn new(text: &str) -> Result<Self, KeyError> {
        check_characters(text)?;
        Ok(Self(Arc::from(text)))
    }

    /// The prefix of every key.
    pub fn all() -> Self {
        Self(Arc::from(""))
    }

    /// Whether the key starts with this prefix.
    pub fn covers(&self, key: &str) -> bool {
        key.starts_with(&*self.0)
    }

    /// The prefix as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for KeyPrefix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}*", &*self.0)
    }
}

impl TryFrom<&str> for KeyPrefix {
    type Error = KeyError;

    fn try_from(text: &str) -> Result<Self, KeyError> {
        Self::new(text)
    }
}

fn check_characters(text: &str) -> Result<(), KeyError> {
    if text.len() > MAX_KEY_BYTES {
        return Err(KeyError::TooLong { bytes: text.len() });
    }
    match text.char_indices().find(|(_, character)| character.is_control()) {
        Some((at, _)) => Err(KeyError::ControlCharacter { at }),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_a_path_with_one_spelling() {
        assert_eq!(Key::new("placements/default/web").unwrap().segments().count(), 3);
        assert_eq!(
            Key::from_segments(["leader", "commit"]).unwrap().as_str(),
            "leader/commit"
        );
        assert_eq!(Key::new(""), Err(KeyError::Empty));
        assert_eq!(Key::new("/a"), Err(KeyError::EmptySegment { at: 0 }));
        assert_eq!(Key::new("a//b"), Err(KeyError::EmptySegment { at: 2 }));
        assert_eq!(Key::new("a/"), Err(KeyError::EmptySegment { at: 2 }));
        assert_eq!(Key::new("a\nb"), Err(KeyError::ControlCharacter { at: 1 }));
        assert!(Key::new(&"k".repeat(MAX_KEY_BYTES)).is_ok());
        assert_eq!(
            Key::new(&"k".repeat(MAX_KEY_BYTES + 1)),
            Err(KeyError::TooLong {
                bytes: MAX_KEY_BYTES + 1
            })
        );
    }

    #[test]
    fn a_prefix_covers_by_bytes() {
        let folder = KeyPrefix::new("placements/a/").unwrap();
        assert!(folder.covers("placements/a/x"));
        assert!(!folder.covers("placements/ab/x"));
        assert!(KeyPrefix::all().covers("anything"));
        assert!(KeyPrefix::new("a\0").is_err());
    }
}
