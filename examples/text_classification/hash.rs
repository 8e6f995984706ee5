//! A hash that never changes.

/// FNV-1a of 64 bits. The standard library's hashes may change from release to release, and its maps
/// seed theirs anew in each process: trained weights would mean nothing the next time.
///
/// Source: <https://www.rfc-editor.org/rfc/rfc9923>.
pub fn fnv1a(bytes: &[u8]) -> u64 {
    const OFFSET_BASIS: u64 = 0xcbf2_9ce4_8422_2325;
    const PRIME: u64 = 0x0000_0100_0000_01b3;
    bytes.iter().fold(OFFSET_BASIS, |hash, &byte| {
        (hash ^ u64::from(byte)).wrapping_mul(PRIME)
    })
}
