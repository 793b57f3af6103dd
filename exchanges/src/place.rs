//! Temporary.
/// Memory of one block, of which this sender may write its own cells.
pub trait BlockMemory {
    /// Cells.
    fn row_mut<T: bytemuck::Pod>(&mut self, base: usize, start: usize, len: usize) -> &mut [T];
    /// Past the caches.
    fn stream<T: bytemuck::Pod>(&mut self, base: usize, start: usize, values: &[T]) {
        self.row_mut(base, start, values.len()).copy_from_slice(values);
    }
}
