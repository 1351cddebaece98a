//! hourglass-model
