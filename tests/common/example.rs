//! Running the built examples.

use std::path::PathBuf;
use std::process::Command;

/// Whether the backend of the examples can run here; prints a line if not.
pub fn backend_is_available() -> bool {
    #[cfg(all(feature = "wgpu", not(feature = "cuda")))]
    let available = super::wgpu_is_available();
    #[cfg(not(any(feature = "wgpu", feature = "cuda")))]
    let available = true;
    #[cfg(feature = "cuda")]
    let available = false;
    if !available {
        super::print_skip("the backend of the examples finds no device");
    }
    available
}

/// Where an example's program is: `cargo test` builds them beside the folder of the test programs.
pub fn program(name: &str) -> PathBuf {
    let mut path: PathBuf = std::env::current_exe().unwrap();
    path.pop();
    path.pop();
    path.push("examples");
    path.push(format!("{name}{}", std::env::consts::EXE_SUFFIX));
    path
}

/// The program of an example.
pub fn example(name: &str) -> Command {
    let path = program(name);
    let hint = "run `cargo build --examples` with the same features first";
    assert!(path.exists(), "{} is missing: {hint}", path.display());
    Command::new(path)
}

/// The lines of an output.
pub fn lines(bytes: &[u8]) -> Vec<String> {
    String::from_utf8(bytes.to_vec())
        .unwrap()
        .lines()
        .map(str::to_owned)
        .collect()
}
