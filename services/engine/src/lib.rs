//! hourglass-engine
