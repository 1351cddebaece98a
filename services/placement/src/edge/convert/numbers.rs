//! Our unsigned counters as the signed integers of the API, which is JSON-friendly. A number beyond the signed range
//! cannot be reached by counting; it would show as the largest one.

pub(super) fn int64(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

pub(super) fn int32(number: impl TryInto<i32>) -> i32 {
    number.try_into().unwrap_or(i32::MAX)
}
