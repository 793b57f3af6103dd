//! A base address, shape and strides as a checked layout over a slice.
//!
//! ```text
//!   span    ............................
//!           ^first          ^base      last^      strides may be negative: the slice starts at `first`,
//!           |<-- origin --->|                     element (0, 0, 0) is `origin` elements later
//! ```

use crate::{door::whole, message::refused};
use halocline_coupler::{Code, Error};
use halocline_exchanges::view::Layout;

/// Which memory an array covers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Span {
    /// Position of the elements within the span.
    pub(crate) layout: Layout,
    /// Number of elements from the first to the last, both included; 0 for an array without elements.
    pub(crate) len: usize,
}

/// Check a shape and strides, both along (i, j, level), for elements of `size` bytes.
pub(crate) fn span(shape: [i64; 3], strides: [i64; 3], size: usize) -> Result<Span, Error> {
    let [ni, nj, levels] = shape;
    let extent = |value| whole(value, "an extent of the array", Code::Shape);
    let shape = [extent(ni)?, extent(nj)?, extent(levels)?];
    if shape.contains(&0) {
        return Ok(Span {
            layout: Layout {
                shape,
                strides: [0; 3],
                origin: 0,
            },
            len: 0,
        });
    }
    measure(shape, strides, size).ok_or_else(|| {
        refused(
            Code::Shape,
            format!("an array with strides {strides:?}, which leave the address space"),
            "distances between neighbours along (i, j, level) that are whole numbers of elements",
            "pass an array of plain reals, or a copy of it",
        )
    })
}

fn measure(shape: [usize; 3], strides: [i64; 3], size: usize) -> Option<Span> {
    let (mut below, mut above) = (0_usize, 0_usize);
    let mut kept = [0_isize; 3];
    for axis in 0..3 {
        if shape[axis] == 1 {
            continue;
        }
        kept[axis] = isize::try_from(strides[axis]).ok()?;
        let reach = (shape[axis] - 1).checked_mul(kept[axis].unsigned_abs())?;
        let side = if kept[axis] < 0 {
            &mut below
        } else {
            &mut above
        };
        *side = side.checked_add(reach)?;
    }
    let len = below.checked_add(above)?.checked_add(1)?;
    isize::try_from(len.checked_mul(size)?).ok()?;
    Some(Span {
        layout: Layout {
            shape,
            strides: kept,
            origin: below,
        },
        len,
    })
}

/// Refuse an array to be written in which two elements share memory.
pub(crate) fn check_distinct(layout: &Layout) -> Result<(), Error> {
    if layout.shape.contains(&0) {
        return Ok(());
    }
    let mut axes: Vec<(usize, usize)> = (0..3)
        .map(|axis| (layout.strides[axis].unsigned_abs(), layout.shape[axis]))
        .filter(|axis| axis.1 > 1)
        .collect();
    axes.sort_unstable();
    let mut reach = 0;
    for (stride, extent) in axes {
        if stride <= reach {
            return Err(refused(
                Code::Shape,
                format!(
                    "an array with strides {:?} and shape {:?}: elements share memory",
                    layout.strides, layout.shape
                ),
                "an element of its own for each cell",
                "correct the strides, which count elements",
            ));
        }
        reach += stride * (extent - 1);
    }
    Ok(())
}

/// Refuse a base address that cannot be one of reals.
pub(crate) fn check_base<T>(base: *const T) -> Result<(), Error> {
    if !base.is_null() && base.is_aligned() {
        return Ok(());
    }
    Err(refused(
        Code::Shape,
        if base.is_null() {
            "an array at NULL".to_owned()
        } else {
            format!("an array at {base:p}, which is not aligned")
        },
        "the address of element (0, 0, 0)",
        "pass an array that is allocated",
    ))
}

/// An array (cell, level) of a field with levels has shape `[cells, levels, 1]`: its second axis is the level.
pub(crate) fn cells_and_levels(layout: Layout, field: Option<[usize; 3]>) -> Layout {
    let Some([ni, nj, levels]) = field else {
        return layout;
    };
    if levels == 1 || layout.shape != [ni * nj, levels, 1] {
        return layout;
    }
    let [cell, level, _] = layout.strides;
    Layout {
        shape: [ni * nj, 1, levels],
        strides: [cell, 0, level],
        origin: layout.origin,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_section_spans_from_its_lowest_to_its_highest_element() {
        // 3 x 2 of an array with 10 rows, second axis reversed
        let found = span([3, 2, 1], [1, -10, 99], 8).expect("a good array");
        assert_eq!(
            found,
            Span {
                layout: Layout {
                    shape: [3, 2, 1],
                    strides: [1, -10, 0],
                    origin: 10
                },
                len: 13
            }
        );
    }

    #[test]
    fn an_array_without_elements_covers_nothing_whatever_its_strides() {
        assert_eq!(
            span([0, 2, 1], [i64::MAX; 3], 8).expect("no elements").len,
            0
        );
    }

    #[test]
    fn negative_extents_and_strides_beyond_memory_are_refused() {
        assert_eq!(
            span([-1, 2, 1], [1, 1, 1], 8).unwrap_err().code,
            Code::Shape
        );
        assert_eq!(
            span([2, 2, 1], [1, i64::MAX, 1], 8).unwrap_err().code,
            Code::Shape
        );
        assert_eq!(
            span([3, 1, 1], [i64::MIN, 1, 1], 8).unwrap_err().code,
            Code::Shape
        );
    }

    #[test]
    fn elements_that_share_memory_are_refused_for_writing() {
        let layout = |shape, strides| span(shape, strides, 8).expect("within memory").layout;
        assert!(check_distinct(&layout([3, 4, 2], [1, -3, 12])).is_ok());
        assert!(check_distinct(&layout([3, 1, 1], [2, 0, 0])).is_ok());
        assert!(check_distinct(&layout([0, 3, 1], [0, 0, 0])).is_ok());
        assert!(check_distinct(&layout([3, 4, 2], [1, 2, 12])).is_err());
        assert!(check_distinct(&layout([3, 4, 1], [1, 0, 0])).is_err());
    }

    #[test]
    fn the_second_axis_of_cells_and_levels_is_the_level() {
        let layout = Layout {
            shape: [6, 4, 1],
            strides: [1, 8, 0],
            origin: 0,
        };
        let expected = Layout {
            shape: [6, 1, 4],
            strides: [1, 0, 8],
            origin: 0,
        };
        assert_eq!(cells_and_levels(layout, Some([3, 2, 4])), expected);
        assert_eq!(cells_and_levels(layout, Some([6, 4, 1])), layout);
        assert_eq!(cells_and_levels(layout, None), layout);
    }
}
