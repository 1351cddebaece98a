//! hourglass-testbed
