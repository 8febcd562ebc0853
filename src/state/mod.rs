//! Everything kept on disk: place, permissions (0600), atomic writing, locking and format version.
