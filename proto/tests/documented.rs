//! Every state, condition and reason that the API can show stands in docs/conditions.md.

use hourglass_proto::fleet::v1::{condition, placement};

const PAGE: &str = include_str!("../../docs/conditions.md");

fn missing<'a>(names: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    names
        .filter(|name| !name.ends_with("_UNSPECIFIED") && !PAGE.contains(&format!("| `{name}` |")))
        .collect()
}

#[test]
fn every_state_condition_and_reason_is_documented() {
    let states = (0..100)
        .filter_map(|value| placement::State::try_from(value).ok())
        .map(|state| state.as_str_name());
    assert_eq!(missing(states), [""; 0]);
    let types = (0..100)
        .filter_map(|value| condition::Type::try_from(value).ok())
        .map(|kind| kind.as_str_name());
    assert_eq!(missing(types), [""; 0]);
    let reasons = (0..100)
        .filter_map(|value| condition::Reason::try_from(value).ok())
        .map(|reason| reason.as_str_name());
    assert_eq!(missing(reasons), [""; 0]);
}
