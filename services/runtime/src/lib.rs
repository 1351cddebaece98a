//! hourglass-runtime
