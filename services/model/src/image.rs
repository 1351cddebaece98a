//! Syntax of container image references: `[domain[:port]/]path[:tag][@digest]`.
//! Source: <https://github.com/distribution/reference/blob/main/reference.go>.

/// Why a text is no image reference.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ImageError {
    /// Nothing there.
    #[error("is empty: give an image by tag or digest, for example registry.example/performer:1.0")]
    Empty,
    /// The repository part is malformed.
    #[error(
        "is not an image reference: the repository is lower-case letters and digits in parts joined by '/', with single \
         '.', '_', '__' or '-' inside, after an optional registry host"
    )]
    Repository,
    /// The repository part is too long.
    #[error("is not an image reference: the repository is longer than 255 characters")]
    TooLong,
    /// The tag is malformed.
    #[error(
        "is not an image reference: a tag is 1 to 128 letters, digits, '_', '.' and '-', not beginning with '.' or '-'"
    )]
    Tag,
    /// The digest is malformed.
    #[error("is not an image reference: a digest looks like sha256: and 64 hex digits")]
    Digest,
}

/// Checks a reference.
///
/// # Errors
/// With the part that is malformed.
pub fn check(reference: &str) -> Result<(), ImageError> {
    if reference.is_empty() {
        return Err(ImageError::Empty);
    }
    let (rest, digest) = match reference.split_once('@') {
        Some((rest, digest)) => (rest, Some(digest)),
        None => (reference, None),
    };
    if digest.is_some_and(|digest| !is_digest(digest)) {
        return Err(ImageError::Digest);
    }
    // A colon after the last slash begins a tag; one before it belongs to the registry's port.
    let last = rest.rfind('/').map_or(0, |at| at + 1);
    let (name, tag) = match rest.get(last..).and_then(|tail| tail.find(':')) {
        Some(at) => (rest.get(..last + at).unwrap_or(""), rest.get(last + at + 1..)),
        None => (rest, None),
    };
    if tag.is_some_and(|tag| !is_tag(tag)) {
        return Err(ImageError::Tag);
    }
    if name.len() > 255 {
        return Err(ImageError::TooLong);
    }
    let path = match name.split_once('/') {
        Some((domain, path)) if looks_like_domain(domain) => {
            if !is_domain(domain) {
                return Err(ImageError::Repository);
            }
            path
        }
        _ => name,
    };
    if path.split('/').all(is_path_component) {
        Ok(())
    } else {
        Err(ImageError::Repository)
    }
}

/// Whether `text` can stand before an image's path: a host with an optional port, and an optional path.
#[must_use]
pub fn is_registry(text: &str) -> bool {
    let (host, path) = match text.split_once('/') {
        Some((host, path)) => (host, Some(path)),
        None => (text, None),
    };
    looks_like_domain(host)
        && is_domain(host)
        && path.is_none_or(|path| path.split('/').all(is_path_component))
}

/// The same image in another registry: the host, when there is one, gives way to `registry`; the path stays as it was
/// written.
#[must_use]
pub fn with_registry(reference: &str, registry: &str) -> String {
    let path = match reference.split_once('/') {
        Some((host, path)) if looks_like_domain(host) => path,
        _ => reference,
    };
    format!("{registry}/{path}")
}

/// As docker decides whether the first part is a host: it has a dot, a colon or a capital, or is `localhost`.
fn looks_like_domain(part: &str) -> bool {
    part == "localhost" || part.contains(['.', ':']) || part.bytes().any(|b| b.is_ascii_uppercase())
}

fn is_domain(domain: &str) -> bool {
    let (host, port) = match domain.strip_prefix('[') {
        Some(v6) => match v6.split_once(']') {
            Some((inner, rest)) => {
                let inner_ok = !inner.is_empty() && inner.bytes().all(|b| b.is_ascii_hexdigit() || b == b':');
                return inner_ok && (rest.is_empty() || rest.strip_prefix(':').is_some_and(is_port));
            }
            None => return false,
        },
        None => match domain.split_once(':') {
            Some((host, port)) => (host, Some(port)),
            None => (domain, None),
        },
    };
    let label = |part: &str| {
        let bytes = part.as_bytes();
        matches!((bytes.first(), bytes.last()), (Some(a), Some(z)) if *a != b'-' && *z != b'-')
            && bytes.iter().all(|b| b.is_ascii_alphanumeric() || *b == b'-')
    };
    host.split('.').all(label) && port.is_none_or(is_port)
}

