//! The engine of onething.
