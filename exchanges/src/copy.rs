//! Copies of one row of elements, with conversion: the innermost loops of packing, placing and unpacking.
//!
//! Both directions end in slices of equal length, so that no loop checks bounds and the compiler can use vectors.

use crate::rows::{Convert, Element, at};
use std::ops::Range;

/// How an element of an array becomes one of another.
pub(crate) trait Conversion<From: Element, To: Element> {
    fn value(from: From) -> To;

    /// The same elements, where they need no conversion.
    fn unchanged(_: &[From]) -> Option<&[To]> {
        None
    }

    /// Convert a row; both have the same length.
    #[inline]
    fn row(from: &[From], to: &mut [To]) {
        // A halo around a closed ring of columns makes a run of one cell at each end of a row: no call for those.
        if let ([from], [to]) = (from, &mut *to) {
            *to = Self::value(*from);
            return;
        }
        match Self::unchanged(from) {
            Some(from) => copy_alike(from, to),
            None => to
                .iter_mut()
                .zip(from)
                .for_each(|(to, from)| *to = Self::value(*from)),
        }
    }
}

/// Rows from this length on are left to the C library [bytes].
const LIBRARY_ROW: usize = 2048;

/// Copy a row of elements of one kind; both have the same length.
///
/// The C library's copy reads the end of a row before its middle, and some rows backwards. Where rows of up to 2 kB lie
/// one behind the other in memory, the processor then no longer fetches the next in advance.
#[inline]
fn copy_alike<T: Element>(from: &[T], to: &mut [T]) {
    if size_of_val(from) < LIBRARY_ROW {
        copy_ascending(from, to);
    } else {
        to.copy_from_slice(from);
    }
}

/// Copy from the first element to the last. The compiler would make a call of the C library out of a plain loop.
#[inline(never)]
fn copy_ascending<T: Element>(from: &[T], to: &mut [T]) {
    let (chunks, rest) = from.as_chunks::<8>();
    let (to_chunks, to_rest) = to.as_chunks_mut::<8>();
    for (to, from) in to_chunks.iter_mut().zip(chunks) {
        let [a, b, c, d, e, f, g, h] = *from;
        to[0] = a;
        to[1] = b;
        to[2] = c;
        to[3] = d;
        to[4] = e;
        to[5] = f;
        to[6] = g;
        to[7] = h;
    }
    for (to, from) in to_rest.iter_mut().zip(rest) {
        *to = *from;
    }
}

/// From one kind of element to the other, or to the same.
pub(crate) struct Direct;

impl<From: Convert<To>, To: Element> Conversion<From, To> for Direct {
    fn value(from: From) -> To {
        from.convert()
    }

    fn unchanged(from: &[From]) -> Option<&[To]> {
        From::unchanged(from)
    }
}

/// From double precision to double precision, rounded to single precision on the way.
pub(crate) struct ThroughSingle;

impl Conversion<f64, f64> for ThroughSingle {
    fn value(from: f64) -> f64 {
        let single: f32 = from.convert();
        single.convert()
    }
}

/// Elements of an array in a row: the first, and from one to the next.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Row {
    pub(crate) first: isize,
    pub(crate) stride: isize,
    pub(crate) len: usize,
}

impl Row {
    /// The same elements from the last to the first.
    #[inline]
    pub(crate) const fn backwards(self) -> Self {
        Self {
            first: self.first + (self.len.cast_signed() - 1) * self.stride,
            stride: -self.stride,
            len: self.len,
        }
    }

    /// The same elements as `step` (+1 or -1) goes through them.
    #[inline]
    pub(crate) const fn directed(self, step: i8) -> Self {
        if step > 0 { self } else { self.backwards() }
    }

    /// Indices of a row of stride one.
    #[inline]
    pub(crate) fn forward_range(self) -> Range<usize> {
        let first = at(self.first);
        first..first + self.len
    }

    /// Indices from the lowest element to the highest; the row has at least one.
    fn range(self) -> Range<usize> {
        let (first, last) = (self.first, self.backwards().first);
        at(first.min(last))..at(first.max(last)) + 1
    }
}

