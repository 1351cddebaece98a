//! Page tokens: opaque to clients, bound to the request they came from.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};

use super::order::SortKey;

/// First byte: says how to read the rest.
const VERSION: u8 = 1;
/// Longer ones are never ours: two names of at most 253 characters.
const MAX_TOKEN_CHARACTERS: usize = 1024;

/// Tells requests apart: a token of one is refused by another.
pub type Binding = [u8; 8];

/// The binding of a request that is made of these parts: its method, parent, filter, order.
pub fn binding(parts: &[&str]) -> Binding {
    let mut hash = Sha256::new();
    for part in parts {
        // With its length in front, so that no two lists of parts run together.
        hash.update(part.len().to_be_bytes());
        hash.update(part.as_bytes());
    }
    let mut binding = Binding::default();
    binding
        .iter_mut()
        .zip(hash.finalize())
        .for_each(|(to, from)| *to = from);
    binding
}

/// The place that a token continues after.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct After {
    create_nanos: i128,
    scope: String,
    id: String,
}

impl After {
    pub(super) fn key(&self) -> SortKey<'_> {
        SortKey {
            create_nanos: self.create_nanos,
            scope: &self.scope,
            id: &self.id,
        }
    }
}

pub(super) fn encode(binding: &Binding, key: &SortKey<'_>) -> String {
    let mut bytes = vec![VERSION];
    bytes.extend_from_slice(binding);
    bytes.extend_from_slice(&key.create_nanos.to_be_bytes());
    bytes.extend_from_slice(key.scope.as_bytes());
    // No name holds a zero byte.
    bytes.push(0);
    bytes.extend_from_slice(key.id.as_bytes());
    URL_SAFE_NO_PAD.encode(bytes)
}

pub(super) fn decode(binding: &Binding, text: &str) -> Result<After, &'static str> {
    const MALFORMED: &str = "is no page token of this service; leave it out to begin at the first page";
    if text.len() > MAX_TOKEN_CHARACTERS {
        return Err(MALFORMED);
    }
    let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| MALFORMED)?;
    let Some((&VERSION, rest)) = bytes.split_first() else {
        return Err(MALFORMED);
    };
    let (found, rest) = rest.split_first_chunk::<8>().ok_or(MALFORMED)?;
    let (nanos, rest) = rest.split_first_chunk::<16>().ok_or(MALFORMED)?;
    let names = std::str::from_utf8(rest).map_err(|_| MALFORMED)?;
    let (scope, id) = names.split_once('\0').ok_or(MALFORMED)?;
    if found != binding {
        return Err("is of another request: parent, filter and order must stay the same from page to page");
    }
    Ok(After {
        create_nanos: i128::from_be_bytes(*nanos),
        scope: scope.to_owned(),
        id: id.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_comes_back_as_the_place_it_was_made_of() {
        let bound = binding(&["ListPlacements", "tenants/-", "", "name"]);
        let key = SortKey {
            create_nanos: -7,
            scope: "default",
            id: "web",
        };
        let after = decode(&bound, &encode(&bound, &key)).unwrap();
        assert_eq!(after.key(), key);
    }

    #[test]
    fn a_token_of_another_request_is_refused() {
        let bound = binding(&["ListPlacements", "tenants/a", "", "name"]);
        let token = encode(&bound, &SortKey::by_name("a", "web"));
        for other in [
            binding(&["ListPlacements", "tenants/b", "", "name"]),
            binding(&["ListPlacements", "tenants/a", "state = READY", "name"]),
            binding(&["ListPlacements", "tenants/a", "", "name desc"]),
            binding(&["ListPlacements", "tenants/", "a", "name"]),
        ] {
            assert!(decode(&other, &token).unwrap_err().contains("another request"));
        }
    }

    #[test]
    fn text_that_is_no_token_is_refused() {
        let bound = binding(&[]);
        let good = encode(&bound, &SortKey::by_name("a", "web"));
        let other_version = URL_SAFE_NO_PAD.encode([9; 40]);
        for bad in [
            "x",
            "!!!",
            "AQ",
            &good[..20],
            &other_version,
            &"A".repeat(2000),
            "",
        ] {
            assert!(decode(&bound, bad).is_err(), "{bad}");
        }
    }
}
