//! Label selectors as kubectl has them: `a=b,c!=d,e in (x,y),f notin (z),g,!h`.
//!
//! They are evaluated here, with exactly Kubernetes' meaning (a label that is absent satisfies `!=` and
//! `notin`). What means the same in the server's filter language goes to the server as well, so that less
//! comes over the wire.

use std::collections::BTreeMap;

/// All requirements hold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Selector {
    requirements: Vec<Requirement>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Requirement {
    In(String, Vec<String>),
    NotIn(String, Vec<String>),
    Exists(String),
    Absent(String),
}

impl Selector {
    /// Reads a selector.
    pub fn parse(text: &str) -> Result<Self, String> {
        let requirements = split(text)?
            .into_iter()
            .map(requirement)
            .collect::<Result<_, _>>()?;
        Ok(Self { requirements })
    }

    /// Whether these labels satisfy it.
    pub fn matches(&self, labels: &BTreeMap<String, String>) -> bool {
        self.requirements.iter().all(|requirement| match requirement {
            Requirement::In(key, values) => labels.get(key).is_some_and(|value| values.contains(value)),
            Requirement::NotIn(key, values) => labels.get(key).is_none_or(|value| !values.contains(value)),
            Requirement::Exists(key) => labels.contains_key(key),
            Requirement::Absent(key) => !labels.contains_key(key),
        })
    }

    /// The part that an AIP-160 filter can say without doubt: equality over keys that need no quoting.
    pub fn server_filter(&self) -> String {
        let plain = |key: &str| {
            key.starts_with(|c: char| c.is_ascii_alphabetic())
                && key.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
        };
        let terms: Vec<String> = self
            .requirements
            .iter()
            .filter_map(|requirement| match requirement {
                Requirement::In(key, values) if plain(key) && values.len() == 1 => {
                    Some(format!("labels.{key} = {}", quoted(&values[0])))
                }
                _ => None,
            })
            .collect();
        terms.join(" AND ")
    }
}

/// Text as a string literal of the filter language.
pub fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

/// Any of these names; empty (and so everything) when there are none, or so many that the filter would cost
/// more than it saves. The caller looks at the names as well.
pub fn any_name(names: &[String]) -> String {
    const MAX_NAMES: usize = 20;
    if names.len() > MAX_NAMES {
        return String::new();
    }
    names
        .iter()
        .map(|name| format!("name = {}", quoted(name)))
        .collect::<Vec<_>>()
        .join(" OR ")
}

/// Both filters; either may be empty.
pub fn both(first: &str, second: &str) -> String {
    match (first, second) {
        ("", filter) | (filter, "") => filter.to_owned(),
        (first, second) => format!("({first}) AND ({second})"),
    }
}

/// At commas that are not inside parentheses.
fn split(text: &str) -> Result<Vec<&str>, String> {
    let mut parts = Vec::new();
    let (mut depth, mut start) = (0_u32, 0);
    for (position, c) in text.char_indices() {
        match c {
            '(' => depth += 1,
            ')' => {
                depth = depth
                    .checked_sub(1)
                    .ok_or_else(|| format!("{text:?} has a ) without its ("))?;
            }
            ',' if depth == 0 => {
                parts.push(text[start..position].trim());
                start = position + 1;
            }
            _ => {}
        }
    }
    if depth > 0 {
        return Err(format!("{text:?} has a ( without its )"));
    }
    parts.push(text[start..].trim());
    Ok(parts)
}

fn requirement(text: &str) -> Result<Requirement, String> {
    let bad = || {
        format!("{text:?} is no label requirement; write key=value, key!=value, key in (a,b), key or !key")
    };
    let key = |text: &str| {
        let key = text.trim();
        if key.is_empty() || key.contains(|c: char| c.is_whitespace() || "()=!,".contains(c)) {
            return Err(bad());
        }
        Ok(key.to_owned())
    };
    if let Some((left, value)) = text.split_once("!=") {
        return Ok(Requirement::NotIn(key(left)?, vec![value.trim().to_owned()]));
    }
    if let Some((left, value)) = text.split_once("==").or_else(|| text.split_once('=')) {
        return Ok(Requirement::In(key(left)?, vec![value.trim().to_owned()]));
    }
    if let Some((left, values)) = text.split_once('(') {
        let values = values.strip_suffix(')').ok_or_else(bad)?;
        let values: Vec<String> = values.split(',').map(|value| value.trim().to_owned()).collect();
        let mut words = left.split_whitespace();
        return match (words.next(), words.next(), words.next()) {
            (Some(name), Some("in"), None) => Ok(Requirement::In(key(name)?, values)),
            (Some(name), Some("notin"), None) => Ok(Requirement::NotIn(key(name)?, values)),
            _ => Err(bad()),
        };
    }
    match text.strip_prefix('!') {
        Some(name) => Ok(Requirement::Absent(key(name)?)),
        None => Ok(Requirement::Exists(key(text)?)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matches(selector: &str, labels: &[(&str, &str)]) -> bool {
        let labels = labels
            .iter()
            .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
            .collect();
        Selector::parse(selector).unwrap().matches(&labels)
    }

    #[test]
    fn requirements_mean_what_they_mean_in_kubernetes() {
        let labels = [("app", "x"), ("tier", "gold")];
        for yes in [
            "app=x",
            "app==x",
            "app=x,tier=gold",
            "zone!=a",
            "zone notin (a,b)",
            "app in (x, y)",
            "app",
            "!zone",
        ] {
            assert!(matches(yes, &labels), "{yes}");
        }
        for no in [
            "app=y",
            "app!=x",
            "zone=a",
            "zone in (a)",
            "app notin (x)",
            "zone",
            "!app",
            "app=x,zone",
        ] {
            assert!(!matches(no, &labels), "{no}");
        }
    }

    #[test]
    fn malformed_selectors_are_refused() {
        for text in [
            "",
            "=x",
            "app in x",
            "app in (x",
            "app)x",
            "a b",
            "app=x,,b=y",
            "app within (x)",
        ] {
            assert!(Selector::parse(text).is_err(), "{text:?} was accepted");
        }
    }

    #[test]
    fn only_what_is_beyond_doubt_goes_to_the_server() {
        let selector =
            Selector::parse("app=x\"y,tier!=gold,nvidia.com/gpu.product=A100,zone in (a,b)").unwrap();
        assert_eq!(selector.server_filter(), r#"labels.app = "x\"y""#);
        assert_eq!(
            both("state = \"READY\"", &selector.server_filter()),
            r#"(state = "READY") AND (labels.app = "x\"y")"#
        );
    }
}