fn is_port(port: &str) -> bool {
    !port.is_empty() && port.len() <= 5 && port.bytes().all(|b| b.is_ascii_digit())
}

fn is_path_component(part: &str) -> bool {
    let mut word = false;
    let mut bytes = part.bytes().peekable();
    while let Some(byte) = bytes.next() {
        match byte {
            b'a'..=b'z' | b'0'..=b'9' => word = true,
            b'.' | b'_' | b'-' => {
                if !word {
                    return false;
                }
                if byte == b'_' && bytes.peek() == Some(&b'_') {
                    bytes.next();
                }
                while byte == b'-' && bytes.peek() == Some(&b'-') {
                    bytes.next();
                }
                word = false;
            }
            _ => return false,
        }
    }
    word
}

fn is_tag(tag: &str) -> bool {
    let bytes = tag.as_bytes();
    tag.len() <= 128
        && bytes
            .first()
            .is_some_and(|b| b.is_ascii_alphanumeric() || *b == b'_')
        && bytes
            .iter()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b'-'))
}

fn is_digest(digest: &str) -> bool {
    let Some((algorithm, value)) = digest.split_once(':') else {
        return false;
    };
    let hex = value
        .bytes()
        .all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
    match algorithm {
        "sha256" => hex && value.len() == 64,
        "sha384" => hex && value.len() == 96,
        "sha512" => hex && value.len() == 128,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_registry_takes_the_place_of_the_host_only() {
        for (reference, expected) in [
            (
                "registry.example/team/app:1",
                "mirror.example:5000/hub/team/app:1",
            ),
            ("localhost:5000/app", "mirror.example:5000/hub/app"),
            ("team/app:1", "mirror.example:5000/hub/team/app:1"),
            ("app:1", "mirror.example:5000/hub/app:1"),
        ] {
            assert_eq!(with_registry(reference, "mirror.example:5000/hub"), expected);
            assert_eq!(check(expected), Ok(()));
        }
        for good in ["mirror.example", "localhost", "10.0.0.1:5000", "[::1]:5000/a/b"] {
            assert!(is_registry(good), "{good}");
        }
        for bad in [
            "",
            "mirror",
            "https://mirror.example",
            "mirror.example/",
            "mirror.example/Hub",
            "m.e:port",
        ] {
            assert!(!is_registry(bad), "{bad}");
        }
    }

    #[test]
    fn references_that_registries_take() {
        let digest = format!("sha256:{}", "0a".repeat(32));
        for good in [
            "nginx",
            "nginx:1.27",
            "library/nginx",
            "localhost/x",
            "localhost:5000/x:latest",
            "ghcr.io/layr-labs/hourglass/performer:v1.2.3-rc_1",
            "registry.example:5000/a/b_c/d__e/f--g.h",
            &format!("registry.example/x@{digest}"),
            &format!("registry.example/x:1@{digest}"),
            "[::1]:5000/x",
            "Registry.Example/x",
        ] {
            assert_eq!(check(good), Ok(()), "{good}");
        }
    }

    #[test]
    fn texts_that_are_no_references() {
        for (bad, error) in [
            ("", ImageError::Empty),
            ("Nginx", ImageError::Repository),
            ("a b", ImageError::Repository),
            ("/x", ImageError::Repository),
            ("x/", ImageError::Repository),
            ("a//b", ImageError::Repository),
            ("a..b", ImageError::Repository),
            ("a___b", ImageError::Repository),
            ("https://registry/x", ImageError::Repository),
            ("-a.example/x", ImageError::Repository),
            ("host:port/x", ImageError::Repository),
            ("x:", ImageError::Tag),
            ("x:-a", ImageError::Tag),
            ("x:a b", ImageError::Tag),
            ("x@sha256:abc", ImageError::Digest),
            ("x@", ImageError::Digest),
            ("repo:1:2", ImageError::Tag),
        ] {
            assert_eq!(check(bad), Err(error), "{bad}");
        }
        assert_eq!(check(&"x".repeat(256)), Err(ImageError::TooLong));
        assert_eq!(check(&format!("x:{}", "a".repeat(129))), Err(ImageError::Tag));
    }
}
