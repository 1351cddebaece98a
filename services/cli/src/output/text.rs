//! Text from the server, made safe for a terminal.

/// The text without control characters: what another party wrote must not move the cursor, clear the screen
/// or break a table. Tabs and line breaks become spaces.
pub fn clean(text: &str) -> String {
    text.chars()
        .filter_map(|c| match c {
            '\t' | '\n' | '\r' => Some(' '),
            c if c.is_control() => None,
            // Overrides of the writing direction can make one name look like another.
            '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => None,
            c => Some(c),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    #[test]
    fn escapes_and_line_breaks_do_not_survive() {
        assert_eq!(super::clean("a\u{1b}[2Jb\nc\u{202e}d"), "a[2Jb cd");
    }
}
