//! Compiles the crate again when a migration was added: they are embedded. Does nothing else.

fn main() {
    println!("cargo::rerun-if-changed=../../migrations");
}
