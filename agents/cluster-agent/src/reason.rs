//! How Kubernetes' reasons are spelled on our wire.

/// `ImagePullBackOff` as `IMAGE_PULL_BACK_OFF`.
pub(crate) fn upper_snake(reason: &str) -> String {
    let mut text = String::with_capacity(reason.len() + 8);
    let mut lower_before = false;
    for character in reason.chars() {
        if character.is_ascii_uppercase() && lower_before {
            text.push('_');
        }
        lower_before = character.is_ascii_lowercase() || character.is_ascii_digit();
        text.push(if character.is_ascii_alphanumeric() {
            character.to_ascii_uppercase()
        } else {
            '_'
        });
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reasons_become_upper_snake() {
        assert_eq!(upper_snake("ImagePullBackOff"), "IMAGE_PULL_BACK_OFF");
        assert_eq!(upper_snake("OOMKilled"), "OOMKILLED");
        assert_eq!(upper_snake("EvictionByEvictionAPI"), "EVICTION_BY_EVICTION_API");
    }
}
