//! The stories that users live, told over the public doors with the real programs. No knowledge of the inside.