/// Copy a row of `elements` into the slice `to` of the same length.
#[inline]
pub(crate) fn gather<C: Conversion<From, To>, From: Element, To: Element>(
    elements: &[From],
    row: Row,
    flip: bool,
    to: &mut [To],
) {
    if row.stride == 1 && !flip {
        C::row(&elements[row.forward_range()], to);
    } else {
        gather_any::<C, From, To>(elements, row, flip, to);
    }
}

/// Apart from [`gather`], so that what is common stays short.
#[inline(never)]
fn gather_any<C: Conversion<From, To>, From: Element, To: Element>(
    elements: &[From],
    row: Row,
    flip: bool,
    to: &mut [To],
) {
    if row.len == 0 {
        return;
    }
    let from = &elements[row.range()];
    if flip {
        each(from, row.stride, to, |from| -C::value(from));
    } else {
        each(from, row.stride, to, |from| C::value(from));
    }
}

/// A row as it is in `elements`, where it needs no conversion.
pub(crate) fn as_it_is<C: Conversion<From, To>, From: Element, To: Element>(
    elements: &[From],
    row: Row,
) -> Option<&[To]> {
    if row.stride == 1 {
        C::unchanged(&elements[row.range()])
    } else {
        None
    }
}

/// Copy the slice `from` into a row of `elements` of the same length.
#[inline]
pub(crate) fn scatter<C: Conversion<From, To>, From: Element, To: Element>(
    from: &[From],
    flip: bool,
    elements: &mut [To],
    row: Row,
) {
    if row.stride == 1 && !flip {
        C::row(from, &mut elements[row.forward_range()]);
    } else {
        scatter_any::<C, From, To>(from, flip, elements, row);
    }
}

/// Apart from [`scatter`], so that what is common stays short.
#[inline(never)]
fn scatter_any<C: Conversion<From, To>, From: Element, To: Element>(
    from: &[From],
    flip: bool,
    elements: &mut [To],
    row: Row,
) {
    if row.len == 0 {
        return;
    }
    let to = &mut elements[row.range()];
    if flip {
        each_into(from, to, row.stride, |from| -C::value(from));
    } else {
        each_into(from, to, row.stride, |from| C::value(from));
    }
}

/// Write `value` into a row of `elements`.
pub(crate) fn spread<To: Element>(value: To, elements: &mut [To], row: Row) {
    if row.len == 0 {
        return;
    }
    let to = &mut elements[row.range()];
    // A stride of 0 is one element, however long the row is.
    match row.stride.unsigned_abs() {
        0 | 1 => to.fill(value),
        stride => to.iter_mut().step_by(stride).for_each(|to| *to = value),
    }
}

fn each<From: Copy, To>(from: &[From], stride: isize, to: &mut [To], value: impl Fn(From) -> To) {
    let to = to.iter_mut();
    match stride {
        // One element for all: an array that was broadcast.
        0 => to.for_each(|to| *to = value(from[0])),
        1 => to.zip(from).for_each(|(to, from)| *to = value(*from)),
        -1 => to
            .zip(from.iter().rev())
            .for_each(|(to, from)| *to = value(*from)),
        2.. => to
            .zip(from.iter().step_by(stride.unsigned_abs()))
            .for_each(|(to, from)| *to = value(*from)),
        _ => to
            .zip(from.iter().rev().step_by(stride.unsigned_abs()))
            .for_each(|(to, from)| *to = value(*from)),
    }
}

fn each_into<From: Copy, To>(
    from: &[From],
    to: &mut [To],
    stride: isize,
    value: impl Fn(From) -> To,
) {
    let from = from.iter();
    match stride {
        1 => to
            .iter_mut()
            .zip(from)
            .for_each(|(to, from)| *to = value(*from)),
        -1 => to
            .iter_mut()
            .rev()
            .zip(from)
            .for_each(|(to, from)| *to = value(*from)),
        2.. => to
            .iter_mut()
            .step_by(stride.unsigned_abs())
            .zip(from)
            .for_each(|(to, from)| *to = value(*from)),
        _ => to
            .iter_mut()
            .rev()
            .step_by(stride.unsigned_abs().max(1))
            .zip(from)
            .for_each(|(to, from)| *to = value(*from)),
    }
}
