//! The suites are a test of this package; there is nothing else in it.
