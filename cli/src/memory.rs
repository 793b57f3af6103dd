//! Memory of an action, counted by the program's allocator, which passes everything on to the system's.

use halocline_launcher::MemoryUse;

/// What the C library's allocator keeps beside each allocation, its rounding included, on average [bytes].
const BESIDE: i64 = 16;

/// Carry an action out and measure its memory.
pub fn measure(action: &mut dyn FnMut()) -> MemoryUse {
    let counted = allocation_counter::measure(action);
    let signed = |count: u64| i64::try_from(count).expect("memory is counted in i64");
    MemoryUse {
        peak: signed(counted.bytes_max) + BESIDE * signed(counted.count_max),
        left: counted.bytes_current + BESIDE * counted.count_current,
    }
}
