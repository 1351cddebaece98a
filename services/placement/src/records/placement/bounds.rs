//! How long the texts of a record may be, and how they are cut.

/// Longest message of an event, attempt or observation, bytes: with the bounds of events, of attempts and of a request, a record
/// stays below what the store takes as one value.
pub const MAX_MESSAGE: usize = 256;

/// Longest reason of a disruption, bytes.
pub const MAX_DISRUPTION: usize = 64;

/// Longest message of a condition, bytes: it explains why a placement waits, cluster by cluster.
pub const MAX_CONDITION_MESSAGE: usize = 4096;

/// Longest reason that an agent gives, bytes.
pub const MAX_REASON: usize = 64;

/// Longest endpoint of a performer, bytes: a service and a namespace, `svc`, a domain and a port.
pub const MAX_ENDPOINT: usize = 192;

/// `text` cut at [`MAX_MESSAGE`] bytes.
#[must_use]
pub fn bounded(text: String) -> String {
    cut(text, MAX_MESSAGE)
}

/// `text` cut so that it has at most `most` bytes, at least 3, as it stands in JSON, where some characters are longer.
#[must_use]
pub fn cut(mut text: String, most: usize) -> String {
    let mut bytes = 0_usize;
    // Where it is cut when it is too long: with room for the sign of that.
    let mut end = 0;
    for (at, character) in text.char_indices() {
        if bytes <= most.saturating_sub(3) {
            end = at;
        }
        bytes = bytes.saturating_add(json_bytes(character));
        if bytes > most {
            text.truncate(end);
            text.push('…');
            return text;
        }
    }
    text
}

/// Bytes of a character inside a text of JSON.
/// Source: RFC 8259, section 7; serde_json writes no escape that is not needed.
fn json_bytes(character: char) -> usize {
    match character {
        '"' | '\\' | '\n' | '\r' | '\t' | '\u{8}' | '\u{c}' => 2,
        '\0'..='\u{1f}' => 6,
        _ => character.len_utf8(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_cut_by_its_length_in_json() {
        for character in ["a", "é", "…", "\u{1}", "\"", "\\", "\n", "\u{7f}", "𝄞"] {
            for length in [0, 1, 40, 50, 64, 128, 300] {
                let text = character.repeat(length);
                let whole = serde_json::to_string(&text).unwrap().len() - 2;
                let short = cut(text.clone(), 256);
                let bytes = serde_json::to_string(&short).unwrap().len() - 2;
                assert!(bytes <= 256, "{bytes} of {character:?}");
                assert_eq!(short == text, whole <= 256, "{character:?} {length}");
                assert!(whole <= 256 || bytes > 256 - 9, "{bytes} of {character:?}");
            }
        }
    }
}
