//! hourglass-proto
