//! hourglass-cluster-agent
