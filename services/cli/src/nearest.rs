//! "Did you mean": the nearest of the known names.

/// The known name nearest to `given`, when it is near enough that a slip of the finger (or of `_` for a
/// capital) explains the difference.
pub fn nearest<'a>(given: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let folded = fold(given);
    known
        .into_iter()
        .map(|name| (strsim::jaro_winkler(&folded, &fold(name)), name))
        .filter(|(similarity, _)| *similarity >= 0.8)
        // The first of equals wins, so that the order of the known names decides and not chance.
        .fold(None, |best: Option<(f64, &str)>, candidate| match best {
            Some(best) if best.0 >= candidate.0 => Some(best),
            _ => Some(candidate),
        })
        .map(|(_, name)| name)
}

fn fold(name: &str) -> String {
    name.chars()
        .filter(|c| !matches!(c, '_' | '-'))
        .flat_map(char::to_lowercase)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_are_found_and_strangers_are_not() {
        let known = ["count", "shareMilli", "products", "minMemoryMib"];
        assert_eq!(nearest("cout", known), Some("count"));
        assert_eq!(nearest("share_mili", known), Some("shareMilli"));
        assert_eq!(nearest("product", known), Some("products"));
        assert_eq!(nearest("zebra", known), None);
    }
}
