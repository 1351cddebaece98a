//! hourglass-conformance
