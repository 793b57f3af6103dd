//! One field's block in one slot, in the hands of the receiver, or of a sender that writes all of it in place.

use crate::segment::Mapping;
use bytemuck::Pod;
use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

/// The elements of one field in one slot, lent until this is dropped; the memory stays mapped as long.
///
/// At the receiver: between the last sender's publishing and the receiver's release nobody else touches them. At a
/// sender: until it publishes, they are its own.
#[derive(Debug)]
pub struct Part {
    mapping: Mapping,
    offset: usize,
    bytes: usize,
    lent: Arc<AtomicBool>,
}

impl Part {
    /// Borrow the part from its inbox; `None` while somebody has it.
    pub(crate) fn borrow(
        mapping: &Mapping,
        offset: usize,
        bytes: usize,
        lent: &Arc<AtomicBool>,
    ) -> Option<Self> {
        let was_lent = lent.swap(true, Ordering::Acquire);
        (!was_lent).then(|| Self {
            mapping: mapping.clone(),
            offset,
            bytes,
            lent: Arc::clone(lent),
        })
    }

    /// Address of the first element: on a page of its own.
    #[must_use]
    pub fn address(&self) -> *mut u8 {
        self.mapping.at(self.offset, self.bytes)
    }

    /// Length [bytes].
    #[must_use]
    pub fn len(&self) -> usize {
        self.bytes
    }

    /// Whether it has no elements.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.bytes == 0
    }

    /// The elements to read.
    #[must_use]
    pub fn as_slice<T: Pod>(&self) -> &[T] {
        // SAFETY: `elements` checked place and alignment; `lent` makes this the only hold on the part in this process,
        // and the flags keep the other side out of it until it is released or published.
        unsafe { std::slice::from_raw_parts(self.address().cast(), self.elements::<T>()) }
    }

    /// The elements to write.
    pub fn as_mut_slice<T: Pod>(&mut self) -> &mut [T] {
        // SAFETY: as in `as_slice`, and `self` is borrowed for writing.
        unsafe { std::slice::from_raw_parts_mut(self.address().cast(), self.elements::<T>()) }
    }

    fn elements<T: Pod>(&self) -> usize {
        assert!(
            self.address().cast::<T>().is_aligned() && self.bytes.is_multiple_of(size_of::<T>()),
            "a part of {} bytes is not one of elements of {} bytes",
            self.bytes,
            size_of::<T>()
        );
        self.bytes / size_of::<T>()
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        self.lent.store(false, Ordering::Release);
    }
}
