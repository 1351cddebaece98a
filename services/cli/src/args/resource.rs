//! Kinds and names as they are typed: `placements`, `pl`, `pl/foo`, `node a/n1`.

use std::fmt;
use std::str::FromStr;

/// Kinds of things that verbs work on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ResourceKind {
    /// What a client wishes for, and where it is.
    Placement,
    /// A member cluster.
    Cluster,
    /// A node of a member cluster.
    Node,
    /// Totals over everything.
    Fleet,
    /// A managed performer that no placement owns.
    Orphan,
    /// Admission for an agent.
    JoinToken,
}

const SPELLINGS: &[(&str, ResourceKind)] = &[
    ("placement", ResourceKind::Placement),
    ("placements", ResourceKind::Placement),
    ("pl", ResourceKind::Placement),
    ("cluster", ResourceKind::Cluster),
    ("clusters", ResourceKind::Cluster),
    ("cl", ResourceKind::Cluster),
    ("node", ResourceKind::Node),
    ("nodes", ResourceKind::Node),
    ("no", ResourceKind::Node),
    ("fleet", ResourceKind::Fleet),
    ("orphan", ResourceKind::Orphan),
    ("orphans", ResourceKind::Orphan),
    ("token", ResourceKind::JoinToken),
    ("tokens", ResourceKind::JoinToken),
    ("jointoken", ResourceKind::JoinToken),
    ("jointokens", ResourceKind::JoinToken),
];

impl fmt::Display for ResourceKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Placement => "placement",
            Self::Cluster => "cluster",
            Self::Node => "node",
            Self::Fleet => "fleet",
            Self::Orphan => "orphan",
            Self::JoinToken => "token",
        })
    }
}

impl FromStr for ResourceKind {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let lower = text.to_ascii_lowercase();
        if let Some((_, kind)) = SPELLINGS.iter().find(|(spelling, _)| *spelling == lower) {
            return Ok(*kind);
        }
        let known = "placements (pl), clusters (cl), nodes (no), fleet, orphans, tokens";
        let nearest = crate::nearest::nearest(&lower, SPELLINGS.iter().map(|(spelling, _)| *spelling));
        Err(match nearest {
            Some(nearest) => format!("{text:?} is no kind; did you mean {nearest:?}? Kinds: {known}"),
            None => format!("{text:?} is no kind. Kinds: {known}"),
        })
    }
}

/// What a verb works on: a kind and, perhaps, names of that kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// The kind.
    pub kind: ResourceKind,
    /// Names as typed; empty means all.
    pub names: Vec<String>,
}

/// Reads what [`targets`] reads, and `KIND,KIND...`, which has no names. Each kind is there once.
pub fn several_targets(words: &[String]) -> Result<Vec<Target>, String> {
    match words {
        [kinds] if is_list(kinds) => {
            let mut found: Vec<Target> = Vec::new();
            for spelling in kinds.split(',') {
                let kind = spelling.parse()?;
                if found.iter().all(|target| target.kind != kind) {
                    found.push(Target {
                        kind,
                        names: Vec::new(),
                    });
                }
            }
            Ok(found)
        }
        [kinds, ..] if is_list(kinds) => Err(format!(
            "names go with one kind; {kinds:?} are several, so give no names, or one call for each"
        )),
        words => Ok(vec![targets(words)?]),
    }
}

fn is_list(word: &str) -> bool {
    word.contains(',') && !word.contains('/')
}

/// Reads `KIND [NAME...]` and `KIND/NAME...`; the kinds must be the same.
pub fn targets(words: &[String]) -> Result<Target, String> {
    let Some(first) = words.first() else {
        return Err("say what: placements, clusters, nodes, fleet, orphans or tokens".to_owned());
    };
    if is_list(first) {
        return Err(format!(
            "{first:?} are several kinds; only `hourglass get` without --watch takes more than one"
        ));
    }
    if !first.contains('/') {
        return Ok(Target {
            kind: first.parse()?,
            names: words[1..].to_vec(),
        });
    }
    let mut kind = None;
    let mut names = Vec::new();
    for word in words {
        let Some((spelling, name)) = word.split_once('/') else {
            return Err(format!(
                "{word:?} has no kind; write all of them as KIND/NAME, or KIND NAME..."
            ));
        };
        let this: ResourceKind = spelling.parse()?;
        if *kind.get_or_insert(this) != this {
            return Err("one call works on one kind; give the others their own".to_owned());
        }
        if name.is_empty() {
            return Err(format!("{word:?} has no name after the slash"));
        }
        names.push(name.to_owned());
    }
    match kind {
        Some(kind) => Ok(Target { kind, names }),
        None => Err("say what: KIND/NAME".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<String> {
        text.split(' ').map(str::to_owned).collect()
    }

    #[test]
    fn kind_and_name_may_be_apart_or_joined() {
        let expected = Target {
            kind: ResourceKind::Placement,
            names: vec!["a".into(), "b".into()],
        };
        assert_eq!(targets(&words("pl a b")), Ok(expected.clone()));
        assert_eq!(targets(&words("pl/a placement/b")), Ok(expected));
        let node = Target {
            kind: ResourceKind::Node,
            names: vec!["east/n1".into()],
        };
        assert_eq!(targets(&words("no/east/n1")), Ok(node.clone()));
        assert_eq!(targets(&words("nodes east/n1")), Ok(node));
    }

    #[test]
    fn several_kinds_have_no_names_and_come_once_in_the_given_order() {
        let kinds = |text: &str| -> Vec<ResourceKind> {
            let found = several_targets(&words(text)).unwrap();
            assert!(found.iter().all(|target| target.names.is_empty()));
            found.into_iter().map(|target| target.kind).collect()
        };
        assert_eq!(
            kinds("clusters,no,fleet,cl"),
            [ResourceKind::Cluster, ResourceKind::Node, ResourceKind::Fleet]
        );
        assert_eq!(kinds("pl"), [ResourceKind::Placement]);
        let message = several_targets(&words("pl,cl east")).unwrap_err();
        assert!(message.contains("names go with one kind"), "{message}");
        assert!(several_targets(&words("pl,")).is_err());
        let message = several_targets(&words("pl,clustres")).unwrap_err();
        assert!(message.contains("did you mean \"clusters\"?"), "{message}");
        let message = targets(&words("pl,cl")).unwrap_err();
        assert!(message.contains("only `hourglass get`"), "{message}");
    }

    #[test]
    fn a_misspelt_kind_gets_the_nearest() {
        let message = targets(&words("placemnets")).unwrap_err();
        assert!(message.contains("did you mean \"placements\"?"), "{message}");
    }

    #[test]
    fn mixed_kinds_are_refused() {
        assert!(targets(&words("pl/a cl/b")).is_err());
        assert!(targets(&words("pl/a b")).is_err());
        assert!(targets(&words("pl/")).is_err());
    }
}
