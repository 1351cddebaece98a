//! Filter text to tokens, each with its place.

use super::FilterError;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Token {
    Open,
    Close,
    Equal,
    NotEqual,
    Has,
    /// `-` in front of a term.
    Minus,
    And,
    Or,
    Not,
    /// Text without quotes. `*` in it is a wildcard.
    Bare(String),
    /// Text in quotes, unescaped; `star` is set when an unescaped `*` ended it (which is then not in the text).
    Quoted {
        text: String,
        star: bool,
    },
    /// `.` between a field and a quoted key: `labels."a key"`.
    Dot,
}

/// A token and the offset of its first character.
pub(super) type Placed = (usize, Token);

pub(super) fn tokens(text: &str) -> Result<Vec<Placed>, FilterError> {
    let characters: Vec<char> = text.chars().collect();
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(&character) = characters.get(at) {
        let start = at;
        let token = match character {
            _ if character.is_whitespace() => {
                at += 1;
                continue;
            }
            '(' => single(&mut at, Token::Open),
            ')' => single(&mut at, Token::Close),
            ':' => single(&mut at, Token::Has),
            '=' => single(&mut at, Token::Equal),
            '-' => single(&mut at, Token::Minus),
            '!' if characters.get(at + 1) == Some(&'=') => {
                at += 2;
                Token::NotEqual
            }
            '<' | '>' => {
                return Err(FilterError::new(
                    at,
                    "fields are texts: use =, != or : instead of an order",
                ));
            }
            '"' | '\'' => quoted(&characters, &mut at)?,
            _ if is_bare(character) => bare(&characters, &mut at),
            _ => {
                let message =
                    format!("{character:?} has no meaning here; put text with such characters in quotes");
                return Err(FilterError::new(at, message));
            }
        };
        // `labels."a key"`: the dot belongs to neither text.
        if let Token::Bare(word) = &token
            && word.len() > 1
            && word.ends_with('.')
            && matches!(characters.get(at), Some('"' | '\''))
        {
            found.push((start, Token::Bare(word[..word.len() - 1].to_owned())));
            found.push((at - 1, Token::Dot));
        } else {
            found.push((start, token));
        }
    }
    Ok(found)
}

fn single(at: &mut usize, token: Token) -> Token {
    *at += 1;
    token
}

fn is_bare(character: char) -> bool {
    character.is_alphanumeric() || matches!(character, '.' | '-' | '_' | '/' | '*' | '+' | '@')
}

fn bare(characters: &[char], at: &mut usize) -> Token {
    let word: String = characters[*at..]
        .iter()
        .take_while(|character| is_bare(**character))
        .collect();
    *at += word.chars().count();
    match word.as_str() {
        "AND" => Token::And,
        "OR" => Token::Or,
        "NOT" => Token::Not,
        _ => Token::Bare(word),
    }
}

fn quoted(characters: &[char], at: &mut usize) -> Result<Token, FilterError> {
    let start = *at;
    let quote = characters[start];
    let mut text = String::new();
    // The last character was a `*` without a backslash before it.
    let mut star = false;
    loop {
        *at += 1;
        match characters.get(*at) {
            None => return Err(FilterError::new(start, "the quote is never closed")),
            Some(&character) if character == quote => {
                *at += 1;
                return Ok(Token::Quoted { text, star });
            }
            _ if star => {
                return Err(FilterError::new(
                    *at - 1,
                    "a * can stand only at the end of a value; \\* is a plain star",
                ));
            }
            Some('\\') => {
                *at += 1;
                match characters.get(*at) {
                    Some(&character @ ('\\' | '"' | '\'' | '*')) => text.push(character),
                    _ => {
                        return Err(FilterError::new(
                            *at - 1,
                            "a \\ stands only before \\, a quote or *",
                        ));
                    }
                }
            }
            Some('*') => star = true,
            Some(&character) => text.push(character),
        }
    }
}
