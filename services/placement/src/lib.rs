//! hourglass-placement
