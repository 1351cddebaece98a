//! Text in a given width of the terminal.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use super::Screen;

/// A narrower text is not readable any more.
const LEAST_WIDTH: usize = 24;

/// At blanks; a word that is too long for a line has one of its own.
pub fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split(' ') {
        match lines.last_mut() {
            Some(line) if line.is_empty() => line.push_str(word),
            Some(line) if line.width() + 1 + word.width() <= width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

/// The rows of a text that begins after `lead` columns of the screen; one where the width is not bounded.
pub fn rows(text: &str, lead: usize, screen: &Screen) -> Vec<String> {
    match screen.width {
        Some(width) => wrap(text, width.saturating_sub(lead).max(LEAST_WIDTH)),
        None => vec![text.to_owned()],
    }
}

/// The text after its lead, with all its rows under the first; `lead` is `columns` wide on the screen.
pub fn hanging(lead: &str, columns: usize, text: &str, screen: &Screen) -> String {
    let between = format!("\n{}", " ".repeat(columns));
    format!("{lead}{}", rows(text, columns, screen).join(&between))
}

/// The text with an ellipsis for what does not fit; nothing for a width of 0.
pub fn cut(text: &str, width: usize) -> String {
    if width == 0 {
        return String::new();
    }
    if text.width() <= width {
        return text.to_owned();
    }
    let mut short = String::new();
    let mut used = 0;
    for c in text.chars() {
        let next = used + c.width().unwrap_or(0);
        if next + 1 > width {
            break;
        }
        short.push(c);
        used = next;
    }
    short.push('…');
    short
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_goes_on_under_itself_only_where_the_width_is_bounded() {
        let narrow = Screen {
            width: Some(40),
            ..Screen::plain()
        };
        assert_eq!(
            hanging("scores: ", 8, "one=1 two=2 three=3 four=4 five=5 six=6", &narrow),
            "scores: one=1 two=2 three=3 four=4\n        five=5 six=6"
        );
        assert_eq!(
            hanging(
                "scores: ",
                8,
                "one=1 two=2 three=3 four=4 five=5 six=6",
                &Screen::plain()
            ),
            "scores: one=1 two=2 three=3 four=4 five=5 six=6"
        );
    }

    #[test]
    fn wide_characters_count_twice() {
        assert_eq!(cut("日本語テキスト", 7), "日本語…");
    }
}
