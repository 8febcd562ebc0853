//! People and files: running scripts, the prompt, reports and exit codes.
