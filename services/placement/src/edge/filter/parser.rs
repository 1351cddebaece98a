//! Tokens to an expression over known fields.
//!
//! ```text
//!  expression = sequence {"AND" sequence}        sequence = factor {factor}        factor = term {"OR" term}
//!  term = ["NOT" | "-"] ( "(" expression ")" | field comparator value )            comparator = "=" | "!=" | ":"
//! ```

use super::ast::{Expression, Pattern};
use super::lexer::{Placed, Token, tokens};
use super::{FieldKind, FilterError, MAX_FILTER_BYTES, MAX_FILTER_DEPTH, MAX_FILTER_TERMS, Schema};

pub(super) fn parse(text: &str, schema: &Schema) -> Result<Option<Expression>, FilterError> {
    if text.len() > MAX_FILTER_BYTES {
        let message = format!(
            "the filter has {} bytes, more than {MAX_FILTER_BYTES}",
            text.len()
        );
        return Err(FilterError::new(0, message));
    }
    let tokens = tokens(text)?;
    if tokens.is_empty() {
        return Ok(None);
    }
    let mut parser = Parser {
        tokens: &tokens,
        next: 0,
        end: text.chars().count(),
        depth: 0,
        terms: 0,
        schema,
    };
    let expression = parser.expression()?;
    match parser.peek() {
        None => Ok(Some(expression)),
        Some(_) => Err(parser.error("this closes nothing")),
    }
}

struct Parser<'a> {
    tokens: &'a [Placed],
    next: usize,
    /// Offset behind the text.
    end: usize,
    depth: usize,
    terms: usize,
    schema: &'a Schema,
}

enum Comparator {
    Equal,
    NotEqual,
    Has,
}

/// Text of a value or key, and whether a `*` ended it.
struct Text {
    text: String,
    star: bool,
    offset: usize,
}

