//! People and files: the runner, the prompt, reports of errors. Knows scripts and output, nothing inside the client.

pub mod exit;
