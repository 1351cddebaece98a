//! Secrets of the server in its state directory: the administrator's token and the key that signs placements.
//! (The certificate authority itself is the runtime's.)

pub mod admin_token;
pub mod placement_seal;
