//! Taints and tolerations.
//! Source: <https://kubernetes.io/docs/concepts/scheduling-eviction/taint-and-toleration/> and `ToleratesTaint` in
//! k8s.io/api/core/v1/toleration.go.

use serde::{Deserialize, Serialize};

use crate::{Violation, dns, performer};

/// What a taint does to pods that do not tolerate it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum TaintEffect {
    /// They are not placed here.
    NoSchedule,
    /// They are placed here only if nothing else is better; never a reason to refuse.
    PreferNoSchedule,
    /// They are not placed here, and those that run are evicted.
    NoExecute,
}

impl TaintEffect {
    /// Reads Kubernetes' name of an effect.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "NoSchedule" => Some(Self::NoSchedule),
            "PreferNoSchedule" => Some(Self::PreferNoSchedule),
            "NoExecute" => Some(Self::NoExecute),
            _ => None,
        }
    }
}

/// Kubernetes core/v1 Taint, of a node or of a cluster.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Taint {
    /// Key.
    pub key: String,
    /// Value, may be empty.
    #[serde(default)]
    pub value: String,
    /// Effect.
    pub effect: TaintEffect,
}

impl Taint {
    /// Reads the three parts as they are written; what is wrong goes to `violations`.
    pub fn read(
        key: &str,
        value: &str,
        effect: &str,
        path: &str,
        violations: &mut Vec<Violation>,
    ) -> Option<Self> {
        let before = violations.len();
        if !dns::is_qualified_name(key) {
            violations.push(Violation::new(
                format!("{path}.key"),
                format!(
                    "{key:?} is not a taint key: it must be {}",
                    dns::QUALIFIED_NAME_RULE
                ),
            ));
        }
        if !dns::is_label_value(value) {
            violations.push(Violation::new(
                format!("{path}.value"),
                format!(
                    "{value:?} is not a taint value: it must be {}",
                    dns::LABEL_VALUE_RULE
                ),
            ));
        }
        let parsed = TaintEffect::parse(effect);
        if parsed.is_none() {
            violations.push(Violation::new(
                format!("{path}.effect"),
                format!("{effect:?} is not an effect: use NoSchedule, PreferNoSchedule or NoExecute"),
            ));
        }
        let effect = parsed?;
        (violations.len() == before).then(|| Self {
            key: key.to_owned(),
            value: value.to_owned(),
            effect,
        })
    }

    /// Whether it keeps away what does not tolerate it.
    #[must_use]
    pub fn repels(&self) -> bool {
        matches!(self.effect, TaintEffect::NoSchedule | TaintEffect::NoExecute)
    }
}

impl std::fmt::Display for Taint {
    /// As `kubectl` writes it: `key=value:Effect`.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.value.is_empty() {
            write!(f, "{}:{:?}", self.key, self.effect)
        } else {
            write!(f, "{}={}:{:?}", self.key, self.value, self.effect)
        }
    }
}

/// How a toleration compares values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum TolerationOperator {
    /// Same value.
    Equal,
    /// Any value.
    Exists,
    /// The taint's value is an integer below the toleration's.
    Lt,
    /// The taint's value is an integer above the toleration's.
    Gt,
}

/// Kubernetes core/v1 Toleration.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Toleration {
    /// Key of the taint; `None` is every key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// Comparison.
    pub operator: TolerationOperator,
    /// What to compare with.
    #[serde(default)]
    pub value: String,
    /// Effect; `None` is every effect.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub effect: Option<TaintEffect>,
    /// How long it stays after a `NoExecute` taint appears; no meaning for a decision.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub toleration_seconds: Option<i64>,
}

impl Toleration {
    /// Whether it covers the taint.
    #[must_use]
    pub fn tolerates(&self, taint: &Taint) -> bool {
        if self.effect.is_some_and(|effect| effect != taint.effect)
            || self.key.as_ref().is_some_and(|key| *key != taint.key)
        {
            return false;
        }
        let numbers = || Some((canonical_integer(&taint.value)?, canonical_integer(&self.value)?));
        match self.operator {
            TolerationOperator::Exists => true,
            TolerationOperator::Equal => self.value == taint.value,
            TolerationOperator::Lt => numbers().is_some_and(|(taint, bound)| taint < bound),
            TolerationOperator::Gt => numbers().is_some_and(|(taint, bound)| taint > bound),
        }
    }

