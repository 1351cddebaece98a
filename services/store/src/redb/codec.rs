//! The bytes of records and changes. Numbers are big-endian.
//!
//! ```text
//! record = create revision u64 · mod revision u64 · value
//! change = key length u16 · key · side (old) · side (new)
//! side   = 0 | 1 · record length u32 · record
//! ```

use bytes::Bytes;

use super::failure::damaged;
use crate::{Change, Key, Revision, StoreError, Versioned};

/// A record that still lies in a page of the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct RecordRef<'a> {
    pub create_revision: Revision,
    pub mod_revision: Revision,
    pub value: &'a [u8],
}

impl<'a> RecordRef<'a> {
    pub fn decode(bytes: &'a [u8]) -> Result<Self, StoreError> {
        let mut reader = Reader(bytes);
        let create_revision = Revision::new(reader.u64()?);
        let mod_revision = Revision::new(reader.u64()?);
        Ok(Self {
            create_revision,
            mod_revision,
            value: reader.0,
        })
    }

    pub fn encode(self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(16 + self.value.len());
        bytes.extend_from_slice(&self.create_revision.get().to_be_bytes());
        bytes.extend_from_slice(&self.mod_revision.get().to_be_bytes());
        bytes.extend_from_slice(self.value);
        bytes
    }

    pub fn to_versioned(self) -> Versioned {
        Versioned {
            value: Bytes::copy_from_slice(self.value),
            create_revision: self.create_revision,
            mod_revision: self.mod_revision,
        }
    }
}

/// A change that still lies in a page of the file.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct ChangeRef<'a> {
    pub key: &'a str,
    pub old: Option<RecordRef<'a>>,
    pub new: Option<RecordRef<'a>>,
}

impl<'a> ChangeRef<'a> {
    pub fn decode(bytes: &'a [u8]) -> Result<Self, StoreError> {
        let mut reader = Reader(bytes);
        let key_bytes = usize::from(reader.u16()?);
        let key =
            str::from_utf8(reader.take(key_bytes)?).map_err(|_| damaged("a key in the log is no text"))?;
        let old = reader.side()?;
        let new = reader.side()?;
        if reader.0.is_empty() {
            Ok(Self { key, old, new })
        } else {
            Err(damaged("a change in the log is too long"))
        }
    }

    pub fn to_change(&self, revision: u64, index: u32) -> Result<Change, StoreError> {
        Ok(Change {
            revision: Revision::new(revision),
            index,
            key: stored_key(self.key)?,
            old: self.old.map(RecordRef::to_versioned),
            new: self.new.map(RecordRef::to_versioned),
        })
    }
}

/// Encodes a change from records that are already encoded.
pub(super) fn encode_change(
    key: &Key,
    old: Option<&[u8]>,
    new: Option<&[u8]>,
) -> Result<Vec<u8>, StoreError> {
    let key = key.as_str().as_bytes();
    let size = 2 + key.len() + 2 * 5 + old.map_or(0, <[u8]>::len) + new.map_or(0, <[u8]>::len);
    let mut bytes = Vec::with_capacity(size);
    let key_bytes = u16::try_from(key.len()).map_err(|_| damaged("a key is over its limit"))?;
    bytes.extend_from_slice(&key_bytes.to_be_bytes());
    bytes.extend_from_slice(key);
    for side in [old, new] {
        match side {
            None => bytes.push(0),
            Some(record) => {
                let record_bytes =
                    u32::try_from(record.len()).map_err(|_| damaged("a value is over its limit"))?;
                bytes.push(1);
                bytes.extend_from_slice(&record_bytes.to_be_bytes());
                bytes.extend_from_slice(record);
            }
        }
    }
    Ok(bytes)
}

/// A key as it was read from the file.
pub(super) fn stored_key(text: &str) -> Result<Key, StoreError> {
    Key::new(text).map_err(|error| damaged(format!("a stored key is invalid: {error}")))
}

struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn take(&mut self, bytes: usize) -> Result<&'a [u8], StoreError> {
        let (taken, rest) = self
            .0
            .split_at_checked(bytes)
            .ok_or_else(|| damaged("a record is cut short"))?;
        self.0 = rest;
        Ok(taken)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], StoreError> {
        let (taken, rest) = self
            .0
            .split_first_chunk::<N>()
            .ok_or_else(|| damaged("a record is cut short"))?;
        self.0 = rest;
        Ok(*taken)
    }

    fn u16(&mut self) -> Result<u16, StoreError> {
        self.array().map(u16::from_be_bytes)
    }

    fn u64(&mut self) -> Result<u64, StoreError> {
        self.array().map(u64::from_be_bytes)
    }

    fn side(&mut self) -> Result<Option<RecordRef<'a>>, StoreError> {
        match self.array::<1>()? {
            [0] => Ok(None),
            [1] => {
                let bytes = u32::from_be_bytes(self.array()?);
                let bytes = usize::try_from(bytes).map_err(|_| damaged("a record is too long"))?;
                RecordRef::decode(self.take(bytes)?).map(Some)
            }
            [other] => Err(damaged(format!("a change in the log has a side of kind {other}"))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(value: &[u8]) -> RecordRef<'_> {
        RecordRef {
            create_revision: Revision::new(1),
            mod_revision: Revision::new(u64::MAX),
            value,
        }
    }

    #[test]
    fn changes_read_back_as_they_were_written() {
        let key = Key::new("a/b").unwrap();
        for (old, new) in [
            (None, Some("new")),
            (Some("old"), None),
            (Some(""), Some("x")),
            (None, None),
        ] {
            let sides = [old, new].map(|side| side.map(|text| record(text.as_bytes())));
            let encoded = sides.map(|side| side.map(RecordRef::encode));
            let bytes = encode_change(&key, encoded[0].as_deref(), encoded[1].as_deref()).unwrap();
            let change = ChangeRef::decode(&bytes).unwrap();
            assert_eq!(
                change,
                ChangeRef {
                    key: "a/b",
                    old: sides[0],
                    new: sides[1]
                }
            );
        }
    }

    #[test]
    fn a_change_that_is_cut_or_lengthened_is_damaged_and_never_panics() {
        let key = Key::new("a/b").unwrap();
        let side = record(b"value").encode();
        let bytes = encode_change(&key, Some(&side), Some(&side)).unwrap();
        for length in 0..bytes.len() {
            assert!(
                matches!(
                    ChangeRef::decode(&bytes[..length]),
                    Err(StoreError::Damaged { .. })
                ),
                "{length}"
            );
        }
        let longer = [bytes.as_slice(), b"x"].concat();
        assert!(matches!(
            ChangeRef::decode(&longer),
            Err(StoreError::Damaged { .. })
        ));
        assert!(matches!(
            RecordRef::decode(b"short"),
            Err(StoreError::Damaged { .. })
        ));
    }
}
