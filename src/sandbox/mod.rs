//! A simulated organization and sign-in service over real HTTP on loopback; shares [`crate::wire`] and nothing else.
