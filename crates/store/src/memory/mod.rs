//! The store in readable maps: for tests, for library users, and as the model of the other two.
