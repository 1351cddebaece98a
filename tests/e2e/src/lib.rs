//! hourglass-e2e