impl Parser<'_> {
    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.next).map(|(_, token)| token)
    }

    fn offset(&self) -> usize {
        self.tokens.get(self.next).map_or(self.end, |(offset, _)| *offset)
    }

    fn error(&self, message: impl Into<String>) -> FilterError {
        FilterError::new(self.offset(), message)
    }

    fn take(&mut self, token: &Token) -> bool {
        let found = self.peek() == Some(token);
        self.next += usize::from(found);
        found
    }

    fn expression(&mut self) -> Result<Expression, FilterError> {
        let mut all = vec![self.factor()?];
        loop {
            match self.peek() {
                Some(Token::And) => self.next += 1,
                None | Some(Token::Close) => return Ok(one_or(all, Expression::And)),
                Some(Token::Or) => return Err(self.error("OR needs a comparison on both sides")),
                // Terms beside each other are joined by AND.
                Some(_) => {}
            }
            all.push(self.factor()?);
        }
    }

    fn factor(&mut self) -> Result<Expression, FilterError> {
        let mut any = vec![self.term()?];
        while self.take(&Token::Or) {
            any.push(self.term()?);
        }
        Ok(one_or(any, Expression::Or))
    }

    fn term(&mut self) -> Result<Expression, FilterError> {
        if self.take(&Token::Not) || self.take(&Token::Minus) {
            let inner = self.nested(Self::term)?;
            return Ok(Expression::Not(Box::new(inner)));
        }
        if self.take(&Token::Open) {
            let inner = self.nested(Self::expression)?;
            if !self.take(&Token::Close) {
                return Err(self.error("a closing parenthesis is missing"));
            }
            return Ok(inner);
        }
        self.comparison()
    }

    fn nested(
        &mut self,
        inner: fn(&mut Self) -> Result<Expression, FilterError>,
    ) -> Result<Expression, FilterError> {
        self.depth += 1;
        if self.depth > MAX_FILTER_DEPTH {
            return Err(self.error(format!("the filter is nested deeper than {MAX_FILTER_DEPTH}")));
        }
        let expression = inner(self);
        self.depth -= 1;
        expression
    }

    fn comparison(&mut self) -> Result<Expression, FilterError> {
        self.terms += 1;
        if self.terms > MAX_FILTER_TERMS {
            return Err(self.error(format!("the filter has more than {MAX_FILTER_TERMS} comparisons")));
        }
        let start = self.offset();
        let (name, kind, key) = self.field()?;
        let comparator = self.comparator()?;
        let value = self.text("a value")?;
        let positive = match (kind, key, &comparator) {
            (FieldKind::Map, None, Comparator::Has) => {
                if value.star {
                    return Err(FilterError::new(value.offset, "a key is given whole, without *"));
                }
                Expression::Entry(name, value.text, Pattern::StartsWith(String::new()))
            }
            (FieldKind::Map, None, _) => {
                let message = format!("{name} is a map: write {name}.KEY = value, or {name}:KEY");
                return Err(FilterError::new(start, message));
            }
            (_, Some(key), _) => Expression::Entry(name, key, pattern(value, &comparator)),
            (FieldKind::Enum(known), None, _) => {
                if !value.star && !known.contains(&value.text.as_str()) {
                    let message = format!("{:?} is no {name}; known: {}", value.text, known.join(", "));
                    return Err(FilterError::new(value.offset, message));
                }
                Expression::Value(name, pattern(value, &Comparator::Equal))
            }
            (FieldKind::Text, None, _) => Expression::Value(name, pattern(value, &comparator)),
        };
        Ok(match comparator {
            Comparator::NotEqual => Expression::Not(Box::new(positive)),
            Comparator::Equal | Comparator::Has => positive,
        })
    }

    /// Name and kind of the field, and the key for an entry of a map.
    fn field(&mut self) -> Result<(&'static str, FieldKind, Option<String>), FilterError> {
        let start = self.offset();
        let Some(Token::Bare(word)) = self.peek() else {
            let message = format!("a comparison begins with a field: {}", self.schema.names());
            return Err(self.error(message));
        };
        let word = word.clone();
        self.next += 1;
        let (name, rest) = match word.split_once('.') {
            Some((name, rest)) => (name, Some(rest.to_owned())),
            None => (word.as_str(), None),
        };
        let Some((name, kind)) = self.schema.field(name) else {
            let message = format!("unknown field {name:?}; known: {}", self.schema.names());
            return Err(FilterError::new(start, message));
        };
        let key = if rest.is_none() && self.take(&Token::Dot) {
            let key = self.text("a key")?;
            if key.star {
                return Err(FilterError::new(key.offset, "a key is given whole, without *"));
            }
            Some(key.text)
        } else {
            rest
        };
        if key.is_some() && kind != FieldKind::Map {
            return Err(FilterError::new(
                start,
                format!("{name} has no parts; write {name} = value"),
            ));
        }
        if key
            .as_deref()
            .is_some_and(|key| key.is_empty() || key.contains('*'))
        {
            return Err(FilterError::new(start, "a key is given whole, without *"));
        }
        Ok((name, kind, key))
    }

    fn comparator(&mut self) -> Result<Comparator, FilterError> {
        let comparator = match self.peek() {
            Some(Token::Equal) => Comparator::Equal,
            Some(Token::NotEqual) => Comparator::NotEqual,
            Some(Token::Has) => Comparator::Has,
            _ => return Err(self.error("after a field comes =, != or :")),
        };
        self.next += 1;
        Ok(comparator)
    }

    fn text(&mut self, what: &str) -> Result<Text, FilterError> {
        let offset = self.offset();
        // A value may begin with what is a negation elsewhere.
        let minus = if self.take(&Token::Minus) { "-" } else { "" };
        let (text, star) = match self.peek() {
            Some(Token::Bare(word)) => match word.strip_suffix('*') {
                Some(start) => (format!("{minus}{start}"), true),
                None => (format!("{minus}{word}"), false),
            },
            Some(Token::Quoted { text, star }) if minus.is_empty() => (text.clone(), *star),
            _ => return Err(self.error(format!("{what} is missing"))),
        };
        if matches!(self.peek(), Some(Token::Bare(_))) && text.contains('*') {
            return Err(FilterError::new(
                offset,
                "a * can stand only at the end of a value",
            ));
        }
        self.next += 1;
        Ok(Text { text, star, offset })
    }
}

/// `=` and `!=` compare the whole value, `:` looks for a part of it.
fn pattern(value: Text, comparator: &Comparator) -> Pattern {
    match comparator {
        _ if value.star => Pattern::StartsWith(value.text),
        Comparator::Equal | Comparator::NotEqual => Pattern::Exactly(value.text),
        Comparator::Has => Pattern::Contains(value.text),
    }
}

fn one_or(mut expressions: Vec<Expression>, many: fn(Vec<Expression>) -> Expression) -> Expression {
    match expressions.pop() {
        Some(only) if expressions.is_empty() => only,
        Some(last) => {
            expressions.push(last);
            many(expressions)
        }
        None => many(expressions),
    }
}
