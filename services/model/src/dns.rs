//! Kubernetes' syntax rules for names, labels and annotations.
//!
//! Source: <https://kubernetes.io/docs/concepts/overview/working-with-objects/names/> and
//! <https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#syntax-and-character-set>.

/// Longest RFC 1123 label.
pub const LABEL_MAX: usize = 63;
/// Longest RFC 1123 subdomain, which most object names are.
pub const SUBDOMAIN_MAX: usize = 253;

/// What [`is_label`] asks for, for messages.
pub const LABEL_RULE: &str =
    "1 to 63 lower-case letters, digits and '-', beginning and ending with a letter or digit";
/// What [`is_subdomain`] asks for, for messages.
pub const SUBDOMAIN_RULE: &str =
    "1 to 253 lower-case letters, digits, '-' and '.', each part beginning and ending with a letter or digit";
/// What [`is_qualified_name`] asks for, for messages.
pub const QUALIFIED_NAME_RULE: &str = "1 to 63 letters, digits, '-', '_' and '.', beginning and ending with a letter or digit, after an optional DNS \
     prefix and '/'";
/// What [`is_label_value`] asks for, for messages.
pub const LABEL_VALUE_RULE: &str =
    "at most 63 letters, digits, '-', '_' and '.', beginning and ending with a letter or digit, or empty";

/// An RFC 1123 label.
#[must_use]
pub fn is_label(text: &str) -> bool {
    let bytes = text.as_bytes();
    let inner = |b: &u8| b.is_ascii_lowercase() || b.is_ascii_digit() || *b == b'-';
    text.len() <= LABEL_MAX
        && matches!((bytes.first(), bytes.last()), (Some(first), Some(last)) if *first != b'-' && *last != b'-')
        && bytes.iter().all(inner)
}

/// An RFC 1123 subdomain: labels joined by dots. As in Kubernetes the parts have no length limit of their own.
#[must_use]
pub fn is_subdomain(text: &str) -> bool {
    let part_ok = |part: &str| {
        let bytes = part.as_bytes();
        matches!((bytes.first(), bytes.last()), (Some(first), Some(last)) if *first != b'-' && *last != b'-')
            && bytes
                .iter()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || *b == b'-')
    };
    text.len() <= SUBDOMAIN_MAX && text.split('.').all(part_ok)
}

fn is_name_part(text: &str) -> bool {
    let bytes = text.as_bytes();
    let edge = |b: Option<&u8>| b.is_some_and(u8::is_ascii_alphanumeric);
    text.len() <= LABEL_MAX
        && edge(bytes.first())
        && edge(bytes.last())
        && bytes
            .iter()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'))
}

/// A label key, annotation key or resource name: `[prefix/]name`.
#[must_use]
pub fn is_qualified_name(text: &str) -> bool {
    match text.split_once('/') {
        Some((prefix, name)) => is_subdomain(prefix) && is_name_part(name),
        None => is_name_part(text),
    }
}

/// A label value: empty, or like the name part of a key.
#[must_use]
pub fn is_label_value(text: &str) -> bool {
    text.is_empty() || is_name_part(text)
}

/// An environment variable name as Kubernetes has always allowed it: a C identifier with '-' and '.' added.
/// Source: `IsEnvVarName` in k8s.io/apimachinery/pkg/util/validation.
#[must_use]
pub fn is_env_name(text: &str) -> bool {
    let bytes = text.as_bytes();
    let inner = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.');
    bytes.first().is_some_and(|b| !b.is_ascii_digit())
        && bytes.iter().all(inner)
        && text != "."
        && !text.starts_with("..")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_follow_rfc_1123() {
        for good in ["a", "a-b", "0", "a0", &"x".repeat(63)] {
            assert!(is_label(good), "{good}");
        }
        for bad in ["", "-a", "a-", "A", "a_b", "a.b", "ä", &"x".repeat(64)] {
            assert!(!is_label(bad), "{bad}");
        }
    }

    #[test]
    fn subdomains_are_labels_joined_by_dots() {
        for good in ["a", "ip-10-0-0-1.ec2.internal", &"x".repeat(253)] {
            assert!(is_subdomain(good), "{good}");
        }
        for bad in ["", ".", "a.", ".a", "a..b", "a.-b", "A", &"x".repeat(254)] {
            assert!(!is_subdomain(bad), "{bad}");
        }
    }

    #[test]
    fn keys_may_have_a_prefix_and_capitals() {
        for good in ["app", "nvidia.com/gpu", "A_b.c", "nvidia.com/mig-1g.5gb"] {
            assert!(is_qualified_name(good), "{good}");
        }
        for bad in ["", "/a", "a/", "a/b/c", "_a", "Nvidia.com/gpu", "a b"] {
            assert!(!is_qualified_name(bad), "{bad}");
        }
        assert!(is_label_value("") && is_label_value("NVIDIA-A100") && !is_label_value("a b"));
    }

    #[test]
    fn environment_names_are_what_kubernetes_takes() {
        for good in ["A", "_x", "a.b-c", "HTTP_PROXY", ".hidden"] {
            assert!(is_env_name(good), "{good}");
        }
        for bad in ["", "1A", "A B", "A=B", ".", "..", "..a", "ä"] {
            assert!(!is_env_name(bad), "{bad}");
        }
    }
}
