//! Resume tokens: the store's own, bound to the request they came from, because a place in one selection of changes
//! means nothing in another.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hourglass_proto::fleet::v1 as proto;
use hourglass_store::WatchToken;

use crate::edge::paging::{Binding, binding};

/// Between the store's token and the binding.
const SEPARATOR: char = '.';

/// What binds a token to its watch: parent and filter.
pub(super) fn binding_of(request: &proto::WatchPlacementsRequest) -> Binding {
    binding(&["WatchPlacements", &request.parent, &request.filter])
}

pub(super) fn encode(binding: &Binding, token: WatchToken) -> String {
    format!("{}{SEPARATOR}{}", token.encode(), URL_SAFE_NO_PAD.encode(binding))
}

pub(super) fn decode(binding: &Binding, text: &str) -> Result<WatchToken, String> {
    let (token, bound) = text
        .split_once(SEPARATOR)
        .ok_or("is no resume token of this service; watch again without one")?;
    let token = WatchToken::decode(token).map_err(|error| error.to_string())?;
    if bound != URL_SAFE_NO_PAD.encode(binding) {
        return Err("is of another watch: parent and filter must stay the same".to_owned());
    }
    Ok(token)
}

#[cfg(test)]
mod tests {
    use hourglass_store::{Incarnation, Position, Revision};

    use super::*;

    fn request(filter: &str) -> proto::WatchPlacementsRequest {
        proto::WatchPlacementsRequest {
            parent: "tenants/default".to_owned(),
            filter: filter.to_owned(),
            resume_token: String::new(),
        }
    }

    #[test]
    fn a_token_comes_back_for_the_same_watch_only() {
        let token = WatchToken {
            incarnation: Incarnation::new(3),
            position: Position::after_change(Revision::new(9), 2),
        };
        let bound = binding_of(&request("state = READY"));
        let text = encode(&bound, token);
        assert_eq!(decode(&bound, &text), Ok(token));
        assert!(
            decode(&binding_of(&request("")), &text)
                .unwrap_err()
                .contains("another watch")
        );
        for bad in ["", ".", "x.y", &text[..text.len() / 2], &text[1..]] {
            assert!(decode(&bound, bad).is_err(), "{bad}");
        }
    }
}