    /// Reads the wire form by the rules of `ValidateTolerations`; what is wrong goes to `violations`.
    pub fn read(wire: &performer::Toleration, path: &str, violations: &mut Vec<Violation>) -> Option<Self> {
        let before = violations.len();
        let given = |text: &Option<String>| text.clone().filter(|text| !text.is_empty());
        let mut wrong = |field: &str, message: String| {
            violations.push(Violation::new(format!("{path}.{field}"), message));
        };
        let (key, value) = (given(&wire.key), given(&wire.value).unwrap_or_default());
        if let Some(key) = key.as_ref().filter(|key| !dns::is_qualified_name(key)) {
            wrong(
                "key",
                format!(
                    "{key:?} is not a taint key: it must be {}",
                    dns::QUALIFIED_NAME_RULE
                ),
            );
        }
        let operator = match given(&wire.operator).as_deref() {
            None | Some("Equal") => Some(TolerationOperator::Equal),
            Some("Exists") => Some(TolerationOperator::Exists),
            Some("Lt") => Some(TolerationOperator::Lt),
            Some("Gt") => Some(TolerationOperator::Gt),
            Some(other) => {
                wrong(
                    "operator",
                    format!("{other:?} is not an operator here: use Exists, Equal, Lt or Gt"),
                );
                None
            }
        };
        if key.is_none() && operator.is_some_and(|operator| operator != TolerationOperator::Exists) {
            wrong(
                "operator",
                "must be Exists when key is empty, which tolerates every taint".to_owned(),
            );
        }
        match operator {
            Some(TolerationOperator::Exists) if !value.is_empty() => {
                wrong("value", "must be empty with operator Exists".to_owned());
            }
            Some(TolerationOperator::Lt | TolerationOperator::Gt) if canonical_integer(&value).is_none() => {
                wrong(
                    "value",
                    format!("{value:?} must be an integer with operator Lt or Gt"),
                );
            }
            _ if !dns::is_label_value(&value) => {
                wrong(
                    "value",
                    format!(
                        "{value:?} is not a taint value: it must be {}",
                        dns::LABEL_VALUE_RULE
                    ),
                );
            }
            _ => {}
        }
        let effect = given(&wire.effect);
        let parsed = effect.as_deref().map(TaintEffect::parse);
        if let (Some(None), Some(effect)) = (parsed, &effect) {
            wrong(
                "effect",
                format!("{effect:?} is not an effect: use NoSchedule, PreferNoSchedule or NoExecute"),
            );
        }
        let effect = parsed.flatten();
        if wire.toleration_seconds.is_some() && effect != Some(TaintEffect::NoExecute) {
            wrong(
                "effect",
                "must be NoExecute when tolerationSeconds is set".to_owned(),
            );
        }
        let toleration_seconds = wire.toleration_seconds;
        (violations.len() == before).then_some(())?;
        Some(Self {
            key,
            operator: operator?,
            value,
            effect,
            toleration_seconds,
        })
    }
}

/// A decimal integer written in the one way Kubernetes takes for numeric taints: no plus sign, no leading zeros.
fn canonical_integer(text: &str) -> Option<i64> {
    text.parse::<i64>()
        .ok()
        .filter(|number| number.to_string() == text)
}

/// The first taint that keeps away whoever has these tolerations.
#[must_use]
pub fn first_untolerated<'a>(taints: &'a [Taint], tolerations: &[Toleration]) -> Option<&'a Taint> {
    taints
        .iter()
        .find(|taint| taint.repels() && !tolerations.iter().any(|t| t.tolerates(taint)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn taint(text: &str) -> Taint {
        let (pair, effect) = text.split_once(':').expect("effect");
        let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
        Taint::read(key, value, effect, "t", &mut Vec::new()).expect("valid taint")
    }

    fn toleration(json: serde_json::Value) -> Result<Toleration, Vec<Violation>> {
        let wire = serde_json::from_value(json).expect("wire form");
        let mut violations = Vec::new();
        Toleration::read(&wire, "t", &mut violations).ok_or(violations)
    }

    #[test]
    fn tolerations_mean_what_kubernetes_means() {
        let cases = [
            (r#"{"key":"k","value":"v"}"#, "k=v:NoSchedule", true),
            (r#"{"key":"k","value":"v"}"#, "k=w:NoSchedule", false),
            (
                r#"{"key":"k","value":"v","effect":"NoExecute"}"#,
                "k=v:NoSchedule",
                false,
            ),
            (r#"{"key":"k","operator":"Exists"}"#, "k=v:NoExecute", true),
            (r#"{"key":"k","operator":"Exists"}"#, "other:NoExecute", false),
            (r#"{"operator":"Exists"}"#, "any=thing:NoSchedule", true),
            (
                r#"{"operator":"Exists","effect":"NoSchedule"}"#,
                "any:NoExecute",
                false,
            ),
            (r#"{"key":"k"}"#, "k:NoSchedule", true),
            (
                r#"{"key":"k","operator":"Gt","value":"5"}"#,
                "k=6:NoSchedule",
                true,
            ),
            (
                r#"{"key":"k","operator":"Gt","value":"5"}"#,
                "k=5:NoSchedule",
                false,
            ),
            (
                r#"{"key":"k","operator":"Lt","value":"5"}"#,
                "k=4:NoSchedule",
                true,
            ),
            (
                r#"{"key":"k","operator":"Lt","value":"5"}"#,
                "k=x:NoSchedule",
                false,
            ),
        ];
        for (json, text, expected) in cases {
            let toleration = toleration(serde_json::from_str(json).expect("json")).expect("valid");
            assert_eq!(toleration.tolerates(&taint(text)), expected, "{json} {text}");
        }
    }

    #[test]
    fn a_soft_taint_never_refuses() {
        assert_eq!(first_untolerated(&[taint("k=v:PreferNoSchedule")], &[]), None);
        let hard = [taint("a:PreferNoSchedule"), taint("k=v:NoExecute")];
        assert_eq!(
            first_untolerated(&hard, &[]).map(ToString::to_string),
            Some("k=v:NoExecute".to_owned())
        );
    }

    #[test]
    fn malformed_tolerations_are_refused() {
        for (json, path) in [
            (r#"{"operator":"Equal"}"#, "t.operator"),
            (r#"{"key":"k","operator":"exists"}"#, "t.operator"),
            (r#"{"key":"k","operator":"Exists","value":"v"}"#, "t.value"),
            (r#"{"key":"k","effect":"Never"}"#, "t.effect"),
            (
                r#"{"key":"k","effect":"NoSchedule","tolerationSeconds":1}"#,
                "t.effect",
            ),
            (r#"{"key":"k k","operator":"Exists"}"#, "t.key"),
            (r#"{"key":"k","operator":"Gt","value":"many"}"#, "t.value"),
        ] {
            let violations = toleration(serde_json::from_str(json).expect("json")).expect_err(json);
            assert_eq!(violations.first().map(|v| v.path.as_str()), Some(path), "{json}");
        }
    }
}
