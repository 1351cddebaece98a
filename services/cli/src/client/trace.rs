//! The trace that the calls of one run belong to.

use hourglass_runtime::trace_context::Traceparent;
use uuid::Uuid;

/// One trace for the whole run: the caller's, when `TRACEPARENT` is set and valid, else a new one.
#[derive(Debug, Clone)]
pub struct CallTrace {
    trace_id: String,
    sampled: bool,
}

impl CallTrace {
    /// Continues `from_environment`, or begins a trace that is recorded.
    pub fn begin(from_environment: Option<&str>) -> Self {
        match from_environment.and_then(|text| text.parse::<Traceparent>().ok()) {
            Some(parent) => Self {
                trace_id: parent.trace_id(),
                sampled: parent.is_sampled(),
            },
            None => Self {
                trace_id: Uuid::new_v4().simple().to_string(),
                sampled: true,
            },
        }
    }

    /// 32 hex digits.
    pub fn trace_id(&self) -> &str {
        &self.trace_id
    }

    /// A `traceparent` with a span id of its own for one call.
    pub fn next_traceparent(&self) -> String {
        let random = Uuid::new_v4().simple().to_string();
        // The version digit of a v4 UUID is in the first half, so that a span id is never all zeros.
        let span_id = &random[..16];
        format!("00-{}-{span_id}-{:02x}", self.trace_id, u8::from(self.sampled))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_callers_trace_is_continued_and_a_malformed_one_is_not() {
        let parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00";
        let trace = CallTrace::begin(Some(parent));
        assert_eq!(trace.trace_id(), "0af7651916cd43dd8448eb211c80319c");
        assert!(trace.next_traceparent().ends_with("-00"));
        assert_ne!(CallTrace::begin(Some("nonsense")).trace_id(), trace.trace_id());
    }

    #[test]
    fn each_call_gets_a_valid_traceparent_with_its_own_span() {
        let trace = CallTrace::begin(None);
        let (first, second) = (trace.next_traceparent(), trace.next_traceparent());
        assert_ne!(first, second);
        assert_eq!(first.parse::<Traceparent>().unwrap().trace_id(), trace.trace_id());
    }
}
